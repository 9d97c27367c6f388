"""The collector is spared while the claims of a file are decided, and not longer."""

import gc
from pathlib import Path

import pytest

from stream_edits import collector
from stream_edits.codec.jsonl import claim_to_json
from stream_edits.commands import adjudicate
from stream_edits.settings import Settings
from stream_edits.stages.pipeline import Pipeline
from tests.build import claim, line


def test_what_exists_is_left_out_until_the_end_of_the_block() -> None:
    before = gc.get_threshold()
    with collector.spared():
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[0] > before[0]
    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == before


def test_an_error_ends_it_too() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), collector.spared():
        raise KeyError
    assert gc.get_threshold() == before


def test_adjudicate_decides_with_the_collector_spared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    decide = Pipeline.decide

    def watched(self: Pipeline, *event: object) -> object:
        seen.append(gc.get_freeze_count() > 0)
        return decide(self, *event)  # type: ignore[arg-type]

    monkeypatch.setattr(Pipeline, "decide", watched)
    file = tmp_path / "claims.jsonl"
    file.write_text(claim_to_json(claim("C1", line("96365"))) + "\n", encoding="utf-8")
    assert adjudicate.adjudicate_files(Settings(), [str(file)], "json") == 0
    assert seen == [True]
    assert gc.get_freeze_count() == 0
