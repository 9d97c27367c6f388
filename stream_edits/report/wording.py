"""Words and numbers as people read them."""

from collections.abc import Sequence
from math import isfinite

from rich.text import Text

from stream_edits.domain.decision import ClaimDecision, Disposition, LineOutcome

WIDTH = 100
COLOURS = {Disposition.PASS: "green", Disposition.PEND: "yellow", Disposition.DENY: "red"}


def units(amount: float) -> str:
    """A number of units as a person writes it."""
    return f"{amount:g}" if isfinite(amount) else "no number"


def printable(text: str | None) -> str:
    """A text of a claim that cannot steer the terminal it is shown on."""
    return "".join(c if c.isprintable() else "?" for c in text or "")


def coloured(disposition: Disposition) -> Text:
    """The disposition in its colour."""
    return Text(disposition.value, style=COLOURS[disposition])


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def is_quiet(decision: ClaimDecision, line: LineOutcome) -> bool:
    """Whether nothing is said of the line, and it is paid as it was billed."""
    spoken_of = any(finding.line_number == line.line_number for finding in decision.findings)
    return not spoken_of and line.disposition is Disposition.PASS


def denied_as_a_whole(decision: ClaimDecision) -> bool:
    """Whether a claim is denied though its lines alone are not: none of them is paid."""
    return decision.disposition is Disposition.DENY and any(
        line.disposition is not Disposition.DENY for line in decision.lines
    )
