"""The invariants after every step: the committed outputs and every state are exactly the fold of
the input up to the committed offsets.
"""

from __future__ import annotations

from collections import defaultdict
from enum import Enum

from stream_edits.engine.dead_letters.headers import ERROR_MESSAGE, SOURCE_OFFSET, SOURCE_PARTITION
from stream_edits.engine.membership.partitions import Partitions
from stream_edits.engine.ports import Record
from tests.memory_kafka.broker import Broker
from tests.memory_kafka.log import Entry, Txn
from tests.simulation.ledger import AT, Sent, State, fold

GROUP, PROGRESS = "g", b"__progress__"


class Kind(Enum):
    """The kinds of violations."""

    SKIPPED = "an input offset was committed without what it leads to"
    DUPLICATED = "an input offset was decided more than once"
    DIFFERS = "a decision or dead letter is not the one that the input leads to"
    AHEAD = "something was committed without, or before, its input offset"
    WENT_BACK = "a committed offset went back"
    ORDER = "decisions of a partition are out of order"
    PROGRESS = "the progress record is not the committed offset of its transaction"
    CHANGELOG = "the changelog does not hold the state"
    MEMORY = "a runner's memory is not the state at its offset"
    TOPIC = "an input offset was committed for another topic than the state's"
    HANGING = "a transaction of a dead process outlived the start of its successor"
    REFUSED = "a runner found state and offset apart"
    STUCK = "something is left over although the faults have stopped"
    BUG = "an error that nobody injected"


class Violation(AssertionError):
    """An invariant does not hold."""

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(f"{kind.name}: {kind.value} ({detail})")
        self.kind = kind


class Invariants:
    """Folds the input independently of the engine, transaction by transaction."""

    def __init__(self, broker: Broker, partitions: int) -> None:
        self._broker = broker
        self._topic_id = broker.ids["in"]
        numbers = range(partitions)
        # These logs, also when their topics are created again.
        self._input = [broker.logs["in", number] for number in numbers]
        self._changelog = [broker.logs["log", number] for number in numbers]
        self._first = [log.first for log in self._input]
        # By partition and offset: the state before the event, and the records it leads to.
        self._states: list[list[State]] = [[{}] * (first + 1) for first in self._first]
        self._sent: list[list[list[Sent]]] = [[[]] * first for first in self._first]
        self._checked = len(broker.decided)
        # Committed offsets are gone: they have expired, or their topic was deleted.
        self.offsets_gone = False
        self.committed: dict[int, int] = {}
        self.events = 0
        self.dead_letters = 0

    def at(self, number: int) -> int:
        """The next offset to be decided of a partition."""
        return self.committed.get(number, self._first[number])

    def check(self) -> None:
        """Check the transactions decided since the last call. Raises Violation."""
        new = self._broker.decided[self._checked :]
        self._checked += len(new)
        for txn in new:
            if txn.state == "committed" and txn.transactional_id.startswith(GROUP):
                self._check_transaction(txn)
        group = self._broker.groups.get(GROUP)
        if group is None:
            return
        wanted, decided = self.committed, group.decided()
        if self.offsets_gone:
            wanted = {number: offset for number, offset in wanted.items() if number in decided}
        if decided != wanted:
            raise Violation(Kind.WENT_BACK, f"{decided}, not {wanted}")

    def check_changelog(self) -> None:
        """Check what a restore would read, including late markers."""
        for number in range(len(self._states)):
            kept: State = {}
            for entry in self._changelog[number].entries:
                if entry is not None and entry.committed:
                    key = entry.key or b""
                    if entry.value is None:
                        kept.pop(key, None)
                    else:
                        kept[key] = entry.value
            offset = self.at(number)
            progress = kept.pop(PROGRESS, b"%d" % self._first[number])
            if int(progress) != offset or kept != self._states[number][offset]:
                raise Violation(Kind.CHANGELOG, f"partition {number} at {offset}")

    def check_memory(self, partitions: Partitions) -> None:
        """Check the state of a restored runner between two batches."""
        for number, owned in partitions.owned.items():
            first = self._first[number]
            offset = first if owned.committed is None else owned.committed
            if offset > self.at(number):
                raise Violation(Kind.AHEAD, f"a runner is at {offset} of partition {number}")
            if owned.store.snapshot() != self._states[number][offset]:
                held = owned.store.snapshot()
                raise Violation(
                    Kind.MEMORY,
                    f"partition {number} at {offset}: {held}, not {self._states[number][offset]}",
                )
            if partitions.views[number].batch or partitions.views[number].event:
                raise Violation(Kind.MEMORY, f"partition {number} holds a batch")

    def _check_transaction(self, txn: Txn) -> None:
        found: dict[tuple[int, int], list[Sent]] = defaultdict(list)
        newest: dict[tuple[str, int, int], int] = {}
        for (topic, place), entry in txn.entries:
            if topic in ("log", "known"):
                continue
            sent = _as_sent(topic, entry)
            number, offset = _origin(sent)
            found[number, offset].append(sent)
            if newest.get((topic, place, number), -1) > offset:
                raise Violation(Kind.ORDER, f"partition {number}: {offset} late")
            newest[topic, place, number] = offset
        for number, offset in found:
            if offset < self.at(number):
                raise Violation(Kind.DUPLICATED, f"partition {number} offset {offset}")
            if offset >= txn.offsets.get(number, 0):
                raise Violation(Kind.AHEAD, f"partition {number} offset {offset}")
        for number, upto in txn.offsets.items():
            self._check_offsets(number, upto, found)
        if txn.offsets and txn.topic_id != self._topic_id:
            raise Violation(Kind.TOPIC, f"{txn.topic_id}, not {self._topic_id}")
        self._check_progress(txn)
        self.committed.update(txn.offsets)

    def _check_offsets(
        self, number: int, upto: int, found: dict[tuple[int, int], list[Sent]]
    ) -> None:
        begin = self.at(number)
        if upto < begin:
            raise Violation(Kind.WENT_BACK, f"partition {number} from {begin} to {upto}")
        self._fold(number, upto)
        for offset in range(begin, upto):
            wanted, got = self._sent[number][offset], found.get((number, offset), [])
            where = f"partition {number} offset {offset}: {got}, not {wanted}"
            if len(got) < len(wanted):
                raise Violation(Kind.SKIPPED, where)
            if len(got) > len(wanted):
                raise Violation(Kind.DUPLICATED, where)
            if sorted(got, key=str) != sorted(wanted, key=str):
                raise Violation(Kind.DIFFERS, where)
            self.dead_letters += sum(sent.topic == "dead" for sent in got)

    def _check_progress(self, txn: Txn) -> None:
        progress = [
            (place, int(entry.value or b"-1"))
            for (topic, place), entry in txn.entries
            if topic == "log" and entry.key == PROGRESS
        ]
        if sorted(progress) != sorted(txn.offsets.items()):
            raise Violation(Kind.PROGRESS, f"{progress}, not {txn.offsets}")

    def _fold(self, number: int, upto: int) -> None:
        """Continue the fold up to the offset `upto`."""
        log = self._input[number]
        if upto > log.stable_end:
            raise Violation(Kind.AHEAD, f"partition {number}: {upto} is not stable")
        states, sent = self._states[number], self._sent[number]
        for offset in range(len(sent), upto):
            entry = log.entries[offset]
            state, leads_to = states[-1], list[Sent]()
            if entry is not None and entry.committed:
                state, leads_to = fold(state, Record("in", number, offset, *entry[:4]))
                self.events += 1
            states.append(state)
            sent.append(leads_to)


def _as_sent(topic: str, entry: Entry) -> Sent:
    headers = [header for header in entry.headers if header[0] != ERROR_MESSAGE]
    return Sent(topic, entry.key, entry.value, headers)


def _origin(sent: Sent) -> tuple[int, int]:
    """The input partition and offset that led to a record."""
    headers = dict(sent.headers)
    if sent.topic == "out":
        number, _, offset = (headers[AT] or b"").partition(b"/")
    else:
        number = headers[SOURCE_PARTITION] or b""
        offset = headers[SOURCE_OFFSET] or b""
    return int(number), int(offset)
