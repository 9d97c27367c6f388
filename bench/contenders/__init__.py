"""The contenders, one per file. Each has a function ``run``."""
