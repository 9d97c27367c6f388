"""Mistakes that people make in YAML: one line with file, line, what is wrong and what to write."""

import re
from pathlib import Path

import pytest

from stream_edits.commands.new_edit import new
from stream_edits.commands.own_cases import run_cases
from stream_edits.commands.policy import check
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies

GOOD = """edits:
  units-over-maximum:
    maximum_units:
      2026-01-01:
        reference: Plan memo
        value: {"96361": 6}
"""
# Words of the libraries, which say nothing to an analyst.
_JARGON = re.compile(
    r"[Ii]nput|Field|instance of|pydantic|ruamel|token|NoneType|tuple|dict\b|boolean|Error|\bnode\b"
)


def _value(edit_id: str, name: str, value: str) -> str:
    return (
        f"edits:\n  {edit_id}:\n    {name}:\n      2026-01-01:\n"
        f"        reference: Plan memo\n        value: {value}\n"
    )


def _instead(old: str, new_text: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new_text)


def _excluded(*entries: str) -> str:
    return _value("units-over-maximum", "exclusions", f"[{', '.join(entries)}]")


_PROVIDER = '{npi: "1234567893", reference: M, approver: D}'
OVERLAYS: dict[str, tuple[str | bytes, int | None, str]] = {
    "value beside the date": (_instead("        value:", "      value:"), 6, "indent it further"),
    "value too deep": (_instead("        value:", "          value:"), 6, "same column"),
    "an edit beside edits": (_instead("  units", "units"), 2, "is written below edits: indent it"),
    "a tab": (_instead("        value", "\tvalue"), 6, "a tab: indent with spaces"),
    "no such day": (_instead("2026-01-01", "2026-02-30"), 4, "there is no such day"),
    "an American date": (_instead("2026-01-01", "01/02/2026"), 4, "as in 2026-01-31"),
    "a short date": (_instead("2026-01-01", "2026-1-1"), 4, "is not a date: write 2026-01-01"),
    "a quoted date": (_instead("2026-01-01", '"2026-1-1"'), 4, "is not a date: write 2026-01-01"),
    "no date at all": (GOOD.replace("      2026-01-01:\n", ""), 4, "stands beside the dates"),
    "an edit of another name": (_instead("units-over", "unit-over"), 2, "units-over-maximum?"),
    "an edit with underscores": (
        _instead("units-over-maximum", "units_over_maximum"),
        2,
        "did you mean units-over-maximum?",
    ),
    "no edit at all": (_instead("units-over-maximum", "zebra"), 2, "`stream-edits policy list`"),
    "a key twice": (GOOD + "        value: {}\n", 7, "value is given twice: keep one of them"),
    "an edit twice": (GOOD + GOOD[7:], 7, "units-over-maximum is given twice"),
    "a list for a mapping": (_instead('{"96361": 6}', '["96361"]'), 6, "should be a mapping"),
    "edits as a list": ("edits:\n  - a\n", 1, "write the ids of the edits"),
    "an edit as a word": ("edits:\n  an-edit: off\n", 2, "write the values that change"),
    "an empty edit": ("edits:\n  an-edit:\n", 2, "write the values that change"),
    "a value without a date": (
        "edits:\n  units-over-maximum:\n    mode: monitor\n",
        3,
        "write the date from which the value holds below it",
    ),
    "a date without anything": (
        "edits:\n  units-over-maximum:\n    mode:\n      2026-01-01: monitor\n",
        4,
        "write reference and value below the date",
    ),
    "no reference": (_instead("        reference: Plan memo\n", ""), 4, "reference: is missing"),
    "an empty reference": (_instead("Plan memo", ""), 5, "is empty: it should be text"),
    "a reference that is a number": (_instead("Plan memo", "2026"), 5, 'quotation marks: "2026"'),
    "a misspelt key": (_instead("reference", "refernce"), 5, "did you mean reference?"),
    "no value": (_instead('        value: {"96361": 6}\n', ""), 4, "value: is missing"),
    "an empty value": (_instead('{"96361": 6}', ""), 6, "is empty: it should be a mapping"),
    "a code without marks": (_instead('"96361"', "96361"), 6, 'in quotation marks: "96361"'),
    "a number in marks": (_instead("6}", '"6"}'), 6, "write it without quotation marks: 6"),
    "a number in words": (_instead("6}", "six}"), 6, "should be a number, not six"),
    "a colon that is missing": (_instead("value:", "value"), 6, "a colon is missing after value"),
    "no blank after a colon": (_instead("value: ", "value:"), 6, "write a space after the colon"),
    "a bracket that is open": (_instead("6}", "6"), 7, "a bracket is not closed"),
    "a mark that is open": (_instead('"96361"', '"96361'), 6, "and does not end"),
    "a colon in a text": (_instead("Plan memo", "Plan: memo: 4"), 5, "in quotation marks"),
    "a text that begins with @": (_instead("Plan memo", "@memo"), 5, "begins with @ needs"),
    "a text that begins with *": (_instead("Plan memo", "*memo"), 5, "needs quotation marks"),
    "two documents": (f"{GOOD}---\n{GOOD}", 7, "a second document begins here"),
    "nothing": ("", 1, "is empty: a mapping is expected, with the keys content_table, policies"),
    "only a comment": ("# later\n", 1, "is empty: "),
    "UTF-16": (GOOD.encode("utf-16"), None, "is UTF-16 text: save it as UTF-8"),
    "Latin-1": (_instead("memo", "m\u00e9mo").encode("latin-1"), 5, "save the file as UTF-8"),
    "a blank of a web page": (
        _instead("        value", "\u00a0       value"),
        6,
        "looks like a space",
    ),
    "a character that cannot be seen": (_instead("memo", "me\x07mo"), 5, "cannot be seen"),
    "a code in lower case": (
        _value("by-report-missing", "codes", '{add: ["j3490"]}'),
        6,
        'did you mean "J3490"?',
    ),
    "a letter for a digit": (
        _value("by-report-missing", "codes", '{add: ["9636l"]}'),
        6,
        'did you mean "96361"?',
    ),
    "a misspelt mode": (_value("units-over-maximum", "mode", "moniter"), 6, "mean monitor?"),
    "a mode in capitals": (_value("units-over-maximum", "mode", "MONITOR"), 6, "mean monitor?"),
    "an NPI with a wrong digit": (
        _excluded(_PROVIDER.replace("893", "890")),
        6,
        "its check digit does not fit",
    ),
    "an NPI that is short": (_excluded(_PROVIDER.replace("893", "")), 6, "it has ten digits"),
    "a misspelt key of an exclusion": (
        _excluded(_PROVIDER.replace("approver", "aprover")),
        6,
        "did you mean approver?",
    ),
    "a provider excluded twice": (_excluded(_PROVIDER, _PROVIDER), 6, "is given twice"),
    "a disposition in lower case": (
        _value("units-over-maximum", "excess", "{disposition: pend}"),
        6,
        "did you mean PEND?",
    ),
    "a disposition alone": (
        _value("units-over-maximum", "excess", "PEND"),
        6,
        "write {disposition: PEND}",
    ),
    "a RARC without brackets": (
        _value("units-over-maximum", "excess", "{rarcs: N435}"),
        6,
        'write it in brackets: ["N435"]',
    ),
    "a truth in words": (
        _instead("        value", "        replace: sure\n        value"),
        6,
        "should be true or false",
    ),
}


@pytest.mark.parametrize(("text", "line", "problem"), OVERLAYS.values(), ids=OVERLAYS)
def test_an_overlay(text: str | bytes, line: int | None, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "overlay.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PolicyError) as caught:
        load_policies(file)
    _check(str(caught.value), file, line, problem)


@pytest.mark.parametrize("text", [GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD])
def test_windows_writes_files_that_are_taken(text: str, tmp_path: Path) -> None:
    file = tmp_path / "overlay.yaml"
    file.write_bytes(text.encode())
    (policy,) = load_policies(file).all
    assert len(policy.revisions) == 2


def _check(told: str, file: Path, line: int | None, problem: str) -> None:
    where = f"{file}: " if line is None else f"{file}:{line}: "
    assert told.startswith(where), told
    assert problem in told
    assert "\n" not in told
    assert not _JARGON.search(told.removeprefix(where)), told


_FILE = "drug_invoice/policy.yaml"
_CASES = "drug_invoice/cases.yaml"
OWN: dict[str, tuple[str, str, str, str]] = {
    "the id of a packaged edit": (_FILE, "id: drug-invoice", "id: included-service", "rename one"),
    "an unknown shape": (_FILE, "required_document", "documents", "there is required_document"),
    "a message with an unknown field": (
        _FILE,
        "values:",
        "messages: {missing: 'Send {member_id}'}\nvalues:",
        "it may use {code}, {documents}",
    ),
    "a code in lower case": (_FILE, '["J1745"]', '["j1745"]', 'did you mean "J1745"?'),
    "a value without a date": (
        _FILE,
        "    2025-01-01:\n      reference: Plan memo 1\n      value: ",
        "    ",
        "write the date from which the value holds",
    ),
    "no section": (_FILE, "section: PLAN-1 1\n", "", "section: is missing"),
    "an unknown line of business": ("policy.yaml", "MEDI_CAL", "MEDICAL", "should be MEDI_CAL"),
    "a blank in the policy's id": ("policy.yaml", "PLAN-1", "PLAN 1", "as in OUR-PLAN"),
    "a date in a case": (
        _CASES,
        '"J1745"}',
        '"J1745", date: 1/2/2025}',
        "write it as in 2025-01-15",
    ),
    "a time in a case": (_CASES, '"J1745"}', '"J1745", start: 9am}', "write 09:00"),
    "a misspelt key of a line": (_CASES, '"J1745"}', '"J1745", unit: 2}', "did you mean units?"),
    "a case without a claim": (_CASES, "claim: A, lines", "lines", "claim is missing"),
}


@pytest.mark.parametrize(("name", "old", "new_text", "problem"), OWN.values(), ids=OWN)
def test_an_own_edit(name: str, old: str, new_text: str, problem: str, tmp_path: Path) -> None:
    own = tmp_path / "edits"
    new(own, "drug-invoice", "required_document", None)
    file = own / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new_text, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        run_cases(own)
    line = int(str(caught.value).removeprefix(f"{file}:").split(":")[0])
    _check(str(caught.value), file, line, problem)


def test_a_file_or_an_edit_for_the_folder_of_edits(tmp_path: Path) -> None:
    own = tmp_path / "edits"
    new(own, "drug-invoice", "required_document", None)
    with pytest.raises(PolicyError, match="is a file: name the folder of your edits"):
        run_cases(own / "policy.yaml")
    with pytest.raises(PolicyError, match=f"is one edit: name the folder around it, {own}"):
        load_policies(own=own / "drug_invoice")


def test_codes_and_documents_of_own_edits_that_nothing_knows(tmp_path: Path) -> None:
    own = tmp_path / "edits"
    new(own, "drug-invoice", "required_document", None)
    assert not check(None, own=own).warns
    file = own / _FILE
    text = file.read_text(encoding="utf-8")
    text = text.replace('"J1745"', '"J1745", "J174O"').replace("[invoice]", "[invoices]")
    file.write_text(text, encoding="utf-8")
    report = check(None, own=own)
    code, document, _ = report.text.splitlines()
    assert report.warns
    assert code.startswith(f"warning: {file}:")
    assert 'drug-invoice.codes of 2025-01-01: nothing knows the code "J174O"' in code
    assert document.endswith("the document invoices is not known; did you mean invoice?")
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(GOOD, encoding="utf-8")
    assert 'nothing knows the code "J174O"' in check(overlay, own=own).text
