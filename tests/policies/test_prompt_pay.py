"""The prompt-pay clock: which day is the last one, and how a plan changes its terms."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_edits.commands.new_edit import new
from stream_edits.handbook.overlay_check import check_of
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.policies.values.prompt_pay import DayKind, PromptPay, Term

(SHIPPED,) = load_policies().all


@pytest.mark.parametrize(
    ("received", "last"),
    [
        ("2026-01-01", "2026-01-31"),
        ("2026-01-31", "2026-03-02"),
        ("2026-02-28", "2026-03-30"),
        # A leap year has one day more in February.
        ("2028-01-31", "2028-03-01"),
        ("2028-02-29", "2028-03-30"),
        # The last day may be a Saturday, and a claim received on one counts from Sunday.
        ("2026-01-29", "2026-02-28"),
        ("2026-12-31", "2027-01-30"),
        # Received before 2026: 45 days from Monday to Friday, which are nine weeks.
        ("2025-03-10", "2025-05-12"),
        ("2025-03-14", "2025-05-16"),
        ("2025-03-15", "2025-05-16"),
        ("2025-03-16", "2025-05-16"),
        ("2025-12-31", "2026-03-04"),
        # Before the policy's first day its first term holds.
        ("2020-01-01", "2020-03-04"),
    ],
)
def test_the_last_day_of_the_shipped_terms(received: str, last: str) -> None:
    assert SHIPPED.prompt_pay.due_by(date.fromisoformat(received)) == date.fromisoformat(last)


@pytest.mark.parametrize(("days", "last"), [(29, 29), (30, 30), (31, 31)])
def test_the_day_after_receipt_is_day_one(days: int, last: int) -> None:
    received = date(2026, 5, 31)
    due = Term(days=days, kind=DayKind.CALENDAR).last_day(received)
    assert (due - received).days == last


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 366))
def test_working_days_are_counted_one_by_one(received: date, days: int) -> None:
    day, counted = received, 0
    while counted < days:
        day += timedelta(days=1)
        counted += day.weekday() < 5
    assert Term(days=days, kind=DayKind.WORKING).last_day(received) == day


@pytest.mark.parametrize("kind", DayKind)
def test_at_the_end_of_the_calendar_the_last_day_is_its_last(kind: DayKind) -> None:
    assert Term(days=45, kind=kind).last_day(date(9999, 12, 30)) == date.max
    assert Term(days=1, kind=kind).last_day(date.min) == date.min + timedelta(days=1)


def test_a_policy_without_a_term_sets_no_last_day() -> None:
    assert PromptPay({}).due_by(date(2026, 1, 1)) is None


def test_the_terms_start_no_policy_revision() -> None:
    assert [each.version for each in SHIPPED.revisions] == ["2024-12-03"]


def _overlaid(tmp_path: Path, text: str) -> PromptPay:
    file = tmp_path / "overlay.yaml"
    file.write_text(text, encoding="utf-8")
    (policy,) = load_policies(file).all
    assert policy.revisions[0].version.startswith("2024-12-03+")
    return policy.prompt_pay


def test_a_plan_adds_a_term_of_its_own(tmp_path: Path) -> None:
    own = _overlaid(
        tmp_path,
        'policies: {"6.21-P": {prompt_pay: {2026-07-01: {reference: Plan memo, '
        "value: {days: 20, kind: CALENDAR}}}}}\n",
    )
    assert own.due_by(date(2026, 6, 30)) == date(2026, 7, 30)
    assert own.due_by(date(2026, 7, 1)) == date(2026, 7, 21)


def test_a_plan_replaces_a_term_of_the_same_day(tmp_path: Path) -> None:
    own = _overlaid(
        tmp_path,
        'policies: {"6.21-P": {prompt_pay: {2026-01-01: {reference: Plan memo, '
        "value: {days: 10, kind: WORKING}}}}}\n",
    )
    assert own.due_by(date(2026, 1, 1)) == date(2026, 1, 15)
    assert own.due_by(date(2025, 12, 31)) == date(2026, 3, 4)


def test_a_term_merges_by_key_into_the_one_in_force_on_its_day(tmp_path: Path) -> None:
    own = _overlaid(
        tmp_path,
        """
policies:
  "6.21-P":
    prompt_pay:
      2025-06-01: {reference: Plan memo, value: {days: 40}}
      2026-07-01: {reference: Plan memo, value: {days: 20}}
      2026-10-01: {reference: Plan memo, value: {kind: WORKING}}
      2026-11-01: {reference: Plan memo, replace: true, value: {days: 9, kind: CALENDAR}}
""",
    )
    terms = {day.isoformat(): (term.days, term.kind.value) for day, term in own.terms.items()}
    assert terms == {
        "2024-12-03": (45, "WORKING"),
        "2025-06-01": (40, "WORKING"),
        "2026-01-01": (30, "CALENDAR"),
        "2026-07-01": (20, "CALENDAR"),
        "2026-10-01": (20, "WORKING"),
        "2026-11-01": (9, "CALENDAR"),
    }


def test_a_check_tells_of_terms_what_it_tells_of_other_values(tmp_path: Path) -> None:
    file = tmp_path / "overlay.yaml"
    file.write_text(
        """policies:
  "6.21-P":
    prompt_pay:
      2025-06-01:
        reference: Plan memo 1
        value: {days: 40}
      2026-07-01:
        reference: Plan memo 2
        value: {days: 30}
""",
        encoding="utf-8",
    )
    checked = check_of(load_policies(), load_policies(file), file, date(2026, 8, 1))
    (change,) = checked.changes
    assert change.change.label == "6.21-P.prompt_pay.days 2025-06-01: 45 → 40"
    assert (change.where, change.reference) == (f"{file}:6", "Plan memo 1")
    assert (change.at_start, change.today) == (("45", "40"), ("30", "30"))
    ends, in_vain = sorted(checked.warnings)
    assert "holds until 2025-12-31 only: from 2026-01-01 on the shipped value holds" in ends
    assert in_vain.startswith(f"{file}:9: policies.6.21-P.prompt_pay.2026-07-01.value: changes")


def test_terms_merge_where_a_policy_has_none(tmp_path: Path) -> None:
    own = tmp_path / "edits"
    new(own, "an-edit", "required_document", "PLAN-1")
    file = tmp_path / "overlay.yaml"
    text = 'policies: {"PLAN-1": {prompt_pay: {2026-01-01: {reference: x, value: %s}}}}\n'
    file.write_text(text % "{days: 5, kind: WORKING}", encoding="utf-8")
    policy = load_policies(file, own=own).all[-1]
    assert policy.prompt_pay.terms == {date(2026, 1, 1): Term(days=5, kind=DayKind.WORKING)}
    file.write_text(text % "{days: 5}", encoding="utf-8")
    with pytest.raises(PolicyError, match="kind: is missing"):
        load_policies(file, own=own)


_TERM = 'policies: {{"{0}": {{prompt_pay: {{2026-01-01: {{reference: x, value: {1}}}}}}}}}\n'
_WHOLE = (
    'policies: {{"6.21-P": {{prompt_pay: {{2026-01-01: {{reference: x, replace: true, '
    "value: {0}}}}}}}}}\n"
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (_TERM.format("6.22-P", "{days: 30, kind: CALENDAR}"), "there is no such policy"),
        (_TERM.format("6.21-P", "{days: 0, kind: CALENDAR}"), "greater than or equal to 1"),
        (_TERM.format("6.21-P", "{days: 367, kind: CALENDAR}"), "less than or equal to 366"),
        (_TERM.format("6.21-P", "{days: 1.5, kind: WORKING}"), "should be a whole number"),
        (_TERM.format("6.21-P", "{days: true, kind: WORKING}"), "should be a whole number"),
        (_TERM.format("6.21-P", "{days: 30, kind: BUSINESS}"), "CALENDAR"),
        (_TERM.format("6.21-P", "{day: 30}"), "is not a key known here; did you mean days"),
        (_TERM.format("6.21-P", "{remove: [days]}"), "days: is missing"),
        (_TERM.format("6.21-P", "{remove: [weeks]}"), "weeks is not there; there are days, kind"),
        (_TERM.format("6.21-P", "30"), "a mapping is expected, such as {days: 30, kind: CALENDAR}"),
        (_TERM.format("6.21-P", "[30]"), "a mapping is expected, such as {days: 30"),
        ('policies: {"6.21-P": {prompt_pay: {}}}\n', "has no dated value"),
        (_WHOLE.format("{days: 30}"), "kind: is missing"),
        ('policies: {"6.21-P": {promptpay: {}}}\n', "is not a key known here"),
    ],
)
def test_a_wrong_term_is_refused_with_its_line(text: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "overlay.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=problem) as caught:
        load_policies(file)
    assert str(caught.value).startswith(f"{file}:1: policies.")
