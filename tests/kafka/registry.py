"""A stub registry with the project's schemas, for processes that are configured with one."""

from stream_edits.codec.schemas import schema_of
from stream_edits.settings import Topics
from tests.codec.registry_stub import StubRegistry

CLAIM_ID = 4711


def with_our_schemas(stub: StubRegistry, topics: Topics) -> int:
    """Register the claim's schema as 4711, and the decision's under the id returned."""
    decision = schema_of("ClaimDecision").id
    stub.add(CLAIM_ID, schema_of("ClaimEvent").text)
    stub.add(decision, schema_of("ClaimDecision").text)
    for topic in (topics.pass_, topics.pend, topics.deny):
        stub.subjects[f"{topic}-value"] = [decision]
    return decision
