"""Benchmarks: the stages compared with a bare passthrough and with other libraries."""
