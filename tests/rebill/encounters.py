"""Random encounters for the rebill law: claims with infusions, pushes, hydration and drugs."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random

from stream_edits.domain.claim import ClaimEvent, ClaimForm, ServiceLine
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
_ANTINEOPLASTIC = "J9271"
_DRUGS = ("J1745", "J3370", "J2405", _ANTINEOPLASTIC)
# Hospital outpatients, a few of other facilities of the policy's table.
_BILLS = ("131", "131", "131", "0131", "135", "721", "831")
# IV therapy, clinic, treatment room, chemotherapy.
_REVENUE = ("0260", "0260", "0510", "0761", "0335")
# An emergency visit, or hours of observation. Each is a line of its own, which stays when an
# administration is taken off.
_EMERGENCIES = (("99284", "0450", 1.0), ("G0378", "0762", 30.0))


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
    lines += [line(code, units=4.0) for code in _DRUGS]
    return claim("A", *lines, place_of_service=rng.choice(_PLACES))


def antineoplastic_encounter(seed: int) -> ClaimEvent:
    """The encounter of a seed whose only drug is an antineoplastic."""
    office = encounter(seed)
    others = {drug for drug in _DRUGS if drug != _ANTINEOPLASTIC}
    lines = [each for each in office.lines if each.procedure_code not in others]
    return replace(office, lines=tuple(lines))


def hospital_encounter(seed: int) -> ClaimEvent:
    """The encounter of a seed on an outpatient UB-04.

    In some, the last lines are a day later; some are of an emergency or of observation.
    """
    office = encounter(seed)
    rng = Random(f"hospital {seed}")
    given = [x for x in office.lines if x.procedure_code not in _DRUGS]
    next_day = given[rng.randint(1, len(given)) :] if rng.random() < 0.3 else ()
    lines = []
    for each in office.lines:
        is_drug = each.procedure_code in _DRUGS
        made = replace(each, revenue_code="0636" if is_drug else rng.choice(_REVENUE))
        lines.append(_a_day_later(made) if each in next_day else made)
    if rng.random() < 0.3:
        code, revenue, units = rng.choice(_EMERGENCIES)
        number = len(lines) + 1
        lines.append(line(code, number=number, revenue_code=revenue, units=units))
    return claim(
        "A",
        *lines,
        claim_form=ClaimForm.UB04,
        type_of_bill=rng.choice(_BILLS),
        place_of_service=None,
    )


def pair(seed: int) -> tuple[ClaimEvent, ClaimEvent]:
    """Two claims of one visit, which share the lines of the encounter of a seed.

    Without XE: whether it counts depends on the other lines of its claim.
    """
    whole = encounter(seed)
    rng = Random(f"pair {seed}")
    lines = [
        replace(x, modifiers=tuple("59" if m == "XE" else m for m in x.modifiers))
        for x in whole.lines
    ]
    given = [x for x in lines if x.procedure_code not in _DRUGS]
    later = rng.sample(given, rng.randint(0, len(given)))
    first = [x for x in lines if x not in later]
    second = replace(whole, event_id="event-B", claim_id="B", lines=tuple(later))
    return replace(whole, lines=tuple(first)), second


def _a_day_later(each: ServiceLine) -> ServiceLine:
    day = timedelta(days=1)
    return replace(
        each,
        service_date=each.service_date + day,
        start_time=each.start_time and each.start_time + day,
        end_time=each.end_time and each.end_time + day,
    )


def _timed(rng: Random, made: ServiceLine, clock: datetime) -> tuple[ServiceLine, datetime]:
    """The line with times that begin now, after a pause, or while the line before runs."""
    start = clock + timedelta(minutes=rng.choice((0, 0, 0, 5, 30, -10, -30)))
    start = max(start, datetime.combine(DAY, time(0, 30)))
    end = start + timedelta(minutes=rng.choice(_MINUTES))
    return replace(made, start_time=start, end_time=end), max(clock, end)
