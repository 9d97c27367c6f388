"""The property of a monitored edit: but for its findings, decisions are as with the edit off."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from unittest.mock import patch

from stream_edits.codec.decisions import decision_encoder
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import EditFinding
from stream_edits.policies.values.rules import EditRules
from tests.modes.histories import (
    FROM_THE_START,
    SHIPPED,
    Decided,
    decided,
    excluding,
    overlay_of,
    policies_with,
    silenced,
)

_encode = decision_encoder(7)
# The services of a generated history are on the days around this one.
_MIDDLE = "2025-01-13"

Pair = Callable[[Sequence[ClaimEvent]], tuple[Decided, Decided]]


@cache
def pair_of(edit_id: str, since: str) -> Pair:
    """The two runs of a history that must publish the same: with the edit monitored, and off."""
    monitor = policies_with(overlay_of(edit_id, "monitor", since))
    off = policies_with(overlay_of(edit_id, "off", since))

    def both(history: Sequence[ClaimEvent]) -> tuple[Decided, Decided]:
        return decided(monitor, history, edit_id), decided(off, history, edit_id)

    return both


def excluded_pair(edit_id: str, history: Sequence[ClaimEvent]) -> tuple[Decided, Decided]:
    """The same two runs, with the edit excluded for half of the billing providers."""
    npis = sorted({claim.billing_provider_npi for claim in history})
    work = partial(decided, policies_with(excluding(edit_id, npis[::2])), history, edit_id)
    return work(), silenced(work)


def run_pair(edit_id: str, history: Sequence[ClaimEvent], how: str) -> tuple[Decided, Decided]:
    """A history with the edit monitored and off: from the ``start``, from a day in the ``middle``
    on, or ``excluded`` for half of the providers."""
    if how == "excluded":
        return excluded_pair(edit_id, history)
    return pair_of(edit_id, FROM_THE_START if how == "start" else _MIDDLE)(history)


def speaking(history: Sequence[ClaimEvent]) -> set[str]:
    """The ids of the edits that make a finding anywhere in a history, when all are enforced."""
    found: set[str] = set()
    original = EditRules.finding

    def finding(rules: EditRules, *arguments: object, **named: object) -> EditFinding:
        found.add(rules.edit_id)
        return original(rules, *arguments, **named)  # type: ignore[arg-type]

    with patch.object(EditRules, "finding", finding):
        decided(SHIPPED, history, "")
    return found


def differences(monitored: Decided, off: Decided) -> Iterator[str]:
    """What is published otherwise than with the edit off. Nothing may be."""
    if off.monitored:
        yield "an edit that is off has findings"
    if monitored.refused != off.refused:
        yield "other reviews are refused"
    if len(monitored.decisions) != len(off.decisions):
        yield "other decisions are made"
    for one, other in zip(monitored.decisions, off.decisions, strict=False):
        if _encode(one) != _encode(other):
            yield f"claim {one.claim_id} revision {one.revision} differs"
            return


def apart(history: Sequence[ClaimEvent]) -> list[list[ClaimEvent]]:
    """A history in parts that have no member, claim or supervisor in common."""
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while above.setdefault(name, name) != name:
            name = above[name]
        return name

    for claim in history:
        own, *others = _names(claim)
        for other in others:
            above[top(other)] = top(own)
    parts: dict[str, list[ClaimEvent]] = {}
    for claim in history:
        parts.setdefault(top(next(_names(claim))), []).append(claim)
    return list(parts.values())


def _names(claim: ClaimEvent) -> Iterator[str]:
    yield f"member {claim.member_id}"
    yield f"claim {claim.claim_id}"
    if claim.replaces_claim_id:
        yield f"claim {claim.replaces_claim_id}"
    for line in claim.lines:
        for npi in (line.supervising_provider_npi, line.rendering_provider_npi):
            if npi:
                yield f"supervisor {npi}"
