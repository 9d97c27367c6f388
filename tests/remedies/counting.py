"""Counts the answers for lines that are not paid, and proves each remedy once more.

A remedy is proven by other means than the search: the whole history is replayed from its first
event, the changed claim comes after it, and its newest decision is looked at.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import timedelta

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition, RollUp, Source
from stream_edits.explain.changes import ChangeKind, missing_claim, sent_again
from stream_edits.explain.history import Event, History
from stream_edits.explain.remedies import Answer, LineAnswer, Remedy, answers
from stream_edits.policies.policy import Policies
from stream_edits.stages.encounter.stage import ClaimIdReused
from stream_edits.stages.pipeline import adjudicate
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from tests.stages.walk import SHIPPED

_SOURCE = Source("case", 0, 0)
# What a remedy may change on a line, and on a claim beside its own identity.
_OF_A_LINE = {"procedure_code", "units", "modifiers"}
_OF_A_CLAIM = {"lines", "attachments", "event_id", "event_time", "received_date"}


@dataclass
class Count:
    """Lines by answer, by the edits that have a finding on them, and what did not hold."""

    answers: Counter[Answer] = field(default_factory=Counter)
    by_edit: Counter[tuple[str, Answer]] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def __iadd__(self, other: "Count") -> "Count":
        self.answers += other.answers
        self.by_edit += other.by_edit
        self.kinds += other.kinds
        self.broken += other.broken
        return self

    @property
    def share(self) -> float:
        """The share of lines with a remedy, or with the sentence that there is none."""
        lines = sum(self.answers.values())
        return 1.0 - self.answers[Answer.UNKNOWN] / lines if lines else 1.0


def history_of(
    events: Iterable[Event], policies: Policies = SHIPPED, rollup: RollUp = RollUp.STANDARD
) -> History:
    """The history of these events. Those that are refused leave nothing."""
    history = History(DecisionBuilder(policies, rollup, "test"))
    for event in events:
        with suppress(ClaimIdReused, ReviewRefused):
            history.take(event, _SOURCE)
    return history


def counted(
    events: Sequence[Event],
    policies: Policies = SHIPPED,
    rollup: RollUp = RollUp.STANDARD,
    *,
    prove: bool = True,
) -> Count:
    """The answers for every line of these claims that is not paid, each remedy proven."""
    count, history = Count(), history_of(events, policies, rollup)
    for decision in list(history.newest.values()):
        for each in answers(history, decision):
            _add(count, decision, each)
            if prove and each.remedy is not None:
                near = _near(events, history, each.remedy)
                count.broken += broken(near, history, decision, each, policies, rollup)
    return count


def _add(count: Count, decision: ClaimDecision, each: LineAnswer) -> None:
    count.answers[each.answer] += 1
    own = {f.edit_id for f in decision.findings if f.line_number in (None, each.line_number)}
    for edit_id in own:
        count.by_edit[edit_id, each.answer] += 1
    if each.remedy is not None:
        kinds = sorted({change.kind for change in each.remedy.changes})
        count.kinds[f"{' + '.join(kinds)} > {each.remedy.leads_to}"] += 1


def _near(events: Sequence[Event], history: History, remedy: Remedy) -> Sequence[Event]:
    """The events of the members of the remedy's claims, and of who shares their supervisors."""
    own = [history.content(change.claim_id) for change in remedy.changes]
    supervisors = {line.supervisor for claim in own if claim for line in claim.lines}
    members = {claim.member_id for claim in own if claim}
    for event in events:
        if isinstance(event, ClaimEvent) and any(x.supervisor in supervisors for x in event.lines):
            members.add(event.member_id)
    return [event for event in events if event.member_id in members]


def broken(
    events: Sequence[Event],
    history: History,
    decision: ClaimDecision,
    each: LineAnswer,
    policies: Policies = SHIPPED,
    rollup: RollUp = RollUp.STANDARD,
) -> Iterator[str]:
    """What is wrong with a remedy: it does not do what it says, or it changes what it must not."""
    remedy = each.remedy
    assert remedy is not None
    where = f"{decision.claim_id} line {each.line_number} {remedy.changes}"
    sent, names = _sent(history, remedy)
    for before, after in names:
        yield from (f"{where} changes {name}" for name in forbidden(before, after))
    found = adjudicate([(e, _SOURCE) for e in (*events, *sent)], policies, rollup)
    newest: dict[str, ClaimDecision] = {x.claim_id: x for x in found}
    now = newest[decision.claim_id]
    (line,) = [x for x in now.lines if x.line_number == each.line_number]
    if remedy.leads_to is Disposition.PASS:
        paid = line.disposition is Disposition.PASS and line.allowed_units == line.billed_units
        if not paid or now.disposition is Disposition.DENY:
            yield f"{where} leaves the line {line.disposition}"
    elif line.disposition is not Disposition.PEND:
        yield f"{where} leaves the line {line.disposition} and not held"


def _sent(history: History, remedy: Remedy) -> tuple[list[Event], list[tuple[ClaimEvent, ...]]]:
    at = history.last_time + timedelta(seconds=1)
    sent: list[Event] = []
    pairs: list[tuple[ClaimEvent, ...]] = []
    for claim_id in dict.fromkeys(x.claim_id for x in remedy.changes):
        content = history.content(claim_id)
        assert content is not None
        own = [x for x in remedy.changes if x.claim_id == claim_id]
        sent += [missing_claim(content, x, at) for x in own if x.kind is ChangeKind.CLAIM]
        if any(x.kind is not ChangeKind.CLAIM for x in own):
            again = sent_again(content, own, at)
            pairs.append((content, again))
            sent.append(again)
    return sent, pairs


def forbidden(before: ClaimEvent, after: ClaimEvent) -> list[str]:
    """The fields that differ between a claim and the claim with a remedy, and must not."""
    found = [
        each.name
        for each in fields(ClaimEvent)
        if each.name not in _OF_A_CLAIM and getattr(before, each.name) != getattr(after, each.name)
    ]
    if after.attachments[: len(before.attachments)] != before.attachments:
        found.append("attachments")
    for old, new in zip(before.lines, after.lines, strict=True):
        found += [
            f"line {old.line_number} {each.name}"
            for each in fields(old)
            if each.name not in _OF_A_LINE and getattr(old, each.name) != getattr(new, each.name)
        ]
        if new.units > old.units or new.modifiers[: len(old.modifiers)] != old.modifiers:
            found.append(f"line {old.line_number} units or modifiers")
    return found
