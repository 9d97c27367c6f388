"""Administration times in free text: NTE*ADD of a line, such as ``START 0900 STOP 1015``.

Two numbers are taken for times only if the note shows that they are: doses, rates and lot numbers
are written as ranges too.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time

_CLOCK = r"(?P<{0}>\d{{1,2}}:\d{{2}}(?::\d{{2}})?|\d{{3,4}}|\d{{1,2}}(?=\s*[AP]\.?M))"
_HALF = r"(?:\s*(?P<{0}>[AP])\.?(?:M\b\.?|\b))?"
_HOURS = r"(?:\s*(?P<{0}>HRS?|H)\b)?"
_SIDE = _CLOCK + _HALF.replace("{0}", "{0}_half") + _HOURS.replace("{0}", "{0}_hours")
_STOP = r"(?P<stop>\b(?:STOP|END|OUT|FINISH)(?:PED|ED)?|\bE\b)"
_LABEL_END = r"(?:\s*TIME)?\s*[:=@]?\s*"
_PAIR = re.compile(
    rf"(?:\b(?P<word>[A-Z]+){_LABEL_END})?(?<![\d/.-]){_SIDE.format('first')}"
    rf"(?:\s*(?:-|\u2013|TO|THRU|THROUGH|UNTIL)\s*|\s*[,;]?\s*{_STOP}{_LABEL_END})"
    rf"{_SIDE.format('last')}(?![\d/:-])(?P<measure>\s*(?:%|(?:M?C?G|M?L|CC|GM|GRAMS?|UNITS?|U|IU|"
    r"MEQ|MMOL|LBS?|KG|MIN(?:UTE)?S?|BPM|VIALS?|DOSES?|PAGES?)\b))?",
    re.IGNORECASE,
)
# The word before the first time.
_BEGINS = re.compile(r"START(?:ED|S|ING)?|BEGIN(?:S|NING)?|BEGAN|BEG|S|FROM|TIMES?", re.IGNORECASE)
_GIVES = re.compile(r"INFUS\w*|ADMIN\w*|GIVEN|IV|HYDRAT\w*|CHEMO\w*", re.IGNORECASE)
# A note that is nothing but the times, perhaps after the day.
_DAY = re.compile(r"\W*(?:\d{8}|\d{1,2}/\d{1,2}(?:/\d{2,4})?)?\W*")
# Digits that could be times, in a note that means to give some.
_MEANT = re.compile(
    r"\b(?:START|STOP|BEGIN|BEGAN|END|TIME|FROM|INFUS)\w*\b.*\d{3,4}"
    r"|\d{1,2}:\d{2}|\b\d{1,2}\s*[AP]\.?M\b",
    re.IGNORECASE,
)


class Impossible(Exception):
    """A note states times that cannot be, or not clearly."""


def times_in(note: str, day: date) -> tuple[datetime, datetime] | None:
    """The start and the end that the note states for the day; None if it states none.

    Raises Impossible: an hour that does not exist, an end that is not after the start, or times
    that are not two.
    """
    pairs = list(_PAIR.finditer(note))
    believed = [pair for pair in pairs if _are_times(pair)]
    if len(believed) != 1:
        if believed or _mean_times(note, pairs):
            raise Impossible
        return None
    first, last = believed[0]["first_half"], believed[0]["last_half"]
    # "9:00 to 10:30 AM": the half of the day stands once.
    start, end = _clock(believed[0]["first"], first or last), _clock(believed[0]["last"], last)
    if start >= end:
        raise Impossible
    return datetime.combine(day, start), datetime.combine(day, end)


def _mean_times(note: str, pairs: Sequence[re.Match[str]]) -> bool:
    """Whether a note seems to give times, although none of its pairs shows it."""
    for pair in pairs:
        if pair["measure"]:
            note = note.replace(pair.group(), " ")
    several = [x for x in pairs if not x["measure"] and _have_four_digits(x)]
    return len(several) > 1 or _MEANT.search(note) is not None


def _are_times(pair: re.Match[str]) -> bool:
    """Whether the note shows that two numbers are times: by their form, or by words with them."""
    first, last = pair["first"], pair["last"]
    if pair["measure"]:
        return False
    if pair["first_half"] or pair["last_half"] or (":" in first and ":" in last):
        return True
    if pair["stop"] or pair["first_hours"] or pair["last_hours"]:
        return True
    if not _have_four_digits(pair):
        return False
    word = pair["word"] or ""
    if _BEGINS.fullmatch(word) or _GIVES.fullmatch(word):
        return True
    before, after = pair.string[: pair.start("first")], pair.string[pair.end() :]
    return bool(_DAY.fullmatch(before)) and not after.strip(" .;,")


def _have_four_digits(pair: re.Match[str]) -> bool:
    return min(len(pair["first"]), len(pair["last"])) >= len("0900")


def _clock(digits: str, half: str | None) -> time:
    if ":" in digits:
        hour, minute = map(int, digits.split(":")[:2])
    else:
        hour, minute = divmod(int(digits), 100) if len(digits) > len("12") else (int(digits), 0)
    if half:
        if not 1 <= hour <= 12:
            raise Impossible
        hour = hour % 12 + (12 if half.upper() == "P" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise Impossible from None
