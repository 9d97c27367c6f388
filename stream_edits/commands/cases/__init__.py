"""Reads golden cases, and compares decisions with them."""
