"""The file of `--enrich`."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from stream_edits.codec.x12 import (
    BadEnrichment,
    ClaimNumber,
    Enrichment,
    Reading,
    Refusal,
    Tally,
    read_enrichment,
)
from stream_edits.domain.claim import ClaimEvent, Supervision
from tests.x12.reads import READING, institutional, professional, read, the_claim
from tests.x12.samples import hospital, office, subscriber


def knowing(*lines: str) -> Enrichment:
    return read_enrichment([f"{line}\n".encode() for line in lines])


def with_known(*lines: str, number: ClaimNumber = ClaimNumber.ACCOUNT) -> Reading:
    return replace(READING, claim_number=number, enrichment=knowing(*lines))


def test_a_line_gets_its_times_and_supervision() -> None:
    reading = with_known(
        '{"claim": "ACCOUNTK1", "line": 1, "start_time": "2025-03-03T09:00:00", '
        '"end_time": "2025-03-03T10:10", "supervision": "DIRECT"}',
        '{"claim": "ACCOUNTK1", "supervision": "GENERAL", '
        '"supervising_provider_npi": "1245319599"}',
    )
    first, second = the_claim(professional(office()), reading).lines
    assert first.start_time == datetime(2025, 3, 3, 9)
    assert first.end_time == datetime(2025, 3, 3, 10, 10)
    assert (first.supervision, second.supervision) == (Supervision.DIRECT, Supervision.GENERAL)
    assert second.start_time is None
    assert first.supervising_provider_npi == second.supervising_provider_npi == "1245319599"
    assert reading.enrichment.unused() == 0


def test_a_claim_gets_its_number_its_day_of_receipt_and_documents() -> None:
    reading = with_known(
        '\ufeff{"claim_id": "TRACEH1", "icn": "ICN-1", "received_date": "2025-03-12"}',
        '{"claim": "ACCOUNTH1", "kinds": "invoice", "crossover": true}',
        '{"claim": "ACCOUNTH1", "line_number": 2, "kinds": ["Itemized_Statement"]}',
        '{"claim": "NOBODY", "icn": "ICN-2"}',
        number=ClaimNumber.ICN_FILE,
    )
    claim = the_claim(institutional(hospital()), reading)
    assert (claim.claim_id, claim.received_date) == ("ICN-1", date(2025, 3, 12))
    assert claim.patient_account_number == "ACCOUNTH1"
    assert claim.crossover
    found = [(x.kind, x.line_numbers) for x in claim.attachments]
    assert found == [("invoice", ()), ("itemized_statement", (2,))]
    assert reading.enrichment.unused() == 1


@pytest.mark.parametrize("blank", ["", " ", "\u00a0 ", "\\t"])
def test_blanks_around_a_value_mean_nothing(blank: str) -> None:
    entries = (
        '{"claim": "%sACCOUNTK2%s", "icn": "%sICN-1%s", "member_id": "%sM 1%s"}',
        '{"claim": "ACCOUNTK2%s", "supervising_provider_npi": "%s1245319599%s"}',
        '{"claim": "ACCOUNTK2", "kinds": ["%sby_report%s"]}',
        '{"control_number": "%sDOCK2%s", "kinds": "%sinvoice%s"}',
    )
    padded = (each.replace("%s", blank) for each in entries)
    kid = [*subscriber(), "HL*3*2*23*0", "PAT*19", "NM1*QC*1*SAMPLE*KID", *office("K2")]
    claim = the_claim(professional(above=kid), with_known(*padded, number=ClaimNumber.ICN_FILE))
    assert (claim.claim_id, claim.member_id) == ("ICN-1", "M 1")
    assert {each.kind for each in claim.attachments} == {"invoice", "by_report"}
    assert {each.supervising_provider_npi for each in claim.lines} == {"1245319599"}


def test_a_document_is_known_by_its_control_number() -> None:
    reading = with_known('{"control_number": "DOCK1", "kinds": ["invoice", "by_report"]}')
    claim = the_claim(professional(office()), reading)
    assert [(x.kind, x.report_type_code) for x in claim.attachments] == [
        ("invoice", "PY"),
        ("by_report", "PY"),
    ]


def test_what_no_claim_meets_is_counted() -> None:
    reading = with_known(
        '{"claim": "ACCOUNTK1", "line": 9, "start_time": "2025-03-03T09:00:00"}',
        '{"claim": "ACCOUNTK1", "line": 0, "supervision": "DIRECT"}',
        '{"claim": "ACCOUNTK1", "line": 1, "supervision": "DIRECT"}',
        '{"control_number": "DOCK1", "kinds": ["invoice"]}',
        '{"control_number": "NOSUCH", "kinds": ["invoice"]}',
    )
    tally = Tally()
    (claim,) = read(professional(office()), reading, tally)
    assert isinstance(claim, ClaimEvent)
    assert tally.warnings == {"lines of the enrich file that their claims do not have": 2}
    assert reading.enrichment.unused() == 0
    assert reading.enrichment.unused_documents() == 1


def test_a_dependent_gets_an_id_and_no_other_does() -> None:
    kid = [*subscriber(), "HL*3*2*23*0", "PAT*19", "NM1*QC*1*SAMPLE*KID", *office("K2")]
    reading = with_known('{"claim": "ACCOUNTK2", "member_id": "KID-7"}')
    claim = the_claim(professional(above=kid), reading)
    assert claim.member_id == "KID-7"


def test_a_claim_without_its_own_number_is_refused() -> None:
    reading = with_known('{"claim": "ACCOUNTK2", "icn": "I"}', number=ClaimNumber.ICN_FILE)
    events = read(professional(office("K1"), office("K2")), reading)
    assert events[0] == Refusal(1, 1, "no claim number (icn-file)")
    assert isinstance(events[1], ClaimEvent)


def test_an_entry_that_fits_two_claims_is_not_used_twice() -> None:
    reading = with_known('{"claim": "ACCOUNTK1", "icn": "I"}', number=ClaimNumber.ICN_FILE)
    events = read(professional(office("K1"), office("K1")), reading)
    assert isinstance(events[0], ClaimEvent)
    assert events[1] == Refusal(1, 2, "an enrich entry that fits two claims")


def test_a_claim_whose_two_numbers_are_the_same_meets_its_entry_once() -> None:
    reading = with_known('{"claim": "ACCOUNTK1", "icn": "I"}', number=ClaimNumber.ICN_FILE)
    head = ("REF*D9*ACCOUNTK1", "HI*ABK:D509")
    assert the_claim(professional(office("K1", head=head)), reading).claim_id == "I"
    assert reading.enrichment.unused() == 0


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("[]", "line 1 is not one JSON object in UTF-8"),
        ("{", "line 1 is not one JSON object in UTF-8"),
        ("[" * 100_000, "line 1 is not one JSON object in UTF-8"),
        ('{"claim": "A"}', "line 1: it says nothing"),
        ('{"icn": "A"}', "line 1: it needs claim or control_number"),
        ('{"line": 1, "kinds": "x"}', "line 1: it needs claim or control_number"),
        ('{"claim": "A", "control_number": "B", "icn": "x"}', "line 1: it says icn, which"),
        ('{"control_number": "B", "line": 1, "kinds": "x"}', "line 1: it needs either line or"),
        ('{"claim": "A", "control_number": "B", "kinds": "x"}\n' * 2, "line 2 says again what"),
        ('{"claim": "A", "start_time": "2025-03-03T09:00"}', "line 1: it says start_time, which"),
        (
            '{"claim": "A", "line": 1, "icn": "B"}',
            "line 1: it says icn, which belongs to another kind",
        ),
        (
            '{"control_number": "A", "icn": "B"}',
            "line 1: it says icn, which belongs to another kind",
        ),
        ('{"claim": "A", "claim_id": "B", "icn": "C"}', "line 1: it has a key twice"),
        ('{"claim": "A", "icn": "B", "icn": "C"}', "line 1: it has a key twice"),
        ('{"claim": "A", "weather": "SECRET"}', "line 1: it has a key that is not known"),
        (
            '{"claim": "A", "line": 1, "strat_time": "2025-03-03T09:00"}',
            "line 1: it has a key that is not known: strat_time, did you mean start_time?",
        ),
        ('{"claim": "", "icn": "B"}', "line 1: claim is blank"),
        ('{"claim": " ", "icn": "B"}', "line 1: claim is blank"),
        ('{"claim": "A", "received_date": "SECRET"}', "line 1: received_date is not a date (YYYY"),
        (
            '{"claim": "A", "line": 1, "start_time": "2025-03-03T09:00+01:00"}',
            "line 1: start_time has an offset from UTC, which a wall clock does not have",
        ),
        ('{"claim": "A", "supervision": "SECRET"}', "line 1: supervision is not one of the"),
        ('{"claim": "A", "kinds": [1]}', "line 1: kinds is not text"),
        ('{"claim": "A", "crossover": "x"}', "line 1: crossover is not true or false"),
        ('{"claim": "A", "line": 1, "start_time": "2025-03-03T09:00Z"}', "line 1: start_time"),
        (
            '{"claim": "A", "line": 1, "start_time": "2025-03-03T09:00", '
            '"end_time": "2025-03-03T08:59"}',
            "line 1: it has an end_time before its start_time",
        ),
        (
            '{"claim": "A", "icn": "B"}\n{"claim": "A", "icn": "B"}',
            "line 2 says again what",
        ),
    ],
)
def test_a_line_that_cannot_be_used(line: str, problem: str) -> None:
    with pytest.raises(BadEnrichment) as refused:
        knowing(*line.split("\n"))
    assert str(refused.value).startswith(problem)
    assert "SECRET" not in str(refused.value)
