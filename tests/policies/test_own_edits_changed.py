"""Changes in a folder of own edits: dates, versions, scopes and wording."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from stream_edits.domain.decision import Disposition
from stream_edits.explain.remedies import Answer, answers
from stream_edits.handbook.index import index
from stream_edits.handbook.page import entry_named, page
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.policies.policy import Policies
from tests.build import claim, line
from tests.explain.told import changes_of
from tests.policies.own import DOCUMENT, alone, changed, decided, own
from tests.remedies.counting import history_of
from tests.stages.walk import SHIPPED

PEND, DENY = Disposition.PEND, Disposition.DENY


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


@pytest.mark.parametrize(("scope", "is_apart"), [("encounter", True), ("day", False)])
def test_a_second_visit_is_a_remedy_where_the_edit_judges_it_apart(
    folder: Path, scope: str, is_apart: bool
) -> None:
    changed(folder, "own_maximum_units/policy.yaml", "scope: day", f"scope: {scope}")
    changed(folder, "own_maximum_units/policy.yaml", '"96367": 3', '"96372": 1')
    given = claim("A", line("96372"), line("96372"))
    history = history_of([given], load_policies(own=folder))
    (answer,) = answers(history, history.newest["A"])
    assert answer.answer is (Answer.REMEDY if is_apart else Answer.NONE)
    if is_apart:
        assert changes_of(answer) == [("add_modifier", 2, "XE")]


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
