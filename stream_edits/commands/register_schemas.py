"""`schemas register`: our schemas and their compatibility mode in the registry."""

from collections.abc import Iterator

from stream_edits.codec.errors import NotRegistered
from stream_edits.codec.registry import Registry, subject_of
from stream_edits.codec.schemas import CLAIM_DECISION, CLAIM_EVENT, REVIEW_EVENT, schema_of
from stream_edits.settings import BadSetting, Settings

# Every version reads what earlier ones have written; readers take a new version first.
MODE = "BACKWARD_TRANSITIVE"
AS_STRICT = {MODE, "FULL_TRANSITIVE"}


def register(settings: Settings) -> Iterator[str]:
    """Register each schema under its subjects and set their mode; yields a line per subject.

    The mode is set first, so that the registry compares with earlier versions. Raises BadSetting,
    BadRegistryOptions, NotRegistered for a schema that is refused, RegistryAway.
    """
    registry = registry_of(settings)
    for topic, text in own_schemas(settings):
        had = _id_if_any(registry, topic, text)
        if registry.compatibility(topic) not in AS_STRICT:
            registry.set_compatibility(topic, MODE)
        number = registry.register(topic, text)
        mode = registry.compatibility(topic)
        word = "registered" if had is None else "exists    "
        yield f"{word}  {subject_of(topic)}  id {number}  {mode}"


def registry_of(settings: Settings) -> Registry:
    """The registry of the settings. Raises BadSetting without one, BadRegistryOptions."""
    if settings.schema_registry_url is None:
        raise BadSetting("schema_registry_url is needed to register or check schemas")
    return Registry(settings.registry_options())


def own_schemas(settings: Settings) -> Iterator[tuple[str, str]]:
    """Each topic of claims, reviews or decisions, and the text of our schema for its values."""
    topics = settings.topics
    yield topics.events, schema_of(CLAIM_EVENT).text
    yield topics.reviews, schema_of(REVIEW_EVENT).text
    for topic in (topics.pass_, topics.pend, topics.deny):
        yield topic, schema_of(CLAIM_DECISION).text


def _id_if_any(registry: Registry, topic: str, text: str) -> int | None:
    try:
        return registry.id_for(topic, text)
    except NotRegistered:
        return None
