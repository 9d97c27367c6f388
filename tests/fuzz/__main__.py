"""`make fuzz INPUTS=1000000`: that many inputs over all targets, with a process for each.

The corpus and every defect are kept in build/fuzz; the counts go into docs/reliability.md. Exit
code 1 when there was a defect, or fewer inputs were fed than asked for.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.written_counts import write_counts

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / "build" / "fuzz"
# The share of inputs for each target, by its speed: checking an overlay takes a hundred times as
# long as reading a line.
_SHARES = {"json": 0.45, "frame": 0.35, "avro": 0.197, "policy": 0.003}
# The share of them that is guided by coverage.
_GUIDED = 0.08
# A worker that takes longer than this per input is ended as hung.
_SECONDS_AN_INPUT = 1.0
_START_S = 300.0


def fuzz(target: str, inputs: int, seed: int) -> dict[str, Any]:
    """Run both parts of one target; their counts together."""
    watched = max(1, round(inputs * _GUIDED))
    parts = {"guided": watched, "mutated": inputs - watched}
    counts = [_work(target, how, number, seed) for how, number in parts.items()]
    outcomes = Counter[str]()
    for part in counts:
        outcomes.update(part["outcomes"])
    summed = {name: sum(part[name] for part in counts) for name in ("inputs", "crashes", "hangs")}
    return {**summed, "outcomes": outcomes, "ended": any(part["ended"] for part in counts)}


def _work(target: str, how: str, inputs: int, seed: int) -> dict[str, Any]:
    """Run a worker; its counts, with its exit code as `ended`."""
    file = _FOLDER / f"{target}-{how}.json"
    file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.worker", target, how]
    command += [str(inputs), str(seed), str(_FOLDER)]
    limit_s = _START_S + inputs * _SECONDS_AN_INPUT
    with (_FOLDER / f"{target}-{how}.log").open("wb") as log:
        worker = subprocess.Popen(command, cwd=_ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            code = worker.wait(limit_s)
        except subprocess.TimeoutExpired:
            worker.kill()
            code = worker.wait()
    counts: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else _NOTHING
    print(f"{target}, {how}: {counts['inputs']} inputs, exit code {code}", flush=True)
    return {**counts, "ended": code}


_NOTHING: dict[str, Any] = {"inputs": 0, "outcomes": {}, "crashes": 0, "hangs": 0}


def table(found: dict[str, dict[str, Any]], seed: int, minutes: float) -> list[str]:
    """The counts as Markdown."""
    lines = [
        "| Target | Inputs | Decoded | Refused | Crashes | Hangs | Error classes seen |",
        "|---|---|---|---|---|---|---|",
    ]
    for target, counts in found.items():
        outcomes = dict(counts["outcomes"])
        decoded = outcomes.pop("decoded", 0)
        classes = ", ".join(sorted(outcomes)) or "none"
        lines.append(
            f"| {target} | {counts['inputs']:,} | {decoded:,} | {sum(outcomes.values()):,} "
            f"| {counts['crashes']} | {counts['hangs']} | {classes} |"
        )
    total = sum(counts["inputs"] for counts in found.values())
    return [
        f"{total:,} inputs in {minutes:.0f} minutes, {_GUIDED:.0%} of them guided by coverage and "
        f"the rest mutated from what those found (seed {seed}). Each was decoded, or refused",
        "with one declared error and no word of the input in its text. A refused record was one "
        "dead letter with the",
        "same bytes; a decoded claim went through all stages; no line of a file was lost.",
        "",
        *lines,
    ]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    asked = parser.parse_args()
    _FOLDER.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    numbers = {target: round(asked.inputs * share) for target, share in _SHARES.items()}
    with ThreadPoolExecutor(len(numbers)) as pool:
        runs = {t: pool.submit(fuzz, t, n, asked.seed) for t, n in numbers.items()}
        found = {target: run.result() for target, run in runs.items()}
    lines = table(found, asked.seed, (time.monotonic() - begun) / 60)
    print("\n".join(lines))
    bad = [
        target
        for target, counts in found.items()
        if counts["ended"]
        or counts["crashes"]
        or counts["hangs"]
        or counts["inputs"] != numbers[target]
        or sum(counts["outcomes"].values()) != counts["inputs"]
    ]
    if bad:
        print(f"failed: {', '.join(bad)}; see {_FOLDER}", file=sys.stderr)
        return 1
    write_counts("fuzzing", lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
