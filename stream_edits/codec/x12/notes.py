"""Administration times in free text: NTE*ADD of a line, such as ``START 0900 STOP 1015``."""

import re
from datetime import date, datetime, time

_CLOCK = r"(\d{1,2}:?\d{2})(?::\d{2})?\s*([AP])?\.?(?:M\b\.?)?"
_BETWEEN = r"\s*(?:-|\u2013|TO|THRU|THROUGH|UNTIL|,?;?\s*(?:STOP|END|OUT|FINISH)(?:PED|ED)?)\s*"
_LABEL = r"(?:\s*TIME)?\s*[:=]?\s*"
_TIMES = re.compile(
    rf"(?<![\d/:.-]){_CLOCK}\s*(?:HRS?|H)?{_BETWEEN}{_LABEL}{_CLOCK}(?![\d/:-])", re.IGNORECASE
)
# Digits that could be times, in a note that means to give some.
_MEANT = re.compile(
    r"\b(?:START|STOP|BEGIN|END|TIME|FROM|INFUS\w*)\b.*\d{3,4}|\d{1,2}:\d{2}", re.IGNORECASE
)


class Impossible(Exception):
    """A note states times that cannot be, or not clearly."""


def times_in(note: str, day: date) -> tuple[datetime, datetime] | None:
    """The start and the end that the note states for the day; None if it states none.

    Raises Impossible: an hour that does not exist, an end that is not after the start, or times
    that are not two.
    """
    found = _TIMES.findall(note)
    if len(found) != 1:
        if found or _MEANT.search(note):
            raise Impossible
        return None
    first, first_half, last, last_half = found[0]
    # "9:00 to 10:30 AM": the half of the day stands once.
    start, end = _clock(first, first_half or last_half), _clock(last, last_half)
    if start >= end:
        raise Impossible
    return datetime.combine(day, start), datetime.combine(day, end)


def _clock(digits: str, half: str) -> time:
    hour, minute = divmod(int(digits.replace(":", "")), 100)
    if half:
        if not 1 <= hour <= 12:
            raise Impossible
        hour = hour % 12 + (12 if half.upper() == "P" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise Impossible from None
