"""When a member of the consumer group must join again by itself.

The client does so on its own, with two exceptions that were seen on a Kafka whose only broker lost
its controller for a moment. Both last until the next rebalance, perhaps for ever: a coordinator
that unloads the group during a rebalance leaves a member that waits without partitions, and a
partition that is added then is known to the client, but assigned to nobody.
"""

from __future__ import annotations

from . import log
from .config import StageConfig
from .known_topics import KnownTopics
from .partitions import Partitions
from .ports import Clock, Source

# Beyond two session timeouts, in which a rebalance ends unless a member is busy with a batch.
_BEYOND_S = 30.0


class Rejoining:
    """Joins the group again, once a minute after the input has grown, and when left out."""

    def __init__(
        self,
        config: StageConfig,
        source: Source,
        partitions: Partitions,
        known: KnownTopics,
        clock: Clock,
    ) -> None:
        self._stage = config.stage
        self._source = source
        self._partitions = partitions
        self._known = known
        self._clock = clock
        self._patience_s = 2 * config.session_timeout_ms / 1000 + _BEYOND_S
        self._waits_since = clock.monotonic()

    def check(self) -> None:
        """Join again if it is time. Raises an EngineStopped."""
        now = self._clock.monotonic()
        if self._partitions.assigned:
            self._waits_since = now
        if self._known.must_rejoin():
            self._join("the input has grown")
        elif now - self._waits_since > self._patience_s:
            self._join("no partitions were assigned")

    def _join(self, reason: str) -> None:
        log.warning("rejoins", stage=self._stage, reason=reason)
        self._waits_since = self._clock.monotonic()
        self._source.subscribe(self._partitions)
