"""What a change of the policy does to claims: the same claims under several policies, compared."""
