"""What an edit needs beside its code. Each problem is one line with the file to write or change."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from stream_edits.handbook.coverage import Coverage
from stream_edits.policies.edit_types import Edit
from tests.documents.citations import ROOT
from tests.documents.spec_tables import section
from tests.policies.cases import Case, Journey, read_cases

GUIDE = "docs/adding-an-edit.md shows how"
# A paragraph's number before its quotation, as in "(IV.B.3: The maximum ...)".
_PARAGRAPH_MARK = re.compile(r"\b(IV(\.[A-B0-9]+)*|Procedure Code Definitions):")
# Where one quoted sentence ends; not after a capital, as in "I.V. push".
_SENTENCE_END = re.compile(r"(?<=[a-z0-9\"'”)*])[.;:](?=\s|$)|[()]")


def named(file: Path) -> str:
    """A file as messages name it: from the root of the checkout."""
    return str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file)


def case_problems(folder: Path) -> Iterator[str]:
    """What is missing from an edit's golden cases."""
    file = folder / "cases.yaml"
    if not file.exists():
        yield f"{named(file)}: is missing: write it ({GUIDE})"
        return
    cases = read_cases(folder)
    hits = [expected.wanted["hits"] for case in cases for expected in case.expect]
    if not any(hits):
        yield f"{named(file)}: no case has a finding of this edit: add one"
    if {} not in hits:
        yield f"{named(file)}: no case has a claim without a finding (hits: {{}}): add one"
    yield from (f"{named(file)}: {each}" for each in _date_problems(cases))


def _date_problems(cases: Iterable[Case]) -> Iterator[str]:
    sides = {side for case in cases if case.overlay for side in _sides(case, case.overlay)}
    if not sides:
        yield "no case has an overlay: show both sides of a date on which a plan changes a value"
    for start in sorted({start for start, _ in sides}):
        for is_after, words in ((False, "before"), (True, "on or after")):
            if (start, is_after) not in sides:
                yield f"no case has a service {words} {start}, the date of its overlay: add one"


def _sides(case: Case, overlay: Mapping[str, Any]) -> Iterator[tuple[date, bool]]:
    """Each date of a case's overlay, and whether a line of the case is on or after it."""
    starts = {start for values in overlay.values() for by in values.values() for start in by}
    days = {line.service_date for claim in case.claims for line in claim.lines}
    return ((start, day >= start) for start in starts for day in days)


def journey_problems(edit_id: str, journeys: Iterable[Journey], folder: Path) -> Iterator[str]:
    """Whether no journey expects a finding of an edit."""
    found = {
        each
        for journey in journeys
        for expected in journey.expect
        for edit_ids in expected.wanted.get("findings", {}).values()
        for each in edit_ids
    }
    if edit_id not in found:
        yield f"{named(folder)}/: no journey has a finding of {edit_id}: add one to a file there"


def citation_problems(file: Path, text: str, policy_text: Path) -> Iterator[str]:
    """The sentences that an edit's policy.yaml cites and that are not in the policy."""
    policy = policy_text.read_text(encoding="utf-8")
    for quoted in not_in(policy, _PARAGRAPH_MARK.sub(" ", text)):
        yield f'{named(file)}: text: "{quoted}" is not in {policy_text.name}, word by word'


def not_in(policy: str, text: str) -> Iterator[str]:
    """The sentences of a text that are not in a part of the policy, word by word."""
    known = f" {_words(policy)} "
    for sentence in _SENTENCE_END.split(text):
        words = _words(sentence)
        if words and f" {words} " not in known:
            yield " ".join(sentence.split())


def _words(text: str) -> str:
    """Letters and digits only, in lower case, one space between words."""
    return " ".join(re.findall(r"[a-z0-9]+", re.sub(r"['\u2019]", "", text.lower())))


def coverage_problems(known: Coverage, file: Path, edit_ids: Collection[str]) -> Iterator[str]:
    """The edits that no sentence of coverage.yaml names, and the names of no edit."""
    listed = {name for _, sentence in known.sentences() for name in sentence.named}
    for edit_id in sorted(set(edit_ids) - listed):
        yield f"{named(file)}: names {edit_id} nowhere: add it to the edits of its sentence"
    for name in sorted(listed - set(edit_ids)):
        yield f"{named(file)}: names {name}, which is not an edit: remove it"


def listing_problems(spec: Path, edits: Iterable[Edit]) -> Iterator[str]:
    """Edits that the specification does not list under their group, in order of their ids."""
    _, *parts = section(spec, "The edits", deep=True).split("\n### ")
    by_group = dict(enumerate(parts))
    for group in sorted({*by_group, *(edit.group for edit in edits)}):
        head, _, text = by_group.get(group, "").partition("\n")
        listed = re.findall(r"^\* \*\*`([a-z-]+)`\*\*", text, re.MULTILINE)
        ids = sorted(edit.id for edit in edits if edit.group == group)
        for edit_id in ids:
            if edit_id not in listed:
                yield f"{named(spec)}: {head} does not list {edit_id}: add it"
        for name in listed:
            if name not in ids:
                yield f"{named(spec)}: {head} lists {name}, not an edit of this group: remove it"
