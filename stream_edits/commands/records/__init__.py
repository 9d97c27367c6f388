"""Reads claims, reviews and decisions from their topics, for several commands."""
