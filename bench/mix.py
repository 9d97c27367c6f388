"""Claims of a realistic mix, as framed bytes: 70 % not governed, 20 % office infusion, 10 %
chemotherapy, and six lines on average."""

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
# Visits, laboratory and imaging that the policy does not name: what fills up most claims.
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
    """So many claims of the mix, the same ones every time, keyed by member."""
    return [_keyed(claim) for claim in islice(_claims(_SHARES), count)]


def governed(count: int) -> list[Keyed]:
    """So many claims that the policy governs: two office infusions to one chemotherapy."""
    return [_keyed(claim) for claim in islice(_claims({_INFUSIONS: 20, _CHEMOTHERAPY: 10}), count)]


def waiting(count: int) -> list[Keyed]:
    """So many governed claims that came without any document, so that they stay open."""
    claims = islice(_claims({_INFUSIONS: 20, _CHEMOTHERAPY: 10}), count)
    return [_keyed(replace(claim, attachments=())) for claim in claims]


def _keyed(claim: ClaimEvent) -> Keyed:
    return Keyed(claim.member_id.encode(), _encode(claim))


def _claims(shares: dict[_Factories, int]) -> Iterator[ClaimEvent]:
    practice = Practice(_SEED, contested=True)
    dice = Random(_SEED)
    groups, weights = list(shares), list(shares.values())
    while True:
        (group,) = dice.choices(groups, weights)
        for claim in _events(dice.choice(group)(practice)):
            yield _filled_up(claim, dice)


def _events(scenario: Scenario) -> Iterator[ClaimEvent]:
    return (each for each in scenario if isinstance(each, ClaimEvent))


def _filled_up(claim: ClaimEvent, dice: Random) -> ClaimEvent:
    """The claim with other services beside its own, as most claims have."""
    missing = dice.choice(_LINES) - len(claim.lines)
    codes = dice.sample(_OTHER_CODES, max(0, missing))
    lines = [*claim.lines, *(_other(claim.lines[0], code) for code in codes)]
    numbered = tuple(replace(line, line_number=number) for number, line in enumerate(lines, 1))
    return replace(claim, lines=numbered)


def _other(beside: ServiceLine, code: str) -> ServiceLine:
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
