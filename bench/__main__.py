"""``make bench``: run every contender on both brokers, round by round, then write the report."""

import argparse
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.brokers import EMBEDDED, REAL, Broker, embedded_broker, real_broker
from bench.growth import Results
from bench.lineup import CLAIMS, LINEUP, ONCE, PEERS, Contender, Once
from bench.report import lines_of, write
from bench.trial import ContenderFailed, Figures, run_trial


def main() -> None:
    """Run the selected contenders and print the report. A full run updates docs/performance.md."""
    asked = _arguments()
    # SIGTERM must also end the brokers and contenders that were started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    results: Results = defaultdict(list)
    begun = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        real = stack.enter_context(real_broker(folder)) if REAL in asked.brokers else None
        for number in range(asked.rounds):
            for kind, contender in _turns(asked.brokers, asked.only):
                with _broker(kind, real) as broker:
                    count = asked.claims * contender.times(kind)
                    _try(results, broker, kind, contender, count)
            _report(asked, results, number + 1, begun)
        for kind, once in _once(asked.brokers, asked.only):
            with _broker(kind, real) as broker:
                count = once.quick if asked.quick else once.records
                _try(results, broker, kind, once.contender, count)
    print("\n".join(_report(asked, results, asked.rounds, begun)))


def _report(asked: argparse.Namespace, results: Results, rounds: int, begun: float) -> list[str]:
    """The report so far. A full run also writes it to docs/performance.md."""
    minutes = (time.monotonic() - begun) / 60
    report = lines_of(results, rounds, asked.claims, minutes)
    if not asked.quick and not asked.only:
        write(report)
    return report


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--claims", type=int, default=CLAIMS)
    parser.add_argument("--quick", action="store_true", help="one round, nothing written")
    parser.add_argument("--only", default="", help="contenders whose name contains this")
    parser.add_argument("--brokers", nargs="+", default=[EMBEDDED, REAL])
    asked = parser.parse_args()
    if asked.quick:
        asked.rounds, asked.claims = 1, min(asked.claims, 3000)
    return asked


def _turns(brokers: list[str], only: str) -> Iterator[tuple[str, Contender]]:
    """The selected contenders and those that they are compared with."""
    wanted = [contender for contender in LINEUP if only in contender.name]
    names = {name for each in wanted for name in (each.name, each.against)}
    for kind in brokers:
        for contender in LINEUP:
            if kind in contender.brokers and contender.name in names and _can_run(contender):
                yield kind, contender


def _can_run(contender: Contender) -> bool:
    return contender.python != PEERS or PEERS.exists()


def _once(brokers: list[str], only: str) -> Iterator[tuple[str, Once]]:
    for once in ONCE:
        kind = once.contender.brokers[0]
        if kind in brokers and only in once.name:
            yield kind, once


@contextmanager
def _broker(kind: str, real: Broker | None) -> Iterator[Broker]:
    """The shared real broker, or a new embedded one, which keeps all records in memory."""
    if kind == EMBEDDED:
        with embedded_broker() as embedded:
            yield embedded
    elif real is not None:
        yield real


def _try(results: Results, broker: Broker, kind: str, contender: Contender, count: int) -> None:
    begun = time.monotonic()
    try:
        figures: Figures | None = run_trial(broker, contender, count)
        summary = ", ".join(f"{name} {value:.1f}" for name, value in (figures or {}).items())
    except ContenderFailed as failure:
        figures, summary = None, str(failure)
    seconds = time.monotonic() - begun
    print(f"{kind}, {contender.name}: {summary} ({seconds:.0f} s)", file=sys.stderr, flush=True)
    results[kind, contender.name].append(figures)


if __name__ == "__main__":
    main()
