"""`topics manifests`: topics, and a user with the rights of all stages, for Strimzi."""

import io
import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

from stream_edits.app.topic_specs import topic_specs
from stream_edits.app.wiring import STAGE_TOPICS, Stage
from stream_edits.engine.ports import TopicSpec
from stream_edits.settings import Settings

_READ = ("Read", "DescribeConfigs")
_WRITE = ("Write", "DescribeConfigs")
# What `topics create --check` needs for every topic.
_TOPICS_JOB = ("Create", "Describe", "DescribeConfigs")
_ORDER = ("Read", "Write", "Create", "Describe", "DescribeConfigs")


def manifests(settings: Settings, cluster: str, user: str, version: str) -> str:
    """KafkaTopics as `topics create` makes the topics, and one KafkaUser, as YAML documents.

    `cluster` is the name of the Kafka object, `version` that of Strimzi's API (`v1`, `v1beta2`).
    """
    writer = YAML()
    writer.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    for kind, name, spec in [*_topics(settings), _user(settings, user)]:
        labels = {"strimzi.io/cluster": cluster}
        document = {
            "apiVersion": f"kafka.strimzi.io/{version}",
            "kind": kind,
            "metadata": {"name": name, "labels": labels},
            "spec": spec,
        }
        text.write("---\n")
        writer.dump(document, text)
    return text.getvalue()


def is_object_name(name: str) -> bool:
    """Whether Kubernetes takes it as the name of an object, and as the value of a label."""
    return (
        bool(re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", name))
        and len(name) <= 63
    )


def rights_of(stage: Stage) -> dict[str, set[str]]:
    """The operations that a stage needs on each of its topics, by their keys in the settings.

    docs/security.md lists the same.
    """
    own = STAGE_TOPICS[stage]
    rights = {key: set(_WRITE) for key in (*own.outputs, "dead_letter")}
    rights.setdefault(own.input, set()).update(_READ)
    if own.changelog is not None:
        rights[own.changelog] = {*_READ, *_WRITE}
    return rights | {"known_topics": {"Read", *_WRITE}}


def _topics(settings: Settings) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for spec in topic_specs(settings):
        content: dict[str, Any] = {"topicName": spec.name, "partitions": spec.partitions}
        if spec.replication_factor > 0:  # otherwise the brokers' default
            content["replicas"] = spec.replication_factor
        yield "KafkaTopic", _object_name(spec), content | {"config": _config(spec)}


def _config(spec: TopicSpec) -> dict[str, str]:
    return {"cleanup.policy": spec.cleanup_policy, **spec.at_least, **spec.initial}


def _object_name(spec: TopicSpec) -> str:
    """A name that Kubernetes accepts: topics may have capitals and underscores."""
    return re.sub(r"[^-.a-z0-9]", "-", spec.name.lower()).strip("-.")


def _user(settings: Settings, user: str) -> tuple[str, str, dict[str, Any]]:
    by_key = settings.topics.by_key()
    needed: dict[str, set[str]] = {name: set(_TOPICS_JOB) for name in by_key.values()}
    for stage in Stage:
        for key, operations in rights_of(stage).items():
            needed[by_key[key]] |= operations
    acls = [_acl("topic", name, sorted(needed[name], key=_ORDER.index)) for name in needed]
    for stage in Stage:
        group = settings.group_id(stage)
        acls.append(_acl("group", group, ["Read"]))
        acls.append(_acl("transactionalId", f"{group}-", ["Write"], "prefix"))
    return (
        "KafkaUser",
        user,
        {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": acls},
        },
    )


def _acl(kind: str, name: str, operations: list[str], pattern: str = "literal") -> dict[str, Any]:
    resource = {"type": kind, "name": name, "patternType": pattern}
    return {"resource": resource, "operations": operations}
