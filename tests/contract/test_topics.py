"""What `ports.KafkaPort` says of topics, and what is stored with a committed offset."""

from __future__ import annotations

import gc
import sys

from stream_edits.engine.ports import Committed, Output, TopicFacts, TopicSpec
from tests.contract.clusters import TOPICS, Cluster
from tests.contract.members import Member, answered, done, poll_until, share_all, writer
from tests.contract.sinks import sink_topic


def facts_of(cluster: Cluster, topic: str) -> TopicFacts | None:
    settings = cluster.config()
    name = sink_topic(cluster, topic)
    return answered(lambda: cluster.port.topic_facts(settings, [name], 5.0))[name]


def test_a_topic_has_its_partitions_and_an_id_and_one_that_is_not_there_has_none(
    cluster: Cluster,
) -> None:
    settings = cluster.config()
    names = [settings.input_topic, settings.dead_letter_topic, "no-such-topic"]
    facts = answered(lambda: cluster.port.topic_facts(settings, names, 5.0))
    source, dead = facts[names[0]], facts[names[1]]
    assert source is not None
    assert dead is not None
    assert (source.partitions, dead.partitions) == (TOPICS["in"], TOPICS["dead"])
    assert source.id
    assert dead.id not in (None, source.id)
    assert facts["no-such-topic"] is None


def test_asking_for_topics_keeps_no_memory(cluster: Cluster) -> None:
    settings, asked = cluster.config(), 1000
    names = [settings.input_topic, settings.dead_letter_topic]

    def ask() -> None:
        facts = answered(lambda: cluster.port.topic_facts(settings, names, 5.0))
        assert all(facts.values())

    for _ in range(200):
        ask()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(asked):
        ask()
    gc.collect()
    # The client of confluent-kafka 2.14 to 2.16 keeps one for each topic.
    assert sys.getallocatedblocks() - before < asked // 2


def test_a_topic_that_is_created_again_has_another_id(cluster: Cluster) -> None:
    before = facts_of(cluster, "out")
    assert facts_of(cluster, "out") == before
    cluster.recreate("out")
    after = facts_of(cluster, "out")
    assert before is not None
    assert after is not None
    assert after.id not in (None, before.id)
    assert after.partitions == before.partitions


def test_the_settings_of_a_topic(cluster: Cluster) -> None:
    settings = cluster.config()
    name = settings.input_topic
    found = answered(lambda: cluster.port.topic_settings(settings, [name, "no-such-topic"], 5.0))
    known = found[name]
    assert known is not None
    assert (known.cleanup_policy, known.max_message_bytes) == ("delete", 1_048_588)
    assert found["no-such-topic"] is None


def test_the_topic_id_is_stored_with_a_committed_offset(cluster: Cluster) -> None:
    member = Member(cluster)
    share_all([member])
    sink = writer(cluster)
    topic, metadata = member.config.input_topic, member.source.group_metadata()
    for partition, topic_id in ((0, "an-id"), (1, None)):
        sink.begin()
        sink.send_offsets(topic, topic_id, {partition: 3}, metadata)
        done(sink.commit)

    def stored() -> dict[int, Committed | None]:
        return answered(lambda: member.source.committed([0, 1, 2], 5.0))

    poll_until([member], lambda: stored()[1] is not None)
    assert stored() == {0: Committed(3, "an-id"), 1: Committed(3, None), 2: None}
    member.source.close()


def test_the_newest_committed_value_of_each_key(cluster: Cluster) -> None:
    settings = cluster.config()
    assert settings.known_topics is not None
    known = settings.known_topics.name
    sink = writer(cluster)
    for values in ((b"1", b"2"), (b"3", None)):
        sink.begin()
        sink.produce([Output(known, b"a", values[0]), Output(known, b"b", values[1])])
        done(sink.commit)
    sink.begin()
    sink.produce([Output(known, b"a", b"4")])
    done(sink.abort)

    def newest() -> dict[bytes, bytes | None]:
        return answered(lambda: cluster.port.newest_values(settings, known))

    cluster.until(lambda: newest().get(b"a") == b"3")
    assert newest() == {b"a": b"3", b"b": None}


def test_a_topic_is_created_once(cluster: Cluster) -> None:
    settings = cluster.config()
    name = f"{settings.input_topic}-new"
    spec = TopicSpec(name, 3, "compact")
    assert [cluster.port.create_topic(settings, spec) for _ in range(2)] == [True, False]

    def known() -> bool:
        found = answered(lambda: cluster.port.topic_facts(settings, [name], 5.0))[name]
        return found is not None and found.partitions == 3

    cluster.until(known)


def test_the_first_offset_of_a_changelog_moves_only_when_records_are_deleted(
    cluster: Cluster,
) -> None:
    sink = writer(cluster)
    sink.begin()
    sink.produce_at(sink_topic(cluster, "log"), 0, [(b"a", b"1"), (b"a", b"2"), (b"a", b"3")])
    done(sink.commit)
    reader = cluster.port.changelog_reader(cluster.config())

    def firsts() -> dict[int, int]:
        return answered(lambda: reader.first_offsets([0, 1], 5.0))

    assert firsts() == {0: 0, 1: 0}
    cluster.delete_changelog(0, 2)
    assert firsts() == {0: 2, 1: 0}
    reader.close()
