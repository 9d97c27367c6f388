"""`policy content` and `policy content import` on the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stream_edits.cli.root import cli
from stream_edits.policies.content.category import Category
from stream_edits.policies.content.table import FILE, read_table

TEXT = FILE.read_text(encoding="utf-8")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["policy", "content", *map(str, arguments)])


def fixed(code: str, short: str, added: str, last_day: str = "", kind: str = "3") -> str:
    """A record of the fixed-width file: 320 columns."""
    line = f"{code:>5}00100{kind}{'Injection, made up, long description':80}{short:28}".ljust(268)
    return f"{line}{added:8}{added:8}{last_day:8}A".ljust(320) + "\r\n"


NEW = fixed("J9997", "Inj, made up a, 1 mg", "20261001")
OLD = fixed("J2405", "Ondansetron hcl injection", "19950101")
ENDED = fixed("J1200", "Diphenhydramine hcl inject", "19840101", "20260930")
CONTINUED = fixed("J9997", "", "", kind="4")
MODIFIER = fixed("   A1", "Dressing for one wound", "19960101", kind="7")
LONG_GONE = fixed("J9996", "Inj, of long ago", "19900101", "20011231")
NO_DRUG = fixed("L5631", "Ak/knee disartic acrylic soc", "20261001")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


@pytest.fixture
def quarter(tmp_path: Path) -> Path:
    file = tmp_path / "HCPC2026_OCT_ANWEB.txt"
    file.write_text(MODIFIER + OLD + ENDED + NEW + CONTINUED + LONG_GONE + NO_DRUG, newline="")
    return file


def test_the_codes_are_counted_by_category_and_the_unclassified_ones_listed() -> None:
    result = run()
    assert result.exit_code == 0, result.output
    assert "     6  transfusion\n" in result.output
    assert "    48  unclassified\n" in result.output
    assert "\nunclassified:\n  C9176\n" in result.output


def test_what_changes_from_a_day_on_is_listed_in_order() -> None:
    lines = run("--from", "2025-12-31").output.splitlines()
    assert lines[0] == "2025-12-31  0042T  last day   contrast imaging"
    assert lines[1] == "2026-01-01  70471  first day  contrast imaging"
    assert run("--from", "2099-01-01").output == "no code starts or ends from 2099-01-01 on\n"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("P9047", "P9047  parenteral drug  2002-01-01..  CMS HCPCS October 2025"),
        ("J9998", "counts as a drug until it is classified"),
        ("99213", "99213  not in the table"),
    ],
)
def test_a_code_is_explained(code: str, says: str) -> None:
    assert says in run("--code", code).output


def test_the_overlay_of_the_settings_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(
        "edits:\n  vocabulary:\n    content:\n      2025-07-01:\n        reference: a memo\n"
        '        value: {S9999: transfusion, "36460": none, J9053: antineoplastic}\n'
    )
    monkeypatch.setenv("STREAM_EDITS_POLICY", str(file))
    result = run()
    assert "     6  transfusion\n" in result.output
    assert "    47  unclassified\n" in result.output
    assert run("--code", "36460").output == "36460  none  (changed by the overlay)\n"
    checked = CliRunner().invoke(cli, ["policy", "check", str(file)])
    assert "vocabulary  content  2025-07-01  S9999: added, transfusion" in checked.output


def test_a_quarter_is_taken_in_once_its_new_codes_are_classified(
    quarter: Path, table: Path
) -> None:
    first = run("import", quarter, "--table", table)
    assert first.exit_code == 3, first.output
    assert "added         J9997  2026-10-01  Inj, made up a, 1 mg\n" in first.output
    assert "ended         J1200  last day 2026-09-30  parenteral drug\n" in first.output
    assert "unclassified  J9997  Inj, made up a, 1 mg\n" in first.output
    assert "1 added, 1 ended, 1 unclassified\n" in first.output
    assert f"give the unclassified codes a category in {table}" in first.output
    assert FILE.read_text(encoding="utf-8") == TEXT

    written = table.read_text(encoding="utf-8")
    assert 'J9997,unclassified,2026-10-01,,"CMS HCPCS, HCPC2026_OCT_ANWEB.txt"\n' in written
    table.write_text(written.replace("J9997,unclassified", "J9997,antineoplastic"))
    second = run("import", quarter, "--table", table)
    assert second.exit_code == 0, second.output
    assert second.output == "0 added, 0 ended, 0 unclassified\n"
    codes = {entry.code: entry for entry in read_table(table)}
    assert codes["J9997"].category is Category.ANTINEOPLASTIC
    assert not {"J9996", "L5631", "A1"} & set(codes)
    assert len(codes) == len(TEXT.splitlines())


def test_the_sheet_as_csv_says_the_same(tmp_path: Path, quarter: Path, table: Path) -> None:
    sheet = tmp_path / "quarter.csv"
    sheet.write_text(
        "\ufeffNotes of CMS,,,,,,\n"
        "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,ADD DT,ACT EFF DT,TERM DT,ACTION CD\n"
        "A1,00100,7,Dressing,Dressing,19960101,19960101,,N\n"
        "J2405,00100,3,x,Ondansetron hcl injection,19950101,19950101,,N\n"
        "J1200,00100,3,x,Diphenhydramine,19840101,20261001,20260930,D\n"
        'J9997,00100,3,"Injection, made up a","Inj, made up a, 1 mg",2026-10-01,20261001,,A\n'
        "J9997,00200,4,continued,,,,,\n",
        encoding="utf-8",
    )
    result = run("import", sheet, "--table", table)
    assert result.exit_code == 3, result.output
    by_sheet = table.read_text(encoding="utf-8").replace("quarter.csv", quarter.name)
    table.unlink()
    run("import", quarter, "--table", table)
    assert table.read_text(encoding="utf-8") == by_sheet


def test_a_code_that_comes_back_has_no_last_day(tmp_path: Path, quarter: Path, table: Path) -> None:
    run("import", quarter, "--table", table)
    quarter.write_text(fixed("J1200", "Diphenhydramine hcl inject", "19840101"))
    result = run("import", quarter, "--table", table)
    assert "ended         J1200  no longer ended  parenteral drug\n" in result.output


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "has no procedure code of HCPCS"),
        (b"PK\x03\x04", "is an archive or a workbook"),
        (b"\x00\x01 nonsense\n", "1: is not a HCPCS record: column 11 should be 3, 4, 7 or 8"),
        (b"HCPC,SEQNUM,RECID\nJ1,1,3\n", "1: has no column ADD DT, SHORT DESCRIPTION, TERM DT"),
        (OLD.encode() + fixed("J1", "x", "20260101").encode(), "2: has no procedure code"),
        (fixed("J1100", "x", "2026013X").encode(), "1: has a day that is not a date"),
        (MODIFIER.encode(), "has no procedure code of HCPCS"),
    ],
)
def test_a_file_of_another_kind_is_refused(
    content: bytes, problem: str, tmp_path: Path, table: Path
) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(content)
    result = run("import", file, "--table", table)
    assert result.exit_code == 2
    assert result.output.startswith(f"stream-edits: {file}:")
    assert problem in result.output
    assert not table.exists()


def test_a_bad_table_is_refused_and_kept(quarter: Path, table: Path) -> None:
    table.write_text("code\nJ1100\n")
    result = run("import", quarter, "--table", table)
    assert result.exit_code == 2
    assert f"{table}:1: the first line should be" in result.output
    assert table.read_text() == "code\nJ1100\n"
    unwritable = run("import", quarter, "--table", table.parent / "none" / "table.csv")
    assert unwritable.exit_code == 2
    assert "cannot be written" in unwritable.output


def test_a_table_in_an_overlay_is_checked_code_by_code(quarter: Path, table: Path) -> None:
    run("import", quarter, "--table", table)
    plan = table.with_name("plan.yaml")
    plan.write_text("content_table: table.csv\nedits: {}\n")
    result = CliRunner().invoke(cli, ["policy", "check", str(plan)])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("content_table  J9997  not in the table -> unclassified\n")
