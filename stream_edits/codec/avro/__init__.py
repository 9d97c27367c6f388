"""Avro schemas to functions that read and write bytes."""
