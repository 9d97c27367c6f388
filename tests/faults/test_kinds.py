"""The order of the faults: every kind comes once, and the slow one is not repeated."""

from collections import Counter
from itertools import islice
from random import Random

from tests.faults.kinds import AGAIN_AND_AGAIN, EVERY_KIND, ONCE, SURVIVABLE, in_turn


def test_every_kind_comes_once_before_a_repetition() -> None:
    drawn = list(islice(in_turn(Random(1), EVERY_KIND, AGAIN_AND_AGAIN), 3 * len(EVERY_KIND)))
    assert set(drawn[: len(EVERY_KIND)]) == set(EVERY_KIND)
    times = Counter(drawn)
    assert {times[kind] for kind in ONCE} == {1}
    assert min(times[kind] for kind in AGAIN_AND_AGAIN) >= 3


def test_a_seed_gives_the_same_order_again() -> None:
    one, other = (in_turn(Random(5), SURVIVABLE, SURVIVABLE) for _ in range(2))
    assert list(islice(one, 30)) == list(islice(other, 30))
