"""The types of policy values, and how they are read from YAML."""
