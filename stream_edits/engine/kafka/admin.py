"""Create topics, and check them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from stream_edits.text import counted

from ..advice import no_topic
from ..config import ClientOptions
from ..errors import AccessRefused, EngineStopped, Retriable
from ..ports import TopicSpec
from ..topics.differences import unlike
from .addresses import why_silent
from .client import Refusals, make
from .client_log import SILENT_LOG
from .error_mapping import AWAY, client_errors, raise_classified
from .futures import result_of
from .refused_topics import NOT_MADE

_ASK_S = 15.0
# Short attempts, so that the user gets an early error.
_CONNECT_S = (1.0, 1.5)
# A service goes on where nothing was refused: a large cluster may need long.
_PATIENT_S = (4.0, 5.0)


@contextmanager
def connected_admin(options: ClientOptions) -> Iterator[AdminClient]:
    """An admin client to which a broker has answered, for a command.

    Raises OptionRefused, AccessRefused, or another Retriable when no broker answers.
    """
    with KeptAdmin(is_patient=False).connected(options) as admin:
        yield admin


class KeptAdmin:
    """One admin client for questions that are asked again and again until a broker answers.

    A new client for each would need threads and sockets again each time. What it meets is told in
    the exceptions, so the client's own lines about it are left out.
    """

    def __init__(self, *, is_patient: bool = True) -> None:
        self._client: tuple[AdminClient, Refusals] | None = None
        self._is_patient = is_patient

    @contextmanager
    def connected(self, options: ClientOptions) -> Iterator[AdminClient]:
        """The client, once a broker has answered. `options` must be the same each time.

        Raises OptionRefused, AccessRefused, or another Retriable when no broker answers, whose
        reason says what is at their addresses.
        """
        admin, refusals = self._kept(options)
        try:
            _await_answer(admin, refusals, self._is_patient)
        except AccessRefused:
            # What refused this client, another may not meet any more.
            self.free()
            raise
        except Retriable as failure:
            code, reason = failure.code, failure.reason
        else:
            yield admin
            return
        raise Retriable(code, reason or why_silent(str(options["bootstrap.servers"])))

    @contextmanager
    def asking(self, options: ClientOptions) -> Iterator[AdminClient]:
        """The client, whether or not a broker has answered. A Retriable gets a reason if known."""
        admin, refusals = self._kept(options)
        # Without this, an idle client collects events.
        admin.poll(0)
        refusals.forget()
        try:
            yield admin
        except Retriable as failure:
            admin.poll(0)
            code, reason = failure.code, failure.reason or refusals.unresolved
        else:
            return
        # It may wait for a broker that is gone, although others answer. A new one finds them.
        self.free()
        raise Retriable(code, reason)

    def _kept(self, options: ClientOptions) -> tuple[AdminClient, Refusals]:
        if self._client is None:
            refusals = Refusals()
            self._client = make(AdminClient, options, refusals, SILENT_LOG), refusals
        return self._client

    def free(self) -> None:
        """Close the connections. The next question makes a new client."""
        self._client = None


def _await_answer(admin: AdminClient, refusals: Refusals, is_patient: bool) -> None:
    """Return once a broker answers. No exception is kept: its frames would keep the client."""
    code = ""
    refusals.forget()
    for timeout_s in (*_CONNECT_S, *(_PATIENT_S if is_patient else ())):
        if timeout_s in _PATIENT_S and refusals.had_error:
            break
        try:
            with client_errors("list_topics", AWAY):
                admin.list_topics(timeout=timeout_s)
            return
        except Retriable as failure:
            code = failure.code
        admin.poll(0)
        if refusals.reason is not None:
            raise AccessRefused(code, refusals.reason)
    raise Retriable(code, refusals.unresolved or refusals.guess)


def create_topics(options: ClientOptions, specs: Sequence[TopicSpec]) -> dict[str, bool]:
    """Create the topics that do not exist. By name: True if it was created, False if it existed.

    `options` are librdkafka properties. Existing topics are not changed: see `check_topics`. Raises
    OptionRefused, AccessRefused, another Retriable or FatalClientError.
    """
    with connected_admin(options) as admin:
        return _created(admin, specs)


def _created(admin: AdminClient, specs: Sequence[TopicSpec]) -> dict[str, bool]:
    made = {}
    new = [
        NewTopic(
            spec.name,
            num_partitions=spec.partitions,
            replication_factor=spec.replication_factor,
            config={"cleanup.policy": spec.cleanup_policy, **spec.at_least, **spec.initial},
        )
        for spec in specs
    ]
    with client_errors("create_topics", AWAY):
        futures = admin.create_topics(new, request_timeout=_ASK_S) if new else {}
    for name, future in futures.items():
        try:
            result_of(future, _ASK_S)
            made[name] = True
        except KafkaException as failure:
            error = failure.args[0]
            if error.code() in NOT_MADE:
                raise EngineStopped(
                    f"topic {name} was not created: {NOT_MADE[error.code()]}"
                ) from None
            if error.code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise_classified(error, f"creating topic {name}", AWAY)
            made[name] = False
    return made


def forget_group(options: ClientOptions, group_id: str) -> None:
    """Delete a consumer group and with it its committed offsets, if there are any.

    Raises EngineStopped while it has members, and like `create_topics`.
    """
    with connected_admin(options) as admin:
        with client_errors("delete_consumer_groups", AWAY):
            future = admin.delete_consumer_groups([group_id], request_timeout=_ASK_S)[group_id]
        try:
            result_of(future, _ASK_S)
        except KafkaException as failure:
            error = failure.args[0]
            if error.code() == KafkaError.NON_EMPTY_GROUP:
                raise EngineStopped(
                    f"group {group_id} has members: stop the stage first, and wait until their "
                    "sessions have ended"
                ) from None
            if error.code() != KafkaError.GROUP_ID_NOT_FOUND:
                raise_classified(error, f"deleting group {group_id}", AWAY)


def check_topics(options: ClientOptions, specs: Sequence[TopicSpec]) -> list[str]:
    """The differences from the specs, one sentence each.

    Compares existence, partition count, cleanup policy and the settings in `at_least`, and how long
    records are kept. Raises like `create_topics`.
    """
    with connected_admin(options) as admin:
        return _differences(admin, specs)


def _differences(admin: AdminClient, specs: Sequence[TopicSpec]) -> list[str]:
    counts = partition_counts(admin, [spec.name for spec in specs], _ASK_S)
    problems, existing = [], []
    for spec in specs:
        count = counts[spec.name]
        if count is None:
            problems.append(no_topic(spec.name))
            continue
        existing.append(spec)
        if count != spec.partitions and not spec.any_partitions:
            has = counted(count, "partitions")
            problems.append(f"topic {spec.name} has {has}, not {spec.partitions}")
    settings = _settings(admin, [spec.name for spec in existing])
    for spec in existing:
        problems += unlike(spec, settings[spec.name])
    return problems


def partition_counts(
    admin: AdminClient, topics: Collection[str], timeout_s: float
) -> dict[str, int | None]:
    """The number of partitions by topic, None for a topic that does not exist. Raises Retriable."""
    with client_errors("list_topics", AWAY):
        # All topics in one request: a request for one topic by name may create it.
        known = admin.list_topics(timeout=timeout_s).topics
    counts: dict[str, int | None] = {}
    for topic in topics:
        found = known.get(topic)
        if found is not None and found.error is not None:
            raise Retriable(found.error.name())
        counts[topic] = len(found.partitions) if found is not None else None
    return counts


def _settings(admin: AdminClient, topics: Collection[str]) -> dict[str, dict[str, str | None]]:
    settings: dict[str, dict[str, str | None]] = {}
    if not topics:
        return settings
    resources = [ConfigResource(ResourceType.TOPIC, topic) for topic in sorted(set(topics))]
    with client_errors("describe_configs", AWAY):
        for resource, future in admin.describe_configs(resources, request_timeout=_ASK_S).items():
            entries = result_of(future, _ASK_S)
            settings[resource.name] = {name: entry.value for name, entry in entries.items()}
    return settings
