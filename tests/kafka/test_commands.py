"""The commands against a real Kafka: create and check topics; `run` refuses what cannot work."""

from pathlib import Path

from confluent_kafka.admin import AdminClient, NewPartitions

from tests.kafka.conftest import Deploy
from tests.kafka.deployment import Deployment


def last_line(deployment: Deployment, *arguments: str, **settings: str) -> tuple[int, str]:
    """Exit code and last line on stderr of a command, which never shows a traceback."""
    done = deployment.command(*arguments, **settings)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.strip().splitlines()[-1]


def add_partition(deployment: Deployment, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": deployment.bootstrap})
    wanted = NewPartitions(topic, deployment.settings.partitions + 1)
    admin.create_partitions([wanted])[topic].result(timeout=20)


def test_creating_topics_twice_changes_nothing(deploy: Deploy) -> None:
    deployment = deploy()
    names = sorted(deployment.topics.by_key().values())
    assert len(names) == 12
    for word in ("created", "exists"):
        done = deployment.command("topics", "create")
        assert (done.returncode, done.stderr) == (0, "")
        assert sorted(done.stdout.splitlines()) == sorted(f"{word:<9}{name}" for name in names)
    checked = deployment.command("topics", "check")
    assert (checked.returncode, checked.stderr) == (0, "")


def test_topics_are_created_and_checked_in_one_command(deploy: Deploy) -> None:
    deployment = deploy()
    done = deployment.command("topics", "create", "--check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "all topics match the settings"
    deployment.alter_topic(deployment.topics.dead_letter, "retention.ms", "60000")
    done = deployment.command("topics", "create", "--check")
    dead_letter = deployment.topics.dead_letter
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == f"topic {dead_letter} has retention.ms=60000, not -1"


def test_topics_check_names_every_problem(deploy: Deploy) -> None:
    deployment = deploy()
    topics = deployment.topics
    missing = deployment.command("topics", "check")
    assert missing.returncode == 1
    assert len(missing.stdout.splitlines()) == 12
    assert "stream-edits topics create" in missing.stdout

    deployment.create_topics()
    add_partition(deployment, topics.by_member)
    deployment.alter_topic(topics.encounter_state, "cleanup.policy", "compact,delete")
    deployment.alter_topic(topics.dead_letter, "retention.ms", "60000")
    done = deployment.command("topics", "check")
    assert (done.returncode, sorted(done.stdout.splitlines())) == (
        1,
        sorted(
            [
                f"topic {topics.by_member} has 3 partitions, not 2",
                f"topic {topics.encounter_state} has cleanup.policy=compact,delete, not compact",
                f"topic {topics.dead_letter} has retention.ms=60000, not -1",
            ]
        ),
    )


def test_run_stops_where_a_topic_is_missing(deploy: Deploy) -> None:
    deployment = deploy()
    code, line = last_line(deployment, "run", "--stage", "encounter")
    assert code == 1
    assert deployment.topics.by_member in line
    assert "create it with `stream-edits topics create`" in line


def test_run_stops_where_input_and_changelog_differ(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    add_partition(deployment, deployment.topics.encounter_state)
    code, line = last_line(deployment, "run", "--stage", "encounter")
    assert code == 1
    assert f"{deployment.topics.encounter_state} has 3 partitions, the settings say 2" in line


def test_run_stops_where_the_partitions_are_not_those_of_the_settings(deploy: Deploy) -> None:
    program = deploy().create_topics().start("encounter", PARTITIONS="3")
    assert program.exit_code(60) == 1
    assert "2 partitions" in program.output.strip().splitlines()[-1]


def test_run_refuses_bad_settings_in_one_line(deploy: Deploy, tmp_path: Path) -> None:
    deployment = deploy()
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("edits:\n  add-on-without-primry:\n    orphan: {}\n")
    bad = {
        "STREAM_EDITS_BATCH_SIZE should be a whole number": {"BATCH_SIZE": "many"},
        "STREAM_EDITS_TOPICS__EVENT: there is no such setting": {"TOPICS__EVENT": "x"},
        "enable.auto.commit": {"KAFKA__ENABLE_AUTO_COMMIT": "true"},
        f"{overlay}:2: edits.add-on-without-primry": {"POLICY": str(overlay)},
        f"{tmp_path / 'absent.yaml'}: cannot be read": {"POLICY": str(tmp_path / "absent.yaml")},
    }
    for expected, settings in bad.items():
        done = deployment.command("run", **settings)
        assert done.returncode == 2, done.stderr
        (line,) = done.stderr.splitlines()
        assert line.startswith("stream-edits: ")
        assert expected.lower().replace("_", ".") in line.lower().replace("_", ".")


def test_topics_check_says_that_no_kafka_answers(deploy: Deploy) -> None:
    nowhere = "127.0.0.1:1"
    code, line = last_line(deploy(), "topics", "check", BOOTSTRAP_SERVERS=nowhere)
    assert code == 1
    assert nowhere in line


def test_more_copies_than_brokers_are_told_with_the_setting(deploy: Deploy) -> None:
    deployment = deploy()
    code, line = last_line(deployment, "topics", "create", REPLICATION_FACTOR="3")
    assert code == 1
    assert "was not created: the cluster has fewer brokers than the copies" in line
    assert "STREAM_EDITS_REPLICATION_FACTOR" in line


def test_a_claim_without_a_decision_is_said_to_have_none(deploy: Deploy) -> None:
    deployment = deploy().create_topics()
    for kind in ("decisions", "adjustments"):
        code, line = last_line(deployment, "decisions", "--claim", "CANARY", "--as", kind)
        assert code == 1
        assert line.startswith("stream-edits: there is no decision on this claim")
