"""When a decision is due and whose move a held claim is (docs/spec/contract.md, The clock)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from stream_edits.domain.claim import Attachment, ClaimEvent, LineOfBusiness, Supervision
from stream_edits.domain.decision import Disposition, EditFinding, RollUp, WaitsFor
from stream_edits.policies.loading.catalog import PolicyFolder, load_policies, shipped_folders
from stream_edits.policies.values.prompt_pay import DayKind, PromptPay, Term
from tests.build import ADA, DAY, claim, infusion, line, replacing, voiding
from tests.stages.walk import SHIPPED, Walk, edits, outcomes, summaries
from tests.stages.wire import OverTheWire

NONE, PROVIDER, PAYER, CLAIM = WaitsFor
BARE = ("supervision_documentation", "by_report")
OFFICE_VISITS = PolicyFolder(
    Path(__file__).parents[1] / "policies" / "second_policy", "tests.policies.second_policy"
)


class TestDue:
    def test_the_clock_counts_from_the_received_date(self) -> None:
        (sent,) = Walk().send(claim("A", line("96366"), received_date=date(2026, 1, 31)))
        assert (sent.received_date, sent.due_by) == (date(2026, 1, 31), date(2026, 3, 2))

    def test_without_one_it_counts_from_the_day_of_the_event_in_utc(self) -> None:
        late = datetime.fromisoformat("2026-01-31T20:00:00-08:00").astimezone(UTC)
        (sent,) = Walk().send(claim("A", line("96366"), event_time=late))
        assert (sent.received_date, sent.due_by) == (date(2026, 2, 1), date(2026, 3, 3))

    def test_a_claim_that_no_policy_governs_is_due_on_no_day(self) -> None:
        received = date(2026, 1, 31)
        for other in (
            claim("A", line("99213"), received_date=received),
            claim(
                "B", line("96365"), received_date=received, line_of_business=LineOfBusiness.MEDICARE
            ),
        ):
            (sent,) = Walk().send(other)
            assert not sent.applicable
            assert (sent.received_date, sent.due_by) == (received, None)

    def test_a_later_revision_has_the_same_day(self) -> None:
        walk = Walk()
        walk.send(claim("A", line("96366"), received_date=date(2026, 1, 1)))
        (_, revised) = walk.send(claim("B", line("96365"), received_date=date(2026, 1, 20)))
        assert summaries([revised]) == ["A2 PASS"]
        assert (revised.received_date, revised.due_by) == (date(2026, 1, 1), date(2026, 1, 31))

    def test_a_replacement_has_a_clock_of_its_own(self) -> None:
        walk = Walk()
        walk.send(claim("A", line("96366"), received_date=date(2025, 12, 31)))
        (sent,) = walk.send(replacing("A", "R", line("96367"), received_date=date(2026, 1, 20)))
        assert (sent.received_date, sent.due_by) == (date(2026, 1, 20), date(2026, 2, 19))

    def test_a_claim_sent_again_with_other_content_starts_its_clock_again(self) -> None:
        walk = Walk()
        walk.send(claim("A", line("96366"), received_date=date(2026, 1, 1)))
        same = claim("A", line("96366"), received_date=date(2026, 1, 9), event="again")
        assert walk.send(same) == []
        other = claim("A", line("96367"), received_date=date(2026, 1, 9), event="other")
        (sent,) = walk.send(other)
        assert (sent.revision, sent.due_by) == (2, date(2026, 2, 8))

    def test_a_reopened_claim_keeps_its_day(self) -> None:
        walk = OverTheWire()
        walk.send(infusion("A", "M1", "09:00-10:00"))
        walk.send(infusion("B", "M2", "09:00-10:00", received_date=date(2026, 1, 1)))
        (_, reopened) = walk.send(voiding("A", "V"))
        assert summaries([reopened]) == ["B2 PASS"]
        assert reopened.due_by == date(2026, 1, 31)


@pytest.mark.parametrize("received", [date.min, date.max])
def test_any_received_date_has_a_last_day(received: date) -> None:
    (sent,) = OverTheWire().send(claim("A", line("96365"), received_date=received))
    assert sent.received_date == received
    assert sent.due_by is not None


def necessity() -> tuple[Attachment, ...]:
    return tuple(
        Attachment(kind=kind) for kind in ("supervision_documentation", "medical_necessity")
    )


HELD: dict[str, tuple[ClaimEvent, str, WaitsFor]] = {
    "to be priced by hand": (
        claim("A", line("96377")),
        "by-report-pricing",
        PAYER,
    ),
    "more units, with the need for them": (
        claim("A", line("96361", units=9), line("96360"), attachments=necessity()),
        "units-over-maximum",
        PAYER,
    ),
    "a document is missing": (
        claim("A", line("96365"), line("96367"), documents=BARE),
        "justification-missing",
        PROVIDER,
    ),
    "dates to be itemized": (
        claim("A", line("96365", service_date_through=date(2025, 1, 17))),
        "service-dates-not-itemized",
        PROVIDER,
    ),
    "a primary to come": (claim("A", line("96366")), "add-on-without-primary", CLAIM),
}


@pytest.mark.parametrize(("held", "edit", "move"), HELD.values(), ids=HELD)
def test_whose_move_a_held_claim_is(held: ClaimEvent, edit: str, move: WaitsFor) -> None:
    (sent,) = Walk().send(held)
    assert sent.disposition is Disposition.PEND
    assert edit in edits(sent)
    assert sent.waits_for is move


def test_a_conflict_with_a_decided_claim_waits_for_the_payer() -> None:
    walk = Walk()
    walk.send(claim("A", line("96374")))
    (sent,) = walk.send(claim("B", line("96365"), event="b"))
    assert (edits(sent), sent.waits_for) == (["conflicts-with-decided-claim"], PAYER)


def test_a_duplicate_waits_by_what_it_may_be() -> None:
    walk = Walk()
    walk.send(replacing("UNKNOWN", "A", line("96365")))
    (correction,) = walk.send(claim("B", line("96365"), event="b"))
    assert (edits(correction), correction.waits_for) == (["duplicate-service"], PAYER)
    walk = Walk()
    walk.send(claim("A", line("96365")))
    (late,) = walk.send(claim("B", line("96365"), frequency_code="5"))
    assert (edits(late), late.waits_for) == (["duplicate-service"], PROVIDER)


def test_a_person_of_the_payer_comes_before_the_provider_and_the_provider_before_a_claim() -> None:
    pricing, document, add_on = line("96377"), line("96367"), line("96366")
    (three,) = Walk().send(claim("A", pricing, document, add_on, documents=BARE))
    (two,) = Walk().send(claim("A", document, add_on, documents=BARE))
    (one,) = Walk().send(claim("A", add_on, documents=BARE))
    assert [each.disposition for each in (three, two, one)] == [Disposition.PEND] * 3
    assert [each.waits_for for each in (three, two, one)] == [PAYER, PROVIDER, CLAIM]


def test_a_claim_that_is_not_held_waits_for_nobody() -> None:
    (passed,) = Walk().send(claim("A", line("96365")))
    (denied,) = Walk().send(claim("A", line("96365"), diagnosis_codes=()))
    held = claim("A", line("96366"), line("96365", supervision=Supervision.NONE))
    (strict,) = Walk(RollUp.STRICT).send(held)
    assert [each.disposition for each in (passed, denied, strict)] == ["PASS", "DENY", "DENY"]
    assert [each.waits_for for each in (passed, denied, strict)] == [NONE] * 3


def supervised(**fields: Any) -> tuple[Walk, ClaimEvent]:
    """A run in which M1 has the supervisor's time, and M2's claim for the same time: its first
    line waits for a document, and its second one for a primary."""
    walk = OverTheWire(**fields)
    walk.send(infusion("A", "M1", "09:00-10:00"))
    lines = line("96367", "09:00-09:30", by=ADA), line("96375")
    return walk, claim("B", *lines, member_id="M2", documents=BARE)


def test_a_line_denied_for_its_supervisor_s_time_holds_its_claim_no_longer() -> None:
    walk, both = supervised()
    draft = walk.hop(both).draft
    assert (draft.disposition, draft.waits_for) == ("PEND", PROVIDER)
    (decision,) = walk.take(walk.sent[-1])
    assert outcomes(decision) == {1: Disposition.DENY, 2: Disposition.PEND}
    assert (decision.disposition, decision.waits_for) == ("PEND", CLAIM)


def test_a_claim_held_for_one_line_only_is_held_by_nobody_once_that_is_denied() -> None:
    walk, both = supervised()
    (decision,) = walk.send(replace(both, lines=both.lines[:1]))
    assert (decision.disposition, decision.waits_for) == ("DENY", NONE)


def test_a_plan_that_holds_for_the_supervisor_s_time_waits_for_its_own_people(
    tmp_path: Path,
) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(
        "edits: {simultaneous-supervision: {overlap: {2024-12-03: "
        "{reference: x, value: {disposition: PEND}}}}}\n",
        encoding="utf-8",
    )
    walk = Walk(under=load_policies(overlay))
    walk.send(infusion("A", "M1", "09:00-10:00"))
    (decision,) = walk.send(infusion("B", "M2", "09:00-10:00"))
    assert (decision.disposition, decision.waits_for) == ("PEND", PAYER)


def test_a_finding_of_an_edit_that_is_gone_waits_for_the_payer() -> None:
    gone = EditFinding("gone", 1, Disposition.PEND, "", "6.21-P IV.A")
    assert SHIPPED.waits_for(gone) is PAYER
    assert SHIPPED.waits_for(gone._replace(requested_documents=("invoice",))) is PROVIDER


def test_several_policies_give_the_earliest_day_and_one_without_a_term_gives_none() -> None:
    visits = claim("A", line("99213"), line("96365"), received_date=date(2026, 1, 1))
    (alone,) = Walk(under=load_policies(folders=[OFFICE_VISITS])).send(visits)
    assert (alone.applicable, alone.due_by) == (True, None)
    both = load_policies(folders=[*shipped_folders(), OFFICE_VISITS])
    both["T-1"].prompt_pay = PromptPay({DAY: Term(days=20, kind=DayKind.CALENDAR)})
    (decision,) = Walk(under=both).send(visits)
    assert decision.due_by == date(2026, 1, 21)


class TestWithdrawnClaims:
    def test_the_decision_names_the_claim_that_it_replaces_or_voids(self) -> None:
        walk = OverTheWire()
        walk.send(claim("A", line("96366")))
        (replaced,) = walk.send(replacing("A", "R", line("96366"), event="r"))
        (voided,) = walk.send(voiding("R", "V"))
        assert (replaced.withdrawn_claim_id, voided.withdrawn_claim_id) == ("A", "R")

    def test_nothing_is_named_that_was_not_there_or_that_a_fault_protects(self) -> None:
        walk = OverTheWire()
        (early,) = walk.send(replacing("LATE", "R", line("96365")))
        walk.send(claim("A", line("96366"), member_id="M2"))
        bad = replacing("A", "B", line("96365"), member_id="M2", diagnosis_codes=())
        (faulty,) = walk.send(bad)
        assert (early.withdrawn_claim_id, faulty.withdrawn_claim_id) == (None, None)

    def test_it_is_named_past_the_hops(self) -> None:
        walk = OverTheWire()
        walk.send(infusion("A", "M1", "09:00-10:00"))
        (voided,) = walk.send(voiding("A", "V"))
        assert voided.withdrawn_claim_id == "A"
