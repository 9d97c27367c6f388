"""A plan's changes of the content table, and lists of codes without ranges."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stream_edits.policies.content.category import Category
from stream_edits.policies.content.content import Content
from stream_edits.policies.content.table import COLUMNS
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.strict_yaml import load
from tests.documents.citations import ROOT
from tests.policies.policies import FOLDER

HEADER = ",".join(COLUMNS) + "\n"
RANGE = re.compile(r"[0-9A-Z]{5} *- *[0-9A-Z]{5}")
YAML = [*FOLDER.path.glob("*/*.yaml"), *(ROOT / "examples").glob("*.yaml")]


def _words(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, inner in node.items():
            yield from _words(key)
            yield from _words(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _words(inner)
    elif isinstance(node, str):
        yield node


@pytest.mark.parametrize("file", sorted(YAML), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_value_of_the_policy_is_a_range(file: Path) -> None:
    assert [word for word in _words(load(file)) if RANGE.fullmatch(word)] == []


def overlay(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "plan.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def changed(value: str) -> str:
    return (
        "edits:\n  vocabulary:\n    content:\n      2025-07-01:\n        reference: a memo\n"
        f"        value: {value}\n"
    )


def test_an_overlay_adds_moves_and_removes_single_codes(tmp_path: Path) -> None:
    file = overlay(tmp_path, changed("{S9999: vaccine, J9271: parenteral drug, P9016: none}"))
    policy = load_policies(file).all[0]
    before, after = (policy.on(date(2025, month, 1)) for month in (6, 7))
    for code, was, becomes in [
        ("S9999", None, Category.VACCINE),
        ("J9271", Category.ANTINEOPLASTIC, Category.PARENTERAL_DRUG),
        ("P9016", Category.BLOOD_PRODUCT, None),
        ("P9010", Category.BLOOD_PRODUCT, Category.BLOOD_PRODUCT),
    ]:
        assert _content_of(before).category_of(code) is was
        assert _content_of(after).category_of(code) is becomes
    assert "S9999" in after.governed - before.governed
    assert "P9016" in before.governed - after.governed


def _content_of(rules: Any) -> Content:
    found = [each.content for each in rules.values() if hasattr(each, "content")]
    assert len(found) == 1
    content: Content = found[0]
    return content


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("{J1100: drug}", "J1100: drug is not a category; the categories are parenteral drug"),
        ("{J1100: drug}", "unclassified, or none"),
        ("{J1100: null}", "J1100: is empty: write a category, or none"),
        ("{J1100: antineoplastics}", "is not a category; did you mean antineoplastic?"),
        ("{J9O98: vaccine}", 'five digits and capital letters; did you mean "J9098"?'),
        ("{J1100-J1200: vaccine}", "is not a procedure code: list each code"),
        ("{J11: vaccine}", "is not a procedure code: five digits and capital letters"),
        ("[J1100]", "should be a mapping"),
    ],
)
def test_a_wrong_change_is_refused_with_its_line(value: str, problem: str, tmp_path: Path) -> None:
    file = overlay(tmp_path, changed(value))
    with pytest.raises(PolicyError) as caught:
        load_policies(file)
    assert str(caught.value).startswith(f"{file}:6: ")
    assert problem in str(caught.value)


def test_a_range_in_a_list_of_codes_is_refused(tmp_path: Path) -> None:
    file = overlay(
        tmp_path,
        "edits:\n  simultaneous-supervision:\n    codes:\n      2025-07-01:\n"
        '        reference: a memo\n        value: ["96365-96368"]\n',
    )
    with pytest.raises(PolicyError, match="96365-96368 is a range: list each of its codes"):
        load_policies(file)


def test_a_plan_uses_a_table_of_its_own(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(f"{HEADER}S9999,vaccine,,,a memo\n", encoding="utf-8")
    file = overlay(tmp_path, "content_table: table.csv\nedits: {}\n")
    policy = load_policies(file).all[0]
    rules = policy.revisions[0]
    assert _content_of(rules).category_of("S9999") is Category.VACCINE
    assert _content_of(rules).category_of("P9016") is None
    table.write_text(f"{HEADER}S9999,sedative,,,a memo\n", encoding="utf-8")
    assert load_policies(file).all[0].revisions[0].version != rules.version


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    file = overlay(tmp_path, "content_table: none.csv\nedits: {}\n")
    with pytest.raises(PolicyError, match=r"plan.yaml:1: content_table: there is no file none.csv"):
        load_policies(file)
