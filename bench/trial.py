"""Runs one contender: creates topics, publishes the input, starts the process, reads figures."""

import json
import os
import subprocess
from pathlib import Path
from uuid import uuid4

from bench.brokers import Broker
from bench.inputs import records_of
from bench.job import Job, to_json
from bench.lineup import Contender
from bench.outputs import WrongOutput, check_copied_once
from stream_edits.engine.kafka import publish_records
from stream_edits.engine.ports import Output
from stream_edits.settings import Settings

ROOT = Path(__file__).parents[1]
# Extra records, left unread, so that no contender waits for an incomplete batch at the end.
_BEYOND = 4000
_TIMEOUT_S = 240


class ContenderFailed(Exception):
    """A contender's process ended without figures, with the end of its log as the message.

    Or its output is wrong, with what is wrong as the message.
    """


Figures = dict[str, float]


def settings_for(address: str, partitions: int) -> Settings:
    """The settings of a deployment with its own topics and groups."""
    name = f"bench-{uuid4().hex[:8]}"
    topics = {key: f"{name}.{key}" for key in Settings().topics.by_key()}
    return Settings.model_validate(
        {
            "bootstrap_servers": address,
            "group_prefix": name,
            "topics": topics,
            "partitions": partitions,
            "replication_factor": 1,
        }
    )


def run_trial(broker: Broker, contender: Contender, count: int) -> Figures:
    """Publish the input, run the contender, return its figures. Raises ContenderFailed."""
    settings = settings_for(broker.address, broker.partitions or contender.partitions)
    input_topic = f"{settings.group_prefix}.input"
    topics = settings.topics
    broker.create(
        dict.fromkeys([input_topic, *topics.by_key().values()], settings.partitions),
        {topics.encounter_state, topics.supervision_state, topics.known_topics},
    )
    if contender.input is not None:
        _publish(contender, settings, input_topic, count)
    job = Job(settings, input_topic, count)
    figures = _figures(contender, job)
    # The embedded broker drops the oldest records of a long run.
    if contender.copies and broker.partitions is None:
        try:
            check_copied_once(job)
        except WrongOutput as wrong:
            raise ContenderFailed(f"{contender.name}: {wrong}") from wrong
    return figures


def _publish(contender: Contender, settings: Settings, input_topic: str, count: int) -> None:
    assert contender.input is not None
    beyond = 0 if contender.to_the_end else _BEYOND
    records = records_of(contender.input, count + beyond)[: count + beyond]
    publish_records(
        settings.kafka_options() | {"linger.ms": "5"},
        [Output(input_topic, key, value) for key, value in records],
    )


def _figures(contender: Contender, job: Job) -> Figures:
    try:
        done = subprocess.run(
            [str(contender.python), "-m", "bench.contender", contender.module],
            input=to_json(job),
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise ContenderFailed(f"{contender.name} was not done in {_TIMEOUT_S} s") from late
    if done.returncode != 0 or not done.stdout.strip():
        raise ContenderFailed(f"{contender.name}: {done.stderr[-3000:]}")
    figures: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return figures
