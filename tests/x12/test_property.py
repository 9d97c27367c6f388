"""Mutated files: no traceback, and no claim with another claim's data. More of it: tests.x12."""

from typing import Any

import pytest

from stream_edits.codec.x12 import Refusal, walker
from tests.x12.__main__ import check, input_of, main
from tests.x12.property import read, violations
from tests.x12.samples import seeds

SEEDS = range(1_500)


def test_the_samples_are_read() -> None:
    events = [[event for _, event in read(text.encode())] for text in seeds()]
    assert [len(found) for found in events] == [5, 4, 2, 4, 4]
    reasons = [event.reason for found in events for event in found if isinstance(event, Refusal)]
    assert reasons == ["a dependent without an id from the enrich file"]
    assert [violations(text.encode()) for text in seeds()] == [[]] * 5


def test_mutated_files_give_no_traceback_and_no_mixture() -> None:
    assert [found for found in map(check, SEEDS) if found[1]] == []


def test_mutations_leave_claims_to_judge() -> None:
    read_or_not = [bool(read(input_of(seed))) for seed in range(300)]
    assert 0.5 < sum(read_or_not) / len(read_or_not) < 1


def test_a_walker_that_mixes_claims_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    text = seeds()[0].replace("NM1*IL*1*SAMPLE*K3****MI*MEMBERK3~\n", "").encode()
    assert violations(text) == []
    start_level = walker.Walker._start_level

    def forgetful(self: walker.Walker, elements: list[str]) -> list[Any]:
        before = dict(self._levels.subscriber)
        done = start_level(self, elements)
        self._levels.subscriber.update(before)
        return done

    monkeypatch.setattr(walker.Walker, "_start_level", forgetful)
    assert violations(text) == ["claim 3: member_id"]


def test_the_program_counts_what_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("400", "7") == 0
    assert capsys.readouterr().out == "400 mutated files, 0 broken\n"
