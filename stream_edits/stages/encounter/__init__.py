"""The encounter stage: judges a member's claims together. `stage.py` is the way in."""
