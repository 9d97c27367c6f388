"""The events of docs/walk.md, run through the processors of the stages, with every call noted."""

import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry

from stream_edits.app.decision_metrics import DecisionMetrics
from stream_edits.app.wiring import Stage, decision_builder, processors, stage_config
from stream_edits.codec import internal
from stream_edits.codec.claims import ClaimReader, claim_encoder
from stream_edits.codec.decisions import decode_decision
from stream_edits.codec.framing import schema_id
from stream_edits.codec.jsonl import event_from_json
from stream_edits.codec.reviews import decode_review, encode_review
from stream_edits.codec.schemas import (
    CLAIM_DECISION,
    CLAIM_EVENT,
    REVIEW_EVENT,
    PackagedSchemas,
    packaged,
    schema_of,
)
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.messages import Reopen, SupervisedClaim
from stream_edits.domain.review import ReviewEvent
from stream_edits.engine.ports import Record
from stream_edits.engine.state.store import MemoryStore
from stream_edits.metrics import Metrics
from stream_edits.settings import Settings
from tests.documents.citations import ROOT

CLAIMS = ROOT / "examples" / "walk.jsonl"
_CODE = ROOT / "stream_edits"
_SCHEMAS = PackagedSchemas()
_READER = ClaimReader(_SCHEMAS)
_WRAPPERS = (
    internal.MemberClaims,
    internal.SupervisedQuarters,
    internal.CarriedClaim,
    internal.StoredClaim,
    internal.StoredPage,
    internal.StoredReviewable,
)
# What the wrappers hold beside a type of ours.
_RAW = {"bytes", "int", "NoneType"}


class Call(NamedTuple):
    """A function of the package that ran, as "stages/encounter/member.py:MemberSession.gather", and
    the types that it returned, also within lists and dictionaries."""

    function: str
    gives: set[str]


class Step(NamedTuple):
    """One record processed by one stage; ``topics`` are its own and those of what the stage sends,
    ``calls`` are in order of each function's first call."""

    stage: str
    topics: set[str]
    takes: str
    sends: list[str]
    remembers: set[str]
    calls: list[Call]


class Calls:
    """Notes the calls of the package's functions while it is entered."""

    def __init__(self) -> None:
        self._gives: dict[str, set[str]] = {}

    def __enter__(self) -> "Calls":
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def __iter__(self) -> Iterator[Call]:
        return (Call(*each) for each in self._gives.items())

    def _note(self, frame: FrameType, event: str, returned: object) -> None:
        if event not in ("call", "return"):
            return
        file = Path(frame.f_code.co_filename)
        if not file.is_relative_to(_CODE):
            return
        name = f"{file.relative_to(_CODE)}:{frame.f_code.co_qualname}"
        gives = self._gives.setdefault(name, set())
        if event == "return":
            gives |= types_in(returned)


def types_in(value: object) -> set[str]:
    """The names of the types in a value: its own, or those of what a container holds."""
    if isinstance(value, Mapping):
        return types_in(list(value.values()))
    is_container = type(value) in (list, tuple, set, frozenset, *_WRAPPERS)
    if is_container and isinstance(value, Iterable):
        return {name for each in value for name in types_in(each)}
    return {type(value).__name__}


class Stages:
    """All stages with empty state, on topics of one partition."""

    def __init__(self) -> None:
        settings = Settings()
        builder = decision_builder(settings)
        metrics = DecisionMetrics(Metrics(CollectorRegistry()), builder.policies)
        self._processors = processors(settings, builder, metrics)
        self._inputs = {stage_config(settings, stage).input_topic: stage for stage in Stage}
        self._states = {stage: MemoryStore() for stage in Stage}
        self._offsets = dict.fromkeys(self._inputs, 0)

    def steps(self, topic: str, value: bytes) -> Iterator[Step]:
        """Process a record and all that comes of it, in order."""
        todo = deque([(topic, value)])
        while todo:
            topic, value = todo.popleft()
            stage = self._inputs.get(topic)
            if stage is None:
                continue  # a decision
            record = Record(topic, 0, self._offsets[topic], None, value, (), 0)
            self._offsets[topic] += 1
            state = self._states[stage]
            before = state.snapshot()
            with Calls() as calls:
                outputs = list(self._processors[stage].process(record, state))
            sent = [(output.topic, output.value or b"") for output in outputs]
            changed = [v for k, v in state.snapshot().items() if before.get(k) != v]
            yield Step(
                stage.value,
                {topic, *(name for name, _ in sent)},
                named(value),
                [named(value) for _, value in sent],
                {name for v in changed for name in types_in(_internal(v)) if name not in _RAW},
                list(calls),
            )
            todo += sent


def named(framed: bytes) -> str:
    """A record as the page names it: type and claim, and the revision and disposition if any."""
    record = packaged()[schema_id(framed)].record
    if record == CLAIM_EVENT:
        return f"{record} {_READER.decode(framed).claim_id}"
    if record == CLAIM_DECISION:
        decision = decode_decision(framed, _SCHEMAS)
        return f"{record} {decision.claim_id}.{decision.revision} {decision.disposition}"
    if record == REVIEW_EVENT:
        return f"{record} {decode_review(framed).claim_id}"
    message = _internal(framed)
    if isinstance(message, internal.CarriedClaim):
        return f"{record} {_READER.decode(message.raw).claim_id}"
    assert isinstance(message, SupervisedClaim | Reopen)
    claim = message.freed if isinstance(message, Reopen) else message
    return f"{record} {claim.draft.claim_id}.{claim.draft.revision}"


def _internal(framed: bytes) -> Any:
    return internal.read_internal(framed, packaged()[schema_id(framed)].record)


def run() -> list[Step]:
    """The steps that the page's claims and its review take, in order."""
    stages = Stages()
    return [
        step
        for line in CLAIMS.read_bytes().splitlines()
        for step in stages.steps(*_published(event_from_json(line)))
    ]


def _published(event: ClaimEvent | ReviewEvent) -> tuple[str, bytes]:
    """The topic and the value of an event."""
    topics = Settings().topics
    if isinstance(event, ReviewEvent):
        return topics.reviews, encode_review(event)
    return topics.events, claim_encoder(schema_of(CLAIM_EVENT).id)(event)
