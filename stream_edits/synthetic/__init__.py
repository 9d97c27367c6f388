"""Made-up claims, the same for the same seed: for the demo, the tests and the bench."""
