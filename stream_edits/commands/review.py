"""`review`: publish what a person decided on claims that are held or denied."""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from stream_edits.app.wiring import schema_source
from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.errors import Undecodable
from stream_edits.codec.intake_checks import check_review
from stream_edits.codec.jsonl import BadLine, review_from_json, texts_in
from stream_edits.commands.publish import encoder_of_reviews, review_output
from stream_edits.commands.records.decision_records import published_decisions
from stream_edits.commands.records.topic_records import records_of
from stream_edits.commands.review_checks import findings_reviewed, newest_of
from stream_edits.domain.decision import ClaimDecision, EditFinding, Source
from stream_edits.domain.encounter import member_in
from stream_edits.domain.review import ReviewEvent
from stream_edits.engine.kafka import publish_records
from stream_edits.settings import Settings
from stream_edits.stages.shared.refused_reviews import ReviewRefused, UnknownReview
from stream_edits.text import counted

Numbered = Sequence[tuple[int, ReviewEvent | BadLine]]
# The value of a field that is to be looked up, and the line number of a review from no file.
_LOOKED_UP = ""
_NO_LINE = 0


class _Decisions(NamedTuple):
    """The decisions on claims and those that withdraw them, each by claim id."""

    on: Mapping[str, list[ClaimDecision]]
    withdrawing: Mapping[str, list[ClaimDecision]]


class CheckedReview(NamedTuple):
    """A review that may be published, and the findings that it is about."""

    review: ReviewEvent
    findings: tuple[EditFinding, ...]


def given_review(fields: Mapping[str, Any], reviewer: str) -> Numbered:
    """The one review with these fields. What they leave out is filled in as for a file."""
    return [(_NO_LINE, _review(_NO_LINE, json.dumps(fields).encode(), reviewer))]


def read_reviews(file: str, reviewer: str) -> Numbered:
    """The reviews of a file of JSON lines, with their line numbers; ``-`` is standard input.

    What a line leaves out is filled in: a new id, the present time, the reviewer. The decision and
    the member are looked up later.
    """
    if file == "-":
        return _reviews_in(sys.stdin.buffer, reviewer)
    with Path(file).open("rb") as opened:
        return _reviews_in(opened, reviewer)


def _reviews_in(lines: Iterable[bytes], reviewer: str) -> Numbered:
    return [(number, _review(number, text, reviewer)) for number, text in texts_in(lines)]


def _review(number: int, text: bytes, reviewer: str) -> ReviewEvent | BadLine:
    unstated = {
        "review_id": str(uuid4()),
        "event_time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "decision_id": _LOOKED_UP,
        "member_id": _LOOKED_UP,
        "reviewer": reviewer,
    }
    try:
        return review_from_json(text, unstated)
    except Undecodable as error:
        return BadLine(number, error.error_class, error.message)


def publish_reviews(settings: Settings, reviews: Numbered, dry_run: bool) -> int:
    """Check each review against the decisions on its claim, and publish those without a fault.

    Prints the id of each one published; with ``dry_run`` what it would decide. Returns the number
    of reviews with a fault, each reported on stderr. Raises NotRegistered or RegistryAway where a
    registry is configured, ClientError, EngineStopped.
    """
    named = {review.claim_id for _, review in reviews if isinstance(review, ReviewEvent)}
    decisions = _decisions_on(settings, named) if named else _Decisions({}, {})
    checked: list[CheckedReview] = []
    bad = 0
    for number, review in reviews:
        result = review if isinstance(review, BadLine) else _check(settings, review, decisions)
        if isinstance(result, CheckedReview):
            checked.append(result)
        else:
            bad += 1
            _report(result._replace(line_number=number))
    if dry_run:
        for each in checked:
            print("\n".join(_summary(each)))
    elif checked:
        _publish(settings, [each.review for each in checked])
    return bad


def _report(bad: BadLine) -> None:
    place = "" if bad.line_number == _NO_LINE else f"line {bad.line_number}: "
    print(f"{place}{bad.error_class}: {bad.message}", file=sys.stderr)


def _decisions_on(settings: Settings, claim_ids: set[str]) -> _Decisions:
    found = _Decisions(defaultdict(list), defaultdict(list))
    records = published_decisions(
        settings, schema_source(settings), claim_ids=claim_ids, with_withdrawals=True
    )
    for _, decision in records:
        if decision is None:
            continue
        found.on[decision.claim_id].append(decision)
        withdrawn = decision.withdrawn_claim_id
        if withdrawn is not None and withdrawn != decision.claim_id:
            found.withdrawing[withdrawn].append(decision)
    return found


def _check(
    settings: Settings, review: ReviewEvent, decisions: _Decisions
) -> CheckedReview | BadLine:
    """The review with what was looked up, or what is wrong with it. The line number is not set."""
    try:
        own = _of_its_member(review, decisions.on.get(review.claim_id, ()))
        newest = newest_of(own)
        review = replace(
            review,
            member_id=review.member_id or _member_of(settings, newest),
            decision_id=review.decision_id or newest.decision_id,
        )
        if _of_its_member(review, decisions.withdrawing.get(review.claim_id, ())):
            raise UnknownReview("the claim was replaced or voided")
        check_review(review, time.time_ns() // 1_000_000)
        return CheckedReview(review, findings_reviewed(review, own))
    except Undecodable as error:
        return BadLine(_NO_LINE, error.error_class, error.message)
    except ReviewRefused as refused:
        return BadLine(_NO_LINE, refused.error_class, str(refused))


def _of_its_member(
    review: ReviewEvent, decisions: Sequence[ClaimDecision]
) -> Sequence[ClaimDecision]:
    """The decisions that may be on this member's claim. Raises UnknownReview."""
    members = {member_in(decision.encounter_keys) for decision in decisions} - {None}
    if review.member_id:
        wanted = (None, review.member_id)
        return [each for each in decisions if member_in(each.encounter_keys) in wanted]
    if len(members) > 1:
        raise UnknownReview("several members have a claim with this id: name the member in a file")
    return decisions


def _member_of(settings: Settings, decision: ClaimDecision) -> str:
    """The member of a decided claim: from its encounter keys, or else from the claim itself.

    Raises UnknownReview when neither names it.
    """
    member = member_in(decision.encounter_keys)
    if member is None:
        member = _member_at(settings, decision.source, decision.claim_id)
    if member is None:
        raise UnknownReview("the member of the claim cannot be looked up: name it in a file")
    return member


def _member_at(settings: Settings, source: Source, claim_id: str) -> str | None:
    if source.topic != settings.topics.events:
        return None
    start = {source.partition: source.offset}
    record = next(records_of(settings, source.topic, start), None)
    if record is None or record.offset != source.offset:
        return None
    try:
        claim = ClaimReader(schema_source(settings)).decode(record.value or b"")
    except Undecodable:
        return None
    return claim.member_id if claim.claim_id == claim_id else None


def _summary(checked: CheckedReview) -> Iterator[str]:
    """Lines on what a review would decide, without values of the claim."""
    outcome = checked.review.outcome
    for finding in checked.findings:
        where = "the claim" if finding.line_number is None else f"line {finding.line_number}"
        yield f"would {outcome} {finding.edit_id} on {where}, now {finding.disposition}"


def _publish(settings: Settings, reviews: Sequence[ReviewEvent]) -> None:
    encode = encoder_of_reviews(settings)
    outputs = [review_output(settings, review, encode) for review in reviews]
    # Before they are published, so that they are known whatever happens.
    for review in reviews:
        print(review.review_id, flush=True)
    published = publish_records(settings.kafka_options(), outputs)
    what = counted(published, "reviews")
    print(f"published {what} to {settings.topics.reviews}", file=sys.stderr)
