"""Administration times in free text: NTE*ADD of a line, such as ``START 0900 STOP 1015``.

Two numbers are taken for times only if the note shows that they are: doses, rates, dates and lot
numbers are written as ranges too.
"""

import re
from datetime import date, datetime, time, timedelta

# NTE02 has 80 characters; a line may have several notes.
_LONGEST = 500
_CLOCK = r"(?P<{0}>\d{{1,2}}:\d{{2}}(?::\d{{2}})?|\d{{3,4}}|\d{{1,2}}(?= ?[AP]\.?M|[AP]\b))"
_HALF = r"(?:(?P<{0}_half>[AP])(?![A-Z.])| ?(?P<{0}_half_m>[AP])\.?M\b\.?)?"
_HOURS = r"(?: ?(?P<{0}_hours>HRS?|H)\b)?"
_SIDE = _CLOCK + _HALF + _HOURS
_LABEL_END = r"(?: TIME)? ?[:=@]? ?"
_PAIR = re.compile(
    rf"(?:\b(?P<word>[A-Z]+){_LABEL_END})?(?<![\d/.-]){_SIDE.format('first')}"
    rf"(?: ?(?P<to>-|\u2013|TO\b|UNTIL\b|THRU\b|THROUGH\b) ?"
    rf"| ?[,;]? ?\b(?P<stop>(?:STOP|END|OUT|FINISH)(?:PED|ED)?|E)\b{_LABEL_END})"
    rf"{_SIDE.format('last')}(?![\d/:-])",
    re.IGNORECASE,
)
_START = re.compile(r"START(?:ED|S|ING)?|BEGIN(?:S|NING)?|BEGAN|BEG|S", re.IGNORECASE)
_GIVES = re.compile(r"FROM|TIMES?|INFUS\w*|ADMIN\w*|GIVEN|IV|HYDRAT\w*|CHEMO\w*", re.IGNORECASE)
# What may follow times that only such a word names. A unit of a dose or a rate may not.
_AFTER = re.compile(
    r"[\s.,;)]*(?:$|(?:RN|LVN|MA|MD|NP|PA|BY|ON|WITH|NURSE|WASTE)\b)", re.IGNORECASE
)
# A note that is nothing but the times, perhaps after the day.
_DAY = re.compile(r"(?:\d{8}|\d{1,2}/\d{1,2}(?:/\d{2,4})?)?[ :,]*")
# Words before or after numbers that are something else.
_OTHER = re.compile(
    r"\b(?:RATE|DOSE|WT|WEIGHT|BP|PULSE|LOT|AUTH|PHONE|FAX|CALL|DOS|DATES?|SERVICE|SVC|ROOM|PAGES?|"
    r"ICD|NDC)\b[ :#]*(?:(?:FROM|START|NO|NUMBER)\b ?)?$",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r" ?(?:%|(?:M?C?G|M?L|CC|GM|GRAM|MILLIGRAM|MILLILITER|UNIT|IU|MEQ|MMOL|MCI|LB|KG|VIAL|TAB|"
    r"DOSE|PAGE|BPM)S?\b)",
    re.IGNORECASE,
)
# A number with a unit, such as ``500 ML`` or ``60 MIN``.
_MEASURED = re.compile(rf"\d+(?:\.\d+)?(?:{_MEASURE.pattern}| ?MIN(?:UTE)?S?\b)", re.IGNORECASE)
# Digits that could be times, in a note that means to give some.
_MEANT = re.compile(
    r"\b(?:START|STOP|BEGIN|BEGAN|END|TIME|FROM|INFUS)\w*\b[^\d]*\d"
    r"|\d{1,2}:\d{2}|\b\d{1,2} ?[AP]\.?M?\b",
    re.IGNORECASE,
)
_NEAR = timedelta(days=31)


class Impossible(Exception):
    """A note states times that cannot be, or not clearly."""


def times_in(note: str, day: date) -> tuple[datetime, datetime] | None:
    """The start and the end that the note states for the day; None if it states none.

    Raises Impossible: an hour that does not exist, an end that is not after the start, or times
    that are not two, or not clearly times.
    """
    note = " ".join(note.split())[:_LONGEST]
    pairs = list(_PAIR.finditer(note))
    believed = [pair for pair in pairs if _are_times(pair, day)]
    if len(believed) != 1:
        if believed or _mean_times(note, pairs):
            raise Impossible
        return None
    (pair,) = believed
    start, end = _clocks(pair)
    if start >= end:
        raise Impossible
    return datetime.combine(day, start), datetime.combine(day, end)


def _are_times(pair: re.Match[str], day: date) -> bool:
    """Whether the note shows that two numbers are times: by their form, or by words with them."""
    first, last = pair["first"], pair["last"]
    if any(_halves(pair)) or (":" in first and ":" in last):
        return True
    word, before, after = pair["word"] or "", *_around(pair)
    if _START.fullmatch(word) and pair["stop"]:
        return not _OTHER.search(before)
    if not _have_four_digits(pair):
        return False
    if pair["first_hours"] or pair["last_hours"]:
        return True
    if _MEASURE.match(after):
        return False
    if pair["stop"]:
        return True
    if pair["to"].upper() in ("THRU", "THROUGH"):
        return False  # These words are said of days.
    if _is_of_the_calendar(first, day) and _is_of_the_calendar(last, day):
        return False
    if _START.fullmatch(word) or _GIVES.fullmatch(word):
        return not _OTHER.search(before) and _AFTER.match(after) is not None
    return _DAY.fullmatch(pair.string[: pair.start("first")]) is not None and not after.strip(
        " .;,"
    )


def _mean_times(note: str, pairs: list[re.Match[str]]) -> bool:
    """Whether a note seems to give times, although none of its pairs shows it."""
    rest = note
    for pair in pairs:
        before, after = _around(pair)
        measure = _MEASURE.match(after)
        if measure or _OTHER.search(before) or _OTHER.fullmatch(pair["word"] or ""):
            rest = rest.replace(pair.group() + (measure.group() if measure else ""), " ")
        elif _have_four_digits(pair):
            return True
    return _MEANT.search(_MEASURED.sub(" ", rest)) is not None


def _around(pair: re.Match[str]) -> tuple[str, str]:
    """The text before the pair and its word, and the text after it."""
    return pair.string[: pair.start()], pair.string[pair.end() :]


def _have_four_digits(pair: re.Match[str]) -> bool:
    return all(len(pair[side].replace(":", "")) == len("0900") for side in ("first", "last"))


def _is_of_the_calendar(digits: str, day: date) -> bool:
    """Whether four digits are the month and the day of a date near the day of service."""
    month, number = divmod(int(digits.replace(":", "")), 100)
    for year in (day.year - 1, day.year, day.year + 1):
        try:
            if abs(date(year, month, number) - day) <= _NEAR:
                return True
        except ValueError:
            return False
    return False


def _halves(pair: re.Match[str]) -> tuple[str | None, str | None]:
    first = pair["first_half"] or pair["first_half_m"]
    return first, pair["last_half"] or pair["last_half_m"]


def _clocks(pair: re.Match[str]) -> tuple[time, time]:
    first, last = _halves(pair)
    # "9:00 to 10:30 AM": the half of the day stands once.
    return _clock(pair["first"], first or last), _clock(pair["last"], last)


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
