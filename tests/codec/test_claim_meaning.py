"""What the fields of a claim mean together: its frequency, and the documents it brings."""

from dataclasses import replace

import pytest

from stream_edits.domain.claim import Attachment, ClaimEvent, ClaimForm
from tests.codec.examples import CLAIM


def _billed(
    bill: str | None, code: str = "1", form: ClaimForm = ClaimForm.UB04, replaces: str | None = "A"
) -> ClaimEvent:
    return replace(
        CLAIM, type_of_bill=bill, frequency_code=code, claim_form=form, replaces_claim_id=replaces
    )


@pytest.mark.parametrize(
    ("bill", "code", "frequency"),
    [
        ("137", "1", "7"),
        ("0137", "1", "7"),
        ("138", "1", "8"),
        ("0138", "1", "8"),
        ("0857", "1", "7"),
        ("131", "1", "1"),
        ("0131", "1", "1"),
        # Swing beds and rural clinics have a 7 or 8 within.
        ("181", "1", "1"),
        ("0711", "1", "1"),
        # Three digits with a leading zero lack the frequency: 018 are swing beds.
        ("018", "1", "1"),
        ("017", "1", "1"),
        ("0187", "1", "7"),
        # What the claim says in its own field stands.
        ("137", "8", "8"),
        ("138", "7", "7"),
        ("137", "5", "5"),
        ("138", "", ""),
        ("131", "7", "7"),
        ("131", "8", "8"),
        (None, "1", "1"),
        ("", "1", "1"),
        (None, "7", "7"),
    ],
)
def test_the_frequency_in_force(bill: str | None, code: str, frequency: str) -> None:
    claim = _billed(bill, code)
    assert claim.frequency == frequency
    assert claim.is_void == (frequency == "8")
    assert claim.withdraws == ("A" if frequency in {"7", "8"} else None)


@pytest.mark.parametrize("code", ["1", "7", "8"])
def test_a_cms_1500_has_its_own_frequency(code: str) -> None:
    for bill in ("137", "138", "131", None):
        assert _billed(bill, code, ClaimForm.CMS1500).frequency == code


@pytest.mark.parametrize("named", [None, "", "  ", "\u3000"])
def test_a_bill_that_names_no_claim_withdraws_none(named: str | None) -> None:
    claim = _billed("0138", replaces=named)
    assert claim.is_void
    assert claim.withdraws is None


def _with(*attachments: Attachment) -> ClaimEvent:
    return replace(CLAIM, attachments=attachments)


def test_a_promised_document_counts_for_no_line() -> None:
    promised = Attachment(kind="by_report", transmission_code="AA")
    sent = Attachment(kind="invoice", line_numbers=(1,), transmission_code="EL")
    claim = _with(promised, sent)
    assert claim.documents_for(1) == {"invoice"}
    assert claim.documents_for(2) == set()


@pytest.mark.parametrize("code", [None, "", "EL", "BM", "FX", "EM", "FT", "A", "AAA"])
def test_any_other_document_was_sent(code: str | None) -> None:
    claim = _with(Attachment(kind="by_report", transmission_code=code))
    assert claim.documents_for(1) == {"by_report"}


def test_a_document_that_was_sent_later_counts() -> None:
    promised = Attachment(kind="by_report", transmission_code="AA")
    claim = _with(promised, replace(promised, transmission_code="EL"))
    assert claim.documents_for(1) == {"by_report"}
