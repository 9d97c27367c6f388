"""What the tests of `ports.Sink` share."""

from __future__ import annotations

from stream_edits.engine.ports import Sink
from tests.contract.clusters import Cluster
from tests.contract.members import Member, answered, writer


def sink_topic(cluster: Cluster, topic: str) -> str:
    """The name of a topic in this test."""
    settings = cluster.config()
    named = {
        "in": settings.input_topic,
        "log": settings.changelog_topic or "",
        "dead": settings.dead_letter_topic,
    }
    return named.get(topic, settings.dead_letter_topic.replace("dead", topic))


def opened(cluster: Cluster, name: str = "g-count-0", **changes: int) -> Sink:
    """A producer whose open transaction has reached the changelog."""
    sink = writer(cluster, name, **changes)
    reader = cluster.port.changelog_reader(cluster.config())
    sink.begin()
    sink.produce_at(sink_topic(cluster, "log"), 0, [(b"k", b"1")])
    cluster.until(lambda: answered(lambda: reader.end_offsets([0], 5.0))[0] > 0)
    reader.close()
    return sink


def committed(member: Member) -> dict[int, int | None]:
    """The committed offsets of the first two partitions."""
    found = answered(lambda: member.source.committed([0, 1], 5.0))
    return {number: at.offset if at else None for number, at in found.items()}
