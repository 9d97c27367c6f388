"""The policies: one folder a policy, and the floor that they stand on."""
