"""What all edits share: administration codes and their rank, kinds of context codes, products."""
