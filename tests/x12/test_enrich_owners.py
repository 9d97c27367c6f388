"""Whose an entry of `--enrich` is: its number is the sender's, and may come again elsewhere."""

from collections.abc import Sequence

import pytest

from stream_edits.codec.x12 import ClaimNumber, Reading, Refusal
from stream_edits.domain.claim import ClaimEvent
from tests.x12.reads import Read, read
from tests.x12.samples import PROVIDER, interchange, office, subscriber, transaction
from tests.x12.test_enrich import with_known

TWO_CLAIMS = "an enrich entry that fits two claims"
TWO_ICNS = "an icn of the enrich file that another claim has"
TWO_PATIENTS = "a document of the enrich file that fits claims of two members or providers"
DOCUMENT = '{"control_number": "1", "kinds": ["supervision_documentation"]}'


def with_document(name: str) -> list[str]:
    """A claim that names a document by the number that every claim here gives to its own."""
    return office(name, head=(f"REF*D9*TRACE{name}", "PWK*OZ*EL***AC*1", "HI*ABK:D509"))


def sent(*patients: tuple[int, str, Sequence[str]]) -> str:
    """Claims, each with its provider, by a digit, and its member."""
    segments: list[str] = []
    for at, (provider, member, claim) in enumerate(patients):
        level = 2 * at + 1
        own = [x.replace("1990001012", f"199000101{provider}") for x in PROVIDER]
        below = subscriber(member, level + 1)
        segments += [f"HL*{level}**20*1", *own[1:]]
        segments += [f"HL*{level + 1}*{level}*22*0", *below[1:], *claim]
    return interchange(transaction(segments))


def kinds(event: Read) -> list[str] | str:
    """Of the claim's attachments, or why it was refused."""
    if isinstance(event, Refusal):
        return event.reason
    return [each.kind for each in event.attachments]


@pytest.mark.parametrize(
    ("provider", "member", "second"),
    [
        (2, "K1", ["supervision_documentation"]),
        (2, "K2", TWO_PATIENTS),
        (3, "K1", TWO_PATIENTS),
        (3, "K2", TWO_PATIENTS),
    ],
)
def test_a_document_is_of_one_member_and_provider(
    provider: int, member: str, second: list[str] | str
) -> None:
    text = sent((2, "K1", with_document("A")), (provider, member, with_document("B")))
    reading = with_known(DOCUMENT)
    found = [kinds(event) for event in read(text, reading)]
    assert found == [["supervision_documentation"], second]
    assert reading.enrichment.unused_documents() == 0


@pytest.mark.parametrize("claim", ["ACCOUNTB", "TRACEB"])
def test_a_document_that_names_its_claim_is_of_no_other(claim: str) -> None:
    text = sent((2, "K1", with_document("A")), (3, "K2", with_document("B")))
    named = DOCUMENT.replace("{", f'{{"claim": "{claim}", ')
    found = [kinds(event) for event in read(text, with_known(named))]
    assert found == [["x12:oz"], ["supervision_documentation"]]


def test_each_of_two_claims_gets_the_document_that_names_it() -> None:
    text = sent((2, "K1", with_document("A")), (3, "K2", with_document("B")))
    of_a = '{"control_number": "1", "claim": "TRACEA", "kinds": ["invoice"]}'
    of_b = '{"control_number": "1", "claim": "TRACEB", "kinds": ["itemized_statement"]}'
    for entries in ((of_a, of_b), (of_a, of_b.replace('"claim": "TRACEB", ', ""))):
        found = [kinds(event) for event in read(text, with_known(*entries))]
        assert found == [["invoice"], ["itemized_statement"]]


def test_a_claim_number_that_two_providers_use_does_not_say_whose_a_document_is() -> None:
    claim = with_document("A")
    other = [segment.replace("TRACEA", "TRACEB") for segment in claim]
    text = sent((2, "K1", claim), (3, "K2", other))
    of_account = '{"control_number": "1", "claim": "ACCOUNTA", "kinds": ["invoice"]}'
    of_trace = '{"control_number": "1", "claim": "TRACEB", "kinds": ["by_report"]}'
    found = [kinds(event) for event in read(text, with_known(of_account))]
    assert found == [["invoice"], TWO_PATIENTS]
    found = [kinds(event) for event in read(text, with_known(of_account, of_trace))]
    assert found == [["invoice"], ["by_report"]]


def test_providers_without_an_npi_are_told_apart_by_the_payers_number() -> None:
    def of(number: str, name: str) -> list[str]:
        return [f"REF*G2*{number}", *with_document(name)]

    for number, second in (("77", ["supervision_documentation"]), ("78", TWO_PATIENTS)):
        text = sent((2, "K1", of("77", "A")), (2, "K1", of(number, "B")))
        blank = text.replace("*XX*1990001012", "")
        assert blank != text
        found = [kinds(event) for event in read(blank, with_known(DOCUMENT))]
        assert found == [["supervision_documentation"], second]


KNOWN = (
    '{"claim": "ACCOUNTK1", "icn": "ICN-1"}',
    '{"claim": "TRACEK1", "line": 1, "supervision": "DIRECT"}',
    '{"claim": "ACCOUNTK2", "icn": "ICN-1"}',
)


def reading() -> Reading:
    return with_known(*KNOWN, DOCUMENT, number=ClaimNumber.ICN_FILE)


def test_a_file_that_comes_twice_is_read_as_before() -> None:
    text = sent((2, "K1", with_document("K1")))
    knowing = reading()
    (first,), (second,) = read(text, knowing), read(text, knowing)
    assert isinstance(first, ClaimEvent)
    assert first == second
    assert kinds(first) == ["supervision_documentation"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("000000009", "000000010"),
        ("20250310*0615*CH", "20250310*0616*CH"),
        # With the old numbers, but of somebody else.
        ("MEMBERK1", "MEMBERK3"),
        ("1990001012", "1990001013"),
    ],
)
def test_another_claim_that_an_entry_fits_is_refused(old: str, new: str) -> None:
    text = sent((2, "K1", office("K1")))
    knowing = reading()
    assert isinstance(read(text, knowing)[0], ClaimEvent)
    assert text.replace(old, new) != text
    assert read(text.replace(old, new), knowing) == [Refusal(1, 1, TWO_CLAIMS)]


def test_an_icn_is_of_one_claim_however_often_it_is_sent() -> None:
    text = sent((2, "K1", office("K1")), (2, "K1", office("K2")))
    knowing = reading()
    for _ in range(2):
        first, second = read(text, knowing)
        assert isinstance(first, ClaimEvent)
        assert first.claim_id == "ICN-1"
        assert second == Refusal(1, 2, TWO_ICNS)
