"""The stages of the pipeline, as pure functions of their state and one event."""
