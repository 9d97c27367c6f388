"""`python -m tests.remedies 100000` counts over the golden cases and so many generated encounters.

A file of claims may follow; it is counted as well. The exit code is 1 if a remedy does not do what
it says, or if fewer than 95 of 100 lines get a remedy or the sentence that there is none.
"""

import json
import multiprocessing
import sys
from pathlib import Path

from stream_edits.codec.jsonl import read_events_jsonl
from stream_edits.domain.claim import ClaimEvent
from stream_edits.explain.remedies import Answer
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.synthetic.generator import generate
from tests.policies.cases import all_cases, all_journeys
from tests.remedies.counting import Count, counted

_CHUNK = 500
_ENOUGH = 0.95


def main(encounters: str, *files: str) -> int:
    """Count, and print the count. Returns the exit code."""
    bad = 0
    bad += _report("golden cases and journeys", golden())
    for file in files:
        bad += _report(Path(file).name, of_file(Path(file)))
    total = Count()
    chunks = [
        (seed, min(_CHUNK, int(encounters) - at))
        for seed, at in enumerate(range(0, int(encounters), _CHUNK))
    ]
    with multiprocessing.Pool() as pool:
        for number, each in enumerate(pool.imap_unordered(_of_chunk, chunks), start=1):
            total += each
            if number % 20 == 0:
                print(f"{number} of {len(chunks)} parts", file=sys.stderr, flush=True)
    if chunks:
        bad += _report(f"{int(encounters):,} generated encounters", total)
    return 1 if bad else 0


def golden() -> Count:
    """The count over the golden cases and journeys that ship, each in a history of its own."""
    count = Count()
    for case in all_cases():
        if case.overlay is None:
            count += counted(case.claims)
    for journey in all_journeys():
        if journey.overlay is None:
            count += counted(journey.claims, load_policies(), journey.rollup)
    return count


def of_file(file: Path) -> Count:
    """The count over the claims of a file: JSON lines, or a list of cases with their claims."""
    if file.suffix == ".json":
        cases = json.loads(file.read_text(encoding="utf-8"))
        texts = [json.dumps(claim) for case in cases for claim in case["claims"]]
    else:
        texts = file.read_text(encoding="utf-8").splitlines()
    read = read_events_jsonl([text.encode() + b"\n" for text in texts])
    return counted([each for _, each in read if isinstance(each, ClaimEvent)])


def _of_chunk(chunk: tuple[int, int]) -> Count:
    seed, size = chunk
    return counted(list(generate(seed, size)))


def _report(name: str, count: Count) -> bool:
    lines = sum(count.answers.values())
    print(
        f"{name}: {lines:,} lines not paid, {count.share:.2%} answered, {len(count.broken)} broken"
    )
    for answer in Answer:
        print(f"  {answer}: {count.answers[answer]:,}")
    for kind, number in count.kinds.most_common():
        print(f"    {number:,} {kind}")
    for (edit_id, answer), number in sorted(count.by_edit.items()):
        print(f"    {edit_id} {answer}: {number:,}")
    for each in count.broken[:20]:
        print(f"  {each}")
    return bool(count.broken) or count.share < _ENOUGH


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
