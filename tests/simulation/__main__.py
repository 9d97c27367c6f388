"""`make simulate SCHEDULES=10000`: many schedules on all cores, then the negative controls.

Writes the counts into docs/reliability.md. Exits with 1 at the first violation, which is printed
with its seed.
"""

from __future__ import annotations

import logging
import multiprocessing
import sys
import time

from tests.memory_kafka.calls import CALL_NAMES
from tests.simulation.controls import CONTROLS, until_red
from tests.simulation.faults import Fault
from tests.simulation.schedule import Tally, run_schedule
from tests.written_counts import write_counts

_CHUNK = 50
_TOTALS = (
    "schedules", "steps", "events decided", "reviews", "dead letters", "processes ended", "crashes",
    "clean stops", "zombies", "evictions", "rebalances", "transactions timed out", "late commits",
    "compactions", "topics created again", "offsets expired",
)  # fmt: skip


def main(schedules: int) -> int:
    """Run this many schedules and every control. Returns the exit code."""
    logging.getLogger("stream_edits.engine").setLevel(logging.CRITICAL)
    tally = Tally()
    begun = time.monotonic()
    with multiprocessing.Pool() as pool:
        for done, (found, violation) in enumerate(
            pool.imap_unordered(_run, range(schedules), chunksize=_CHUNK), start=1
        ):
            if violation is not None:
                print(violation, file=sys.stderr)
                return 1
            tally.add(found)
            if done % 1000 == 0:
                print(f"{done} schedules in {time.monotonic() - begun:.0f} s", flush=True)
    write_counts("simulation", simulation_lines(tally))
    return _run_controls()


def _run(seed: int) -> tuple[Tally, str | None]:
    try:
        return run_schedule(seed), None
    except Exception as failure:
        return Tally(), "\n".join([f"seed {seed}: {failure}", *getattr(failure, "__notes__", [])])


def simulation_lines(tally: Tally) -> list[str]:
    """The report of a run without violations."""
    counts = tally.counts
    sums = [f"{counts[name]:,} {name}" for name in _TOTALS]
    lines = [
        f"{', '.join(sums)}; {sum(tally.fired.values()):,} faults struck a call. "
        "Violations of an invariant: 0.",
        "",
        f"| call | {' | '.join(fault.value for fault in Fault)} |",
        f"|---|{'--:|' * len(Fault)}",
    ]
    for call in (*CALL_NAMES, "process"):
        struck = [tally.fired[call, fault] for fault in Fault]
        lines.append(f"| `{call}` | {' | '.join(str(n) if n else '' for n in struck)} |")
    return lines


def _run_controls() -> int:
    lines = ["| without | schedules until red | shown as |", "|---|--:|---|"]
    green = []
    for control in CONTROLS:
        red = until_red(control)
        if red is None:
            green.append(control.fence)
        else:
            lines.append(f"| {control.fence} | {red.schedules} | {red.kind.value} |")
    if green:
        print(f"nothing shows that these are needed: {'; '.join(green)}", file=sys.stderr)
        return 1
    write_counts("controls", lines)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
