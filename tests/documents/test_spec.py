"""The specification: every citation leads somewhere, and docs/spec/ agrees with the code."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from stream_edits.app.processors import ERROR_CLASSES
from stream_edits.codec.schemas import packaged, schema_of
from stream_edits.engine.dead_letters.headers import DEAD_LETTER_HEADERS
from stream_edits.policies.edit_types import Edit
from stream_edits.policies.loading.catalog import load_policies
from tests.documents.citations import ROOT, code_problems, in_python, markdown_problems
from tests.documents.spec_tables import defaults_in_words, section, table, type_in_words
from tests.policies.completeness import listing_problems

SPEC = ROOT / "docs" / "spec"
# Made by tools, or written by others.
_NOT_OURS = {"requirements", "build", "dist", "published", "tools", "node_modules"}
_NOT_OURS |= {"package-lock.json", "text.txt"}
_TEXTS = {".yaml", ".avsc", ".tpl", ".gotmpl", ".toml", ".json", ".jsx", ".cjs", ".txt"}
_PLAIN = {"Makefile", "Dockerfile", "run"}


def files() -> Iterator[Path]:
    """Every file of the project that may cite something."""
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            hidden = path.name.startswith(".") and path.name != ".ci"
            if hidden or path.name in _NOT_OURS or path.suffix == ".egg-info":
                continue
            if path.is_dir():
                folders.append(path)
            else:
                yield path


def problems(file: Path) -> list[str]:
    """What is wrong with the citations of a file."""
    if file.suffix == ".md":
        return markdown_problems(file, file.read_text(encoding="utf-8"))
    if file.suffix == ".py":
        # A string in a test may be made to be wrong.
        source, is_test = file.read_text(encoding="utf-8"), "tests" in file.parts
        texts = in_python(source, with_strings=not is_test)
        return [problem for text in texts for problem in code_problems(file, text)]
    if file.suffix in _TEXTS or file.name in _PLAIN:
        return code_problems(file, file.read_text(encoding="utf-8"))
    return []


def test_every_citation_leads_somewhere() -> None:
    found = {str(file.relative_to(ROOT)): problems(file) for file in files()}
    assert {
        "README.md",
        "docs/spec/edits.md",
        "tests/documents/test_spec.py",
        "Makefile",
    } <= found.keys()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("see docs/spec/nothing.md", "docs/spec/nothing.md does not exist"),
        ("(docs/spec/edits.md, Hearsay)", "docs/spec/edits.md has no heading 'Hearsay'"),
        ("(docs/spec/edits.md, Across claims, Hearsay)", "docs/spec/edits.md has no heading"),
        ("docs/runbook.md#nothing", "docs/runbook.md has no heading #nothing"),
        ("as contract.md says", "contract.md has no path"),
        ("of architecture.md, Stages", "architecture.md has no path"),
        ("codec/nothing.py does it", "codec/nothing.py does not exist"),
        (
            "tests/documents/test_spec.py::test_nothing",
            "tests/documents/test_spec.py has no test_nothing",
        ),
    ],
)
def test_a_wrong_citation_in_code_is_found(text: str, problem: str) -> None:
    (found,) = code_problems(ROOT / "stream_edits" / "logs.py", text)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    "text",
    [
        "docs/spec/edits.md",
        "docs/spec/edits.md, and more",
        "(docs/spec/edits.md, Across claims; 6.21-P IV.A)",
        "# (docs/spec/edits.md, Across\n    # claims, Order and determinism)",
        "docs/runbook.md#streameditsstalled",
        "README.md, codec/claims.py, tests/documents/test_spec.py::files",
    ],
)
def test_a_right_citation_in_code_is_let_through(text: str) -> None:
    assert code_problems(ROOT / "stream_edits" / "logs.py", text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[x](nothing.md)", "nothing.md leads nowhere"),
        ("![x](dashboards/nothing.png)", "dashboards/nothing.png leads nowhere"),
        ("[x](runbook.md#nothing)", "runbook.md#nothing has no such heading"),
        ("# Title\n[x](#tile)", "#tile has no such heading"),
        ("[x](../stream_edits/edits)", "../stream_edits/edits leads nowhere"),
        ("`codec/nothing.py`", "codec/nothing.py does not exist"),
        ("`stream_edits/edits/`", "stream_edits/edits/ does not exist"),
        ("as in contract.md", "contract.md has no path"),
        ("`nothing` in `codec/claims.py`", "codec/claims.py has no nothing"),
        ("`codec/claims.py`\n(`ClaimReader.nothing`)", "codec/claims.py has no nothing"),
    ],
)
def test_a_wrong_link_in_a_document_is_found(text: str, problem: str) -> None:
    assert markdown_problems(ROOT / "docs" / "operations.md", text) == [problem]


def test_a_right_link_in_a_document_is_let_through() -> None:
    text = "# The `title`, twice\n# The title twice\n[a](#the-title-twice-1) [b](runbook.md) "
    text += "[runbook.md](runbook.md#streameditsstalled) [c](https://example.org/x.md) `docs/spec/`"
    text += "`ClaimReader` in `codec/claims.py`, `codec/claims.py` (`ClaimReader.decode`)"
    assert markdown_problems(ROOT / "docs" / "operations.md", text) == []


def test_comments_docstrings_and_package_strings_are_read() -> None:
    source = '"""A."""\n# b\n# c\ndef f():\n    """D\n    e."""\n    return "docs/x.md"  # g\n'
    assert set(in_python(source)) - {""} == {"A.", "b c", "D e.", "g"}
    assert "docs/x.md" in set(in_python(source, with_strings=True))


RECORDS = (
    *("ClaimEvent", "Attachment", "ServiceLine", "ReviewEvent"),
    *("ClaimDecision", "LineOutcome", "EditFinding"),
)


def on_the_wire(name: str) -> dict[str, Any]:
    """A record or enum of the published schemas."""
    published = ("ClaimEvent", "ReviewEvent", "ClaimDecision")
    names = {k: v for record in published for k, v in schema_of(record).parsed.names.items()}
    found: dict[str, Any] = names[f"stream_edits.v1.{name}"]
    return found


@pytest.mark.parametrize("record", RECORDS)
def test_the_contract_has_the_fields_of_the_schema(record: str) -> None:
    rows = table(section(SPEC / "contract.md", record))
    assert [tuple(row[:3]) for row in rows] == [
        (f"`{field['name']}`", type_in_words(field["type"]), defaults_in_words(field))
        for field in on_the_wire(record)["fields"]
    ]


def test_the_contract_has_the_enums_of_the_schema() -> None:
    rows = table(section(SPEC / "contract.md", "Enums"))
    assert len(rows) == 8
    for name, symbols, default in rows:
        enum = on_the_wire(name.strip("`"))
        assert symbols.split(", ") == enum["symbols"]
        assert default == enum.get("default", "none")


def test_the_contract_has_the_headers_and_classes_of_a_dead_letter() -> None:
    rows = table(section(SPEC / "contract.md", "Dead letters"))
    named = [name for row in rows for name in re.findall(r"`([\w.]+)`", row[0])]
    headers = [name for name in named if name in DEAD_LETTER_HEADERS]
    of_files = {
        "MalformedJson",
        "MalformedContainer",
        "MalformedFile",
        "NotX12",
        "UnreadableCodec",
    }
    assert headers == list(DEAD_LETTER_HEADERS)
    assert set(named) - set(headers) == set(ERROR_CLASSES) - of_files


def test_the_architecture_has_every_internal_record() -> None:
    messages = table(section(SPEC / "architecture.md", "What flows"))
    state = table(section(SPEC / "architecture.md", "State"))
    listed = [row[0] for row in messages] + [row[2] for row in state]
    internal = {schema.record for schema in packaged().values() if not schema.subjects}
    assert sorted(listed) == sorted(internal - {"ClaimEvent", "ClaimDecision"})


def test_the_edits_are_listed_by_group() -> None:
    _, *parts = section(SPEC / "edits.md", "The edits", deep=True).split("\n### ")
    groups = [row[1] for row in table(section(SPEC / "edits.md", "Groups"))]
    assert [part.partition("\n")[0].lower() for part in parts] == groups
    problems = list(listing_problems(SPEC / "edits.md", load_policies()["6.21-P"].edits))
    assert not problems, "\n".join(problems)


def test_the_kinds_of_edits_are_those_of_the_contract() -> None:
    kinds, _ = section(SPEC / "edits.md", "Edits and their roles").split("No stage knows")
    assert [row[0].strip("`") for row in table(kinds)] == [each.__name__ for each in get_args(Edit)]


class TestGlossary:
    def test_each_term_is_there_once_and_in_order(self) -> None:
        terms = [row[0] for row in table(section(SPEC / "glossary.md", "Terms"))]
        assert len(terms) > 50
        assert terms == sorted(set(terms), key=str.casefold)

    def test_names_on_the_wire_are_in_the_schemas(self) -> None:
        rows = table(section(SPEC / "glossary.md", "Names on the wire"))
        names = [name for row in rows for name in re.findall(r"`([\w.]+)`", row[0])]
        records = {k: v for schema in packaged().values() for k, v in schema.parsed.names.items()}
        assert len(names) > 8
        for name in names:
            record, _, field = name.partition(".")
            fields = records[f"stream_edits.v1.{record}"]["fields"]
            assert not field or field in {each["name"] for each in fields}, name


def test_the_decision_records_are_listed_by_number_and_title() -> None:
    folder = ROOT / "docs" / "decisions"
    titles = [_title(file) for file in sorted(folder.glob("0*.md"))]
    assert table((folder / "README.md").read_text(encoding="utf-8")) == titles


def _title(record: Path) -> list[str]:
    heading = record.read_text(encoding="utf-8").splitlines()[0]
    number, _, title = heading.removeprefix("# ").partition(". ")
    return [number, f"[{title}]({record.name})"]
