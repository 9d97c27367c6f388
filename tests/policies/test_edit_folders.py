"""Every edit's folder is complete, and its citation is in the policy's text."""

import pytest

from tests.policies.cases import read_cases
from tests.policies.completeness import case_problems, citation_problems
from tests.policies.policies import EDIT_IDS, FOLDER, shipped_values

POLICY_TEXT = FOLDER.about.text


@pytest.mark.parametrize("edit_id", EDIT_IDS)
def test_its_cases_are_complete(edit_id: str) -> None:
    """A finding, a claim without one, and both sides of an effective date."""
    problems = list(case_problems(FOLDER.folder_of(edit_id)))
    assert not problems, "\n".join(problems)


def test_every_folder_of_edits_is_an_edit_or_the_vocabulary() -> None:
    folders = {file.parent.name for file in FOLDER.path.glob("*/policy.yaml")}
    assert folders == {edit_id.replace("-", "_") for edit_id in EDIT_IDS} | {"vocabulary"}


@pytest.mark.parametrize("edit_id", ["vocabulary", *EDIT_IDS])
def test_its_citation_is_in_the_policy(edit_id: str) -> None:
    values = shipped_values()[edit_id]
    problems = list(citation_problems(values.yaml.path, values.file.text, POLICY_TEXT))
    assert not problems, "\n".join(problems)


def test_a_citation_that_is_not_in_the_policy_is_found() -> None:
    file = FOLDER.folder_of("hydration-concurrent") / "policy.yaml"
    quoted = "Hydration should not be reported if performed as a concurrent infusion service."
    assert list(citation_problems(file, quoted, POLICY_TEXT)) == []
    assert len(list(citation_problems(file, quoted.replace(" not", ""), POLICY_TEXT))) == 1


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
