"""Made-up claims and a run of the whole flow over them, for `stream-edits demo` and the tests."""
