"""The supervision stage: judges one supervisor's time. `stage.py` is the way in."""
