"""What a claim, an encounter and a decision are: immutable values without I/O."""
