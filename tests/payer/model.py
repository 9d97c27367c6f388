"""Small models for the tests, with costs that are easy to calculate with."""

from bench.payer.claim import Claim, Mix
from bench.payer.figures import Bench
from bench.payer.group import Group, Stage
from bench.payer.pipeline import Pipeline, Processes, alone

MIX = Mix((0.7, 0.2, 0.1))
PARTITIONS = 6
_SMALL = Processes(2, 3, 2)
# A hundred claims a second use a tenth of a core at the first stage.
BENCH = Bench(
    cpu_s=(0.001, 0.002, 0.001),
    transaction_s=0.01,
    seen_s=0.001,
    start_s=2.0,
    encounter_bytes=800.0,
    wire_bytes=600.0,
    restore_s=5e-6,
    process_bytes=1e8,
    p50_s=0.1,
    p99_s=0.3,
    pipeline_per_s=400.0,
    scaled={},
    takeover={"killed": (14.0, 9.0), "killed_static": (2.0, 0.0)},
)


def stages(restore_s: float = 0.0) -> list[Stage]:
    """Stages with batches of at most 50 records."""
    return [
        Stage(cpu_s, BENCH.transaction_s, BENCH.seen_s, 50, 0.1, restore_s * (number == 1))
        for number, cpu_s in enumerate(BENCH.cpu_s)
    ]


def small_pipeline(
    processes: Processes = _SMALL, seed: int = 1, restore_s: float = 0.0
) -> Pipeline:
    """A pipeline in which each process has a core of its own."""
    return Pipeline(stages(restore_s), MIX, PARTITIONS, alone(processes), seed)


def owners(group: Group) -> dict[int, int]:
    """The index of the member that owns each partition."""
    return {p: n for n, member in enumerate(group.members) for p in member.partitions}


def numbers(claims: list[Claim]) -> list[int]:
    """The numbers of the claims, in order of their arrival."""
    return [claim.number for claim in claims]
