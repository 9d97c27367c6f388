"""`policy coverage`: the policy's sentences, each with the edits that implement it."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stream_edits.handbook.entry import entries
from stream_edits.policies.policy import Policies, Policy
from stream_edits.policies.values.rules import EditRules
from stream_edits.strict_yaml import YamlSource
from stream_edits.text import counted
from stream_edits.text import wrap as wrapped

FILE = "coverage.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Sentence(_Part):
    """A sentence of the policy, and how it is covered.

    ``edits`` implement it and cite its paragraph. Those in ``elsewhere`` cite another paragraph,
    with the reason. ``reason`` says why claims data cannot fully show what the sentence requires.
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
        """Every edit that implements the sentence."""
        return [*self.edits, *(name for name in self.elsewhere if name not in self.edits)]


class CoveredParagraph(_Part):
    """A paragraph of the policy: its number, and its sentences in order."""

    paragraph: str
    sentences: list[Sentence]


class Coverage(_Part):
    """The coverage.yaml in a policy's folder.

    ``codes`` is a regular expression for the procedure codes of the policy, ``citations`` one for
    citations of its paragraphs. ``definitions`` names the paragraph that defines the codes.
    """

    codes: str
    citations: str
    definitions: str
    paragraphs: list[CoveredParagraph]

    def sentences(self) -> Iterator[tuple[str, Sentence]]:
        """Every sentence, with the number of its paragraph."""
        for part in self.paragraphs:
            for sentence in part.sentences:
                yield part.paragraph, sentence

    def defined_codes(self) -> list[str]:
        """The procedure codes in the definitions, in order of first appearance."""
        texts = (each.text for number, each in self.sentences() if number == self.definitions)
        return list(dict.fromkeys(code for text in texts for code in re.findall(self.codes, text)))


@lru_cache(maxsize=16)
def coverage(file: Path) -> Coverage:
    """The content of a coverage.yaml, cached. Raises PolicyError for an invalid file."""
    source = YamlSource(file)
    return source.validate(Coverage, source.root, ())


def codes_of(rules: EditRules, pattern: str) -> frozenset[str]:
    """Every code in the values of an edit, at any depth, that matches the regular expression."""
    values = {name: getattr(rules, name) for name in type(rules).model_fields}
    return frozenset(_codes_in(values, re.compile(pattern)))


def _codes_in(value: Any, pattern: re.Pattern[str]) -> Iterator[str]:
    if isinstance(value, str):
        if pattern.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _codes_in(key, pattern)
            yield from _codes_in(each, pattern)
    elif isinstance(value, list | tuple | frozenset):
        for each in value:
            yield from _codes_in(each, pattern)


def coverage_of(policies: Policies) -> str:
    """The report in plain text, for every policy that has a coverage.yaml."""
    covered = [p for p in policies.all if (p.about.folder / FILE).exists()]
    return "\n".join(_report(policy) for policy in covered)


def coverage_as_json(policies: Policies) -> Iterator[str]:
    """The same as JSON lines: each sentence of each policy, then each code of the definitions."""
    for policy in policies.all:
        if not (policy.about.folder / FILE).exists():
            continue
        known = coverage(policy.about.folder / FILE)
        for number, sentence in known.sentences():
            found = {"policy": policy.id, "paragraph": number, **sentence.model_dump()}
            yield json.dumps(found, ensure_ascii=False) + "\n"
        naming = _naming(known, policy)
        for code in known.defined_codes():
            names = [name for name, codes in naming.items() if code in codes]
            yield json.dumps({"policy": policy.id, "code": code, "edits": names}) + "\n"


def _naming(known: Coverage, policy: Policy) -> dict[str, frozenset[str]]:
    """The codes that each edit names, by its id."""
    return {
        entry.id: codes_of(policy.revisions[-1][entry.values.rules], known.codes)
        for entry in entries(policy)
    }


def _report(policy: Policy) -> str:
    known = coverage(policy.about.folder / FILE)
    lines = [line for part in known.paragraphs for line in ("", *_paragraph(part))][1:]
    lines += _codes(known, policy)
    sentences = [each for _, each in known.sentences() if not each.heading]
    carried = sum(1 for each in sentences if each.named)
    lines += [
        "",
        f"{counted(len(sentences), 'sentences')}: {carried} carried out by an edit, "
        f"{len(sentences) - carried} by none, with the reason; "
        f"{counted(len(known.defined_codes()), 'codes')} defined.",
    ]
    return "\n".join(lines) + "\n"


def _paragraph(part: CoveredParagraph) -> Iterator[str]:
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
    naming = _naming(known, policy)
    for code in known.defined_codes():
        names = [name for name, codes in naming.items() if code in codes]
        yield from wrapped(", ".join(names) or "none", " " * 9, f"  {code}  ")
