"""In which loop of an 837 a segment stands (X222, X223: HL structure and loops 2000A to 2440).

A loop begins with its first segment. Which one depends on where that stands: SBR begins another
payer's loop inside a claim, and NM1 a provider's. ``NOWHERE`` is what no known loop can hold:
nothing is read there until the next HL.
"""

NOWHERE = ""
# Not in a transaction set: only envelopes and acknowledgements (TA1) can stand there.
OUTSIDE = "outside"
UNREAD = "text outside a transaction set (ST to SE), which was not read"
# Stands for a segment that is longer than any of an 837; no segment's name.
TOO_LONG = "\0"
# What makes the levels above the loops, beside the segments of `MOVES`.
STRUCTURE = ("TA1", "GS", "ST", "BHT", "HL", "CLM", "SE", "GE", "IEA", TOO_LONG)
# The loop that begins with an HL of this level.
LEVELS = {"20": "2000A", "22": "2000B", "23": "2000C"}
CLAIM, LINE = "2300", "2400"
# The SBR of a subscriber whose HL is lost looks like another payer's. OI shows that it is one.
UNSURE_PAYER_LOOPS = ("2320", "2330")
_PAYER, _PAYER_PARTY = "2320 OI", "2330 OI"
OTHER_PAYER_LOOPS = (*UNSURE_PAYER_LOOPS, _PAYER, _PAYER_PARTY)

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
        **_to(_PAYER_PARTY, _PAYER),
        **_to("2420", "2400", "2410"),
    },
    # A subscriber's SBR without its HL belongs to nobody who is known.
    "SBR": {**_to("2320", *_IN_CLAIM), **_to(NOWHERE, *_IN_LINE, *_ABOVE, "2010B")},
    "OI": {**_to(_PAYER, "2320"), **_to(_PAYER_PARTY, "2330")},
    "LX": _to("2400", *_IN_CLAIM, *_IN_LINE),
    "LIN": _to("2410", *_LINE),
    "SVD": _to("2430", *_IN_LINE),
    "LQ": _to("2440", *_IN_LINE),
}
# Where a segment of a claim or a line stands, by its name, or by its name and its first element.
# Elsewhere it would be lost, or taken for another party's: what comes before it is missing.
_HOMES: dict[tuple[str, str | None], tuple[str, ...]] = {
    ("HI", None): (CLAIM,),
    ("CL1", None): (CLAIM,),
    ("PWK", None): (CLAIM, LINE),
    ("SV1", None): (LINE,),
    ("SV2", None): (LINE,),
    ("LIN", None): ("2410",),
    ("CTP", None): ("2410",),
    ("DTP", "434"): (CLAIM,),
    ("DTP", "472"): (LINE,),
    ("REF", "D9"): (CLAIM,),
    ("REF", "F8"): (CLAIM, "2330", _PAYER_PARTY),
    ("REF", "6R"): (LINE,),
    ("NM1", "QC"): ("2010C",),
}
# A line has one: what it bills.
SERVICES = ("SV1", "SV2")
NAMES_WITH_HOMES = frozenset(name for name, _ in _HOMES)
_BY_KIND = frozenset(name for name, kind in _HOMES if kind)
# Who begins a level, and the loops where such an NM1 stands. In a claim or a line it belongs to a
# level whose HL is missing.
_OF_A_LEVEL = {"85": ("2010A", "2330"), "IL": ("2010B", "2330")}
_HEADS = frozenset({NOWHERE, *_ABOVE, "2000B", "2010B"})
LOST_CLAIM = "segments of a claim that has no CLM"


def misplaced(name: str, kind: str, loop: str) -> str | None:
    """What is wrong with a segment in the wrong place of a loop, else None.

    ``kind`` is its first element. ``LOST_CLAIM`` if no claim has begun.
    """
    homes = _HOMES.get((name, kind if name in _BY_KIND else None))
    if homes is None or loop in homes:
        return None
    shown = f"{name}*{kind}" if name in _BY_KIND else name
    if loop in _HEADS:
        return f"{shown} in the wrong place" if name in _BY_KIND else LOST_CLAIM
    if homes == (CLAIM,) and in_line(loop):
        return f"{shown} after a line: the claim that it belongs to has no CLM"
    if CLAIM in homes and not in_line(loop):
        return f"{shown} after a provider or another payer: it belongs before them"
    if homes == (LINE,):
        return f"{shown} without the LX of its line"
    return f"{shown} in the wrong place"


def begins_a_level(kind: str, loop: str) -> bool:
    """Whether an NM1 of this kind shows that the HL of its level is missing."""
    return (loop in _IN_CLAIM or loop in _IN_LINE) and loop not in (
        *_OF_A_LEVEL.get(kind, (loop,)),
        *OTHER_PAYER_LOOPS,
    )


def in_line(loop: str) -> bool:
    """Whether the loop belongs to a service line."""
    return loop in _IN_LINE


def short_name(loop: str) -> str:
    """A loop's name as it is here: 2310 for 2310A, 2010B for 2010BA, but 2000B for itself."""
    return loop[:4] if loop[:2] in ("23", "24") else loop[:5]
