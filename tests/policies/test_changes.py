"""What differs between two sets of policies, and what is left when some of it is put back."""

from collections.abc import Mapping
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from stream_edits.policies.comparing.changes import Change, changes_between
from stream_edits.policies.comparing.reverting import without
from stream_edits.policies.content.content import Content
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies, shipped_folders
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.differences import ABSENT, Item, differences, reverted, value_at
from tests.policies.test_second_policy import FOLDER

SHIPPED = load_policies()
PLAN = """\
policies:
  "6.21-P": {prompt_pay: {2027-01-01: {reference: m, value: {days: 20, kind: CALENDAR}}}}
edits:
  units-over-maximum:
    maximum_units:
      2026-01-01: {reference: m, value: {"96361": 6, "X7702": 4, remove: ["96370"]}}
      2026-07-01: {reference: m, value: {"96361": 5}}
    excess:
      2026-01-01: {reference: m, value: {disposition: PEND, rarcs: ["N436"]}}
  place-of-service-not-allowed:
    places:
      2026-01-01: {reference: m, value: {add: ["19"], remove: ["72"]}}
    settings_not_reimbursed:
      2026-01-01: {reference: m, value: {a patient at home: {places: {add: ["13"]}}}}
  concurrent-more-than-once:
    maximum_units:
      2026-01-01: {reference: m, value: 2}
  vocabulary:
    content:
      2026-01-01: {reference: m, value: {"S9999": vaccine}}
"""
LABELS = [
    'vocabulary.content["S9999"] 2026-01-01: not there → vaccine',
    "place-of-service-not-allowed.places 2026-01-01: removed 72",
    "place-of-service-not-allowed.places 2026-01-01: added 19",
    'place-of-service-not-allowed.settings_not_reimbursed["a patient at home"].places 2026-01-01: '
    "added 13",
    "concurrent-more-than-once.maximum_units 2026-01-01: 1 → 2",
    'units-over-maximum.maximum_units["96361"] 2026-01-01: 8 → 6',
    'units-over-maximum.maximum_units["96370"] 2026-01-01: 8 → not there',
    'units-over-maximum.maximum_units["X7702"] 2026-01-01: not there → 4',
    'units-over-maximum.maximum_units["96361"] 2026-07-01: 8 → 5',
    "units-over-maximum.excess.disposition 2026-01-01: DENY → PEND",
    "units-over-maximum.excess.rarcs 2026-01-01: removed N435",
    "units-over-maximum.excess.rarcs 2026-01-01: added N436",
    "6.21-P.prompt_pay.days 2027-01-01: 30 → 20",
]


def _load(folder: Path, text: str = PLAN) -> Policies:
    file = folder / "plan.yaml"
    file.write_text(text, encoding="utf-8")
    return load_policies(file)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Policies:
    return _load(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def changes(plan: Policies) -> list[Change]:
    return changes_between(SHIPPED, plan)


def rules(policies: Policies, edit: str, day: str) -> Mapping[str, Any]:
    """The values of an edit on a day."""
    policy = policies["6.21-P"]
    found = policy.on(date.fromisoformat(day))[policy.values[edit].rules]
    names = [name for name in type(found).model_fields if name in policy.values[edit].dated]
    return {name: getattr(found, name) for name in names}


def test_each_key_entry_and_value_is_a_change_of_its_own(changes: list[Change]) -> None:
    assert [change.label for change in changes] == LABELS
    untils = {c.label: c.until for c in changes if c.until}
    assert untils == {LABELS[5]: date(2026, 7, 1)}


def test_policies_that_say_the_same_do_not_differ(plan: Policies, tmp_path: Path) -> None:
    assert changes_between(SHIPPED, load_policies()) == []
    assert changes_between(plan, _load(tmp_path, "# the same\n" + PLAN)) == []


@pytest.mark.parametrize("place", range(len(LABELS)), ids=LABELS)
def test_one_change_is_reverted_and_no_other(
    place: int, plan: Policies, changes: list[Change]
) -> None:
    left = changes_between(SHIPPED, without(SHIPPED, plan, [changes[place]]))
    assert [change.label for change in left] == LABELS[:place] + LABELS[place + 1 :]


def test_any_two_are_reverted(plan: Policies, changes: list[Change]) -> None:
    for pair in combinations(changes[:7], 2):
        left = changes_between(SHIPPED, without(SHIPPED, plan, pair))
        gone = {change.label for change in pair}
        assert [c.label for c in left] == [label for label in LABELS if label not in gone]


def test_all_changes_reverted_give_the_baseline(plan: Policies, changes: list[Change]) -> None:
    back = without(SHIPPED, plan, changes)
    assert changes_between(SHIPPED, back) == []
    for day in ("2025-01-01", "2026-01-01", "2027-01-01"):
        for edit in ("units-over-maximum", "place-of-service-not-allowed"):
            assert rules(back, edit, day) == rules(SHIPPED, edit, day)


def test_none_reverted_is_the_candidate(plan: Policies) -> None:
    same = without(SHIPPED, plan, [])
    assert changes_between(plan, same) == []
    assert [r.version for r in same["6.21-P"].revisions] == [
        r.version for r in plan["6.21-P"].revisions
    ]


def test_a_change_is_reverted_only_while_it_lasts(plan: Policies, changes: list[Change]) -> None:
    back = without(SHIPPED, plan, [changes[5]])
    for day, units in [("2025-12-31", 8), ("2026-01-01", 8), ("2026-07-01", 5)]:
        assert rules(back, "units-over-maximum", day)["maximum_units"]["96361"] == units


def test_a_change_that_only_goes_with_another_is_refused(tmp_path: Path) -> None:
    plan = _load(
        tmp_path,
        "edits:\n  by-report-missing:\n    missing:\n      2026-01-01:\n        reference: m\n"
        "        replace: true\n"
        "        value: {disposition: DENY, carc: '16', rarcs: [M77]}\n",
    )
    changes = changes_between(SHIPPED, plan)
    carc, requests = (next(c for c in changes if x in c.place) for x in (".carc", ".requests"))
    with pytest.raises(PolicyError, match="CARC 16 is not to be used for a missing attachment"):
        without(SHIPPED, plan, [requests])
    both = without(SHIPPED, plan, [carc, requests])
    assert rules(both, "by-report-missing", "2026-01-01")["missing"].requests == ("by_report",)


@pytest.mark.parametrize(
    ("outcome", "allowed"),
    [
        ('{disposition: DENY, carc: "50"}', False),
        ('{disposition: PEND, carc: "50"}', True),
        ('{disposition: DENY, carc: "5", rarcs: [N428]}', True),
    ],
)
def test_only_a_review_denies_for_medical_necessity(
    tmp_path: Path, outcome: str, allowed: bool
) -> None:
    text = (
        "edits:\n  place-of-service-not-allowed:\n    place_denied:\n      2026-01-01:\n"
        f"        reference: m\n        replace: true\n        value: {outcome}\n"
    )
    if allowed:
        _load(tmp_path, text)
        return
    with pytest.raises(PolicyError, match="CARC 50 denies a service as unnecessary"):
        _load(tmp_path, text)


def test_the_order_of_a_set_is_not_a_change_but_that_of_a_sequence_is(tmp_path: Path) -> None:
    text = (
        "edits:\n  place-of-service-not-allowed:\n    places:\n      2026-01-01:\n"
        "        reference: m\n        replace: true\n"
        '        value: ["42", "23", "65", "22", "24", "72", "71", "53", "11"]\n'
        "  unclassified-drug-incomplete:\n    ndc_segments:\n      2026-01-01:\n"
        "        reference: m\n        replace: true\n        value: [4, 5, 2]\n"
    )
    labels = [change.label for change in changes_between(SHIPPED, _load(tmp_path, text))]
    assert labels == ["unclassified-drug-incomplete.ndc_segments 2026-01-01: [5, 4, 2] → [4, 5, 2]"]


def test_a_table_of_its_own_differs_by_code(tmp_path: Path) -> None:
    from stream_edits.policies.content.table import FILE

    table = FILE.read_text(encoding="utf-8").replace("J9271,antineoplastic", "J9271,sedative")
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    plan = _load(tmp_path, "content_table: t.csv\nedits: {}\n")
    (change,) = changes_between(SHIPPED, plan)
    assert change.label == 'content_table["J9271"]: antineoplastic → sedative'
    assert changes_between(SHIPPED, without(SHIPPED, plan, [change])) == []
    content: Content = rules(without(SHIPPED, plan, [change]), "vocabulary", "2026-01-01")[
        "content"
    ]
    assert content.category_of("J9271") == "antineoplastic"


def test_a_policy_that_only_one_side_has_is_a_change() -> None:
    both = load_policies(folders=[*shipped_folders(), FOLDER])
    (change,) = changes_between(SHIPPED, both)
    assert change.label == "T-1: not there → there"
    assert [policy.id for policy in without(SHIPPED, both, [change]).all] == ["6.21-P"]
    (back,) = changes_between(both, SHIPPED)
    assert [policy.id for policy in without(both, SHIPPED, [back]).all] == ["6.21-P", "T-1"]


def test_an_edit_that_two_policies_have_is_named_with_its_policy(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    value = "{2025-01-01: {reference: m, value: {disposition: DENY, carc: '18'}}}"
    file.write_text(f"edits:\n  T-1/already-replaced:\n    no_effect: {value}\n", encoding="utf-8")
    folders = [*shipped_folders(), FOLDER]
    changes = changes_between(load_policies(folders=folders), load_policies(file, folders))
    assert changes
    assert all(c.label.startswith("T-1/already-replaced.no_effect") for c in changes)


NPIS = [{"npi": "1", "approver": "a"}, {"npi": "2", "approver": "b"}]


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (NPIS, NPIS[1:], [((Item("1", 0),), NPIS[0], ABSENT)]),
        (NPIS[:1], NPIS, [((Item("2", 1),), ABSENT, NPIS[1])]),
        (
            NPIS,
            [NPIS[0], {"npi": "2", "approver": "c"}],
            [((Item("2", 1),), NPIS[1], {"npi": "2", "approver": "c"})],
        ),
        (["a", "b"], ["b", "a"], [((), ["a", "b"], ["b", "a"])]),
        ([1, 1], [1], [((), [1, 1], [1])]),
        ("enforce", "monitor", [((), "enforce", "monitor")]),
        (1, True, [((), 1, True)]),
        ({"a": {"b": 1}}, {"a": {"b": 1}}, []),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [(("a", "b"), 1, 2)]),
    ],
)
def test_differences_of_written_values(
    before: Any, after: Any, wanted: list[tuple[Any, Any, Any]]
) -> None:
    found = list(differences(before, after))
    assert [tuple(each) for each in found] == wanted
    for path, was, becomes in found:
        assert value_at(before, path) == was
        assert value_at(after, path) == becomes
        assert reverted(after, path, was) == before
