"""Bills what `add-on-without-primary` advises, word by word, if no primary comes.

The other lines are billed as their own findings recommend.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import ClaimDecision
from tests.rebill.rebill import LAW, WAITS, corrected, decided

_ADVICE = re.compile(r"If none is to come, send a replacement claim (.*)\.$")
_INSTEAD = re.compile(
    r"that bills (one unit of )?(\w{5}) instead(?! of)(?:, and ([\d.]+) units? of (\w{5}))?"
    r"(?:, as a service added to \w{5})?(?:, and (\w{5}) instead of (\w{5}))?$"
)
_BESIDE = re.compile(
    r"that bills \w{5} instead of (?:one unit of )?\w{5}, and this line beside it$"
)


def unadvised(claim: ClaimEvent) -> Iterator[str]:
    """The findings of the sequence that a claim gets although it bills what was advised."""
    decision = decided(claim)
    advice = advised(decision)
    again = followed(claim, decision, advice) if advice else None
    if again is None:
        return
    for finding in decided(again).findings:
        if finding.edit_id in LAW or finding.edit_id == "units-over-maximum":
            yield f"{advice}: line {finding.line_number}: {finding.edit_id}: {finding.message}"


def advised(decision: ClaimDecision) -> dict[int, str]:
    """What the lines without a primary are to bill, by line number."""
    waiting = [f for f in decision.findings if f.edit_id == WAITS]
    found = {f.line_number or 0: _ADVICE.search(f.message) for f in waiting}
    return {number: each[1] for number, each in found.items() if each}


def followed(
    claim: ClaimEvent, decision: ClaimDecision, advice: dict[int, str]
) -> ClaimEvent | None:
    """The claim that bills what was advised, None without a line.

    Units on a line of their own have no times.
    """
    lines: list[ServiceLine] = []
    pushes: dict[str, str] = {}
    for line, outcome in zip(claim.lines, decision.lines, strict=True):
        words = advice.get(line.line_number)
        instead = _INSTEAD.match(words) if words else None
        if instead:
            one, code, rest, added, *push = instead.groups()
            number = len(claim.lines) + line.line_number
            lines += _instead(line, one, code, rest, added, number)
            pushes |= {push[1]: push[0]}
        elif words != "without the line":
            assert not words or _BESIDE.match(words), words
            other = corrected(line, outcome)
            if other is None and line.start_time:
                return None  # Its minutes are documented on another line, which depends.
            lines += [other] if other else []
    # A push that another line is to stand before.
    billed = [
        replace(x, procedure_code=pushes.get(x.procedure_code, x.procedure_code)) for x in lines
    ]
    again = replace(claim, event_id="again", claim_id="B", lines=tuple(billed))
    return again if lines else None


def _instead(
    line: ServiceLine, one: str | None, code: str, rest: str | None, added: str, number: int
) -> Iterator[ServiceLine]:
    yield replace(line, procedure_code=code, units=1.0 if one else line.units)
    if rest:
        untimed = replace(line, start_time=None, end_time=None, line_number=number)
        yield replace(untimed, procedure_code=added, units=float(rest))
