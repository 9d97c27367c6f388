"""The files of `--payer-map`, `--pwk-map` and `--enrich`."""

import json
from pathlib import Path

import pytest

from tests.x12.reads import professional
from tests.x12.samples import office
from tests.x12.test_convert import NEEDED, stream_edits


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "a.837"
    made.write_text(professional(office("K1"), office("K2")), "ascii")
    return made


@pytest.mark.parametrize(
    ("option", "text", "problem"),
    [
        ("--payer-map", "0123: MEDI_CAL", "write keys of digits in quotes"),
        ("--payer-map", '"0123": MEDICAID', "each payer has one of MEDI_CAL, MEDICARE"),
        ("--payer-map", '"0123": [MEDI_CAL]', "each payer has one of MEDI_CAL, MEDICARE"),
        ("--payer-map", "- MEDI_CAL", "a mapping is expected"),
        ("--payer-map", "a: [", "--payer-map: "),
        ("--pwk-map", "03: invoice", "write keys of digits in quotes"),
        ("--pwk-map", "OZ: by reprt", "by reprt is not known; did you mean by_report?"),
        ("--pwk-map", "OZ: 7", "each code has a kind of attachment or a list"),
        ("--pwk-map", "OZ: [invoice, '']", "each code has a kind of attachment or a list"),
        ("--pwk-map", "OZZ: invoice", "OZZ is not a report type code of two characters"),
        ("--payer-map", '"SBR*09*MC": MEDI_CAL', "is neither a payer id nor a claim filing code"),
        ("--enrich", "[]", "line 1 is not one JSON object"),
        ("--enrich", '{"claim": "A", "kinds": ["invioce"]}', "did you mean invoice?"),
    ],
)
def test_a_file_of_an_option_that_cannot_be_used(
    option: str, text: str, problem: str, file: Path, tmp_path: Path
) -> None:
    given = tmp_path / "given"
    given.write_text(text, "utf-8")
    done = stream_edits("convert", file, *NEEDED, option, given)
    assert (done.returncode, done.stdout) == (2, b"")
    assert problem in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_maps_of_payers_and_of_documents(file: Path, tmp_path: Path) -> None:
    payers, kinds = tmp_path / "payers.yaml", tmp_path / "pwk.yaml"
    payers.write_text('"EXHP1": CORPORATE\n')
    kinds.write_text("PY: [invoice, by_report]\n")
    options = ("--payer-map", payers, "--pwk-map", kinds, "--claim-id", "REF*D9")
    done = stream_edits("convert", file, *options)
    assert done.returncode == 0
    first = json.loads(done.stdout.splitlines()[0])
    assert (first["line_of_business"], first["claim_id"]) == ("CORPORATE", "TRACEK1")
    assert [x["kind"] for x in first["attachments"]] == ["invoice", "by_report"]
    payers.write_text('"SBR09*MC": CORPORATE\n"ELSE": OTHER\n')
    assert stream_edits("convert", file, *options).stdout == done.stdout
    payers.write_text('"ELSE": OTHER\n')
    refused = stream_edits("convert", file, *options)
    assert (refused.returncode, refused.stdout) == (3, b"")
