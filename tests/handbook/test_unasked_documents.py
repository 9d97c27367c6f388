"""`policy check` warns where pricing waits for a document that no edit asks for."""

from datetime import date
from pathlib import Path

import pytest

from stream_edits.handbook.overlay_check import check_of
from stream_edits.policies.loading.catalog import load_policies

HOLDS = (
    "by-report-pricing holds {0} for pricing only with the document {1}, and from 2026-01-01 on no "
    "enforced edit asks a line of {0} for it"
)


def warnings(file: Path, edit: str, value: str) -> list[str]:
    """The warnings on an overlay with one value, which is on line 4."""
    edit_id, name = edit.split(".")
    file.write_text(
        f"edits:\n  {edit_id}:\n    {name}:\n"
        f"      2026-01-01: {{reference: a memo, value: {value}}}\n"
    )
    found = check_of(load_policies(), load_policies(file), file, date(2026, 3, 1)).warnings
    return [each.removeprefix(f"{file}:4: {edit}: ") for each in found]


@pytest.mark.parametrize(
    ("edit", "value", "code", "document"),
    [
        (
            "unclassified-drug-invoice-missing.invoice",
            "{requests: [itemized_statement]}",
            "J3490",
            "invoice",
        ),
        ("by-report-pricing.manually_priced", '{"96377": {add: [invoice]}}', "96377", "invoice"),
        ("by-report-pricing.manually_priced", '{"96372": [by_report, w9]}', "96372", "w9"),
        ("supervision-documentation-missing.mode", "off", "96379", "supervision_documentation"),
        ("unclassified-drug-invoice-missing.medical_necessity", "{disposition: PASS}", "J3490", ""),
    ],
)
def test_a_document_that_nobody_asks_for_is_told(
    tmp_path: Path, edit: str, value: str, code: str, document: str
) -> None:
    found = warnings(tmp_path / "plan.yaml", edit, value)
    assert HOLDS.format(code, document or "medical_necessity") in found


def test_a_misspelt_document_is_told_with_what_was_meant(tmp_path: Path) -> None:
    found = warnings(
        tmp_path / "plan.yaml", "by-report-pricing.manually_priced", '{"96377": {add: [by_reprot]}}'
    )
    assert found == [HOLDS.format("96377", "by_reprot") + "; did you mean by_report?"]


def test_each_code_and_document_is_told_once(tmp_path: Path) -> None:
    found = warnings(tmp_path / "plan.yaml", "by-report-missing.mode", "monitor")
    assert found == [HOLDS.format(code, "by_report") for code in ("96377", "96379", "J3490")]


@pytest.mark.parametrize(
    ("edit", "value"),
    [
        ("by-report-missing.missing", "{requests: [by_report, invoice]}"),
        ("by-report-pricing.manually_priced", '{"96372": [by_report]}'),
        ("by-report-pricing.mode", "off"),
        ("justification-missing.mode", "monitor"),
        ("units-over-maximum.maximum_units", '{"96361": 6}'),
    ],
)
def test_a_document_that_another_edit_asks_for_is_not_told(
    tmp_path: Path, edit: str, value: str
) -> None:
    assert warnings(tmp_path / "plan.yaml", edit, value) == []


def test_both_sides_may_change_together(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text("""\
edits:
  unclassified-drug-invoice-missing:
    invoice:
      2026-01-01: {reference: a memo, value: {requests: [itemized_statement]}}
  by-report-pricing:
    manually_priced:
      2026-01-01:
        reference: a memo
        value: {"J3490": {add: [itemized_statement], remove: [invoice]}}
""")
    found = check_of(load_policies(), load_policies(file), file, date(2026, 3, 1)).warnings
    assert not any("no enforced edit asks" in each for each in found)
