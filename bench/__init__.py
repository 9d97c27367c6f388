"""What costs what: the stages against a bare passthrough and against other libraries."""
