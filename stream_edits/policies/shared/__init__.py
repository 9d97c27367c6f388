"""What edits of any policy ask of a claim: the clock, the boxes of the forms."""
