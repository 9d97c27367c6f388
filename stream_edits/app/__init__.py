"""Where both halves meet: the stages, which know claims, and the engine, which knows bytes."""
