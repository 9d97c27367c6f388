"""What a policy's values may be, and how they are read from YAML."""
