"""The vocabulary that all edits share: administration codes, ranks, context codes, products."""
