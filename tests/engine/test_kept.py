"""Whether a topic keeps its records as long as it must."""

import pytest

from stream_edits.engine.topics.retention import DAY_MS, kept_too_short

DAYS = 3653


def settings(**given: str) -> dict[str, str | None]:
    """Those of a topic that keeps everything; names have `_` for `.`."""
    everything = {"cleanup_policy": "delete", "retention_ms": "-1", "retention_bytes": "-1"}
    return {name.replace("_", "."): value for name, value in {**everything, **given}.items()}


@pytest.mark.parametrize(
    "enough",
    [
        {},
        {"retention_ms": str(DAYS * DAY_MS)},
        {"retention_ms": str(DAYS * DAY_MS + 1)},
        # A tiered topic keeps the rest elsewhere.
        {
            "local_retention_ms": "3600000",
            "local_retention_bytes": "1000",
            "remote_storage": "true",
        },
        # Nothing is deleted without a policy.
        {"cleanup_policy": "", "retention_ms": "1000", "retention_bytes": "1000"},
    ],
)
def test_a_topic_that_keeps_enough(enough: dict[str, str]) -> None:
    assert kept_too_short("claims", settings(**enough), DAYS) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (
            {"retention_ms": str(DAYS * DAY_MS - 1)},
            "keeps records for 3,652.99 days (retention.ms=315619199999)",
        ),
        ({"retention_ms": "604800000"}, "keeps records for 7 days (retention.ms=604800000)"),
        ({"retention_ms": "0"}, "keeps records for 0 days (retention.ms=0)"),
        (
            {"retention_bytes": "1073741824"},
            "keeps only so many bytes of a partition (retention.bytes=1073741824)",
        ),
        (
            {"cleanup_policy": "compact", "retention_ms": "1000"},
            "keeps only the newest record of each key (cleanup.policy=compact)",
        ),
        (
            {"cleanup_policy": "compact,delete", "retention_ms": "3600000"},
            "keeps only the newest record of each key (cleanup.policy=compact,delete); "
            "keeps records for 0.04 days (retention.ms=3600000)",
        ),
    ],
)
def test_a_topic_that_keeps_too_little(given: dict[str, str], kept: str) -> None:
    problem = kept_too_short("claims", settings(**given), DAYS)
    assert problem == f"topic claims {kept}: every record must be kept for 3,653 days"
