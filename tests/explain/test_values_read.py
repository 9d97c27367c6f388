"""Which values and list entries an account shows for an edit."""

import json
from pathlib import Path

import pytest

from stream_edits.domain.claim import Attachment, ClaimEvent
from stream_edits.explain.account import Account
from stream_edits.explain.as_json import as_json
from stream_edits.explain.as_text import as_text
from tests.build import DOCUMENTS, claim, line
from tests.explain.told import told

_OVERLAY = """
edits:
  justification-missing:
    codes: {2025-01-01: {reference: Plan memo 12, value: {add: ["96366"]}}}
  place-of-service-not-allowed:
    codes: {2025-01-01: {reference: Plan memo 13, value: {add: ["J1745"]}}}
"""
_UNJUSTIFIED = ("supervision_documentation", "by_report")
_UNREPORTED = ("supervision_documentation", "medical_justification")


def shown(account: Account, edit_id: str) -> dict[tuple[str, str | None], str]:
    """The values of an edit as they are shown, by name and entry."""
    (paragraph,) = [x for x in account.paragraphs if x.edit_id == edit_id]
    return {(x.name, x.entry): x.value for x in paragraph.values}


@pytest.mark.parametrize(
    ("given", "edit_id", "code", "memo"),
    [
        (
            claim("A", line("96365"), line("96366"), documents=_UNJUSTIFIED),
            "justification-missing",
            "96366",
            "Plan memo 12",
        ),
        (
            claim("A", line("J1745"), place_of_service="12"),
            "place-of-service-not-allowed",
            "J1745",
            "Plan memo 13",
        ),
    ],
)
def test_the_entry_that_makes_an_edit_apply_is_shown(
    tmp_path: Path, given: ClaimEvent, edit_id: str, code: str, memo: str
) -> None:
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(_OVERLAY, encoding="utf-8")
    account = told("A", given, overlay=overlay)
    assert shown(account, edit_id)["codes", code] == "in the list"
    assert f'codes["{code}"] = in the list (from 2025-01-01; {memo})' in as_text(account)
    in_json = json.loads(as_json(account))["paragraphs"]
    assert memo in [y["reference"] for x in in_json if x["edit_id"] == edit_id for y in x["values"]]


def test_a_list_of_codes_without_the_code_of_the_line_is_not_shown() -> None:
    account = told("A", claim("A", line("96365"), documents=_UNREPORTED))
    assert set(shown(account, "by-report-missing")) == {("codes", "96365"), ("missing", None)}
    drug = line("J3490", ndc="00002143380", drug_name="drug")
    account = told("A", claim("A", drug, documents=_UNREPORTED))
    assert ("drug_codes", "J3490") in shown(account, "by-report-missing")


def test_an_edit_of_one_line_shows_nothing_for_the_others() -> None:
    reported = [Attachment(kind="by_report", line_numbers=(2,))]
    others = [Attachment(kind=each) for each in _UNREPORTED]
    given = claim("A", line("96365"), line("J3490"), attachments=(*reported, *others))
    assert set(shown(told("A", given), "by-report-missing")) == {
        ("codes", "96365"),
        ("missing", None),
    }
    # A list that is not one of codes says why, if no entry is the line's.
    given = claim("A", line("96365", place_of_service="12"), line("96361"), documents=DOCUMENTS)
    found = shown(told("A", given), "place-of-service-not-allowed")
    assert found["places", None].startswith("11, 22")
    assert ("places", "11") not in found


def test_an_edit_of_an_encounter_shows_the_entry_of_its_line() -> None:
    given = claim("A", line("96365"), line("96368"), line("96368"))
    found = shown(told("A", given), "concurrent-more-than-once")
    assert ("codes", "96368") in found
    assert ("codes", "96365") not in found
