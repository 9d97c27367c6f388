// Prints the problems that the AsyncAPI parser finds in the document named, as JSON.
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");

const [, , packages, file] = process.argv;
const installed = createRequire(`${packages}/package.json`);
const { Parser } = installed("@asyncapi/parser");
const { AvroSchemaParser } = installed("@asyncapi/avro-schema-parser");

const parser = new Parser();
parser.registerSchemaParser(AvroSchemaParser());
parser.parse(readFileSync(file, "utf8")).then(({ document, diagnostics }) => {
  const problems = diagnostics.map(({ severity, message, path }) => ({
    severity,
    message,
    path: path.join("."),
  }));
  const messages = document ? document.allMessages().all().map((each) => each.id()) : [];
  console.log(JSON.stringify({ problems, messages }));
});
