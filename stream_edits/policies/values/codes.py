"""The types of the codes in policy values, one for each field of a claim that they are compared
with. A code of another form could match no claim, so it is refused."""

import re
from collections.abc import Callable, Iterator
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field

from stream_edits.domain.normalized import clean_code, clean_kind, four_digits

# Letters that are typed for digits.
_LOOK_ALIKE = str.maketrans("lIoO", "1100")
_RANGE = re.compile(r"[0-9A-Z]{1,5} *- *[0-9A-Z]{1,5}")


class NotACode(ValueError):
    """Something is not a code of the field. ``is_hinted`` is whether it says what was meant."""

    def __init__(self, problem: str, *, is_hinted: bool) -> None:
        super().__init__(problem)
        self.is_hinted = is_hinted


class _Form(NamedTuple):
    """The form of the codes of a field: its name, a pattern, the pattern in words, and how a claim
    is cleaned that has such a code."""

    name: str
    pattern: str
    in_words: str
    clean: Callable[[str], str] = clean_code

    def check(self, entry: object) -> str:
        """The code as it is. Raises ValueError, if possible with what was meant."""
        if not isinstance(entry, str):
            raise ValueError("write codes in quotation marks, so that none loses a leading zero")
        if self._fits(entry):
            return entry
        if _RANGE.fullmatch(entry):
            # A range would name codes that nobody has looked at.
            raise ValueError(f"{entry} is a range: list each of its codes")
        meant = next(filter(self._fits, self._likely(entry)), None)
        hint = f'; did you mean "{meant}"?' if meant else ""
        raise NotACode(
            f'"{entry}" is not {self.name}: write {self.in_words}{hint}', is_hinted=bool(meant)
        )

    def _fits(self, entry: str) -> bool:
        return bool(re.fullmatch(self.pattern, entry))

    def _likely(self, entry: str) -> Iterator[str]:
        """What may have been meant, the likeliest first."""
        if entry.strip()[:1].isdigit():
            yield self.clean(entry.translate(_LOOK_ALIKE))
        yield self.clean(entry)
        yield clean_code(entry).lstrip("0")


_PROCEDURE = _Form("a procedure code", "[0-9A-Z]{5}", "five digits and capital letters")
_MODIFIER = _Form("a modifier", "[0-9A-Z]{2}", "two digits or capital letters")
_PLACE = _Form("a place of service", "[0-9]{2}", "two digits")
_FACILITY = _Form("a facility type", "[1-9][0-9]", "the first two digits of a type of bill")
_ADMISSION = _Form("an admission type", "[0-9]", "one digit")
_FREQUENCY = _Form("a frequency code", "[0-9A-Z]", "one digit or capital letter")
_REVENUE = _Form("a revenue code", "[0-9]{4}", "four digits", four_digits)
_QUALIFIER = _Form("an NDC qualifier", "[0-9A-Z]{2}", "two digits or capital letters")


def _document(entry: object) -> object:
    if isinstance(entry, str) and (not entry.strip() or entry != clean_kind(entry)):
        meant = f'; did you mean "{clean_kind(entry)}"?' if entry.strip() else ""
        raise ValueError(
            f'"{entry}" is not a kind of document: write it in lower case, without a space at '
            f"an end{meant}"
        )
    return entry


def _key(entry: object) -> object:
    if isinstance(entry, str) and (not entry or entry != entry.strip()):
        raise ValueError(f'"{entry}" is not a code: it is empty, or has a space at an end')
    return entry


def _listed(entries: object) -> object:
    if not isinstance(entries, list | frozenset):
        raise ValueError("a list of codes is expected")
    return entries


def form_of(code: str) -> str:
    """The letters of a code in their places, with 0 for each digit."""
    return "".join("0" if x.isdigit() else x for x in code)


def _in_order(ranges: dict[str, str]) -> dict[str, str]:
    for first, last in ranges.items():
        if form_of(first) != form_of(last):
            raise ValueError(
                f'"{first}": "{last}" is not a range: both codes have their letters in one place'
            )
        if last < first:
            raise ValueError(
                f'"{first}": "{last}" is not a range: write its first code, then its last'
            )
    return ranges


_LISTED = BeforeValidator(_listed)
_LAX = Field(strict=False)

# The kind of a document that comes with a claim.
Document = Annotated[str, BeforeValidator(_document)]

ProcedureCode = Annotated[str, BeforeValidator(_PROCEDURE.check)]
Modifier = Annotated[str, BeforeValidator(_MODIFIER.check)]

# A code that a value is for. `policy check` warns of one that nothing knows.
CodeKey = Annotated[str, BeforeValidator(_key)]
# A set of procedure codes, each listed by itself.
CodeSet = Annotated[frozenset[ProcedureCode], _LISTED, _LAX]
# Ranges of procedure codes, first code to last. Both have their letters in the same places.
CodeRanges = Annotated[dict[ProcedureCode, ProcedureCode], AfterValidator(_in_order)]
Modifiers = Annotated[frozenset[Modifier], _LISTED, _LAX]
PlacesOfService = Annotated[frozenset[Annotated[str, BeforeValidator(_PLACE.check)]], _LISTED, _LAX]
FacilityTypes = Annotated[
    frozenset[Annotated[str, BeforeValidator(_FACILITY.check)]], _LISTED, _LAX
]
AdmissionTypes = Annotated[
    frozenset[Annotated[str, BeforeValidator(_ADMISSION.check)]], _LISTED, _LAX
]
FrequencyCodes = Annotated[
    frozenset[Annotated[str, BeforeValidator(_FREQUENCY.check)]], _LISTED, _LAX
]
RevenueCodes = Annotated[frozenset[Annotated[str, BeforeValidator(_REVENUE.check)]], _LISTED, _LAX]
NdcQualifiers = Annotated[
    frozenset[Annotated[str, BeforeValidator(_QUALIFIER.check)]], _LISTED, _LAX
]
