"""Which decisions stand: against the stages' own state, on claims that change each other."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from stream_edits.domain.claim import ClaimEvent, ClaimForm
from stream_edits.domain.decision import ClaimDecision, Disposition, RollUp, Source
from stream_edits.domain.member_state import ClaimStatus
from stream_edits.remittance.adjustments import Adjustment, adjustments_of
from stream_edits.remittance.ledger import Ledger
from stream_edits.synthetic.generator import generate
from tests.build import claim, infusion, line, replacing, voiding
from tests.stages.walk import Walk

DENY = Disposition.DENY


class Run:
    """Claims through the stages, with their decisions and the place of each."""

    def __init__(self, claims: Iterable[ClaimEvent], rule: RollUp = RollUp.STANDARD) -> None:
        self.walk = Walk(rule)
        self.claims = {Source("claims.events", 0, n): each for n, each in enumerate(claims)}
        self.decisions: list[ClaimDecision] = []
        for place, each in self.claims.items():
            self.decisions += self.walk.decide(each, place)

    def ledger(self, decisions: Iterable[ClaimDecision] | None = None) -> Ledger:
        """As the commands make it: all decisions, then the claims in their order."""
        ledger = Ledger()
        for decision in self.decisions if decisions is None else decisions:
            ledger.add_decision(decision)
        for place, each in self.claims.items():
            ledger.add_claim(place, each)
        return ledger


def rows(ledger: Ledger) -> list[Adjustment]:
    found = []
    for standing in ledger.standing():
        assert standing.charges is not None
        found += adjustments_of(standing.decision, standing.charges)
    return found


def claims_of(ledger: Ledger) -> list[str]:
    return [standing.decision.claim_id for standing in ledger.standing()]


def denied(claim_id: str, **fields: Any) -> ClaimEvent:
    """A claim with a line that is denied by itself."""
    shown = line("96365", units=1.0, charge_amount=Decimal("50.00"), modifiers=("59",))
    return claim(claim_id, shown, **{"diagnosis_codes": (), **fields})


def test_a_denied_claim_stands_until_it_is_voided_or_replaced() -> None:
    assert claims_of(Run([denied("A")]).ledger()) == ["A"]
    assert claims_of(Run([denied("A"), voiding("A", "V")]).ledger()) == []
    assert claims_of(Run([denied("A"), replacing("A", "B", line("96365"))]).ledger()) == []
    # The replacement is denied itself: its own lines are taken, and not the old ones too.
    again = denied("B", frequency_code="7", replaces_claim_id="A", diagnosis_codes=("C50.911",))
    again = replace(again, lines=(replace(again.lines[0], service_date_through=None, units=0.0),))
    assert claims_of(Run([denied("A"), again]).ledger()) == ["B"]


def test_a_void_with_a_header_fault_voids_nothing_and_bills_nothing() -> None:
    # Its type of bill says that it replaces.
    run = Run([denied("A"), voiding("A", "V", claim_form=ClaimForm.UB04, type_of_bill="137")])
    assert run.decisions[-1].disposition is DENY
    assert claims_of(run.ledger()) == ["A"]


def test_a_replacement_with_a_header_fault_replaces_nothing_and_is_taken_itself() -> None:
    faulty = denied("B", frequency_code="7", replaces_claim_id="A", minute=1)
    assert claims_of(Run([denied("A"), faulty]).ledger()) == ["A", "B"]


def test_a_claim_may_void_itself() -> None:
    taken_back = voiding("A", "A", event="second", minute=5)
    assert claims_of(Run([denied("A"), taken_back]).ledger()) == []


def test_only_claims_of_the_same_member_are_withdrawn() -> None:
    assert claims_of(Run([denied("A"), voiding("A", "V", member_id="M2")]).ledger()) == ["A"]


def test_claims_of_two_members_with_one_number_both_count() -> None:
    one, other = denied("A"), denied("A", member_id="M2", event="e2")
    assert claims_of(Run([one, other]).ledger()) == ["A", "A"]
    voided = [one, other, voiding("A", "V", member_id="M2", event="e3")]
    assert claims_of(Run(voided).ledger()) == ["A"]


def test_a_revision_whose_claim_is_not_found_is_of_the_only_member() -> None:
    run = Run([denied("A")])
    ledger = run.ledger()
    again = run.decisions[0]._replace(
        decision_id="next",
        revision=2,
        supersedes=run.decisions[0].decision_id,
        source=Source("claims.events", 0, 99),
    )
    ledger.add_decision(again)
    assert [x.decision.revision for x in ledger.standing()] == [2]


def test_a_superseded_decision_is_not_counted() -> None:
    first = infusion("A", "M1", "09:00-10:00")
    second = infusion("B", "M2", "09:30-10:30")
    run = Run([first, second, voiding("A", "V", minute=-90)])
    assert [(d.claim_id, d.revision, d.disposition.value) for d in run.decisions] == [
        ("A", 1, "PASS"),
        ("B", 1, "DENY"),
        ("V", 1, "PASS"),
        ("B", 2, "PASS"),
    ]
    # The second revision was caused by an event of an earlier time, and is the newer one.
    assert run.decisions[3].decided_at < run.decisions[1].decided_at
    assert claims_of(run.ledger()) == []
    assert claims_of(run.ledger(run.decisions[:2])) == ["B"]


def test_of_two_decisions_that_supersede_nothing_the_later_counts() -> None:
    (old,) = Run([denied("A")]).decisions
    # The claim was forgotten, and its revisions have begun again.
    forgotten = old._replace(revision=3, supersedes="gone", decision_id="old")
    anew = old._replace(
        decision_id="new", decided_at=old.decided_at + timedelta(days=1500), disposition=DENY
    )
    for order in ([forgotten, anew], [anew, forgotten]):
        ledger = Ledger()
        for decision in order:
            ledger.add_decision(decision)
        assert [s.decision.decision_id for s in ledger.standing()] == ["new"]


def test_a_claim_that_is_not_found_is_said() -> None:
    run = Run([denied("A"), claim("B", line("96365"), minute=1)])
    ledger = Ledger()
    for decision in run.decisions:
        ledger.add_decision(decision)
    assert ledger.unknown_claims() == 2
    (place, _) = run.claims
    # Another claim stands there: the topic was created again.
    ledger.add_claim(place, replace(run.claims[place], event_id="another"))
    assert ledger.unknown_claims() == 2
    (standing,) = ledger.standing()
    assert standing.charges is None
    ledger.add_claim(place, run.claims[place])
    assert ledger.unknown_claims() == 1
    (standing,) = ledger.standing()
    assert standing.charges == (Decimal("50.00"),)


def expected(run: Run) -> Iterator[tuple[str, int, Decimal]]:
    """Claim, line and dollars, from the last decision on each claim and the stages' state."""
    last = {decision.claim_id: decision for decision in run.decisions}
    for decision in last.values():
        event = run.claims[decision.source]
        record = run.walk.members.claim(event.member_id, event.claim_id)
        withdrawn = record is not None and record.status is ClaimStatus.WITHDRAWN
        if event.is_void or withdrawn or decision.disposition is Disposition.PEND:
            continue
        for billed, line_ in zip(event.lines, decision.lines, strict=True):
            assert billed.charge_amount is not None
            lost = billed.charge_amount
            if DENY not in (decision.disposition, line_.disposition) and line_.billed_units > 0:
                units = Decimal(repr(line_.billed_units))
                lost = lost * (units - Decimal(repr(line_.allowed_units))) / units
            if lost:
                cents = lost.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
                yield decision.claim_id, line_.line_number, cents


@pytest.mark.parametrize("rule", list(RollUp))
def test_every_dollar_is_taken_once(rule: RollUp) -> None:
    two_faults = denied("TWO", statement_through=date(2025, 1, 1))
    run = Run((charged(each) for each in [*generate(11, 900), two_faults]), rule)
    found = rows(run.ledger())
    taken: dict[tuple[str, int], Decimal] = {}
    for row in found:
        assert row.amount is not None
        assert row.charge_amount is not None
        key = row.claim_id, row.line_number
        taken[key] = taken.get(key, Decimal(0)) + row.amount
        assert taken[key] <= row.charge_amount
    assert taken == {(claim_id, number): cents for claim_id, number, cents in expected(run)}
    assert len(taken) > 150
    assert len(found) > len(taken), "no line has two findings"
    # In whichever order the topics give them.
    shuffled = run.decisions.copy()
    random.Random(1).shuffle(shuffled)
    assert rows(run.ledger(shuffled)) == found


def charged(event: ClaimEvent) -> ClaimEvent:
    """The claim with an odd number of cents on each line, so that shares need rounding."""
    lines = tuple(
        replace(each, charge_amount=Decimal(10_001 + 37 * place).scaleb(-2))
        for place, each in enumerate(event.lines)
    )
    return replace(event, lines=lines)
