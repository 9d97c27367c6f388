"""How a line says it was supervised (42 CFR 410.32(b)(3)), for the edits that ask."""

from stream_edits.domain.claim import Supervision

# The levels that are not direct supervision, as a message names them.
NOT_DIRECT = {Supervision.GENERAL: "general supervision", Supervision.NONE: "no supervision"}
