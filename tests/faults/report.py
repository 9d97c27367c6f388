"""The report of a run, in Markdown."""

from collections.abc import Iterator, Sequence

from tests.faults.memory import Growth
from tests.faults.trial import PARTITIONS, REPLICAS, Verdict

_MIB = 2**20


def summary(verdict: Verdict) -> Iterator[str]:
    """The counts of a run, its outcome, and the faults by kind."""
    history, load, supervisor = verdict.history, verdict.load, verdict.supervisor
    verifier = verdict.verifier
    yield (
        f"{len(history)} faults of {len(verdict.kinds)} kinds in {verdict.seconds:.0f} s, under a "
        f"constant load; {REPLICAS} processes a stage, {PARTITIONS} partitions."
    )
    yield ""
    yield f"* {load.published} events published, {load.bad} of them no claims; {verifier.counts()}"
    yield (
        f"* processes restarted {supervisor.restarts} times, of which "
        f"{supervisor.gave_up.total()} had stopped by themselves and said why"
    )
    yield (
        f"* **lost {verifier.lost}, duplicated {verifier.duplicated}, "
        f"differing {verifier.differing}**"
    )
    yield ""
    yield "| Fault | Times | Most events behind afterwards | Longest catching up |"
    yield "|---|--:|--:|--:|"
    for kind, times in sorted(verdict.kinds.items()):
        of_kind = [suffered for suffered in history if suffered.kind == kind]
        behind, seconds = max(s.behind for s in of_kind), max(s.seconds for s in of_kind)
        yield f"| {kind} | {times} | {behind} | {seconds:.0f} s |"


def memory(growths: Sequence[Growth]) -> Iterator[str]:
    """The memory growth of the processes that lived long."""
    yield ""
    yield "| Process of | Lived | Resident when warm | At its end | Grown | Allowed |"
    yield "|---|--:|--:|--:|--:|--:|"
    for each in sorted(growths, key=lambda g: (g.stage, -g.seconds)):
        sizes = (each.warm, each.end, each.grown, each.allowed)
        shown = " | ".join(f"{size / _MIB:.1f} MiB" for size in sizes)
        yield f"| {each.stage} | {each.seconds:.0f} s | {shown} |"
