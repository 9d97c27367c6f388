"""Documents in an overlay that are probably misspelt."""

from datetime import date
from pathlib import Path

import pytest

from stream_edits.handbook.overlay_check import check_of
from stream_edits.policies.loading.catalog import load_policies


def warnings(file: Path, edit: str, value: str) -> tuple[str, ...]:
    """The warnings on an overlay with one value, which is on line 6."""
    edit_id, name = edit.split(".")
    file.write_text(
        f"edits:\n  {edit_id}:\n    {name}:\n      2026-01-01:\n        reference: a memo\n"
        f"        value: {value}\n"
    )
    return check_of(load_policies(), load_policies(file), file, date(2026, 3, 1)).warnings


@pytest.mark.parametrize(
    ("edit", "value", "problem"),
    [
        (
            "units-over-maximum.necessity_documents",
            "{add: [medical_justificaton]}",
            "the document medical_justificaton is not known; did you mean medical_justification?",
        ),
        (
            "place-of-service-not-allowed.place_denied",
            "{disposition: PEND, carc: '252', rarcs: [N706], requests: [invioce]}",
            "the document invioce is not known; did you mean invoice?",
        ),
    ],
)
def test_it_warns_of_an_entry_unlike_all_beside_it(
    tmp_path: Path, edit: str, value: str, problem: str
) -> None:
    file = tmp_path / "plan.yaml"
    found = warnings(file, edit, value)
    assert found == (f"{file}:6: {edit}: {problem}",)


@pytest.mark.parametrize(
    ("edit", "value"),
    [
        ("place-of-service-not-allowed.places", '{add: ["19"]}'),
        ("incomplete-claim-form.coded_revenue", '{add: ["0336"]}'),
        ("documented-time-too-short.discontinued_modifiers", '{add: ["XX"]}'),
        ("multiple-initial-codes.documents", "{add: [house_form]}"),
        ("multiple-initial-codes.documents", "{add: [medical_records, medical_necessity_form]}"),
        ("multiple-initial-codes.documents", "{add: [clinical_statement]}"),
        ("place-of-service-not-allowed.codes", '{add: ["J9271"]}'),
    ],
)
def test_it_does_not_warn_of_an_entry_like_those_beside_it(
    tmp_path: Path, edit: str, value: str
) -> None:
    assert warnings(tmp_path / "plan.yaml", edit, value) == ()
