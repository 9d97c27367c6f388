"""The policy as text for people: pages of edits, their index, changes of an overlay, coverage."""
