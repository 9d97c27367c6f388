"""Every edit's folder is complete, and its citation is in the policy's text."""

import re

import pytest

from tests.policies.cases import read_cases
from tests.policies.policies import EDIT_IDS, FOLDER, shipped_values

POLICY_TEXT = FOLDER.about.text
# A paragraph's number before its quotation, as in "(IV.B.3: The maximum ...)".
PARAGRAPH_MARK = re.compile(r"\b(IV(\.[A-B0-9]+)*|Procedure Code Definitions):")
# Where one quoted sentence ends; not after a capital, as in "I.V. push".
SENTENCE_END = re.compile(r"(?<=[a-z0-9\"'”)*])[.;:](?=\s|$)|[()]")


@pytest.mark.parametrize("edit_id", EDIT_IDS)
def test_the_folder_is_complete(edit_id: str) -> None:
    names = {file.name for file in FOLDER.folder_of(edit_id).iterdir() if file.is_file()}
    assert {"__init__.py", "edit.py", "policy.yaml", "cases.yaml"} <= names


def test_every_folder_of_edits_is_an_edit_or_the_vocabulary() -> None:
    folders = {file.parent.name for file in FOLDER.path.glob("*/policy.yaml")}
    assert folders == {edit_id.replace("-", "_") for edit_id in EDIT_IDS} | {"vocabulary"}


@pytest.mark.parametrize("edit_id", EDIT_IDS)
def test_its_cases_show_it_with_and_without_a_finding(edit_id: str) -> None:
    cases = read_cases(FOLDER.folder_of(edit_id))
    hits = [expected.wanted["hits"] for case in cases for expected in case.expect]
    assert {} in hits, "no case shows a claim without a finding of this edit"
    assert any(hits), "no case shows a claim with a finding of this edit"


@pytest.mark.parametrize("edit_id", EDIT_IDS)
def test_its_cases_show_both_sides_of_an_effective_date(edit_id: str) -> None:
    dated = [case for case in read_cases(FOLDER.folder_of(edit_id)) if case.overlay]
    days = {
        (start, line.service_date >= start)
        for case in dated
        for values in (case.overlay or {}).values()
        for by_date in values.values()
        for start in by_date
        for claim in case.claims
        for line in claim.lines
    }
    starts = {start for start, _ in days}
    assert starts, "no case has an overlay"
    for start in starts:
        assert {(start, False), (start, True)} <= days, f"no case shows one side of {start}"


@pytest.mark.parametrize("edit_id", ["vocabulary", *EDIT_IDS])
def test_its_citation_is_in_the_policy(edit_id: str) -> None:
    assert missing_quotes(shipped_values()[edit_id].file.text) == []


def test_a_citation_that_is_not_in_the_policy_is_found() -> None:
    quoted = "Hydration should not be reported if performed as a concurrent infusion service."
    assert missing_quotes(quoted) == []
    assert missing_quotes(quoted.replace("should not", "should")) != []


@pytest.mark.parametrize("edit_id", ["vocabulary", *EDIT_IDS])
def test_every_value_names_its_reference(edit_id: str) -> None:
    for name, by_date in shipped_values()[edit_id].file.values.items():
        for day, dated in by_date.items():
            assert dated.reference.strip(), f"{name} of {day} has no reference"


@pytest.mark.parametrize("edit_id", EDIT_IDS)
def test_every_case_names_its_paragraph(edit_id: str) -> None:
    cases = read_cases(FOLDER.folder_of(edit_id))
    assert all(case.section.strip() for case in cases)
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases share a name"


def missing_quotes(text: str) -> list[str]:
    """The sentences of a citation whose words are not in the policy, in this order."""
    policy = _words(POLICY_TEXT.read_text(encoding="utf-8"))
    sentences = (_words(part) for part in SENTENCE_END.split(PARAGRAPH_MARK.sub(" ", text)))
    return [words for words in sentences if words and f" {words} " not in f" {policy} "]


def _words(text: str) -> str:
    """Letters and digits only, in lower case, one space between words."""
    return " ".join(re.findall(r"[a-z0-9]+", re.sub(r"['\u2019]", "", text.lower())))
