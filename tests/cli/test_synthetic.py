"""`synthetic`: made-up claims that the other commands take."""

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from stream_edits.cli.root import cli
from stream_edits.codec.jsonl import claim_to_json
from stream_edits.synthetic.generator import generate


def printed(*options: str) -> list[str]:
    done = CliRunner().invoke(cli, ["synthetic", *options])
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def test_it_prints_the_claims_of_the_generator() -> None:
    wanted = [claim_to_json(claim) for claim in generate(7, 12)]
    assert printed("--encounters", "12", "--seed", "7") == wanted
    assert printed("--encounters", "12", "--seed", "8") != wanted


def test_every_claim_is_decided(tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    file.write_text("\n".join(printed("--encounters", "40")))
    done = CliRunner().invoke(cli, ["adjudicate", str(file)])
    assert done.exit_code == 0, done.output
    decided = {json.loads(line)["claim_id"] for line in done.output.splitlines() if line[:1] == "{"}
    assert len(decided) >= 40


def test_without_an_end_it_goes_on_until_its_reader_has_enough() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "stream_edits", "synthetic", "--encounters", "0", "--rate", "500"],
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        read = [process.stdout.readline() for _ in range(250)]
        process.stdout.close()
        assert process.wait(30) == 0
    assert all(line.endswith(b"}\n") for line in read)
