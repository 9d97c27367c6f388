"""What `publish` says when the brokers do not take a record."""

import pytest

from stream_edits.engine.errors import EngineStopped
from stream_edits.engine.kafka import publish_records
from stream_edits.engine.ports import Output
from tests.engine.mock_cluster import mock_cluster

UNKNOWN_TOPIC_OR_PART, TOPIC_AUTHORIZATION_FAILED = 3, 29


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (UNKNOWN_TOPIC_OR_PART, "`stream-edits topics create`, or grant the right to DESCRIBE"),
        (TOPIC_AUTHORIZATION_FAILED, "check the brokers, the topic and the right to WRITE"),
    ],
)
def test_a_refused_record_is_followed_by_what_to_do(code: int, advice: str) -> None:
    with mock_cluster() as cluster:
        cluster.create("claims", 1)
        cluster.refuse("claims", code)
        # The client waits so long for a topic that may be new to the broker that it asks.
        options: dict[str, str | int | float] = {
            "bootstrap.servers": cluster.servers,
            "topic.metadata.propagation.max.ms": 1,
        }
        with pytest.raises(EngineStopped) as refused:
            publish_records(options, [Output("claims", b"k", b"v")])
    assert str(refused.value).startswith("1 of 1 records were not taken (")
    assert advice in str(refused.value)
