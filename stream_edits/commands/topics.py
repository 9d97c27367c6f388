"""`topics`: create the topics of the settings, or compare them."""

from stream_edits.app.wiring import topic_specs
from stream_edits.engine.topics import check_topics, create_topics
from stream_edits.settings import Settings


def create(settings: Settings) -> dict[str, bool]:
    """Create the topics that do not exist; by name, whether each was created now.

    Raises EngineStopped, ClientError.
    """
    return create_topics(settings.kafka_options(), topic_specs(settings))


def check(settings: Settings) -> list[str]:
    """A line for each difference between topics and settings. Raises EngineStopped, ClientError."""
    return check_topics(settings.kafka_options(), topic_specs(settings))
