"""A Confluent-compatible schema registry: writers' schemas by id, and the ids of our own."""

import json
import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient, SchemaRegistryError

from stream_edits.codec.avro import self_contained
from stream_edits.codec.errors import (
    BadRegistryOptions,
    NotRegistered,
    RegistryAway,
    Undecodable,
    UnknownSchema,
    WrongSchema,
)
from stream_edits.codec.time_limit import TooSlow, within

# The registry's codes for "no such schema", "no such subject" and "no such version". A 404 from a
# proxy or a wrong path has none of them and says nothing about the data, nor has a failing server
# that names one.
_NOT_FOUND = 404
_NO_SCHEMA = 40403
_NO_SUBJECT = {40401, 40402}
_NOT_THERE = _NO_SUBJECT | {_NO_SCHEMA}
# Ids are Java ints.
_HIGHEST_ID = 2**31 - 1
_REFUSED = {409, 422}
# The subject has no mode of its own: the registry's default applies.
_NO_MODE = {40401, 40408}
_NO_ACCESS = {401, 403}
# The engine retries and the stream waits meanwhile, so the client itself gives up early.
_LIMIT_S = 5.0
_DEFAULTS = {"max.retries": 0}
_UNKNOWN_FOR_SECONDS = 10.0
_UNKNOWN_AT_MOST = 1000

_Answer = TypeVar("_Answer")


class Registry:
    """A client of the registry. Schemas are cached by id; an unknown id is retried after 10 s."""

    def __init__(
        self, options: Mapping[str, Any], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """``options`` are SchemaRegistryClient's: ``url``, ``basic.auth.user.info``, ``ssl.*``.

        ``timeout`` limits each answer of ours as a whole, in seconds; 5 unless given. Raises
        BadRegistryOptions.
        """
        self._limit_s = _limit_s(options)
        self._connect = partial(_client, options, self._limit_s)
        self._client = self._connect()
        self._now = now
        self._texts: dict[int, str] = {}
        self._unknown_until: dict[int, float] = {}

    def schema_text(self, schema_id: int) -> str:
        """The self-contained Avro schema with that id.

        Raises UnknownSchema, WrongSchema when it is not Avro, RegistryAway for all that a retry may
        cure.
        """
        if schema_id > _HIGHEST_ID:
            # A registry cannot read such a question, and answers as a wrong address does.
            raise UnknownSchema("no registry gives so high a schema id")
        if schema_id in self._texts:
            return self._texts[schema_id]
        if self._unknown_until.get(schema_id, 0.0) > self._now():
            raise UnknownSchema("the schema registry has no schema with this id")
        try:
            text = self._ask(lambda client: _text(client, schema_id))
        except UnknownSchema:
            self._remember_unknown(schema_id)
            raise
        self._texts[schema_id] = text
        return text

    def id_for(self, topic: str, text: str) -> int:
        """The id of our own schema under the subject ``<topic>-value``.

        Looks it up and never registers it. Raises NotRegistered when an operator must register it
        first, RegistryAway.
        """
        subject, schema = subject_of(topic), Schema(text, "AVRO")
        try:
            return self._ask(lambda client: _id(client.lookup_schema(subject, schema)))
        except SchemaRegistryError as error:
            if error.http_status_code == _NOT_FOUND and error.error_code in _NOT_THERE:
                other = ", which has others" if error.error_code == _NO_SCHEMA else ""
                raise NotRegistered(
                    f"our schema is not registered under {subject}{other}: register it with "
                    "`stream-edits schemas register`"
                ) from error
            raise _away(error) from error

    def register(self, topic: str, text: str) -> int:
        """Register our schema under ``<topic>-value`` unless it is there; returns its id.

        Raises NotRegistered when the registry refuses it, RegistryAway.
        """
        subject, schema = subject_of(topic), Schema(text, "AVRO")
        try:
            return self._ask(lambda client: int(client.register_schema(subject, schema)))
        except SchemaRegistryError as error:
            if error.http_status_code in _REFUSED:
                raise NotRegistered(
                    f"the schema registry refused our schema for {subject} (HTTP "
                    f"{error.http_status_code}): compare it with the versions registered there"
                ) from error
            raise _away(error) from error

    def compatibility(self, topic: str) -> str:
        """The compatibility mode in force for ``<topic>-value``. Raises RegistryAway."""
        try:
            return self._ask(lambda client: str(client.get_compatibility(subject_of(topic))))
        except SchemaRegistryError as error:
            if error.error_code not in _NO_MODE:
                raise _away(error) from error
        try:
            return self._ask(lambda client: str(client.get_compatibility()))
        except SchemaRegistryError as error:
            raise _away(error) from error

    def set_compatibility(self, topic: str, mode: str) -> None:
        """Set the compatibility mode of the subject ``<topic>-value``. Raises RegistryAway."""
        try:
            self._ask(lambda client: client.set_compatibility(subject_of(topic), mode))
        except SchemaRegistryError as error:
            raise _away(error) from error

    def _ask(self, request: Callable[[SchemaRegistryClient], _Answer]) -> _Answer:
        """The registry's answer.

        Raises SchemaRegistryError and Undecodable unchanged, RegistryAway for the rest.
        """
        client = self._client
        try:
            return within(self._limit_s, lambda: request(client))
        except (SchemaRegistryError, Undecodable, RegistryAway):
            raise
        except TooSlow:
            # The request goes on. Without its connection it ends soon.
            self._client = self._connect()
            _close(client)
            raise RegistryAway(
                f"the schema registry did not answer within {self._limit_s:g} s"
            ) from None
        except Exception as error:
            # The client passes on its HTTP library's errors, and has changed that library before. A
            # failed request says nothing about the data.
            name = type(error).__name__
            raise RegistryAway(f"the schema registry did not answer: {name}") from error

    def _remember_unknown(self, schema_id: int) -> None:
        if len(self._unknown_until) >= _UNKNOWN_AT_MOST:
            self._unknown_until.clear()
        self._unknown_until[schema_id] = self._now() + _UNKNOWN_FOR_SECONDS


def _text(client: SchemaRegistryClient, schema_id: int) -> str:
    """Its self-contained text. Raises UnknownSchema, WrongSchema, RegistryAway."""
    try:
        schema = client.get_schema(schema_id)
    except SchemaRegistryError as error:
        if error.http_status_code != _NOT_FOUND or error.error_code != _NO_SCHEMA:
            raise _away(error) from error
        raise UnknownSchema("the schema registry has no schema with this id") from None
    if not schema.schema_str:
        client.clear_caches()  # type: ignore[no-untyped-call]
        raise RegistryAway("the schema registry answered without a schema")
    if (schema.schema_type or "AVRO") != "AVRO":
        raise WrongSchema("the schema is not an Avro schema")
    try:
        others = _referenced(client, schema)
        if not others:
            return schema.schema_str
        return json.dumps(self_contained(json.loads(schema.schema_str), others))
    except ValueError:
        raise WrongSchema("the writer's schema is not valid Avro") from None


def _referenced(client: SchemaRegistryClient, schema: Schema) -> dict[str, Any]:
    """The JSON of every schema that it refers to, by full name. Raises as ``_text``."""
    found: dict[str, Any] = {}
    pending = list(schema.references or ())
    while pending:
        reference = pending.pop()
        if reference.name in found or not reference.subject:
            continue
        try:
            other = client.get_version(reference.subject, reference.version or -1).schema
        except SchemaRegistryError as error:
            if error.http_status_code == _NOT_FOUND and error.error_code in _NO_SUBJECT:
                raise UnknownSchema("the schema refers to one that the registry lacks") from None
            raise _away(error) from error
        found[str(reference.name)] = json.loads(other.schema_str or "")
        pending += other.references or ()
    return found


def subject_of(topic: str) -> str:
    """The subject of a topic's values, by TopicNameStrategy."""
    return f"{topic}-value"


def _client(options: Mapping[str, Any], limit_s: float) -> SchemaRegistryClient:
    try:
        return SchemaRegistryClient({**_DEFAULTS, **options, "timeout": limit_s})
    except Exception:
        # The exception's text may hold a password or a file's content.
        raise BadRegistryOptions(
            "the schema registry's client cannot use its options: check "
            + ", ".join(sorted(options.keys() - {"url"}) or ["schema_registry_url"])
        ) from None


def _limit_s(options: Mapping[str, Any]) -> float:
    try:
        limit_s = float(options.get("timeout", _LIMIT_S))
    except ValueError:
        limit_s = 0.0
    if not 0 < limit_s < math.inf:
        raise BadRegistryOptions("schema_registry: timeout is not a number of seconds")
    return limit_s


def _close(client: SchemaRegistryClient) -> None:
    """Close its connections, also while a request uses them."""
    with suppress(Exception):
        client.__exit__()  # type: ignore[no-untyped-call]


def _id(registered: Any) -> int:
    return int(registered.schema_id)


def _away(error: SchemaRegistryError) -> RegistryAway:
    # Without the registry's text, which may be a proxy's error page.
    status = error.http_status_code
    advice = ": check the schema_registry options" if status in _NO_ACCESS else ""
    return RegistryAway(f"the schema registry answered with HTTP {status}{advice}")
