"""Which reason codes an adjustment may have, on the day of the decision."""

from datetime import date

import pytest

from stream_edits.policies.values.reason_codes import adjustment_problem, reason_codes
from stream_edits.policies.values.x12_codes import RETRIEVED, Kind, x12_codes

DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("group", "carc", "rarcs", "day"),
    [
        ("CO", "97", ("M15",), DAY),
        ("OA", "18", (), DAY),
        ("PR", "1", (), DAY),
        ("PI", "97", ("M15",), DAY),
        # Deactivated since, but not then: its last day, and a day after the list was retrieved.
        ("CO", "17", ("M76",), date(2009, 7, 1)),
        ("CO", "97", ("M15",), date(2027, 1, 1)),
    ],
)
def test_codes_that_were_current(group: str, carc: str, rarcs: tuple[str, ...], day: date) -> None:
    assert adjustment_problem(group, carc, rarcs, day) is None


@pytest.mark.parametrize(
    ("group", "carc", "rarcs", "day", "says"),
    [
        ("CO", None, (), DAY, "no CARC says why"),
        ("CR", "97", (), DAY, "the claim adjustment group is none of CO, OA, PI, PR"),
        (None, "97", (), DAY, "the claim adjustment group is none of CO, OA, PI, PR"),
        ("CO", "18", (), DAY, "CARC 18 may only be used with group OA"),
        ("CO", "17", ("M76",), date(2009, 7, 2), "CARC 17 is not in force on 2009-07-02: "),
        ("CO", "97", ("M58",), DAY, "RARC M58 is not in force on 2026-03-01: "),
        # The list gives no last day of this one.
        (
            "CO",
            "15",
            (),
            date(2001, 1, 1),
            f"CARC 15 is deactivated on the X12 list of {RETRIEVED}",
        ),
        ("CO", "282", ("MA30",), date(1990, 1, 1), "CARC 282 is not in force on 1990-01-01: "),
        ("CO", "9999", (), DAY, f"CARC 9999 is not on the X12 list of {RETRIEVED}"),
        ("CO", "97", ("Smith, John",), DAY, f"RARC is not on the X12 list of {RETRIEVED}"),
        ("CO", "16", (), DAY, "CARC 16 needs a RARC beside it that is more than an alert"),
    ],
)
def test_codes_that_were_not(
    group: str | None, carc: str | None, rarcs: tuple[str, ...], day: date, says: str
) -> None:
    problem = adjustment_problem(group, carc, rarcs, day)
    assert problem is not None
    assert problem.startswith(says)


def test_a_deactivated_code_with_meaning_has_a_last_day() -> None:
    """Else a code could count as current that the list of today does not have."""
    for key, reason in reason_codes().items():
        assert x12_codes()[key].current == (reason.ended is None), key


def test_a_code_for_property_and_casualty_is_refused() -> None:
    named = next(
        code
        for (kind, code), listed in x12_codes().items()
        if kind is Kind.CARC and listed.property_casualty and listed.current
    )
    problem = adjustment_problem("CO", named, ("M15",), DAY)
    assert problem == f"CARC {named} is for property and casualty claims only"
