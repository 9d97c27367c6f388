"""What a claim costs in function calls, and in lines of Python executed: the same on any machine,
however busy, so that a slow change is seen at once. Calls alone would not see the code generated
for Avro, which makes few. The limits lie three percent above what it costs today, because the order
in a set, which the hash seed changes, moves the figures a little; who makes a stage cheaper lowers
its limits. `make bench` measures time."""

import gc
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, NamedTuple

import pytest

from bench.contenders.stage import PassThrough
from bench.inputs import BY_MEMBER, BY_SUPERVISOR, EVENTS, records_of
from bench.processors import processor
from stream_edits.app.wiring import Stage
from stream_edits.engine.batches.batch import BatchBuilder
from stream_edits.engine.batches.circuit_breaker import CircuitBreaker
from stream_edits.engine.config import Breaker, StageConfig
from stream_edits.engine.ports import Output, Processor, Record, StateView
from stream_edits.engine.state.store import MemoryStore, UncommittedState

_CLAIMS = 300


class Cost(NamedTuple):
    """Calls, of Python functions and of built-in ones, and lines of Python executed."""

    calls: float
    lines: float


# Of a record, on claims of the bench's mix.
LIMITS: dict[str, tuple[str, Callable[[], Processor], Cost]] = {
    "engine": (EVENTS, lambda: PassThrough("out"), Cost(19, 34)),
    "intake": (EVENTS, lambda: processor(Stage.INTAKE), Cost(191, 1090)),
    "encounter": (BY_MEMBER, lambda: processor(Stage.ENCOUNTER), Cost(762, 2968)),
    "supervision": (BY_SUPERVISOR, lambda: processor(Stage.SUPERVISION), Cost(413, 1190)),
}


def cost_of_a_record(stage: Processor, kind: str) -> Cost:
    """What the engine takes to process one record, in the second batch of two."""
    records = [
        Record("claims.events", 0, offset, key, value, (), 0)
        for offset, (key, value) in enumerate(records_of(kind, 2 * _CLAIMS)[: 2 * _CLAIMS])
    ]
    config = StageConfig("stage", "group", "in", "dead", "id", changelog_topic="state")
    builder = BatchBuilder(config, stage, CircuitBreaker(Breaker()), lambda: 0.0)
    view = UncommittedState(MemoryStore())

    def process(batch: Sequence[Record]) -> None:
        built = builder.build(batch, {0: view})
        assert not built.reasons
        view.merge()

    process(records[:_CLAIMS])
    calls, lines = counted(lambda: process(records[_CLAIMS:]))
    return Cost(calls / _CLAIMS, lines / _CLAIMS)


def counted(work: Callable[[], None]) -> Cost:
    """The calls that `work` makes and the lines it executes."""
    calls = lines = 0

    def note_call(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    def note_line(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return note_line

    gc.disable()
    before = sys.getprofile(), sys.gettrace()
    sys.setprofile(note_call)
    sys.settrace(note_line)
    try:
        work()
    finally:
        sys.settrace(before[1])
        sys.setprofile(before[0])
        gc.enable()
    return Cost(calls, lines)


@pytest.mark.parametrize("stage", LIMITS)
def test_a_record_takes_no_more_than_it_did(stage: str) -> None:
    kind, make, limit = LIMITS[stage]
    cost = cost_of_a_record(make(), kind)
    print(f"{stage}: {cost.calls:.1f} calls and {cost.lines:.1f} lines a record")
    assert cost.calls <= limit.calls
    assert cost.lines <= limit.lines


def test_it_is_seen_when_a_stage_does_more() -> None:
    kind, make, limit = LIMITS["intake"]

    class Slower:
        """Intake that looks at every claim twice."""

        def __init__(self) -> None:
            self._stage = make()

        def process(self, record: Record, state: StateView) -> list[Output]:
            list(self._stage.process(record, state))
            return list(self._stage.process(record, state))

    cost = cost_of_a_record(Slower(), kind)
    assert cost.calls > limit.calls
    assert cost.lines > limit.lines
