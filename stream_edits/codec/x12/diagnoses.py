"""The diagnoses of a claim (HI), and which of them its lines point to (SV107)."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from stream_edits.domain.claim import ServiceLine
from stream_edits.domain.normalized import clean_diagnosis

from .found_claim import Work
from .reading import RefusedClaim
from .segment_values import CONTRADICTED
from .segments import text_of
from .values import code_of

_ICD_10 = ("ABK", "ABF")
_ICD_9 = ("BK", "BF")
_LONGEST_QUALIFIER = 3
_ICD_9_LEFT_OUT = "ICD-9 diagnoses left out"
_UNREADABLE = "diagnoses without a qualifier or a code, left out"
_NONE_LEFT = "claims without a diagnosis, because all of theirs were left out"
_POINTERS = "pointers to no diagnosis of the claim, left out"


class Diagnoses(NamedTuple):
    """The ICD-10 codes in their order.

    ``places`` says for each diagnosis of HI, also one that is left out, the place of its code
    among ``codes`` from 1 on, or None: pointers count what HI has.
    """

    codes: tuple[str, ...]
    places: tuple[int | None, ...]


class _Segment(NamedTuple):
    """The diagnoses of one HI segment, None for one that is left out; how many were and why."""

    codes: tuple[str | None, ...]
    icd_9: int
    unreadable: int


def diagnoses_of(work: Work) -> Diagnoses:
    """The diagnoses of HI. ICD-9 codes are left out: they could be taken for ICD-10 codes."""
    found: tuple[str | None, ...] = ()
    for elements in work.found.values.get("diagnosis_codes", ()):
        segment = _segment(elements, work.found.transaction.component)
        found += segment.codes
        for warning, number in (
            (_ICD_9_LEFT_OUT, segment.icd_9),
            (_UNREADABLE, segment.unreadable),
        ):
            if number:
                work.warnings[warning] += number
    codes = tuple([code for code in found if code is not None])
    if found and not codes:
        work.warnings[_NONE_LEFT] += 1
    places = count(1)
    return Diagnoses(codes, tuple([None if code is None else next(places) for code in found]))


def pointing(lines: Sequence[ServiceLine], found: Diagnoses, work: Work) -> list[ServiceLine]:
    """The lines, whose pointers count the codes that the claim has.

    A pointer above what HI has stays as it is.
    """
    if len(found.codes) == len(found.places):
        return list(lines)  # The usual case.
    return [_with_places(line, found.places, work) for line in lines]


def _with_places(line: ServiceLine, places: Sequence[int | None], work: Work) -> ServiceLine:
    pointed = [places[x - 1] if 1 <= x <= len(places) else x for x in line.diagnosis_pointers]
    if None in pointed:
        work.warnings[_POINTERS] += pointed.count(None)
    return replace(line, diagnosis_pointers=tuple([x for x in pointed if x is not None]))


@lru_cache(maxsize=4096)
def _segment(elements: tuple[str, ...], component: str) -> _Segment:
    """What an HI segment states. Raises RefusedClaim if ISA16 cannot be its component separator.

    A segment of another kind than diagnoses (value, occurrence or condition codes) states none.
    """
    found: list[str | None] = []
    icd_9, is_of_diagnoses, is_other = 0, False, False
    for composite in _composites(elements, component):
        qualifier, *rest = composite.split(component)
        qualifier = code_of(qualifier)
        if qualifier and not qualifier.isalnum():
            raise RefusedClaim(CONTRADICTED)
        if qualifier in _ICD_10:
            is_of_diagnoses = True
            found.append((clean_diagnosis(text_of(rest[0])) if rest else "") or None)
        elif qualifier in _ICD_9:
            is_of_diagnoses = True
            icd_9 += 1
            found.append(None)
        elif not qualifier or (not rest and len(qualifier) > _LONGEST_QUALIFIER):
            found.append(None)
        else:
            is_other = True
    if is_other and not is_of_diagnoses:
        return _Segment((), 0, 0)
    return _Segment(tuple(found), icd_9, found.count(None) - icd_9)


def _composites(elements: Sequence[str], component: str) -> Sequence[str]:
    """The composites, also those that one element repeats. Blank ones at the end are dropped."""
    parted = _repeated(component)
    found = [part for element in elements[1:] for part in parted.split(element)]
    while found and not found[-1].strip():
        found.pop()
    return found


@lru_cache(maxsize=64)
def _repeated(component: str) -> re.Pattern[str]:
    """A separator before another qualifier."""
    at = re.escape(component)
    return re.compile(rf"[^\w\s.\-{at}](?=[A-Za-z]{{2,3}}{at})")
