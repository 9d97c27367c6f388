"""The property of a monitored edit over many claims.

`python -m tests.modes 100000 [FIRST_SEED] [PROCESSES] [HOW] [SHARE]` generates that many claims, in
parts that have nothing in common. Each part with each edit is decided twice, monitored and off, and
everything published is compared. HOW is ``start`` (from the first day on), ``middle`` (from a day
in the middle on) or ``excluded`` (for half of the providers).

A part is not decided twice with an edit that makes no finding in it when all edits are enforced: a
mode is asked for what becomes of findings. Two things also depend on it without any finding. The
prices By Report do so alike for both modes. Monitored supervision is remembered, so the supervision
edit is always run. Of the parts that are left out, SHARE (0.04) are run all the same.
"""

import multiprocessing
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.policies.edit_types import SupervisionEdit
from stream_edits.synthetic.generator import generate
from tests.modes.histories import EDITS, SHIPPED
from tests.modes.property import apart, differences, run_pair, speaking

# Patients who share a physician are joined into large parts. A quarter of the claims is enough.
_CONTESTED, _UNCONTESTED = 500, 1_500
_SUPERVISION = {edit.id for edit in SHIPPED.all[0].edits if isinstance(edit, SupervisionEdit)}


class Checked(NamedTuple):
    """The result for some claims. Each is a count by edit, but for ``broken``: what is wrong.

    ``compared`` are claims that were decided twice, ``speaks`` those in parts in which the edit
    makes a finding, and ``monitored`` are findings.
    """

    claims: int
    compared: Counter[str]
    speaks: Counter[str]
    monitored: Counter[str]
    broken: list[str]

    def __add__(self, other: "Checked") -> "Checked":  # type: ignore[override]
        return Checked(*(one + two for one, two in zip(self, other, strict=True)))


def main(
    count: str, first: str = "0", processes: str = "1", how: str = "start", share: str = "0.04"
) -> int:
    """Check at least that many generated claims with every edit. Returns the exit code."""
    total = Checked(0, Counter(), Counter(), Counter(), [])
    seeds = range(int(first), int(first) + int(count))
    with multiprocessing.Pool(int(processes)) as pool:
        for found in pool.imap(partial(_check, how, float(share)), seeds):
            total += found
            print("\n".join([*found.broken, f"{total.claims:,} claims"]), flush=True)
            if total.claims >= int(count):
                break
    for edit_id in EDITS:
        print(
            f"{edit_id}: {total.monitored[edit_id]:,} monitored findings, "
            f"{total.speaks[edit_id]:,} claims in parts with any, "
            f"{total.compared[edit_id]:,} claims decided twice"
        )
    silent = [edit_id for edit_id in EDITS if not total.monitored[edit_id]]
    print(f"{total.claims:,} claims with each of {len(EDITS)} edits, {len(total.broken)} broken")
    if silent:
        print(f"nothing is shown for {', '.join(silent)}")
    return 1 if total.broken or silent else 0


def _parts(seed: int) -> Iterator[list[ClaimEvent]]:
    yield from apart(list(generate(seed, _CONTESTED)))
    yield from apart(list(generate(seed, _UNCONTESTED, contested=False)))


def _check(how: str, share: float, seed: int) -> Checked:
    found = Checked(0, Counter(), Counter(), Counter(), [])
    draw = random.Random(seed)
    for part in _parts(seed):
        speaks = speaking(part)
        found += Checked(len(part), Counter(), Counter(), Counter(), [])
        for edit_id in EDITS:
            if edit_id in speaks:
                found.speaks[edit_id] += len(part)
            elif edit_id not in _SUPERVISION and draw.random() >= share:
                continue
            found.compared[edit_id] += len(part)
            _compare(found, part, edit_id, f"seed {seed}, {edit_id}, {how}", how)
    return found


def _compare(found: Checked, part: Sequence[ClaimEvent], edit_id: str, name: str, how: str) -> None:
    monitored, off = run_pair(edit_id, part, how)
    found.monitored[edit_id] += len(monitored.monitored)
    found.broken.extend(f"{name}: {each}" for each in differences(monitored, off))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
