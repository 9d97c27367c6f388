"""An edit of the tests' second policy."""
