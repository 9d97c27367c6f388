"""Bad input at scale: coverage-guided fuzzing of everything that reads bytes others wrote.

`make fuzz INPUTS=1000000` runs it; the same targets run in the fast tests under Hypothesis.
"""
