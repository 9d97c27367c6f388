"""`make cluster-test`: every case on a real control plane, and the counts into docs/cluster.md.

`python -m tests.cluster -k WORDS` runs some of the cases and writes nothing.
"""

import sys
import time
from pathlib import Path

import pytest

from tests.cluster.build import NoControlPlane, build
from tests.cluster.report import COUNTS, lines, missing
from tests.helm.chart import VALUE_SETS
from tests.helm.tool import ROOT
from tests.written_counts import write_counts

REPORT = ROOT / "docs" / "cluster.md"
CASES = sorted(Path(__file__).parent.glob("on_*.py"))


class _Passed:
    """A plugin that counts the cases that passed."""

    def __init__(self) -> None:
        self.number = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.number += report.when == "call" and report.passed


def main(arguments: list[str]) -> int:
    """The exit code of pytest, or 1 when a complete run missed something."""
    try:
        build()
    except NoControlPlane as missing_tool:
        sys.exit(f"cluster-test: {missing_tool}")
    passed, begun = _Passed(), time.monotonic()
    # pytest imports by file (`importlib`), and must find the modules that are imported here.
    code = int(pytest.main([*map(str, CASES), "-v", *arguments], [passed]))
    if code or arguments:
        return code
    if lacking := missing(COUNTS, VALUE_SETS):
        print(f"cluster-test: no answer for {', '.join(lacking)}", file=sys.stderr)
        return 1
    found = list(lines(COUNTS, passed.number, time.monotonic() - begun))
    write_counts("cluster", found, REPORT)
    print("\n".join(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
