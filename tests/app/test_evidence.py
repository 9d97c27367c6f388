"""How long the topics of claims, reviews and decisions must be kept, by the settings."""

import pytest

from stream_edits.app.topic_specs import topic_specs
from stream_edits.settings import Settings

EVIDENCE = {
    *("claims.events", "claims.edits.reviews"),
    *("claims.edits.pass", "claims.edits.pend", "claims.edits.deny"),
}


@pytest.mark.parametrize(
    ("settings", "required", "made_with"),
    [
        (Settings(), 3653, "-1"),
        (Settings(evidence_retention_days=4000), 4000, "345600000000"),
        (Settings(evidence_retention_days=1461), 1461, "126230400000"),
        # A rebuild needs every claim that is remembered.
        (Settings(retention_days=5000), 5000, "-1"),
        (Settings(retention_days=30), 3653, "-1"),
    ],
)
def test_claims_and_decisions_are_kept(settings: Settings, required: int, made_with: str) -> None:
    kept = {spec.name: spec for spec in topic_specs(settings) if spec.kept_days is not None}
    assert kept.keys() == EVIDENCE
    for spec in kept.values():
        assert spec.kept_days == required
        assert spec.initial == {"retention.ms": made_with, "retention.bytes": "-1"}
        assert spec.cleanup_policy == "delete"


def test_other_topics_have_the_retention_of_the_broker_or_their_own() -> None:
    others = [spec for spec in topic_specs(Settings()) if spec.name not in EVIDENCE]
    assert len(others) == 7
    made_with = {spec.name: spec.initial for spec in others if spec.initial}
    month = {"retention.ms": "2592000000", "retention.bytes": "-1"}
    # What a stage has not read while it is down.
    assert made_with.pop("claims.edits.by-member") == month
    assert made_with.pop("claims.edits.by-supervisor") == month
    assert {spec.name for spec in others if spec.cleanup_policy == "compact"} == set(made_with)
    assert all(each == {"segment.bytes": "67108864"} for each in made_with.values())
    assert [s.name for s in others if "retention.ms" in s.at_least] == ["claims.edits.dead-letter"]
