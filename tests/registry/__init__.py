"""A real, Confluent-compatible schema registry for the tests: Apicurio as a local process."""
