"""The input of each kind of contender: claims of the mix, or the messages of a stage for them."""

from collections.abc import Iterable
from functools import cache

from bench import mix
from bench.mix import Keyed
from bench.processors import processor
from stream_edits.app.wiring import Stage
from stream_edits.engine.ports import Output, Processor, Record
from stream_edits.engine.state.store import MemoryStore
from stream_edits.settings import Topics

EVENTS, GOVERNED, WAITING = "events", "governed", "waiting"
BY_MEMBER, BY_SUPERVISOR = "by-member", "by-supervisor"
_TOPICS = Topics()


@cache
def records_of(kind: str, count: int) -> list[Keyed]:
    """At least ``count`` records of one kind (fewer for BY_SUPERVISOR), always the same."""
    if kind == EVENTS:
        return mix.realistic(count)
    if kind == GOVERNED:
        return mix.governed(count)
    if kind == WAITING:
        return mix.waiting(count)
    if kind == BY_MEMBER:
        routed = _through(processor(Stage.INTAKE), records_of(GOVERNED, count))
        return _on(_TOPICS.by_member, routed)
    # Less than two thirds of the governed claims have documented time.
    decided = _through(processor(Stage.ENCOUNTER), records_of(BY_MEMBER, 2 * count))
    return _on(_TOPICS.by_supervisor, decided)[:count]


def state_of_waiting(count: int) -> dict[bytes, bytes]:
    """The encounter stage's state of ``count`` claims that stay open."""
    store = MemoryStore()
    routed = _on(_TOPICS.by_member, _through(processor(Stage.INTAKE), records_of(WAITING, count)))
    _through(processor(Stage.ENCOUNTER), routed, store)
    return store.snapshot()


def _through(
    stage: Processor, records: Iterable[Keyed], store: MemoryStore | None = None
) -> list[Output]:
    store = MemoryStore() if store is None else store
    return [
        output
        for offset, (key, value) in enumerate(records)
        for output in stage.process(Record("", 0, offset, key, value, (), 0), store)
    ]


def _on(topic: str, outputs: Iterable[Output]) -> list[Keyed]:
    return [Keyed(o.key or b"", o.value or b"") for o in outputs if o.topic == topic]
