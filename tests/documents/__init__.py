"""Tests that hold the documents true: their tables, names, commands, citations and links."""
