"""``make payer``: simulate a national payer with the figures of the last bench, and write the
results into docs/performance.md."""

import argparse
import sys
import time
from pathlib import Path

from bench.payer.claim import bench_mix
from bench.payer.figures import MissingFigure, read
from bench.payer.provision import provision_lines
from bench.payer.report import lines_of
from bench.report import REPORT
from tests.written_counts import write_counts

_SEED = 621


def main() -> None:
    """Print the tables, and write them between their marks in docs/performance.md."""
    parser = argparse.ArgumentParser(prog="payer", description=__doc__)
    parser.add_argument("--figures", type=Path, default=REPORT, help="a report of the bench")
    parser.add_argument("--seed", type=int, default=_SEED)
    asked = parser.parse_args()
    begun = time.process_time()
    try:
        bench = read(asked.figures.read_text(encoding="utf-8"))
        mix = bench_mix()
        sections = {
            "provision": list(provision_lines(bench, mix, asked.seed)),
            "payer": list(lines_of(bench, mix, asked.seed)),
        }
    except MissingFigure as missing:
        sys.exit(f"{asked.figures}: {missing}")
    for section, lines in sections.items():
        print("\n".join(lines))
        write_counts(section, lines, REPORT)
    print(f"{time.process_time() - begun:.0f} s of CPU", file=sys.stderr)


if __name__ == "__main__":
    main()
