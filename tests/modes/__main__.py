"""Monitored edits over many generated claims: `python -m tests.modes 100000 [FIRST_SEED]`.

Each edit is monitored, and off, over the same claims and reviews: from the start, from a day in the
middle, and for half of the providers.
"""

import sys
from collections.abc import Iterator, Sequence
from functools import partial

from stream_edits.codec.decisions import decision_encoder
from stream_edits.domain.claim import ClaimEvent
from tests.modes.histories import (
    EDITS,
    Decided,
    decided,
    excluding,
    history_of,
    overlay_of,
    policies_with,
    silenced,
)

_ENCOUNTERS = 2_000
_encode = decision_encoder(7)


def main(count: str, first: str = "0") -> int:
    """Check that many generated claims with every edit. Returns the exit code."""
    seed, claims, broken = int(first), 0, 0
    shown = dict.fromkeys(EDITS, 0)
    while claims < int(count):
        history = history_of(seed, _ENCOUNTERS)
        claims += len(history)
        for edit_id in EDITS:
            for how, monitored, off in _pairs(edit_id, history):
                shown[edit_id] += len(monitored.monitored)
                if problem := _problem(monitored, off):
                    broken += 1
                    print(f"seed {seed}, {edit_id}, {how}: {problem}", flush=True)
        print(f"{claims:,} claims, {broken} broken", flush=True)
        seed += 1
    print(f"monitored findings: {shown}")
    print(f"{claims:,} claims with each of {len(EDITS)} edits, {broken} break the property")
    return 1 if broken else 0


def _pairs(edit_id: str, history: Sequence[ClaimEvent]) -> Iterator[tuple[str, Decided, Decided]]:
    days = sorted(claim.first_day for claim in history)
    for since in ("2024-12-03", days[len(days) // 2].isoformat()):
        found = [
            decided(policies_with(overlay_of(edit_id, mode, since)), history, edit_id)
            for mode in ("monitor", "off")
        ]
        yield f"from {since}", found[0], found[1]
    some = sorted({claim.billing_provider_npi for claim in history})[::2]
    work = partial(decided, policies_with(excluding(edit_id, some)), history, edit_id)
    yield "excluded", work(), silenced(work)


def _problem(monitored: Decided, off: Decided) -> str:
    if off.monitored:
        return "an edit that is off has findings"
    if monitored.refused != off.refused:
        return "other reviews are refused"
    for one, other in zip(monitored.decisions, off.decisions, strict=False):
        if _encode(one) != _encode(other):
            return f"claim {one.claim_id} revision {one.revision} differs"
    return "" if len(monitored.decisions) == len(off.decisions) else "other decisions are made"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
