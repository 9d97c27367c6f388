"""A run of all stages over synthetic claims, for `stream-edits demo` and the tests."""
