"""A wrong number, outcome or code list in a policy.yaml turns one of the edit's cases red."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import pytest

from stream_edits.policies.errors import PolicyError
from stream_edits.policies.policy import Policy
from tests.policies.cases import Case, all_cases, read_cases
from tests.policies.completeness import named
from tests.policies.golden import case_failures
from tests.policies.mutations import mutants
from tests.policies.policies import FOLDER, decide, only, shipped_values, with_value


class Value(NamedTuple):
    edit_id: str
    name: str
    day: date
    value: Any


def dated_values() -> Iterator[Value]:
    for edit_id, values in shipped_values().items():
        for name, by_date in values.dated.items():
            for day, dated in by_date.items():
                yield Value(edit_id, name, day, dated.value)


VALUES = list(dated_values())


@pytest.mark.parametrize("value", VALUES, ids=[f"{v.edit_id}.{v.name}" for v in VALUES])
def test_a_case_notices_every_wrong_value(value: Value) -> None:
    unnoticed = []
    for mutant in mutants(value.value):
        try:
            policy = with_value(value.edit_id, value.name, value.day, mutant.value)
        except PolicyError:
            continue  # The loader refuses it, so nobody can make this mistake.
        if not _is_noticed(value.edit_id, policy):
            unnoticed.append(mutant.what)
    cases = named(FOLDER.folder_of(value.edit_id) / "cases.yaml")
    problems = [f"{cases}: no case turns red when {value.name}{x}: add one" for x in unnoticed]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("edit_id", shipped_values())
def test_the_shipped_values_turn_no_case_red(edit_id: str) -> None:
    value = next(value for value in VALUES if value.edit_id == edit_id)
    assert not _is_noticed(edit_id, with_value(edit_id, value.name, value.day, value.value))


@lru_cache(maxsize=64)
def cases_of(edit_id: str) -> list[Case]:
    """The edit's own cases; for the vocabulary, which all edits share, those of all."""
    own = read_cases(FOLDER.folder_of(edit_id))
    others = all_cases() if edit_id == "vocabulary" else []
    cases = own + [case for case in others if case.edit_id != edit_id]
    return [case for case in cases if case.overlay is None]


def _is_noticed(edit_id: str, policy: Policy) -> bool:
    return any(
        case_failures(case, decide(case.claims, only(policy, case.edit_ids)))
        for case in cases_of(edit_id)
    )
