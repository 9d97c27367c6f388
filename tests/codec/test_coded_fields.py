"""Coded fields are read clean: a padded claim and a clean one are equal, in Avro and in JSON."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from stream_edits.app.wiring import decision_builder
from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.decisions import decision_to_json
from stream_edits.codec.errors import MalformedAvro
from stream_edits.codec.jsonl import claim_to_json
from stream_edits.domain.claim import Attachment, ClaimEvent, ServiceLine
from stream_edits.domain.decision import Source
from stream_edits.domain.digests import content_digest
from stream_edits.domain.normalized import clean_code, clean_diagnosis, clean_kind, clean_unit
from stream_edits.settings import Settings
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.retention import DEFAULT_RETENTION
from tests.codec.examples import CLAIM
from tests.codec.whole import Codec
from tests.jsonl import claim_from_json

CODED: dict[type, str] = {
    ClaimEvent: "frequency_code place_of_service type_of_bill admission_type diagnosis_codes",
    Attachment: "kind report_type_code transmission_code",
    ServiceLine: """procedure_code modifiers place_of_service revenue_code ndc_qualifier
        unit_of_measure ndc_unit""",
}
# Stripped of blanks only.
NUMBERS: dict[type, str] = {
    ClaimEvent: "encounter_id billing_provider_npi attending_provider_npi",
    Attachment: "",
    ServiceLine: "rendering_provider_npi supervising_provider_npi",
}
encode, CODEC = claim_encoder(5), Codec()
BLANKS = [" ", "  ", "\t", "\n", "\u00a0", "\u2003", "\u3000", "\u0085"]


def padded(claim: ClaimEvent, blank: str) -> ClaimEvent:
    """The claim with each coded field between blanks, in the other case, and each number."""

    def one(record: Any) -> dict[str, Any]:
        made = {}
        for name in CODED[type(record)].split():
            value = getattr(record, name)
            if value is None:
                continue
            made[name] = tuple(map(pad, value)) if isinstance(value, tuple) else pad(value)
        for name in NUMBERS[type(record)].split():
            if (number := getattr(record, name)) is not None:
                made[name] = f"{blank}{number}{blank}{blank}"
        return made

    def pad(text: str) -> str:
        return f"{blank}{text.swapcase()}{blank}{blank}"

    dotted = tuple(f"{code[:3]}.{code[3:]}" for code in claim.diagnosis_codes)
    return replace(
        replace(claim, diagnosis_codes=dotted),
        **one(replace(claim, diagnosis_codes=dotted)),
        attachments=tuple(replace(x, **one(x)) for x in claim.attachments),
        lines=tuple(replace(x, **one(x)) for x in claim.lines),
    )


def through_avro(claim: ClaimEvent) -> ClaimEvent:
    return CODEC.decode_claim(encode(claim))


def through_json(claim: ClaimEvent) -> ClaimEvent:
    return claim_from_json(claim_to_json(claim).encode())


@pytest.mark.parametrize("read", [through_avro, through_json])
@pytest.mark.parametrize("blank", BLANKS, ids=ascii)
def test_a_padded_claim_is_the_clean_one(
    read: Callable[[ClaimEvent], ClaimEvent], blank: str
) -> None:
    sent = padded(CLAIM, blank)
    assert sent != CLAIM
    assert read(sent) == read(CLAIM) == CLAIM
    assert content_digest(read(sent)) == content_digest(CLAIM)


OTHERS: dict[type, str] = {
    ClaimEvent: "event_id claim_id replaces_claim_id member_id patient_account_number",
    Attachment: "control_number",
    ServiceLine: "ndc drug_name drug_strength drug_dosage line_control_number",
}


def _is_text(value: object) -> bool:
    return type(value) is str or (isinstance(value, tuple) and type(value[0]) is str)


def test_every_text_is_coded_or_not() -> None:
    for record in (CLAIM, CLAIM.attachments[0], CLAIM.lines[0]):
        names = [field.name for field in fields(record)]
        texts = [name for name in names if _is_text(getattr(record, name))]
        listed = [x for every in (CODED, NUMBERS, OTHERS) for x in every[type(record)].split()]
        assert sorted(texts) == sorted(listed)


@pytest.mark.parametrize("read", [through_avro, through_json])
def test_no_other_text_is_changed(read: Callable[[ClaimEvent], ClaimEvent]) -> None:
    """Names of drugs and identities stay as they are."""

    def changed(record: Any) -> Any:
        names = OTHERS[type(record)].split()
        return replace(record, **{name: f" aB.{getattr(record, name)} " for name in names})

    line, document = changed(CLAIM.lines[0]), changed(CLAIM.attachments[0])
    sent = replace(changed(CLAIM), lines=(line,), attachments=(document,))
    assert read(sent) == sent


CLEAN = [
    (clean_code, " 96365 ", "96365"),
    (clean_code, "j9271", "J9271"),
    (clean_code, "", ""),
    (clean_code, " \t\u3000", ""),
    # A blank within, and letters and digits of other alphabets, stay: they make a malformed code.
    (clean_code, "9636 5", "9636 5"),
    (clean_code, "96365-59", "96365-59"),
    (clean_code, "\uff19\uff16\uff13\uff16\uff15", "\uff19\uff16\uff13\uff16\uff15"),
    (clean_code, "\u017f9271", "\u017f9271"),
    (clean_code, "\u00df", "\u00df"),
    (clean_code, "\uff4a9271", "\uff4a9271"),
    (clean_kind, " By_Report ", "by_report"),
    (clean_kind, "\u212aind", "\u212aind"),
    (clean_diagnosis, " c50.911 ", "C50911"),
    (clean_diagnosis, "Z51.11", "Z5111"),
    (clean_diagnosis, "R69", "R69"),
    (clean_diagnosis, " . ", ""),
    (clean_unit, " mj", "MJ"),
    (clean_unit, " ", "UN"),
    (clean_unit, "", "UN"),
]


@pytest.mark.parametrize(("clean", "text", "expected"), CLEAN)
def test_only_form_is_changed(clean: Callable[[str], str], text: str, expected: str) -> None:
    assert clean(text) == expected
    assert clean(expected) == expected


def decisions_on(claim: ClaimEvent) -> list[str]:
    run = Pipeline(decision_builder(Settings()), DEFAULT_RETENTION)
    return [decision_to_json(each) for each in run.decide(claim, Source("events", 0, 7))]


def test_decisions_are_equal_to_the_byte() -> None:
    later = timedelta(days=1)
    for claim in (CLAIM, replace(CLAIM, frequency_code="1", event_time=CLAIM.event_time + later)):
        (clean,) = decisions_on(claim)
        for read in (through_avro, through_json):
            assert decisions_on(read(padded(claim, " "))) == [clean]


def test_a_code_that_is_not_utf_8_is_refused() -> None:
    framed = encode(CLAIM)
    for code in (b"96365", b"C50911", b"by_report"):
        broken = framed.replace(code, b"\xff" + code[1:], 1)
        for _ in range(2):
            with pytest.raises(MalformedAvro, match="UTF-8"):
                CODEC.decode_claim(broken)


def test_many_different_codes_do_not_fill_the_memory() -> None:
    read = set()
    for number in range(20_000):
        line = replace(CLAIM.lines[0], procedure_code=f" {number}x ")
        read.add(through_avro(replace(CLAIM, lines=(line,))).lines[0].procedure_code)
    assert read == {f"{number}X" for number in range(20_000)}


@pytest.mark.parametrize("padded", [".C50", " C50. 911 ", ".\rC50", "C50.", " . c50 . "])
def test_a_clean_diagnosis_stays_as_it_is(padded: str) -> None:
    clean = clean_diagnosis(padded)
    assert clean == clean_diagnosis(clean)
    assert clean.startswith("C50")
