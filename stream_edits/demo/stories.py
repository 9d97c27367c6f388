"""Which decisions are worth telling: three that show what the edits do."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition


class Told(NamedTuple):
    """A heading, the decisions on one claim under it, oldest first, and what else to know."""

    heading: str
    decisions: Sequence[ClaimDecision]
    note: str


def worth_telling(
    decisions: Iterable[ClaimDecision], claims: Iterable[ClaimEvent]
) -> Iterator[Told]:
    """A denial with a code to bill instead, a pend that healed, time that was given back.

    Of each the one with the fewest lines; of equals the first.
    """
    published = list(claims)
    of_claim: dict[str, list[ClaimDecision]] = {}
    for decision in sorted(decisions, key=lambda d: (d.decided_at, d.claim_id, d.revision)):
        of_claim.setdefault(decision.claim_id, []).append(decision)
    withdrawing = {claim.event_id for claim in published if claim.withdraws}
    found = (
        ("Denied, with the code to bill instead", _recoded),
        ("Held until the claim it waited for came", _healed),
        ("Denied while another patient had the physician, until that claim was taken back", _freed),
    )
    for heading, fits in found:
        fitting = (each for each in of_claim.values() if fits(each, withdrawing))
        told = min(fitting, key=lambda each: len(each[0].lines), default=None)
        if told is not None:
            yield Told(heading, told, _note(told[-1], published))


def _note(last: ClaimDecision, claims: Iterable[ClaimEvent]) -> str:
    """Which claim brought the last revision about."""
    trigger = next((c for c in claims if c.event_id == last.trigger_event_id), None)
    if trigger is None:
        return ""
    said = f"Event {trigger.event_id} brought claim {trigger.claim_id}"
    if trigger.is_void:
        return f"{said}, which voids claim {trigger.replaces_claim_id}."
    if trigger.withdraws:
        return f"{said}, which replaces claim {trigger.withdraws}."
    codes = ", ".join(line.procedure_code for line in trigger.lines)
    return f"{said} of the same encounter, with {codes}."


def _recoded(decisions: Sequence[ClaimDecision], withdrawing: set[str]) -> bool:
    return len(decisions) == 1 and any(
        finding.recommended_code and finding.edit_id == "multiple-initial-codes"
        for finding in decisions[0].findings
    )


def _healed(decisions: Sequence[ClaimDecision], withdrawing: set[str]) -> bool:
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
