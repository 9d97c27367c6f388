"""The visit on a clock: each documented line a bar, with the overlaps and the gaps.

Positions are in percent of the time that is drawn, which begins and ends at a whole hour.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.explain.account import Account
from stream_edits.explain.overlap import overlap_verdict
from stream_edits.explain.standing import voids
from stream_edits.explain.trial import is_paid, line_of
from stream_edits.report.wording import code_of, units, without_payment
from stream_edits.text import counted, printable

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_MOST_TICKS = 6


class Span(NamedTuple):
    """A stretch of time: what it is in words, its times, and where it is drawn."""

    text: str
    times: str
    left: float
    width: float


class ClockBar(NamedTuple):
    """A line on the clock. ``kind`` is own, beside or patient; ``becomes`` is empty for others, and
    where nothing of the claim is to be paid.

    ``overlaps`` say, on the bars of the claim itself, what each of them means.
    """

    kind: str
    becomes: str
    span: Span
    overlaps: tuple[Span, ...] = ()


class ClockDrawing(NamedTuple):
    """One service day of a claim. ``untimed`` are its lines without documented times."""

    day: date
    bars: tuple[ClockBar, ...]
    has_overlaps: bool
    gaps: tuple[Span, ...]
    ticks: tuple[Span, ...]
    untimed: tuple[str, ...]


class _Timed(NamedTuple):
    kind: str
    becomes: str
    name: str
    start: datetime
    end: datetime
    claim_id: str
    line: ServiceLine


def drawings(account: Account) -> Iterator[ClockDrawing]:
    """A drawing for each service day of a claim, in order."""
    for day in sorted({line.service_date for line in account.claim.lines}):
        untimed = [
            _name(line)
            for line in account.claim.lines
            if line.service_date == day and not _is_timed(line)
        ]
        yield _drawn(account, day, list(_timed(account, day)), untimed)


def _drawn(
    account: Account, day: date, timed: Sequence[_Timed], untimed: Sequence[str]
) -> ClockDrawing:
    own = [each for each in timed if each.kind != "patient"]
    if not own:
        return ClockDrawing(day, (), False, (), (), tuple(untimed))
    window = _Window(min(x.start for x in own), max(x.end for x in own))
    shown = [each for each in timed if window.shows(each)]
    pairs = list(_overlapping(shown))
    bars = tuple(_bar(account, window, each, pairs) for each in shown)
    gaps = tuple(
        window.span(f"no line for {_minutes(start, end)}", start, end) for start, end in _gaps(own)
    )
    return ClockDrawing(day, bars, bool(pairs), gaps, tuple(window.ticks()), tuple(untimed))


def _bar(
    account: Account, window: "_Window", each: _Timed, pairs: Iterable[tuple[_Timed, _Timed]]
) -> ClockBar:
    marked = []
    for a, b in pairs:
        if each in (a, b):
            other = b if each is a else a
            text = _overlap_in_words(account, each, other) if each.kind == "own" else ""
            marked.append(window.span(text, *_shared(a, b)))
    span = window.span(each.name, each.start, each.end)
    return ClockBar(each.kind, each.becomes, span, tuple(marked))


def _overlap_in_words(account: Account, each: _Timed, other: _Timed) -> str:
    """With what a line of the claim shares time, and what that means."""
    name = other.name[:1].lower() + other.name[1:]
    amount = _minutes(*_shared(each, other))
    return f"{amount} at the same time as {name}. {overlap_verdict(account, each, other)}"


class _Window:
    """The time that is drawn."""

    def __init__(self, first: datetime, last: datetime) -> None:
        self._start = first.replace(minute=0, second=0, microsecond=0)
        whole = last.replace(minute=0, second=0, microsecond=0)
        self._end = whole if whole == last else whole + _HOUR
        self._end = max(self._end, self._start + _HOUR)

    def shows(self, each: _Timed) -> bool:
        """Whether any of its time is drawn."""
        return each.start < self._end and each.end > self._start

    def span(self, text: str, start: datetime, end: datetime) -> Span:
        """A stretch of time as it is drawn; what lies outside is cut off."""
        left, right = self._at(start), self._at(end)
        return Span(text, f"{_clock(start, start)} to {_clock(end, start)}", left, right - left)

    def _at(self, moment: datetime) -> float:
        inside = min(max(moment, self._start), self._end)
        return round(100 * ((inside - self._start) / (self._end - self._start)), 2)

    def ticks(self) -> Iterator[Span]:
        """The hours to write below, at most six."""
        hours = int((self._end - self._start) / _HOUR)
        step = -(-hours // (_MOST_TICKS - 1))
        for hour in range(0, hours + 1, step):
            moment = self._start + hour * _HOUR
            yield Span(moment.strftime("%H:%M"), "", self._at(moment), 0)


def _timed(account: Account, day: date) -> Iterator[_Timed]:
    """The documented lines of a day: of the claim, of those beside it, of other patients."""
    claim = account.claim
    supervisors = {line.supervisor for line in claim.lines if line.supervisor}
    is_unpaid = bool(without_payment(account.decision, voids(account)))
    for line, start, end in _documented(claim, day):
        outcome = line_of(account.decision, line.line_number)
        becomes = ""
        if outcome is not None and not is_unpaid:
            cut = outcome.disposition == "PASS" and not is_paid(account.decision, outcome)
            becomes = "CUT" if cut else outcome.disposition.value
        yield _Timed("own", becomes, _name(line), start, end, claim.claim_id, line)
    for other in account.beside:
        for line, start, end in _documented(other, day):
            name = f"claim {printable(other.claim_id)}, {_name(line).lower()}"
            name = name[:1].upper() + name[1:]
            yield _Timed("beside", "", name, start, end, other.claim_id, line)
    for other in account.patients:
        for line, start, end in _documented(other, day):
            if line.supervisor in supervisors:
                name = "Another patient of the supervisor"
                yield _Timed("patient", "", name, start, end, other.claim_id, line)


def _documented(claim: ClaimEvent, day: date) -> Iterator[tuple[ServiceLine, datetime, datetime]]:
    for line in claim.lines:
        if line.service_date == day and line.start_time and line.end_time and _is_timed(line):
            yield line, line.start_time, line.end_time


def _is_timed(line: ServiceLine) -> bool:
    return bool(line.start_time and line.end_time and line.start_time < line.end_time)


def _name(line: ServiceLine) -> str:
    return f"Line {line.line_number}, {code_of(line)} x {units(line.units)}"


def _overlapping(timed: Sequence[_Timed]) -> Iterator[tuple[_Timed, _Timed]]:
    """The pairs that share time. Two other patients are nobody's concern here."""
    for a, b in combinations(timed, 2):
        start, end = _shared(a, b)
        if start < end and not a.kind == b.kind == "patient":
            yield a, b


def _shared(a: _Timed, b: _Timed) -> tuple[datetime, datetime]:
    return max(a.start, b.start), min(a.end, b.end)


def _gaps(timed: Sequence[_Timed]) -> Iterator[tuple[datetime, datetime]]:
    """The times between the lines of the member in which none runs."""
    ordered = sorted(timed, key=lambda each: each.start)
    until = ordered[0].end
    for each in ordered[1:]:
        if each.start > until:
            yield until, each.start
        until = max(until, each.end)


def _minutes(start: datetime, end: datetime) -> str:
    return counted((end - start) / _MINUTE, "minutes")


def _clock(moment: datetime, first: datetime) -> str:
    later = (moment.date() - first.date()).days
    return moment.strftime("%H:%M") + (f" (+{later} d)" if later else "")
