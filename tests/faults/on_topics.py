"""Faults of topics, groups and records: created again, expired, grown, unreadable."""

import os

from confluent_kafka.admin import NewTopic

from tests.faults.trial import REPLICAS, Trial
from tests.kafka.deployment import STAGES
from tests.kafka.programs import eventually
from tests.kafka.raw_records import RawHeaders, produce_raw
from tests.kafka.topic_changes import add_partitions, admin_of, delete_groups, delete_topic

_STOPPED_S = 90.0
# The largest record of a topic with the brokers' default, without any header.
_LARGEST = 1_048_588 - 80


def claims_topic_created_again(trial: Trial) -> str:
    """Delete the topic of the claims once all are processed, and create it again.

    Every process of intake must stop by name; then the operator accepts the new topic.
    """
    topic = trial.deployment.topics.events
    trial.load.pause()
    try:
        eventually(lambda: trial.log.processed(trial.deployment.groups), _STOPPED_S, _left_over)
        partitions = sum(place[0] == topic for place in trial.log.places)
        before = _stops(trial, f"topic {topic} was deleted")
        delete_topic(trial.deployment, topic)
        admin = admin_of(trial.deployment)
        for created in admin.create_topics([NewTopic(topic, partitions, 1)]).values():
            created.result(timeout=30)
        trial.log.read_again(topic)
        stops = _wait_for_stops(trial, f"topic {topic} was deleted", before, REPLICAS)
        eventually(lambda: _accepted(trial, topic), _STOPPED_S, trial.deployment.tails)
    finally:
        trial.load.go_on()
    return f"claims.events was created again, {stops} processes stopped by name; accepted"


def _accepted(trial: Trial, topic: str) -> bool:
    """Accept a topic. It is refused while the session of a former member lasts."""
    return trial.deployment.command("topics", "accept", topic).returncode == 0


def offsets_expired(trial: Trial) -> str:
    """No process runs for so long that the groups are forgotten; they go on at their progress."""
    for stage in STAGES:
        trial.supervisor.scale(stage, 0)
    delete_groups(trial.deployment)
    before = _stops(trial, "--from progress")
    for stage in STAGES:
        trial.supervisor.scale(stage, REPLICAS)
    stops = _wait_for_stops(trial, "--from progress", before, len(STAGES))
    trial.supervisor.settings["START_FROM"] = "progress"
    for stage in STAGES:
        trial.settled(stage)
    del trial.supervisor.settings["START_FROM"]
    return f"all groups were forgotten, {stops} processes refused to start from nothing"


def partitions_added(trial: Trial) -> str:
    topic = trial.deployment.topics.events
    total = 1 + sum(place[0] == topic for place in trial.log.places)
    add_partitions(trial.deployment, topic, total)
    trial.log.grow(topic, total)
    trial.settled("intake")
    return f"claims.events has {total} partitions"


def unreadable_records(trial: Trial) -> str:
    """Records whose headers cannot be decoded, or that leave a dead letter no room."""
    latin: RawHeaders = [(b"caf\xe9", b"1"), (b"\xff\xfe", None)]
    kinds: list[tuple[bytes | None, bytes, RawHeaders]] = [
        (b"k", b"not a claim", latin),
        (None, os.urandom(_LARGEST), []),
        (b"k", b"not a claim", [(b"x", os.urandom(_LARGEST - 100))]),
        (os.urandom(_LARGEST - 100), b"not a claim", []),
        (b"k", b"", [(b"x" * 200_000, None)] * 5),
    ]
    for key, value, headers in kinds:
        place = (trial.deployment.topics.events, trial.random.randrange(2))
        produce_raw(trial.kafka.bootstrap, place, key, value, headers)
        trial.load.published += 1
        trial.load.bad += 1
    return f"{len(kinds)} records with other bytes in headers, or as large as the topic takes"


def _wait_for_stops(trial: Trial, words: str, before: int, more: int) -> int:
    """Wait until processes have ended by themselves with these words. Returns how many."""

    def enough() -> int | None:
        stops = _stops(trial, words) - before
        return stops if stops >= more else None

    return eventually(enough, _STOPPED_S, trial.deployment.tails)


def _stops(trial: Trial, words: str) -> int:
    return sum(n for line, n in trial.supervisor.gave_up.copy().items() if words in line)


def _left_over() -> str:
    return "claims are left over"
