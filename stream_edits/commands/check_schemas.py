"""`schemas check`: compare the registry with our schemas and their compatibility mode."""

from collections.abc import Iterator
from typing import NamedTuple

from stream_edits.codec.errors import NotRegistered
from stream_edits.codec.registry import subject_of
from stream_edits.commands.register_schemas import AS_STRICT, MODE, own_schemas, registry_of
from stream_edits.settings import Settings


class CheckedSubject(NamedTuple):
    """A subject, what is wrong with it (None when nothing is), and what the registry has."""

    subject: str
    problem: str | None
    found: str = ""

    def __str__(self) -> str:
        """One line for the operator."""
        if self.problem:
            return f"{self.subject}: {self.problem}"
        return f"as expected  {self.subject}  {self.found}"


def check(settings: Settings) -> Iterator[CheckedSubject]:
    """Compare each subject with our schema and the mode; changes nothing.

    Raises BadSetting, BadRegistryOptions, RegistryAway.
    """
    registry = registry_of(settings)
    for topic, text in own_schemas(settings):
        subject, mode = subject_of(topic), registry.compatibility(topic)
        try:
            number = registry.id_for(topic, text)
        except NotRegistered as missing:
            yield CheckedSubject(subject, str(missing))
            continue
        weak = None if mode in AS_STRICT else f"its compatibility is {mode}, not {MODE}"
        yield CheckedSubject(subject, weak, f"id {number}  {mode}")
