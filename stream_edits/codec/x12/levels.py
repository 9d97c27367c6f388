"""Whom the next claim belongs to: provider, subscriber and patient of the HL structure."""

from collections.abc import Sequence

from .found_claim import Values, element
from .loops import NOWHERE

MISSING_HL = "an HL is missing before the one after this claim (HL01 skips a number)"
OTHER_PARENT = "HL02 names another level than the one it stands under"
UNKNOWN_LEVEL = "HL03 is not a level of an 837 (20, 22 or 23)"
_ABOVE = {"2000B": "2000A", "2000C": "2000B", NOWHERE: "2000A"}
# HL01 has at most 12 digits. All numbers that have more count as the same one.
_TOO_LARGE = 10**12


class Levels:
    """The values of each level. ``dependent`` is None where the patient is the subscriber."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """What comes next belongs to nobody who is known."""
        self.provider: Values = _no_provider()
        self.subscriber: Values = {}
        self.dependent: Values | None = None
        self._numbers: dict[str, str] = {}
        self._last: int | None = None
        self._may_lack_one = False

    def lose_segment(self) -> None:
        """A segment of a level cannot be read. It may have swallowed HLs."""
        self._may_lack_one = True

    def start(self, level: str, hl: Sequence[str]) -> Values:
        """Begin with an HL, whose values go into what is returned."""
        parent, above = element(hl, 2), self._numbers.get(_ABOVE.get(level, ""))
        is_below, number = bool(parent) and parent == above, _ordinal(element(hl, 1))
        if self._may_lack_one and not (is_below and self._is_next(number)):
            self.forget()
            above = None
        self._may_lack_one = False
        values = self._started(level, is_below, has_lower=element(hl, 4) == "1")
        if parent and above and parent != above and level != NOWHERE:
            values["fault"] = OTHER_PARENT
        self._numbers[level], self._last = element(hl, 1), number
        return values

    def has_gap(self, hl: Sequence[str]) -> bool:
        """Whether an HL is missing before this one: they count up by one in a transaction."""
        number = _ordinal(element(hl, 1))
        return number is not None and self._last is not None and number > self._last + 1

    def _is_next(self, number: int | None) -> bool:
        return number is not None and self._last is not None and number == self._last + 1

    def _started(self, level: str, is_below: bool, has_lower: bool) -> Values:
        """The values of a new level. ``has_lower`` says that another one follows below (HL04)."""
        self.dependent = {} if level == "2000C" else None
        if self.dependent is not None:
            return self.dependent
        self.subscriber = {"has_dependents": "1"} if has_lower and level == "2000B" else {}
        if level == "2000A":
            self.provider = {}
            return self.provider
        if level == NOWHERE:
            self.subscriber["fault"] = UNKNOWN_LEVEL
            if not is_below:
                # It may be the level of another provider.
                self.provider = _no_provider()
        return self.subscriber


def _ordinal(text: str) -> int | None:
    if not text.isdecimal():
        return None
    digits = text.lstrip("0")
    return int(digits or "0") if len(digits) < len(str(_TOO_LARGE)) else _TOO_LARGE


def _no_provider() -> Values:
    """Claims without an HL of their provider are refused."""
    return {"fault": "the loop of the billing provider is broken"}
