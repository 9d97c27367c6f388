"""Puts together what is to be told about one claim."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.encounter import member_in
from stream_edits.domain.review import ReviewEvent
from stream_edits.explain.history import Event, Events, History, in_force, near
from stream_edits.explain.remedies import LineAnswer, answers
from stream_edits.explain.values_read import Reads, ValueRead, note_reads, values_read
from stream_edits.policies.edit_types import EncounterEdit, SupervisionEdit
from stream_edits.policies.loading.catalog import VOCABULARY
from stream_edits.policies.policy import Policies
from stream_edits.stages.encounter.stage import ClaimIdReused
from stream_edits.stages.shared.claim_record import outcome_digest
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.refused_reviews import ReviewRefused
from stream_edits.stages.shared.retention import Retention


class RevisionCause(StrEnum):
    """What caused a revision: an event of the claim itself, of another claim, or a review."""

    CLAIM = "CLAIM"
    OTHER_CLAIM = "OTHER_CLAIM"
    REVIEW = "REVIEW"


class Revision(NamedTuple):
    """One revision: its decision, its cause, and the other claims of the encounter as they stood.

    ``cause_claim_id`` is the other claim whose event it was, if that is of the same member, and
    ``replaced`` the claim that this event replaced or voided.
    """

    decision: ClaimDecision
    cause: RevisionCause
    event_id: str
    cause_claim_id: str | None
    others: tuple[ClaimDecision, ...]
    replaced: str | None = None


class Paragraph(NamedTuple):
    """An edit that found something: its paragraph's words, and the values that it read."""

    policy_id: str
    edit_id: str
    title: str
    section: str
    text: str
    values: tuple[ValueRead, ...]


class Account(NamedTuple):
    """All that `explain` says about a claim.

    ``beside`` are the other claims of its encounters as they are in force, ``patients`` the claims
    of other members under its supervisors. ``is_proven`` is false if the history does not lead to
    the published decision, so that no remedy could be tried.
    ``overlap_edits`` are those that may object to lines at the same time, by policy and id.
    """

    claim: ClaimEvent
    decision: ClaimDecision
    revisions: tuple[Revision, ...]
    paragraphs: tuple[Paragraph, ...]
    answers: tuple[LineAnswer, ...]
    beside: tuple[ClaimEvent, ...]
    patients: tuple[ClaimEvent, ...]
    replaced_by: str | None
    is_proven: bool = True
    overlap_edits: frozenset[tuple[str, str]] = frozenset()


class NotExplained(Exception):
    """Why nothing can be told about a claim."""


def account_of(
    claim_id: str,
    events: Events,
    build: Callable[[], DecisionBuilder],
    retention: Retention,
    published: Sequence[ClaimDecision] = (),
) -> Account:
    """The account of one claim from these events, in their order.

    ``build`` makes a new builder at each call. ``published`` are the decisions on the claim where
    they are known. Raises NotExplained if no event brings a decision on the claim.
    """
    events = near(events, claim_id)
    history = History(build(), retention)
    for event, source in events:
        with suppress(ClaimIdReused, ReviewRefused):
            history.take(event, source)
    replayed = history.newest.get(claim_id)
    if replayed is None:
        raise NotExplained("no event in the input leads to a decision on this claim")
    newest = max(published, key=lambda x: x.revision, default=replayed)
    is_proven = outcome_digest(newest) == outcome_digest(replayed)
    claim = history.content(claim_id)
    if claim is None:
        raise NotExplained("the events do not hold the claim that its newest decision is about")
    revisions = tuple(_revisions(history, claim_id, published, newest.revision))
    beside = tuple(_beside(history, newest))
    reads = _reads(claim_id, events, build(), retention)
    return Account(
        claim=claim,
        decision=newest,
        revisions=revisions,
        paragraphs=tuple(_paragraphs(history.run.builder.policies, reads, newest, claim, beside)),
        answers=tuple(answers(history, replayed)) if is_proven else (),
        beside=beside,
        patients=tuple(_patients(history, claim)),
        replaced_by=history.withdrawn.get(claim_id),
        is_proven=is_proven,
        overlap_edits=_overlap_edits(history.run.builder.policies),
    )


def _overlap_edits(policies: Policies) -> frozenset[tuple[str, str]]:
    return frozenset(
        (policy.id, edit.id)
        for policy in policies.all
        for edit in policy.edits
        if isinstance(edit, SupervisionEdit)
        or (isinstance(edit, EncounterEdit) and edit.judges_overlap)
    )


def _revisions(
    history: History, claim_id: str, published: Sequence[ClaimDecision], last: int
) -> Iterator[Revision]:
    """Every revision up to ``last``, in order; the published decision where there is one."""
    known = _replayed(history, claim_id)
    by_number = {each.decision.revision: each for each in known if each.decision.revision <= last}
    for decision in sorted(published, key=lambda x: x.revision):
        same = by_number.get(decision.revision)
        if same is None or outcome_digest(same.decision) != outcome_digest(decision):
            by_number[decision.revision] = _as_published(history, decision)
        else:
            by_number[decision.revision] = same._replace(decision=decision)
    yield from (by_number[number] for number in sorted(by_number))


def _replayed(history: History, claim_id: str) -> Iterator[Revision]:
    standing: dict[str, ClaimDecision] = {}
    for step in history.steps:
        standing |= in_force(step.decisions)
        replaced = next(
            (x.withdrawn_claim_id for x in step.decisions if x.withdrawn_claim_id), None
        )
        if replaced is not None:
            standing.pop(replaced, None)
        for each in step.decisions:
            if each.claim_id == claim_id:
                others = tuple(_sharing(each, standing.values()))
                revision = _revision(step.event, each, others)
                is_own = (
                    revision.cause_claim_id is not None or revision.cause is RevisionCause.CLAIM
                )
                yield revision._replace(replaced=replaced if is_own else None)


def _revision(event: Event, decision: ClaimDecision, others: tuple[ClaimDecision, ...]) -> Revision:
    if isinstance(event, ReviewEvent):
        return Revision(decision, RevisionCause.REVIEW, event.review_id, None, others)
    if event.claim_id == decision.claim_id:
        return Revision(decision, RevisionCause.CLAIM, event.event_id, None, others)
    # Nothing is said about another member, not even the claim's number.
    is_own = event.member_id == member_in(decision.encounter_keys)
    other = event.claim_id if is_own else None
    return Revision(decision, RevisionCause.OTHER_CLAIM, event.event_id, other, others)


def _as_published(history: History, decision: ClaimDecision) -> Revision:
    """A published revision that the events do not lead to."""
    trigger = decision.trigger_event_id or decision.event_id
    for step in history.steps:
        event = step.event
        name = event.review_id if isinstance(event, ReviewEvent) else event.event_id
        if name == trigger:
            return _revision(event, decision, ())
    cause = RevisionCause.OTHER_CLAIM if decision.trigger_event_id else RevisionCause.CLAIM
    return Revision(decision, cause, trigger, None, ())


def _sharing(decision: ClaimDecision, others: Iterable[ClaimDecision]) -> Iterator[ClaimDecision]:
    """The decisions on other claims of the same encounters, by claim id."""
    keys = set(decision.encounter_keys)
    shared = [x for x in others if x.claim_id != decision.claim_id and keys & {*x.encounter_keys}]
    yield from sorted(shared, key=lambda x: x.claim_id)


def _beside(history: History, decision: ClaimDecision) -> Iterator[ClaimEvent]:
    """The other claims of the same encounters that are in force."""
    for each in _sharing(decision, history.newest.values()):
        content = history.billing(each.claim_id)
        if content is not None:
            yield content


def _patients(history: History, claim: ClaimEvent) -> Iterator[ClaimEvent]:
    """The claims of other members with a supervisor of this claim on its days."""
    own = {(line.supervisor, line.service_date) for line in claim.lines if line.supervisor}
    for claim_id in history.newest:
        other = history.billing(claim_id)
        if other is None or other.member_id == claim.member_id:
            continue
        if any((line.supervisor, line.service_date) in own for line in other.lines):
            yield other


def _reads(claim_id: str, events: Events, builder: DecisionBuilder, retention: Retention) -> Reads:
    """What the edits read at the event that brought the newest decision on a claim."""
    noted = note_reads(builder.policies)
    history, newest = History(builder, retention), Reads()
    for event, source in events:
        for names in noted.values():
            names.clear()
        with suppress(ClaimIdReused, ReviewRefused):
            step = history.take(event, source)
            if any(each.claim_id == claim_id for each in step.decisions):
                newest = {place: dict(names) for place, names in noted.items()}
    return newest


def _paragraphs(
    policies: Policies,
    reads: Reads,
    decision: ClaimDecision,
    claim: ClaimEvent,
    beside: Sequence[ClaimEvent],
) -> Iterator[Paragraph]:
    """The paragraph of each edit with a finding, in the order of the findings; last what the edits
    share."""
    for policy in policies.all:
        values = list(values_read(policy, reads, decision, claim, beside))
        found = [f.edit_id for f in decision.findings if f.policy_id == policy.id]
        for edit_id in dict.fromkeys((*found, VOCABULARY) if found else ()):
            own = tuple(each for each in values if each.edit_id == edit_id)
            edit = policy.values.get(edit_id)
            if edit is not None and (own or edit_id != VOCABULARY):
                file = edit.file
                yield Paragraph(policy.id, edit_id, file.title, file.section, file.text, own)
