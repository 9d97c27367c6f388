"""Data of every published version must stay readable, in topics and changelogs.

BACKWARD_TRANSITIVE: each of our schemas reads data of all its published versions.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stream_edits.codec import messages, state
from stream_edits.codec.framing import schema_id
from stream_edits.codec.schemas import packaged, schema_folder, schema_of
from tests.codec.evolution import as_version, claim_schema, field_of, line_of, without
from tests.codec.internals import EXAMPLES
from tests.codec.whole import Codec
from tests.schemas.compatibility import Json, problems

VERSIONS = sorted(schema_folder().glob("published/*"))
PUBLISHED = sorted(schema_folder().glob("published/*/*.avsc"))
RECORDS = sorted({schema.record for schema in packaged().values()})
READ: dict[str, Callable[[bytes], Any]] = {
    "RoutedClaim": Codec().decode_by_member,
    "Reopen": Codec().decode_by_member,
    "SupervisedClaim": messages.decode_supervised,
    "ClaimRecord": state.decode_claim_record,
    "MemberClaims": state.decode_list_part,
    "ListBranch": state.decode_list_part,
    "SupervisedDay": state.decode_page,
    "SupervisedVisit": state.decode_supervisor_record,
    "SupervisedQuarters": state.decode_quarters,
    "OpenPend": state.decode_open_pend,
    "ReviewableClaim": state.decode_reviewable,
    "RoutedReview": messages.decode_supervised,
    "ReviewEvent": Codec().decode_by_member,
}


# Records that came with a later version than the first.
SINCE = dict.fromkeys(("OpenPend", "ReviewEvent", "ReviewableClaim", "RoutedReview"), "1.2")
SINCE["ListBranch"] = "1.5"


def records_of(version: Path) -> list[str]:
    return [record for record in RECORDS if SINCE.get(record, "1.0") <= version.name]


def of_version(file: Path) -> str:
    return f"{file.parent.name} {file.name.split('.')[0]}"


def undocumented(schema: Json) -> Json:
    """The schema without its docs, which may change at any time."""
    if isinstance(schema, list):
        return [undocumented(each) for each in schema]
    if isinstance(schema, dict):
        return {key: undocumented(value) for key, value in schema.items() if key != "doc"}
    return schema


@pytest.mark.parametrize("version", VERSIONS, ids=lambda folder: folder.name)
def test_a_version_has_a_schema_and_golden_bytes_of_every_record(version: Path) -> None:
    for record in records_of(version):
        assert (version / f"{record}.avsc").exists(), record
        assert (version / f"{record}.golden.bin").exists(), record


@pytest.mark.parametrize("version", VERSIONS, ids=lambda folder: folder.name)
def test_golden_bytes_of_state_can_still_be_read(version: Path) -> None:
    for record in READ.keys() & records_of(version):
        golden = (version / f"{record}.golden.bin").read_bytes()
        assert READ[record](golden) == as_version(version.name, EXAMPLES[record]), record


@pytest.mark.parametrize("file", PUBLISHED, ids=of_version)
def test_an_id_keeps_the_schema_that_was_published_under_it(file: Path) -> None:
    """A changed schema needs a new id, because data is decoded by the id in its framing."""
    number = schema_id(file.with_suffix(".golden.bin").read_bytes())
    ours = undocumented(json.loads(packaged()[number].text))
    assert ours == undocumented(json.loads(file.read_text("utf-8")))


@pytest.mark.parametrize("file", PUBLISHED, ids=of_version)
def test_our_schemas_read_data_of_every_published_one(file: Path) -> None:
    reader = json.loads(schema_of(file.stem).text)
    assert problems(reader, json.loads(file.read_text("utf-8"))) == []


def _lacks_a_default(schema: Json) -> None:
    schema["fields"].append({"name": "more", "type": "string"})


def _renamed(schema: Json) -> None:
    field_of(schema, "claim_id")["name"] = "claim_number"


def _charge(schema: Json, **changes: int) -> None:
    field_of(line_of(schema), "charge_amount")["type"][1].update(changes)


INCOMPATIBLE: dict[str, Callable[[Json], object]] = {
    "a field more without default": _lacks_a_default,
    "a field renamed": _renamed,
    "another type": lambda s: field_of(s, "claim_id").update(type="long"),
    "a null less": lambda s: field_of(s, "encounter_id").update(type="string", default=""),
    "an enum symbol less, without default": lambda s: field_of(s, "claim_form")["type"].update(
        symbols=["CMS1500"]
    ),
    "a decimal's scale": lambda s: _charge(s, scale=4),
    "a decimal's digits": lambda s: _charge(s, precision=10),
    "a time's unit": lambda s: field_of(s, "event_time")["type"].update(
        logicalType="timestamp-micros"
    ),
    "a date as a number": lambda s: field_of(s, "statement_from").update(type="int"),
    "another record": lambda s: s.update(name="Invoice"),
}
COMPATIBLE: dict[str, Callable[[Json], object]] = {
    "a field more with a default": lambda s: s["fields"].append(
        {"name": "more", "type": ["null", "string"], "default": None}
    ),
    "a field less": lambda s: without(s, "encounter_id"),
    "a symbol more": lambda s: field_of(s, "claim_form")["type"]["symbols"].append("DENTAL"),
    "a null more": lambda s: field_of(s, "claim_id").update(type=["null", "string"]),
    "more digits": lambda s: _charge(s, precision=14),
    "another doc": lambda s: s.update(doc="Other words."),
}


@pytest.mark.parametrize("change", INCOMPATIBLE.values(), ids=INCOMPATIBLE)
def test_an_incompatible_change_is_refused(change: Callable[[Json], object]) -> None:
    reader = claim_schema()
    change(reader)
    assert problems(reader, claim_schema())


@pytest.mark.parametrize("change", COMPATIBLE.values(), ids=COMPATIBLE)
def test_a_compatible_change_passes(change: Callable[[Json], object]) -> None:
    reader = claim_schema()
    change(reader)
    assert problems(reader, claim_schema()) == []


def test_every_version_counts_not_only_the_last() -> None:
    """A default that the last version does not need is still needed for an earlier one."""
    first, second = claim_schema(), claim_schema()
    second["fields"].append({"name": "more", "type": "string", "default": "x"})
    third = copy.deepcopy(second)
    del field_of(third, "more")["default"]
    assert problems(third, second) == []
    assert problems(third, first)
