"""faust-streaming, exactly once, with tables and their changelogs.

It runs the whole job with the functions of our stages.
"""

import asyncio
from tempfile import TemporaryDirectory
from typing import Any

import faust

from bench.job import COMMIT_RECORDS, COMMIT_S, Job, Meter
from bench.processors import processor
from stream_edits.app.wiring import Stage
from stream_edits.domain.decision import ClaimDecision
from stream_edits.engine.ports import Output, Record


def run(job: Job) -> None:
    """Run until each of ``job.records`` claims has its first decision."""
    meter = Meter(job.records)
    with TemporaryDirectory() as folder:
        app = faust.App(
            job.settings.group_prefix,
            broker=f"kafka://{job.settings.bootstrap_servers}",
            processing_guarantee="exactly_once",
            store="memory://",
            topic_partitions=job.settings.partitions,
            topic_replication_factor=1,
            consumer_auto_offset_reset="earliest",
            broker_commit_every=COMMIT_RECORDS,
            broker_commit_interval=COMMIT_S,
            web_enabled=False,
            datadir=folder,
            value_serializer="raw",
            key_serializer="raw",
        )
        _declare(app, job, meter)
        asyncio.run(_until_done(app, meter))
    meter.report()


async def _until_done(app: Any, meter: Meter) -> None:
    async with app:
        while not meter.done:
            await asyncio.sleep(0.05)


def _declare(app: Any, job: Job, meter: Meter) -> None:
    topics = job.settings.topics
    written = {name: _topic(app, name) for name in topics.by_key().values()}
    decided = set[str]()

    async def send(output: Output) -> None:
        if isinstance(output.about, ClaimDecision):
            decided.add(output.about.claim_id)
            if len(decided) % COMMIT_RECORDS == 0:
                meter.committed(len(decided))
        await written[output.topic].send(key=output.key, value=output.value)

    inputs = {
        Stage.INTAKE: _topic(app, job.input_topic),
        Stage.ENCOUNTER: written[topics.by_member],
        Stage.SUPERVISION: written[topics.by_supervisor],
    }
    for stage, source in inputs.items():
        table = app.Table(f"state-{stage.value}", partitions=job.settings.partitions)
        app.agent(source, name=stage.value)(_stepping(job, stage, table, send))


def _stepping(job: Job, stage: Stage, table: Any, send: Any) -> Any:
    step, view = processor(stage, job.settings).process, _View(table)

    async def stepping(stream: Any) -> None:
        offset = 0
        async for key, value in stream.items():
            offset += 1
            for output in step(Record("", 0, offset, key, value, (), 0), view):
                await send(output)

    return stepping


class _View:
    """Our StateView on a faust table."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def get(self, key: bytes) -> bytes | None:
        found: bytes | None = self._table.get(key)
        return found

    def put(self, key: bytes, value: bytes) -> None:
        self._table[key] = value

    def note_size(self, items: int) -> None:
        """Nobody measures it here."""

    def delete(self, key: bytes) -> None:
        self._table.pop(key, None)


def _topic(app: Any, name: str) -> Any:
    return app.topic(
        name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )
