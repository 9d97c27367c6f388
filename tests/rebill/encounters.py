"""Random encounters for the rebill law: one claim with infusions, pushes, hydration and drugs."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from tests.build import DAY, claim, line

_INITIAL = ("96413", "96416", "96409", "96365", "96369", "96374", "96360")
_ADDED = (
    *("96415", "96417", "96411", "96366", "96367", "96368", "96370", "96371", "96375", "96376"),
    *("96361", "96361", "96366", "96415"),
)
_OTHER = ("96372", "96401", "G0498", "96422", "96423")
_MINUTES = (5, 10, 15, 16, 20, 30, 31, 45, 60, 61, 75, 90, 91, 120, 151, 200)
_MODIFIERS = ((),) * 14 + (("59",), ("XS",), ("XE",), ("XE",), ("53",), ("52",), ("59", "53"))
_PLACES = ("11", "11", "22")


def encounter(seed: int) -> ClaimEvent:
    """The claim of a seed: two to eight administration lines of one day, and their drugs."""
    rng = Random(seed)
    codes = [rng.choice(_INITIAL) for _ in range(rng.choice((1, 1, 1, 2, 2, 3)))]
    codes += [rng.choice(_ADDED) for _ in range(rng.randint(0, 5))]
    if rng.random() < 0.15:
        codes.append(rng.choice(_OTHER))
    if rng.random() < 0.5:
        rng.shuffle(codes)
    clock = datetime.combine(DAY, time(8))
    lines: list[ServiceLine] = []
    timed = rng.random() < 0.8
    for code in codes:
        units = rng.choice((1, 1, 1, 1, 2, 3))
        made = line(code, units=float(units), modifiers=rng.choice(_MODIFIERS))
        if timed and rng.random() < 0.9:
            made, clock = _timed(rng, made, clock)
        lines.append(made)
    lines += [line(code, units=4.0) for code in ("J1745", "J3370", "J2405", "J9271")]
    return claim("A", *lines, place_of_service=rng.choice(_PLACES))


def _timed(rng: Random, made: ServiceLine, clock: datetime) -> tuple[ServiceLine, datetime]:
    """The line with times that begin now, after a pause, or while the line before runs."""
    start = clock + timedelta(minutes=rng.choice((0, 0, 0, 5, 30, -10, -30)))
    start = max(start, datetime.combine(DAY, time(0, 30)))
    end = start + timedelta(minutes=rng.choice(_MINUTES))
    return replace(made, start_time=start, end_time=end), max(clock, end)
