"""From records to a batch: what to process next, how much, and what becomes of each record."""
