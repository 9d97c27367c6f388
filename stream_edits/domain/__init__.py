"""Claims, encounters, decisions and stage state as immutable values, without I/O."""
