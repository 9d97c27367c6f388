"""One run of one contender: its topics, its input, its process, its figures."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from bench.brokers import Broker
from bench.inputs import EVENTS, records_of
from stream_edits.engine.kafka import publish_records
from stream_edits.engine.ports import Output
from stream_edits.settings import Settings

ROOT = Path(__file__).parents[1]
PARTITIONS = 6
# Left unread at the end, so that no contender waits for a batch that does not fill.
_BEYOND = 2000
_TIMEOUT_S = 240


class ContenderFailed(Exception):
    """A contender's process ended without figures; the message holds the end of what it said."""


@dataclass(frozen=True)
class Contender:
    """Who runs on what; ``against`` names the one its ratio is taken to."""

    name: str
    module: str
    input: str = EVENTS
    against: str | None = None
    python: Path = field(default_factory=lambda: Path(sys.executable))
    # Reads its input to the end.
    to_the_end: bool = False
    partitions: int = PARTITIONS


Figures = dict[str, float]


def settings_for(address: str, partitions: int) -> Settings:
    """Settings of a deployment that nobody else uses."""
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
    settings = settings_for(broker.address, contender.partitions)
    input_topic = f"{settings.group_prefix}.input"
    topics = settings.topics
    broker.create(
        dict.fromkeys([input_topic, *topics.by_key().values()], contender.partitions),
        {topics.encounter_state, topics.supervision_state},
    )
    beyond = 0 if contender.to_the_end else _BEYOND
    records = records_of(contender.input, count + beyond)[: count + beyond]
    publish_records(
        settings.kafka_options() | {"linger.ms": "5"},
        [Output(input_topic, key, value) for key, value in records],
    )
    return _figures(contender, settings, input_topic, count)


def _figures(contender: Contender, settings: Settings, input_topic: str, count: int) -> Figures:
    job = {
        "settings": settings.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "input_topic": input_topic,
        "count": count,
    }
    try:
        done = subprocess.run(
            [str(contender.python), "-m", "bench.contender", contender.module],
            input=json.dumps(job),
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
