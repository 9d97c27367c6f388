"""Edits of common shapes, made from their policy.yaml alone (docs/first-edit.md)."""
