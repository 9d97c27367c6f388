"""The contenders, the brokers they run on, and the contenders they are compared with."""

import sys
from pathlib import Path
from typing import Any, NamedTuple

from bench.brokers import EMBEDDED, REAL
from bench.inputs import BY_MEMBER, BY_SUPERVISOR, EVENTS, GOVERNED

OWN = Path(sys.executable)
PEERS = Path(__file__).parents[1] / ".cache" / "bench-peers" / "bin" / "python"
BOTH = (EMBEDDED, REAL)


class Contender(NamedTuple):
    """``against`` names the contender its ratio is taken to, and ``at_least`` what it should be.

    ``input`` is None for one that makes its own input. The number of claims is multiplied by
    ``many``: high for cheap records, and for pipelines, whose start and end are slow. On a real
    broker it is also multiplied by ``on_real``, because the first second is slow there. The output
    of one that ``copies`` exactly once is checked there.
    """

    name: str
    module: str
    against: str | None = None
    at_least: float | None = None
    brokers: tuple[str, ...] = BOTH
    input: str | None = EVENTS
    many: int = 2
    on_real: int = 2
    python: Path = OWN
    partitions: int = 6
    to_the_end: bool = False
    copies: bool = False

    def times(self, broker: str) -> int:
        """The factor for the number of claims on that broker."""
        return self.many * (self.on_real if broker == REAL else 1)


CLAIMS = 6000
BARE, BYTES, GOVERNED_BARE = "bare passthrough", "bare byte loop", "bare, governed claims"
ADJUDICATE = "file: adjudicate"
PIPELINE = "whole pipeline, one process"
ONE_WORKER = "whole pipeline, run --processes 1"
ENGINE = "engine alone, state and changelog"
STREAMS_ROCKSDB = "Kafka Streams on RocksDB, state and changelog"
STREAMS_MEMORY = "Kafka Streams in memory, state and changelog"
_QUIX_BYTES = "quixstreams, exactly once, state"
_ON_REAL: Any = {"brokers": (REAL,), "many": 5, "on_real": 8, "copies": True}

LINEUP = (
    Contender(BARE, "bare"),
    Contender("bare passthrough, at least once", "bare:at_least_once", BARE),
    Contender(GOVERNED_BARE, "bare", BARE, input=GOVERNED),
    Contender(BYTES, "bare:bytes", many=5, on_real=8, copies=True),
    Contender(ENGINE, "stage:engine", BYTES, 0.33, many=5, on_real=8, copies=True),
    # Twice as many, because the first half warms the JVM up and is not measured.
    Contender(STREAMS_ROCKSDB, "streams:rocksdb", BYTES, **{**_ON_REAL, "many": 10}),
    Contender(STREAMS_MEMORY, "streams:memory", BYTES, **{**_ON_REAL, "many": 10}),
    Contender(_QUIX_BYTES, "quix:bytes", BYTES, python=PEERS, **_ON_REAL),
    Contender("intake", "stage:intake", BARE, 0.65),
    Contender("intake, at least once", "at_least_once", BARE),
    Contender("encounter", "stage:encounter", GOVERNED_BARE, 0.4, input=BY_MEMBER),
    Contender("supervision", "stage:supervision", GOVERNED_BARE, input=BY_SUPERVISOR),
    # Not more: a partition of the embedded broker keeps 5 MB, and then drops its oldest records.
    Contender(PIPELINE, "pipeline", BARE, 0.4, many=5, on_real=1, to_the_end=True),
    Contender(ONE_WORKER, "workers:1", BARE, brokers=(REAL,), many=10, on_real=1, to_the_end=True),
    Contender(
        "whole pipeline, run --processes 2",
        "workers:2",
        ONE_WORKER,
        1.6,
        brokers=(REAL,),
        many=10,
        on_real=1,
        to_the_end=True,
    ),
    Contender(
        "quixstreams, whole job, exactly once",
        "quix:pipeline",
        BARE,
        brokers=(REAL,),
        many=8,
        on_real=1,
        python=PEERS,
        to_the_end=True,
    ),
    Contender("faststream, whole job, at least once", "fast_stream", BARE, python=PEERS),
    Contender("sentry-arroyo, whole job, at least once", "arroyo_", BARE, python=PEERS),
    Contender(
        "faust-streaming, whole job, exactly once",
        "faust_",
        BARE,
        brokers=(REAL,),
        many=3,
        on_real=1,
        python=PEERS,
        to_the_end=True,
    ),
    Contender("file: decode and encode", "offline:bare", brokers=(EMBEDDED,)),
    Contender(
        ADJUDICATE,
        "offline:adjudicate",
        "file: decode and encode",
        0.6,
        brokers=(EMBEDDED,),
    ),
    # It does the work of two runs of `adjudicate`: 0.4 of one is 0.8 of two.
    Contender("file: impact, same policy", "offline:same", ADJUDICATE, 0.4, brokers=(EMBEDDED,)),
    Contender("file: impact, 1 % change", "offline:impact", ADJUDICATE, 0.4, brokers=(EMBEDDED,)),
    Contender("file: impact, 9 % change", "offline:wide", ADJUDICATE, 0.4, brokers=(EMBEDDED,)),
)


class Once(NamedTuple):
    """A contender that runs once, at the end, with the record counts of a full and a quick run."""

    contender: Contender
    records: int
    quick: int

    @property
    def name(self) -> str:
        return self.contender.name


LIGHT = Once(Contender("light load", "light", brokers=(REAL,), input=None), 3000, 600)
LIGHT_BARE = Once(
    Contender("light load, three bare hops", "light:bare", brokers=(REAL,), input=None), 3000, 600
)
_MEMORY = Contender("open encounters in memory", "memory", brokers=(EMBEDDED,), input=None)
_RESTORE = Contender("restore", "restore", brokers=(REAL,), input=None)
# The same contender at growing sizes.
MEMORY = tuple(Once(_MEMORY, count, count // 20) for count in (250_000, 500_000, 1_000_000))
RESTORE = tuple(Once(_RESTORE, count, count // 20) for count in (250_000, 500_000, 1_000_000))


class Scale(NamedTuple):
    """A number of processes of a stage on a number of partitions."""

    stage: str
    processes: int
    partitions: int

    @property
    def name(self) -> str:
        return f"{self.stage} in {self.processes} on {self.partitions}"


_SCALED = {"intake": (EVENTS, 40_000), "encounter": (BY_MEMBER, 15_000)}
_SHAPES = ((1, 1), (1, 6), (1, 12), (2, 6), (2, 12))
SCALE = {
    Scale(stage, processes, partitions): Once(
        Contender(
            Scale(stage, processes, partitions).name,
            f"processes:{stage}:{processes}",
            brokers=(REAL,),
            input=kind,
            partitions=partitions,
        ),
        count,
        count // 2,
    )
    for stage, (kind, count) in _SCALED.items()
    for processes, partitions in _SHAPES
}
# A process is killed and restarted, with a shorter session timeout than the default.
TAKEOVER_SESSION_S = 15.0
TAKEOVER = {
    fault: Once(
        Contender(
            f"a process {description}", f"takeover:{fault}", brokers=(REAL,), input=BY_MEMBER
        ),
        2000,
        2000,
    )
    for fault, description in {
        "killed": "killed, dynamic member",
        "killed_static": "killed, static member",
    }.items()
}
# RESTORE comes last, because the broker continues to compact its topics for a while.
ONCE = (LIGHT, LIGHT_BARE, *SCALE.values(), *TAKEOVER.values(), *MEMORY, *RESTORE)
