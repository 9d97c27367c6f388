"""Every sentence of the policy has an edit, or the reason why it has none."""

import re
from collections.abc import Iterable

import pytest
from pydantic import ValidationError

from stream_edits.handbook.coverage import (
    FILE,
    Coverage,
    Sentence,
    codes_of,
    coverage,
    coverage_of,
)
from stream_edits.handbook.entry import EditEntry, entries
from stream_edits.handbook.overlay_strings import strings
from stream_edits.policies.loading.catalog import load_policies
from tests.policies.completeness import coverage_problems, named, not_in

POLICIES = load_policies()
POLICY = POLICIES.all[0]
KNOWN = coverage(POLICY.about.folder / FILE)
BY_ID = {entry.id: entry for entry in entries(POLICY)}
# A quotation from another paragraph than that of the edit: (IV.B.3: The maximum ...).
MARKED = re.compile(r"\s*\((IV[.\w]*|Procedure Code Definitions): ((?:[^()]|\([^()]*\))*)\)")


def section_iv() -> str:
    """The text of the policy from section IV up to V: procedures and code definitions."""
    text = POLICY.about.text.read_text(encoding="utf-8")
    found = re.search(r"^IV\. PROCEDURES$.*?(?=^V\. ATTACHMENTS$)", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found.group()


def cited(entry: EditEntry, known: Coverage) -> frozenset[str]:
    """The paragraphs cited in the section and the references of an edit's policy.yaml."""
    file = entry.values.file
    references = (each.reference for _, history in entry.dated() for each in history)
    return paragraphs_in([file.section, *references], known)


def cited_by_findings(entry: EditEntry, known: Coverage) -> frozenset[str]:
    """The paragraphs that the findings of an edit cite: its own, and those among its values."""
    values = [
        text for _, history in entry.dated() for each in history for text in strings(each.written)
    ]
    own = f"{entry.policy.id} "
    return paragraphs_in(
        [entry.values.file.section, *(x for x in values if x.startswith(own))], known
    )


def paragraphs_in(citations: Iterable[str], known: Coverage) -> frozenset[str]:
    """The paragraphs that texts name."""
    found = re.findall(known.citations, " ".join(citations))
    definitions = known.definitions.lower()
    return frozenset(known.definitions if x.lower() == definitions else x for x in found)


def quotations(entry: EditEntry, known: Coverage) -> Iterable[tuple[str, str]]:
    """The parts of the text of a policy.yaml, each with the paragraph that it is quoted from."""
    file = entry.values.file
    (own,) = paragraphs_in([file.section], known)
    yield own, MARKED.sub("", file.text)
    yield from MARKED.findall(file.text)


def words(texts: Iterable[str]) -> list[str]:
    return " ".join(texts).split()


def test_it_has_every_sentence_verbatim_and_in_order() -> None:
    assert words(each.text for _, each in KNOWN.sentences()) == words([section_iv()])


def test_it_has_every_paragraph() -> None:
    numbers = [part.paragraph for part in KNOWN.paragraphs]
    restrictions = [f"IV.B.{n}" for n in range(1, 8)]
    assert numbers == [
        *("IV", "IV.A", "IV.A.1", "IV.A.2", "IV.B", *restrictions),
        KNOWN.definitions,
    ]


def test_every_edit_is_named_and_no_unknown_one() -> None:
    edit_ids = {edit.id for edit in POLICY.edits} | {"vocabulary"}
    problems = list(coverage_problems(KNOWN, POLICY.about.folder / FILE, edit_ids))
    assert not problems, "\n".join(problems)


def test_each_edit_cites_the_paragraph_it_is_named_for() -> None:
    misplaced = [
        f"{named(BY_ID[name].values.yaml.path)}: cites {number} nowhere, but {FILE} names it there"
        for number, sentence in KNOWN.sentences()
        for name in sentence.edits
        if number not in cited(BY_ID[name], KNOWN)
    ]
    assert not misplaced, "\n".join(misplaced)


@pytest.mark.parametrize("edit_id", [edit.id for edit in POLICY.edits])
def test_findings_cite_the_paragraphs_that_their_edit_is_named_for_and_no_other(
    edit_id: str,
) -> None:
    places = {number for number, sentence in KNOWN.sentences() if edit_id in sentence.edits}
    assert cited_by_findings(BY_ID[edit_id], KNOWN) == places


@pytest.mark.parametrize("entry", BY_ID.values(), ids=BY_ID)
def test_each_quotation_is_from_the_paragraph_that_it_is_given_for(entry: EditEntry) -> None:
    texts = {p.paragraph: " ".join(s.text for s in p.sentences) for p in KNOWN.paragraphs}
    misplaced = [
        (number, quoted)
        for number, text in quotations(entry, KNOWN)
        for quoted in not_in(texts[number], text)
    ]
    assert misplaced == []


def test_an_edit_listed_under_elsewhere_cites_another_paragraph() -> None:
    needless = [
        (number, name)
        for number, sentence in KNOWN.sentences()
        for name in sentence.elsewhere
        if name in sentence.edits
    ]
    assert needless == []


def test_each_defined_code_is_in_the_values_of_an_edit() -> None:
    newest = POLICY.revisions[-1]
    listed = frozenset[str]().union(
        *(codes_of(newest[e.values.rules], KNOWN.codes) for e in BY_ID.values())
    )
    defined = KNOWN.defined_codes()
    assert len(defined) == 25
    assert set(defined) - listed == set()


def test_the_defined_codes_are_those_of_the_text() -> None:
    definitions = section_iv().partition("PROCEDURE CODE DEFINITIONS")[2]
    assert KNOWN.defined_codes() == list(
        dict.fromkeys(re.findall(r"\b(?:96\d{3}|X\d{4})\b", definitions))
    )


def test_the_report_is_complete_within_a_hundred_columns() -> None:
    report = coverage_of(POLICIES)
    assert max(map(len, report.splitlines())) <= 100
    for _, sentence in KNOWN.sentences():
        assert " ".join(sentence.text.split()) in " ".join(report.split())
    assert ": none\n" not in report


@pytest.mark.parametrize("text", ["Bandages, tissues", "Pushes are primary to injections"])
def test_the_report_gives_reasons_for_what_claims_cannot_show(text: str) -> None:
    found = [sentence for _, sentence in KNOWN.sentences() if text in sentence.text]
    assert [bool(sentence.reason) for sentence in found] == [True]


def test_a_sentence_with_neither_edit_nor_reason_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs an edit"):
        Sentence(text="Claims should be submitted.")
