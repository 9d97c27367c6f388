"""The envelopes around claims: ISA to IEA, GS to GE, ST to SE, and what their ends contradict.

An end that miscounts, has another number or is missing is a warning: what was lost, if anything, is
not known, and each claim is whole. A missing SE is more, since its last claim may not be; and so is
text that stands in no transaction set, which may be claims.
"""

from collections import Counter
from collections.abc import Sequence

from stream_edits.domain.claim import ClaimForm

from .found_claim import element
from .loops import UNREAD

NO_SET = "an interchange without a transaction set (ST)"
_FORMS = {"005010X222": ClaimForm.CMS1500, "005010X223": ClaimForm.UB04}
_GUIDE_CHARACTERS = 10


class Envelopes:
    """Numbers and counts of the open envelopes of one file."""

    def __init__(self, warnings: Counter[str]) -> None:
        self._warnings = warnings
        self._sender = self._interchange = self._group = self._guide = self._set = ""
        self._groups = self._sets = 0
        self._interchange_open = self._group_open = False
        # Text outside a transaction set that no refusal tells of, and whether it has claims.
        self._has_text = self._has_claims = False
        # Whether a transaction set of the interchange was met, or is known to be lost.
        self._is_used = False

    @property
    def lineage(self) -> tuple[str, str, str, str]:
        """ISA06, ISA13, GS06 and ST02."""
        return self._sender, self._interchange, self._group, self._set

    def find_text(self) -> None:
        """Text outside a transaction set was met, which is no envelope."""
        self._has_text = self._is_used = True

    def find_claim(self) -> None:
        """A claim outside a transaction set was met, which is refused."""
        self._has_claims = self._is_used = True

    def unread(self) -> str | None:
        """Why the text since the last envelope is refused; None if there is none beside claims."""
        is_lost = self._has_text and not self._has_claims
        self._has_text = self._has_claims = False
        return UNREAD if is_lost else None

    def begin_interchange(self, header: Sequence[str]) -> None:
        """ISA, after the end of the one before it."""
        self._is_used = False
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
        self._is_used = True
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

    def end_group(self, elements: Sequence[str]) -> None:
        """GE."""
        self._check_count("GE01", elements, self._sets)
        if _number(elements, 2) != self._group.lstrip("0"):
            self._warn("GE02 that is not GS06")
        self._group_open = False

    def end_interchange(self, elements: Sequence[str]) -> str | None:
        """IEA; no elements: the end of the file, or another ISA. Returns why it is refused."""
        self._lose_group()
        was_open, self._interchange_open = self._interchange_open, False
        if elements:
            self._check_count("IEA01", elements, self._groups)
            if _number(elements, 2) != self._interchange.lstrip("0"):
                self._warn("IEA02 that is not ISA13")
        elif was_open:
            self._warn("ISA without IEA")
        if not was_open or self._is_used:
            return None
        if self._groups:
            return NO_SET
        self._warn("interchanges without a transaction set (ST)")
        return None

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
