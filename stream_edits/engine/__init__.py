"""An exactly-once stage runner for Kafka. It moves bytes and knows nothing of claims."""
