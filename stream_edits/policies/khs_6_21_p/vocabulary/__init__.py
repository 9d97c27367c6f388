"""The words all edits share: administration codes, their rank, and kinds of context codes."""
