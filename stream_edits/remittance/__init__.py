"""What decisions take away from billed lines, for a remittance (X12 835 CAS)."""
