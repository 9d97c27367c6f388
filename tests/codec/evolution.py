"""Other versions of the writer's schema, for tests of resolution."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from stream_edits.codec.claims import ClaimReader
from stream_edits.codec.errors import UnknownSchema
from stream_edits.codec.framing import frame_head
from stream_edits.codec.schemas import schema_of
from stream_edits.domain.decision import Draft, EditFinding, LineOutcome, parted
from stream_edits.domain.member_state import ClaimRecord, LineRecord
from stream_edits.domain.messages import Reopen, RoutedReview, SupervisedClaim, SupervisedReview
from stream_edits.domain.supervisor_state import DayPage, SupervisorRecord
from tests.codec.examples import CLAIM
from tests.codec.oracle import write_with

Json = dict[str, Any]


class OneSchema:
    """A SchemaSource that knows a single schema, as id 9."""

    def __init__(self, schema: Json) -> None:
        self._text = json.dumps(schema)

    def schema_text(self, schema_id: int) -> str:
        if schema_id != 9:
            raise UnknownSchema("not 9")
        return self._text


def claim_schema() -> Json:
    """Our ClaimEvent schema, to be changed."""
    schema: Json = json.loads(schema_of("ClaimEvent").text)
    return schema


def field_of(record: Json, name: str) -> Json:
    """A field of a record schema."""
    found: Json = next(field for field in record["fields"] if field["name"] == name)
    return found


def line_of(schema: Json) -> Json:
    """The ServiceLine record within a ClaimEvent schema."""
    record: Json = field_of(schema, "lines")["type"]["items"]
    return record


def without(record: Json, *names: str) -> None:
    """Takes fields out of a record schema."""
    record["fields"] = [field for field in record["fields"] if field["name"] not in names]


def read(schema: Json, value: Json | None = None) -> Any:
    """The claim that was written with ``schema``, as our reader reads it."""
    body = write_with(schema, value or asdict(CLAIM))
    return ClaimReader(OneSchema(schema)).decode(frame_head(9) + body)


# The fields of a claim record that version 1.0 had not.
_IN_SECOND = (
    *("billing_npi", "line_count", "frequency", "replaces_unknown", "replaced_line_count"),
    *("rests_on", "answerable_lines"),
)
_DEFAULTS = ClaimRecord._field_defaults


def as_version(version: str, value: Any) -> Any:
    """A decision, or any record around one, as a published version of the schemas could hold it."""
    return _AS_VERSION[version](value) if version in _AS_VERSION else value


_IN_1_8: dict[type, tuple[str, ...]] = {
    SupervisedClaim: ("event_order", "withdrawn_revision", "is_outdated"),
    SupervisorRecord: ("revision", "event_order"),
}
_IN_1_7: dict[type, tuple[str, ...]] = {
    SupervisedReview: ("edit_id",),
    Reopen: ("lines",),
}
_IN_1_6: dict[type, tuple[str, ...]] = {
    RoutedReview: ("is_newest",),
    LineRecord: ("drug_name", "ndc"),
}
_IN_1_4: dict[type, tuple[str, ...]] = {
    DayPage: ("parts", "held", "last_page"),
    SupervisorRecord: ("starts",),
}
_IN_1_3: dict[type, tuple[str, ...]] = {
    Draft: ("monitored",),
    ClaimRecord: ("monitored_by",),
    SupervisedClaim: ("monitored_times", "monitored_hops", "billing_npi"),
}
_IN_1_2: dict[type, tuple[str, ...]] = {
    Draft: tuple(Draft._field_defaults),
    EditFinding: ("review_id",),
    ClaimRecord: ("reviewed", "review_digests"),
    SupervisedClaim: ("review",),
    SupervisorRecord: ("refused", "event_id"),
}


def as_1_7(value: Any) -> Any:
    """The same as version 1.7 could hold it: without the order of a supervised claim's messages."""
    return _throughout(_without(value, _IN_1_8), as_1_7)


def as_1_6(value: Any) -> Any:
    """The same as version 1.6 could hold it: without the edit that a supervised review names."""
    value = as_1_7(value)
    return _throughout(_without(value, _IN_1_7), as_1_6)


def as_1_5(value: Any) -> Any:
    """The same as version 1.4 or 1.5 could hold it: without names of drugs, among others."""
    value = as_1_6(value)
    return _throughout(_without(value, _IN_1_6), as_1_5)


def as_1_3(value: Any) -> Any:
    """The same as version 1.3 could hold it: without pages of a supervisor's day."""
    value = as_1_5(value)
    return _throughout(_without(value, _IN_1_4), as_1_3)


def as_1_2(value: Any) -> Any:
    """The same as version 1.2 could hold it: without monitored findings."""
    value = as_1_3(value)
    if isinstance(value, Draft):
        value = value._replace(findings=parted(value.findings)[0])
    return _throughout(_without(value, _IN_1_3), as_1_2)


def as_1_1(value: Any) -> Any:
    """The same as version 1.1 could hold it: without reviews, and without when it is due."""
    value = as_1_2(value)
    return _throughout(_without(value, _IN_1_2), as_1_1)


def _without(value: Any, later: dict[type, tuple[str, ...]]) -> Any:
    for record, names in later.items():
        if isinstance(value, record):
            earlier: Any = value
            defaults = earlier._field_defaults
            value = earlier._replace(**{name: defaults[name] for name in names})
    return value


def as_first_edition(value: Any) -> Any:
    """The same as version 1.0 of the schemas could hold it."""
    value = as_1_1(value)
    if isinstance(value, EditFinding):
        return value._replace(group_code=None)
    if isinstance(value, LineOutcome):
        return value._replace(line_control_number=None)
    if isinstance(value, LineRecord):
        return value._replace(revenue_code=None, rebilled_as=None)
    if isinstance(value, ClaimRecord):
        lines = as_first_edition(value.lines)
        return value._replace(lines=lines, **{name: _DEFAULTS[name] for name in _IN_SECOND})
    if isinstance(value, SupervisedClaim):
        value = value._replace(note="")
    return _throughout(value, as_first_edition)


def _throughout(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value with a change made to each of its parts, if it has parts."""
    if not isinstance(value, tuple):
        return value
    parts = [change(each) for each in value]
    return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)


_AS_VERSION: dict[str, Callable[[Any], Any]] = {
    "1.0": as_first_edition,
    "1.1": as_1_1,
    "1.2": as_1_2,
    "1.3": as_1_3,
    "1.4": as_1_5,
    "1.5": as_1_5,
    "1.6": as_1_6,
    "1.7": as_1_7,
}
