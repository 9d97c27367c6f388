"""Checks of topics: which they are, what they should be, and how long they keep records."""
