"""Exactly once under every schedule tried; and each fence, taken away, turns the suite red."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from stream_edits.engine.changelog import Restore, _Restoring
from stream_edits.engine.partitions import Partitions
from stream_edits.engine.store import Overlay
from tests.engine.clients import FakeSource
from tests.engine.simulation import Simulation, Violation

SEEDS = 150


@pytest.mark.parametrize("seed", range(SEEDS))
def test_committed_equals_the_fold_of_the_input(seed: int) -> None:
    Simulation(seed).run()


def violated() -> bool:
    """Does any seed find the flaw?"""
    for seed in range(SEEDS * 3):
        try:
            Simulation(seed).run()
        except (Violation, AssertionError, KeyError):
            return True
    return False


def test_without_the_rewind_it_goes_red(monkeypatch: pytest.MonkeyPatch) -> None:
    def stay(self: FakeSource, offsets: Mapping[int, int]) -> None:
        self.broker.note("seek", dict(offsets))

    monkeypatch.setattr(FakeSource, "seek", stay)
    assert violated()


def test_without_the_rollback_of_state_it_goes_red(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Overlay, "drop", Overlay.merge)
    assert violated()


def test_without_the_generation_fence_it_goes_red(monkeypatch: pytest.MonkeyPatch) -> None:
    def fresh(self: FakeSource) -> object:
        group = self.broker.groups["g"]
        member = group.members[0] if group.members else self.member
        return (member, group.generation)

    monkeypatch.setattr(FakeSource, "group_metadata", fresh)
    assert violated()


def test_with_a_restore_that_stops_at_the_visible_end_it_goes_red(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def naive(self: Restore, number: int, state: _Restoring) -> bool:
        return state.end is not None

    monkeypatch.setattr(Restore, "_complete", naive)
    assert violated()


def test_with_warm_state_trusted_blindly_it_goes_red(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Partitions.on_assign

    def trusting(self: Partitions, partitions: list[int]) -> None:
        committed = self._source.committed(partitions, 1.0) if partitions else {}
        for number, offset in committed.items():
            if number in self._warm:
                self._warm[number].committed = offset
        before(self, partitions)

    monkeypatch.setattr(Partitions, "on_assign", trusting)
    monkeypatch.setattr(Partitions, "on_lost", Partitions.on_revoke)
    assert violated()


def test_with_stale_records_of_a_rebalance_processed_it_goes_red(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unmoved = property(lambda self: 0, lambda self, value: None)
    monkeypatch.setattr(Partitions, "changes", unmoved, raising=False)
    before = FakeSource.__init__

    def stale(self: FakeSource, *args: object) -> None:
        before(self, *args)  # type: ignore[arg-type]
        self.stale_on_rebalance = True

    monkeypatch.setattr(FakeSource, "__init__", stale)
    assert violated()
