"""Mappings on disk act like dictionaries, and memory stays flat."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_edits.domain.decision import Source
from stream_edits.impact import spill
from stream_edits.impact.measure import Measurement
from stream_edits.impact.spill import Disk, Spilled
from stream_edits.stages.shared.retention import DEFAULT_RETENTION
from stream_edits.synthetic.generator import generate
from tests.impact.trials import builder, overlay, piece

keys = st.integers(0, 30)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("set"), keys, st.integers()),
        st.tuples(st.sampled_from(["get", "pop", "in"]), keys, st.none()),
    ),
    max_size=80,
)


@given(steps)
def test_a_spilled_mapping_is_a_mapping(done: list[tuple[str, int, int | None]]) -> None:
    disk = Disk()
    disk.room = 4
    spilled: Spilled[str, int | None] = Spilled(disk)
    plain: dict[str, int | None] = {}
    other: Spilled[str, int] = Spilled(disk)
    for what, number, value in done:
        key = f"k{number}"
        other[key] = -1
        if what == "set":
            spilled[key] = plain[key] = value
        elif what == "pop":
            assert spilled.pop(key, None) == plain.pop(key, None)
        elif what == "get":
            assert spilled.get(key, "none") == plain.get(key, "none")
        else:
            assert (key in spilled) == (key in plain)
    assert dict(spilled.saved()) == plain
    assert list(spilled) == sorted(plain)
    assert len(spilled) == len(plain)
    with pytest.raises(KeyError):
        spilled["absent"]
    with pytest.raises(KeyError):
        del spilled["absent"]


def peak(encounters: int, candidate: Path) -> int:
    """The most memory that Python used for the state of both sides, in bytes."""
    measurement = Measurement(builder(), builder(candidate), DEFAULT_RETENTION)
    tracemalloc.start()
    try:
        for number, each in enumerate(generate(3, encounters)):
            measurement.take(each, Source("file", 0, number))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_claims(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The generator itself keeps its people and their calendars, so they are taken off."""
    candidate = overlay(
        tmp_path,
        [piece("units-over-maximum", "maximum_units", {"96366": 1, "96375": 1}, '["96366"]')],
    )
    monkeypatch.setattr(spill, "IN_MEMORY", 100)
    few, many = (peak(n, candidate) - _generator(n) for n in (500, 2500))
    # Five times the claims.
    assert many < 2 * few
    monkeypatch.setattr(spill, "IN_MEMORY", 10**6)
    assert peak(2500, candidate) - _generator(2500) > 3 * many


def _generator(encounters: int) -> int:
    tracemalloc.start()
    try:
        for _ in generate(3, encounters):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
