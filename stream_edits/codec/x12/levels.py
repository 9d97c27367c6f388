"""The billing provider and the subscriber of the HL structure that the next claim belongs to."""

from .found import Values
from .loops import NOWHERE


class Levels:
    """The values of both, and whether the patient is a dependent of the subscriber."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """What comes next belongs to nobody who is known."""
        self.provider: Values = _no_provider()
        self.subscriber: Values = {}
        self.is_dependent = False

    def start(self, level: str, has_lower: bool) -> Values:
        """Begin with an HL, whose values go into what is returned.

        ``has_lower`` is whether it says that another level follows below it (HL04).
        """
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
