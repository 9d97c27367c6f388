"""An exactly-once stage runner for Kafka. It handles bytes and knows nothing about claims."""
