"""What a later stage refuses of an 837 file is named as what its reader refuses."""

from pathlib import Path

import pytest

from tests.impact.trials import overlay, piece
from tests.x12.samples import PROVIDER, interchange, office, subscriber, transaction
from tests.x12.test_convert import NEEDED, claim_ids, stream_edits

OTHER = (PROVIDER[0], "NM1*85*2*RIVER CLINIC*****XX*1234567893", *PROVIDER[2:])
REFUSED = "transaction 2, claim 2: ClaimIdReused: the claim id is known from another billing NPI"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The last claim of the second transaction set has the number of one of another provider."""
    first = transaction([*PROVIDER, *subscriber("K1"), *office("K1"), *office("K2")])
    second = transaction([*OTHER, *subscriber("K1"), *office("K3"), *office("K1")], number="0002")
    made = tmp_path / "a.837"
    made.write_text(interchange(first, second), "ascii")
    return made


def test_a_reused_claim_number_is_named_by_its_place(file: Path) -> None:
    done = stream_edits("adjudicate", file, *NEEDED)
    assert done.returncode == 3
    assert done.stderr.decode().splitlines()[0] == REFUSED
    assert claim_ids(done) == ["ACCOUNTK1", "ACCOUNTK2", "ACCOUNTK3"]


def test_of_several_files_with_the_file(file: Path, tmp_path: Path) -> None:
    lines = tmp_path / "b.jsonl"
    assert stream_edits("convert", file, *NEEDED, "--output", lines).returncode == 0
    done = stream_edits("adjudicate", file, lines, *NEEDED)
    known, *_ = [x for x in done.stderr.decode().splitlines() if x.startswith("b.jsonl: line")]
    assert done.stderr.decode().splitlines()[0] == f"a.837: {REFUSED}"
    assert known.startswith("b.jsonl: line 4: ClaimIdReused: ")


def test_in_an_impact_too(file: Path, tmp_path: Path) -> None:
    stricter = overlay(tmp_path, [piece("units-over-maximum", "maximum_units", {"96366": 1})])
    done = stream_edits("policy", "impact", "--overlay", stricter, file, *NEEDED)
    assert (done.returncode, done.stderr.decode().splitlines()[0]) == (3, REFUSED)
