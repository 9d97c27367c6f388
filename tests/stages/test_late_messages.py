"""Messages that reach a supervisor after later ones of their claim, as a dead letter given back."""

from datetime import date

import pytest

from stream_edits.app.state_memory import StoredSupervisors
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.messages import Reopen, RoutedReview, SupervisedClaim
from stream_edits.stages.shared.refused_reviews import StaleReview
from stream_edits.stages.shared.retention import Retention
from tests.build import ADA, BEA, DAY, claim, infusion, line, published, replacing, voiding
from tests.modes.histories import overlay_of, policies_with
from tests.stages.reviewing import review
from tests.stages.walk import Walk, edits, related, summaries
from tests.stages.wire import OverTheWire, State

NINE, TEN, ONE = "09:00-10:00", "10:00-11:00", "13:00-14:00"
EDIT = "simultaneous-supervision"
MONITORED = policies_with(overlay_of(EDIT, "monitor"))


def claim_c(at: str = NINE, by: str = ADA, event: str = "c-1") -> ClaimEvent:
    return infusion("C", "M1", at, by, event=event)


def of_another(name: str, at: str) -> ClaimEvent:
    """The claim of a patient of its own."""
    return infusion(name, f"of {name}", at)


@pytest.fixture(params=[Walk, OverTheWire])
def walk(request: pytest.FixtureRequest) -> Walk:
    found: Walk = request.param()
    return found


class TestOutdated:
    """It changes nothing at the hop, and nothing is published of it."""

    def test_an_older_revision(self, walk: Walk) -> None:
        late = walk.hop(claim_c(NINE))
        assert summaries(walk.send(claim_c(ONE, event="c-2"))) == ["C2 PASS"]
        before = walk.day(ADA, DAY)
        assert walk.take(late) == []
        assert walk.day(ADA, DAY) == before
        sent = walk.send(of_another("D", ONE), of_another("E", NINE))
        assert summaries(sent) == ["D1 DENY", "E1 PASS"]
        assert related(sent[0]) == [("C",)]

    def test_a_voided_claim_that_the_supervisor_never_saw(self, walk: Walk) -> None:
        late = walk.hop(claim_c())
        assert summaries(walk.send(voiding("C", "V"))) == ["V1 PASS"]
        assert walk.take(late) == []
        assert summaries(walk.send(of_another("D", NINE))) == ["D1 PASS"]

    def test_a_voided_claim_that_the_supervisor_saw_in_an_earlier_revision(
        self, walk: Walk
    ) -> None:
        walk.send(claim_c())
        late = walk.hop(claim_c(ONE, event="c-2"))
        walk.send(voiding("C", "V"))
        assert walk.take(late) == []
        assert summaries(walk.send(of_another("D", ONE))) == ["D1 PASS"]

    def test_a_replaced_claim(self, walk: Walk) -> None:
        late = walk.hop(claim_c())
        walk.send(replacing("C", "R", line("96365", ONE, by=ADA)))
        assert walk.take(late) == []
        assert summaries(walk.send(of_another("D", NINE), of_another("E", ONE))) == [
            "D1 PASS",
            "E1 DENY",
        ]

    def test_a_void_that_was_itself_voided(self, walk: Walk) -> None:
        walk.send(claim_c(), voiding("C", "V"))
        late = walk.hop(replacing("V", "R", line("96365", ONE, by=ADA)))
        walk.send(voiding("R", "W"))
        assert walk.take(late) == []
        assert summaries(walk.send(of_another("D", ONE))) == ["D1 PASS"]

    def test_at_a_later_hop(self, walk: Walk) -> None:
        lines = (line("96365", NINE, by=ADA), line("96366", TEN, by=BEA))
        (late,) = walk.step(walk.hop(claim("C", *lines, event="c-1")))
        assert isinstance(late, SupervisedClaim)
        walk.send(claim("C", lines[0], event="c-2"))
        assert walk.take(late) == []
        sent = walk.send(infusion("D", "M2", TEN, BEA))
        assert summaries(sent) == ["D1 PASS"]

    def test_where_supervision_is_only_monitored(self) -> None:
        walk = Walk(under=MONITORED)
        late = walk.hop(claim_c(NINE))
        assert late.hops == ()
        walk.send(claim_c(ONE, event="c-2"))
        assert walk.take(late) == []
        first, second = walk.send(of_another("D", NINE), of_another("E", ONE))
        assert (edits(first), edits(second)) == ([], [EDIT])

    def test_a_review_in_it_is_refused(self) -> None:
        walk = Walk()
        walk.send(of_another("A", NINE))
        (denied,) = walk.send(claim_c())
        (routed,) = walk.step(review(denied))
        assert isinstance(routed, RoutedReview)
        (reopened,) = walk.step(routed)
        assert isinstance(reopened, Reopen)
        (late,) = walk.step(reopened)
        assert isinstance(late, SupervisedClaim)
        walk.send(claim_c(ONE, event="c-2"))
        with pytest.raises(StaleReview):
            walk.take(late)


class TestItsWithdrawal:
    """No later message withdraws what an outdated one withdraws, so that is done all the same."""

    def test_time_is_given_back_at_every_hop(self, walk: Walk) -> None:
        both = (line("96365", NINE, by=ADA), line("96366", TEN, by=BEA))
        walk.send(claim("C", *both), of_another("D", NINE), infusion("E", "M3", TEN, BEA))
        late = walk.hop(replacing("C", "R", *both, event="r-1"))
        walk.send(claim("R", line("96365", ONE, by=ADA), event="r-2"))
        assert summaries(walk.take(late)) == ["D2 PASS", "E2 PASS"]
        assert [x.claim_id for x in walk.day(ADA, DAY) if x.occupies_time] == ["D", "R"]
        assert [x.claim_id for x in walk.day(BEA, DAY) if x.occupies_time] == ["E"]

    def test_it_is_not_done_twice(self, walk: Walk) -> None:
        walk.send(claim_c())
        late = walk.hop(replacing("C", "R", line("96365", TEN, by=ADA), event="r-1"))
        walk.send(claim("R", line("96365", ONE, by=ADA), event="r-2"))
        assert walk.take(late) == []
        before = walk.day(ADA, DAY)
        assert walk.take(late) == []
        assert [s._replace(arrival=0) for s in walk.day(ADA, DAY)] == [
            s._replace(arrival=0) for s in before
        ]

    def test_a_monitored_hop_gives_nothing_back(self) -> None:
        walk = Walk(under=MONITORED)
        walk.send(claim_c(), of_another("D", NINE))
        late = walk.hop(replacing("C", "R", line("96365", TEN, by=ADA), event="r-1"))
        walk.send(claim("R", line("96365", ONE, by=ADA), event="r-2"))
        assert walk.take(late) == []
        (after,) = walk.send(of_another("E", NINE))
        assert after.findings == ()


class TestNotOutdated:
    """What may look like it, and is not."""

    def test_a_dead_letter_of_the_newest_revision(self, walk: Walk) -> None:
        walk.send(claim_c())
        late = walk.hop(claim_c(ONE, event="c-2"))
        walk.send(of_another("D", NINE))
        assert summaries(walk.take(late)) == ["C2 PASS", "D2 PASS"]

    def test_a_later_event_of_a_withdrawn_claim(self, walk: Walk) -> None:
        walk.send(claim_c(), voiding("C", "V"))
        (notice,) = walk.send(claim_c(ONE, event="c-2"))
        assert summaries([notice]) == ["C2 PASS"]
        assert edits(notice) == ["already-replaced"]

    def test_a_claim_that_comes_after_its_void(self, walk: Walk) -> None:
        sent = walk.send(voiding("C", "V"), claim_c())
        assert summaries(sent) == ["V1 PASS", "C1 PASS"]

    def test_a_claim_that_replaces_itself(self, walk: Walk) -> None:
        walk.send(claim_c())
        again = replacing("C", "C", line("96365", TEN, by=ADA), event="c-2")
        sent = walk.send(
            again, claim_c(ONE, event="c-3"), of_another("D", TEN), of_another("E", ONE)
        )
        assert summaries(sent) == ["C2 PASS", "C3 PASS", "D1 PASS", "E1 DENY"]

    def test_a_claim_that_goes_round_for_its_time(self, walk: Walk) -> None:
        sent = walk.send(claim_c(), of_another("D", NINE), voiding("C", "V"), voiding("D", "W"))
        assert summaries(sent)[:4] == ["C1 PASS", "D1 DENY", "V1 PASS", "D2 PASS"]

    def test_a_claim_that_leaves_its_supervisor_and_comes_back(self, walk: Walk) -> None:
        sent = walk.send(
            claim_c(), claim_c(by=BEA, event="c-2"), claim_c(ONE, event="c-3"), of_another("D", ONE)
        )
        assert summaries(sent) == ["C1 PASS", "C2 PASS", "C3 PASS", "D1 DENY"]

    def test_a_forgotten_claim_that_begins_again(self) -> None:
        """The supervisor may remember a claim for longer than the encounter stage does."""
        walk = Walk(retention=Retention(30))
        walk.send(claim_c(), claim_c(TEN, event="c-2"), published(of_another("D", ONE), 29))
        sent = walk.send(published(claim_c(NINE, event="c-3"), 32))
        assert summaries(sent) == ["C1 PASS"]
        assert [x.start_time.hour for x in walk.day(ADA, DAY) if x.claim_id == "C"] == [9]

    def test_a_claim_of_a_log_that_begins_again(self) -> None:
        """A dead letter from before a rebuild has an order that later messages do not reach."""
        walk = Walk()
        walk.take(walk.hop(claim_c())._replace(event_order=1_000_000))
        sent = walk.send(claim_c(TEN, event="c-2"), voiding("C", "V"), of_another("D", TEN))
        assert summaries(sent) == ["C2 PASS", "V1 PASS", "D1 PASS"]

    def test_messages_and_state_of_an_earlier_version(self) -> None:
        walk = Walk()
        walk.take(walk.hop(claim_c())._replace(event_order=0))
        record = walk.supervisors.claim(ADA, "M1", "C")
        assert record is not None
        walk.supervisors.keep_claim(ADA, "M1", "C", record._replace(revision=0))
        void = walk.hop(voiding("C", "V"))._replace(event_order=0, withdrawn_revision=0)
        assert summaries(walk.take(void)) == ["V1 PASS"]
        assert summaries(walk.send(of_another("D", NINE))) == ["D1 PASS"]


def test_what_is_known_of_claims_without_time_is_deleted_with_its_quarter() -> None:
    state = State()
    walk = Walk(supervisors=StoredSupervisors(state), retention=Retention(30))
    walk.send(claim_c(), voiding("C", "V"))
    assert sorted(key[:1] for key in state.kept) == [b"d", b"q", b"s", b"s"]
    walk.send(published(of_another("D", NINE), 31))
    record = walk.supervisors.claim(ADA, "of D", "D")
    assert record is not None
    assert record.dates == (date(2025, 1, 15),)
    assert sorted(key[:1] for key in state.kept) == [b"d", b"q", b"s"]
