"""The dated values that edits read while they judged a claim.

The rules of every edit are exchanged for ones that note which of their values are looked at. The
lists of codes that an edit applies to are looked at before that, so they always count as read. What
is shown are the values of edits that found something, each with the entries that bear on the claim.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import ClaimDecision, EditFinding
from stream_edits.handbook.wording import outcome_in_words, value_in_words
from stream_edits.policies.content.content import Content
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.loading.catalog import VOCABULARY
from stream_edits.policies.policy import Policies, Policy
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.rules import EditRules, Outcome
from stream_edits.text import counted

# A longer list is shown by its length when nothing of the claim is in it.
_SHOWN_WHOLE = 16


class ValueRead(NamedTuple):
    """A value of an edit, or one entry of it, since when it holds, and by which reference."""

    edit_id: str
    name: str
    entry: str | None
    value: str
    since: date | None
    reference: str

    @property
    def title(self) -> str:
        """The name in plain words: ``Maximum units``."""
        return self.name.replace("_", " ").capitalize()


_CODE = re.compile(r"[A-Z0-9]{5}")
Reads = dict[tuple[str, str], dict[str, None]]


def note_reads(policies: Policies) -> Reads:
    """Exchange the rules of these policies, which nothing else may use. Returns what they note:
    the names of the values read, by policy and edit."""
    noted: Reads = {}
    for policy in policies.all:
        for on_date in policy.revisions:
            for kind, rules in list(on_date.items()):
                on_date[kind] = _noting(rules, noted)
    return noted


def _noting(rules: EditRules, noted: Reads) -> EditRules:
    """The same rules, which note in ``noted`` the names of the values that are read."""
    base = type(rules)
    own = set(base.model_fields) - set(EditRules.model_fields)
    place = (rules.policy_id, rules.edit_id)

    class Noting(base):  # type: ignore[valid-type, misc]
        def __getattribute__(self, name: str) -> Any:
            if name in own:
                noted.setdefault(place, {})[name] = None
            return super().__getattribute__(name)

    # Without `model_construct` pydantic would validate what is validated already.
    made: EditRules = Noting.model_construct(
        **{name: getattr(rules, name) for name in base.model_fields}
    )
    noted.pop(place, None)
    return made


def values_read(
    policy: Policy,
    reads: Reads,
    decision: ClaimDecision,
    claim: ClaimEvent,
    beside: Sequence[ClaimEvent],
) -> Iterator[ValueRead]:
    """The values of one policy that were read: of each edit with a finding, and the shared ones."""
    found: dict[str, list[EditFinding]] = {}
    for finding in decision.findings:
        if finding.policy_id == policy.id:
            found.setdefault(finding.edit_id, []).append(finding)
    every = [line for each in (claim, *beside) for line in each.lines]
    of_one_line = {edit.id for edit in policy.edits if isinstance(edit, LineEdit)}
    concerned: dict[str, ServiceLine] = {}
    for edit_id, findings in found.items():
        numbers = {finding.line_number for finding in findings}
        own = [x for x in claim.lines if None in numbers or x.line_number in numbers]
        concerned |= {str(x.line_number): x for x in own}
        shown = _Shown(policy, edit_id, reads, claim.first_day)
        others = own if edit_id in of_one_line else every
        yield from shown.of_edit(words_of(claim, own), words_of(claim, others), findings)
    if found:
        shared = _Shown(policy, VOCABULARY, reads, claim.first_day)
        said = " ".join(f.message for findings in found.values() for f in findings)
        named = [word for word in words_of(claim, every) if word in said]
        own_words = words_of(claim, concerned.values())
        yield from shared.entries_of(list(dict.fromkeys((*own_words, *named))))


def words_of(claim: ClaimEvent, lines: Iterable[ServiceLine]) -> list[str]:
    """What lines and their claim state and a list of a policy may have an entry for."""
    words: dict[str | None, None] = {}
    for line in lines:
        words |= dict.fromkeys((line.procedure_code, *line.modifiers, claim.place_of(line)))
        words[line.revenue_code] = None
    bill = (claim.type_of_bill or "").removeprefix("0")
    words |= dict.fromkeys((bill[:2], claim.admission_type, claim.frequency))
    return [word for word in words if word]


class _Shown:
    """The values of one edit that were read, as they held on a day."""

    def __init__(self, policy: Policy, edit_id: str, reads: Reads, day: date) -> None:
        self._edit_id = edit_id
        self._values: EditValues | None = policy.values.get(edit_id)
        rules = [each for each in policy.on(day).values() if each.edit_id == edit_id]
        self._rules = rules[0] if rules else None
        applied = self._rules.governing_fields() if self._rules else ()
        self._names = tuple(dict.fromkeys((*applied, *reads.get((policy.id, edit_id), ()))))

    def of_edit(
        self, own: Sequence[str], every: Sequence[str], findings: Sequence[EditFinding]
    ) -> Iterator[ValueRead]:
        """Every value: an outcome if a finding has it, a list by its entries for the claim.

        ``own`` are the words of the lines with a finding, ``every`` those of all lines that the
        edit judges together.
        """
        for name in self._names:
            value = getattr(self._rules, name, None)
            if isinstance(value, Outcome):
                if any(_has_outcome(finding, value) for finding in findings):
                    yield self._read(name, None, outcome_in_words(value))
                continue
            entries = dict(_entries(value, own)) or dict(_entries(value, every))
            for entry, text in entries.items():
                yield self._read(name, entry, text)
            if not entries and value is not None and not _is_by_code(value):
                yield self._read(name, None, _as_a_whole(value))

    def entries_of(self, words: Sequence[str]) -> Iterator[ValueRead]:
        """The entries that bear on the claim; of shared values nothing else is shown."""
        for name in self._names:
            for entry, text in _entries(getattr(self._rules, name, None), words):
                yield self._read(name, entry, text)

    def _read(self, name: str, entry: str | None, text: str) -> ValueRead:
        since, reference = self._dated(name)
        return ValueRead(self._edit_id, name, entry, text, since, reference)

    def _dated(self, name: str) -> tuple[date | None, str]:
        """Since when the value holds, and its reference."""
        by_day = self._values.dated.get(name, {}) if self._values else {}
        if not by_day or self._rules is None:
            return None, ""
        past = [day for day in by_day if day <= self._rules.effective]
        day = max(past) if past else min(by_day)
        return day, by_day[day].reference


def _has_outcome(finding: EditFinding, outcome: Outcome) -> bool:
    if (finding.carc, finding.rarcs) != (outcome.carc, outcome.rarcs):
        return False
    # A finding asks for no document that was sent.
    return set(finding.requested_documents) <= set(outcome.requests)


def _entries(value: Any, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The entries of a value for these words."""
    if isinstance(value, Content):
        for word in words:
            category = value.category_of(word)
            if category is not None:
                yield word, str(category)
    elif isinstance(value, Mapping):
        yield from ((word, value_in_words(value[word])) for word in words if word in value)
    elif _is_list(value):
        yield from ((word, "in the list") for word in words if word in value)


def _is_by_code(value: Any) -> bool:
    """Whether the value has an entry for each of some codes. Without one it says nothing.

    An empty list is no such value: that nothing is in it may be the reason of a finding.
    """
    if isinstance(value, Mapping) or (_is_list(value) and value):
        return all(_CODE.fullmatch(str(each)) for each in value)
    return False


def _is_list(value: Any) -> bool:
    return isinstance(value, frozenset | set | list | tuple)


def _as_a_whole(value: Any) -> str:
    if (_is_list(value) or isinstance(value, Mapping)) and len(value) > _SHOWN_WHOLE:
        return f"{counted(len(value), 'entries')}, none for what the claim states"
    return value_in_words(value)
