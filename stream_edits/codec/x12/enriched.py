"""What the file of `--enrich` says of a claim that was found in an 837.

The numbers of its keys are the senders' own, and may come again in claims of others. So an entry
belongs to whom it was first used for, and a claim of somebody else that it fits is refused.
"""

from collections import Counter
from typing import TypeVar

from .enrich import Owner
from .found_claim import FoundClaim, Values, Work
from .reading import Reading, RefusedClaim
from .segments import text_of

_Entry = TypeVar("_Entry")
_TWO_CLAIMS = "an enrich entry that fits two claims"
_TWO_ICNS = "an icn of the enrich file that another claim has"
_TWO_PATIENTS = "a document of the enrich file that fits claims of two members or providers"


def with_known(found: FoundClaim, event_id: str, reading: Reading, warnings: Counter[str]) -> Work:
    """With what the file says of the claim and its lines.

    What is keyed by REF*D9 wins over CLM01, which is not unique. Raises RefusedClaim for an entry
    that another claim has used. A claim that was sent again is the same event, and may use it
    again.
    """
    known: Values = {}
    of_lines: dict[int, Values] = {}
    work = Work(found, event_id, reading, known, of_lines, warnings)
    enrichment = reading.enrichment
    if enrichment.is_empty:
        return work
    for key in _numbers(found):
        if key not in enrichment.claims and key not in enrichment.lines:
            continue
        if not _belongs(enrichment.used, key, _whose(work)):
            raise RefusedClaim(_TWO_CLAIMS)
        known |= enrichment.claims.get(key, {})
        for number, values in enrichment.lines.get(key, {}).items():
            of_lines[number] = of_lines.get(number, {}) | values
    return work


def known_icn(work: Work) -> str:
    """The payer's number of the claim; blank if the file has none. Raises RefusedClaim."""
    number: str = work.known.get("icn", "")
    if number and not _belongs(work.reading.enrichment.used_icns, number, _whose(work)):
        raise RefusedClaim(_TWO_ICNS)
    return number


def known_kinds(work: Work, control: str, patient: Owner) -> tuple[str, ...]:
    """What a document is, by its number (PWK06); empty if the file does not say.

    One document may serve several claims of a ``patient``: a provider and a member of theirs.
    Raises RefusedClaim for a document that another patient's claim has used.
    """
    enrichment = work.reading.enrichment
    if not control or not enrichment.documents:
        return ()
    for claim in (*reversed(_numbers(work.found)), None):
        entry = control, claim
        if entry in enrichment.documents:
            if not _belongs(enrichment.used_documents, entry, patient):
                raise RefusedClaim(_TWO_PATIENTS)
            kinds: tuple[str, ...] = enrichment.documents[entry]["kinds"]
            return kinds
    return ()


def _numbers(found: FoundClaim) -> tuple[str, ...]:
    """CLM01 and REF*D9, or one if they are the same. What the later one says wins."""
    numbers = (found.values.get(x, "") for x in ("patient_account_number", "trace_number"))
    return tuple(dict.fromkeys(map(text_of, numbers)))


def _whose(work: Work) -> Owner:
    """The event and whom it is about: some senders use their control numbers again."""
    provider, subscriber = work.found.provider, work.found.subscriber
    npi = provider.get("billing_provider_npi", "")
    return work.event_id, npi, text_of(subscriber.get("member_id", ""))


def _belongs(used: dict[_Entry, Owner], entry: _Entry, whose: Owner) -> bool:
    """Whether nobody else has used the entry; it is theirs from now on."""
    return used.setdefault(entry, whose) == whose
