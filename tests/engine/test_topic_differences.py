"""Which settings of a topic count as different from what it should be."""

from __future__ import annotations

import pytest

from stream_edits.engine.ports import TopicSpec
from stream_edits.engine.topics.differences import unlike

LIMIT, AGE = "max.message.bytes", "retention.ms"
SPEC = TopicSpec("dead", 6, at_least={AGE: "-1", LIMIT: "1000"})


def found(spec: TopicSpec = SPEC, **settings: str | None) -> list[str]:
    """The differences of a topic that is as it should be, but for these settings."""
    usual = {"cleanup.policy": "delete", AGE: "-1", LIMIT: "1000"}
    return list(unlike(spec, usual | {name.replace("_", "."): v for name, v in settings.items()}))


@pytest.mark.parametrize("limit", ["1000", "1001", "3000000"])
def test_a_limit_may_be_larger(limit: str) -> None:
    assert found(max_message_bytes=limit) == []


@pytest.mark.parametrize("limit", ["999", "0", None])
def test_a_limit_may_not_be_smaller(limit: str | None) -> None:
    (line,) = found(max_message_bytes=limit)
    assert line == f"topic dead has {LIMIT}={limit}, not 1000 or more"


@pytest.mark.parametrize("age", ["604800000", str(2**62), None])
def test_nothing_is_as_much_as_no_limit(age: str | None) -> None:
    assert found(retention_ms=age) == [f"topic dead has {AGE}={age}, not -1"]


def test_no_limit_is_more_than_any() -> None:
    assert found(SPEC._replace(at_least={AGE: "1000"})) == []


@pytest.mark.parametrize("policy", ["compact", "compact,delete"])
def test_the_cleanup_policy_is_the_same(policy: str) -> None:
    assert found(cleanup_policy=policy) == [f"topic dead has cleanup.policy={policy}, not delete"]


def test_what_must_be_kept_says_so_itself() -> None:
    (line,) = found(SPEC._replace(kept_days=10), cleanup_policy="compact")
    assert "every record must be kept for 10 days" in line
