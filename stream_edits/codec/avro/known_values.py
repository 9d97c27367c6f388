"""Values kept by their octets: days, amounts and codes come again and again.

A subscript finds one without a call, which is most of what it would cost to make it again. Each
keeps a bounded number of values, and short ones only.
"""

from collections.abc import Callable, Container, Mapping
from datetime import date, datetime
from decimal import MAX_PREC, Context, Decimal
from typing import TypeVar

from .errors import MalformedAvro

Cleaning = Mapping[str, Mapping[str, Callable[[str], str]]]
Shared = Mapping[str, Container[str]]
_Value = TypeVar("_Value")

_MOST = 1 << 14
_LONGEST = 40
_SHORT = 2
_EVERY_DIGIT = Context(prec=MAX_PREC)


class _Known(dict[bytes, _Value]):
    def _keep(self, octets: bytes, value: _Value) -> _Value:
        if len(octets) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
            self[octets] = value
        return value


class KnownTexts(_Known[str]):
    """UTF-8 octets to a text that a function has made clean."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        super().__init__()
        self._clean = clean

    def __missing__(self, octets: bytes) -> str:
        """The clean text. Raises UnicodeDecodeError."""
        return self._keep(octets, self._clean(octets.decode()))


class WrittenNumbers(dict[int, bytes]):
    """A whole number to its octets. Numbers of one or two octets are kept: lengths, counts and
    numbers of lines, but no offsets or times."""

    def __missing__(self, number: int) -> bytes:
        """The octets, as Avro writes an int or a long."""
        left = number << 1 if number >= 0 else ~(number << 1)
        if 1 << 35 <= left < 1 << 42:
            # Six octets, without a loop: a time in milliseconds up to the year 2039.
            low, high = left & 0xFFFFFFF, left >> 28
            a, b, c, d = low & 127, low >> 7 & 127, low >> 14 & 127, low >> 21
            return bytes((a | 128, b | 128, c | 128, d | 128, high & 127 | 128, high >> 7))
        octets = bytearray()
        while left > 127:
            octets.append(left & 127 | 128)
            left >>= 7
        octets.append(left)
        written = bytes(octets)
        if len(written) <= _SHORT:
            self[number] = written
        return written


class WrittenDays(dict[date, bytes]):
    """A day to its octets, for records of one period share their days."""

    def __init__(self, epoch: int, numbers: WrittenNumbers) -> None:
        super().__init__()
        self._epoch = epoch
        self._numbers = numbers

    def __missing__(self, day: date) -> bytes:
        """The octets, as Avro writes a date."""
        if len(self) >= _MOST:
            self.clear()
        written = self[day] = self._numbers[day.toordinal() - self._epoch]
        return written


class WrittenTimes(dict[datetime, bytes]):
    """A wall clock to its octets. The times of a line are written several times: with the record of
    its claim, and with each message to its supervisors."""

    def __init__(self, epoch: datetime, numbers: WrittenNumbers) -> None:
        super().__init__()
        self._epoch = epoch
        self._numbers = numbers

    def __missing__(self, time: datetime) -> bytes:
        """The octets, as Avro writes a local-timestamp-millis."""
        if len(self) >= _MOST:
            self.clear()
        since = time - self._epoch
        number = since.days * 86400000 + since.seconds * 1000 + since.microseconds // 1000
        written = self[time] = self._numbers[number]
        return written


class WrittenTexts(dict[str | None, bytes]):
    """The reverse of ``KnownTexts``: a text to its octets, with ``head`` and their length before
    them. The entries of ``always`` stay when the others are dropped."""

    def __init__(self, head: bytes = b"", always: Mapping[str | None, bytes] | None = None) -> None:
        super().__init__(always or {})
        self._head = head
        self._always = dict(self)
        self._numbers = WrittenNumbers()

    def __missing__(self, text: str) -> bytes:
        """The octets, as Avro writes a string."""
        octets = text.encode()
        written = self._head + self._numbers[len(octets)] + octets
        if len(octets) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
                self.update(self._always)
            self[text] = written
        return written


class KnownAmounts(_Known[Decimal]):
    """Octets of a decimal to the decimal, with all its digits."""

    def __init__(self, precision: int, scale: int) -> None:
        super().__init__()
        self._limit = 10**precision
        self._scale = scale

    def __missing__(self, octets: bytes) -> Decimal:
        """The amount. Raises MalformedAvro if it has more digits than the precision."""
        unscaled = int.from_bytes(octets, "big", signed=True)
        if not -self._limit < unscaled < self._limit:
            raise MalformedAvro("a decimal has more digits than its precision")
        return self._keep(octets, Decimal(unscaled).scaleb(-self._scale, _EVERY_DIGIT))


class KnownDays(_Known[date]):
    """Three octets to a day. None for one that is not kept: only the reader knows its length."""

    def __missing__(self, octets: bytes) -> None:
        """Nothing is known of these octets yet."""

    def keep(self, octets: bytes, day: date) -> None:
        """Remember a day by the octets that it was read from."""
        self._keep(octets, day)
