"""X12 837 files: samples, mutations of them, and what must hold for every claim read from one."""
