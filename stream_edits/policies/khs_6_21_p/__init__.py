"""Policy 6.21-P, Infusion Billing Guidelines: one folder an edit, and the vocabulary they share."""
