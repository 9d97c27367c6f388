"""`topics manifests`: topics, and a user with the rights of all stages, for Strimzi."""

import io
import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

from stream_edits.app.topic_specs import topic_specs
from stream_edits.app.wiring import Stage
from stream_edits.engine.ports import TopicSpec
from stream_edits.settings import Settings

_READ = ("Read", "DescribeConfigs")
_WRITE = ("Write", "DescribeConfigs")
_DECISIONS = dict.fromkeys(("pass", "pend", "deny"), _WRITE)
_MARKS = {"dead_letter": _WRITE, "known_topics": ("Read", "Write")}
# What each stage does with the topics, by their key in the settings: docs/security.md has the same.
RIGHTS: dict[Stage, dict[str, tuple[str, ...]]] = {
    Stage.INTAKE: {"events": _READ, "by_member": _WRITE, **_DECISIONS, **_MARKS},
    Stage.REVIEW: {"reviews": _READ, "by_member": _WRITE, **_MARKS},
    Stage.ENCOUNTER: {
        "by_member": _READ,
        "encounter_state": ("Read", *_WRITE),
        "by_supervisor": _WRITE,
        **_DECISIONS,
        **_MARKS,
    },
    Stage.SUPERVISION: {
        "by_supervisor": ("Read", *_WRITE),
        "supervision_state": ("Read", *_WRITE),
        "by_member": _WRITE,
        **_DECISIONS,
        **_MARKS,
    },
}
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
    for rights in RIGHTS.values():
        for key, operations in rights.items():
            needed[by_key[key]] |= set(operations)
    acls = [_acl("topic", name, sorted(needed[name], key=_ORDER.index)) for name in needed]
    for stage in RIGHTS:
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
