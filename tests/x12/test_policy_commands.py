"""`explain` and `policy impact` read 837 files as `adjudicate` does, with the same options."""

import json
from pathlib import Path

import pytest

from tests.impact.trials import overlay, piece
from tests.x12.samples import EXAMPLE
from tests.x12.test_convert import NEEDED, stream_edits

ZONE = ("--time-zone", "America/Los_Angeles")
OPTIONS = ("--line-of-business", "MEDI_CAL", "--claim-id", "REF*D9", *ZONE)
ENRICHED = (*OPTIONS, "--enrich", EXAMPLE.parent / "enrich.jsonl")


@pytest.fixture
def converted(tmp_path: Path) -> Path:
    made = tmp_path / "claims.837.jsonl"
    assert stream_edits("convert", EXAMPLE, *ENRICHED, "--output", made).returncode == 0
    return made


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """It changes what a line of the example is allowed."""
    return overlay(tmp_path, [piece("units-over-maximum", "maximum_units", {"96366": 1})])


def claim_ids(file: Path) -> list[str]:
    return [json.loads(line)["claim_id"] for line in file.read_bytes().splitlines()]


def test_explain_tells_the_same_of_the_837_as_of_its_claims(converted: Path) -> None:
    for claim_id in claim_ids(converted):
        of_lines = stream_edits("explain", claim_id, "--file", converted)
        of_837 = stream_edits("explain", claim_id, "--file", EXAMPLE, *ENRICHED)
        assert of_lines.returncode == of_837.returncode == 0, of_837.stderr
        assert of_837.stdout.replace(b"claims.837", b"claims.837.jsonl") == of_lines.stdout


def test_explain_reads_them_as_the_options_say(converted: Path) -> None:
    """Without the file of --enrich the times are missing, as with adjudicate."""
    first = claim_ids(converted)[0]
    told = [
        json.loads(
            stream_edits("explain", first, "--file", EXAMPLE, *each, "--format", "json").stdout
        )
        for each in (OPTIONS, ENRICHED)
    ]
    decided = [
        {
            x["claim_id"]: x
            for x in map(json.loads, stream_edits("adjudicate", EXAMPLE, *each).stdout.splitlines())
        }
        for each in (OPTIONS, ENRICHED)
    ]
    dispositions = [each["disposition"] for each in told]
    assert dispositions == [each[first]["disposition"] for each in decided]


def test_impact_measures_the_same_on_the_837_as_on_its_claims(
    converted: Path, stricter: Path
) -> None:
    measured = [
        stream_edits("policy", "impact", "--overlay", stricter, "--format", "json", *each)
        for each in ((converted,), (EXAMPLE, *ENRICHED))
    ]
    assert [each.returncode for each in measured] == [0, 0]
    of_lines, of_837 = (json.loads(each.stdout) for each in measured)
    assert of_lines == of_837
    assert of_lines["claims"] == len(set(claim_ids(converted)))


def test_claims_of_an_837_and_a_file_of_others_are_measured_together(
    converted: Path, stricter: Path
) -> None:
    """The options are for the 837 alone, such as where a file of reviews stands beside it."""
    both = (EXAMPLE, EXAMPLE.parent / "claims.jsonl")
    arguments = ("policy", "impact", "--overlay", stricter, "--format", "json")
    done = stream_edits(*arguments, *both, *ENRICHED)
    alone = stream_edits(*arguments, both[1])
    assert done.returncode == alone.returncode
    claims = [json.loads(each.stdout)["claims"] for each in (done, alone)]
    assert claims[0] == claims[1] + len(set(claim_ids(converted)))


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("explain", "A", "--file"), b"an X12 file does not say the line of business"),
        (("policy", "impact", "--overlay", "{}"), b"an X12 file does not say the line of business"),
    ],
)
def test_what_an_837_does_not_say_must_be_said(
    command: tuple[str, ...], says: bytes, stricter: Path
) -> None:
    words = [each.format(stricter) for each in command]
    done = stream_edits(*words, EXAMPLE)
    assert (done.returncode, done.stdout) == (2, b"")
    assert says in done.stderr


def test_options_that_nothing_can_use_are_refused(stricter: Path) -> None:
    lines = EXAMPLE.parent / "claims.jsonl"
    impact = ("policy", "impact", "--overlay", stricter)
    for words, says in (
        (("explain", "A", "--file", lines, *NEEDED), b"the file is not X12"),
        ((*impact, lines, *NEEDED), b"the file is not X12"),
        (("explain", "A", *NEEDED), b"options for X12 go with --file"),
        ((*impact, "--from-topic", *NEEDED), b"options for X12 go with files"),
    ):
        done = stream_edits(*words)
        assert (done.returncode, done.stdout) == (2, b"")
        assert says in done.stderr


def test_a_refused_claim_of_an_837_is_reported_with_its_place(
    tmp_path: Path, stricter: Path
) -> None:
    bad = tmp_path / "bad.837"
    bad.write_text(EXAMPLE.read_text("ascii").replace("SV1*HC:", "SV1*ER:", 1), "ascii")
    done = stream_edits("policy", "impact", "--overlay", stricter, bad, *OPTIONS)
    assert done.returncode == 3
    refused = done.stderr.decode().splitlines()[0]
    assert refused.startswith("transaction 1, claim 1, line 1: RefusedClaim: ")
    first = stream_edits("adjudicate", bad, *OPTIONS).stderr.decode().splitlines()[0]
    assert first.startswith("transaction 1, claim 1, line 1: RefusedClaim: ")
