"""Odd time zones and locales, no home, a working directory and a temporary folder to write to."""

from itertools import islice
from pathlib import Path

import pytest

from stream_edits.synthetic.generator import generate
from tests.kafka import programs
from tests.kafka.conftest import Deploy
from tests.kafka.verifier import Verifier

pytestmark = pytest.mark.timeout(180)

CLAIMS = 150
# No file can be made there, not even by root.
READ_ONLY = Path("/proc")
SURROUNDINGS: dict[str, dict[str, str | None]] = {
    "half an hour off, with summer time": {"TZ": "Australia/Lord_Howe"},
    "a day ahead": {"TZ": "Pacific/Kiritimati"},
    "a zone that is none": {"TZ": "Nowhere/At_All"},
    "other letters": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    "ASCII only": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "homeless": {"HOME": None, "USER": None, "LOGNAME": None, "TMPDIR": "/nowhere"},
    "nothing but the path": {"PATH": "/nowhere", "HOME": "/nowhere", "SHELL": None, "LANG": None},
}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_what_is_decided_does_not_depend_on_the_surroundings(
    deploy: Deploy, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment = deploy().create_topics()
    deployment.publish(islice(generate(7, CLAIMS, contested=True), CLAIMS))
    with monkeypatch.context() as changed:
        changed.setenv("PYTHONPATH", str(programs.ROOT))
        changed.setattr(programs, "ROOT", READ_ONLY)
        for variable, value in SURROUNDINGS[name].items():
            if value is None:
                changed.delenv(variable, raising=False)
            else:
                changed.setenv(variable, value)
        program = deployment.start()
    deployment.drain()
    program.terminate()
    verifier = Verifier(deployment.log, deployment.topics)
    verifier.verify()
    assert {d.disposition.value for d in verifier.decisions} == {"PASS", "PEND", "DENY"}
    assert deployment.log.of(deployment.topics.dead_letter) == []
    assert all(line[10:11] == "T" and line[23:24] == "Z" for line in program.output.splitlines())
