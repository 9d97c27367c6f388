"""How a plan's change merges into the value in force."""

import copy
from typing import Any

import pytest

from stream_edits.policies.values.differences import ABSENT
from stream_edits.policies.values.merging import CannotMerge, Merging

LIMITS = {"96361": 8, "96366": 8, "96370": 8}
PLACES = ["11", "22", "23"]
MISSING = {"disposition": "PEND", "carc": "252", "rarcs": ["N350"], "requests": ["by_report"]}
EXCLUDED = [{"npi": "1", "approver": "a"}, {"npi": "2", "approver": "b"}]
STEPS = [{"family": "chemotherapy"}, {"family": "hydration"}]

MERGED: dict[str, tuple[Any, Any, Any]] = {
    "one key of a mapping": (LIMITS, {"96361": 6}, {**LIMITS, "96361": 6}),
    "a new key": (LIMITS, {"X7702": 4}, {**LIMITS, "X7702": 4}),
    "a key that goes": (LIMITS, {"remove": ["96370"]}, {"96361": 8, "96366": 8}),
    "several at once": (
        LIMITS,
        {"96361": 6, "remove": ["96370", "96366"]},
        {"96361": 6},
    ),
    "a mapping within": (
        {"96360": {"at_least": 31}, "96361": {"at_least": 31, "each_further_unit": 60}},
        {"96361": {"at_least": 46}},
        {"96360": {"at_least": 31}, "96361": {"at_least": 46, "each_further_unit": 60}},
    ),
    "a list within": (
        {"96361": ["96360"], "96366": ["96365"]},
        {"96361": {"add": ["96365"]}},
        {"96361": ["96360", "96365"], "96366": ["96365"]},
    ),
    "a new key with a list": ({"a": ["1"]}, {"b": ["2"]}, {"a": ["1"], "b": ["2"]}),
    "a new key with an addition": ({}, {"b": {"add": ["2"]}}, {"b": ["2"]}),
    "an entry": (PLACES, {"add": ["19"]}, ["11", "22", "23", "19"]),
    "an entry that goes": (PLACES, {"remove": ["22"]}, ["11", "23"]),
    "one for another": (PLACES, {"add": ["19"], "remove": ["22"]}, ["11", "23", "19"]),
    "a plain list that holds all": (PLACES, ["23", "22", "11", "19"], ["23", "22", "11", "19"]),
    "a plain list where none was": ([], ["19"], ["19"]),
    "an empty list stays so": (PLACES, {}, PLACES),
    "another value": (31, 45, 45),
    "a field of an outcome": (MISSING, {"disposition": "DENY"}, {**MISSING, "disposition": "DENY"}),
    "the codes of an outcome": (MISSING, {"rarcs": ["N26"]}, {**MISSING, "rarcs": ["N26"]}),
    "an outcome without documents": (MISSING, {"requests": []}, {**MISSING, "requests": []}),
    "the field of an outcome that goes": (
        MISSING,
        {"remove": ["requests"]},
        {"disposition": "PEND", "carc": "252", "rarcs": ["N350"]},
    ),
    "a record by its key": (
        EXCLUDED,
        [{"npi": "2", "approver": "c"}, {"npi": "3", "approver": "d"}],
        [
            {"npi": "1", "approver": "a"},
            {"npi": "2", "approver": "c"},
            {"npi": "3", "approver": "d"},
        ],
    ),
    "a record more": (EXCLUDED, {"add": [{"npi": "3"}]}, [*EXCLUDED, {"npi": "3"}]),
    "a record that goes by its key": (EXCLUDED, {"remove": ["1"]}, EXCLUDED[1:]),
    "a record that goes": (EXCLUDED, {"remove": [{"npi": "1"}]}, EXCLUDED[1:]),
    "records without a key": (STEPS, [*STEPS, {"family": "other"}], [*STEPS, {"family": "other"}]),
    "a record without a key that goes": (STEPS, {"remove": STEPS[:1]}, STEPS[1:]),
    "a record without a key more": (STEPS, {"add": [{"family": "x"}]}, [*STEPS, {"family": "x"}]),
    "numbers": ([5, 4, 2], [5, 4, 2, 1], [5, 4, 2, 1]),
    "nothing in force": (ABSENT, {"a": 1}, {"a": 1}),
    "an addition where nothing is in force": (ABSENT, {"add": [{"npi": "1"}]}, [{"npi": "1"}]),
    "one value where nothing is in force": (ABSENT, "monitor", "monitor"),
    # The type of the value refuses these, with their line.
    "a value in place of a mapping": (LIMITS, 6, 6),
    "a list in place of a mapping": (LIMITS, ["96361"], ["96361"]),
    "a mapping in place of a value": (31, {"add": [1]}, {"add": [1]}),
}


@pytest.mark.parametrize(("base", "written", "wanted"), MERGED.values(), ids=MERGED)
def test_it_merges(base: Any, written: Any, wanted: Any) -> None:
    kept = copy.deepcopy((base, written)) if base is not ABSENT else None
    merging = Merging()
    assert merging.merge(base, written) == wanted
    assert merging.notes == []
    if kept is not None:
        assert (base, written) == kept


REFUSED: dict[str, tuple[Any, Any, tuple[Any, ...], str]] = {
    "a plain list that leaves entries out": (
        PLACES,
        ["11", "19"],
        (),
        'the list in force also has "22", "23". To add to it, write {add: ["19"]}. To take entries '
        'out, write {remove: ["22", "23"]}. To put this list in place of the whole value, write '
        "replace: true beside value and reference",
    ),
    "records without a key that leave some out": (
        STEPS,
        STEPS[1:],
        (),
        "the list in force also has {family: chemotherapy}. To take entries out, write {remove: "
        "[{family: chemotherapy}]}. To put this list in place of the whole value, write replace",
    ),
    "records without a key in another order": (
        STEPS,
        STEPS[::-1],
        (),
        "the list in force has its entries in other places. To put this list in place of the whole",
    ),
    "other numbers": ([5, 4, 2], [11], (), "also has 5, 4, 2. To add to it, write {add: [11]}"),
    "fewer of one number": ([4, 4, 2], [4, 2], (), "has its entries in other places"),
    "no records at all": (EXCLUDED, [], (), "To put this list in place of the whole value"),
    "a record without a key that is not there": (
        STEPS,
        {"remove": [{"family": "x"}]},
        ("remove", 0),
        "{family: x} is not in the list",
    ),
    "an entry that is not there": (
        PLACES,
        {"remove": ["32"]},
        ("remove", 0),
        '"32" is not in the list; there are "11", "22", "23"',
    ),
    "a key that is not there": (
        LIMITS,
        {"remove": ["9636l"]},
        ("remove", 0),
        '"9636l" is not there; did you mean "96361"?',
    ),
    "an entry both ways": (
        PLACES,
        {"add": ["22"], "remove": ["22"]},
        ("add", 0),
        '"22" is both added and removed',
    ),
    "a key both ways": (
        LIMITS,
        {"96361": 6, "remove": ["96361"]},
        ("remove", 0),
        '"96361" is both given and removed',
    ),
    "a list change with another key": (
        PLACES,
        {"added": ["19"]},
        ("added",),
        "a list changes with add or remove, not with added",
    ),
    "no list": (PLACES, {"add": "19"}, ("add",), 'write a list: add: ["19"]'),
    "no list of keys": (
        LIMITS,
        {"remove": "96361"},
        ("remove",),
        'write a list: remove: ["96361"]',
    ),
    "add in a mapping": (
        LIMITS,
        {"add": {"X7702": 4}},
        ("add",),
        "write a new key with its value, without add: {X7702: 4}",
    ),
    "deep within": (
        {"96361": ["96360"]},
        {"96361": {"remove": ["96365"]}},
        ("96361", "remove", 0),
        '"96365" is not in the list; did you mean "96360"?',
    ),
    "a record that is not there": (EXCLUDED, {"remove": ["3"]}, ("remove", 0), '"3" is not in'),
    "remove where nothing is in force": (ABSENT, {"remove": ["3"]}, ("remove", 0), "is not in"),
}


@pytest.mark.parametrize(("base", "written", "path", "problem"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_its_place(
    base: Any, written: Any, path: tuple[Any, ...], problem: str
) -> None:
    with pytest.raises(CannotMerge) as refused:
        Merging().merge(base, written)
    assert refused.value.path == path
    assert problem in refused.value.problem


@pytest.mark.parametrize(
    ("base", "written"), [(PLACES, {"add": ["22"]}), (EXCLUDED, {"add": [EXCLUDED[1]]})]
)
def test_an_addition_in_vain_is_noted_with_its_place(base: Any, written: Any) -> None:
    merging = Merging()
    assert merging.merge(base, written) == base
    ((path, note),) = merging.notes
    assert path == ("add", 0)
    assert note.endswith("is already in the list")


def test_a_change_that_was_made_already_changes_nothing_again() -> None:
    for base, written, _ in MERGED.values():
        if base is not ABSENT and isinstance(base, dict | list):
            once = Merging().merge(base, written)
            assert Merging(again=True).merge(once, written) == once


@pytest.mark.parametrize("base", [LIMITS, PLACES, EXCLUDED, MISSING, STEPS, ABSENT, {}, [], 31])
@pytest.mark.parametrize(
    "written",
    [
        {"remove": [["96361"]]},
        {"remove": [{"npi": ["1"]}, None]},
        {"add": [{"npi": None}, "1", ["2"], None]},
        {"add": [[["19"]]], "remove": [{}]},
        [{"npi": ["1"]}, {"npi": "1"}],
        [None, 1.5, True],
        {None: None, 1.5: {"remove": [True]}},
        {"x" * 10_000: 1, "remove": ["y" * 10_000]},
    ],
)
def test_nonsense_is_refused_or_left_to_the_type_of_the_value(base: Any, written: Any) -> None:
    problem = ""
    try:
        Merging().merge(base, written)
    except CannotMerge as refused:
        problem = refused.problem
    assert len(problem.splitlines()) <= 1
