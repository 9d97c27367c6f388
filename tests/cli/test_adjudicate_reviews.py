"""`stream-edits adjudicate` with reviews in the file."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fastavro
import pytest

from stream_edits.codec.jsonl import claim_to_json
from stream_edits.codec.schemas import REVIEW_EVENT, schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.review import ReviewEvent
from tests.build import claim, line
from tests.cli.test_adjudicate import adjudicate, decisions
from tests.jsonl import review_to_json
from tests.stages.reviewing import DENY, UPHOLD, review
from tests.stages.walk import Walk

HELD = claim("A", line("96365"), line("96377", units=3.0))


def _decision() -> ClaimDecision:
    (decision,) = Walk().send(HELD)
    return decision


def _file(*events: ClaimEvent | ReviewEvent) -> bytes:
    texts = (
        review_to_json(each) if isinstance(each, ReviewEvent) else claim_to_json(each)
        for each in events
    )
    return "".join(f"{text}\n" for text in texts).encode()


def test_a_review_is_applied_in_its_place() -> None:
    later = claim("B", line("96366"), minute=90)
    run = adjudicate("-", stdin=_file(HELD, review(_decision()), later))
    assert run.returncode == 0
    assert run.stderr.startswith(b"read 3 claims and reviews, ")
    made = [(d["claim_id"], d["revision"], d["disposition"]) for d in decisions(run)]
    assert made[:2] == [("A", 1, "PEND"), ("A", 2, "PASS")]
    assert made[2][:2] == ("B", 1)
    assert decisions(run)[1]["trigger_event_id"] == review(_decision()).review_id
    assert b"examiner" not in run.stdout


@pytest.mark.parametrize(
    ("change", "error_class"),
    [
        ({"claim_id": "Z"}, "UnknownReview"),
        ({"member_id": "M-SECRET"}, "UnknownReview"),
        ({"line_number": 9}, "UnknownReview"),
        ({"edit_id": "included-service"}, "UnknownReview"),
        ({"decision_id": "another"}, "StaleReview"),
        ({"line_number": 2, "allowed_units": 4.0}, "ContractViolation"),
        ({"allowed_units": -1.0}, "ContractViolation"),
        ({"review_id": " "}, "ContractViolation"),
        ({"event_time": datetime.now(UTC) + timedelta(hours=25)}, "ContractViolation"),
    ],
)
def test_a_refused_review_is_reported_and_the_rest_is_decided(
    change: dict[str, Any], error_class: str
) -> None:
    bad = review(_decision(), **{"reason_code": "SECRET"} | change)
    run = adjudicate("-", stdin=_file(HELD, bad, claim("B", line("96365"), minute=90)))
    assert run.returncode == 3
    assert decisions(run)[0]["claim_id"] == "A"
    assert decisions(run)[-1]["claim_id"] == "B"
    complaint, _ = run.stderr.decode().splitlines()
    assert complaint.startswith(f"line 2: {error_class}: ")
    assert "SECRET" not in complaint
    assert "examiner" not in complaint


def test_a_second_review_of_the_same_finding_is_stale() -> None:
    decision = _decision()
    run = adjudicate("-", stdin=_file(HELD, review(decision), review(decision, DENY, minute=70)))
    assert run.returncode == 3
    assert len(decisions(run)) == 2
    assert run.stderr.startswith(b"line 3: StaleReview: ")


def test_a_review_that_is_known_is_counted() -> None:
    once = review(_decision())
    run = adjudicate("-", stdin=_file(HELD, once, once, review(_decision(), UPHOLD, minute=70)))
    assert len(decisions(run)) == 2
    assert b"StaleReview" in run.stderr
    assert b", 1 known already, 1 refused, " in run.stderr
    upheld = adjudicate("-", stdin=_file(HELD, review(_decision(), UPHOLD)))
    assert (upheld.returncode, b"known already" in upheld.stderr) == (0, False)


def test_a_container_of_reviews_finds_no_claims(tmp_path: Path) -> None:
    file = tmp_path / "reviews.avro"
    schema = fastavro.parse_schema(json.loads(schema_of(REVIEW_EVENT).text))
    with file.open("wb") as opened:
        fastavro.writer(opened, schema, [asdict(review(_decision()))])
    run = adjudicate(str(file))
    assert (run.returncode, run.stdout) == (3, b"")
    assert run.stderr.startswith(b"line 1: UnknownReview: ")
