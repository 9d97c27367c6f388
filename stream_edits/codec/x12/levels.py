"""The billing provider and the subscriber of the HL structure that the next claim belongs to."""

from collections.abc import Sequence

from .found import Values, element
from .loops import NOWHERE

MISSING_HL = "an HL is missing before the one after this claim (HL01 skips a number)"
OTHER_PARENT = "HL02 names another level than the one it stands under"
_ABOVE = {"2000B": "2000A", "2000C": "2000B"}


class Levels:
    """The values of both, and whether the patient is a dependent of the subscriber."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """What comes next belongs to nobody who is known."""
        self.provider: Values = _no_provider()
        self.subscriber: Values = {}
        self.is_dependent = False
        self._numbers: dict[str, str] = {}
        self._last: int | None = None

    def start(self, level: str, hl: Sequence[str]) -> Values:
        """Begin with an HL, whose values go into what is returned."""
        values = self._started(level, has_lower=element(hl, 4) == "1")
        number, parent, above = (
            element(hl, 1),
            element(hl, 2),
            self._numbers.get(_ABOVE.get(level, "")),
        )
        if parent and above and parent != above:
            values["fault"] = OTHER_PARENT
        self._numbers[level] = number
        self._last = int(number) if number.isdecimal() else None
        return values

    def has_gap(self, hl: Sequence[str]) -> bool:
        """Whether an HL is missing before this one: they count up by one in a transaction."""
        number = element(hl, 1)
        return number.isdecimal() and self._last is not None and int(number) > self._last + 1

    def _started(self, level: str, has_lower: bool) -> Values:
        """The values of a new level. ``has_lower`` says that another one follows below (HL04)."""
        if level == "2000A":
            self.provider = {}
        elif level == NOWHERE:
            self.provider = _no_provider()
        if level != "2000C":
            self.subscriber = {"has_dependents": "1"} if has_lower and level == "2000B" else {}
        self.is_dependent = level == "2000C"
        return self.provider if level == "2000A" else self.subscriber


def _no_provider() -> Values:
    """Claims without an HL of their provider are refused."""
    return {"fault": "the loop of the billing provider is broken"}
