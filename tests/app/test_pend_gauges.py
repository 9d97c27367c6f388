"""The gauges of open pends equal a fold of the decisions, also after a restart."""

from collections import Counter
from dataclasses import replace
from datetime import date

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from stream_edits.app.pend_gauges import OTHER
from stream_edits.codec.state import encode_open_pend
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition, WaitsFor
from stream_edits.domain.open_pend import OpenPend, class_of
from tests.app.service import Cluster, Service
from tests.build import ADA, BEA, claim, infusion, line, replacing, voiding
from tests.stages.infusions import histories

TODAY = date(2026, 1, 31)
PEND = Disposition.PEND


def held(decisions: list[ClaimDecision]) -> list[ClaimDecision]:
    """The newest decision on each claim that is PEND and that no other claim has withdrawn."""
    newest: dict[str, ClaimDecision] = {}
    for each in sorted(decisions, key=lambda decision: decision.revision):
        newest[each.claim_id] = each
    withdrawn = {each.withdrawn_claim_id for each in decisions}
    return [
        each
        for each in newest.values()
        if each.disposition is PEND and each.claim_id not in withdrawn
    ]


def check(cluster: Cluster, service: Service) -> None:
    """The gauges are what the decisions say."""
    by_move: Counter[tuple[str, str]] = Counter()
    by_edit: Counter[str] = Counter()
    for decision in held(cluster.decisions()):
        assert decision.due_by is not None
        left = (decision.due_by - service.today).days
        name = "overdue" if left < 0 else "0-5" if left <= 5 else "6-15" if left <= 15 else "16+"
        by_move[decision.waits_for.lower(), name] += 1
        lines = {x.line_number for x in decision.lines if x.disposition is PEND}
        holding = (f for f in decision.findings if f.disposition is PEND)
        by_edit.update({f.edit_id for f in holding if f.line_number in lines | {None}})
    assert service.by_move() == by_move
    assert service.by_edit() == by_edit


def run(*claims: ClaimEvent, today: date = TODAY) -> tuple[Cluster, Service]:
    """A service that has decided these claims."""
    cluster = Cluster()
    cluster.publish(*claims)
    service = Service(cluster, today)
    service.drain()
    check(cluster, service)
    return cluster, service


def received(day: str, claim_id: str, *codes: str) -> ClaimEvent:
    return claim(
        claim_id,
        *(line(code) for code in codes),
        member_id=f"M-{claim_id}",
        received_date=date.fromisoformat(day),
    )


def test_claims_are_counted_by_whose_move_they_are_and_days_left() -> None:
    _, service = run(
        received("2025-11-25", "A", "96366"),
        received("2026-01-01", "B", "96377"),
        received("2026-01-06", "C", "96366", "96377"),
        received("2026-01-07", "D", "96366"),
        received("2026-01-17", "E", "96366"),
        received("2026-01-17", "F", "96365"),
    )
    assert service.by_move() == {
        ("claim", "overdue"): 1,
        ("payer", "0-5"): 2,
        ("claim", "6-15"): 1,
        ("claim", "16+"): 1,
    }
    assert service.by_edit() == {"add-on-without-primary": 4, "by-report-pricing": 2}


def test_the_days_left_go_down_without_an_event() -> None:
    cluster, service = run(received("2026-01-16", "A", "96366"))
    for today, left in (("2026-01-31", "6-15"), ("2026-02-10", "0-5"), ("2026-02-16", "overdue")):
        service.today = date.fromisoformat(today)
        assert service.by_move() == {("claim", left): 1}
        check(cluster, service)


def test_a_pend_is_counted_no_longer_once_it_is_resolved_replaced_or_voided() -> None:
    cluster, service = run(*(received("2026-01-16", each, "96366") for each in "ABCD"))
    cluster.publish(
        claim("A-PRIMARY", line("96365"), member_id="M-A"),
        replacing("B", "R", line("96365"), member_id="M-B"),
        voiding("C", "V", member_id="M-C"),
    )
    service.drain()
    check(cluster, service)
    assert service.by_move() == {("claim", "6-15"): 1}


def test_the_supervision_stage_counts_what_it_decides() -> None:
    """B is held until the supervisor's time denies its only line, C is held with its time."""
    timed = infusion("B", "M2", "09:00-10:00")
    cluster, service = run(infusion("A", "M1", "09:00-10:00"))
    cluster.publish(
        replace(timed, lines=(replace(timed.lines[0], procedure_code="96366"),)),
        claim("C", line("96366", "11:00-12:00", by=ADA), member_id="M3"),
    )
    service.drain()
    check(cluster, service)
    assert service.by_edit() == {"add-on-without-primary": 1}
    cluster.publish(voiding("A", "V"))
    service.drain()
    check(cluster, service)
    assert service.by_edit() == {"add-on-without-primary": 2}
    cluster.publish(
        claim("C-P", line("96365", "10:00-11:00", by=BEA), member_id="M3"),
        voiding("B", "W", member_id="M2"),
    )
    service.drain()
    check(cluster, service)
    assert service.by_edit() == {}


def test_the_count_follows_a_claim_to_another_supervisor_and_back() -> None:
    def at(by: str | None, event: str) -> ClaimEvent:
        clock = "11:00-12:00" if by else None
        return claim("C", line("96366", clock, by=by, units=2.0), event=event)

    cluster, service = run(at(None, "e0"))
    for number, by in enumerate((ADA, BEA, ADA, None, BEA, None), start=1):
        cluster.publish(replace(at(by, f"e{number}"), diagnosis_codes=(f"C50.91{number}",)))
        service.drain()
        check(cluster, service)
        assert service.by_edit() == {"add-on-without-primary": 1}


def test_a_process_that_takes_over_counts_at_once() -> None:
    cluster, service = run(
        received("2026-01-16", "A", "96366"),
        claim("C", line("96366", "11:00-12:00", by=ADA), member_id="M3"),
    )
    before = service.by_move(), service.by_edit()
    assert service.by_edit() == {"add-on-without-primary": 2}
    service.close()
    assert service.by_edit() == {}
    after = Service(cluster, TODAY).until_ready()
    assert (after.by_move(), after.by_edit()) == before


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(histories(most=8, members=3), st.integers(0, 8))
def test_whatever_the_claims_are_the_gauges_are_a_fold_of_the_decisions(
    history: list[ClaimEvent], killed_after: int
) -> None:
    cluster = Cluster()
    service = Service(cluster, TODAY)
    for place, each in enumerate(history):
        cluster.publish(each)
        service.drain(6)
        if place == killed_after:
            service.close()
            service = Service(cluster, TODAY).until_ready()
        check(cluster, service)


def test_a_claim_held_by_an_edit_that_is_gone_is_counted_as_other() -> None:
    service = Service(Cluster(), TODAY)
    pend = OpenPend(("gone", "gone-too"), WaitsFor.PAYER, None)
    service.pends.watch("encounter").opened(7, [(b"p1", encode_open_pend(pend)), (b"c1", b"")])
    assert service.by_move() == {("payer", "none"): 1}
    assert service.by_edit() == {}
    assert service._sample("open_pends_by_edit", edit_id=OTHER) == 1


def test_each_class_of_days_left_has_its_limits() -> None:
    lefts = (-400, -1, 0, 5, 6, 15, 16, 400, None)
    assert [class_of(left) for left in lefts] == [
        *("overdue", "overdue", "0-5", "0-5", "6-15", "6-15", "16+", "16+", "none")
    ]
