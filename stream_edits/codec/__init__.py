"""Bytes and JSON to domain values and back (contract.md); no Kafka but the schema registry."""
