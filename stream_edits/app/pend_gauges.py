"""The gauges of open pends, from the state that this process owns."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from threading import Lock
from typing import NamedTuple

from stream_edits.app.state_memory import OPEN_PEND
from stream_edits.codec.state import decode_open_pend
from stream_edits.domain.decision import WaitsFor
from stream_edits.domain.open_pend import DAYS_LEFT, OpenPend, class_of, days_left
from stream_edits.metrics import Metrics
from stream_edits.policies.policy import Policies

# The label of edits that are not loaded: those of an earlier policy, or of a process that has
# another one already.
OTHER = "other"


def _today() -> date:
    """Today in the time zone of this machine, as `stream-edits pends` has it."""
    return datetime.now().astimezone().date()


class _Counts(NamedTuple):
    by_move: Counter[tuple[str, str]]
    by_edit: Counter[str]


class PendGauges:
    """Counts the held claims of all partitions owned here, whichever stage notes them.

    The gauges are asked at the scrape, because the days left change without an event.
    """

    def __init__(
        self, metrics: Metrics, policies: Policies, today: Callable[[], date] = _today
    ) -> None:
        self._edits = {edit.id for policy in policies.all for edit in policy.edits}
        self._today = today
        self._held: dict[tuple[str, int], Counter[OpenPend]] = {}
        self._lock = Lock()
        # Counted once for all gauges of a scrape.
        self._counted: tuple[date, _Counts] | None = None
        for move in (WaitsFor.PROVIDER, WaitsFor.PAYER, WaitsFor.CLAIM):
            for left in DAYS_LEFT:
                gauge = metrics.open_pends.labels(move.value.lower(), left)
                gauge.set_function(partial(self._by_move, (move.value.lower(), left)))
        for edit_id in (*sorted(self._edits), OTHER):
            metrics.open_pends_by_edit.labels(edit_id).set_function(partial(self._by_edit, edit_id))

    def watch(self, stage: str) -> "PendWatch":
        """Follows the state of one stage."""
        return PendWatch(self, stage)

    def set(self, place: tuple[str, int], held: Counter[OpenPend] | None) -> None:
        """Take over what is held in a partition of a stage; None when it is no longer owned."""
        with self._lock:
            self._counted = None
            if held is None:
                self._held.pop(place, None)
            else:
                self._held[place] = held

    def move(self, place: tuple[str, int], gone: list[OpenPend], come: list[OpenPend]) -> None:
        """Change what is held in a partition."""
        with self._lock:
            self._counted = None
            held = self._held[place]
            held.update(come)
            held.subtract(gone)
            for each in gone:
                if not held[each]:
                    del held[each]

    def _by_move(self, labels: tuple[str, str]) -> int:
        return self._counts().by_move[labels]

    def _by_edit(self, edit_id: str) -> int:
        return self._counts().by_edit[edit_id]

    def _counts(self) -> _Counts:
        today = self._today()
        with self._lock:
            if self._counted is None or self._counted[0] != today:
                self._counted = today, self._count(today)
            return self._counted[1]

    def _count(self, today: date) -> _Counts:
        found = _Counts(Counter(), Counter())
        for held in self._held.values():
            for pend, count in held.items():
                left = class_of(days_left(pend.due_by, today))
                found.by_move[pend.waits_for.value.lower(), left] += count
                for edit_id in {each if each in self._edits else OTHER for each in pend.edits}:
                    found.by_edit[edit_id] += count
        return found


class PendWatch:
    """Follows the held claims in the committed state of one stage (engine.ports.StateWatch)."""

    def __init__(self, gauges: PendGauges, stage: str) -> None:
        self._gauges = gauges
        self._stage = stage

    def opened(self, partition: int, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Count all that is held in a partition that was restored."""
        noted = (value for key, value in entries if key.startswith(OPEN_PEND))
        self._gauges.set((self._stage, partition), Counter(map(decode_open_pend, noted)))

    def changing(
        self,
        partition: int,
        changes: Mapping[bytes, bytes | None],
        before: Callable[[bytes], bytes | None],
    ) -> None:
        """Count what a transaction changed."""
        come, gone = [], []
        for key, value in changes.items():
            if not key.startswith(OPEN_PEND):
                continue
            known = before(key)
            if known is not None:
                gone.append(decode_open_pend(known))
            if value is not None:
                come.append(decode_open_pend(value))
        if come or gone:
            self._gauges.move((self._stage, partition), gone, come)

    def closed(self, partition: int) -> None:
        """Count a partition no longer."""
        self._gauges.set((self._stage, partition), None)
