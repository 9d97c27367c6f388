"""`stream-edits adjudicate --as adjustments`: a file of claims in, rows for the remittance out."""

import csv
import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from stream_edits.codec.jsonl import claim_to_json
from stream_edits.domain.claim import ClaimEvent
from tests.build import claim, line, voiding


def run(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "stream_edits", "adjudicate", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=100)
    assert "Traceback" not in done.stderr
    return done


def written(*claims: ClaimEvent) -> str:
    return "".join(claim_to_json(each) + "\n" for each in claims)


def billed(claim_id: str, charge: str | None, **fields: Any) -> ClaimEvent:
    """A claim without a diagnosis, which is denied as a whole, with one line."""
    amount = None if charge is None else Decimal(charge)
    shown = line("96365", charge_amount=amount, line_control_number=f"LCN-{claim_id}")
    return replace(claim(claim_id, shown, diagnosis_codes=()), **fields)


def test_one_line_of_json_for_each_adjustment() -> None:
    done = run("-", "--as", "adjustments", stdin=written(billed("A", "120.50"), billed("B", None)))
    assert done.returncode == 0
    assert done.stderr.startswith("read 2 claims and reviews, 2 decisions (")
    rows = [json.loads(text, parse_float=Decimal) for text in done.stdout.splitlines()]
    assert [(r["claim_id"], r["quantity"], r["amount"]) for r in rows] == [
        ("A", 1, Decimal("120.50")),
        ("B", 1, None),
    ]
    assert {k: rows[0][k] for k in ("group_code", "carc", "rarcs", "edit_id", "reason_at")} == {
        "group_code": "CO",
        "carc": "16",
        "rarcs": ["M76"],
        "edit_id": "incomplete-claim-form",
        "reason_at": "CLAIM",
    }
    assert rows[0]["line_control_number"] == "LCN-A"
    assert rows[0]["basis"] == "billed and not allowed"


def test_files_of_one_name_in_two_folders_keep_their_charges(tmp_path: Path) -> None:
    files = []
    for name, charge in (("A", "50.00"), ("B", "70.00")):
        file = tmp_path / name / "claims.jsonl"
        file.parent.mkdir()
        file.write_text(written(billed(name, charge)))
        files.append(str(file))
    done = run(*files, "--as", "adjustments")
    rows = [json.loads(text, parse_float=Decimal) for text in done.stdout.splitlines()]
    assert [(r["claim_id"], r["amount"]) for r in rows] == [
        ("A", Decimal("50.00")),
        ("B", Decimal("70.00")),
    ]
    decided = run(*files)
    sources = [json.loads(text)["source_topic"] for text in decided.stdout.splitlines()]
    assert sources == files
    # One of them alone has its plain name, wherever it is.
    assert json.loads(run(files[0]).stdout)["source_topic"] == "claims.jsonl"


def test_csv_has_a_heading_even_without_rows(tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    file.write_text(written(billed("A", "120.50"), voiding("A", "V")))
    done = run(str(file), "--as", "adjustments", "--format", "csv")
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert done.stdout.startswith("claim_id,line_number,line_control_number,group_code,carc,")
    assert done.stdout.count("\n") == 1
    file.write_text(written(billed("A", "120.5")))
    (row,) = csv.DictReader(
        run(str(file), "--as", "adjustments", "--format", "csv").stdout.splitlines()
    )
    assert (row["quantity"], row["amount"], row["charge_amount"]) == ("1", "120.50", "120.50")


def test_a_bad_line_is_reported_and_the_others_are_stated() -> None:
    stdin = "{}\n" + written(billed("A", "1.00"))
    done = run("-", "--as", "adjustments", stdin=stdin)
    assert done.returncode == 3
    assert done.stderr.startswith("line 1: ContractViolation: ")
    assert len(done.stdout.splitlines()) == 1


def test_a_code_that_was_not_in_force_is_an_error_and_its_claim_is_left_out() -> None:
    long_ago = billed("CANARY-A", "1.00").event_time.replace(year=1990)
    stdin = written(billed("CANARY-A", "1.00", event_time=long_ago), billed("B", "2.00"))
    done = run("-", "--as", "adjustments", stdin=stdin)
    assert done.returncode == 3
    assert "incomplete-claim-form: CARC 16 is not in force on 1990-02-01" in done.stderr
    assert done.stderr.startswith("decision ")
    assert "CANARY" not in done.stderr
    assert [json.loads(text)["claim_id"] for text in done.stdout.splitlines()] == ["B"]


@pytest.mark.parametrize(("kind", "form"), [("adjustments", "table"), ("decisions", "csv")])
def test_a_format_that_does_not_go_with_it(kind: str, form: str) -> None:
    done = run("-", "--as", kind, "--format", form)
    assert done.returncode == 2
    assert f"--format {form} does not go with --as {kind}" in done.stderr
    assert done.stdout == ""
