"""Patches that take one fence of the engine away each, for `controls`.

They patch the engine or, where the fence is an answer of the broker, the memory client.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection
from typing import Any

import pytest

from stream_edits.engine.batches.batch import Batch
from stream_edits.engine.batches.inbox import Inbox
from stream_edits.engine.errors import ProducerFenced
from stream_edits.engine.membership.partitions import Owned, Partitions
from stream_edits.engine.membership.rejoining import Rejoining
from stream_edits.engine.ports import Sink, Source
from stream_edits.engine.state.changelog import Restore, _Restoring
from stream_edits.engine.state.store import UncommittedState
from stream_edits.engine.topics.known_topics import KnownTopics
from stream_edits.engine.transaction import TAKEN_FOR_DEAD, TransactionAborted, Transactions
from tests.memory_kafka.group import Group
from tests.memory_kafka.sink import MemorySink
from tests.memory_kafka.source import MemorySource
from tests.simulation import process

Patch = pytest.MonkeyPatch


def no_progress_record(patch: Patch) -> None:
    def write(
        self: Transactions, topic: str, batch: Batch, views: dict[int, UncommittedState]
    ) -> None:
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
    patch.setattr(UncommittedState, "drop", UncommittedState.merge)


def no_rollback_of_an_event(patch: Patch) -> None:
    patch.setattr(UncommittedState, "drop_event", UncommittedState.keep_event)


def stale_group_metadata(patch: Patch) -> None:
    first: dict[str, object] = {}

    def once(self: MemorySource) -> object:
        return first.setdefault(self.member.name, (self.member, self.member.generation))

    patch.setattr(MemorySource, "group_metadata", once)


def no_fence_by_generation(patch: Patch) -> None:
    def whoever(self: MemorySource) -> object:
        group = self.group
        return (group.members[0] if group.members else self.member, group.generation)

    patch.setattr(MemorySource, "group_metadata", whoever)


def no_new_client(patch: Patch) -> None:
    patch.setattr(Rejoining, "_join_as_new_member_or_give_up", lambda self: None)


def random_transactional_id(patch: Patch) -> None:
    numbers = itertools.count()
    patch.setattr(process, "transactional_id", lambda ordinal: f"g-count-{ordinal}-{next(numbers)}")


def no_init(patch: Patch) -> None:
    def own(self: MemorySink) -> None:
        self._ready = True

    patch.setattr(MemorySink, "init", own)


def a_fence_at_the_commit_believed(patch: Patch) -> None:
    commit = Transactions.commit

    def believe(self: Transactions, write: Callable[[Sink], None]) -> None:
        try:
            commit(self, write)
        except ProducerFenced:
            self.open = False
            raise TransactionAborted(TAKEN_FOR_DEAD) from None

    patch.setattr(Transactions, "commit", believe)


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
        self: Transactions, batch: Batch, views: Any, source: Source, known: KnownTopics
    ) -> None:
        client: MemorySource = source._client  # type: ignore[attr-defined]
        batch.offsets = {n: client.positions.get(n, upto) for n, upto in batch.offsets.items()}
        send(self, batch, views, source, known)

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
    on_assign = Partitions.on_assign
    kept: dict[int, dict[int, Owned]] = {}

    def keep(self: Partitions, partitions: Collection[int]) -> None:
        if self.restore is None:
            kept[id(self)] = dict(self.owned)
        self._tear_down()

    def trust(self: Partitions, partitions: Collection[int]) -> None:
        _believe(self, kept.pop(id(self), {}))
        on_assign(self, partitions)

    patch.setattr(Partitions, "on_lost", keep)
    patch.setattr(Partitions, "on_assign", trust)


def warm_state_unchecked(patch: Patch) -> None:
    on_assign = Partitions.on_assign

    def trust(self: Partitions, partitions: Collection[int]) -> None:
        _believe(self, dict(self._warm))
        on_assign(self, partitions)

    patch.setattr(Partitions, "on_assign", trust)


def _believe(partitions: Partitions, states: dict[int, Owned]) -> None:
    """Treat these states as the newest, whatever was committed since."""
    for number, owned in states.items():
        client: MemorySource = partitions._source._client  # type: ignore[attr-defined]
        owned.committed = client.group.committed.get(number)
        partitions._warm[number] = owned


def records_of_before_a_rebalance(patch: Patch) -> None:
    unmoved = property(lambda self: 0, lambda self, value: None)
    patch.setattr(Partitions, "changes", unmoved, raising=False)


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
