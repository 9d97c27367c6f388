"""When a member of the consumer group must join again by itself.

The client does so on its own, with two exceptions that were seen on a Kafka whose only broker lost
its controller for a moment. Both last until the next rebalance, perhaps for ever: a coordinator
that unloads the group during a rebalance leaves a member that waits without partitions, and a
partition that is added then is known to the client, but assigned to nobody.

A client may wait for an answer that was lost or that the coordinator forgot, and then sends
nothing, however often it subscribes. So the client of a member without partitions is replaced. If
even that does not help, the process ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from .. import log
from ..config import StageConfig
from ..errors import LeftOut, Retriable
from ..ports import Clock, Source
from ..topics.known_topics import KnownTopics
from .partitions import Partitions

# Beyond two session timeouts, in which a rebalance ends unless a member is busy with a batch.
_BEYOND_S = 30.0
# How often a member that is left out joins again, before it gives up.
_TRIES = 3


class Rejoining:
    """Joins the group again, once a minute after the input has grown, and when left out."""

    def __init__(
        self,
        config: StageConfig,
        source: Source,
        partitions: Partitions,
        known: KnownTopics,
        clock: Clock,
        left_out: Callable[[], None],
    ) -> None:
        """`left_out` is called when the group may have gone on without us."""
        self._stage = config.stage
        self._group_id = config.group_id
        self._source = source
        self._partitions = partitions
        self._known = known
        self._clock = clock
        self._left_out = left_out
        self._patience_s = 2 * config.session_timeout_ms / 1000 + _BEYOND_S
        # A rebalance may wait for a busy member until its poll interval is over.
        busy = math.ceil(config.max_poll_interval_ms / 1000 / self._patience_s)
        self._tries = max(_TRIES, busy)
        self._in_vain = 0
        self._waits_since = clock.monotonic()

    def check(self) -> None:
        """Join again if it is time. Raises LeftOut if it never helps, or another EngineStopped."""
        now = self._clock.monotonic()
        if self._partitions.assigned:
            self._waits_since = now
            self._in_vain = 0
        if self._known.must_rejoin():
            log.warning("rejoins", stage=self._stage, reason="the input has grown")
            self._waits_since = now
            self._source.subscribe(self._partitions)
        elif now - self._waits_since > self._patience_s:
            self._waits_since = now
            self._join_as_new_member_or_give_up()

    def _join_as_new_member_or_give_up(self) -> None:
        """Raises LeftOut at last. While the brokers are away, joining cannot help yet."""
        try:
            self._known.confirm()
            if self._in_vain == self._tries:
                raise LeftOut(
                    f"no partitions were assigned, although the process joined group "
                    f"{self._group_id} again {self._tries} times: a restart joins as a new member"
                )
            self._in_vain += 1
            log.warning(
                "joins_as_new_member", stage=self._stage, reason="no partitions were assigned"
            )
            self._left_out()
            self._source.join_as_new_member(self._partitions)
        except Retriable:
            self._in_vain = 0
