"""Connects the stages, which work on claims, with the engine, which works on bytes."""
