"""`topics manifests` has the topics of `topics create`, and the rights of docs/security.md."""

from typing import Any

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from stream_edits.app.topic_specs import topic_specs
from stream_edits.app.wiring import Stage
from stream_edits.cli import cli
from stream_edits.commands.strimzi import rights_of
from stream_edits.settings import Settings
from tests.kafka.test_rights import documented

_WORDS = {"READ": "Read", "WRITE": "Write", "DESCRIBE_CONFIGS": "DescribeConfigs"}


def _printed(*arguments: str, **settings: str) -> list[dict[str, Any]]:
    environment = {f"STREAM_EDITS_{name}": value for name, value in settings.items()}
    done = CliRunner().invoke(cli, ["topics", "manifests", *arguments], env=environment)
    assert done.exit_code == 0, done.output
    return list(YAML(typ="safe", pure=True).load_all(done.stdout))


def test_the_topics_are_those_that_create_makes() -> None:
    specs = topic_specs(Settings(partitions=12, replication_factor=2))
    *found, _ = _printed(PARTITIONS="12", REPLICATION_FACTOR="2")
    assert {each["kind"] for each in found} == {"KafkaTopic"}
    assert [each["spec"] for each in found] == [
        {
            "topicName": spec.name,
            "partitions": 12,
            "replicas": 2,
            "config": {"cleanup.policy": spec.cleanup_policy, **spec.at_least, **spec.initial},
        }
        for spec in specs
    ]


def test_names_that_kubernetes_refuses_are_only_the_topics_own() -> None:
    first = _printed(TOPICS__EVENTS="Claims_In")[0]
    assert (first["metadata"]["name"], first["spec"]["topicName"]) == ("claims-in", "Claims_In")


@pytest.mark.parametrize("stage", list(Stage))
def test_the_rights_of_a_stage_are_the_documented_ones(stage: Stage) -> None:
    table = {
        row.name.strip("`").removeprefix("topics."): {
            _WORDS[operation] for operation in row.operations.split(", ")
        }
        for row in documented()
        if row.who == stage.value and row.kind == "topic"
    }
    assert rights_of(stage) == table


def test_the_user_has_the_rights_of_every_stage_and_of_the_job() -> None:
    *_, user = _printed("--cluster", "main", "--user", "edits", "--api", "v1beta2")
    assert user["apiVersion"] == "kafka.strimzi.io/v1beta2"
    assert user["metadata"] == {"name": "edits", "labels": {"strimzi.io/cluster": "main"}}
    acls = user["spec"]["authorization"]["acls"]
    rights = {
        (each["resource"]["type"], each["resource"]["name"], each["resource"]["patternType"]): each[
            "operations"
        ]
        for each in acls
    }
    assert len(rights) == len(acls)
    settings = Settings()
    for name in settings.topics.by_key().values():
        assert {"Create", "Describe", "DescribeConfigs"} <= set(rights["topic", name, "literal"])
    assert "Write" not in rights["topic", settings.topics.events, "literal"]
    for stage in Stage:
        assert rights["group", settings.group_id(stage), "literal"] == ["Read"]
        prefix = f"{settings.group_id(stage)}-"
        assert rights["transactionalId", prefix, "prefix"] == ["Write"]
