"""Synthetic patients, clinics, hospitals, physicians, and calendars."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

_CLINICS, _HOSPITALS, _PHYSICIANS, _OWN = 10_000_000, 20_000_000, 30_000_000, 40_000_000
_PATIENTS_A_CLINIC = 30
_PHYSICIANS_A_CLINIC = 3
_OPENS, _LAST_START = time(8), time(15, 30)
_OPTIONAL_START = (0, 15, 30, 45)
_LETTERS = "ACDEFGHJKLMNPQRSTUVWXY"


def npi(number: int) -> str:
    """The NPI of a number below a hundred million: a 1, the number, and the check digit.

    The check digit is Luhn's over the prefix 80840 and the digits.
    """
    nine = f"1{number:08d}"
    backwards = [int(digit) for digit in reversed("80840" + nine)]
    doubled = sum(2 * digit - 9 * (digit > 4) for digit in backwards[0::2])
    return nine + str(-(doubled + sum(backwards[1::2])) % 10)


@dataclass
class Patient:
    """A member of the plan. ``physician`` supervises. ``locum`` never treats another patient."""

    member_id: str
    clinic: str
    hospital: str
    physician: str
    locum: str
    days: set[date] = field(default_factory=set)


class Calendar:
    """The free time of each physician. Only contested scenarios overlap."""

    def __init__(self) -> None:
        self._free: dict[tuple[str, date], datetime] = {}

    def opening(self, physician: str, day: date, rng: Random) -> datetime | None:
        """The next free start time on that day, None if the day is full."""
        opens = datetime.combine(day, _OPENS) + timedelta(minutes=rng.choice(_OPTIONAL_START))
        start = max(opens, self._free.get((physician, day), opens))
        return start if start.time() <= _LAST_START else None

    def book(self, physician: str, day: date, until: datetime) -> None:
        """Reserve the physician until ten minutes after ``until``, the end of an encounter."""
        after = until + timedelta(minutes=10)
        self._free[physician, day] = max(after, self._free.get((physician, day), after))


class Population:
    """The plan's patients, created as they are needed.

    With ``contested``, the patients of a clinic share its physicians. Without it, each patient has
    a physician of their own.
    """

    def __init__(self, rng: Random, contested: bool) -> None:
        self._rng = rng
        self._contested = contested
        self._patients: list[Patient] = []

    def someone(self) -> Patient:
        """A patient, known or (two times in five) new."""
        if not self._patients or self._rng.random() < 0.4:
            return self.newcomer()
        # Those who came of late come again: so the memory of a long run stays small.
        recent = self._patients[-200:]
        return self._rng.choice(recent)

    def newcomer(self) -> Patient:
        """A new patient."""
        number = len(self._patients)
        clinic = number // _PATIENTS_A_CLINIC
        shared = clinic * _PHYSICIANS_A_CLINIC + number % _PHYSICIANS_A_CLINIC
        patient = Patient(
            member_id=f"9{number:07d}{_LETTERS[number % len(_LETTERS)]}",
            clinic=npi(_CLINICS + clinic),
            hospital=npi(_HOSPITALS + clinic // 4),
            physician=npi(_PHYSICIANS + shared if self._contested else _OWN + 2 * number),
            locum=npi(_OWN + 2 * number + 1),
        )
        self._patients.append(patient)
        return patient
