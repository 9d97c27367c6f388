"""What a claim costs in function calls: the same on any machine, however busy, so that a slow
change is seen at once. The limits lie a few percent above what it costs today; who makes a stage
cheaper lowers its limit. `make bench` measures time."""

import gc
import sys
from collections.abc import Callable, Sequence
from types import FrameType

import pytest

from bench.contenders.stage import PassThrough
from bench.inputs import BY_MEMBER, BY_SUPERVISOR, EVENTS, records_of
from bench.processors import processor
from stream_edits.app.wiring import Stage
from stream_edits.engine.batch import Stepper
from stream_edits.engine.config import Breaker, StageConfig
from stream_edits.engine.dead_letter import CircuitBreaker
from stream_edits.engine.ports import Output, Processor, Record, StateView
from stream_edits.engine.store import MemoryStore, Overlay

_CLAIMS = 300

# Calls a record, of Python functions and of built-in ones, on claims of the bench's mix.
LIMITS: dict[str, tuple[str, Callable[[], Processor], float]] = {
    "engine": (EVENTS, lambda: PassThrough("out"), 19),
    "intake": (EVENTS, lambda: processor(Stage.INTAKE), 282),
    "encounter": (BY_MEMBER, lambda: processor(Stage.ENCOUNTER), 1120),
    "supervision": (BY_SUPERVISOR, lambda: processor(Stage.SUPERVISION), 545),
}


def calls_a_record(stage: Processor, kind: str) -> float:
    """The calls that the engine's stepping of one record takes, in the second batch of two."""
    records = [
        Record("claims.events", 0, offset, key, value, (), 0)
        for offset, (key, value) in enumerate(records_of(kind, 2 * _CLAIMS)[: 2 * _CLAIMS])
    ]
    config = StageConfig("stage", "group", "in", "dead", "id", changelog_topic="state")
    stepper = Stepper(config, stage, CircuitBreaker(Breaker()), lambda: 0.0)
    view = Overlay(MemoryStore())

    def step(batch: Sequence[Record]) -> None:
        stepped = stepper.step(batch, {0: view})
        assert not stepped.reasons
        view.merge()

    step(records[:_CLAIMS])
    return counted(lambda: step(records[_CLAIMS:])) / _CLAIMS


def counted(work: Callable[[], None]) -> int:
    """The number of calls that `work` makes, of Python functions and of built-in ones."""
    calls = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    gc.disable()
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
        gc.enable()
    return calls


@pytest.mark.parametrize("stage", LIMITS)
def test_a_record_takes_no_more_calls_than_it_did(stage: str) -> None:
    kind, make, limit = LIMITS[stage]
    calls = calls_a_record(make(), kind)
    print(f"{stage}: {calls:.1f} calls a record, at most {limit:.0f}")
    assert calls <= limit


def test_it_is_seen_when_a_stage_does_more() -> None:
    kind, make, limit = LIMITS["intake"]

    class Slower:
        """Intake that looks at every claim twice."""

        def __init__(self) -> None:
            self._stage = make()

        def process(self, record: Record, state: StateView) -> list[Output]:
            list(self._stage.process(record, state))
            return list(self._stage.process(record, state))

    assert calls_a_record(Slower(), kind) > limit
