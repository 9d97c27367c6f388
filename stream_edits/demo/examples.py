"""Picks three decisions that show what the edits do."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition


class DemoExample(NamedTuple):
    """An example: its heading, the decisions on one claim, oldest first, and a note or ""."""

    heading: str
    decisions: Sequence[ClaimDecision]
    note: str


def pick_examples(
    decisions: Iterable[ClaimDecision], claims: Iterable[ClaimEvent]
) -> Iterator[DemoExample]:
    """A denial with a code to bill instead, a resolved PEND, and time that was given back.

    For each, picks the claim with the fewest lines, and the earliest one among equals.
    """
    published = list(claims)
    of_claim: dict[str, list[ClaimDecision]] = {}
    for decision in sorted(decisions, key=lambda d: (d.decided_at, d.claim_id, d.revision)):
        of_claim.setdefault(decision.claim_id, []).append(decision)
    withdrawing = {claim.event_id for claim in published if claim.withdraws}
    kinds = (
        ("Denied, with the code to bill instead", _recoded),
        ("Held until the claim it waited for came", _resolved),
        ("Denied while another patient had the physician, until that claim was taken back", _freed),
    )
    for heading, is_example in kinds:
        matching = (each for each in of_claim.values() if is_example(each, withdrawing))
        shortest = min(matching, key=lambda each: len(each[0].lines), default=None)
        if shortest is not None:
            yield DemoExample(heading, shortest, _note(shortest[-1], published))


def _note(last: ClaimDecision, claims: Iterable[ClaimEvent]) -> str:
    """A sentence on the claim that caused the last revision, empty if none did."""
    trigger = next((c for c in claims if c.event_id == last.trigger_event_id), None)
    if trigger is None:
        return ""
    event = f"Event {trigger.event_id} brought claim {trigger.claim_id}"
    if trigger.is_void:
        return f"{event}, which voids claim {trigger.replaces_claim_id}."
    if trigger.withdraws:
        return f"{event}, which replaces claim {trigger.withdraws}."
    codes = ", ".join(line.procedure_code for line in trigger.lines)
    return f"{event} of the same encounter, with {codes}."


def _recoded(decisions: Sequence[ClaimDecision], withdrawing: set[str]) -> bool:
    return len(decisions) == 1 and any(
        finding.recommended_code and finding.edit_id == "multiple-initial-codes"
        for finding in decisions[0].findings
    )


def _resolved(decisions: Sequence[ClaimDecision], withdrawing: set[str]) -> bool:
    if len(decisions) != 2 or decisions[1].trigger_event_id is None:
        return False
    first, last = decisions
    waited = any(finding.edit_id == "add-on-without-primary" for finding in first.findings)
    return waited and last.disposition is Disposition.PASS and not last.findings


def _freed(decisions: Sequence[ClaimDecision], withdrawing: set[str]) -> bool:
    if len(decisions) != 2 or decisions[1].trigger_event_id not in withdrawing:
        return False
    first, last = decisions
    return _overlaps(first) and not _overlaps(last)


def _overlaps(decision: ClaimDecision) -> bool:
    return any(finding.edit_id == "simultaneous-supervision" for finding in decision.findings)
