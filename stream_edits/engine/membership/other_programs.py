"""Another program in the group of a stage, noticed by what it commits.

`peers` knows the members by their client.id. Where the user has set another one, only the offsets
tell: a stage commits the id of the topic with each.
"""

from __future__ import annotations

from contextlib import suppress

from ..config import StageConfig
from ..errors import OffsetNotOurs, Retriable
from ..ports import Clock, Source
from ..topics.known_topics import KnownTopics
from .partitions import Partitions
from .peers import Peers

_LOOK_EVERY_S = 30.0
# Short, because it blocks the loop, also while other members have open transactions.
_ASK_S = 1.0


class OtherPrograms:
    """Looks at the offsets of the partitions that other members own.

    Of a stage without a changelog only: one with a changelog compares each offset with its state,
    and an offset of its own may have been set by hand as its message says.
    """

    def __init__(
        self,
        config: StageConfig,
        source: Source,
        known: KnownTopics,
        partitions: Partitions,
        peers: Peers,
        clock: Clock,
    ) -> None:
        self._config = config
        self._source = source
        self._known = known
        self._partitions = partitions
        self._peers = peers
        self._clock = clock
        self._due = clock.monotonic() + _LOOK_EVERY_S

    def check(self) -> None:
        """Look, every half minute. Raises OffsetNotOurs, TopicReplaced."""
        if self._clock.monotonic() < self._due:
            return
        self._due = self._clock.monotonic() + _LOOK_EVERY_S
        is_told = self._peers.are_known or self._known.input_id is None
        if is_told or self._config.changelog_topic is not None or not self._partitions.assigned:
            return
        with suppress(Retriable):
            self._look()

    def _look(self) -> None:
        others = self._known.partitions - self._partitions.owned.keys()
        found = self._source.committed(others, _ASK_S) if others else {}
        foreign = {n: each.offset for n, each in found.items() if each and each.topic_id is None}
        if foreign:
            self._known.read_marks()
        for number, offset in foreign.items():
            mark = self._known.mark(number)
            if mark is None or mark.next_offset != offset:
                raise OffsetNotOurs(
                    f"another program has joined group {self._config.group_id} and committed "
                    f"{offset} of {self._config.input_topic}/{number}: give that program another "
                    "group; the stage that gets the partition says how to go on"
                )
