"""Records that cannot be processed: unchanged, with headers that say why."""
