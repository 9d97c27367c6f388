"""Administration times in free text: NTE*ADD of a line, such as ``START 0900 STOP 1015``.

A wrong time may deny a line, and a time that is left out denies none. So two numbers are taken for
times only if the note shows that they are, and if it has no other number that could be one.
"""

import re
from datetime import date, datetime, time, timedelta

_LONGEST = 500
# A number that is measured, such as ``500 ML``, ``100-200 ML/HR``, ``60 MIN`` or ``22G``.
_NUMBER = r"\d+(?:[.,]\d+)?"
_UNIT = (
    r"(?:%|(?:MCG|MG|KG|GM|GRAM|MILLIGRAM|ML|CC|MILLILITER|LITER|UNIT|IU|MEQ|MMOL|MCI|LB|VIAL|TAB|"
    r"DOSE|BAG|GTT|BPM|PAGE)S?\b)(?:/[A-Z]+)*"
)
# Four digits before these are a time, such as ``1015 HRS``.
_SHORT = r"(?<![\d:])\d{1,3} ?(?:G|MIN|MINUTE|HR|HOUR)S?\b"
_MEASURED = re.compile(rf"{_NUMBER}(?: ?(?:-|TO) ?{_NUMBER})? ?{_UNIT}|{_SHORT}", re.IGNORECASE)
_DATE = re.compile(r"\b(?:(\d{4})(\d\d)(\d\d)|(\d{1,2})/(\d{1,2})(?:/(\d{2}|\d{4}))?)\b")

_CLOCK = r"(?P<{0}>\d{{1,2}}:\d{{2}}(?::\d{{2}})?|\d{{3,4}}|\d{{1,2}}(?= ?[AP]\.?M|[AP]\b))"
_HALF = r"(?:(?P<{0}_bare>[AP])(?![A-Z.])| ?(?P<{0}_half>[AP])\.?M\b\.?)?"
_HOURS = r"(?: ?(?P<{0}_hours>HRS?|H)\b\.?)?"
_SIDE = _CLOCK + _HALF + _HOURS
_START = r"\b(?:TIME )?(?:START(?:ED|S)?|BEGIN|BEGAN|BEG|IN|S)\b(?: TIME)?(?: AT)? ?[-:=@]? ?"
_STOP = (
    r"[ ,;./-]*(?:\b(?:INFUS\w*|INF|IV|TIME) )?\b(?:(?:STOP|END|OUT|FINISH)(?:PED|ED)?|E)\b"
    r"(?: TIME)?(?: AT)? ?[-:=@]? ?"
)
_PAIR = re.compile(
    rf"(?:(?P<start>{_START})|(?<![\d/.:-])){_SIDE.format('first')}"
    rf"(?:(?P<stop>{_STOP})| ?(?:-|\u2013|\u2014|\bTO\b|\bTILL?\b|\bUNTIL\b) ?)"
    rf"{_SIDE.format('last')}(?![\d/:-])",
    re.IGNORECASE,
)
# Where these words stand, two numbers may be something else, or the times of something else.
_OTHER = re.compile(
    r"\b(?:LOTS?|SERIAL|AUTH\w*|APPROV\w*|COVERAGE|PLAN|THERAPY|COURSE|CYCLE|DOS|DATES?|SERVICE|SVC|PHONE|"
    r"FAX|CALL\w*|OFFICE|OPEN|ROOM|CHAIR|BED|STAGE|PAGES?|ICD|NDC|RATIO|TITER|DILUT\w*|DURATION|OVER|"
    r"APPT|NEXT|PAUS\w*|HELD|INTERRUPT\w*|RESUM\w*|RESTART\w*|DELAY\w*|WAIT\w*|OBSERV\w*|RESCHED\w*|"
    r"NOT|NEVER|CANCEL\w*|VOID\w*|ABORT\w*|REFUSED|UTC|GMT|ZULU|[ECMP][SD]?T|PRESENT|SUPERVIS\w*|DOSE|RATE|VOL|VOLUME|AMOUNT|AMT|WT|WEIGHT|S?BP|PULSE|GLUCOSE|ANC|HR|BILLED|"
    r"MRN|DOB|REF|SSN|IDS?|NPI|TEL|EXT|RM|NO|ACCT|SN|EXP|CPT|RX|PO)\b",
    re.IGNORECASE,
)
# The only words beside times that nothing but their place shows.
_PLAIN = re.compile(
    r"(?:INFUS\w*|INF|ADMIN\w*|GIVEN|IV|PIV|HYDRAT\w*|CHEMO\w*|TIMES?|FROM|RN|LVN|MD|NP|PA|MA|BY|VIA|IN|AT|"
    r"ON|L|R|LEFT|RIGHT|ARM|AC|FA|FOREARM|HAND|WRIST|PORT|CHEST|LINE|SITE|WASTED?|TOLERATED|WELL|HRS?)",
    re.IGNORECASE,
)
# ``1:00`` without AM or PM may be one or thirteen o'clock. ``01:00`` is of a clock of 24 hours.
_SMALL_HOURS = re.compile(r"[1-6]:")
_WEEK = 7
_BOTH = re.compile(r"\b(?:START|BEG)\w*\b.*\d.*\b(?:STOP|END)\w*\b.*\d", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
_PERSON = r"(?:RN|LVN|MD|NP|PA|MA)"
# Whose they are, or after a slash at the end: three letters elsewhere may be another word.
_INITIALS = re.compile(
    rf"\b(?:{_PERSON}|BY)[ :./-]*[A-Z]{{1,3}}\b|\b[A-Z]{{1,3}}[ ,./-]*{_PERSON}\b|/ ?[A-Z]{{1,3}}$",
    re.IGNORECASE,
)
# When somebody was there, such as ``MD IN 0800 OUT 1200`` and ``RN ON SITE``.
_PRESENT = re.compile(rf"\b{_PERSON}(?: [A-Z]{{1,3}})? (?:IN|ON|AT)\b", re.IGNORECASE)
# Digits that could be times, in a note that means to give some.
_MEANT = re.compile(
    r"\b(?:START|STOP|BEGIN|BEGAN|END|TIME|FROM|INFUS|HUNG|HANG|DOWN|DC)[A-Z]*[^\d]*\d"
    r"|\d{1,2}:\d{2}|\b\d{1,2} ?[AP]\.?M?\b|\b\d{4} ?[^\s\w]? ?\d{4}\b",
    re.IGNORECASE,
)


class Impossible(Exception):
    """A note states times that cannot be, or not clearly."""


def times_in(note: str, day: date) -> tuple[datetime, datetime] | None:
    """The start and the end that the note states for the day; None if it states none.

    Raises Impossible: an hour that does not exist, an end that is not after the start and so may be
    of the next day, another day, or numbers that may be times and are not clearly the start and the
    end.
    """
    note = " ".join(note.split())
    if len(note) > _LONGEST:
        raise Impossible
    rest = _MEASURED.sub(" ", note)
    pairs = list(_PAIR.finditer(rest))
    if len(pairs) == 1 and _are_times(pairs[0], day):
        (pair,) = pairs
        _check_nothing_else(rest[: pair.start()] + " " + rest[pair.end() :], day)
        start, end = _clocks(pair)
        if start >= end:
            raise Impossible
        return datetime.combine(day, start), datetime.combine(day, end)
    if _OTHER.search(rest) is None and any(map(_have_four_digits, pairs)):
        raise Impossible
    if _OTHER.search(rest) is None and _MEANT.search(rest):
        raise Impossible
    if _BOTH.search(rest):
        raise Impossible
    return None


def _are_times(pair: re.Match[str], day: date) -> bool:
    """Whether the note shows that two numbers are the times of an administration.

    They stand after words for its start and stop, or they have the form of times, or four digits,
    and nothing else stands beside them.
    """
    before, after = pair.string[: pair.start()], pair.string[pair.end() :]
    if _OTHER.search(before) or _OTHER.search(after) or _PRESENT.search(pair.string):
        return False
    first, last = pair["first"], pair["last"]
    is_clock = bool(pair["last_half"] or (pair["first_bare"] and pair["last_bare"]))
    is_clock = is_clock or (":" in first and ":" in last)
    if pair["start"] and pair["stop"]:
        # ``START 900 STOP 1015``, if nothing else is said of these numbers.
        is_short = not before.strip() and len(last) > len("12")
        return is_clock or _have_four_digits(pair) or is_short
    if not (_is_plain(before) and _is_plain(after)):
        return False
    if is_clock or not _have_four_digits(pair):
        return is_clock
    if pair["first_hours"] or pair["last_hours"]:
        return True
    return not (_are_round(first, last) or _are_days(first, last, day))


def _is_plain(text: str) -> bool:
    """Whether all words are those of an administration, of its site, or initials."""
    words = _WORD.findall(_INITIALS.sub(" ", text))
    return all(map(_PLAIN.fullmatch, words))


def _are_round(*numbers: str) -> bool:
    """Whether the numbers may as well be millilitres or milligrams, such as 1000 and 1500."""
    return all(number.endswith("00") and not number.startswith("0") for number in numbers)


def _are_days(first: str, last: str, day: date) -> bool:
    """Whether the numbers may as well be month and day of dates around the day of service."""
    try:
        near = {f"{day + timedelta(days=n):%m%d}" for n in range(-_WEEK, _WEEK + 1)}
    except OverflowError:
        return False
    return first in near and last in near


def _check_nothing_else(rest: str, day: date) -> None:
    """Raise Impossible for another day, or for any other number that has no unit."""
    for found in _DATE.finditer(rest):
        year, month, number, short_month, short_day, short_year = found.groups()
        whole = (year, month or short_month, number or short_day)
        given = int(whole[1] or 0), int(whole[2] or 0)
        stated = whole[0] or short_year
        if given != (day.month, day.day) or (stated and int(stated) % 100 != day.year % 100):
            raise Impossible
    if any(character.isdigit() for character in _DATE.sub(" ", rest)):
        raise Impossible


def _have_four_digits(pair: re.Match[str]) -> bool:
    return all(len(pair[side].replace(":", "")) == len("0900") for side in ("first", "last"))


def _clocks(pair: re.Match[str]) -> tuple[time, time]:
    first = pair["first_half"] or pair["first_bare"]
    last = pair["last_half"] or pair["last_bare"]
    if not (first or last) and _SMALL_HOURS.match(pair["first"]):
        raise Impossible
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
