"""Claims and reviews, decided with an edit in some mode."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest.mock import patch

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, EditFinding, RollUp, Source, parted
from stream_edits.domain.npi import is_npi
from stream_edits.domain.review import ReviewEvent, ReviewOutcome
from stream_edits.policies.edit_types import AlreadyReplacedNotice
from stream_edits.policies.loading import catalog
from stream_edits.policies.loading.overlay import lay_over
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.mode import EditMode
from stream_edits.policies.values.rules import EditRules
from stream_edits.stages.encounter.stage import ClaimIdReused
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from stream_edits.synthetic.generator import generate

SHIPPED = catalog.load_policies()
EDITS = tuple(
    edit.id for edit in SHIPPED.all[0].edits if not isinstance(edit, AlreadyReplacedNotice)
)
FROM_THE_START = "2024-12-03"
_REVIEWED = 0.15


class Decided(NamedTuple):
    """What a history led to: its decisions without monitored findings, these, and the refusals."""

    decisions: list[ClaimDecision]
    monitored: list[tuple[ClaimDecision, EditFinding]]
    refused: list[tuple[str, str]]


def overlay_of(edit_id: str, mode: str, since: str = FROM_THE_START) -> str:
    """An overlay that gives an edit a mode from a day on."""
    return (
        f"edits:\n  {edit_id}:\n    mode:\n      {since}:\n"
        f"        reference: Plan memo\n        value: {mode}\n"
    )


def excluding(edit_id: str, npis: Iterable[str], since: str = FROM_THE_START) -> str:
    """An overlay that excludes some billing NPIs from an edit from a day on."""
    entries = "".join(
        f'          - {{npi: "{npi}", reference: Memo, approver: Director}}\n'
        for npi in filter(is_npi, npis)
    )
    return (
        f"edits:\n  {edit_id}:\n    exclusions:\n      {since}:\n"
        f"        reference: Plan memo\n        value:\n{entries}"
    )


def policies_with(overlay: str) -> Policies:
    """The shipped policies under an overlay. All have one version, so that decisions compare."""

    def laid(*arguments: object) -> str:
        lay_over(*arguments)  # type: ignore[arg-type]
        return "modes"

    with TemporaryDirectory() as folder, patch.object(catalog, "lay_over", laid):
        file = Path(folder) / "overlay.yaml"
        file.write_text(overlay, encoding="utf-8")
        return catalog.load_policies(file)


def silenced(work: Callable[[], Decided]) -> Decided:
    """The result of some work in which what would be monitored is off."""
    original = EditRules.mode_for

    def mode_for(rules: EditRules, npi: str) -> EditMode:
        mode = original(rules, npi)
        return EditMode.OFF if mode is EditMode.MONITOR else mode

    with patch.object(EditRules, "mode_for", mode_for):
        return work()


def history_of(seed: int, encounters: int) -> list[ClaimEvent]:
    """Claims of several members and supervisors, with corrections, voids and re-sent events."""
    return list(generate(seed, encounters))


def decided(
    policies: Policies,
    history: Sequence[ClaimEvent],
    edit_id: str,
    rule: RollUp = RollUp.STANDARD,
    counts: Callable[[ClaimDecision], ClaimDecision] = lambda decision: decision,
) -> Decided:
    """What a history leads to. Some decisions are reviewed, also findings of the edit.

    The reviews depend on what counts in the decisions only.
    """
    run = Pipeline(DecisionBuilder(policies, rule, "test"))
    found = Decided([], [], [])
    members = {claim.claim_id: claim.member_id for claim in history}
    draw = random.Random(len(history))
    for place, claim in enumerate(history):
        sent: list[ClaimDecision] = []
        with suppress(ClaimIdReused):
            sent = _kept(found, run.decide(claim, Source("file", 0, place)), counts)
        for decision in sent:
            if draw.random() < _REVIEWED:
                review = _review(draw, decision, members[decision.claim_id], edit_id)
                try:
                    _kept(found, run.review(review), counts)
                except ReviewRefused as refused:
                    found.refused.append((refused.error_class, str(refused)))
    return found


def _kept(
    found: Decided,
    decisions: Iterator[ClaimDecision],
    counts: Callable[[ClaimDecision], ClaimDecision],
) -> list[ClaimDecision]:
    sent = []
    for decision in decisions:
        findings, monitored = parted(counts(decision).findings)
        found.monitored.extend((decision, each) for each in monitored)
        sent.append(decision._replace(findings=findings))
    found.decisions.extend(sent)
    return sent


def _review(
    draw: random.Random, decision: ClaimDecision, member_id: str, edit_id: str
) -> ReviewEvent:
    named = draw.choice([None, edit_id, *(f.edit_id for f in decision.findings)])
    line = draw.choice([None, *(each.line_number for each in decision.lines)])
    return ReviewEvent(
        review_id=f"review {decision.claim_id} {decision.revision}",
        event_time=decision.decided_at + timedelta(minutes=draw.randrange(1, 90)),
        member_id=member_id,
        claim_id=decision.claim_id,
        decision_id=decision.decision_id,
        line_number=line,
        edit_id=named,
        outcome=draw.choice(list(ReviewOutcome)),
        allowed_units=None,
        reason_code="PRICED",
        reviewer="examiner-7",
    )
