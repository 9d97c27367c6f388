"""The minutes that codes need, and whether the documented time of a line has them."""

from stream_edits.policies.encounter import EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.rules import VocabularyRules
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.shared.clock import Interval, minutes
from stream_edits.policies.shared.time_needed import TimeNeeded
from stream_edits.policies.values.codes import CodeKey, CodeSet, Modifiers, ProcedureCode
from stream_edits.policies.values.rules import EditRules, Outcome


class TimeRules(EditRules):
    """Values of documented_time_too_short/policy.yaml.

    Lines with one of ``discontinued_modifiers`` are not judged. ``push_form`` is the push code of
    an infusion that was too short, where another initial service stands. All lines with one of
    ``measured_together`` in an encounter are one run. ``sections`` holds the paragraph of a code if
    it is not that of the edit.
    """

    minutes_needed: dict[CodeKey, TimeNeeded]
    discontinued_modifiers: Modifiers
    measured_together: CodeSet
    sections: dict[CodeKey, str]
    push_form: dict[CodeKey, ProcedureCode]
    too_short: Outcome
    cut_back: Outcome

    def governed_codes(self) -> frozenset[str]:
        """The codes that need documented time."""
        return frozenset(self.minutes_needed)


def time_of(line: EncounterLine) -> Interval | None:
    """The documented time of the line, None without both times."""
    return (line.start, line.end) if line.start and line.end else None


def is_discontinued(line: EncounterLine) -> bool:
    """Whether a modifier says that the service was reduced or discontinued."""
    return not line.modifiers.isdisjoint(line.policy[TimeRules].discontinued_modifiers)


def is_too_short_for(line: EncounterLine, code: str) -> bool:
    """Whether the time of a line alone would support no unit of a code."""
    time, needed = time_of(line), line.policy[TimeRules].minutes_needed.get(code)
    if time is None or needed is None or is_discontinued(line):
        return False
    return not needed.supported_units(minutes(*time))


def initial_push_for(policy: PolicyOnDate, code: str) -> str | None:
    """The initial push that an infusion too short for a code is rebilled as, if it has one."""
    push = policy[TimeRules].push_form.get(code)
    return policy[VocabularyRules].initial_form.get(push, push) if push else None


def initial_code(line: EncounterLine, code: str) -> str | None:
    """The code of an added service, billed as ``code``, where it is the initial one.

    A code that needs no time itself may have an initial form that does: a line too short for that
    is the initial push, or nothing.
    """
    form = line.policy[VocabularyRules].initial_form.get(code)
    is_timed = code in line.policy[TimeRules].minutes_needed
    if form is None or is_timed or not is_too_short_for(line, form):
        return form
    return initial_push_for(line.policy, form)
