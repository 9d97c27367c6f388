"""What `decisions --wait` says when its time is over."""

from itertools import count

import pytest

from stream_edits.app.wiring import Stage
from stream_edits.commands import wait_for_stages as module
from stream_edits.commands.wait_for_stages import wait_for_stages
from stream_edits.engine.errors import EngineStopped, Retriable
from stream_edits.settings import Settings


def test_it_names_the_stage_that_has_records_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "committed_if_all_read", lambda *_: None)
    with pytest.raises(EngineStopped, match=r"^after 0 s stage intake still has records to read"):
        wait_for_stages(Settings(), 0.0)


def test_it_names_no_stage_if_all_have_read_everything_but_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offsets = count()
    monkeypatch.setattr(module, "committed_if_all_read", lambda *_: {0: next(offsets)})
    with pytest.raises(EngineStopped, match=r"^after 0 s the stages still send each other records"):
        wait_for_stages(Settings(), 0.0)


def test_it_returns_when_two_rounds_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = count()
    # After the first round each stage has committed once more: only the third finds the same.
    monkeypatch.setattr(
        module, "committed_if_all_read", lambda *_: {0: min(next(calls) // len(Stage), 1)}
    )
    wait_for_stages(Settings(), 5.0)
    assert next(calls) == 3 * len(Stage)


def test_it_says_that_the_brokers_do_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise Retriable("_TRANSPORT")

    monkeypatch.setattr(module, "committed_if_all_read", away)
    with pytest.raises(Retriable):
        wait_for_stages(Settings(), 0.0)
