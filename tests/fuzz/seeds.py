"""What the fuzzer starts from: the project's own examples, goldens and demo, with marked values."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any

from stream_edits.codec import messages, state
from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.framing import BODY_START
from stream_edits.codec.jsonl import claim_to_json, read_events_jsonl
from stream_edits.codec.reviews import encode_review
from stream_edits.codec.schemas import schema_folder
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Source
from stream_edits.domain.digests import content_digest
from stream_edits.domain.messages import RoutedClaim
from stream_edits.policies.loading.catalog import shipped_folder
from stream_edits.strict_yaml import YamlSource
from stream_edits.synthetic.generator import generate
from tests.codec.a_review import REVIEW
from tests.codec.derived_schemas import WRITERS
from tests.codec.examples import CLAIM
from tests.codec.internals import EXAMPLES
from tests.codec.oracle import write_with
from tests.fuzz.targets import MARK
from tests.fuzz.writers import OLD_AND_NEW
from tests.jsonl import review_to_json

_EXAMPLES = schema_folder().parent / "examples"
_ENCODE = claim_encoder(5)
_LARGEST_OVERLAY = 1500


def claims() -> list[ClaimEvent]:
    """The claim with every field, the examples, and some of the demo's."""
    with (_EXAMPLES / "claims.jsonl").open("rb") as file:
        shown = [read for _, read in read_events_jsonl(file) if isinstance(read, ClaimEvent)]
    made = [CLAIM, *shown, *islice(generate(7, 40), 20)]
    return [replace(c, member_id=f"{MARK}-{n}") for n, c in enumerate(made)]


def _frames() -> Iterator[bytes]:
    yield from map(_ENCODE, claims())
    yield from (file.read_bytes() for file in schema_folder().glob("published/*/*.bin"))
    yield from (b"", b"\x00", b"\x00\x00\x00\x00\x01", b'{"claim_id": "x"}')


def _bodies() -> Iterator[bytes]:
    """Each behind the byte that chooses its reader, in the order of the target's readers."""
    numbers = 1 + len(OLD_AND_NEW) + len(WRITERS)
    for claim in claims():
        yield bytes([0]) + _ENCODE(claim)[BODY_START:]
    for number, schema in enumerate(OLD_AND_NEW.values(), start=1):
        value: dict[str, Any] = asdict(CLAIM) | {"more": 1.5}
        value["lines"] = [line | {"units": 2, "extra": b"abc"} for line in value["lines"]]
        yield bytes([number]) + write_with(schema, value)
    for number, writer in enumerate(WRITERS, start=1 + len(OLD_AND_NEW)):
        yield bytes([number]) + write_with(writer.schema(), writer.value(claims()[0]))
    for claim in claims()[:5]:
        routed = messages.encode_routed(
            RoutedClaim(claim, Source("t", 0, 1), content_digest(claim)), _ENCODE(claim)
        )
        yield bytes([numbers]) + routed[BODY_START:]
    order: list[tuple[Callable[[Any], bytes], str]] = [
        (lambda reopen: messages.encode_reopen(reopen[0]), "Reopen"),
        (messages.encode_supervised, "SupervisedClaim"),
        (lambda stored: state.encode_claim_record(*stored), "ClaimRecord"),
        (state.encode_page, "SupervisedDay"),
        (state.encode_supervisor_record, "SupervisedVisit"),
        (state.encode_list_part, "MemberClaims"),
        (state.encode_quarters, "SupervisedQuarters"),
    ]
    for number, (encode, record) in enumerate(order, start=numbers + 1):
        yield bytes([number]) + encode(EXAMPLES[record])[BODY_START:]
    yield bytes([numbers + 1 + len(order)]) + encode_review(REVIEW)[BODY_START:]


def _lines() -> Iterator[bytes]:
    made = [claim_to_json(claim).encode() for claim in claims()]
    yield from made
    yield b"\n".join([made[0], review_to_json(REVIEW).encode()])
    yield b"\xef\xbb\xbf" + b"\n".join(made[:2]) + b"\r\n\n{}\n"
    yield from (b"[" * 500, b'{"a": ' * 300, b'{"n": ' + b"9" * 400 + b"}", b'{"a":1,"a":2}')
    yield from (b"\xff\xfe{\x00}\x00", b'{"claim_id": "\\ud800"}', b'{"lines": [1e999, -0.0, NaN]}')


def _overlays() -> Iterator[bytes]:
    yield (_EXAMPLES / "overlay.yaml").read_bytes()
    for file in sorted(shipped_folder("6.21-P").path.glob("*/policy.yaml")):
        text = _as_overlay(file)
        if len(text) <= _LARGEST_OVERLAY:
            yield text.encode()
    yield b"edits: {a: &a [x, x], b: &b [*a, *a], c: [*b, *b]}\n"
    yield b"edits: {<<: {units-over-maximum: {}}}\n"
    yield b"edits:\n  units-over-maximum: &x\n    maximum_units: *x\n"


def _as_overlay(file: Path) -> str:
    """The shipped values of an edit, as a plan would write them over themselves."""
    edit = YamlSource(file).root["id"]
    values = file.read_text("utf-8").partition("\nvalues:\n")[2]
    indented = "".join(f"  {line}\n" if line else "\n" for line in values.splitlines())
    return f"edits:\n  {edit}:\n{indented}"


SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "frame": _frames,
    "avro": _bodies,
    "json": _lines,
    "policy": _overlays,
}
