"""What new users get wrong: a command, what it meets, its exit code and what it must say.

``{d}`` in a word or a variable is the folder of `misuse_files.py`. Values of claims there have
CANARY in them, which no message may repeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

AWAY = {"BOOTSTRAP_SERVERS": "127.0.0.1:1"}
NO_NAME = {"BOOTSTRAP_SERVERS": "kafka.invalid:9092"}
NO_ADDRESS = {"BOOTSTRAP_SERVERS": "localhost:x"}
NO_KAFKA = {"BOOTSTRAP_SERVERS": "{http}"}
NO_REGISTRY = {"SCHEMA_REGISTRY_URL": "http://127.0.0.1:1"}
NO_ANSWER = "no answer from the brokers at 127.0.0.1:1 (STREAM_EDITS_BOOTSTRAP_SERVERS): nothing"
X12 = "--line-of-business MEDI_CAL --claim-id CLM01"


class Misuse(NamedTuple):
    """The words after `stream-edits`, the exit code, a part of what is said, the variables."""

    words: str
    code: int
    says: str
    settings: Mapping[str, str] = {}
    stdin: str = ""


COMMANDS = [
    Misuse("adjudicat {d}/claims.jsonl", 2, "Did you mean 'adjudicate'?"),
    Misuse("policy lst", 2, "Did you mean 'list'?"),
    Misuse("adjudicate", 2, "Missing argument 'FILE…'"),
    Misuse("adjudicate --formt table {d}/claims.jsonl", 2, "Did you mean '--format'?"),
    Misuse("adjudicate --format xml {d}/claims.jsonl", 2, "'xml' is not one of"),
    Misuse("adjudicate --format csv {d}/claims.jsonl", 2, "--format csv does not go with --as"),
    Misuse("adjudicate --max-errors -1 {d}/claims.jsonl", 2, "'--max-errors'"),
    Misuse("synthetic many", 2, "Got unexpected extra argument"),
    Misuse("run --stage intak", 2, "'intak' is not one of"),
    Misuse("decisions --wait soon", 2, "'soon' is not a valid float"),
    Misuse("pends --as-of tomorrow", 2, "'tomorrow' is not a date: write 2026-01-31"),
    Misuse("dead-letters show 7", 2, "PARTITION/OFFSET"),
    Misuse("dead-letters list --since yesterday", 2, "2025-03-10T09:00:00Z"),
    Misuse("dead-letters list --since 2025-03-10T09:00:00", 2, "no offset from UTC"),
    Misuse("review A --reason R1", 2, "say one of --approve, --deny and --uphold"),
    Misuse("review A --approve", 2, "--reason is needed"),
    Misuse("review --approve --reason R1", 2, "name the claim, or a --file of reviews"),
    Misuse("policy impact --overlay {d}/overlay.yaml", 2, "name files of claims, or say"),
    Misuse("policy impact --overlay {d}/gone.yaml {d}/claims.jsonl", 2, "does not exist"),
    Misuse("policy show no-such-edit", 2, "no-such-edit"),
    Misuse("policy check {d}/wrong.yaml", 2, "wrong.yaml:2"),
    Misuse("policy check {d}/broken.yaml", 2, "broken.yaml:3"),
    Misuse("policy check {d}/folder", 2, "is a directory"),
    Misuse("policy list --overlay {d}/gone.yaml", 2, "gone.yaml' does not exist"),
    Misuse("policy new Bad_Name --shape required_document --folder {d}/edits", 2, "Bad_Name"),
    Misuse("policy cases {d}/gone", 2, "gone"),
    Misuse("policy content import {d}/claims.jsonl --table {d}/t.csv", 2, "claims.jsonl"),
    Misuse("asyncapi --output {d}/gone/x.yaml", 2, "x.yaml"),
    Misuse("topics manifests --cluster Bad_Name", 2, "'--cluster': at most 63 of a-z"),
    Misuse("topics manifests --user=", 2, "'--user': at most 63 of a-z"),
    Misuse("asyncapi --output {d}/gone.yaml --check", 1, "gone.yaml is missing; write it with"),
    Misuse("asyncapi --output /dev/full", 1, "what was written so far is not complete"),
    Misuse("explain", 2, "Missing argument 'CLAIM'"),
    Misuse(
        "explain NOPE --file {d}/claims.jsonl",
        1,
        "no event in the input leads to a decision on this claim",
    ),
]

FILES = [
    Misuse("adjudicate {d}/gone.jsonl", 2, "does not exist"),
    Misuse("adjudicate {d}/empty.jsonl", 0, "empty.jsonl: the file is empty"),
    Misuse("adjudicate {d}/blank.jsonl", 0, "blank.jsonl: no claims or reviews in it"),
    Misuse("adjudicate -", 0, "standard input: no claims or reviews in it"),
    Misuse("adjudicate - -", 2, "standard input (-) can be read once only"),
    Misuse("adjudicate {d}/folder", 2, "the folder has no files"),
    Misuse("adjudicate {d}/dated", 0, "dated: 1 folder in it not read; to read a folder, name it"),
    Misuse("adjudicate {d}/claims.zip", 2, "it is a zip archive"),
    Misuse("adjudicate {d}/claims.zst", 2, "it is compressed with zstd"),
    Misuse("adjudicate {d}/claims.parquet", 2, "it is a Parquet file"),
    Misuse("adjudicate {d}/claims.csv", 2, "it is neither JSON nor X12"),
    Misuse("adjudicate {d}/claims.xml", 2, "it is XML or HTML"),
    Misuse("adjudicate {d}/noise.bin", 2, "it is not text"),
    Misuse("adjudicate {d}/snappy.avro", 2, "compressed with snappy, for which"),
    Misuse("adjudicate {d}/zstandard.avro", 2, "compressed with zstandard, for which"),
    Misuse("adjudicate {d}/lz4.avro", 2, "compressed with lz4, for which"),
    Misuse("adjudicate {d}/brotli.avro", 2, "a codec that Avro does not define"),
    Misuse("adjudicate {d}/cut.avro", 3, "MalformedContainer"),
    Misuse("adjudicate {d}/claims.jsonl {d}/claims.zip", 2, "claims.zip cannot be read"),
    Misuse("adjudicate {d}/cut.jsonl.gz", 3, "the gzip data is broken or cut off"),
    Misuse("adjudicate {d}/cut.json", 3, "the file ends in the middle of an object"),
    Misuse("adjudicate {d}/claims.json", 0, "claims.json: read as a JSON array"),
    Misuse("adjudicate {d}/pretty.json", 0, "pretty.json: read as JSON over several lines"),
    Misuse("adjudicate {d}/utf16.jsonl", 0, "utf16.jsonl: read as UTF-16"),
    Misuse("adjudicate {d}/packed", 0, "packed: read as gzip"),
    Misuse("adjudicate {d}/misspelt.jsonl", 3, "memberid, did you mean member_id?"),
    Misuse("adjudicate {d}/private.jsonl", 3, "a field that the contract does not know"),
    Misuse("adjudicate --max-errors 2 {d}/bad.jsonl", 3, "stopped after 2 that are not valid"),
    Misuse(f"adjudicate {X12} {{d}}/claims.jsonl", 2, "but the file is not X12"),
    Misuse("adjudicate {d}/claims.837", 2, "give --line-of-business"),
    Misuse(f"adjudicate {X12} --payer-map {{d}}/broken.yaml {{d}}/claims.837", 2, "--payer-map:"),
    Misuse("convert {d}/claims.837 --line-of-business MEDI_CAL", 2, "say with --claim-id"),
    Misuse(f"convert {{d}}/claims.jsonl {X12}", 2, "claims.jsonl: not an X12 file"),
    Misuse(f"convert {{d}}/empty.jsonl {X12}", 2, "not an X12 file: it is empty"),
    Misuse(f"convert {{d}}/claims.zip {X12}", 2, "not an X12 file: it is a zip archive"),
    Misuse(f"convert {{d}}/claims.837 {X12} --output {{d}}/gone/x", 2, "--output cannot be"),
    Misuse("publish {d}/claims.csv", 2, "it is neither JSON nor X12"),
    Misuse("publish {d}/gone.jsonl", 2, "does not exist"),
    Misuse("review --file {d}/gone.jsonl", 2, "does not exist"),
]

SETTINGS = [
    Misuse("adjudicate {d}/claims.jsonl", 2, "STREAM_EDITS_ROLLUP should be", {"ROLLUP": "CANARY"}),
    Misuse("adjudicate {d}/claims.jsonl", 2, "did you mean STREAM_EDITS_ROLLUP?", {"ROLUP": "x"}),
    Misuse("topics check", 2, "STREAM_EDITS_PARTITIONS should be", {"PARTITIONS": "many"}),
    Misuse("--settings {d}/gone.yaml topics check", 2, "gone.yaml"),
    Misuse("--settings {d}/broken.yaml topics check", 2, "broken.yaml:3"),
    Misuse("policy list", 2, "policy (STREAM_EDITS_POLICY): ", {"POLICY": "{d}/gone.yaml"}),
    Misuse("policy check", 2, "policy (STREAM_EDITS_POLICY): ", {"POLICY": "{d}/gone.yaml"}),
    Misuse("policy check", 2, "broken.yaml:3: ", {"POLICY": "{d}/broken.yaml"}),
    Misuse("run", 2, "STREAM_EDITS_SETTINGS: ", {"SETTINGS": "{d}/gone.yaml"}),
    Misuse("topics check", 2, "security.protocol", {"KAFKA__SECURITY_PROTOCOL": "CANARY"}),
    Misuse("run", 2, "http_host: ü..x is not the name of a host", {"HTTP_HOST": "ü..x"}),
    Misuse("run", 2, "http_host: a..b is not the name of a host", {"HTTP_HOST": "a..b"}),
    Misuse("schemas check", 2, "schema_registry_url"),
]

BROKERS = [
    Misuse("publish {d}/claims.jsonl", 1, NO_ANSWER, AWAY),
    Misuse("decisions", 1, NO_ANSWER, AWAY),
    Misuse("decisions --claim NOPE --as adjustments", 1, NO_ANSWER, AWAY),
    Misuse("topics create", 1, NO_ANSWER, AWAY),
    Misuse("topics check", 1, NO_ANSWER, AWAY),
    Misuse("topics accept claims.events", 1, "no answer from the brokers", AWAY),
    Misuse("dead-letters list", 1, NO_ANSWER, AWAY),
    Misuse("dead-letters show 0/0", 1, NO_ANSWER, AWAY),
    Misuse("dead-letters redrive", 1, NO_ANSWER, AWAY),
    Misuse("pends", 1, NO_ANSWER, AWAY),
    Misuse("review A --approve --reason R1", 1, NO_ANSWER, AWAY),
    Misuse("explain A", 1, NO_ANSWER, AWAY),
    Misuse("policy impact --overlay {d}/overlay.yaml --from-topic", 1, NO_ANSWER, AWAY),
    Misuse("topics check", 1, "kafka.invalid:9092 does not resolve", NO_NAME),
    Misuse("topics check", 1, "an address is written host:port", NO_ADDRESS),
    Misuse("topics check", 1, "does not answer as Kafka does", NO_KAFKA),
    Misuse("topics check", 1, "does not speak TLS", NO_KAFKA | {"KAFKA__SECURITY_PROTOCOL": "SSL"}),
    Misuse("schemas check", 1, "STREAM_EDITS_SCHEMA_REGISTRY_URL", NO_REGISTRY),
]
