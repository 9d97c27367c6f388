"""Where a group member starts to read its partitions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from .. import log
from ..advice import REBUILD
from ..config import StageConfig
from ..errors import EngineStopped, Interrupted, LostOffset, OffsetNotOurs, Retriable
from ..ports import Clock, Committed, Source
from ..topics.known_topics import KnownTopics

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
        # Offsets of this topic that no stage of the group has committed.
        self._foreign: dict[int, int] = {}

    def committed(self, partitions: Collection[int]) -> dict[int, int | None]:
        """The offset that the group committed in each partition, None if none for this topic."""
        if not partitions:
            return {}
        found = self._query("committed", lambda: self._source.committed(partitions, _ASK_S))
        here = {n: each for n, each in found.items() if each and self._is_of_this_topic(each)}
        if not all(n in here and self._is_ours(n, here[n]) for n in found):
            # Another process may have marked them since this one started.
            self._query("known topics", self._known.read_marks)
        ours = {n: each.offset for n, each in here.items() if self._is_ours(n, each)}
        self._foreign = {n: each.offset for n, each in here.items() if n not in ours}
        return {n: ours.get(n) for n in found}

    def _is_of_this_topic(self, committed: Committed) -> bool:
        now = self._known.input_id
        return None in (committed.topic_id, now) or committed.topic_id == now

    def _is_ours(self, number: int, committed: Committed) -> bool:
        """Whether a stage of the group committed it: then it has the topic's id, or is marked.

        Brokers without ids have marks only. State is compared with the offset by its restore.
        """
        if self._config.changelog_topic is not None or self._config.known_topics is None:
            return True
        mark = self._known.mark(number)
        is_marked = mark is not None and mark.next_offset == committed.offset
        return is_marked or committed.topic_id is not None

    def start(self, number: int, committed: int | None) -> int:
        """The offset to read from; the client itself never resets.

        Raises LostOffset, OffsetNotOurs.
        """
        start_from, stateless = self._config.start_from, self._config.changelog_topic is None
        if number in self._foreign and start_from != "progress":
            return self._accepted(number)
        may_move = stateless and start_from in ("oldest", "newest")
        if committed is not None and not may_move:
            return committed
        if committed is None and (progress := self._progress(number)) is not None:
            return progress
        marks = self._query("watermarks", lambda: self._source.watermarks(number, _ASK_S))
        if committed is not None and marks.low <= committed <= marks.high:
            return committed
        self._refuse_unread_loss(number, marks.low)
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

    def _refuse_unread_loss(self, number: int, low: int) -> None:
        """Raises LostOffset if records that an earlier stage sent on are gone, unread.

        Such a topic begins with the group. Others may be older than it.
        """
        topic, group = self._config.input_topic, self._config.group_id
        is_read = low == 0 or self._known.mark(number) is not None
        if is_read or topic not in self._config.internal_topics:
            return
        if self._config.start_from != "oldest":
            raise LostOffset(
                f"{topic}/{number} begins at offset {low}, and group {group} has read nothing of "
                "it: what an earlier stage sent on is gone (retention, or records deleted by "
                f"hand); {REBUILD}, or accept the loss: start once with "
                "`stream-edits run --from oldest`"
            )

    def _accepted(self, number: int) -> int:
        """The offset that another program committed, if the operator says so.

        Raises OffsetNotOurs.
        """
        if self._config.start_from == "committed":
            return self._foreign[number]
        mark = self._known.mark(number)
        read = "nothing" if mark is None else f"up to {mark.next_offset}"
        raise OffsetNotOurs(
            f"group {self._config.group_id} has read {read} of {self._config.input_topic}/{number},"
            f" but another program committed {self._foreign[number]}, or somebody set it by hand: "
            "give that program another group, then start once with `stream-edits run --from "
            "progress` to go on where the group had stopped, or --from committed to skip what is "
            "in between"
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
