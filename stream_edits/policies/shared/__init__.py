"""Functions that edits of any policy use: documented times, boxes of the claim forms."""
