"""The other processes of a stage, and what is left of one that is gone.

A process that dies leaves a transaction open. Until its time-out the brokers hide the offsets in it
from the next owner of its partitions, and its records and all later ones from the next stage. A
process that restarts ends it with `init_transactions`. For one that never returns, the others do:
each remembers the members of its group, and fences those that are gone after a rebalance.

Fencing the wrong process is safe, because a fence only aborts what is not committed. It also hits a
process that is starting and has not joined yet, or a member that was cut off: see
`transaction.Transactions.commit` for how these go on. No member that was assigned partitions later
is hit: an eager rebalance waits for all, and the process that fences has not joined again yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .. import log
from ..config import StageConfig
from ..errors import ClientError, EngineStopped
from ..ports import Clock, KafkaPort, Sink

# Short, because it blocks the loop.
_ASK_S = 2.0
# The pause after a failure, which may itself have blocked the loop for as long as a client waits.
_AGAIN_S, _AGAIN_AT_MOST_S = 5.0, 60.0


class Peers:
    """The members of the group at the last assignment, by their transactional ids.

    A member is known by its client.id, which is its transactional id unless the user sets another.
    """

    def __init__(
        self,
        config: StageConfig,
        port: KafkaPort,
        open_sink: Callable[[StageConfig], Sink],
        clock: Clock,
    ) -> None:
        """`open_sink` creates a producer."""
        self._config = config
        self._port = port
        self._open_sink = open_sink
        self._clock = clock
        self._seen: frozenset[str] = frozenset()
        # When to look again after a failure, and how long to wait after the next one.
        self._due: float | None = None
        self._again_s = _AGAIN_S
        self._not_fenced: set[str] = set()
        # Whether the ids of the members tell who they are, and whether some are no stages.
        self.are_known = True
        self.has_other_programs = False

    def look(self) -> None:
        """Fence the members that are gone since the last look. Never raises a ClientError.

        Only while the member's place in the newest generation is its own: in on_assign, or later
        and before the next one.
        """
        if self._look():
            self._due, self._again_s = None, _AGAIN_S
        else:
            # From now on: what failed may have taken longer than the pause.
            self._due = self._clock.monotonic() + self._again_s
            self._again_s = min(2 * self._again_s, _AGAIN_AT_MOST_S)

    def _look(self) -> bool:
        """Whether all is known and done. It ends at the first process that cannot be fenced now."""
        try:
            present = self._port.group_members(self._config, _ASK_S)
        except (ClientError, EngineStopped) as failure:
            log.warning("peers_unknown", stage=self._config.stage, error=_name_of(failure))
            return False
        own = self._config.transactional_id
        ids = frozenset(each for each in present if each == own or self._is_peer(each))
        # Without ours, the members have other ids, or we are none of them any more.
        self.are_known = own in present
        others = len(present) - len(ids) if self.are_known else 0
        self.has_other_programs = others > 0
        if not self.are_known:
            return True
        if others:
            # They take partitions, and may commit offsets of records that no stage has read.
            log.warning("strangers_in_group", stage=self._config.stage, count=others)
        # Those that could not be fenced come last, so that the others do not wait for them.
        gone = sorted(self._seen - ids, key=lambda each: (each in self._not_fenced, each))
        while gone and self._fence(gone[0]):
            self._not_fenced.discard(gone.pop(0))
        self._not_fenced.update(gone[:1])
        self._seen = ids.union(gone)
        return not gone

    def check(self) -> None:
        """Look again, if the last look has failed and it is time."""
        if self._due is not None and self._clock.monotonic() >= self._due:
            self.look()

    def _is_peer(self, name: str) -> bool:
        prefix, _, number = name.rpartition("-")
        return number.isdigit() and prefix == self._config.transactional_id.rpartition("-")[0]

    def _fence(self, transactional_id: str) -> bool:
        """End the open transaction of a process that is gone. False if the brokers are away."""
        number, sink = transactional_id.rpartition("-")[2], None
        try:
            sink = self._open_sink(replace(self._config, transactional_id=transactional_id))
            sink.init()
        except (ClientError, EngineStopped) as failure:
            log.warning(
                "peer_not_fenced",
                stage=self._config.stage,
                instance=number,
                error=_name_of(failure),
                reason=str(failure),
            )
            # Refused for good, for example without the right: its time-out then ends it.
            return isinstance(failure, EngineStopped)
        finally:
            if sink is not None:
                sink.close()
        log.info("peer_fenced", stage=self._config.stage, instance=number)
        return True


def _name_of(failure: Exception) -> str:
    return failure.code if isinstance(failure, ClientError) else type(failure).__name__
