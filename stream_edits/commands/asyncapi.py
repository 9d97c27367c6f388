"""`asyncapi`: an AsyncAPI 3 document of the topics, their records, readers and writers."""

import io
import json
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

from stream_edits import ENGINE_VERSION
from stream_edits.app import outbox
from stream_edits.app.topic_specs import topic_specs
from stream_edits.app.wiring import STAGE_TOPICS, Stage, stage_config
from stream_edits.codec.schemas import CLAIM_DECISION, CLAIM_EVENT, REVIEW_EVENT, schema_of
from stream_edits.engine.dead_letters import headers as headers
from stream_edits.settings import Settings, Topics
from stream_edits.text import WIDTH

# The first version of the Kafka bindings with topic settings and schema ids.
_BINDING = {"bindingVersion": "0.5.0"}
_HEAD = "# Written by `stream-edits asyncapi`; do not edit.\n"
_ABOUT = (
    "Claims come in on one topic; each is decided under the plan's policies on one of three "
    "others, exactly once for readers with isolation.level=read_committed. Values are Avro in "
    "Confluent framing: a zero byte, the schema's id in four bytes big-endian, the body."
)
_TRACE = {
    outbox.TRACEPARENT: "W3C trace context of the claim or review, passed on.",
    outbox.TRACESTATE: "W3C trace state of the claim or review, passed on.",
}
DECISION_HEADERS = {
    **_TRACE,
    outbox.CE_SPECVERSION: "CloudEvents version, 1.0.",
    outbox.CE_ID: "The decision's id.",
    outbox.CE_SOURCE: outbox.SOURCE,
    outbox.CE_TYPE: outbox.TYPE,
    outbox.CE_TIME: "Time of the event that caused the decision.",
    outbox.CONTENT_TYPE: outbox.AVRO,
}
DEAD_LETTER_HEADERS = {
    headers.ERROR_CLASS: "Stable name of what is wrong with the record.",
    headers.ERROR_MESSAGE: "What is wrong, without a value of the record.",
    headers.ERROR_STAGE: "The stage that could not process it.",
    headers.SOURCE_TOPIC: "The topic that it was read from.",
    headers.SOURCE_PARTITION: "Its partition in that topic.",
    headers.SOURCE_OFFSET: "Its offset in that partition.",
    headers.SOURCE_TIMESTAMP: "Its timestamp there, in milliseconds since 1970.",
    headers.ENGINE_VERSION: "Version of stream-edits that wrote the dead letter.",
    headers.REDRIVE_COUNT: "How often it has been redriven.",
}
REFERENCE_HEADERS = {
    headers.VALUE_BYTES: "Of a reference: the size of the value, which stays in its topic.",
    headers.VALUE_SHA256: "Of a reference: the SHA-256 of the value, in hexadecimal digits.",
}
_INTERNAL = "Between the stages, or their state: not a contract, and may change in any version."


def asyncapi(settings: Settings) -> str:
    """The document in YAML; the same settings give the same text."""
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "stream-edits",
            "version": ENGINE_VERSION,
            "description": _ABOUT,
        },
        "defaultContentType": "application/avro",
        "channels": _channels(settings),
        "operations": dict(_operations(settings)),
        "components": {"messages": _messages()},
    }
    text = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.width = WIDTH
    writer.dump(document, text)
    return _HEAD + text.getvalue()


def _channels(settings: Settings) -> dict[str, Any]:
    keys = {name: key for key, name in settings.topics.by_key().items()}
    return {
        keys[spec.name]: {
            "address": spec.name,
            "description": _meaning(keys[spec.name]),
            "messages": {
                message: {"$ref": f"#/components/messages/{message}"}
                for message in [_message_of(keys[spec.name])]
            },
            "bindings": {
                "kafka": {
                    "partitions": spec.partitions,
                    "replicas": spec.replication_factor,
                    "topicConfiguration": {
                        "cleanup.policy": [spec.cleanup_policy],
                        **{name: int(v) for name, v in {**spec.at_least, **spec.initial}.items()},
                    },
                    **_BINDING,
                }
            },
        }
        for spec in topic_specs(settings)
    }


def _meaning(key: str) -> str:
    named = {field.alias or name: field for name, field in Topics.model_fields.items()}
    return named[key].description or ""


def _message_of(key: str) -> str:
    if key == "events":
        return CLAIM_EVENT
    if key == "reviews":
        return REVIEW_EVENT
    if key in ("pass", "pend", "deny"):
        return CLAIM_DECISION
    return "DeadLetter" if key == "dead_letter" else "Internal"


def _operations(settings: Settings) -> Iterator[tuple[str, Any]]:
    """What each stage reads, with its consumer group, and writes; what a redrive moves."""
    keys = {name: key for key, name in settings.topics.by_key().items()}
    for stage in Stage:
        config = stage_config(settings, stage)
        group = {"groupId": {"type": "string", "enum": [config.group_id]}, **_BINDING}
        read = {"action": "receive", "channel": _channel(keys[config.input_topic])}
        yield f"{stage}.reads.{keys[config.input_topic]}", read | {"bindings": {"kafka": group}}
        changelog = [] if config.changelog_topic is None else [config.changelog_topic]
        kept = [*changelog, settings.topics.known_topics]
        for topic in (*config.output_topics, config.dead_letter_topic, *kept):
            written = {"action": "send", "channel": _channel(keys[topic])}
            yield f"{stage}.writes.{keys[topic]}", written
    yield "redrive.reads.dead_letter", {"action": "receive", "channel": _channel("dead_letter")}
    for key in (*(own.input for own in STAGE_TOPICS.values()), "redriven"):
        yield f"redrive.writes.{key}", {"action": "send", "channel": _channel(key)}


def _channel(key: str) -> dict[str, str]:
    return {"$ref": f"#/channels/{key}"}


def _messages() -> dict[str, Any]:
    return {
        CLAIM_EVENT: _avro(CLAIM_EVENT, "member_id", _TRACE),
        REVIEW_EVENT: _avro(REVIEW_EVENT, "member_id", _TRACE),
        CLAIM_DECISION: _avro(CLAIM_DECISION, "claim_id", DECISION_HEADERS),
        "DeadLetter": {
            "summary": "A record that no stage can process, its key, value and headers untouched. "
            "A reference has no value.",
            "contentType": "application/octet-stream",
            "headers": _headers(DEAD_LETTER_HEADERS, REFERENCE_HEADERS),
            "payload": {"type": "string", "format": "binary"},
        },
        "Internal": {"summary": _INTERNAL},
    }


def _avro(record: str, key: str, headers: dict[str, str]) -> dict[str, Any]:
    schema = json.loads(schema_of(record).text)
    return {
        "summary": schema["doc"],
        "headers": _headers({}, headers),
        "payload": {
            "schemaFormat": "application/vnd.apache.avro+json;version=1.9.0",
            "schema": schema,
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"The {key}, in UTF-8."},
                "schemaIdLocation": "payload",
                "schemaIdPayloadEncoding": "confluent",
                "schemaLookupStrategy": "TopicNameStrategy",
                **_BINDING,
            }
        },
    }


def _headers(required: dict[str, str], optional: dict[str, str]) -> dict[str, Any]:
    named = {**required, **optional}
    properties = {name: {"type": "string", "description": text} for name, text in named.items()}
    return {
        "type": "object",
        "properties": properties,
        **({"required": list(required)} if required else {}),
    }
