"""Who is in a consumer group."""

from __future__ import annotations

from confluent_kafka.admin import AdminClient

from ..config import StageConfig
from .error_mapping import AWAY, client_errors
from .futures import result_of


def member_names(admin: AdminClient, config: StageConfig, timeout_s: float) -> frozenset[str]:
    """The client.id of each member of the stage's group. Raises Retriable, FatalClientError."""
    with client_errors("describe_consumer_groups", AWAY):
        asked = admin.describe_consumer_groups([config.group_id], request_timeout=timeout_s)
        answer = result_of(asked[config.group_id], timeout_s)
    return frozenset(member.client_id for member in answer.members)
