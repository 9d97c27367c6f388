"""A stream of realistic made-up claims, the same for the same seed."""

from collections import deque
from collections.abc import Iterator
from random import Random

from stream_edits.demo import visits
from stream_edits.demo.making import Maker, Member, npi
from stream_edits.demo.visits import Visit
from stream_edits.domain.claim import REPLACEMENT, VOID, Attachment, ClaimEvent

# How often each kind of visit is drawn, of their sum.
_VISITS: dict[Visit, int] = {
    visits.office_visit: 12,
    visits.other_plan: 4,
    visits.iron_infusion: 10,
    visits.antibiotics: 6,
    visits.chemotherapy: 8,
    visits.two_initials: 5,
    visits.low_initial: 3,
    visits.hydration: 6,
    visits.hydration_beside_infusion: 3,
    visits.pushes: 5,
    visits.injection: 6,
    visits.immune_globulin: 3,
    visits.long_infusion: 3,
    visits.concurrent: 3,
    visits.unclassified_drug: 3,
    visits.contrast_imaging: 3,
    visits.at_home: 3,
    visits.incomplete: 3,
    visits.outpatient_hospital: 4,
    visits.monthly_hospital: 2,
    visits.past_midnight: 2,
    visits.split_visit: 6,
    visits.missing_papers: 3,
}
# Of a hundred claims, how many are followed up in each way.
_FOLLOWED_UP = {"void": 4, "replace": 4, "resend": 3, "rename": 2, "rewrite": 2, "early": 1}
_VISITS_A_MEMBER = 4
_RECENT = 40
_MEMBERS_A_PHYSICIAN = 12


def generate(seed: int, encounters: int, *, contested: bool = True) -> Iterator[ClaimEvent]:
    """Claims of that many visits, in order of arrival, with voids, replacements and re-sent events.

    Where ``contested``, a clinic's patients share its physician, so that some of their times
    overlap; otherwise every member has a physician of their own, and no two members ever compete
    for a supervisor's time.
    """
    rng = Random(seed)
    make = Maker(rng)
    kinds, weights = list(_VISITS), list(_VISITS.values())
    members = _members(encounters, contested)
    recent: deque[ClaimEvent] = deque(maxlen=_RECENT)
    held: list[ClaimEvent] = []
    for _ in range(encounters):
        visit = rng.choices(kinds, weights)[0]
        for claim in visit(make, rng.choice(members)):
            if rng.random() < _FOLLOWED_UP["early"] / 100:
                # Its replacement overtakes it on the way.
                yield _replacing(make, claim, REPLACEMENT)
                held.append(claim)
                continue
            yield claim
            recent.append(claim)
        yield from _follow_up(make, recent)
        if held and rng.random() < 0.3:
            yield held.pop(0)
    yield from held


def _members(encounters: int, contested: bool) -> list[Member]:
    members = []
    for number in range(max(1, encounters // _VISITS_A_MEMBER)):
        clinic = number // _MEMBERS_A_PHYSICIAN
        physician = 50_000_000 + (clinic if contested else number)
        members.append(Member(number, clinic, npi(physician)))
    return members


def _follow_up(make: Maker, recent: deque[ClaimEvent]) -> Iterator[ClaimEvent]:
    """What now and then happens to a claim some time after it came."""
    rng = make.rng
    if not recent:
        return
    claim = rng.choice(recent)
    drawn = rng.random() * 100
    for what, share in _FOLLOWED_UP.items():
        drawn -= share
        if drawn >= 0:
            continue
        if what == "void":
            yield _replacing(make, claim, VOID)
        elif what == "replace":
            yield _replacing(make, claim, REPLACEMENT)
        elif what == "resend":
            yield claim
        elif what == "rename":
            yield claim.model_copy(update=make.stamp())
        elif what == "rewrite" and len(claim.lines) > 1:
            # The first line stays, so that a governed claim remains one.
            yield claim.model_copy(update={**make.stamp(), "lines": claim.lines[:-1]})
        return


def _replacing(make: Maker, claim: ClaimEvent, frequency_code: str) -> ClaimEvent:
    documents = {a.kind for a in claim.attachments} | {"supervision_documentation", "by_report"}
    changes = {
        **make.stamp(),
        "claim_id": make.next_claim_id(),
        "frequency_code": frequency_code,
        "replaces_claim_id": claim.claim_id,
    }
    if frequency_code == REPLACEMENT:
        kinds = sorted(documents | {"medical_justification"})
        changes["attachments"] = tuple(Attachment(kind=kind) for kind in kinds)
    return claim.model_copy(update=changes)
