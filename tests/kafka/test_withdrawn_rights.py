"""A right that is missing in the middle of a transaction: the error names the topic."""

import time
import uuid
from pathlib import Path

import pytest
from confluent_kafka.admin import AclOperation, AdminClient, NewTopic, ResourceType

from stream_edits.engine.errors import FatalClientError, RequiresAbort
from stream_edits.engine.kafka.sink import ConfluentSink
from stream_edits.engine.ports import Output
from tests.broker.secured import SecuredKafka
from tests.contract.members import answered, done
from tests.engine.harness import config
from tests.kafka.access import PASSWORD, by_password
from tests.kafka.deployment import STAGES, Deployment
from tests.kafka.test_rights import Users, published
from tests.memory_kafka.calls import LIMITS

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("kept", [AclOperation.READ, None])
def test_a_write_that_is_withdrawn_while_running_names_its_topic(
    secured_kafka: SecuredKafka, tmp_path: Path, kept: AclOperation | None
) -> None:
    """With READ, the broker refuses to add the changelog to the transaction. Without any right,
    the stage cannot confirm that the topic is the one it knows, and stops."""
    with Deployment(
        secured_kafka.bootstrap, tmp_path, 1, **by_password(secured_kafka)
    ) as deployment:
        users = Users(secured_kafka, deployment)
        users.do("topics create", "topics", "create")
        users.do("publish", "publish", published(tmp_path))
        _, _, encounter, _ = [users.start(stage) for stage in STAGES]
        deployment.drain(90)
        changelog = deployment.topics.encounter_state
        for operation in {AclOperation.READ, AclOperation.WRITE} - {kept}:
            right = (ResourceType.TOPIC, changelog, operation)
            secured_kafka.forbid(users.name("encounter"), right)
        users.do("publish", "publish", published(tmp_path))
        if kept is None:
            assert encounter.exit_code(60) == 1
            encounter.accounted_for = True
            line = encounter.output.strip().splitlines()[-1]
            assert f"no right to DESCRIBE topic {changelog}" in line
            assert "TOPIC_AUTHORIZATION_FAILED" in line
            return
        line = encounter.says("in_a_row=4", 60)
        assert "error=TOPIC_AUTHORIZATION_FAILED" in line
        assert f"reason=TOPIC_AUTHORIZATION_FAILED on topic {changelog}" in line
        assert "INVALID_TXN_STATE" not in encounter.output
        encounter.kill()


def opened_sink(kafka: SecuredKafka) -> tuple[ConfluentSink, str, str]:
    """A producer with an open transaction, a topic it may write to, and one it may not."""
    mine, refused = f"out-{uuid.uuid4().hex[:8]}", f"log-{uuid.uuid4().hex[:8]}"
    kafka.add_user("writer", PASSWORD)
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    for future in admin.create_topics([NewTopic(each, 1, 1) for each in (mine, refused)]).values():
        future.result(20)
    rights = [
        (ResourceType.TOPIC, mine, AclOperation.WRITE),
        (ResourceType.TOPIC, refused, AclOperation.DESCRIBE),
        (ResourceType.TRANSACTIONAL_ID, mine, AclOperation.WRITE),
    ]
    kafka.allow("writer", rights)
    sink = ConfluentSink(config(transactional_id=mine, kafka=_options(kafka, "writer")), LIMITS)
    answered(sink.init)
    sink.begin()
    return sink, mine, refused


def produce_until_it_fails(sink: ConfluentSink, topic: str) -> None:
    for _ in range(200):
        sink.produce([Output(topic, b"k", b"v")])
        time.sleep(0.05)


def test_a_record_after_the_transaction_failed_is_not_a_fatal_error(
    secured_kafka: SecuredKafka,
) -> None:
    """A large batch is still being produced when the broker refuses a part of it."""
    sink, mine, refused = opened_sink(secured_kafka)
    sink.produce([Output(mine, b"k", b"v")])
    # The broker knows the transaction from now on, and can abort it.
    assert sink._producer.flush(30) == 0
    sink.produce_at(refused, 0, [(b"k", b"v")])
    with pytest.raises(RequiresAbort) as caught:
        produce_until_it_fails(sink, mine)
    assert caught.value.reason == f"TOPIC_AUTHORIZATION_FAILED on topic {refused}"
    done(sink.abort)
    sink.begin()
    sink.produce([Output(mine, b"k", b"v")])
    done(sink.commit)
    sink.close()


def test_a_transaction_that_cannot_be_aborted_names_what_was_refused(
    secured_kafka: SecuredKafka,
) -> None:
    sink, mine, refused = opened_sink(secured_kafka)
    sink.produce_at(refused, 0, [(b"k", b"v")])
    with pytest.raises(RequiresAbort):
        produce_until_it_fails(sink, mine)
    with pytest.raises(FatalClientError) as caught:
        done(sink.abort)
    text = str(caught.value)
    assert text.startswith(f"TOPIC_AUTHORIZATION_FAILED on topic {refused}: the user lacks a right")
    assert "INVALID_TXN_STATE" in text
    sink.close()


def _options(kafka: SecuredKafka, user: str) -> dict[str, str]:
    """The client's options from those of the settings."""
    given = by_password(kafka, user)
    names = {name.removeprefix("KAFKA__"): value for name, value in given.items()}
    names["BOOTSTRAP_SERVERS"] = given["BOOTSTRAP_SERVERS"]
    return {name.lower().replace("_", "."): value for name, value in names.items()}
