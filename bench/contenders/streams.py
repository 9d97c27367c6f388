"""Kafka Streams, exactly once, with state and its changelog: ``rocksdb`` or ``memory``.

It does what the variant ``engine`` of ``stage`` does, in one stream thread of a Java process. Its
CPU time is that of the whole process: compiler, collector and RocksDB's threads are part of it.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from confluent_kafka import Consumer, TopicPartition

from bench.job import COMMIT_S, Job
from tests.broker.distribution import NoKafkaDistribution, class_path, java, only_one_process

_HERE = Path(__file__).parents[1] / "streams"
_CACHE = Path(__file__).parents[2] / ".cache" / "kafka"
_SOURCE = _HERE / "PassThrough.java"
_JVM = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC")


class FewerStateRecords(Exception):
    """The changelog has fewer records than events were processed."""


def run(job: Job, variant: str) -> None:
    """Process ``job.records`` records. Exits with a message if Java or Maven is missing."""
    try:
        jars = class_path(_HERE / "pom.xml")
        classes = _compiled(jars)
    except NoKafkaDistribution as missing:
        sys.exit(str(missing))
    with TemporaryDirectory() as folder:
        settings = Path(folder) / "streams.properties"
        settings.write_text("".join(f"{k}={v}\n" for k, v in _settings(job, folder).items()))
        command = [java(), *_JVM, "-cp", f"{classes}:{jars}", _SOURCE.stem]
        command += [job.input_topic, job.settings.topics.pass_, str(job.records), variant]
        # Its stdin stays open as long as this process lives, and it ends when that closes.
        with subprocess.Popen(
            [*command, str(settings)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            figures = process.stdout.read().strip()
        if process.returncode != 0 or not figures:
            sys.exit(f"Kafka Streams ended with {process.returncode}")
    _check_changelog(job)
    print(figures)


def _settings(job: Job, folder: str) -> dict[str, object]:
    """What its documentation advises for throughput, and the others' settings of a producer."""
    return {
        "application.id": job.settings.group_prefix,
        "bootstrap.servers": job.settings.bootstrap_servers,
        "processing.guarantee": "exactly_once_v2",
        "num.stream.threads": 1,
        "commit.interval.ms": int(COMMIT_S * 1000),
        # One state record per event: a cache would keep only the last one of each key.
        "statestore.cache.max.bytes": 0,
        "state.dir": folder,
        "replication.factor": 1,
        "consumer.auto.offset.reset": "earliest",
        "producer.linger.ms": 5,
        "producer.compression.type": "lz4",
    }


def _compiled(jars: str) -> Path:
    """The folder of the compiled program, kept until its source or its jars change."""
    compiler = shutil.which("javac", path=str(Path(java()).resolve().parent)) or shutil.which(
        "javac"
    )
    if compiler is None:
        raise NoKafkaDistribution("no javac command found (a JDK of Java 17 or later is needed)")
    name = hashlib.sha256(_SOURCE.read_bytes() + jars.encode()).hexdigest()[:12]
    folder = _CACHE / f"streams-{name}"
    with only_one_process(_CACHE):
        if not folder.exists():
            with TemporaryDirectory(dir=_CACHE) as half:
                subprocess.run([compiler, "-cp", jars, "-d", half, str(_SOURCE)], check=True)
                shutil.copytree(half, folder)
    return folder


def _check_changelog(job: Job) -> None:
    topic = f"{job.settings.group_prefix}-state-changelog"
    consumer = Consumer({**job.settings.kafka_options(), "group.id": topic})
    places = [TopicPartition(topic, number) for number in range(job.settings.partitions)]
    # Offsets count, not records: compaction removes records. Each commit takes an offset as well.
    ends = sum(consumer.get_watermark_offsets(place, timeout=10)[1] for place in places)
    consumer.close()
    if ends < job.records:
        raise FewerStateRecords(f"{ends} offsets in {topic} for {job.records} events")
