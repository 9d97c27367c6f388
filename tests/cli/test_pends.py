"""`stream-edits pends`: which claims it lists, in which order and form."""

import csv
import json
from collections.abc import Iterator
from datetime import date

import pytest
from click.testing import CliRunner, Result

from stream_edits.cli import cli
from stream_edits.codec.decisions import decision_encoder
from stream_edits.codec.schemas import schema_of
from stream_edits.commands.records import topic_records
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision
from stream_edits.engine.ports import Record
from tests.build import ADA, claim, infusion, line, replacing, voiding
from tests.stages.walk import Walk

ENCODE = decision_encoder(schema_of("ClaimDecision").id)
BARE = ("supervision_documentation", "by_report")


class Topics:
    """The decision topics, in memory."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.values: dict[str, list[bytes]] = {
            f"claims.edits.{name}": [] for name in ("pass", "pend", "deny")
        }

    def publish(self, *decisions: ClaimDecision) -> None:
        for each in decisions:
            self.values[f"claims.edits.{each.disposition.lower()}"].append(ENCODE(each))

    def decide(self, *claims: ClaimEvent) -> list[ClaimDecision]:
        """Publish every decision on these claims."""
        decided = Walk().send(*claims)
        self.publish(*decided)
        return decided

    def read_topic(self, options: object, topic: str, *_: object) -> Iterator[Record]:
        self.read.append(topic)
        for offset, value in enumerate(self.values[topic]):
            yield Record(topic, 0, offset, b"", value, (), 0)


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> Topics:
    topics = Topics()
    monkeypatch.setattr(topic_records, "read_topic", topics.read_topic)
    return topics


def pends(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["pends", "--as-of", "2026-01-31", *arguments])


def listed(*arguments: str) -> list[tuple[str, int | None]]:
    done = pends("--format", "json", *arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    found = map(json.loads, done.stdout.splitlines())
    return [(each["claim_id"], each["days_left"]) for each in found]


def held(claim_id: str, received: str, *codes: str) -> ClaimEvent:
    """A claim of a member of its own that is held for these lines."""
    return claim(
        claim_id,
        *(line(code) for code in codes or ("96366",)),
        received_date=date.fromisoformat(received),
        member_id=f"M-{claim_id}",
        documents=BARE,
    )


def test_the_most_urgent_claim_comes_first(topics: Topics) -> None:
    topics.decide(
        held("LATER", "2026-01-20"),
        held("OVERDUE", "2025-11-24"),
        held("TODAY", "2026-01-01"),
        claim("PAID", line("96365")),
    )
    assert listed() == [("OVERDUE", -5), ("TODAY", 0), ("LATER", 19)]
    assert topics.read == ["claims.edits.pend", "claims.edits.pass", "claims.edits.deny"]


def test_a_newer_decision_on_any_topic_closes_a_pend(topics: Topics) -> None:
    topics.decide(
        held("A", "2026-01-01"),
        claim("A-PRIMARY", line("96365"), member_id="M-A"),
        held("B", "2026-01-01"),
        claim("B", line("96365"), member_id="M-B", event="again", diagnosis_codes=()),
    )
    assert [len(values) for values in topics.values.values()] == [2, 2, 1]
    assert listed() == []


def test_an_older_decision_closes_nothing(topics: Topics) -> None:
    first, second = topics.decide(
        claim("A", line("96365")), claim("A", line("96366"), event="again")
    )
    assert (first.disposition, second.disposition) == ("PASS", "PEND")
    assert [claim_id for claim_id, _ in listed()] == ["A"]


@pytest.mark.parametrize(
    "ended",
    [
        replacing("A", "R", line("96365"), member_id="M-A"),
        voiding("A", "V", member_id="M-A"),
        replacing("A", "R", line("96365"), member_id="M-A", documents=()),
    ],
)
def test_a_claim_that_was_replaced_or_voided_is_not_listed(
    topics: Topics, ended: ClaimEvent
) -> None:
    topics.decide(held("A", "2026-01-01"), ended)
    assert "A" not in dict(listed())


def test_a_claim_denied_for_its_supervisor_is_not_listed(topics: Topics) -> None:
    timed = claim("B", line("96366", "09:00-10:00", by=ADA), member_id="M2")
    topics.decide(infusion("A", "M1", "09:00-10:00"), timed)
    assert listed() == []


def test_only_claims_of_one_mover_or_due_soon(topics: Topics) -> None:
    topics.decide(
        held("PAYER", "2026-01-01", "96377"),
        held("PROVIDER", "2026-01-06", "96365", "96367"),
        held("CLAIM", "2026-01-07"),
    )
    assert listed("--waits-for", "payer") == [("PAYER", 0)]
    assert listed("--waits-for", "provider") == [("PROVIDER", 5)]
    assert listed("--waits-for", "claim") == [("CLAIM", 6)]
    assert listed("--due-within", "5") == [("PAYER", 0), ("PROVIDER", 5)]
    assert listed("--due-within", "-1") == []


def test_a_claim_without_a_last_day_comes_last_and_is_never_due(topics: Topics) -> None:
    (old,) = Walk().send(held("A-OLD", "2026-01-01"))
    topics.publish(old._replace(received_date=None, due_by=None))
    topics.decide(held("NEW", "2026-01-01"))
    assert listed() == [("NEW", 0), ("A-OLD", None)]
    assert listed("--due-within", "9999") == [("NEW", 0)]


HOSTILE = 'A;"x",\x1b[31m'


def test_the_three_forms_say_the_same(topics: Topics) -> None:
    topics.decide(held(HOSTILE, "2026-01-02", "96365", "96367", "96366"))
    json_line = json.loads(pends("--format", "json").stdout)
    assert json_line == {
        "claim_id": HOSTILE,
        "received_date": "2026-01-02",
        "due_by": "2026-02-01",
        "days_left": 1,
        "waits_for": "PROVIDER",
        "edits": ["justification-missing"],
        "documents": ["medical_justification"],
    }
    (row,) = csv.DictReader(pends("--format", "csv").stdout.splitlines())
    joined = {key: ";".join(each) for key, each in json_line.items() if isinstance(each, list)}
    assert row == {key: str(value) for key, value in (json_line | joined).items()}
    table = pends().stdout
    for cell in ("2026-02-01", "provider", "justification-missing", "medical_justification"):
        assert cell in table
    assert "\x1b" not in table
    assert "1 held, 0 of them overdue" in table


def test_without_held_claims_there_are_none(topics: Topics) -> None:
    assert pends("--format", "json").stdout == ""
    assert len(pends("--format", "csv").stdout.splitlines()) == 1
    assert pends().stdout == "0 held, 0 of them overdue\n"


def test_a_record_that_is_not_a_decision_is_reported_by_its_place(topics: Topics) -> None:
    topics.values["claims.edits.deny"].append(b"\x00\x00\x00\x00\x01secret")
    topics.decide(held("A", "2026-01-01"))
    done = pends("--format", "json")
    assert done.exit_code == 3
    assert done.stderr.startswith("claims.edits.deny/0/0: WrongSchema: ")
    assert "secret" not in done.output
    assert json.loads(done.stdout)["claim_id"] == "A"


def test_decisions_report_such_a_record_in_the_same_words(topics: Topics) -> None:
    topics.decide(held("A", "2026-01-01"))
    topics.values["claims.edits.deny"].append(b"\x00\x00\x00\x00\x01secret")
    done = CliRunner().invoke(cli, ["decisions", "--format", "json"])
    reported, summary = done.stderr.splitlines()
    assert done.exit_code == 3
    assert reported == pends("--format", "json").stderr.strip()
    assert summary.startswith("read 2 records, 1 decision (0 PASS, 1 PEND, 0 DENY), 1 refused")
    assert [json.loads(line)["claim_id"] for line in done.stdout.splitlines()] == ["A"]


def test_a_long_read_says_how_far_it_is(topics: Topics, monkeypatch: pytest.MonkeyPatch) -> None:
    topics.decide(held("A", "2026-01-01"), held("B", "2026-01-01"))
    clock = iter(range(0, 1000, 4))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    assert pends("--format", "json").stderr == "read 2 decisions\n"


@pytest.mark.parametrize(
    "wrong", [["--as-of", "31.1.2026"], ["--waits-for", "me"], ["--due-within", "x"]]
)
def test_a_wrong_option_is_refused(wrong: list[str]) -> None:
    assert CliRunner().invoke(cli, ["pends", *wrong]).exit_code == 2
