"""The digests that identify a re-sent event, and the ids of decisions."""

import uuid
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.jsonl import claim_to_json
from stream_edits.domain.claim import Attachment, ClaimEvent, ClaimForm, ServiceLine
from stream_edits.domain.decision import decision_id
from stream_edits.domain.digests import content_digest, event_digest
from stream_edits.domain.normalized import UNIT
from tests.codec.examples import CLAIM, DOTTED, FIRST_EDITION, FIRST_LINE, LINE
from tests.codec.whole import Codec
from tests.jsonl import claim_from_json
from tests.strategies import claims


def _with_line(**changes: Any) -> ClaimEvent:
    return replace(CLAIM, lines=(replace(LINE, **changes),))


def test_digests_are_of_sixteen_bytes_and_fixed() -> None:
    assert event_digest("event-1").hex() == "ecff491f4762f725c4383b6eddbc9095"
    assert content_digest(CLAIM).hex() == "3c0ee433b5610c1271cb10d48b9a2790"


SMALL = ClaimEvent(
    event_id="e",
    event_time=datetime(2025, 1, 1, tzinfo=UTC),
    claim_id="C",
    claim_form=ClaimForm.CMS1500,
    member_id="M",
    billing_provider_npi="1234567893",
    statement_from=date(2025, 1, 1),
    statement_through=date(2025, 1, 1),
    attachments=(Attachment(kind="invoice"),),
    lines=(
        ServiceLine(
            line_number=1, procedure_code="96365", units=1.0, service_date=date(2025, 1, 1)
        ),
    ),
)
ONE_LINE = replace(DOTTED, lines=(FIRST_LINE,))
# Computed by the last version that did not know the fields of the second edition.
OF_THE_FIRST_EDITION = [
    (DOTTED, "a41cfd77be50641070a2b437b2af770d"),
    (ONE_LINE, "6eff34126d44efb4cb21ae70f41f5759"),
    (SMALL, "0eb861fbbd70a08abd4bec6ed07f16b3"),
]


@pytest.mark.parametrize(("claim", "digest"), OF_THE_FIRST_EDITION, ids=["full", "line", "small"])
def test_a_claim_of_the_first_edition_keeps_its_digest(claim: ClaimEvent, digest: str) -> None:
    assert content_digest(claim).hex() == digest
    received = replace(claim, received_date=date(2025, 6, 1))
    assert content_digest(received).hex() == digest


NEW_ON_LINES: dict[str, Any] = {
    "unit_of_measure": "MJ",
    "ndc_quantity": 0.0,
    "ndc_unit": "",
    "line_control_number": "",
}


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("name", NEW_ON_LINES)
def test_a_new_field_counts_on_any_line(name: str, place: int) -> None:
    lines = list(FIRST_EDITION.lines)
    lines[place] = replace(lines[place], **{name: NEW_ON_LINES[name]})
    changed = replace(FIRST_EDITION, lines=tuple(lines))
    assert content_digest(changed) != content_digest(FIRST_EDITION)


def test_lines_do_not_share_a_unit_of_measure() -> None:
    first, second = FIRST_EDITION.lines
    minutes = replace(FIRST_EDITION, lines=(replace(first, unit_of_measure="MJ"), second))
    other = replace(FIRST_EDITION, lines=(first, replace(second, unit_of_measure="MJ")))
    both = replace(minutes, crossover=True)
    assert len({content_digest(each) for each in (minutes, other, both)}) == 3


@pytest.mark.parametrize("change", [{"crossover": True}, {"patient_account_number": ""}])
def test_a_new_field_of_the_claim_counts(change: dict[str, Any]) -> None:
    assert content_digest(replace(SMALL, **change)) != content_digest(SMALL)


@given(claims)
def test_a_usual_claim_is_digested_without_its_later_defaults(claim: ClaimEvent) -> None:
    plain: dict[str, Any] = {
        "unit_of_measure": UNIT,
        "charge_amount": None,
        "drug_unit_price": None,
    }
    lines = tuple(replace(line, **plain) for line in claim.lines)
    usual = replace(claim, crossover=False, lines=lines)
    later: dict[str, Any] = {"crossover": True, "lines": {"__all__": {"unit_of_measure": True}}}
    publication = dict.fromkeys(("event_id", "event_time", "received_date"), True)
    content = TypeAdapter(ClaimEvent).dump_json(
        usual, exclude={**publication, **later}, exclude_none=True
    )
    assert content_digest(usual) == blake2b(content, digest_size=16).digest()


def test_a_document_s_transmission_counts() -> None:
    promised = replace(SMALL, attachments=(Attachment(kind="invoice", transmission_code="AA"),))
    assert content_digest(promised) != content_digest(SMALL)


@given(st.text(), st.text(), st.integers(1), st.text())
def test_a_decision_is_named_by_a_uuid_of_version_5(
    claim_id: str, event_id: str, revision: int, version: str
) -> None:
    space = uuid.uuid5(uuid.NAMESPACE_URL, "urn:stream-edits:v1:decision")
    name = "\x1f".join((claim_id, event_id, str(revision), version))
    assert decision_id(claim_id, event_id, revision, version) == str(uuid.uuid5(space, name))


@given(claims)
def test_the_carrier_makes_no_difference(claim: ClaimEvent) -> None:
    framed = claim_encoder(5)(claim)
    digest = content_digest(Codec().decode_claim(framed))
    assert content_digest(claim_from_json(claim_to_json(claim).encode())) == digest


def test_the_publication_makes_no_difference() -> None:
    again = replace(CLAIM, event_id="event-2", event_time=CLAIM.event_time + timedelta(days=1))
    assert content_digest(again) == content_digest(CLAIM)


@pytest.mark.parametrize("amount", ["125.5", "125.50", "1.255E+2"])
def test_equal_amounts_are_the_same(amount: str) -> None:
    expected = content_digest(_with_line(charge_amount=Decimal("125.50")))
    assert content_digest(_with_line(charge_amount=Decimal(amount))) == expected


@pytest.mark.parametrize("amount", ["0", "-0", "0.0000"])
def test_zero_has_no_sign(amount: str) -> None:
    expected = content_digest(_with_line(drug_unit_price=Decimal("0.0")))
    assert content_digest(_with_line(drug_unit_price=Decimal(amount))) == expected


def test_units_that_are_not_finite_stay_distinct() -> None:
    units = [float("nan"), float("inf"), float("-inf"), 0.0, 1.0]
    assert len({content_digest(_with_line(units=number)) for number in units}) == len(units)


def test_every_other_field_counts() -> None:
    for name in (field.name for field in fields(CLAIM)):
        value = getattr(CLAIM, name)
        if type(value) is str and name != "event_id":
            change: dict[str, Any] = {name: value + "x"}
            changed = replace(CLAIM, **change)
            assert content_digest(changed) != content_digest(CLAIM), name
    assert content_digest(_with_line(drug_name="other")) != content_digest(_with_line())
