"""The envelopes around claims: ISA to IEA, GS to GE, ST to SE, and what their ends contradict.

An end that miscounts, has another number or is missing is a warning: what was lost, if anything, is
not known, and each claim is whole. Only a missing SE is more, since its last claim may not be.
"""

from collections import Counter
from collections.abc import Sequence

from stream_edits.domain.claim import ClaimForm

from .found import element

_FORMS = {"005010X222": ClaimForm.CMS1500, "005010X223": ClaimForm.UB04}
_GUIDE_CHARACTERS = 10


class Envelopes:
    """Numbers and counts of the open envelopes of one file."""

    def __init__(self, warnings: Counter[str]) -> None:
        self._warnings = warnings
        self._sender = self._interchange = self._group = self._guide = self._set = ""
        self._groups = self._sets = 0
        self._interchange_open = self._group_open = False

    @property
    def lineage(self) -> tuple[str, str, str, str]:
        """ISA06, ISA13, GS06 and ST02."""
        return self._sender, self._interchange, self._group, self._set

    def begin_interchange(self, header: Sequence[str]) -> None:
        """ISA."""
        self.end_file()
        self._sender, self._interchange = header[6], header[13]
        self._group = self._guide = ""
        self._groups, self._sets, self._interchange_open = 0, 0, True
        if element(header, 15) == "T":
            self._warn("interchanges of test data (ISA15 T)")

    def begin_group(self, elements: Sequence[str]) -> None:
        """GS."""
        if not self._interchange_open:
            self._warn("GS outside an interchange (ISA to IEA)")
        self._lose_group()
        self._group, self._guide = element(elements, 6), element(elements, 8)
        self._groups, self._sets, self._group_open = self._groups + 1, 0, True

    def begin_set(self, elements: Sequence[str]) -> ClaimForm | None:
        """ST. Returns the form of its claims; None for another transaction set than an 837."""
        self._sets += 1
        self._set = element(elements, 2)
        # ST03, such as 005010X222A1; some writers say it only in GS08.
        guide = element(elements, 3) or self._guide
        return _FORMS.get(guide[:_GUIDE_CHARACTERS]) if element(elements, 1) == "837" else None

    def end_set(self, elements: Sequence[str], segments: int) -> None:
        """SE, after that many segments with ST and SE themselves."""
        self._check_count("SE01", elements, segments)
        if element(elements, 2) != self._set:
            self._warn("SE02 that is not ST02")

    def end(self, elements: Sequence[str]) -> None:
        """GE or IEA."""
        if elements[0] == "GE":
            self._end_group(elements)
        else:
            self._end_interchange(elements)

    def _end_group(self, elements: Sequence[str]) -> None:
        self._check_count("GE01", elements, self._sets)
        if _number(elements, 2) != self._group.lstrip("0"):
            self._warn("GE02 that is not GS06")
        self._group_open = False

    def _end_interchange(self, elements: Sequence[str]) -> None:
        self._lose_group()
        self._check_count("IEA01", elements, self._groups)
        if _number(elements, 2) != self._interchange.lstrip("0"):
            self._warn("IEA02 that is not ISA13")
        self._interchange_open = False

    def end_file(self) -> None:
        """The end of the file, or another ISA."""
        self._lose_group()
        if self._interchange_open:
            self._warn("ISA without IEA")
        self._interchange_open = False

    def _lose_group(self) -> None:
        if self._group_open:
            self._warn("GS without GE")
        self._group_open = False

    def _check_count(self, name: str, elements: Sequence[str], counted: int) -> None:
        if (_number(elements, 1) or "0") != str(counted):
            self._warn(f"{name} that miscounts")

    def _warn(self, what: str) -> None:
        self._warnings[what] += 1


def _number(elements: Sequence[str], at: int) -> str:
    """A number without its leading zeros: IEA02 may have fewer digits than ISA13."""
    return element(elements, at).lstrip("0")
