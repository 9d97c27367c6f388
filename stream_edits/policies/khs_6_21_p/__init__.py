"""Policy 6.21-P, Infusion Billing Guidelines: a folder for each edit, and their vocabulary."""
