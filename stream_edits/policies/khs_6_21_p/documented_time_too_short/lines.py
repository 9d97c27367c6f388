"""What one line with a timed code says: its role, its documented time and what that supports."""

from collections.abc import Iterable

from stream_edits.policies.encounter import EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.documented_time import (
    TimeRules,
    initial_push_for,
    is_too_short_for,
    time_of,
)
from stream_edits.policies.khs_6_21_p.vocabulary.lines import (
    administration,
    has_separate_site,
)
from stream_edits.policies.khs_6_21_p.vocabulary.rules import (
    Family,
    Role,
    Technique,
    VocabularyRules,
)
from stream_edits.policies.shared.clock import Interval
from stream_edits.policies.shared.time_needed import TimeNeeded


def role_of(line: EncounterLine) -> Role | None:
    """The role of the line's code, None if it is not an administration code."""
    traits = administration(line)
    return traits.role if traits else None


def family_of(line: EncounterLine) -> tuple[Family, Technique] | None:
    """The family and technique of the line's code, None if it is not an administration code."""
    traits = administration(line)
    return (traits.family, traits.technique) if traits else None


def has_added_form(line: EncounterLine) -> bool:
    """Whether the family of an infusion has sequential ones."""
    return (
        line.code in line.policy[VocabularyRules].add_on_form or role_of(line) is not Role.INITIAL
    )


def is_hydration(line: EncounterLine) -> bool:
    """Whether the line's code is hydration."""
    return line.code in line.policy[VocabularyRules].hydration


def needed_by(line: EncounterLine) -> TimeNeeded:
    """The minutes that the units of the line's code need."""
    return line.policy[TimeRules].minutes_needed[line.code]


def times_of(lines: Iterable[EncounterLine]) -> list[Interval]:
    """The documented times of those lines that have one."""
    return [time for time in map(time_of, lines) if time is not None]


def is_too_short(line: EncounterLine) -> bool:
    """Whether the time of an infusion alone supports no unit of its code."""
    return is_too_short_for(line, line.code)


def goes_on(hydration: EncounterLine, only: EncounterLine) -> bool:
    """Whether an initial hydration line may be an hour of another one.

    One of a second site that is too short for its code is not, nor one of the first site beside
    ``only`` of the second: each site has its own time.
    """
    is_of_second_site = has_separate_site(hydration) or has_separate_site(only)
    return not (is_of_second_site and is_too_short(hydration))


def push_of(line: EncounterLine) -> str | None:
    """The initial push that an infusion too short for its code is rebilled as, if it has one."""
    return initial_push_for(line.policy, line.code)


def hours_after_the_first(minutes: float, needed: TimeNeeded) -> float:
    """The additional hours in an infusion of ``minutes``; its first hour has another code."""
    return needed.supported_units(minutes - (needed.each_further_unit or 0))
