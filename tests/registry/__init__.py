"""A real, Confluent-compatible schema registry for the tests: Apicurio, started here."""
