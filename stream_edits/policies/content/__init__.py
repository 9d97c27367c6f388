"""What procedure codes mean: the content table (table.csv) and its look-ups."""
