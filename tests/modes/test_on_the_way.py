"""A claim on its way to its supervisor while its plan's overlay first excludes its provider."""

from stream_edits.domain.decision import ClaimDecision, Disposition, FindingMode, RollUp
from stream_edits.domain.messages import SupervisedClaim
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from tests.build import CLINIC, OTHER_CLINIC, infusion, voiding
from tests.modes.histories import SHIPPED, excluding, policies_with
from tests.stages.wire import OverTheWire

OVERLAP = "simultaneous-supervision"
EXCLUDED = excluding(OVERLAP, [CLINIC])
ANOTHER_EXCLUDED = excluding(OVERLAP, [OTHER_CLINIC])


def routed(walk: OverTheWire) -> SupervisedClaim:
    """B on its way, which overlaps A of another member, under the shipped policies."""
    assert not SHIPPED.have_modes
    walk.send(infusion("A", "M2", "09:00-10:00"))
    return walk.hop(infusion("B", "M1", "09:30-10:30"))


def supervised(walk: OverTheWire, message: SupervisedClaim, overlay: str) -> ClaimDecision:
    """The decision on a claim whose supervisor judges it under an overlay."""
    walk.builder = DecisionBuilder(policies_with(overlay), RollUp.STANDARD, "test")
    (decision,) = walk.take(message)
    return decision


def found(decision: ClaimDecision) -> tuple[Disposition, list[tuple[str, FindingMode]]]:
    return decision.disposition, [(each.edit_id, each.mode) for each in decision.findings]


DENIED = (Disposition.DENY, [(OVERLAP, FindingMode.ENFORCED)])


def test_it_is_not_denied() -> None:
    walk = OverTheWire()
    message = routed(walk)
    assert found(supervised(walk, message, EXCLUDED)) == (Disposition.PASS, [])


def test_it_is_denied_where_another_provider_is_excluded() -> None:
    walk = OverTheWire()
    message = routed(walk)
    assert found(supervised(walk, message, ANOTHER_EXCLUDED)) == DENIED


def test_a_message_of_an_earlier_version_has_no_npi_and_is_read() -> None:
    walk = OverTheWire()
    message = routed(walk)._replace(billing_npi="")
    assert found(supervised(walk, message, EXCLUDED)) == DENIED


def test_a_claim_that_such_a_message_denied_is_reopened_with_the_npi() -> None:
    walk = OverTheWire()
    (denied,) = walk.take(routed(walk)._replace(billing_npi=""))
    assert found(denied) == DENIED
    walk.send(voiding("A", "VA", member_id="M2"))
    again = [x for x in walk.sent if isinstance(x, SupervisedClaim) and x.draft.claim_id == "B"]
    assert [(x.draft.revision, x.billing_npi) for x in again] == [(1, CLINIC), (2, CLINIC)]
