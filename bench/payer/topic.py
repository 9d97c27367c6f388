"""A topic as a read-committed reader sees it."""

from collections.abc import Callable, Iterable, Sequence

from bench.payer.claim import Claim

Listener = Callable[[int, Sequence[Claim]], None]


class Topic:
    """Records by partition, in order. What follows an open transaction is not visible until that
    transaction has ended."""

    def __init__(self, partitions: int, listener: Listener | None = None) -> None:
        """`listener` is told of each partition and what became visible on it."""
        self.logs: list[list[Claim]] = [[] for _ in range(partitions)]
        self.listener = listener
        self._behind: dict[int, list[Claim]] = {}

    def append(self, partition: int, claims: Sequence[Claim]) -> None:
        """Write what one committed transaction has for a partition."""
        if partition in self._behind:
            self._behind[partition].extend(claims)
            return
        self.logs[partition].extend(claims)
        if self.listener is not None:
            self.listener(partition, claims)

    def hide(self, partitions: Iterable[int]) -> None:
        """A transaction lies open on these partitions."""
        for partition in partitions:
            self._behind.setdefault(partition, [])

    def show(self, partitions: Iterable[int]) -> None:
        """That transaction was aborted: what came after it is visible."""
        for partition in partitions:
            self.append(partition, self._behind.pop(partition, []))
