"""docs/spec/glossary.md: one word for one thing, and each name in it exists in the code."""

import re

import pytest

from tests.documents.citations import ROOT
from tests.documents.code_names import defined_names
from tests.documents.spec_tables import section, table

GLOSSARY = ROOT / "docs" / "spec" / "glossary.md"


def rows(heading: str) -> list[list[str]]:
    return table(section(GLOSSARY, heading))


def names_in(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def exists(name: str) -> bool:
    """Whether the code defines a name, or the checkout has the file."""
    return (ROOT / name).is_file() if "/" in name else name in defined_names()


@pytest.mark.parametrize("heading", ["Terms", "Names on the wire"])
def test_each_name_exists_in_the_code(heading: str) -> None:
    names = [name for row in rows(heading) for name in names_in(row[2])]
    assert len(names) >= len(rows(heading)) - 4, "few terms have no name in the code"
    assert [name for name in names if not exists(name)] == []


@pytest.mark.parametrize(
    "name", ["OpenClaim", "ClaimRecord.raw", "SupervisedClaim.stops", "on_arrive", "tests/no.py"]
)
def test_a_name_that_does_not_exist_is_found(name: str) -> None:
    assert not exists(name)


@pytest.mark.parametrize("name", ["VOID", "Encounter.active", "Policies.all", "ClaimStatus.OPEN"])
def test_constants_attributes_and_members_exist(name: str) -> None:
    assert exists(name)


def test_no_term_appears_twice() -> None:
    terms = [row[0].casefold() for row in rows("Terms")]
    assert sorted(terms) == sorted(set(terms))
    words = [row[0].casefold() for row in rows("Words with several meanings")]
    assert sorted(words) == sorted(set(words))


def test_no_two_terms_mean_the_same() -> None:
    names = [row[2] for row in rows("Terms") if row[2]]
    assert sorted(names) == sorted(set(names))
