"""A topic as a read_committed consumer sees it."""

from collections.abc import Callable, Iterable, Sequence

from bench.payer.claim import Claim

Listener = Callable[[int, Sequence[Claim]], None]


class Topic:
    """The records of each partition, in order. Records after an open transaction are not visible
    until that transaction has ended."""

    def __init__(self, partitions: int, listener: Listener | None = None) -> None:
        """`listener` is called with a partition and the claims that have become visible on it."""
        self.logs: list[list[Claim]] = [[] for _ in range(partitions)]
        self.listener = listener
        self._behind: dict[int, list[Claim]] = {}

    def append(self, partition: int, claims: Sequence[Claim]) -> None:
        """Append the claims of a committed transaction to a partition."""
        if partition in self._behind:
            self._behind[partition].extend(claims)
            return
        self.logs[partition].extend(claims)
        if self.listener is not None:
            self.listener(partition, claims)

    def hide(self, partitions: Iterable[int]) -> None:
        """Hide later records of these partitions behind an open transaction."""
        for partition in partitions:
            self._behind.setdefault(partition, [])

    def show(self, partitions: Iterable[int]) -> None:
        """Show the hidden records after the transaction was aborted."""
        for partition in partitions:
            self.append(partition, self._behind.pop(partition, []))
