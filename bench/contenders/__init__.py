"""One file a contender; each has ``run(job)``."""
