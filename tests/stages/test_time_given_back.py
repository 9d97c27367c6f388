"""Supervised time given back, and reopened claims (docs/spec/edits.md, Supervised time)."""

from stream_edits.domain.decision import ClaimDecision
from stream_edits.domain.messages import Reopen
from tests.build import ADA, BEA, DAY, claim, infusion, line, replacing, voiding
from tests.stages.walk import Walk, edits, hops, summaries, through_stages


class TestTimeGivenBack:
    """A void or replacement frees time, and claims denied only for it are decided again."""

    def test_a_void_gives_time_to_the_denied_claim(self) -> None:
        sent = through_stages(
            [
                infusion("A", "M1", "09:00-10:00"),
                infusion("B", "M2", "09:00-10:00"),
                voiding("A", "V", minute=30),
            ]
        ).published
        assert summaries(sent) == ["A1 PASS", "B1 DENY", "V1 PASS", "B2 PASS"]
        assert sent[3].supersedes == sent[1].decision_id
        assert sent[3].trigger_event_id == "event-V"
        assert sent[3].decided_at == sent[2].decided_at
        assert sent[3].findings == ()
        assert sent[3].lines[0].allowed_units == 1

    def test_the_first_denied_line_gets_the_time_and_the_next_stays_denied(self) -> None:
        walk = through_stages(
            [
                infusion("A", "M1", "09:00-10:00"),
                infusion("B", "M2", "09:00-10:00"),
                infusion("C", "M3", "09:30-10:30"),
                voiding("A", "V"),
            ]
        )
        assert summaries(walk.published[3:]) == ["V1 PASS", "B2 PASS"]
        assert summaries(walk.send(voiding("B", "W", member_id="M2"))) == ["W1 PASS", "C2 PASS"]

    def test_a_denied_claim_that_is_decided_again_keeps_its_arrival(self) -> None:
        walk = through_stages(
            [
                infusion("A", "M1", "09:00-10:00"),
                infusion("B", "M2", "09:00-10:00"),
                infusion("C", "M3", "09:00-10:00"),
                infusion("B", "M2", "09:00-10:10", event="again"),
            ]
        )
        assert summaries(walk.send(voiding("A", "V"))) == ["V1 PASS", "B3 PASS"]

    def test_two_lines_that_do_not_overlap_both_get_the_time(self) -> None:
        sent = through_stages(
            [
                infusion("A", "M1", "09:00-11:00"),
                infusion("B", "M2", "09:00-10:00"),
                infusion("C", "M3", "10:00-11:00"),
                voiding("A", "V"),
            ]
        ).published
        assert summaries(sent[3:]) == ["V1 PASS", "B2 PASS", "C2 PASS"]

    def test_a_line_that_still_overlaps_another_stays_denied(self) -> None:
        walk = through_stages(
            [
                infusion("A", "M1", "09:00-10:00"),
                infusion("D", "M4", "10:00-11:00"),
                infusion("B", "M2", "09:30-10:30"),
                voiding("A", "V"),
            ]
        )
        assert summaries(walk.published[2:]) == ["B1 DENY", "V1 PASS"]
        assert summaries(walk.send(voiding("D", "W", member_id="M4"))) == ["W1 PASS", "B2 PASS"]

    def test_a_replacement_with_another_time_frees_the_old_one(self) -> None:
        sent = through_stages(
            [
                infusion("A", "M1", "09:00-10:00"),
                infusion("B", "M2", "09:00-10:00"),
                replacing("A", "C", line("96365", "14:00-15:00", by=ADA)),
            ]
        ).published
        assert summaries(sent) == ["A1 PASS", "B1 DENY", "C1 PASS", "B2 PASS"]

    def test_a_replacement_at_the_same_time_precedes_denied_lines(self) -> None:
        sent = through_stages(
            [
                infusion("A", "M1", "09:00-10:00"),
                infusion("B", "M2", "09:00-10:00"),
                replacing("A", "C", line("96365", "09:00-09:50", by=ADA)),
            ]
        ).published
        assert summaries(sent) == ["A1 PASS", "B1 DENY", "C1 PASS"]

    def test_a_replacement_has_the_hops_of_the_replaced_claim(self) -> None:
        walk = Walk()
        walk.send(infusion("A", "M1", "09:00-10:00", by=BEA))
        walk.send(replacing("A", "C", line("96365", "09:00-10:00", by=ADA)))
        walk.send(voiding("C", "V"))
        assert hops(walk.sent) == [(BEA,), (ADA, BEA), (BEA,), (ADA, BEA), (BEA,)]
        assert walk.day(ADA, DAY) == walk.day(BEA, DAY) == ()

    def test_a_hop_of_a_claim_is_a_hop_of_all_later_revisions(self) -> None:
        walk = Walk()
        timed = line("96366", "10:00-11:00", by=ADA)
        walk.send(claim("A", timed, event="1"), claim("A", line("96366"), event="2"))
        walk.send(claim("B", line("96365")))
        assert hops(walk.sent) == [(ADA,)] * 3
        assert summaries(walk.published) == ["A1 PEND", "A2 PEND", "B1 PASS", "A3 PASS"]

    def test_a_line_denied_in_a_later_revision_gives_its_time_back(self) -> None:
        waits = [
            claim("A", line("96365", "09:00-10:00", by=ADA), line("96372"), documents=()),
            infusion("B", "M2", "09:00-10:00"),
            claim("C", line("96413")),
        ]
        sent = through_stages(waits).published
        assert summaries(sent) == ["A1 PEND", "B1 DENY", "C1 PASS", "A2 PEND", "B2 PASS"]
        assert sent[4].trigger_event_id == "event-C"


class TestReopening:
    """Other claims may arrive between the supervisor's message and the next revision."""

    def freed(self) -> tuple[Walk, Reopen]:
        """A run in which A's void gives time back to B; the reopening is not processed yet."""
        walk = through_stages(
            [infusion("A", "M1", "09:00-10:00"), infusion("B", "M2", "09:00-10:00")]
        )
        decision, reopen = walk.step(walk.hop(voiding("A", "V")))
        assert isinstance(decision, ClaimDecision)
        assert isinstance(reopen, Reopen)
        return walk, reopen

    def test_time_given_to_a_line_is_occupied_at_once(self) -> None:
        walk, reopen = self.freed()
        assert summaries(walk.send(infusion("C", "M3", "09:00-10:00"))) == ["C1 DENY"]
        assert summaries(walk.take(reopen)) == ["B2 PASS"]
        assert walk.last()["C"].findings[0].related_claim_ids == ("B",)

    def test_a_reopening_after_a_newer_decision_is_ignored(self) -> None:
        walk, reopen = self.freed()
        moved = claim("B", line("96365", "14:00-15:00", by=ADA), member_id="M2", event="again")
        assert summaries(walk.send(moved)) == ["B2 PASS"]
        assert walk.take(reopen) == []

    def test_a_reopening_of_a_claim_withdrawn_meanwhile_is_ignored(self) -> None:
        walk, reopen = self.freed()
        assert summaries(walk.send(voiding("B", "W", member_id="M2"))) == ["W1 PASS"]
        assert walk.take(reopen) == []
        assert walk.day(ADA, DAY) == ()

    def test_a_reopening_sent_twice_is_processed_once(self) -> None:
        walk, reopen = self.freed()
        assert summaries(walk.take(reopen, reopen)) == ["B2 PASS"]

    def test_a_reopening_of_an_unknown_claim_is_ignored(self) -> None:
        _, reopen = self.freed()
        assert Walk().take(reopen) == []

    def test_a_reopened_claim_keeps_the_findings_of_the_encounter_stage(self) -> None:
        walk = through_stages(
            [
                infusion("A", "M1", "09:00-10:00"),
                claim(
                    "B",
                    line("96365", "09:00-10:00", by=ADA),
                    line("96366", units=9),
                    member_id="M2",
                ),
                voiding("A", "V"),
            ]
        )
        first, second = (each for each in walk.published if each.claim_id == "B")
        assert edits(first) == ["simultaneous-supervision", "units-over-maximum"]
        assert edits(second) == ["units-over-maximum"]
        assert [each.allowed_units for each in second.lines] == [1, 8]

    def test_a_reopened_claim_has_all_its_hops_again(self) -> None:
        walk = Walk()
        walk.send(
            infusion("A", "M1", "09:00-10:00"),
            claim(
                "B",
                line("96365", "09:00-10:00", by=ADA),
                line("96366", "10:00-11:00", by=BEA),
                member_id="M2",
            ),
        )
        before = len(walk.sent)
        walk.send(voiding("A", "V"))
        assert hops(walk.sent[before:]) == [(ADA,), (ADA, BEA), (BEA,)]
