"""The report of the cluster test is complete, and its page shows the last complete run."""

import re
from pathlib import Path

import pytest

from tests.cluster.__main__ import CASES, REPORT
from tests.cluster.processes import Ended, Processes, stop_leftovers
from tests.cluster.report import FAULTS, Counts, lines, missing
from tests.helm.chart import VALUE_SETS


def test_the_page_shows_a_run_with_every_fault_and_values_file() -> None:
    text = REPORT.read_text(encoding="utf-8")
    written = text.split("<!-- cluster: begin -->")[1].split("<!-- cluster: end -->")[0]
    assert re.search(r"\d+ cases passed and 0 failed", written), "run `make cluster-test`"
    for number, fault in FAULTS.items():
        assert f"| {number} | {fault} |" in written, "run `make cluster-test`"
    for name in VALUE_SETS:
        assert f"`{name}-values.yaml`" in written, "run `make cluster-test`"


def test_a_run_without_a_fault_or_values_file_is_not_complete() -> None:
    counts = Counts(values_files=list(VALUE_SETS))
    for number in FAULTS:
        counts.answer(number, "refused")
    assert missing(counts, VALUE_SETS) == []
    assert "cases passed" in "\n".join(lines(counts, 3, 1.0))
    del counts.answers[12]
    counts.values_files.remove("production")
    assert missing(counts, VALUE_SETS) == ["fault 12", "production"]


def test_every_fault_has_a_case() -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in CASES)
    answered = {int(number) for number in re.findall(r"COUNTS\.answer\(\s*(\d+)", sources)}
    assert answered == set(FAULTS)


def test_processes_end_with_their_run(tmp_path: Path) -> None:
    running = Processes(tmp_path)
    running.start("sleeper", ["sleep", "60"])
    running.check()
    assert (tmp_path / "sleeper.pid").exists()
    running.stop()
    assert not (tmp_path / "sleeper.pid").exists()


def test_processes_of_a_killed_run_are_found_by_their_pid_files(tmp_path: Path) -> None:
    killed = Processes(tmp_path)
    killed.start("sleeper", ["sleep", "60"])
    # A pid that another program uses now.
    (tmp_path / "other.pid").write_text("1")
    pid = int((tmp_path / "sleeper.pid").read_text())
    assert stop_leftovers(tmp_path) == [pid]
    assert list(tmp_path.glob("*.pid")) == []
    with pytest.raises(Ended, match="sleeper ended"):
        killed.check()
