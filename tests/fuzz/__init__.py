"""Coverage-guided fuzzing of everything that reads bytes from outside.

`make fuzz INPUTS=1000000` runs it; the same targets run in the fast tests under Hypothesis.
"""
