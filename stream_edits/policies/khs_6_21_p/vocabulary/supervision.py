"""Levels of physician supervision (42 CFR 410.32(b)(3))."""

from stream_edits.domain.claim import Supervision

# The levels below direct supervision, with their text for a message.
NOT_DIRECT = {Supervision.GENERAL: "general supervision", Supervision.NONE: "no supervision"}
