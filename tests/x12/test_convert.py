"""`stream-edits convert`, and 837 files in `adjudicate`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from stream_edits.cli.root import cli
from stream_edits.codec.jsonl import read_events_jsonl
from stream_edits.domain.claim import ClaimEvent
from tests.x12.reads import professional
from tests.x12.samples import EXAMPLE, PROVIDER, interchange, office, subscriber, transaction

GOLDEN = Path(__file__).parent / "golden" / "claims.jsonl"
ENRICH = EXAMPLE.parent / "enrich.jsonl"
NEEDED = ("--line-of-business", "MEDI_CAL", "--claim-id", "CLM01")
SUMMARY = "files: {}; transactions: {}; claims: {}; refused: {}"
TEST_DATA = "  warning, interchanges of test data (ISA15 T): 1"
REUSED = "  warning, claims that replace an earlier claim with the same number (see --claim-id): {}"


def stream_edits(
    *arguments: str | Path, stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """What the command gives, run in this process: a start takes longer than most of them."""
    words = [str(argument) for argument in arguments]
    done = CliRunner().invoke(cli, words, input=stdin)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout_bytes, done.stderr_bytes)


def claim_ids(run: subprocess.CompletedProcess[bytes]) -> list[str]:
    return [json.loads(line)["claim_id"] for line in run.stdout.splitlines()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "a.837"
    made.write_text(professional(office("K1"), office("K2")), "ascii")
    return made


def test_the_example_gives_the_golden_claims() -> None:
    zone = ("--time-zone", "America/Los_Angeles", "--enrich", ENRICH)
    options = ("--line-of-business", "MEDI_CAL", "--claim-id", "REF*D9", *zone)
    runs = [stream_edits("convert", EXAMPLE, *options) for _ in range(2)]
    assert runs[0].stdout == runs[1].stdout == GOLDEN.read_bytes()
    with GOLDEN.open("rb") as lines:
        events = [event for _, event in read_events_jsonl(lines)]
    assert all(isinstance(event, ClaimEvent) for event in events)


def test_decisions_of_the_file_are_those_of_the_converted_claims(tmp_path: Path) -> None:
    converted = tmp_path / "claims.jsonl"
    done = stream_edits("convert", EXAMPLE, *NEEDED, "--output", converted)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode() == f"{SUMMARY.format(1, 2, 4, 0)}\n{TEST_DATA}\n"
    direct = stream_edits("adjudicate", EXAMPLE, *NEEDED)
    piped = subprocess.run(
        [sys.executable, "-m", "stream_edits", "adjudicate", "-", *NEEDED],
        input=EXAMPLE.read_bytes(),
        capture_output=True,
        timeout=100,
    )
    through = stream_edits("adjudicate", converted)
    assert direct.returncode == piped.returncode == through.returncode == 0
    assert direct.stdout.count(b"\n") == 4
    assert piped.stdout.replace(b'"source_topic": "-"', b'"source_topic": "claims.837"') == (
        direct.stdout
    )
    assert through.stdout.replace(b'"claims.jsonl"', b'"claims.837"') == direct.stdout
    rows = stream_edits("adjudicate", EXAMPLE, *NEEDED, "--as", "adjustments", "--format", "csv")
    assert rows.returncode == 0
    assert b"RIC0301-2" in rows.stdout


def test_files_a_folder_and_stdin(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name in ("c", "b"):
        (folder / f"{name}.837").write_text(professional(office(name)), "ascii")
    (folder / ".hidden").write_text("x")
    (folder / "claims.jsonl").write_text("{}")
    out = folder / "claims.jsonl"
    done = stream_edits(
        "convert", file, folder, "-", *NEEDED, "--output", out, stdin=file.read_bytes()
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.decode() == f"{SUMMARY.format(4, 4, 6, 0)}\n{REUSED.format(2)}\n"
    found = [json.loads(line)["claim_id"] for line in out.read_bytes().splitlines()]
    assert found == [f"ACCOUNT{name}" for name in ("K1", "K2", "b", "c", "K1", "K2")]


def test_several_files_are_summed_up_once(tmp_path: Path) -> None:
    known = tmp_path / "known.jsonl"
    known.write_text("".join(f'{{"claim": "ACCOUNT{x}", "icn": "{x}"}}\n' for x in ("b", "c")))
    files = [tmp_path / f"{name}.837" for name in ("b", "c")]
    for each in files:
        each.write_text(professional(office(each.stem)), "ascii")
    options = ("--line-of-business", "MEDI_CAL", "--claim-id", "icn-file", "--enrich", known)
    for command in ("adjudicate", "convert"):
        done = stream_edits(command, *files, *options)
        lines = done.stderr.decode().splitlines()
        assert (done.returncode, lines[0]) == (0, SUMMARY.format(2, 2, 2, 0))
        assert "not met" not in done.stderr.decode()


def test_what_an_837_does_not_say_must_be_said(file: Path) -> None:
    for options, word in (
        ((), b"--line-of-business"),
        (("--line-of-business", "MEDI_CAL"), b"--claim-id"),
        (("--claim-id", "CLM01"), b"--payer-map"),
        (("--line-of-business", "MEDI_CAL", "--claim-id", "icn-file"), b"--enrich"),
        ((*NEEDED, "--time-zone", "Mars/Olympus"), b"--time-zone"),
        ((*NEEDED, "--claim-id", "ICN"), b"--claim-id"),
        ((*NEEDED, "--line-of-business", "MEDICAID"), b"--line-of-business"),
    ):
        for command in ("convert", "adjudicate", "publish"):
            done = stream_edits(command, file, *options)
            assert (done.returncode, done.stdout) == (2, b"")
            assert word in done.stderr
            assert b"Traceback" not in done.stderr


def test_refused_claims_and_files_that_are_none(file: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.837"
    text = professional(office("K1"), office("K2"), office("K3"))
    bad.write_text(text.replace("HC:J1756", "ER:J1756", 1), "ascii")
    done = stream_edits("convert", bad, file, *NEEDED)
    assert (done.returncode, len(claim_ids(done))) == (3, 4)
    reason = "no HC code where the form needs one"
    assert done.stderr.decode().splitlines() == [
        f"{bad}: transaction 1, claim 1, line 2: {reason}",
        SUMMARY.format(2, 2, 4, 1),
        f"  refused, {reason}: 1",
        REUSED.format(1),  # Claim 2 of the one file has the number of a claim of the other.
    ]
    decided = stream_edits("adjudicate", bad, *NEEDED)
    assert decided.returncode == 3
    line = f"transaction 1, claim 1, line 2: RefusedClaim: {reason}"
    assert decided.stderr.decode().splitlines()[0] == line
    assert len(claim_ids(decided)) == 2
    none = tmp_path / "none.pdf"
    none.write_bytes(b"%PDF-1.7")
    mixed = stream_edits("convert", bad, none, file, *NEEDED)
    assert (mixed.returncode, len(claim_ids(mixed))) == (2, 4)
    assert f"{none}: not an X12 file" in mixed.stderr.decode()


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b'{"claim_id": "X"}\n', b"ISA*00*"])
def test_a_file_that_is_none(data: bytes, tmp_path: Path) -> None:
    none = tmp_path / "none"
    none.write_bytes(data)
    done = stream_edits("convert", none, *NEEDED)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(f"{none}: not an X12 file".encode())


def test_another_transaction_set_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "999.txt"
    other.write_text(interchange(["ST*999*0001*005010X231A1", "AK1*HC*1", "SE*3*0001"]), "ascii")
    for command in ("convert", "adjudicate"):
        done = stream_edits(command, other, *NEEDED)
        assert (done.returncode, done.stdout) == (3, b"")
        assert b"another transaction set" in done.stderr


def test_options_of_x12_do_not_go_with_other_files(tmp_path: Path) -> None:
    done = stream_edits("adjudicate", EXAMPLE.parent / "claims.jsonl", *NEEDED)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"options for X12 files, but the file is not one" in done.stderr


def test_the_output_is_not_one_of_the_files(file: Path, tmp_path: Path) -> None:
    before = file.read_bytes()
    done = stream_edits("convert", file, *NEEDED, "--output", file)
    assert (done.returncode, file.read_bytes()) == (2, before)
    nowhere = stream_edits("convert", file, *NEEDED, "--output", tmp_path / "no" / "x.jsonl")
    assert nowhere.returncode == 2
    assert b"--output cannot be written" in nowhere.stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    assert stream_edits("convert", empty, *NEEDED).returncode == 2


@pytest.mark.parametrize("command", ["convert", "adjudicate"])
def test_a_claim_from_the_future_is_refused_by_its_place(command: str, tmp_path: Path) -> None:
    now = transaction([*PROVIDER, *subscriber("K1"), *office("K1"), *office("K2")])
    late = transaction([*PROVIDER, *subscriber("K3"), *office("K3")], number="0002")
    late[1] = late[1].replace("BATCH*20250310", "BATCH*29990310")
    future = tmp_path / "future.837"
    future.write_text(interchange(now, late), "ascii")
    done = stream_edits(command, future, *NEEDED)
    assert (done.returncode, claim_ids(done)) == (3, ["ACCOUNTK1", "ACCOUNTK2"])
    said = done.stderr.decode().splitlines()
    reason = "event_time is more than a day after the time of its record"
    assert said[0].removeprefix(f"{future}: ").replace("RefusedClaim: ", "") == (
        f"transaction 2, claim 1: {reason}"
    )
    assert said[1:3] == [SUMMARY.format(1, 2, 2, 1), f"  refused, {reason}: 1"]


def test_a_transaction_may_be_large(tmp_path: Path) -> None:
    claims = [x for n in range(3_000) for x in (*subscriber(f"K{n}", n + 2), *office(f"K{n}"))]
    large = tmp_path / "large.837"
    large.write_text(interchange(transaction([*PROVIDER, *claims])), "ascii")
    done = stream_edits("convert", large, *NEEDED)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [x["member_id"] for x in found] == [f"MEMBERK{n}" for n in range(3_000)]
    assert len({x["event_id"] for x in found}) == 3_000
