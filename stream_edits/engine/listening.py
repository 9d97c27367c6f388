"""What is called when partitions come and go, and when their state changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol


class AssignmentListener(Protocol):
    """Called by `Source.consume` and `Source.close`, in their thread, with partition numbers."""

    def on_assign(self, partitions: Collection[int]) -> None:
        """These partitions are ours as well, perhaps none. `Source.assign` begins to read them.

        Called at the end of each rebalance that revokes nothing.
        """

    def on_revoke(self, partitions: Collection[int]) -> None:
        """These partitions go to other members when this returns."""

    def on_lost(self, partitions: Collection[int]) -> None:
        """Other members own these partitions, which are all of ours: nothing may be committed."""


class StateWatch(Protocol):
    """Follows the committed state of the partitions that a runner owns, to measure it."""

    def opened(self, partition: int, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """The whole state of a partition that is owned from now on, restored."""

    def changing(
        self,
        partition: int,
        changes: Mapping[bytes, bytes | None],
        before: Callable[[bytes], bytes | None],
    ) -> None:
        """Changes that were committed, None for a deletion; `before` has the values until now."""

    def closed(self, partition: int) -> None:
        """The partition is no longer owned."""
