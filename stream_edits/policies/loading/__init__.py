"""Loads policies, a plan's overlay and its own edits from files. `catalog.py` is the way in."""
