"""`stream-edits review`, against an embedded Kafka with decisions on its topics."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Disposition, Source
from stream_edits.domain.review import ReviewOutcome
from stream_edits.engine.kafka import read_topic
from tests.cli.reviewing import HELD, HOLD, MEMBER, Published, embedded, walked
from tests.stages.walk import Walk


@pytest.fixture
def kafka() -> Iterator[Published]:
    with embedded() as published:
        yield published


def test_a_review_is_about_the_newest_decision(kafka: Published) -> None:
    (first,) = walked(HELD)
    second = first._replace(revision=2, decision_id="newest", supersedes=first.decision_id)
    denied = first._replace(disposition=Disposition.DENY, decision_id="older", revision=1)
    kafka.publish(second, first, denied, first._replace(claim_id="other", revision=9))
    run = kafka.command(*HOLD, "--approve", "--reason", "PRICED", "--units", "2", "--carc", "45")
    assert (run.returncode, run.stderr) == (
        0,
        "published 1 review to claims.edits.reviews\n",
    )
    (review,) = kafka.reviews()
    assert review == replace(
        review,
        member_id=MEMBER,
        claim_id="CANARY-A",
        decision_id="newest",
        line_number=2,
        edit_id="by-report-pricing",
        outcome=ReviewOutcome.APPROVE,
        allowed_units=2.0,
        carc="45",
        reason_code="PRICED",
        reviewer="CANARY-USER",
    )
    assert run.stdout == f"{UUID(review.review_id)}\n"


def test_a_published_review_applies(kafka: Published) -> None:
    walk = Walk()
    kafka.publish(*walk.send(HELD))
    run = kafka.command(*HOLD, "--deny", "--reason", "NO", "--carc", "50", "--rarc", "N115")
    assert run.returncode == 0, run
    (after,) = walk.reviewed(kafka.reviews()[0])
    (finding,) = after.findings
    assert (finding.disposition, finding.carc, finding.rarcs) == (Disposition.DENY, "50", ("N115",))


def test_a_dry_run_publishes_nothing(kafka: Published) -> None:
    kafka.publish(*walked(HELD))
    run = kafka.command("CANARY-A", "--uphold", "--reason", "RIGHT", "--dry-run")
    assert (run.returncode, run.stderr) == (0, "")
    assert "would UPHOLD by-report-pricing on line 2, now PEND\n" in run.stdout
    assert kafka.reviews() == []


REFUSED = {
    "UnknownReview: the decision topics have no decision on this claim": (
        ("CANARY-Z", "--approve"),
    ),
    "UnknownReview: the claim has no such line": (("CANARY-A", "--approve", "--line", "9"),),
    "UnknownReview: the newest decision on the claim has no such finding": (
        ("CANARY-A", "--approve", "--line", "1"),
        ("CANARY-A", "--approve", "--edit", "included-service"),
        ("CANARY-A", "--approve", "--edit", "CANARY-EDIT"),
    ),
    "ContractViolation: allowed_units is above the units that the line bills": (
        (*HOLD, "--approve", "--units", "4"),
        ("CANARY-A", "--approve", "--units", "4"),
    ),
    "ContractViolation: allowed_units is negative, or not a number": (
        (*HOLD, "--approve", "--units", "-1"),
        (*HOLD, "--approve", "--units", "nan"),
    ),
    "ContractViolation: allowed_units go with APPROVE only": ((*HOLD, "--deny", "--units", "1"),),
    "ContractViolation: carc and rarcs go with DENY or with allowed_units only": (
        (*HOLD, "--approve", "--carc", "50"),
        (*HOLD, "--uphold", "--rarc", "N115"),
    ),
    "ContractViolation: the finding has no CARC to deny it with: name one": ((*HOLD, "--deny"),),
    "ContractViolation: the finding has no CARC to cut its units with: name one": (
        (*HOLD, "--approve", "--units", "0"),
    ),
    "ContractViolation: CARC 25 is deactivated on the X12 list of 2026-08-17": (
        (*HOLD, "--deny", "--carc", "25"),
    ),
    "ContractViolation: carc or a rarc is not on the X12 list of 2026-08-17": (
        (*HOLD, "--deny", "--carc", "999"),
        (*HOLD, "--approve", "--units", "0.5", "--carc", "999"),
        (*HOLD, "--deny", "--carc", "50", "--rarc", "N9999"),
    ),
    "ContractViolation: carc or a rarc is not formatted as a code": (
        (*HOLD, "--deny", "--carc", "CANARY"),
        (*HOLD, "--deny", "--carc", "50", "--rarc", "CANARY"),
        (*HOLD, "--deny", "--carc", "50", "--rarc", ""),
    ),
}


def test_what_can_be_checked_is_checked_before_publishing(kafka: Published) -> None:
    kafka.publish(*walked(HELD))
    for problem, commands in REFUSED.items():
        for arguments in commands:
            run = kafka.command(*arguments, "--reason", "SECRET")
            assert (run.returncode, run.stdout, run.stderr) == (3, "", f"{problem}\n"), arguments
    assert kafka.reviews() == []


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "name the claim"),
        (("X", "--reason", "R"), "say one of --approve, --deny and --uphold"),
        (("X", "--approve", "--deny", "--reason", "R"), "say one of"),
        (("X", "--approve"), "--reason is needed"),
        (("X", "--file", "-"), "go with --file"),
        (("--file", "-", "--approve"), "go with --file"),
        (("--file", "absent.jsonl"), "does not exist"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], problem: str) -> None:
    run = Published("127.0.0.1:1").command(*arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert problem in run.stderr


def written(**fields: Any) -> str:
    given = {"claim_id": "CANARY-A", "outcome": "APPROVE", "reason_code": "PRICED"}
    return json.dumps(given | fields) + "\n"


def test_a_file_of_reviews(kafka: Published) -> None:
    (decision,) = walked(HELD)
    kafka.publish(decision)
    lines = [
        written(line_number=2),
        "{not json\n",
        "\n",
        written(outcome="PERHAPS"),
        written(line_number=9),
        written(decision_id="CANARY-DECISION"),
        written(member_id="CANARY-STRANGER"),
        written(
            review_id="mine",
            event_time="2026-01-05T10:00:00Z",
            decision_id=decision.decision_id,
            member_id=MEMBER,
            reviewer="examiner",
            outcome="UPHOLD",
        ),
    ]
    run = kafka.command("--file", "-", "--reviewer", "CANARY-TEAM", stdin="".join(lines))
    assert run.returncode == 3
    assert [text.split(": ")[:2] for text in run.stderr.splitlines()[:-1]] == [
        ["line 2", "MalformedJson"],
        ["line 4", "ContractViolation"],
        ["line 5", "UnknownReview"],
        ["line 6", "StaleReview"],
        ["line 7", "UnknownReview"],
    ]
    assert run.stderr.splitlines()[-1] == "published 2 reviews to claims.edits.reviews"
    upheld, approved = sorted(kafka.reviews(), key=lambda review: review.outcome, reverse=True)
    assert (upheld.review_id, upheld.reviewer, upheld.event_time.year) == ("mine", "examiner", 2026)
    assert (approved.member_id, approved.decision_id) == (MEMBER, decision.decision_id)
    assert approved.reviewer == "CANARY-TEAM"
    assert run.stdout.splitlines() == [approved.review_id, "mine"]


def _with_a_bar(event: ClaimEvent) -> ClaimEvent:
    return replace(event, encounter_id="CANARY|1234567893|2025-01-14")


@pytest.mark.parametrize("change", [_with_a_bar, lambda event: replace(event, member_id="C|D")])
def test_a_member_that_the_encounter_keys_do_not_tell_is_read_from_the_claim(
    change: Callable[[ClaimEvent], ClaimEvent], kafka: Published
) -> None:
    event = change(HELD)
    (decision,) = walked(event)
    # The embedded broker puts every record of this key on one partition.
    kafka.publish_claim(event)
    (read,) = read_topic(kafka.settings.kafka_options(), "claims.events", "test")
    place = Source(read.topic, read.partition, read.offset)
    kafka.publish(decision._replace(source=place))
    assert kafka.command("CANARY-A", "--approve", "--reason", "R").returncode == 0
    (review,) = kafka.reviews()
    assert review.member_id == event.member_id
    kafka.publish(decision._replace(source=place._replace(offset=7), revision=2))
    run = kafka.command("CANARY-A", "--approve", "--reason", "R")
    assert (run.returncode, run.stderr) == (
        3,
        "UnknownReview: the member of the claim cannot be looked up: name it in a file\n",
    )


def test_a_claim_id_of_two_members_needs_the_member(kafka: Published) -> None:
    both = [*walked(HELD), *walked(replace(HELD, member_id="CANARY-2"))]
    kafka.publish(*both)
    run = kafka.command("CANARY-A", "--approve", "--reason", "R")
    assert run.returncode == 3
    assert run.stderr.startswith("UnknownReview: several members have a claim with this id")
    run = kafka.command("--file", "-", stdin=written(member_id="CANARY-2"))
    assert run.returncode == 0
    (review,) = kafka.reviews()
    assert review.decision_id == both[1].decision_id


def test_no_kafka_is_one_line() -> None:
    run = Published("127.0.0.1:1").command("X", "--approve", "--reason", "R")
    assert run.returncode == 1
    last = run.stderr.splitlines()[-1]
    assert last.startswith("stream-edits: no answer from the brokers at 127.0.0.1:1")
