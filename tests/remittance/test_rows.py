"""Adjustments in JSON and in CSV."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from stream_edits.policies.values.x12_codes import RETRIEVED
from stream_edits.remittance.adjustments import BASIS, Adjustment, ReasonAt
from stream_edits.remittance.rows import COLUMNS, csv_heading, to_csv, to_json
from tests.documents.spec_tables import table

ROW = Adjustment(
    claim_id='C,1"',
    line_number=2,
    line_control_number=None,
    group_code="CO",
    carc="16",
    rarcs=("M51", "N657"),
    quantity=Decimal("1E+2"),
    amount=Decimal("9999999999.90"),
    basis="billed and not allowed",
    billed_units=100.0,
    charge_amount=Decimal("9999999999.90"),
    reason_at=ReasonAt.CLAIM,
    edit_id="incomplete-claim-form",
    decision_id="d1",
)


def test_json_has_numbers_and_every_column() -> None:
    text = to_json(ROW)
    assert "\n" not in text
    read = json.loads(text, parse_float=Decimal)
    assert tuple(read) == COLUMNS
    assert read == ROW._asdict() | {"rarcs": ["M51", "N657"], "reason_at": "CLAIM"}


def test_csv_has_two_places_and_no_exponents() -> None:
    heading, cells = csv.reader([csv_heading(), to_csv(ROW)])
    assert tuple(heading) == COLUMNS
    assert dict(zip(heading, cells, strict=True)) == {
        "claim_id": 'C,1"',
        "line_number": "2",
        "line_control_number": "",
        "group_code": "CO",
        "carc": "16",
        "rarcs": "M51 N657",
        "quantity": "100",
        "amount": "9999999999.90",
        "basis": "billed and not allowed",
        "billed_units": "100",
        "charge_amount": "9999999999.90",
        "reason_at": "CLAIM",
        "edit_id": "incomplete-claim-form",
        "decision_id": "d1",
    }


@pytest.mark.parametrize("units", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_number_is_null_or_empty(units: float) -> None:
    row = ROW._replace(billed_units=units, quantity=None, amount=None, charge_amount=None)
    read = json.loads(to_json(row))
    cells = dict(zip(COLUMNS, *csv.reader([to_csv(row)]), strict=True))
    for name in ("billed_units", "quantity", "amount", "charge_amount"):
        assert read[name] is None
        assert cells[name] == ""


def test_the_page_names_every_column() -> None:
    page = Path(__file__).parents[2] / "docs" / "remittance.md"
    rows = table(page.read_text(encoding="utf-8"))
    assert tuple(name.strip("`") for name, _, _ in rows) == COLUMNS
    assert f"`{BASIS}`" in page.read_text(encoding="utf-8")
    assert f"as of {RETRIEVED}" in page.read_text(encoding="utf-8")
