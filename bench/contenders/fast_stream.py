"""faststream on confluent-kafka, in batches, at least once. State is a plain object, lost with the
process.

It runs the whole job with the functions of our stages.
"""

import asyncio
from typing import Any

from faststream import AckPolicy, FastStream
from faststream.confluent import KafkaBroker
from faststream.confluent.annotations import KafkaMessage

from bench.job import COMMIT_RECORDS, Job, Meter
from bench.plain import PlainJob


def run(job: Job) -> None:
    """Decide ``job.records`` claims."""
    asyncio.run(_run(job))


async def _run(job: Job) -> None:
    broker = KafkaBroker(job.settings.bootstrap_servers, log_level=50)
    app = FastStream(broker)
    meter, plain = Meter(job.records), PlainJob(job.settings)
    publisher = broker.publisher(job.settings.topics.pass_, batch=True)
    done = 0

    @broker.subscriber(
        job.input_topic,
        batch=True,
        max_records=COMMIT_RECORDS,
        group_id=job.settings.group_prefix,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.MANUAL,
        polling_interval=0.1,
    )
    async def decide(values: list[bytes], message: KafkaMessage) -> None:
        nonlocal done
        decisions: list[Any] = [each for value in values for each in plain.decide(value)]
        await publisher.publish(*decisions)
        await message.ack()
        done += len(values)
        meter.committed(done)
        if meter.done:
            app.exit()

    await app.run(log_level=50)
    meter.report()
