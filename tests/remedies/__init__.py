"""How many lines that are not paid get a remedy, and whether every remedy does what it says."""
