"""What a payer knows besides the 837: JSON lines by claim, by claim and line, or by document.

    {"claim": "A-17", "icn": "2025123456789", "received_date": "2025-03-05"}
    {"claim": "A-17", "line": 1, "start_time": "2025-03-03T09:00:00", "supervision": "DIRECT"}
    {"control_number": "DOC-4", "kinds": ["supervision_documentation"]}

`claim` is CLM01 or REF*D9 of the claim, `line` its LX01, `control_number` PWK06 of an attachment,
beside which `claim` may say whose it is.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from stream_edits.codec.violations import in_words, known_name
from stream_edits.domain.claim import Supervision
from stream_edits.domain.field_types import Day, Int32, Text, WallClock

# Without blanks around it, as what an 837 says.
_Filled = Annotated[Text, Field(min_length=1, pattern=r"\S"), AfterValidator(str.strip)]
_OF_CLAIM = frozenset({"icn", "member_id", "received_date", "crossover"})
_OF_LINE = frozenset({"start_time", "end_time"})
_OF_EITHER = frozenset({"supervision", "supervising_provider_npi", "kinds"})
_OF_DOCUMENT = frozenset({"kinds"})
_KEYS = ("claim", "line", "control_number")
_NOT_HERE = "says {}, which belongs to another kind of entry (docs/feeds.md)"
# The contract's own names are understood, too.
_SYNONYMS = {"claim_id": "claim", "line_number": "line", "kind": "kinds"}


class BadEnrichment(Exception):
    """A line of the file cannot be used; the text names it and holds no value of it."""


class Known(BaseModel):
    """One line of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    claim: _Filled | None = None
    line: Int32 | None = None
    control_number: _Filled | None = None
    icn: _Filled | None = None
    member_id: _Filled | None = None
    received_date: Day | None = None
    crossover: bool | None = None
    start_time: WallClock | None = None
    end_time: WallClock | None = None
    supervision: Supervision | None = None
    supervising_provider_npi: _Filled | None = None
    kinds: tuple[_Filled, ...] | None = None

    @model_validator(mode="after")
    def _of_its_key(self) -> "Known":
        if self.claim is None and self.control_number is None:
            raise ValueError("needs claim or control_number")
        if self.line is not None and self.control_number is not None:
            raise ValueError("needs either line or control_number")
        allowed = _OF_CLAIM | _OF_EITHER if self.line is None else _OF_LINE | _OF_EITHER
        if self.control_number is not None:
            allowed = _OF_DOCUMENT
        said = self.values().keys()
        if not said:
            raise ValueError("says nothing")
        if said - allowed:
            raise ValueError(_NOT_HERE.format(", ".join(sorted(said - allowed))))
        # One time for both is how a push or an injection may be charted; edits judge it.
        if self.start_time and self.end_time and self.end_time < self.start_time:
            raise ValueError("has an end_time before its start_time")
        return self

    def values(self) -> dict[str, Any]:
        """What the line says of what its key names."""
        return {
            name: value
            for name in type(self).model_fields
            if name not in _KEYS and (value := getattr(self, name)) is not None
        }


Values = dict[str, Any]
DocumentKey = tuple[str, str | None]
Owner = tuple[str, ...]


@dataclass
class Enrichment:
    """What is known by claim (CLM01 or REF*D9), by claim and line, and by document.

    A document is known by its control number, and by its claim or None. Whoever uses an entry notes
    whose it is, in ``used`` by claim, in ``used_documents``, and in ``used_icns`` by ``icn``: one
    that fits claims of two says nothing safe.
    """

    claims: dict[str, Values] = field(default_factory=dict)
    lines: dict[str, dict[int, Values]] = field(default_factory=dict)
    documents: dict[DocumentKey, Values] = field(default_factory=dict)
    used: dict[str, Owner] = field(default_factory=dict)
    used_documents: dict[DocumentKey, Owner] = field(default_factory=dict)
    used_icns: dict[str, Owner] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing of any claim; it may still know documents."""
        return not (self.claims or self.lines)

    def unused(self) -> int:
        """How many claims of the file no claim of an 837 has met."""
        return len((self.claims.keys() | self.lines.keys()) - self.used.keys())

    def unused_documents(self) -> int:
        """How many documents of the file no claim of an 837 has named."""
        return len(self.documents.keys() - self.used_documents.keys())


def read_enrichment(lines: Iterable[bytes]) -> Enrichment:
    """The whole file, of which all is kept in memory. Raises BadEnrichment."""
    known = Enrichment()
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not text.strip():
            continue
        try:
            entry = _entry(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise BadEnrichment(f"line {number}: {_problem(first)}") from None
        except _SaidTwice as error:
            raise BadEnrichment(f"line {number}: it {error}") from None
        except (ValueError, RecursionError):
            raise BadEnrichment(f"line {number} is not one JSON object in UTF-8") from None
        if not _add(known, entry):
            raise BadEnrichment(f"line {number} says again what another line says")
    return known


def _problem(error: ErrorDetails) -> str:
    """What is wrong, without a value and without the name of an unknown key that may hold one."""
    kind, names = error["type"], Known.model_fields
    where = ".".join(str(part) for part in error["loc"] if part in names) or "it"
    if kind == "value_error":
        return f"{where} {error['msg'].removeprefix('Value error, ')}"
    if kind == "extra_forbidden":
        return f"it has a key that is not known{known_name(str(error['loc'][-1]), names)}"
    if kind in ("string_pattern_mismatch", "string_too_short"):
        return f"{where} is blank"
    return f"{where} {in_words(error)}"


class _SaidTwice(ValueError):
    """An object has a key twice, or a key and its synonym."""


def _entry(text: bytes) -> Known:
    named = json.loads(text, object_pairs_hook=_named)
    if not isinstance(named, dict):
        raise ValueError
    if isinstance(named.get("kinds"), str):
        named["kinds"] = [named["kinds"]]
    return Known.model_validate(named)


def _named(members: list[tuple[str, object]]) -> dict[str, object]:
    """The members of an object under their own names. Raises _SaidTwice."""
    named = {_SYNONYMS.get(name, name): value for name, value in members}
    if len(named) < len(members):
        raise _SaidTwice("has a key twice, or a key and its synonym")
    return named


def _add(known: Enrichment, entry: Known) -> bool:
    if entry.control_number is not None:
        into = known.documents.setdefault((entry.control_number, entry.claim), {})
    elif entry.line is None:
        into = known.claims.setdefault(entry.claim or "", {})
    else:
        into = known.lines.setdefault(entry.claim or "", {}).setdefault(entry.line, {})
    said = entry.values()
    if into.keys() & said.keys():
        return False
    into.update(said)
    return True
