"""A plan's own edits: a folder of YAML alone, judged beside the packaged policy."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stream_edits.commands.own_cases import run_cases
from stream_edits.domain.claim import Attachment, ClaimForm, LineOfBusiness
from stream_edits.domain.decision import Disposition, WaitsFor
from stream_edits.handbook.index import index
from stream_edits.handbook.page import entry_named, page
from stream_edits.policies.catalog import load_policies
from stream_edits.policies.policy import Policies
from stream_edits.policies.shapes.known import SHAPES
from stream_edits.report import explain
from tests.build import claim, line, replacing, voiding
from tests.policies.own import DOCUMENT, alone, changed, decided, own
from tests.stages.walk import SHIPPED, Walk, outcomes

PASS, PEND, DENY = Disposition.PASS, Disposition.PEND, Disposition.DENY


def test_what_policy_new_writes_holds(folder: Path) -> None:
    result = run_cases(folder)
    assert result.holds, result.text
    assert result.text.endswith("22 cases hold\n")
    assert {shape.replace("_", "-") for shape in SHAPES} == {
        row.split(":")[0].removeprefix("ok      own-") for row in result.text.splitlines()[:-1]
    }


def test_findings_name_the_plan_s_policy_and_section(under: Policies) -> None:
    (decision,) = decided(under, claim("A", line("J1745"), line("96365")))
    assert decision.policy_id == "6.21-P;KHS-OWN"
    assert outcomes(decision) == {1: PEND, 2: PASS}
    document, modifier = sorted(
        (f for f in decision.findings), key=lambda f: f.edit_id, reverse=True
    )
    assert document.policy_section == "KHS-OWN 1"
    assert document.policy_version.startswith("2025-01-01+")
    assert document.requested_documents == ("invoice",)
    assert (document.carc, document.rarcs) == ("252", ("M23",))
    assert modifier.edit_id == "own-modifier-required"
    assert decision.waits_for is WaitsFor.PROVIDER
    assert "KHS-OWN 1, edit own-required-document" in explain(decision)


def test_a_claim_that_only_the_plan_s_policy_governs_is_decided_under_it(under: Policies) -> None:
    (decision,) = decided(under, claim("A", line("36415"), line("36591")))
    assert decision.applicable
    assert own(decision) == {1: ("not-together", DENY)}
    (other,) = decided(
        under, claim("A", line("36415"), line("36591"), line_of_business=LineOfBusiness.CORPORATE)
    )
    assert not other.applicable
    assert own(other) == {}


def test_the_packaged_findings_are_the_same_beside_it(under: Policies) -> None:
    history = [
        claim("A", line("96365"), line("96367", units=5.0)),
        claim("B", line("96366")),
        claim("C", line("96365", modifiers=("27",)), line("J1745")),
        claim("D", line("96365"), place_of_service="12", member_id="M2"),
    ]
    alone, beside = decided(SHIPPED, *history), decided(under, *history)
    assert len(alone) == len(beside)
    for one, other in zip(alone, beside, strict=True):
        assert one.encounter_keys == other.encounter_keys
        assert one.findings == tuple(f for f in other.findings if f.policy_id == "6.21-P")


def test_encounters_are_those_of_the_packaged_policy(under: Policies) -> None:
    """Also of a claim that only the plan's policy governs: XE is a second visit of the day."""
    first = claim("A", line("36591"))
    second = claim("B", line("36415", modifiers=("XE",)))
    alone = claim("C", line("36415"))
    one, two, three = decided(under, first, second, alone)
    assert one.encounter_keys == three.encounter_keys != two.encounter_keys
    assert own(one) == {}
    assert own(two) == {}
    assert own(three) == {1: ("not-together", DENY)}


def test_a_document_answers_and_one_on_request_does_not(under: Policies) -> None:
    walk = Walk(under=under)
    billed = line("J1745", modifiers=("JZ",))
    (first,) = walk.send(claim("A", billed))
    assert own(first) == {1: ("required-document", PEND)}
    on_request = (Attachment(kind="invoice", transmission_code="AA"),)
    (second,) = walk.send(replacing("A", "B", billed, attachments=on_request))
    assert own(second) == {1: ("required-document", PEND)}
    (third,) = walk.send(replacing("B", "C", billed, documents=("invoice",)))
    assert own(third) == {}
    assert third.disposition is PASS


def test_units_are_cut_over_the_claims_and_visits_of_a_day(under: Policies) -> None:
    walk = Walk(under=under)
    documents = ("medical_justification",)
    first = claim("A", line("96365"), line("96367", units=2.0))
    second = claim("B", line("96367", units=2.0, modifiers=("27",)), documents=documents)
    walk.send(first)
    (cut,) = walk.send(second)
    assert own(cut) == {1: ("maximum-units", PASS)}
    assert cut.lines[0].allowed_units == 1.0
    found = next(f for f in cut.findings if f.policy_id == "KHS-OWN")
    assert "The policy allows 3 units a day, of which 2 are already used." in found.message
    assert found.related_claim_ids == ("A",)


def test_minutes_and_numbers_that_are_no_units_are_not_cut(under: Policies) -> None:
    billed = line("96367", units=60.0, unit_of_measure="MJ")
    (decision,) = decided(under, claim("A", line("96365"), billed))
    assert own(decision) == {}
    (negative,) = decided(
        under, claim("A", line("96367", units=-9.0), line("96367", units=4.0), member_id="M2")
    )
    assert own(negative) == {2: ("maximum-units", PASS)}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"place_of_service": "12"}, {1: ("place-of-service", DENY)}),
        ({"place_of_service": "11"}, {}),
        ({"place_of_service": None}, {}),
        ({"claim_form": ClaimForm.UB04, "type_of_bill": "0331"}, {1: ("place-of-service", DENY)}),
        ({"claim_form": ClaimForm.UB04, "type_of_bill": "131"}, {}),
        ({"claim_form": ClaimForm.UB04, "type_of_bill": None}, {}),
        ({"claim_form": ClaimForm.UB04, "type_of_bill": "x"}, {}),
    ],
)
def test_a_place_is_denied_only_if_the_claim_says_it(
    under: Policies, fields: dict[str, Any], expected: dict[int, Any]
) -> None:
    (decision,) = decided(under, claim("A", line("96413"), **fields))
    assert own(decision) == expected


def test_a_void_and_a_claim_already_replaced_are_not_judged(under: Policies) -> None:
    walk = Walk(under=under)
    (void,) = walk.send(voiding("A", "V", lines=(line("J1745"),)))
    assert own(void) == {}
    (late,) = walk.send(claim("A", line("J1745")))
    assert own(late) == {None: ("replaced-before-it-came", PASS)}
    assert late.findings[-1].policy_section == "KHS-OWN (notice)"


def test_a_later_claim_decides_again_what_is_held(under: Policies) -> None:
    """Of two codes that exclude each other the first to come is paid, also when it was held."""
    walk = Walk(under=under)
    walk.send(claim("A", line("36591"), line("J1745")))
    (second,) = walk.send(claim("B", line("36415")))
    assert own(second) == {1: ("not-together", DENY)}
    assert second.findings[0].related_claim_ids == ("A",)


def test_values_hold_from_their_dates(folder: Path) -> None:
    changed(
        folder,
        DOCUMENT,
        '      value: ["J1745"]\n',
        '      value: ["J1745"]\n    2025-07-01:\n      reference: Plan memo 2\n'
        '      value: ["J1745", "J1100"]\n',
    )
    under = alone(folder)
    for day, expected in ((date(2025, 6, 30), {}), (date(2025, 7, 1), PEND)):
        (decision,) = decided(under, claim("A", line("J1100", day=day)))
        assert own(decision) == ({1: ("required-document", PEND)} if expected else {})
    assert [r.version[:10] for r in under["KHS-OWN"].revisions] == ["2025-01-01", "2025-07-01"]


def test_the_version_changes_with_the_folder_and_with_the_overlay(
    folder: Path, tmp_path: Path
) -> None:
    def versions(overlay: Path | None = None) -> tuple[str, str]:
        under = load_policies(overlay, own=folder)
        packaged, own = (policy.revisions[-1].version for policy in under.all)
        return packaged, own

    first = versions()
    assert versions() == first
    assert first[0] == SHIPPED.all[0].revisions[-1].version
    changed(folder, DOCUMENT, "Plan memo 1", "Plan memo 2")
    second = versions()
    assert second[0] == first[0]
    assert second[1] != first[1]
    (folder / "own_required_document" / "cases.yaml").unlink()
    (folder / "notes.txt").write_text("not read", encoding="utf-8")
    assert versions() == second
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(
        "edits:\n  own-maximum-units:\n    maximum_units:\n"
        "      2025-01-01: {reference: x, value: {'96367': 9}}\n",
        encoding="utf-8",
    )
    third = versions(overlay)
    assert third[1] != second[1]
    (decision,) = decided(
        load_policies(overlay, own=folder), claim("A", line("96365"), line("96367", units=8.0))
    )
    assert own(decision) == {}


def test_the_handbook_has_pages_of_own_edits(folder: Path, under: Policies) -> None:
    text = page(entry_named(under, "own-not-together"))
    assert "KHS-OWN 1" in text
    assert "Shape: not_together" in text
    assert "Golden cases (4)" in text
    assert "# The edits of policy KHS-OWN" in index(under)


def test_messages_in_own_words(folder: Path) -> None:
    words = "messages:\n  missing: '{code} needs {documents}. Mail it to the plan.'\nshape:"
    changed(folder, DOCUMENT, "shape:", words)
    (decision,) = decided(alone(folder), claim("A", line("J1745", modifiers=("JZ",))))
    assert decision.findings[0].message == "J1745 needs invoice. Mail it to the plan."


def test_of_two_codes_that_exclude_each_other_the_first_is_paid(folder: Path) -> None:
    file = "own_not_together/policy.yaml"
    changed(folder, file, '["36415"]', '["36415", "36591"]')
    changed(folder, file, '      value: ["36591"]', '      value: ["36415", "36591"]')
    under = alone(folder)
    (one,) = decided(under, claim("A", line("36591"), line("36415"), line("36415")))
    assert own(one) == {2: ("not-together", DENY), 3: ("not-together", DENY)}
    first, second = decided(under, claim("A", line("36415")), claim("B", line("36591")))
    assert own(first) == {}
    assert own(second) == {1: ("not-together", DENY)}


def test_a_day_has_all_visits_and_an_encounter_one(folder: Path) -> None:
    claims = (
        claim("A", line("36591"), encounter_id="1"),
        claim("B", line("36415"), encounter_id="2"),
    )
    assert own(decided(alone(folder), *claims)[1]) == {}
    changed(folder, "own_not_together/policy.yaml", "scope: encounter", "scope: day")
    found = decided(alone(folder), *claims)[1]
    assert own(found) == {1: ("not-together", DENY)}
    assert "on the same day as 36591" in found.findings[0].message


def test_a_mounted_config_map_is_read(folder: Path, tmp_path: Path) -> None:
    """Kubernetes mounts links into a folder whose name begins with two dots."""
    mounted = tmp_path / "mounted"
    shutil.copytree(folder, mounted / "..2026")
    (mounted / "..data").symlink_to("..2026")
    for each in folder.iterdir():
        (mounted / each.name).symlink_to(Path("..data") / each.name)
    assert alone(mounted).all[0].revisions[0].version == alone(folder).all[0].revisions[0].version


def test_a_value_that_may_be_left_out_is_left_out_before_its_date(folder: Path) -> None:
    changed(
        folder,
        "own_not_together/policy.yaml",
        '    2025-01-01:\n      reference: Plan memo 1\n      value: ["59", "XU"]',
        '    2025-07-01:\n      reference: Plan memo 1\n      value: ["59", "XU"]',
    )
    under = alone(folder)
    for day, expected in ((date(2025, 6, 30), {1: ("not-together", DENY)}), (date(2025, 7, 1), {})):
        billed = replace(line("36415", day=day), modifiers=("59",))
        (decision,) = decided(under, claim("A", billed, line("36591", day=day)))
        assert own(decision) == expected
