"""Measures what one set of policies does to claims in place of another, in one pass over them."""

from collections.abc import Collection

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Source
from stream_edits.impact.attribution import Attribution, Changed
from stream_edits.impact.comparison import Comparison, Event, RefusedEvent, Sides
from stream_edits.impact.spill import Disk
from stream_edits.impact.spool import Spool
from stream_edits.impact.tally import Impact
from stream_edits.policies.comparing.changes import changes_between
from stream_edits.policies.comparing.reverting import without
from stream_edits.policies.policy import Policies
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.retention import Retention

_AT_ONCE = 2000


class Measurement:
    """Takes claims and reviews in the order of their arrival, and reports at the end."""

    def __init__(
        self, baseline: DecisionBuilder, candidate: DecisionBuilder, retention: Retention
    ) -> None:
        self._sides = Sides((baseline, candidate), retention)
        self._changed = _changed(baseline.policies, candidate.policies)
        self._disk = Disk()
        self._comparison = Comparison(self._sides, self._disk)
        self._spool = Spool(self._disk) if len(self._changed.changes) > 1 else None
        self._claims = _Distinct(self._disk)
        self._refused = 0

    def take(self, event: Event, source: Source) -> RefusedEvent | None:
        """Decide a claim, or apply a review, under both. Returns why neither could."""
        refused, is_kept = self._comparison.take(event, source)
        if refused is not None:
            self._refused += 1
            return refused
        if isinstance(event, ClaimEvent):
            self._claims.add(event.claim_id)
        if is_kept and self._spool is not None:
            self._spool.add(event, source)
        return None

    def report(self) -> Impact:
        """The impact on all that was taken."""
        spool = self._spool or Spool(self._disk)
        attribution = Attribution(self._sides, self._changed, spool, self._comparison)
        attribution.find()
        impact = Impact(
            claims=self._claims.count(),
            changes=tuple(change.label for change in self._changed.changes),
            refused=self._refused,
            taken_by_some=self._comparison.taken_by_some,
        )
        for claim_id, judged in self._comparison.differing():
            impact.add(claim_id, judged, attribution.of(claim_id))
        return impact


def _changed(baseline: Policies, candidate: Policies) -> Changed:
    changes = changes_between(baseline, candidate)

    def reverted(numbers: Collection[int]) -> Policies:
        if len(numbers) == len(changes):
            return baseline
        return without(baseline, candidate, [changes[number] for number in numbers])

    return Changed(changes, reverted)


class _Distinct:
    """Counts different texts, without keeping them in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._table = disk.table("text TEXT PRIMARY KEY")
        self._new: set[str] = set()

    def add(self, text: str) -> None:
        """Count a text, if it is new."""
        self._new.add(text)
        if len(self._new) >= _AT_ONCE:
            self._write()

    def count(self) -> int:
        """How many were added."""
        self._write()
        (count,) = next(self._disk.run(f"SELECT count(*) FROM {self._table}"))
        return int(count)

    def _write(self) -> None:
        rows = ((text,) for text in sorted(self._new))
        self._disk.run_many(f"INSERT OR IGNORE INTO {self._table} VALUES (?)", rows)
        self._new.clear()
