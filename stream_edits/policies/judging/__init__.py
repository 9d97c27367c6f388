"""Judges claims with the edits of loaded policies. `evaluation.py` is the way in."""
