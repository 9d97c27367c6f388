"""A policy of two edits that only the tests know: another id, line of business and codes."""
