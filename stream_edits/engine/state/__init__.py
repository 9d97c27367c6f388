"""The state of a partition: its store in memory, and the changelog that restores it."""
