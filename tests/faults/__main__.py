"""`make faults COUNT=30` and `make soak MINUTES=20`: faults by number or by time."""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults.kinds import AGAIN_AND_AGAIN, EVERY_KIND, SURVIVABLE, in_turn
from tests.faults.memory import SHORTEST_S, Growth, growth
from tests.faults.report import memory, summary
from tests.faults.trial import Trial, Verdict
from tests.kafka.deployment import STAGES
from tests.written_counts import write_counts

_KEPT = Path(__file__).parents[2] / "build" / "test-logs"
_EVENTS_A_SECOND = 40.0
# Of a soak: the quiet times at the beginning and at the end, in which memory is measured.
_QUIET_S = 90.0
_BETWEEN_S = 10.0


def main() -> None:
    """Exit with 0 only if nothing was lost, duplicated or different, and memory was bounded."""
    asked = _arguments()
    # SIGTERM must also end the processes that were started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="stream-edits-faults-"))
    try:
        if asked.minutes is None:
            section, lines = "faults", faults(folder, asked.count, asked.seed)
        else:
            section, lines = "soak", soak(folder, asked.minutes * 60, asked.seed)
    except BaseException:
        _keep_logs(folder)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(lines))
    write_counts(section, lines)


def faults(folder: Path, count: int, seed: int) -> list[str]:
    """Inject `count` faults one after another, every kind first."""
    with Trial(folder, events_a_second=_EVENTS_A_SECOND, seed=seed) as trial:
        kinds = in_turn(trial.random, EVERY_KIND, AGAIN_AND_AGAIN)
        for number in range(1, count + 1):
            _suffer(trial, next(kinds), f"{number}/{count}")
        return list(summary(trial.finish()))


def soak(folder: Path, seconds: float, seed: int) -> list[str]:
    """Inject random faults for `minutes`, between two quiet times, and check the memory."""
    with Trial(folder, events_a_second=_EVENTS_A_SECOND, seed=seed, spared=True) as trial:
        begun = time.monotonic()
        time.sleep(_QUIET_S)
        kinds = in_turn(trial.random, SURVIVABLE, SURVIVABLE)
        while (passed := time.monotonic() - begun) < seconds - _QUIET_S:
            _suffer(trial, next(kinds), f"{passed:.0f}/{seconds:.0f} s")
            time.sleep(trial.random.uniform(0, _BETWEEN_S))
        time.sleep(max(0.0, begun + seconds - time.monotonic()))
        verdict = trial.finish()
        growths = _growths(trial, verdict)
        return [*summary(verdict), *memory(growths)]


def _suffer(trial: Trial, kind: str, place: str) -> None:
    suffered = trial.suffer(kind, EVERY_KIND[kind])
    print(
        f"[{place}] {suffered.what_happened}; {suffered.behind} events behind, none after "
        f"{suffered.seconds:.1f} s",
        flush=True,
    )


def _growths(trial: Trial, verdict: Verdict) -> list[Growth]:
    """The growth of every process that lived long enough.

    Raises AssertionError for a process that grew too much, or a stage without a measured process.
    """
    states = {stage: trial.state(stage) for stage in STAGES}
    judged = {growth(life, states[life.stage]) for life in verdict.supervisor.lives}
    long_lived = [each for each in judged if each is not None]
    assert {each.stage for each in long_lived} == set(STAGES), "too short to judge memory"
    leaks = [each.curve() for each in long_lived if not each.bounded]
    assert not leaks, "memory is not bounded:\n" + "\n".join(sorted(leaks))
    return long_lived


def _keep_logs(folder: Path) -> None:
    _KEPT.mkdir(parents=True, exist_ok=True)
    for log in folder.rglob("*.log"):
        shutil.copyfile(log, _KEPT / log.name)
    print(f"the logs are kept in {_KEPT}", file=sys.stderr)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--count", type=_at_least(1, int), default=30, help="faults to inject")
    shortest = (2 * _QUIET_S + SHORTEST_S) / 60
    parser.add_argument(
        "--minutes", type=_at_least(shortest, float), help="soak for so long instead"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the load and the faults")
    return parser.parse_args()


def _at_least(least: float, kind: Callable[[str], float]) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = kind(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"should be at least {least:g}")
        return value

    return number


if __name__ == "__main__":
    main()
