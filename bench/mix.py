"""A realistic mix of claims, as framed bytes.

70 % are not governed, 20 % are office infusions, 10 % are chemotherapy; six lines on average.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from random import Random
from typing import NamedTuple

from stream_edits.codec.claims import claim_encoder
from stream_edits.codec.schemas import CLAIM_EVENT, schema_of
from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.synthetic import office
from stream_edits.synthetic.claim_factory import Practice, Scenario

_SEED = 6_21
# Office visits, laboratory and imaging: codes that the policy does not name, to fill up claims.
_OTHER_CODES = ("99214", "36415", "80053", "85025", "83735", "84100", "71046", "93000")
_Factories = tuple[Callable[[Practice], Scenario], ...]
_NOT_GOVERNED: _Factories = (office.office_visit,)
_INFUSIONS: _Factories = (
    office.infusion,
    office.antibiotics,
    office.concurrent,
    office.hydration,
    office.pushes,
    office.injection,
)
_CHEMOTHERAPY: _Factories = (
    office.chemotherapy,
    office.chemotherapy_regimen,
    office.chemotherapy_push,
)
_SHARES = {_NOT_GOVERNED: 70, _INFUSIONS: 20, _CHEMOTHERAPY: 10}
_LINES = (4, 5, 6, 6, 7, 8)


class Keyed(NamedTuple):
    """A record to publish."""

    key: bytes
    value: bytes


def realistic(count: int) -> list[Keyed]:
    """``count`` claims of the mix, keyed by member, always the same."""
    return [_keyed(claim) for claim in islice(_claims(_SHARES), count)]


def governed(count: int) -> list[Keyed]:
    """``count`` governed claims: two office infusions for each chemotherapy."""
    return [_keyed(claim) for claim in islice(_claims({_INFUSIONS: 20, _CHEMOTHERAPY: 10}), count)]


def waiting(count: int) -> list[Keyed]:
    """``count`` governed claims without documents, so that they stay open."""
    claims = islice(_claims({_INFUSIONS: 20, _CHEMOTHERAPY: 10}), count)
    return [_keyed(replace(claim, attachments=())) for claim in claims]


def _keyed(claim: ClaimEvent) -> Keyed:
    return Keyed(claim.member_id.encode(), _encode(claim))


def _claims(shares: dict[_Factories, int]) -> Iterator[ClaimEvent]:
    practice = Practice(_SEED, contested=True)
    rng = Random(_SEED)
    groups, weights = list(shares), list(shares.values())
    while True:
        (group,) = rng.choices(groups, weights)
        for claim in _events(rng.choice(group)(practice)):
            yield _with_other_services(claim, rng)


def _events(scenario: Scenario) -> Iterator[ClaimEvent]:
    return (each for each in scenario if isinstance(each, ClaimEvent))


def _with_other_services(claim: ClaimEvent, rng: Random) -> ClaimEvent:
    """The claim with additional services, as on most claims."""
    missing = rng.choice(_LINES) - len(claim.lines)
    codes = rng.sample(_OTHER_CODES, max(0, missing))
    lines = [*claim.lines, *(_other_service(claim.lines[0], code) for code in codes)]
    numbered = tuple(replace(line, line_number=number) for number, line in enumerate(lines, 1))
    return replace(claim, lines=numbered)


def _other_service(beside: ServiceLine, code: str) -> ServiceLine:
    return ServiceLine(
        line_number=1,
        procedure_code=code,
        units=1.0,
        service_date=beside.service_date,
        charge_amount=beside.charge_amount,
        rendering_provider_npi=beside.rendering_provider_npi,
        diagnosis_pointers=(1,),
    )


_encode = claim_encoder(schema_of(CLAIM_EVENT).id)
