"""Golden cases: claims, and what an edit finds on them (tests/policies/README.md has the keys)."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from stream_edits.codec.errors import ContractViolation, MalformedJson
from stream_edits.commands.cases.case_claims import NotACase, claim_of_case
from stream_edits.domain.claim import ClaimEvent, LineOfBusiness
from stream_edits.domain.decision import Disposition
from stream_edits.strict_yaml import YamlSource

_Line = int | Literal["claim"]
_Hit = Annotated[Disposition, Field(strict=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Expected(_Part):
    """What the edit finds on one decision, by line ("claim" for the whole claim).

    Of ``cites`` and ``says`` only the lines given are compared. Other keys are compared if given.
    """

    claim: str
    revision: int = 1
    hits: dict[_Line, _Hit]
    allowed: dict[_Line, float] | None = None
    recommends: dict[_Line, str] | None = None
    related: dict[_Line, list[str]] | None = None
    asks: dict[_Line, list[str]] | None = None
    cites: dict[_Line, str] | None = None
    says: dict[_Line, str | list[str]] | None = None

    @property
    def decision(self) -> str:
        """The decision in words, for messages."""
        return f"{self.claim} revision {self.revision}"


class CaseFile(_Part):
    """One case as its file has it. ``overlay`` is what an overlay has under ``edits``."""

    name: str = Field(min_length=1)
    section: str = ""
    needs: list[str] = Field([], alias="with")
    events: Annotated[list[dict[str, Any]], Field(min_length=1)]
    expect: Annotated[list[Expected], Field(min_length=1)]
    overlay: dict[str, Any] = {}


class Case(NamedTuple):
    """A case with its claims. ``place`` is its number in the file, from 0, and ``overlay`` what it
    lays over the values, as written."""

    edit_id: str
    place: int
    file: CaseFile
    claims: Sequence[ClaimEvent]
    overlay: Mapping[str, Any]


def cases_in(file: Path, edit_id: str, line_of_business: LineOfBusiness) -> Iterator[Case]:
    """The cases of an edit. Raises PolicyError with file and line."""
    source = YamlSource(file)
    if not isinstance(source.root, list) or not source.root:
        raise source.fail((), "a list of cases is expected, each with - name, events and expect")
    for place, node in enumerate(source.root):
        case = source.validate(CaseFile, node, (place,))
        claims = [
            _claim(source, (place, "events", number), event, line_of_business)
            for number, event in enumerate(case.events)
        ]
        yield Case(edit_id, place, case, claims, node.get("overlay", {}))


def _claim(
    source: YamlSource,
    at: tuple[Any, ...],
    event: Mapping[str, Any],
    line_of_business: LineOfBusiness,
) -> ClaimEvent:
    try:
        return claim_of_case(event, at[-1], line_of_business)
    except (ContractViolation, MalformedJson, NotACase) as error:
        raise source.fail(at, str(error)) from None
    except KeyError as error:
        raise source.fail(at, f"{error.args[0]} is missing") from None
    except (TypeError, ValueError, AttributeError):
        raise source.fail(
            at, "is not a claim: it has claim, and lines, each a mapping with a code"
        ) from None
