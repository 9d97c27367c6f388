"""`stream-edits publish` with claims and reviews in one file, on an embedded Kafka."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stream_edits.cli import cli
from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.framing import schema_id
from stream_edits.codec.jsonl import claim_to_json
from stream_edits.codec.reviews import decode_review
from stream_edits.codec.schemas import CLAIM_EVENT, REVIEW_EVENT, PackagedSchemas, schema_of
from stream_edits.engine.kafka import read_topic
from stream_edits.engine.ports import Record
from stream_edits.mock_cluster import MockCluster
from tests.build import claim, line
from tests.cli.test_adjudicate import written
from tests.codec.a_review import REVIEW
from tests.codec.registry_stub import running
from tests.jsonl import review_to_json

CLAIM = claim("A", line("96365"), member_id="member-1", diagnosis_codes=("C50911",))
MIXED = [
    review_to_json(REVIEW),
    claim_to_json(CLAIM),
    "{}",
    review_to_json(REVIEW).replace('"review-1"', '"\\u0000"'),
]


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    with MockCluster() as cluster:
        yield cluster.bootstrap_servers


class Topics:
    """Topics of one test on the shared broker, and the command that writes to them."""

    def __init__(self, bootstrap: str, name: str) -> None:
        self.events, self.reviews = f"{name}.events", f"{name}.reviews"
        self._environ = {
            "STREAM_EDITS_BOOTSTRAP_SERVERS": bootstrap,
            "STREAM_EDITS_TOPICS__EVENTS": self.events,
            "STREAM_EDITS_TOPICS__REVIEWS": self.reviews,
        }

    def publish(self, file: Path, **environ: str) -> Result:
        return CliRunner().invoke(cli, ["publish", str(file)], env=self._environ | environ)

    def read(self, topic: str) -> list[Record]:
        options = {"bootstrap.servers": self._environ["STREAM_EDITS_BOOTSTRAP_SERVERS"]}
        return list(read_topic(options, topic, "test"))


def test_claims_and_reviews_go_to_their_topics_by_member(bootstrap: str, tmp_path: Path) -> None:
    topics = Topics(bootstrap, "mixed")
    done = topics.publish(written(tmp_path, MIXED))
    assert done.exit_code == 3
    complaints = done.stderr.splitlines()
    assert complaints[0].startswith("line 3: ContractViolation: ")
    assert complaints[1:4] == [
        "line 4: ContractViolation: review_id has a control character",
        "published 1 claim to mixed.events",
        "published 1 review to mixed.reviews",
    ]
    assert complaints[4].startswith("read 4 claims and reviews, 2 published, 2 refused, ")
    (event,) = topics.read(topics.events)
    assert event.key == b"member-1"
    assert ClaimReader(PackagedSchemas()).decode(event.value or b"") == CLAIM
    (review,) = topics.read(topics.reviews)
    assert (review.key, review.partition) == (b"member-1", event.partition)
    assert decode_review(review.value or b"") == REVIEW
    assert schema_id(review.value or b"") == 3


def test_reviews_carry_the_registry_s_id(bootstrap: str, tmp_path: Path) -> None:
    topics = Topics(bootstrap, "registered")
    file = written(tmp_path, MIXED[:2])
    with running() as stub:
        registry = {"STREAM_EDITS_SCHEMA_REGISTRY_URL": stub.url}
        stub.add(41, schema_of(CLAIM_EVENT).text)
        stub.subjects[f"{topics.events}-value"] = [41]
        refused = topics.publish(file, **registry)
        assert refused.exit_code == 1
        assert f"not registered under {topics.reviews}-value" in refused.stderr
        only_claims = topics.publish(written(tmp_path, MIXED[1:2], "claims"), **registry)
        assert only_claims.exit_code == 0, only_claims.stderr
        stub.add(42, schema_of(REVIEW_EVENT).text)
        stub.subjects[f"{topics.reviews}-value"] = [42]
        assert topics.publish(file, **registry).exit_code == 0
    (review,) = topics.read(topics.reviews)
    assert schema_id(review.value or b"") == 42
    assert {schema_id(each.value or b"") for each in topics.read(topics.events)} == {41}


def test_a_claim_above_the_size_limit_is_reported_by_its_line(
    bootstrap: str, tmp_path: Path
) -> None:
    topics = Topics(bootstrap, "large")
    large = replace(CLAIM, claim_id="CANARY-large", event_id="CANARY" * 200_000)
    file = tmp_path / "claims.jsonl"
    file.write_text(f"{claim_to_json(large)}\n{claim_to_json(CLAIM)}\n")
    done = topics.publish(file)
    assert done.exit_code == 3
    first, second, summary = done.stderr.splitlines()
    assert first.startswith("line 1: TooLarge: the record has 1,2")
    assert "raise STREAM_EDITS_KAFKA__MESSAGE_MAX_BYTES" in first
    assert second == "published 1 claim to large.events"
    assert summary.startswith("read 2 claims and reviews, 1 published, 1 refused, ")
    assert "CANARY" not in done.stderr
    assert len(topics.read(topics.events)) == 1
