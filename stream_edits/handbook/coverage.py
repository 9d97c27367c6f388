"""`policy coverage`: from the policy's sentences to the edits that carry them out."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stream_edits.handbook.entry import Entry, entries
from stream_edits.handbook.wording import paragraph as wrapped
from stream_edits.policies.catalog import FOLDER
from stream_edits.policies.policy import Policy
from stream_edits.policies.values.rules import EditRules
from stream_edits.strict_yaml import YamlSource

FILE = FOLDER / "coverage.yaml"
DEFINITIONS = "Procedure Code Definitions"

_CODE = re.compile(r"\b(?:X77\d{2}|964\d{2}|963\d{2})\b")
_PARAGRAPH = re.compile(r"IV\.[AB](?:\.[1-7])?|[Pp]rocedure [Cc]ode [Dd]efinitions")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Sentence(_Part):
    """A sentence of the policy, and what becomes of it.

    ``edits`` carry it out and cite its paragraph; those of ``elsewhere`` cite another one, and say
    why. ``reason`` says what claims data cannot show of it.
    """

    text: str = Field(min_length=1)
    heading: bool = False
    edits: list[str] = []
    elsewhere: dict[str, str] = {}
    reason: str | None = None

    @model_validator(mode="after")
    def _is_accounted_for(self) -> Self:
        if not (self.heading or self.edits or self.elsewhere or self.reason):
            raise ValueError("a sentence needs an edit, or the reason why it has none")
        return self

    @property
    def named(self) -> list[str]:
        """Every edit named here."""
        return [*self.edits, *(name for name in self.elsewhere if name not in self.edits)]


class Paragraph(_Part):
    """A paragraph of the policy by its number, in order."""

    paragraph: str
    sentences: list[Sentence]


class Coverage(_Part):
    """coverage.yaml."""

    paragraphs: list[Paragraph]

    def sentences(self) -> Iterator[tuple[str, Sentence]]:
        """Every sentence with its paragraph's number."""
        for part in self.paragraphs:
            for sentence in part.sentences:
                yield part.paragraph, sentence

    def defined_codes(self) -> list[str]:
        """The procedure codes that the definitions define, in their order."""
        texts = (each.text for number, each in self.sentences() if number == DEFINITIONS)
        return list(dict.fromkeys(code for text in texts for code in _CODE.findall(text)))


@lru_cache(maxsize=1)
def coverage() -> Coverage:
    """The file, read once; raises PolicyError when it is not as it must be."""
    source = YamlSource(FILE)
    return source.validate(Coverage, source.root, ())


def cited(entry: Entry) -> frozenset[str]:
    """The paragraphs that an edit's policy.yaml cites: its section and its values' references."""
    file = entry.values.file
    references = (each.reference for _, history in entry.dated() for each in history)
    found = _PARAGRAPH.findall(" ".join([file.section, *references]))
    return frozenset(DEFINITIONS if "rocedure" in each else each for each in found)


def codes_of(rules: EditRules) -> frozenset[str]:
    """Every code that the values of an edit name, wherever in them."""
    return frozenset(_codes_in({name: getattr(rules, name) for name in type(rules).model_fields}))


def _codes_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if _CODE.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _codes_in(key)
            yield from _codes_in(each)
    elif isinstance(value, list | tuple | frozenset):
        for each in value:
            yield from _codes_in(each)


def coverage_of(policy: Policy) -> str:
    """The whole report, in plain text."""
    known = coverage()
    lines = [line for part in known.paragraphs for line in _paragraph(part)]
    lines += _codes(known, policy)
    sentences = [each for _, each in known.sentences() if not each.heading]
    carried = sum(1 for each in sentences if each.named)
    lines += [
        "",
        f"{len(sentences)} sentences: {carried} carried out by an edit, "
        f"{len(sentences) - carried} by none, with the reason; "
        f"{len(known.defined_codes())} codes defined.",
    ]
    return "\n".join(lines) + "\n"


def _paragraph(part: Paragraph) -> Iterator[str]:
    yield from ([] if part.paragraph == "IV" else [""])
    yield part.paragraph
    for sentence in part.sentences:
        yield from wrapped(sentence.text, "  ")
        if sentence.edits:
            yield from wrapped(", ".join(sentence.edits), " " * 8, "    -> ")
        for name, why in sentence.elsewhere.items():
            yield from wrapped(f"{name} ({why})", " " * 8, "    -> ")
        if sentence.reason:
            yield from wrapped(sentence.reason, " " * 8, "    note: ")


def _codes(known: Coverage, policy: Policy) -> Iterator[str]:
    yield ""
    yield "Codes of the definitions, and whose lists name them"
    naming = {
        entry.id: codes_of(policy.revisions[-1][entry.values.rules]) for entry in entries(policy)
    }
    for code in known.defined_codes():
        names = [name for name, codes in naming.items() if code in codes]
        yield from wrapped(", ".join(names) or "none", " " * 9, f"  {code}  ")
