"""Scenarios with several claims: split encounters, voids, replacements, re-sent events."""

from dataclasses import replace

from stream_edits.domain.claim import ORIGINAL, REPLACEMENT, VOID, ClaimEvent
from stream_edits.synthetic.claim_factory import JUSTIFIED, Pause, Practice, Scenario
from stream_edits.synthetic.drugs import INFUSED
from stream_edits.synthetic.encounter import SyntheticEncounter


def _infusion(
    practice: Practice, encounter: SyntheticEncounter | None = None
) -> tuple[SyntheticEncounter, ClaimEvent]:
    encounter, treatment = encounter or practice.encounter(), practice.rng.choice(INFUSED)
    lines = [encounter.timed("96365", 60), encounter.drug(treatment.code, treatment.units)]
    return encounter, practice.claim(encounter, lines, diagnosis_codes=treatment.diagnoses)


def _later(practice: Practice) -> Pause:
    return Pause(practice.rng.randint(3, 40))


def split_encounter(practice: Practice) -> Scenario:
    """One encounter on two claims; often the add-on arrives before its primary."""
    encounter = practice.encounter()
    first = [encounter.timed("96365", 60), encounter.drug("J1756", 300)]
    second = [encounter.timed("96366", 60)]
    parts = [first, second]
    if practice.rng.random() < 0.7:
        parts.reverse()
    yield practice.claim(encounter, parts[0], diagnosis_codes=("D50.9",))
    yield _later(practice)
    yield practice.claim(encounter, parts[1], diagnosis_codes=("D50.9",))


def numbered_encounter(practice: Practice) -> Scenario:
    """Three claims with one encounter number; the primary arrives last."""
    encounter = practice.encounter()
    number = f"V{practice.claim_number()[1:]}"
    parts = [
        [encounter.timed("96367", 45), encounter.drug("J0696", 8)],
        [encounter.timed("96375", 5), encounter.drug("J2405", 4)],
        [encounter.timed("96365", 60), encounter.drug("J3370", 2)],
    ]
    for part in parts:
        yield practice.claim(
            encounter, part, JUSTIFIED, encounter_id=number, diagnosis_codes=("M86.9",)
        )
        yield _later(practice)


def outranked_later(practice: Practice) -> Scenario:
    """A later claim shows that an earlier one of the encounter has the wrong initial service."""
    encounter = practice.encounter()
    lines = [encounter.timed("96365", 30), encounter.drug("J1200", 1)]
    earlier = practice.claim(encounter, lines, diagnosis_codes=("C34.90",))
    yield earlier
    yield _later(practice)
    lines = [encounter.timed("96413", 60), encounter.drug("J9271", 200)]
    yield practice.claim(encounter, lines, diagnosis_codes=("C34.90", "Z51.12"))
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


def voided(practice: Practice) -> Scenario:
    """A claim and its void."""
    _, claim = _infusion(practice)
    yield claim
    yield _later(practice)
    yield void(practice, claim)


def void(practice: Practice, claim: ClaimEvent) -> ClaimEvent:
    """A void of a claim."""
    return practice.published_again(
        claim,
        claim_id=practice.claim_number(),
        frequency_code=VOID,
        replaces_claim_id=claim.claim_id,
    )


def completed_later(practice: Practice) -> Scenario:
    """A claim without its documents, and a replacement with them."""
    encounter = practice.encounter()
    lines = [encounter.timed("96365", 60), encounter.timed("96367", 30), encounter.drug("J3370", 2)]
    claim = practice.claim(encounter, lines, (), diagnosis_codes=("M86.9",))
    yield claim
    yield _later(practice)
    yield practice.published_again(
        claim,
        claim_id=practice.claim_number(),
        frequency_code=REPLACEMENT,
        replaces_claim_id=claim.claim_id,
        attachments=tuple(practice.document(kind) for kind in JUSTIFIED),
    )


def sent_again(practice: Practice) -> Scenario:
    """The same event twice, or the same claim in a new event; neither changes anything."""
    _, claim = _infusion(practice)
    yield claim
    yield Pause(practice.rng.randint(0, 20))
    yield claim if practice.rng.random() < 0.5 else practice.published_again(claim)


def changed_silently(practice: Practice) -> Scenario:
    """The same claim id with other content: the claim replaces itself."""
    _, claim = _infusion(practice)
    yield replace(claim, attachments=())
    yield _later(practice)
    yield practice.published_again(claim)


def billed_twice(practice: Practice) -> Scenario:
    """The same services under another claim id."""
    _, claim = _infusion(practice)
    yield claim
    yield _later(practice)
    yield practice.published_again(claim, claim_id=practice.claim_number())


def void_of_nothing(practice: Practice) -> Scenario:
    """A void or replacement of a claim that never arrives."""
    _, claim = _infusion(practice)
    frequency = practice.rng.choice((VOID, REPLACEMENT))
    yield practice.published_again(
        claim, frequency_code=frequency, replaces_claim_id=practice.claim_number()
    )


def replaced_before_it_came(practice: Practice) -> Scenario:
    """A claim that arrives after its replacement or void, and so has no effect."""
    _, claim = _infusion(practice)
    yield practice.published_again(
        claim,
        claim_id=practice.claim_number(),
        frequency_code=practice.rng.choice((REPLACEMENT, VOID)),
        replaces_claim_id=claim.claim_id,
    )
    yield _later(practice)
    yield practice.published_again(claim, frequency_code=ORIGINAL)


def two_patients(practice: Practice) -> Scenario:
    """Two patients under one physician at the same time; often the first claim is withdrawn.

    The second claim arrives before that. A void, or a replacement with another supervisor, gives
    the time back.
    """
    first_encounter, first = _infusion(practice)
    yield first
    yield Pause(practice.rng.randint(0, 10))
    _, second = _infusion(
        practice, practice.beside(first_encounter, practice.rng.choice((15, 30, 45)))
    )
    yield second
    yield _later(practice)
    choice = practice.rng.random()
    if choice < 0.4:
        yield void(practice, first)
    elif choice < 0.7:
        other = replace(first.lines[0], supervising_provider_npi=first_encounter.patient.locum)
        yield practice.published_again(
            first,
            claim_id=practice.claim_number(),
            frequency_code=REPLACEMENT,
            replaces_claim_id=first.claim_id,
            lines=(other, *first.lines[1:]),
        )


def three_patients(practice: Practice) -> Scenario:
    """Three patients at the same time: the first denied claim gets the freed time."""
    encounter, first = _infusion(practice)
    yield first
    denied = []
    for minutes in (20, 40):
        beside = practice.beside(encounter, minutes)
        denied.append(_infusion(practice, beside)[1])
        yield denied[-1]
    yield _later(practice)
    yield void(practice, first)
    yield _later(practice)
    yield void(practice, denied[0])
