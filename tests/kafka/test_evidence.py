"""`topics create` and `check` on a real Kafka: are claims and decisions kept for years?"""

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment

DAYS = 3653
YEARS_MS = DAYS * 86_400_000


def checked(deployment: Deployment, **settings: str) -> tuple[int, list[str]]:
    """Exit code and lines of `topics check`."""
    done = deployment.command("topics", "check", **settings)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def kept(deployment: Deployment, topic: str) -> tuple[str | None, str | None]:
    """`retention.ms` and `retention.bytes` of a topic, as the broker has them."""
    admin = AdminClient({"bootstrap.servers": deployment.bootstrap})
    resource = ConfigResource(ResourceType.TOPIC, topic)
    entries = admin.describe_configs([resource])[resource].result(timeout=20)
    return entries["retention.ms"].value, entries["retention.bytes"].value


def test_new_topics_keep_claims_and_decisions_without_a_limit(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    for topic in deployment.topics.evidence():
        assert kept(deployment, topic) == ("-1", "-1")
    assert kept(deployment, deployment.topics.by_member) != ("-1", "-1")
    assert checked(deployment) == (0, ["all topics match the settings"])
    # Who wants less says so; what is kept already is more than enough.
    assert checked(deployment, EVIDENCE_RETENTION_DAYS="1500")[0] == 0


def test_the_setting_makes_the_topics_and_is_required(deploy: Deploy) -> None:
    deployment = deploy(EVIDENCE_RETENTION_DAYS="1500").create_topics()
    for topic in deployment.topics.evidence():
        assert kept(deployment, topic) == (str(1500 * 86_400_000), "-1")
    assert checked(deployment)[0] == 0
    code, lines = checked(deployment, EVIDENCE_RETENTION_DAYS="1501")
    assert code == 1
    assert lines == [
        f"topic {topic} keeps records for 1,500 days (retention.ms=129600000000): every record "
        "must be kept for 1,501 days"
        for topic in deployment.topics.evidence()
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"retention.ms": None}, "keeps records for 7 days (retention.ms=604800000)"),
        (
            {"retention.ms": str(YEARS_MS - 1)},
            f"keeps records for 3,652.99 days (retention.ms={YEARS_MS - 1})",
        ),
        (
            {"retention.bytes": "5000000"},
            "keeps only so many bytes of a partition (retention.bytes=5000000)",
        ),
        (
            {"cleanup.policy": "compact"},
            "keeps only the newest record of each key (cleanup.policy=compact)",
        ),
        (
            {"cleanup.policy": "compact,delete", "retention.ms": "86400000"},
            "keeps only the newest record of each key (cleanup.policy=compact,delete); "
            "keeps records for 1 day (retention.ms=86400000)",
        ),
    ],
)
def test_a_broker_that_keeps_less(
    deploy: Deploy, changes: dict[str, str | None], says: str
) -> None:
    deployment = deploy().create_topics()
    events = deployment.topics.events
    for name, value in changes.items():
        deployment.alter_topic(events, name, value)
    line = f"topic {events} {says}: every record must be kept for {DAYS:,} days"
    assert checked(deployment) == (1, [line])


def test_exactly_ten_years_and_settings_of_tiered_storage_are_enough(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    topics = deployment.topics
    deployment.alter_topic(topics.deny, "retention.ms", str(YEARS_MS))
    deployment.alter_topic(topics.events, "local.retention.ms", "3600000")
    deployment.alter_topic(topics.events, "local.retention.bytes", "1000000")
    assert checked(deployment) == (0, ["all topics match the settings"])


def test_a_topic_of_an_earlier_version_is_named_and_still_decided(deploy: Deploy) -> None:
    """Made by the broker's defaults before; `run` goes on, only `check` fails."""
    deployment = deploy()
    events = deployment.topics.events
    admin = AdminClient({"bootstrap.servers": deployment.bootstrap})
    admin.create_topics([NewTopic(events, 2, 1)])[events].result(timeout=20)
    deployment.create_topics()
    code, (line,) = checked(deployment)
    assert code == 1
    assert line.startswith(f"topic {events} keeps records for 7 days")
    program = deployment.start()
    deployment.wait_for_members("intake", 1)
    assert program.running
