"""A run on a real Kafka with a real Prometheus, which produces data for every metric."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from stream_edits.demo.input import demo_input
from stream_edits.domain.decision import Disposition
from stream_edits.engine.ports import Output
from tests.broker.properties import free_port
from tests.kafka.deployment import STAGES, Deployment
from tests.monitoring.prometheus import Prometheus
from tests.stages.reviewing import review

_SEED = 621
# Edits that find something on many of the claims.
_MONITORED = ("justification-missing", "multiple-initial-codes")


class Watched(NamedTuple):
    """The Prometheus server with data of the run, and the start and end of it (Unix time)."""

    prometheus: Prometheus
    deployment: Deployment
    ports: tuple[int, int]
    begun_s: float
    ended_s: float


@contextmanager
def watched_run(
    broker: str, folder: Path, seconds: float = 32.0, encounters: int = 400
) -> Iterator[Watched]:
    """A run in which synthetic claims, malformed records and reviews are processed, first by one
    process and then by two.

    Within the block everything is decided, and the processes are still running. The records are
    published over at least ``seconds``; the Kafka client's statistics come every 15 seconds.
    """
    ports = (free_port(), free_port())
    targets = [f"127.0.0.1:{port}" for port in ports]
    (folder / "prometheus").mkdir()
    with (
        Deployment(
            broker, folder, 4, BATCH_SIZE="50", LOG_FORMAT="json", POLICY=str(_monitoring(folder))
        ) as deployment,
        Prometheus(folder / "prometheus", targets) as prometheus,
    ):
        begun = time.time()
        deployment.create_topics()
        deployment.start(HTTP_PORT=str(ports[0]))
        for stage in STAGES:
            deployment.wait_for_members(stage, 1)
        records = demo_input(_SEED, encounters, deployment.topics.events).records
        reviewed: set[str] = set()
        portions = round(seconds)
        size = len(records) // portions + 1
        for number in range(portions):
            _publish(deployment, records[number * size : (number + 1) * size])
            if number == portions // 3:
                deployment.start(instance=1, HTTP_PORT=str(ports[1]))
            _review(deployment, reviewed)
            time.sleep(max(0.0, begun + number - time.time()))
        deployment.drain()
        time.sleep(6)  # the lag is measured every five seconds
        yield Watched(prometheus, deployment, ports, begun, time.time())


def _monitoring(folder: Path) -> Path:
    """An overlay that monitors some edits."""
    mode = "mode: {2024-12-03: {reference: a memo (made up), value: monitor}}"
    file = folder / "overlay.yaml"
    edits = "".join(f"  {edit}: {{{mode}}}\n" for edit in _MONITORED)
    file.write_text(f"edits:\n{edits}", encoding="utf-8")
    return file


def _review(deployment: Deployment, reviewed: set[str]) -> None:
    """Approve what holds a claim, of the first held claim that has no review yet."""
    deployment.log.read_to_the_end()
    for decision in deployment.decisions():
        if decision.disposition is Disposition.PEND and decision.claim_id not in reviewed:
            reviewed.add(decision.claim_id)
            member_id = decision.encounter_keys[0].partition("|")[0]
            made = review(decision, member_id=member_id, event_time=decision.decided_at)
            deployment.publish([made])
            return


def _publish(deployment: Deployment, records: list[Output]) -> None:
    for record in records:
        deployment.publish_raw(record.key, record.value)
    deployment.flush()
