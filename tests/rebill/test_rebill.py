"""The rebill law over random encounters (docs/spec/edits.md, Sequence)."""

import pytest

from tests.rebill.encounters import encounter
from tests.rebill.rebill import decided, rebilled, violations

SEEDS = 2_000
CHUNK = 200


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_billing_what_was_recommended_raises_no_other_finding(first: int) -> None:
    broken = {seed: found for seed in range(first, first + CHUNK) if (found := broken_by(seed))}
    assert broken == {}


def broken_by(seed: int) -> list[str]:
    return list(violations(encounter(seed)))


def test_the_encounters_have_what_the_law_is_about() -> None:
    corrected = recommended = 0
    for seed in range(300):
        claim = encounter(seed)
        decision = decided(claim)
        recommended += any(line.recommended_code for line in decision.lines)
        again = rebilled(claim, decision)
        corrected += again is not None and again.claim.lines != claim.lines
    assert recommended > 60
    assert corrected > 150
