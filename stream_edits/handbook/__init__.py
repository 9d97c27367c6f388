"""The policy as people read it: pages, the index of edits, overlays explained, coverage."""
