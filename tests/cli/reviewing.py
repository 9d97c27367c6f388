"""The command `review` on an embedded Kafka with decisions on its topics."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.decisions import decision_encoder
from stream_edits.codec.reviews import decode_review
from stream_edits.codec.schemas import CLAIM_DECISION, CLAIM_EVENT, schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.domain.review import ReviewEvent
from stream_edits.engine.kafka import publish_records, read_topic
from stream_edits.engine.ports import Output
from stream_edits.mock_cluster import MockCluster
from stream_edits.settings import Settings
from tests.build import claim, line
from tests.stages.walk import Walk

_encode = decision_encoder(schema_of(CLAIM_DECISION).id)
_encode_claim = claim_encoder(schema_of(CLAIM_EVENT).id)
MEMBER = "CANARY-MEMBER"
HOLD = ("CANARY-A", "--line", "2", "--edit", "by-report-pricing")
HELD = claim("CANARY-A", line("96365"), line("96377", units=3.0), member_id=MEMBER)


class Published:
    """An embedded Kafka with the topics that the command reads and writes."""

    def __init__(self, bootstrap: str) -> None:
        self.settings = Settings(bootstrap_servers=bootstrap)
        self._options = self.settings.kafka_options()

    def publish(self, *decisions: ClaimDecision) -> None:
        """Write decisions to their topics."""
        topics = self.settings.topics
        topic_of = dict(zip(Disposition, (topics.pass_, topics.pend, topics.deny), strict=True))
        publish_records(
            self._options,
            (Output(topic_of[d.disposition], d.claim_id.encode(), _encode(d)) for d in decisions),
        )

    def publish_claim(self, event: ClaimEvent) -> None:
        """Write a claim to the topic of claims."""
        topic = self.settings.topics.events
        publish_records(self._options, [Output(topic, b"x", _encode_claim(event))])

    def reviews(self) -> list[ReviewEvent]:
        """Every review on the topic."""
        topic = self.settings.topics.reviews
        found = []
        for record in read_topic(self._options, topic, "test"):
            review = decode_review(record.value or b"")
            assert record.key == review.member_id.encode()
            found.append(review)
        return found

    def command(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run `review` with these arguments. It shows no marked value."""
        run = subprocess.run(
            [sys.executable, "-m", "stream_edits", "review", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=100,
            env={
                "STREAM_EDITS_BOOTSTRAP_SERVERS": self.settings.bootstrap_servers,
                "LOGNAME": "CANARY-USER",
                "PATH": "",
            },
        )
        for canary in ("CANARY", "Traceback"):
            assert canary not in run.stdout + run.stderr, run
        return run


@contextmanager
def embedded() -> Iterator[Published]:
    """An embedded Kafka with the topics, for the time of a test."""
    with MockCluster() as cluster:
        published = Published(cluster.bootstrap_servers)
        topics = published.settings.topics
        for topic in (topics.pass_, topics.pend, topics.deny, topics.reviews, topics.events):
            cluster.create_topic(topic)
        yield published


def walked(*claims: ClaimEvent) -> list[ClaimDecision]:
    """The decisions on these claims."""
    return Walk().send(*claims)
