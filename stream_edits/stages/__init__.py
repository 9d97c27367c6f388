"""The three stages a claim walks through, as pure functions of their memory and one event."""
