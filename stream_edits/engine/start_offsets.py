"""Where a group member starts to read its partitions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from . import log
from .config import StageConfig
from .errors import EngineStopped, Interrupted, LostOffset, Retriable
from .known_topics import KnownTopics
from .ports import Clock, Committed, Source

_ASK_S = 5.0
_T = TypeVar("_T")


class StartOffsets:
    """The committed offsets of a member's partitions, and where to start without one."""

    def __init__(
        self,
        config: StageConfig,
        source: Source,
        known: KnownTopics,
        clock: Clock,
        stopping: Callable[[], bool],
    ) -> None:
        """`stopping` says whether the runner was asked to stop: retries then end."""
        self._config = config
        self._source = source
        self._known = known
        self._clock = clock
        self._stopping = stopping

    def committed(self, partitions: Collection[int]) -> dict[int, int | None]:
        """The committed offset of each partition, None if it has none for this topic."""
        if not partitions:
            return {}
        found = self._query("committed", lambda: self._source.committed(partitions, _ASK_S))
        offsets = {number: self._of_this_topic(each) for number, each in found.items()}
        if None in offsets.values():
            # Another process may have marked them since this one started.
            self._query("known topics", self._known.read_marks)
        return offsets

    def _of_this_topic(self, committed: Committed | None) -> int | None:
        if committed is None:
            return None
        now = self._known.input_id
        is_other = None not in (committed.topic_id, now) and committed.topic_id != now
        return None if is_other else committed.offset

    def start(self, number: int, committed: int | None) -> int:
        """The offset to read from; the client itself never resets. Raises LostOffset."""
        start_from, stateless = self._config.start_from, self._config.changelog_topic is None
        may_move = stateless and start_from in ("oldest", "newest")
        if committed is not None and not may_move:
            return committed
        if committed is None and (progress := self._progress(number)) is not None:
            return progress
        marks = self._query("watermarks", lambda: self._source.watermarks(number, _ASK_S))
        if committed is not None and marks.low <= committed <= marks.high:
            return committed
        # What an earlier stage sent on is never skipped: it may have run a moment longer.
        skips = stateless and start_from == "newest" and self._known.may_be_skipped(number)
        return marks.high if skips else marks.low

    def _progress(self, number: int) -> int | None:
        """Where a stage without a changelog goes on with `start_from: progress`.

        None if the group is new, or if it is to start at an end of the log. Raises LostOffset.
        """
        mark, start_from = self._known.mark(number), self._config.start_from
        if mark is None or mark.next_offset is None or start_from in ("oldest", "newest"):
            return None
        if start_from == "progress":
            return mark.next_offset
        raise LostOffset(
            f"no committed offset for {self._config.input_topic}/{number} of group "
            f"{self._config.group_id}, which had read up to {mark.next_offset}: its offsets "
            "expired or were deleted; to go on there, start once with `stream-edits run --from "
            "progress`, or else --from oldest or newest"
        )

    def _query(self, what: str, call: Callable[[], _T]) -> _T:
        """Call until there is an answer. Raises Interrupted or EngineStopped."""
        deadline = self._clock.monotonic() + self._config.assign_budget_s
        while True:
            try:
                return call()
            except Retriable as failure:
                if self._stopping():
                    raise Interrupted from None
                if self._clock.monotonic() >= deadline:
                    raise EngineStopped(
                        f"no answer about the {what} of {self._config.input_topic} for "
                        f"{self._config.assign_budget_s:g} s ({failure.code}): check the brokers "
                        "and look for a hanging transaction of this group"
                    ) from None
                log.warning("client_retry", stage=self._config.stage, call=what, error=failure.code)
                self._clock.sleep(0.5)
