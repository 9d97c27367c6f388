"""Synthetic claims for the demo, the tests and the bench. The same seed gives the same claims."""
