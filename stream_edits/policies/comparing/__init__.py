"""Compares two sets of policies, and builds one with some of the changes undone."""
