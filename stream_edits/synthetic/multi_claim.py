"""Stories of several claims: split encounters, voids, replacements, events sent again."""

from dataclasses import replace

from stream_edits.domain.claim import ORIGINAL, REPLACEMENT, VOID, ClaimEvent
from stream_edits.synthetic.claim_factory import JUSTIFIED, Pause, Practice, Story
from stream_edits.synthetic.drugs import INFUSED
from stream_edits.synthetic.visit import Visit


def _infusion(practice: Practice, visit: Visit | None = None) -> tuple[Visit, ClaimEvent]:
    visit, given = visit or practice.visit(), practice.rng.choice(INFUSED)
    lines = [visit.timed("96365", 60), visit.drug(given.code, given.units)]
    return visit, practice.claim(visit, lines, diagnosis_codes=given.diagnoses)


def _later(practice: Practice) -> Pause:
    return Pause(practice.rng.randint(3, 40))


def split_visit(practice: Practice) -> Story:
    """One encounter on two claims; often the add-on comes before its primary."""
    visit = practice.visit()
    first = [visit.timed("96365", 60), visit.drug("J1756", 300)]
    second = [visit.timed("96366", 60)]
    parts = [first, second]
    if practice.rng.random() < 0.7:
        parts.reverse()
    yield practice.claim(visit, parts[0], diagnosis_codes=("D50.9",))
    yield _later(practice)
    yield practice.claim(visit, parts[1], diagnosis_codes=("D50.9",))


def numbered_visit(practice: Practice) -> Story:
    """Three claims of one encounter by the source's own number, the primary last."""
    visit = practice.visit()
    number = f"V{practice.claim_number()[1:]}"
    parts = [
        [visit.timed("96367", 45), visit.drug("J0696", 8)],
        [visit.timed("96375", 5), visit.drug("J2405", 4)],
        [visit.timed("96365", 60), visit.drug("J3370", 2)],
    ]
    for part in parts:
        yield practice.claim(
            visit, part, JUSTIFIED, encounter_id=number, diagnosis_codes=("M86.9",)
        )
        yield _later(practice)


def outranked_later(practice: Practice) -> Story:
    """A later claim of the encounter shows that the earlier one has the wrong initial code."""
    visit = practice.visit()
    lines = [visit.timed("96365", 30), visit.drug("J1200", 1)]
    earlier = practice.claim(visit, lines, diagnosis_codes=("C34.90",))
    yield earlier
    yield _later(practice)
    lines = [visit.timed("96413", 60), visit.drug("J9271", 200)]
    yield practice.claim(visit, lines, diagnosis_codes=("C34.90", "Z51.12"))
    yield _later(practice)
    corrected = replace(earlier.lines[0], procedure_code="96367")
    yield practice.published_again(
        earlier,
        claim_id=practice.claim_number(),
        frequency_code=REPLACEMENT,
        replaces_claim_id=earlier.claim_id,
        lines=(corrected, *earlier.lines[1:]),
        attachments=(*earlier.attachments, practice.document("medical_justification")),
    )


def voided(practice: Practice) -> Story:
    """A claim taken back."""
    _, claim = _infusion(practice)
    yield claim
    yield _later(practice)
    yield void(practice, claim)


def void(practice: Practice, claim: ClaimEvent) -> ClaimEvent:
    """The event that takes a claim back."""
    return practice.published_again(
        claim,
        claim_id=practice.claim_number(),
        frequency_code=VOID,
        replaces_claim_id=claim.claim_id,
    )


def completed_later(practice: Practice) -> Story:
    """A claim without its reports, replaced by one that has them."""
    visit = practice.visit()
    lines = [visit.timed("96365", 60), visit.timed("96367", 30), visit.drug("J3370", 2)]
    claim = practice.claim(visit, lines, (), diagnosis_codes=("M86.9",))
    yield claim
    yield _later(practice)
    yield practice.published_again(
        claim,
        claim_id=practice.claim_number(),
        frequency_code=REPLACEMENT,
        replaces_claim_id=claim.claim_id,
        attachments=tuple(practice.document(kind) for kind in JUSTIFIED),
    )


def sent_again(practice: Practice) -> Story:
    """The same event twice, or the same claim in a new event: nothing changes."""
    _, claim = _infusion(practice)
    yield claim
    yield Pause(practice.rng.randint(0, 20))
    yield claim if practice.rng.random() < 0.5 else practice.published_again(claim)


def changed_silently(practice: Practice) -> Story:
    """The same claim number with other content: a replacement of itself."""
    _, claim = _infusion(practice)
    yield replace(claim, attachments=())
    yield _later(practice)
    yield practice.published_again(claim)


def billed_twice(practice: Practice) -> Story:
    """The same services under another claim number."""
    _, claim = _infusion(practice)
    yield claim
    yield _later(practice)
    yield practice.published_again(claim, claim_id=practice.claim_number())


def void_of_nothing(practice: Practice) -> Story:
    """A void or a replacement that names a claim which never comes."""
    _, claim = _infusion(practice)
    frequency = practice.rng.choice((VOID, REPLACEMENT))
    yield practice.published_again(
        claim, frequency_code=frequency, replaces_claim_id=practice.claim_number()
    )


def replaced_before_it_came(practice: Practice) -> Story:
    """The replacement overtakes the claim it replaces, which then has no effect."""
    _, claim = _infusion(practice)
    yield practice.published_again(
        claim,
        claim_id=practice.claim_number(),
        frequency_code=practice.rng.choice((REPLACEMENT, VOID)),
        replaces_claim_id=claim.claim_id,
    )
    yield _later(practice)
    yield practice.published_again(claim, frequency_code=ORIGINAL)


def two_patients(practice: Practice) -> Story:
    """Two patients under one physician at the same time; often the first claim is taken back.

    The second claim comes while the first stands. A void, or a replacement with other times,
    gives the time back.
    """
    first_visit, first = _infusion(practice)
    yield first
    yield Pause(practice.rng.randint(0, 10))
    _, second = _infusion(practice, practice.beside(first_visit, practice.rng.choice((15, 30, 45))))
    yield second
    yield _later(practice)
    end = practice.rng.random()
    if end < 0.4:
        yield void(practice, first)
    elif end < 0.7:
        other = replace(first.lines[0], supervising_provider_npi=first_visit.patient.locum)
        yield practice.published_again(
            first,
            claim_id=practice.claim_number(),
            frequency_code=REPLACEMENT,
            replaces_claim_id=first.claim_id,
            lines=(other, *first.lines[1:]),
        )


def three_patients(practice: Practice) -> Story:
    """Three at the same time: what is given back goes to the one that waited longest."""
    visit, first = _infusion(practice)
    yield first
    waiting = []
    for minutes in (20, 40):
        beside = practice.beside(visit, minutes)
        waiting.append(_infusion(practice, beside)[1])
        yield waiting[-1]
    yield _later(practice)
    yield void(practice, first)
    yield _later(practice)
    yield void(practice, waiting[0])
