"""Whether the times of some lines bear on each other."""

from collections.abc import Sequence

from stream_edits.policies.encounter import EncounterLine
from stream_edits.policies.khs_6_21_p.documented_time_too_short.lines import time_of
from stream_edits.policies.khs_6_21_p.documented_time_too_short.rules import Rules
from stream_edits.policies.khs_6_21_p.vocabulary.lines import administration
from stream_edits.policies.khs_6_21_p.vocabulary.rules import Family, Role
from stream_edits.policies.shared.clock import runs


def are_apart(lines: Sequence[EncounterLine]) -> bool:
    """Whether no time of one line counts for another line of its family and technique.

    That is so in most encounters. Times are added up where there are additional hours, and in a
    hydration, which goes on after an interruption.
    """
    if len(lines) == 1:
        return True
    for line in lines:
        traits = administration(line)
        if traits and (traits.role is Role.ADDITIONAL_HOUR or traits.family is Family.HYDRATION):
            return False
    return True


def runs_of(lines: list[EncounterLine]) -> list[list[EncounterLine]]:
    """Timed lines of one code whose times touch or overlap; all if they are measured together."""
    if lines[0].code in lines[0].policy[Rules].measured_together:
        return [lines]
    by_time = {x.position: time for x in lines if (time := time_of(x)) is not None}
    found: list[list[EncounterLine]] = []
    run_of: dict[int, list[EncounterLine]] = {}
    for run in runs(by_time):
        found.append([])
        run_of |= dict.fromkeys(run, found[-1])
    for line in lines:
        if line.position in run_of:
            run_of[line.position].append(line)
    return found
