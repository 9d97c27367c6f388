"""What holds for every refusal, whatever the input."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cache
from typing import get_args

from pydantic_core.core_schema import ErrorType

from stream_edits.codec import errors
from stream_edits.codec.schemas import packaged, schema_folder

_ROOT = schema_folder().parent
_SOURCES = (
    *("codec/**/*.py", "domain/claim.py", "domain/review.py", "app/processors.py"),
    *("stages/**/*review*.py", "stages/encounter/stage.py", "stages/supervision/*.py"),
)
_MISSPELT = re.compile(r"([A-Za-z_ -]+), did you mean (\w+)\?")
_WORD = re.compile(r"\w+")
# Places in a claim and counts of errors are not values.
_NUMBERED = re.compile(r"\[\d+\]|\band \d+ more\b|\bmore than \d+\b|\b\d+ bits\b")


class Defect(Exception):
    """Something that must never happen, whatever the input."""


@cache
def declared() -> frozenset[str]:
    """The error classes that a dead letter or a bad line may have."""
    kinds = {kind.__name__ for kind in errors.Undecodable.__subclasses__()}
    assert len(kinds) >= 8
    assert '"NoValue"' in (_ROOT / "stream_edits/app/processors.py").read_text("utf-8")
    return frozenset(kinds | {"NoValue", "StaleReview", "UnknownReview"})


@cache
def _our_words() -> frozenset[str]:
    """Every word of our own source, of the schemas, and of pydantic's error types."""
    found: set[str] = set()
    for pattern in _SOURCES:
        for file in (_ROOT / "stream_edits").glob(pattern):
            found |= set(_WORD.findall(file.read_text("utf-8")))
    for schema in packaged().values():
        found |= set(_WORD.findall(schema.text))
    return frozenset(found | set(get_args(ErrorType)))


def refused(error_class: str, message: str) -> str:
    """The class of a refusal. Raises Defect for an undeclared one, and for a message with a word
    that is not our own: it could only come from the input."""
    if error_class not in declared():
        raise Defect(f"an undeclared error class: {error_class}")
    told = _MISSPELT.sub(_without_the_misspelt, _NUMBERED.sub("", message))
    foreign = set(_WORD.findall(told)) - _our_words()
    if foreign:
        raise Defect(f"a message of {error_class} holds words that are not ours: {sorted(foreign)}")
    return error_class


def _without_the_misspelt(found: re.Match[str]) -> str:
    """The hint without the name that it corrects, if that is little else than the known name."""
    name, known = (part.replace("_", "").strip().lower() for part in found.groups())
    alike = SequenceMatcher(None, name, known).ratio() >= 0.8
    return f"did you mean {found[2]}?" if alike else found[0]


def one_line(message: str, values: Iterable[str]) -> None:
    """Raises Defect for a message of several lines, an endless one, or one with such a value."""
    if len(message.splitlines()) != 1 or len(message) > 2000:
        raise Defect("a refusal is not one line")
    for value in values:
        if value in message:
            raise Defect("a refusal repeats a value")
