"""`schemas`: our schemas in the registry, registered and checked as an operator asks for it."""

from collections.abc import Iterator
from typing import NamedTuple

from stream_edits.codec.errors import NotRegistered
from stream_edits.codec.registry import Registry, subject_of
from stream_edits.codec.schemas import CLAIM_DECISION, CLAIM_EVENT, schema_of
from stream_edits.settings import BadSetting, Settings

# Every version reads all that was written with earlier ones; readers take a new one first.
MODE = "BACKWARD_TRANSITIVE"
_AS_STRICT = {MODE, "FULL_TRANSITIVE"}


class Checked(NamedTuple):
    """A subject, what is wrong with it (None when nothing is), and what it has."""

    subject: str
    problem: str | None
    found: str = ""


def register(settings: Settings) -> Iterator[str]:
    """Register each schema under its subjects and see to their mode; a line for each subject.

    The mode is set first, so that the registry itself compares with what was there. Raises
    BadSetting, BadRegistryOptions, NotRegistered for a schema that is refused, RegistryAway.
    """
    registry = _registry(settings)
    for topic, text in _ours(settings):
        had = _id_if_any(registry, topic, text)
        if registry.compatibility(topic) not in _AS_STRICT:
            registry.set_compatibility(topic, MODE)
        number = registry.register(topic, text)
        mode = registry.compatibility(topic)
        word = "registered" if had is None else "exists    "
        yield f"{word}  {subject_of(topic)}  id {number}  {mode}"


def check(settings: Settings) -> Iterator[Checked]:
    """Compare each subject with our schema and the mode. Raises as `register` does."""
    registry = _registry(settings)
    for topic, text in _ours(settings):
        subject, mode = subject_of(topic), registry.compatibility(topic)
        try:
            number = registry.id_for(topic, text)
        except NotRegistered as missing:
            yield Checked(subject, str(missing))
            continue
        weak = None if mode in _AS_STRICT else f"its compatibility is {mode}, not {MODE}"
        yield Checked(subject, weak, f"id {number}  {mode}")


def _registry(settings: Settings) -> Registry:
    if settings.schema_registry_url is None:
        raise BadSetting("schema_registry_url is needed to register or check schemas")
    return Registry(settings.registry_options())


def _ours(settings: Settings) -> Iterator[tuple[str, str]]:
    topics = settings.topics
    yield topics.events, schema_of(CLAIM_EVENT).text
    for topic in (topics.pass_, topics.pend, topics.deny):
        yield topic, schema_of(CLAIM_DECISION).text


def _id_if_any(registry: Registry, topic: str, text: str) -> int | None:
    try:
        return registry.id_for(topic, text)
    except NotRegistered:
        return None
