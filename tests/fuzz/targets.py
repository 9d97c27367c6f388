"""What is fuzzed: each target takes any bytes and returns the outcome, or raises Defect."""

import copy
import io
import json
import tempfile
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from stream_edits.app.wiring import Stage, decision_builder
from stream_edits.codec import framing, state
from stream_edits.codec.claims import ClaimReader, claim_encoder
from stream_edits.codec.decisions import decision_to_json
from stream_edits.codec.errors import Undecodable, UnknownSchema
from stream_edits.codec.jsonl import BadLine, claim_to_json, read_events_jsonl
from stream_edits.codec.reviews import encode_review
from stream_edits.codec.schemas import schema_of
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Source
from stream_edits.domain.review import ReviewEvent
from stream_edits.handbook.changes import check_as_text
from stream_edits.handbook.overlay_check import check_of
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading import catalog
from stream_edits.policies.loading.overlay import lay_over, plan_terms
from stream_edits.policies.policy import Policies, Policy
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.prompt_pay import PromptPay
from stream_edits.settings import Settings
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.retention import DEFAULT_RETENTION
from tests.codec.derived_schemas import WRITERS
from tests.fuzz.judging import Defect, one_line, refused
from tests.fuzz.stages import Stages
from tests.fuzz.writers import OLD_AND_NEW
from tests.jsonl import review_to_json

Target = Callable[[bytes], str]
MARK = "CANARY"
_BOM = b"\xef\xbb\xbf"


def frame(data: bytes) -> str:
    """Any bytes as the value of a record of claims.events, through the framing and all stages."""
    try:
        number = framing.schema_id(data)
    except Undecodable as error:
        refused(error.error_class, error.message)
    else:
        if framing.frame_head(number) != data[: framing.BODY_START]:
            raise Defect("the frame is not what it was")
    return _stages().take(Stage.INTAKE, data)


def avro(data: bytes) -> str:
    """A body under the schema that its first byte chooses: a claim's, another writer's, or ours."""
    if not data:
        return _stages().take(Stage.INTAKE, None)
    readers = _readers()
    return readers[data[0] % len(readers)](data[1:])


def json_lines(data: bytes) -> str:
    """A file: every line is a claim, decided, a review, which comes back, or one bad line."""
    lines = io.BytesIO(data).readlines()
    wanted = [n for n, line in enumerate(lines, 1) if _text_of(n, line)]
    outcome, found = "decoded", []
    for number, read in read_events_jsonl(lines):
        found.append(number)
        if isinstance(read, BadLine):
            outcome = refused(read.error_class, read.message)
        elif isinstance(read, ReviewEvent):
            _as_written(read, review_to_json(read))
        else:
            _decide(read)
    if found != wanted:
        raise Defect("a line was lost, or came twice")
    return outcome


def policy(data: bytes) -> str:
    """An overlay of the policy, as `policy check` reads it."""
    file = _overlay_file()
    file.write_bytes(data)
    try:
        changes = check_as_text(check_of(_shipped(), _under(file), file, date.today()))
    except PolicyError as error:
        one_line(str(error), [MARK])
        return "PolicyError"
    if not changes.endswith("\n"):
        raise Defect("the report on a valid overlay is empty")
    return "decoded"


TARGETS: dict[str, Target] = {
    "frame": frame,
    "avro": avro,
    "json": json_lines,
    "policy": policy,
}


class _Schemas:
    """A registry in memory: our schemas as 5 and 3, those of other writers of claims from 11 on."""

    def __init__(self) -> None:
        self._texts = {5: schema_of("ClaimEvent").text}
        others = [*OLD_AND_NEW.values(), *(writer.schema() for writer in WRITERS)]
        for number, schema in enumerate(others, start=11):
            self._texts[number] = json.dumps(schema)
        self.numbers = tuple(self._texts)
        self._texts[3] = schema_of("ReviewEvent").text

    def schema_text(self, schema_id: int) -> str:
        if schema_id not in self._texts:
            raise UnknownSchema("no schema has this id")
        return self._texts[schema_id]


_SCHEMAS = _Schemas()
_ENCODE = claim_encoder(5)
_STATE: tuple[tuple[int, Callable[[bytes], Any]], ...] = (
    (113, state.decode_claim_record),
    (114, state.decode_list_part),
    (127, state.decode_page),
    (128, state.decode_supervisor_record),
    (109, state.decode_quarters),
)
_BETWEEN = ((101, Stage.ENCOUNTER), (116, Stage.ENCOUNTER), (115, Stage.SUPERVISION))


@cache
def _readers() -> tuple[Target, ...]:
    return (
        *(lambda body, n=n: _claim(n, body) for n in _SCHEMAS.numbers),
        *(lambda body, n=n, s=s: _stages().take(s, _framed(n, body)) for n, s in _BETWEEN),
        *(lambda body, n=n, d=d: _remembered(d, _framed(n, body)) for n, d in _STATE),
        lambda body: _stages().take(Stage.REVIEW, _framed(3, body)),
    )


def _framed(number: int, body: bytes) -> bytes:
    return framing.frame_head(number) + body


def _claim(number: int, body: bytes) -> str:
    framed = _framed(number, body)
    outcome = _stages().take(Stage.INTAKE, framed)
    if outcome == "decoded":
        reader = _reader()
        claim = reader.decode(framed)
        if not _alike(reader.decode(_ENCODE(claim)), claim):
            raise Defect("a claim does not come back as it was written")
    return outcome


def _remembered(decode: Callable[[bytes], Any], framed: bytes) -> str:
    try:
        decode(framed)
    except Undecodable as error:
        return refused(error.error_class, error.message)
    return "decoded"


def _decide(claim: ClaimEvent) -> None:
    _as_written(claim, claim_to_json(claim))
    decisions = list(Pipeline(_builder(), DEFAULT_RETENTION).decide(claim, Source("file", 0, 1)))
    if not decisions:
        raise Defect("a claim is not decided")
    for decision in decisions:
        json.loads(decision_to_json(decision))


def _as_written(event: ClaimEvent | ReviewEvent, text: str) -> None:
    """Raise Defect unless the event comes back from its JSON."""
    (again,) = (read for _, read in read_events_jsonl([text.encode()]))
    if isinstance(again, BadLine) or not _alike(again, event):
        raise Defect("a claim or review in JSON does not come back as it was written")


def _alike(one: ClaimEvent | ReviewEvent, other: ClaimEvent | ReviewEvent) -> bool:
    """Compare the bytes: NaN units are not equal to themselves."""
    if isinstance(one, ReviewEvent) or isinstance(other, ReviewEvent):
        both = isinstance(one, ReviewEvent) and isinstance(other, ReviewEvent)
        return both and encode_review(one) == encode_review(other)
    return _ENCODE(one) == _ENCODE(other)


def _text_of(number: int, line: bytes) -> bytes:
    return (line.removeprefix(_BOM) if number == 1 else line).strip()


def _copied(values: EditValues) -> EditValues:
    made = copy.copy(values)
    made.dated = {name: dict(by_date) for name, by_date in values.dated.items()}
    return made


@cache
def _stages() -> Stages:
    return Stages(_SCHEMAS)


@cache
def _reader() -> ClaimReader:
    return ClaimReader(_SCHEMAS)


@cache
def _builder() -> Any:
    return decision_builder(Settings())


@cache
def _shipped() -> Policies:
    return catalog.load_policies()


def _under(overlay: Path) -> Policies:
    """The shipped policies under an overlay, without reading their own files again."""
    (shipped,) = _shipped().all
    values = [_copied(each) for each in shipped.values.values()]
    overlay_hash = lay_over(values, overlay)
    written = shipped.prompt_pay.written
    assert written is not None
    own = plan_terms(overlay, {shipped.id: written})[shipped.id]
    terms = PromptPay(own.terms(), own)
    return Policies([Policy(shipped.about, shipped.edits, values, overlay_hash, terms)])


@cache
def _overlay_file() -> Path:
    return Path(tempfile.mkdtemp(prefix="stream-edits-fuzz-")) / "overlay.yaml"
