"""A client that waits for an answer that never comes is replaced (docs/decisions/0033)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker import LocalKafka
from tests.broker.choice import skip_reason
from tests.broker.properties import free_port
from tests.contract.members import Member
from tests.contract.real import Real
from tests.faults.forgetful import FIND_COORDINATOR, JOIN_GROUP, ForgetfulLink

pytestmark = [pytest.mark.timeout(240), pytest.mark.kafka, pytest.mark.slow]


@pytest.fixture
def link(tmp_path: Path) -> Iterator[ForgetfulLink]:
    """A link to a broker of its own."""
    reason = skip_reason()
    if reason:
        pytest.skip(reason)
    upstream = free_port()
    link = ForgetfulLink(upstream)
    with link, LocalKafka(tmp_path / "kafka", proxied=(upstream, link.port)):
        yield link


@pytest.mark.parametrize("lost", [JOIN_GROUP, FIND_COORDINATOR])
def test_only_a_new_client_joins_when_an_answer_is_lost(link: ForgetfulLink, lost: int) -> None:
    cluster = Real(link.bootstrap)
    cluster.put(0, b"1")
    link.losing = lost
    member = Member(cluster)
    _polled(member, 10)
    assert link.losing is None
    member.source.subscribe(member)
    _polled(member, 10)
    assert member.callbacks == [], (
        "the client joined by itself: join_as_new_member is not needed any more"
    )
    member.source.join_as_new_member(member)
    member.until(lambda: member.values == [b"1"])
    assert member.callbacks == ["assigned"]
    member.source.close()


def _polled(member: Member, times: int) -> None:
    for _ in range(5 * times):
        member.poll()
