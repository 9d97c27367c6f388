"""The policies, one folder for each, and the code that all of them share."""
