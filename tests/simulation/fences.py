"""Patches that take one fence of the engine away each, for `controls`.

They patch the engine or, where the fence is an answer of the broker, the memory client.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping
from typing import Any

import pytest

from stream_edits.engine.batch import Batch
from stream_edits.engine.changelog import Restore, _Restoring
from stream_edits.engine.inbox import Inbox
from stream_edits.engine.known_topics import KnownTopics
from stream_edits.engine.partitions import Owned, Partitions
from stream_edits.engine.ports import Record
from stream_edits.engine.store import Overlay
from stream_edits.engine.taking_over import TakingOver
from stream_edits.engine.transaction import Transactions
from tests.memory_kafka.group import Group
from tests.memory_kafka.sink import MemorySink
from tests.memory_kafka.source import MemorySource
from tests.simulation import process

Patch = pytest.MonkeyPatch


def no_progress_record(patch: Patch) -> None:
    def write(self: Transactions, topic: str, batch: Batch, views: dict[int, Overlay]) -> None:
        for partition in batch.offsets:
            self._sink.produce_at(topic, partition, views[partition].batch.items())

    patch.setattr(Transactions, "_write_changelog", write)


def restore_to_the_visible_end(patch: Patch) -> None:
    def complete(self: Restore, number: int, state: _Restoring) -> bool:
        return state.end is not None

    patch.setattr(Restore, "_complete", complete)


def no_seek_after_an_abort(patch: Patch) -> None:
    patch.setattr(Inbox, "rewind", lambda self, offsets: None)


def no_rollback_of_a_batch(patch: Patch) -> None:
    patch.setattr(Overlay, "drop", Overlay.merge)


def no_rollback_of_an_event(patch: Patch) -> None:
    patch.setattr(Overlay, "drop_event", Overlay.keep_event)


def membership_never_renewed(patch: Patch) -> None:
    settle = Partitions.settle

    def once(self: Partitions) -> None:
        if self.membership is None:
            settle(self)

    patch.setattr(Partitions, "settle", once)


def membership_of_the_client(patch: Patch) -> None:
    """Commit in the generation that the client has joined, whatever its callback will say."""
    send_offsets = MemorySink.send_offsets

    def newest(
        self: MemorySink, topic: str, topic_id: str | None, offsets: Mapping[int, int], _: object
    ) -> None:
        (client,) = [each for each in self.broker.sources if each.config is self.config]
        send_offsets(self, topic, topic_id, offsets, client.group_metadata())

    patch.setattr(MemorySink, "send_offsets", newest)


def kept_state_unchecked(patch: Patch) -> None:
    def settle(self: Partitions) -> None:
        if self._seen is not None:
            self.membership, self._seen = self._seen, None

    patch.setattr(Partitions, "settle", settle)


def no_fence_by_generation(patch: Patch) -> None:
    def whoever(self: MemorySource) -> object:
        group = self.group
        return (group.members[0] if group.members else self.member, group.generation)

    patch.setattr(MemorySource, "group_metadata", whoever)


def random_transactional_id(patch: Patch) -> None:
    numbers = itertools.count()
    patch.setattr(process, "transactional_id", lambda ordinal: f"g-count-{ordinal}-{next(numbers)}")


def no_init(patch: Patch) -> None:
    def own(self: MemorySink) -> None:
        self._ready = True

    patch.setattr(MemorySink, "init", own)


def dead_letters_in_their_own_transaction(patch: Patch) -> None:
    send = Transactions.send

    def apart(self: Transactions, batch: Batch, *others: Any) -> None:
        letters = [o for o in batch.outputs if o.topic == self._config.dead_letter_topic]
        if letters:
            self._sink.begin()
            self._sink.produce(letters)
            self._sink.commit()
        batch.outputs = [o for o in batch.outputs if o not in letters]
        send(self, batch, *others)

    patch.setattr(Transactions, "send", apart)


def position_instead_of_last_processed(patch: Patch) -> None:
    send = Transactions.send

    def further(
        self: Transactions, batch: Batch, views: Any, membership: Any, known: KnownTopics
    ) -> None:
        broker = self._sink._client.broker  # type: ignore[attr-defined]
        (client,) = [each for each in broker.sources if each.config is self._config]
        batch.offsets = {n: client.positions.get(n, upto) for n, upto in batch.offsets.items()}
        send(self, batch, views, membership, known)

    patch.setattr(Transactions, "send", further)


def offsets_outside_the_transaction(patch: Patch) -> None:
    send = MemorySink.send_offsets

    def at_once(self: MemorySink, *arguments: Any) -> None:
        send(self, *arguments)
        assert self.txn is not None
        group = self.broker.group(self.config)
        group.committed.update(group.pending.pop(self.txn))
        self.txn.group, self.txn.offsets = None, {}

    patch.setattr(MemorySink, "send_offsets", at_once)


def lost_partitions_keep_their_state(patch: Patch) -> None:
    on_lost = Partitions.on_lost
    kept: dict[int, dict[int, Owned]] = {}

    def keep(self: Partitions, partitions: Collection[int]) -> None:
        kept[id(self._coming)] = dict(self.owned)
        on_lost(self, partitions)

    patch.setattr(Partitions, "on_lost", keep)
    _believe(patch, lambda coming, warm: kept.get(id(coming), {}))


def warm_state_unchecked(patch: Patch) -> None:
    _believe(patch, lambda coming, warm: warm)


def _believe(
    patch: Patch, kept: Callable[[TakingOver, Mapping[int, Owned]], Mapping[int, Owned]]
) -> None:
    """Treat these states as the newest, whatever was committed since."""
    ask = TakingOver._ask

    def asked(self: TakingOver, warm: Mapping[int, Owned], busy: bool) -> dict[int, Owned]:
        ready = ask(self, {}, busy)
        for number, owned in kept(self, warm).items():
            found = self._cold.pop(number, None)
            if found is not None:
                owned.committed, owned.start = found.committed, found.start
                ready[number] = owned
        return ready

    patch.setattr(TakingOver, "_ask", asked)


def records_of_before_a_rebalance(patch: Patch) -> None:
    """Process what was read before a partition was revoked once it is ours again."""
    poll = Inbox._poll

    def late(self: Inbox, timeout_s: float) -> list[Record]:
        held: list[Record] = getattr(self, "_late", [])
        gone: list[Record] = []
        consume = self._source.consume

        def consumed(limit: int, timeout_s: float) -> list[Record]:
            gone.extend(consume(limit, timeout_s))
            return list(gone)

        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(self._source, "consume", consumed)
            records = poll(self, timeout_s)
        owned = self._partitions.owned
        self._late = [r for r in [*held, *gone] if r.partition not in owned]  # type: ignore[attr-defined]
        return [r for r in held if r.partition in owned] + records

    patch.setattr(Inbox, "_poll", late)


def unstable_committed_offsets(patch: Patch) -> None:
    patch.setattr(Group, "unstable", lambda self, partitions: False)


def a_restore_that_goes_on_after_an_error(patch: Patch) -> None:
    start = Restore._start

    def once(self: Restore) -> None:
        if not getattr(self, "_begun_once", False):
            start(self)
            self._begun_once = True  # type: ignore[attr-defined]
        self._started = True

    patch.setattr(Restore, "_start", once)
