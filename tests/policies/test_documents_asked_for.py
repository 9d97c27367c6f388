"""A finding asks for the documents that are missing and would answer it, in message and request."""

from dataclasses import replace
from typing import Any

import pytest

from stream_edits.domain.claim import Attachment, ClaimEvent, Supervision
from stream_edits.domain.decision import EditFinding
from tests.build import claim, line
from tests.policies.policies import decide, whole_policy

DAY = "2024-12-03"
XS = ("XS",)


def _asked(edit_id: str, values: dict[str, Any], of: ClaimEvent, *sent: str) -> EditFinding | None:
    """The finding of an edit that asks for most, under these values of a plan."""
    dated = {
        name: {DAY: {"reference": "a plan's own rule", "value": value}}
        for name, value in values.items()
    }
    whole = replace(of, attachments=tuple(Attachment(kind=kind) for kind in sent))
    (decision,) = decide([whole], whole_policy({edit_id: dated} if dated else None))
    found = [x for x in decision.findings if x.edit_id == edit_id]
    return max(found, key=lambda each: len(each.requested_documents), default=None)


HYDRATION = claim("A", line("96360", supervision=Supervision.NOT_STATED))
INFUSION = claim("A", line("96365"))
SEQUENTIAL = claim("A", line("96365"), line("96367"))
UNCLASSIFIED = claim("A", line("96365"), line("J3490"))
BOLUS = claim("A", line("74177"), line("Q9967"), line("96374", modifiers=("59",)))
WIDENED = [
    ("by-report-missing", "missing", INFUSION, "by_report", "a report that describes"),
    (
        *("hydration-not-physician-supervised", "missing", HYDRATION),
        *("supervision_documentation", "documentation of the supervision"),
    ),
    (
        *("supervision-documentation-missing", "missing", INFUSION),
        *("supervision_documentation", "Send the invoice and that documentation"),
    ),
    (
        *("justification-missing", "missing", SEQUENTIAL),
        *("medical_justification", "documents that it needs (medical justification and invoice)"),
    ),
    (
        *("unclassified-drug-invoice-missing", "medical_necessity", UNCLASSIFIED),
        *("medical_necessity", "Send the invoice and that documentation"),
    ),
    (
        *("inherent-to-contrast-imaging", "unexplained", BOLUS),
        *("itemized_statement", "Send an itemized statement and the invoice that show which"),
    ),
]


@pytest.mark.parametrize(("edit_id", "name", "of", "shipped", "words"), WIDENED)
def test_a_finding_asks_for_what_was_not_sent_of_several_documents(
    edit_id: str, name: str, of: ClaimEvent, shipped: str, words: str
) -> None:
    values = {name: {"requests": [shipped, "invoice"]}}
    both = _asked(edit_id, values, of)
    assert both is not None
    assert both.requested_documents == (shipped, "invoice")
    assert words in both.message
    one = _asked(edit_id, values, of, shipped)
    assert one is not None
    assert one.requested_documents == ("invoice",)
    assert "invoice" in one.message
    assert words not in one.message
    assert _asked(edit_id, values, of, shipped, "invoice") is None
    as_shipped = _asked(edit_id, {}, of)
    assert as_shipped is not None
    assert len(as_shipped.requested_documents) == 1


def test_a_second_site_is_asked_for_what_justifies_it() -> None:
    edit_id, site = "multiple-initial-codes", claim("A", line("96365"), line("96365", modifiers=XS))
    justified = "Send the medical justification (the protocol that required two separate sites)"
    found = _asked(edit_id, {}, site, "medical_necessity")
    assert found is not None
    assert found.requested_documents == ("medical_justification",)
    assert found.message.endswith(f"{justified} for this line, or a report that gives it.")

    plan = {
        "documents": {"remove": ["by_report"]},
        "second_site": {"requests": ["medical_necessity"]},
    }
    found = _asked(edit_id, plan, site, "medical_necessity")
    assert found is not None
    assert found.requested_documents == ("medical_justification",)
    assert found.message.endswith(f"{justified} for this line.")
    assert _asked(edit_id, plan, site, "medical_justification") is None

    found = _asked(edit_id, {"documents": {"remove": ["medical_justification"]}}, site)
    assert found is not None
    assert found.requested_documents == ("by_report",)
    assert "justification" not in found.message

    found = _asked(edit_id, {"second_site": {"requests": []}}, site)
    assert found is not None
    assert found.requested_documents == ()
    assert "or a report that gives it" in found.message


@pytest.mark.parametrize(
    ("edit_id", "name", "of", "is_told"),
    [
        ("justification-missing", "missing", SEQUENTIAL, True),
        ("by-report-missing", "missing", INFUSION, True),
        ("units-over-maximum", "excess", claim("A", line("96365"), line("96366", units=9)), False),
    ],
)
def test_a_denial_tells_to_send_documents_on_a_replacement_claim(
    edit_id: str, name: str, of: ClaimEvent, is_told: bool
) -> None:
    plan = {name: {"disposition": "DENY", "carc": "252", "rarcs": ["N706"], "requests": ["w9"]}}
    found = _asked(edit_id, plan, of)
    assert found is not None
    told = "The line is denied: send it again with what is asked for on a replacement claim."
    assert found.message.endswith(told) is is_told
    as_shipped = _asked(edit_id, {}, of)
    assert as_shipped is not None
    assert told not in as_shipped.message


def test_what_requests_nothing_asks_for_nothing() -> None:
    found = _asked("inherent-to-contrast-imaging", {"unexplained": {"requests": []}}, BOLUS)
    assert found is not None
    assert found.requested_documents == ()
    assert found.message.endswith("Bill another drug that was given on a line of its own.")


def test_units_over_the_maximum_name_the_documents_of_the_plan() -> None:
    over = claim("A", line("96365"), line("96366", units=9.0))
    shipped = "For more, send a replacement claim with documentation of medical necessity"
    found = _asked("units-over-maximum", {}, over)
    assert found is not None
    assert shipped in found.message
    plan = {"necessity_documents": {"add": ["by_report"], "remove": ["medical_necessity"]}}
    found = _asked("units-over-maximum", plan, over)
    assert found is not None
    assert found.message.endswith("a document for this line (by report).")
    found = _asked("units-over-maximum", plan, over, "by_report")
    assert found is not None
    assert found.message.endswith("The documents that came with it will be reviewed.")
