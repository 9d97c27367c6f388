"""What the stages share: records of claims, reviews, decisions, and state as protocols."""
