"""In which loop of an 837 a segment stands (X222, X223: HL structure and loops 2000A to 2440).

A loop begins with its first segment. Which one depends on where that stands: SBR begins another
payer's loop inside a claim, and NM1 a provider's. ``NOWHERE`` is what no known loop can hold:
nothing is read there until the next HL.
"""

NOWHERE = ""
# Stands for a segment that is longer than any of an 837; no segment's name.
TOO_LONG = "\0"
# What makes the levels above the loops, beside the segments of `MOVES`.
STRUCTURE = ("GS", "ST", "BHT", "HL", "CLM", "SE", "GE", "IEA", TOO_LONG)
# The loop that begins with an HL of this level.
LEVELS = {"20": "2000A", "22": "2000B", "23": "2000C"}
CLAIM, LINE = "2300", "2400"
OTHER_PAYER_LOOPS = ("2320", "2330")

_CLAIM = ("2300", "2310")
_LINE = ("2400", "2410", "2420")
_LINE_PAYMENT = ("2430", "2440")
_IN_CLAIM = (*_CLAIM, *OTHER_PAYER_LOOPS)
_IN_LINE = (*_LINE, *_LINE_PAYMENT)
_ABOVE = ("2000A", "2010A", "2000C", "2010C")


def _to(loop: str, *sources: str) -> dict[str, str]:
    return dict.fromkeys(sources, loop)


# By the segment's name: from the loop that it follows to the loop that it stands in.
MOVES: dict[str, dict[str, str]] = {
    "NM1": {
        **_to("2010A", "2000A"),
        **_to("2010B", "2000B"),
        **_to("2010C", "2000C"),
        **_to("2310", "2300"),
        **_to("2330", "2320"),
        **_to("2420", "2400", "2410"),
    },
    # A subscriber's SBR without its HL belongs to nobody who is known.
    "SBR": {**_to("2320", *_IN_CLAIM), **_to(NOWHERE, *_IN_LINE, *_ABOVE, "2010B")},
    "LX": _to("2400", *_IN_CLAIM, *_IN_LINE),
    "LIN": _to("2410", *_LINE),
    "SVD": _to("2430", *_IN_LINE),
    "LQ": _to("2440", *_IN_LINE),
}
# Segments of loop 2300 that cannot follow a line, because the start of their claim is missing, nor
# a provider or another payer, where they would be lost.
ONLY_BEFORE_LINES = frozenset({"HI", "CL1"})


def in_line(loop: str) -> bool:
    """Whether the loop belongs to a service line."""
    return loop in _IN_LINE


def after_claim(loop: str) -> bool:
    """Whether the loop is one of a claim that follows its own segments."""
    return loop in ("2310", *OTHER_PAYER_LOOPS)


def short_name(loop: str) -> str:
    """A loop's name as it is here: 2310 for 2310A, 2010B for 2010BA, but 2000B for itself."""
    return loop[:4] if loop[:2] in ("23", "24") else loop[:5]
