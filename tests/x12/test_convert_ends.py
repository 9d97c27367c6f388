"""`convert` that ends early: too many claims are refused, or a packed file is cut off."""

import gzip
from pathlib import Path

from tests.x12.reads import professional
from tests.x12.samples import office
from tests.x12.test_convert import NEEDED, claim_ids, stream_edits

BAD = [office(f"B{n}", lines=("LX*1", "SV1*HC:96365*1*UN*X")) for n in range(4)]


def test_reading_ends_after_the_claims_that_may_be_refused(tmp_path: Path) -> None:
    (tmp_path / "a.837").write_text(professional(*BAD, office("G1")))
    (tmp_path / "b.837").write_text(professional(office("G2")))
    run = stream_edits("convert", tmp_path, *NEEDED, "--max-errors", "2")
    assert run.returncode == 3
    assert claim_ids(run) == []
    text = run.stderr.decode()
    assert "stopped after 2 that are not valid" in text
    assert "files: 1; transactions: 1; claims: 0; refused: 2" in text
    everything = stream_edits("convert", tmp_path, *NEEDED, "--max-errors", "0")
    assert claim_ids(everything) == ["ACCOUNTG1", "ACCOUNTG2"]
    assert b"files: 2; transactions: 2; claims: 2; refused: 4" in everything.stderr


def test_a_packed_file_that_is_cut_off_is_not_called_another_kind_of_file(tmp_path: Path) -> None:
    claims = [office(f"K{n}") for n in range(5_000)]
    packed = gzip.compress(professional(*claims).encode())
    (tmp_path / "cut.837.gz").write_bytes(packed[: len(packed) // 2])
    run = stream_edits("convert", tmp_path / "cut.837.gz", *NEEDED)
    assert run.returncode == 3
    assert 1_000 < len(claim_ids(run)) < 5_000
    text = run.stderr.decode()
    assert "the rest of the file cannot be read: the gzip data is broken" in text
    assert "not an X12 file" not in text
    (tmp_path / "other.gz").write_bytes(gzip.compress(b"hello " * 10_000)[:40])
    run = stream_edits("convert", tmp_path / "other.gz", *NEEDED)
    assert run.returncode == 2


def test_warnings_about_envelopes_leave_the_exit_code_as_it_is(tmp_path: Path) -> None:
    text = professional(office("K1")).replace("SE*", "SE*1").replace("GE*1*", "GE*2*")
    (tmp_path / "a.837").write_text(text)
    (tmp_path / "b.837").write_text(text.replace("IEA*1*000000009~\n", ""))
    for name in ("a.837", "b.837"):
        for command in ("convert", "adjudicate"):
            run = stream_edits(command, tmp_path / name, *NEEDED)
            assert (run.returncode, claim_ids(run)) == (0, ["ACCOUNTK1"])
            assert b"warning, GE01 that miscounts: 1" in run.stderr
