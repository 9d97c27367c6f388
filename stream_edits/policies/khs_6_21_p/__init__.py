"""The edits of policy 6.21-P: one folder an edit, and the floor they stand on."""
