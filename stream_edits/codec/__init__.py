"""Bytes and JSON to domain values and back (docs/spec/contract.md)."""
