"""A policy is a unit: a second one runs through everything, alone and beside the shipped one."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stream_edits.domain.already_replaced import NOTICE_IDS
from stream_edits.domain.claim import ClaimEvent, LineOfBusiness
from stream_edits.domain.decision import ClaimDecision, Disposition, RollUp
from stream_edits.handbook.changes import check_as_text
from stream_edits.handbook.coverage import coverage_of
from stream_edits.handbook.index import index
from stream_edits.handbook.overlay_check import check_of
from stream_edits.handbook.page import entry_named, page
from stream_edits.policies.edit_types import AlreadyReplacedNotice
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading import folder as policy_folder
from stream_edits.policies.loading.catalog import PolicyFolder, load_policies, shipped_folders
from stream_edits.policies.shapes.replaced import NOTICE
from stream_edits.report import explain
from tests.build import claim, line
from tests.stages.walk import Walk, outcomes

PASS, PEND, DENY = Disposition.PASS, Disposition.PEND, Disposition.DENY
FOLDER = PolicyFolder(Path(__file__).with_name("second_policy"), "tests.policies.second_policy")
ALONE = load_policies(folders=[FOLDER])
BESIDE = load_policies(folders=[*shipped_folders(), FOLDER])


def visits(claim_id: str, count: int, *codes: str, **fields: Any) -> ClaimEvent:
    """A claim of so many office visits, and of these codes after them."""
    billed = [line("99213", number=n) for n in range(1, count + 1)]
    return claim(claim_id, *billed, *(line(code) for code in codes), **fields)


def found(decision: ClaimDecision) -> set[tuple[str, str, int | None]]:
    """The findings: policy, edit, line."""
    return {(f.policy_id, f.edit_id, f.line_number) for f in decision.findings}


def test_alone_it_judges_its_own_claims() -> None:
    walk = Walk(under=ALONE)
    (decision,) = walk.send(visits("A", 3, line_of_business=LineOfBusiness.CORPORATE))
    assert decision.applicable
    assert decision.policy_id == "T-1"
    assert decision.policy_version == "2025-01-01"
    assert outcomes(decision) == {1: PASS, 2: PASS, 3: PEND}
    assert found(decision) == {("T-1", "visits-over-maximum", 3)}
    (infusion,) = walk.send(claim("B", line("96365"), member_id="M2"))
    assert not infusion.applicable
    assert infusion.policy_id == "T-1"


def test_alone_its_line_edit_and_its_header_are_its_own() -> None:
    bare = replace(line("99213", number=1), diagnosis_pointers=())
    (decision,) = Walk(under=ALONE).send(claim("A", bare, diagnosis_codes=()))
    assert found(decision) == {("T-1", "visit-without-diagnosis", 1)}
    assert decision.disposition is DENY
    assert decision.findings[0].policy_section == "T-1 1"


def test_a_claim_of_several_arrivals_is_decided_together() -> None:
    walk = Walk(under=ALONE)
    walk.send(visits("A", 2))
    (second,) = walk.send(visits("B", 1))
    assert outcomes(second) == {1: PEND}


def test_beside_the_first_each_governs_what_is_its_own() -> None:
    walk = Walk(under=BESIDE)
    (corporate,) = walk.send(
        visits("A", 3, "96365", line_of_business=LineOfBusiness.CORPORATE, member_id="M1")
    )
    assert corporate.policy_id == "T-1"
    assert {policy for policy, _, _ in found(corporate)} == {"T-1"}
    (infusion,) = walk.send(claim("B", line("96375"), member_id="M2"))
    assert infusion.policy_id == "6.21-P"
    assert {policy for policy, _, _ in found(infusion)} == {"6.21-P"}


def test_a_claim_that_none_governs_names_the_policies_of_its_line_of_business() -> None:
    for policies in (BESIDE, load_policies(folders=[FOLDER, *shipped_folders()])):
        walk = Walk(under=policies)
        (medi_cal,) = walk.send(claim("A", line("80053")))
        assert set(medi_cal.policy_id.split(";")) == {"6.21-P", "T-1"}
        (corporate,) = walk.send(
            claim("B", line("80053"), line_of_business=LineOfBusiness.CORPORATE, member_id="M2")
        )
        assert corporate.policy_id == "T-1"
        (medicare,) = walk.send(
            claim("C", line("80053"), line_of_business=LineOfBusiness.MEDICARE, member_id="M3")
        )
        assert set(medicare.policy_id.split(";")) == {"6.21-P", "T-1"}
        assert not any(each.applicable for each in (medi_cal, corporate, medicare))


def test_a_claim_that_both_govern_gets_the_findings_of_both() -> None:
    (both,) = Walk(under=BESIDE).send(visits("A", 3, "96375"))
    assert both.policy_id == "6.21-P;T-1"
    assert both.policy_version == "2024-12-03;2025-01-01"
    assert ("T-1", "visits-over-maximum", 3) in found(both)
    assert ("6.21-P", "add-on-without-primary", 4) in found(both)
    assert both.disposition is PEND


def test_a_line_that_one_policy_denies_is_active_under_the_other() -> None:
    bare = replace(line("99213", number=1), diagnosis_pointers=())
    walk = Walk(under=BESIDE)
    (decision,) = walk.send(claim("A", bare, line("96365", number=2), line("96366", number=3)))
    assert outcomes(decision) == {1: DENY, 2: PASS, 3: PASS}


def test_a_replaced_claim_is_told_by_the_policy_that_governs_it() -> None:
    walk = Walk(under=BESIDE)
    gone = visits("A", 1, line_of_business=LineOfBusiness.CORPORATE)
    void = replace(gone, claim_id="V", event_id="void", frequency_code="8", replaces_claim_id="A")
    walk.send(void)
    (late,) = walk.send(gone)
    assert found(late) == {("T-1", "already-replaced", None)}


def test_the_shipped_decisions_are_the_same_beside_it() -> None:
    history = [claim("A", line("96365")), claim("B", line("96366")), claim("C", line("96413"))]
    one, other = Walk(RollUp.STRICT), Walk(RollUp.STRICT, under=BESIDE)
    one.send(*history)
    other.send(*history)
    assert one.published == other.published


def test_the_report_names_the_policy() -> None:
    (decision,) = Walk(under=ALONE).send(claim("A", line("96365")))
    assert "Policy T-1 does not govern this claim." in explain(decision)


def test_the_handbook_shows_both() -> None:
    assert "# The edits of policy T-1" in index(BESIDE)
    assert "# The edits of policy 6.21-P" in index(BESIDE)
    text = page(entry_named(BESIDE, "visits-over-maximum"))
    assert "At most two office visits are paid on one day." in text
    assert "T-1 3" in page(entry_named(BESIDE, "T-1/already-replaced"))
    with pytest.raises(PolicyError, match=r"6\.21-P/already-replaced, T-1/already-replaced"):
        entry_named(BESIDE, "already-replaced")
    assert coverage_of(BESIDE) == coverage_of(load_policies())
    assert coverage_of(ALONE) == ""


def overlaid(tmp_path: Path, edits: str) -> Path:
    file = tmp_path / "plan.yaml"
    file.write_text(f"edits:\n{edits}", encoding="utf-8")
    return file


def test_an_overlay_changes_the_policy_that_has_the_edit(tmp_path: Path) -> None:
    file = overlaid(
        tmp_path, "  visits-over-maximum: {most: {2025-01-01: {reference: a memo, value: 1}}}\n"
    )
    under = load_policies(file, [*shipped_folders(), FOLDER])
    (decision,) = Walk(under=under).send(visits("A", 2))
    assert outcomes(decision) == {1: PASS, 2: PEND}
    assert decision.policy_version.startswith("2025-01-01+")
    report = check_as_text(check_of(BESIDE, under, file, date(2026, 3, 1)))
    assert "visits-over-maximum  most  2025-01-01  2 -> 1" in report


def test_an_overlay_says_which_of_two_edits_of_one_id_is_meant(tmp_path: Path) -> None:
    value = "no_effect: {2025-01-01: {reference: a memo, value: {disposition: DENY, carc: '18'}}}"
    folders = [*shipped_folders(), FOLDER]
    with pytest.raises(PolicyError, match=r"plan\.yaml:2: .*6\.21-P/already-replaced or T-1/"):
        load_policies(overlaid(tmp_path, f"  already-replaced: {{{value}}}\n"), folders)
    named = load_policies(overlaid(tmp_path, f"  T-1/already-replaced: {{{value}}}\n"), folders)
    walk = Walk(under=named)
    gone = visits("A", 1, line_of_business=LineOfBusiness.CORPORATE)
    void = replace(gone, claim_id="V", event_id="void", frequency_code="8", replaces_claim_id="A")
    walk.send(void)
    assert walk.send(gone)[0].disposition is DENY


@pytest.mark.parametrize(
    ("file", "before", "after", "message"),
    [
        ("policy.yaml", "text: text.txt", "text: gone.txt", r"there is no file gone\.txt"),
        ("policy.yaml", "[CORPORATE, MEDI_CAL]", "[]", r"policy\.yaml:3: lines_of_business"),
        ("policy.yaml", "title: Office Visits", "name: x", r"policy\.yaml:2: name: is not a key"),
        ("visits_over_maximum/policy.yaml", "section: T-1 2", "section: 2", r"section"),
        ("visits_over_maximum/policy.yaml", "section: T-1 2", "section: X 2", r"with the policy"),
    ],
)
def test_a_folder_with_a_mistake_is_refused(
    tmp_path: Path, file: str, before: str, after: str, message: str
) -> None:
    shutil.copytree(FOLDER.path, tmp_path / "policy")
    changed = tmp_path / "policy" / file
    changed.write_text(changed.read_text("utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(PolicyError, match=message):
        load_policies(folders=[PolicyFolder(tmp_path / "policy", "tests.policies.second_policy")])


def test_the_notice_of_a_policy_has_an_id_that_readers_of_decisions_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    notices = {
        edit.id
        for policy in BESIDE.all
        for edit in policy.edits
        if isinstance(edit, AlreadyReplacedNotice)
    }
    assert notices == {"already-replaced"} == NOTICE_IDS - {NOTICE.id}
    monkeypatch.setattr(policy_folder, "NOTICE_IDS", frozenset({"a", "b"}))
    with pytest.raises(PolicyError, match="'already-replaced' must be named a or b"):
        PolicyFolder(FOLDER.path, "tests.policies.second_policy")


def test_a_policy_without_its_notice_is_refused(tmp_path: Path) -> None:
    shutil.copytree(FOLDER.path, tmp_path / "policy")
    shutil.rmtree(tmp_path / "policy" / "already_replaced")
    with pytest.raises(PolicyError, match="AlreadyReplacedNotice"):
        PolicyFolder(tmp_path / "policy", "tests.policies.second_policy")
