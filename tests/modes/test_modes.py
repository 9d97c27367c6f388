"""But for its monitored findings, a decision is the one that it would be without the edit."""

import pytest

from stream_edits.codec.decisions import decision_encoder
from stream_edits.domain.decision import ClaimDecision, FindingMode, RollUp
from tests.modes.histories import (
    EDITS,
    SHIPPED,
    decided,
    excluding,
    history_of,
    overlay_of,
    policies_with,
    silenced,
)

HISTORY = history_of(7, 150)
# A day in the middle of the history.
MIDDLE = sorted(claim.first_day for claim in HISTORY)[len(HISTORY) // 2].isoformat()
ENCODE = decision_encoder(7)


def bytes_of(decisions: list[ClaimDecision]) -> list[bytes]:
    return [ENCODE(decision) for decision in decisions]


@pytest.mark.parametrize("edit_id", EDITS)
def test_a_monitored_edit_changes_nothing(edit_id: str) -> None:
    off = decided(policies_with(overlay_of(edit_id, "off")), HISTORY, edit_id)
    monitored = decided(policies_with(overlay_of(edit_id, "monitor")), HISTORY, edit_id)
    assert bytes_of(monitored.decisions) == bytes_of(off.decisions)
    assert monitored.refused == off.refused
    assert off.monitored == []
    assert {finding.edit_id for _, finding in monitored.monitored} <= {edit_id}
