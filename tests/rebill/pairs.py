"""The rebill law over two claims of one visit, the second decided after the first.

The biller corrects the first claim before the second one comes, and then whatever the second one
changes. The two are rebilled as one: their lines have different numbers, so that they can be put
together and taken apart again. The corrected claims are sent afresh, in the same order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition
from tests.rebill.rebill import Rebilled, decided, new_findings, rebilled
from tests.stages.walk import through_stages

_CONFLICT = "conflicts-with-decided-claim"


class RebilledPair(NamedTuple):
    """The corrected claims, both as one, and the lines that were denied before."""

    claims: list[ClaimEvent]
    whole: Rebilled
    denied: set[int | None]


def violations_of_pair(first: ClaimEvent, second: ClaimEvent) -> Iterator[str]:
    """The findings of the sequence that two claims get only after both were rebilled."""
    again = rebilled_pair(first, second)
    if again is None:
        return
    after = _joined(through_stages(again.claims).last().values())
    # A denied line says what to bill; the decided claim that this conflicts with is named when it
    # is billed.
    named = {(_CONFLICT, number) for number in again.denied}
    found = [f for f in after.findings if (f.edit_id, f.line_number) not in named]
    after = after._replace(findings=tuple(found))
    yield from new_findings(_whole([first, second]), again.whole, after)


def rebilled_pair(first: ClaimEvent, second: ClaimEvent) -> RebilledPair | None:
    """The corrected claims; None if what to bill is not known."""
    if not first.lines or not second.lines:
        return None
    alone = rebilled(first, decided(first))
    if alone is None:
        return None
    claims = [replace(alone.claim, claim_id=first.claim_id), second]
    decision = _joined(through_stages(claims).last().values())
    if any(f.edit_id == _CONFLICT for f in decision.findings):
        return None  # A reviewer says which of the two is to be corrected.
    again = rebilled(_whole(claims), decision)
    if again is None:
        return None
    numbers = {x.line_number for x in claims[0].lines}
    denied = {x.line_number for x in decision.lines if x.disposition is Disposition.DENY}
    return RebilledPair(_parts(again.claim, numbers), again, {*denied})


def _parts(whole: ClaimEvent, of_first: set[int]) -> list[ClaimEvent]:
    """The claim with the lines of the first one, and the one with all others."""
    kept = tuple(x for x in whole.lines if x.line_number in of_first)
    later = tuple(x for x in whole.lines if x.line_number not in of_first)
    parts = [replace(whole, event_id="again-A", claim_id="A", lines=kept)]
    parts += [replace(whole, event_id="again-B", claim_id="B", lines=later)]
    return [x for x in parts if x.lines]


def _whole(claims: Sequence[ClaimEvent]) -> ClaimEvent:
    lines = sorted((x for each in claims for x in each.lines), key=lambda x: x.line_number)
    return replace(claims[0], lines=tuple(lines))


def _joined(of_claims: Iterable[ClaimDecision]) -> ClaimDecision:
    decisions = list(of_claims)
    lines = sorted((x for each in decisions for x in each.lines), key=lambda x: x.line_number)
    findings = tuple(x for each in decisions for x in each.findings)
    return decisions[0]._replace(lines=tuple(lines), findings=findings)
