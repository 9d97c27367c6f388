"""Patches that take away one fence each around topics, lost offsets and refused records."""

from __future__ import annotations

import pytest

from stream_edits.engine.batches import batch
from stream_edits.engine.batches.batch import Batch, BatchBuilder
from stream_edits.engine.config import StageConfig
from stream_edits.engine.dead_letters.dead_letter import DeadLetterReason, dead_letter
from stream_edits.engine.ports import Output, Record
from stream_edits.engine.state.changelog import Restore, _Restoring
from stream_edits.engine.topics.known_topics import KnownTopics

Patch = pytest.MonkeyPatch


def ids_not_compared(patch: Patch) -> None:
    patch.setattr(KnownTopics, "_compare", lambda self, ids: None)


def marks_not_read(patch: Patch) -> None:
    patch.setattr(KnownTopics, "read_marks", lambda self: None)


def marks_not_written(patch: Patch) -> None:
    patch.setattr(KnownTopics, "to_write", lambda self, offsets: [])


def topics_confirmed_now_and_then_only(patch: Patch) -> None:
    confirm = KnownTopics.confirm
    patch.setattr(KnownTopics, "confirm", lambda self: None)

    def check(self: KnownTopics) -> None:
        if self._clock.monotonic() >= self._due:
            confirm(self)

    patch.setattr(KnownTopics, "check", check)


def missing_offsets_believed(patch: Patch) -> None:
    complete = Restore._complete

    def believe(self: Restore, number: int, state: _Restoring) -> bool:
        return state.end is not None if state.committed is None else complete(self, number, state)

    patch.setattr(Restore, "_complete", believe)


def refused_records_not_searched(patch: Patch) -> None:
    def blame_nobody(self: BatchBuilder, refused: Batch) -> None: ...

    patch.setattr(BatchBuilder, "on_refused", blame_nobody)


def no_references(patch: Patch) -> None:
    def whole(
        record: Record, reason: DeadLetterReason, config: StageConfig, limit: int, _: bool
    ) -> Output:
        return dead_letter(record, reason, config, limit)

    patch.setattr(batch, "dead_letter", whole)


def sizes_not_checked(patch: Patch) -> None:
    patch.setattr(BatchBuilder, "_check_sizes", lambda *_: None)
