"""The dated mode and exclusions of an edit, in its values and on the lines that it finds."""

from pathlib import Path

import pytest

from stream_edits import ENGINE_VERSION
from stream_edits.commands.cases.case_files import cases_in
from stream_edits.domain.claim import ClaimEvent, LineOfBusiness
from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    EditFinding,
    FindingMode,
    RollUp,
    Source,
    WaitsFor,
)
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.loading.catalog import load_policies, shipped_folder
from stream_edits.policies.values.mode import EditMode
from stream_edits.remittance.adjustments import adjustments_of
from stream_edits.report.explaining import explain
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from tests.build import claim, line
from tests.modes.histories import excluding, overlay_of, policies_with

MAXIMUM = "units-over-maximum"
SOURCE = Source("file", 0, 0)


def cases_of(edit_id: str) -> list[ClaimEvent]:
    """The claims of the golden cases of an edit, under the shipped values."""
    file = shipped_folder("6.21-P").folder_of(edit_id) / "cases.yaml"
    cases = cases_in(file, edit_id, LineOfBusiness.MEDI_CAL)
    return [each for case in cases if not case.overlay for each in case.claims]


def decided(overlay: str, *claims: ClaimEvent) -> list[ClaimDecision]:
    run = Pipeline(DecisionBuilder(policies_with(overlay), RollUp.STANDARD, ENGINE_VERSION))
    return [d for place, each in enumerate(claims) for d in run.decide(each, Source("f", 0, place))]


def test_a_pend_of_a_monitored_edit_holds_nothing() -> None:
    waits = claim("WAITS", line("96366"))
    (enforced,) = decided("{}\n", waits)
    assert enforced.disposition is Disposition.PEND
    (decision,) = decided(overlay_of("add-on-without-primary", "monitor"), waits)
    (finding,) = decision.findings
    assert (finding.edit_id, finding.mode) == ("add-on-without-primary", FindingMode.MONITORED)
    assert finding.disposition is Disposition.PEND
    assert decision.disposition is Disposition.PASS
    assert decision.waits_for is WaitsFor.NONE
    assert decision.lines[0].disposition is Disposition.PASS
    assert adjustments_of(decision, [None]) == []
    assert "Monitored only, changes nothing (would be PEND)" in " ".join(explain(decision).split())


def _of(decision: ClaimDecision, edit_id: str) -> list[EditFinding]:
    """The findings of one edit, as if they were enforced."""
    return [
        finding._replace(mode=FindingMode.ENFORCED)
        for finding in decision.findings
        if finding.edit_id == edit_id
    ]


def test_a_monitored_finding_is_settled_as_an_enforced_one() -> None:
    """Which push an infusion too short is rebilled as depends on what becomes of its line."""
    edit_id, settled = "documented-time-too-short", set()
    monitored = policies_with(overlay_of(edit_id, "monitor"))
    enforced = policies_with("{}\n")
    for each in cases_of(edit_id):
        alone = [
            next(Pipeline(DecisionBuilder(p, RollUp.STANDARD, "test")).decide(each, SOURCE))
            for p in (enforced, monitored)
        ]
        assert _of(alone[0], edit_id) == _of(alone[1], edit_id), each
        settled |= {(f.recommended_code, f.mode) for f in alone[1].findings if f.recommended_code}
    codes = {code for code, mode in settled if mode is FindingMode.MONITORED}
    assert codes >= {"96374", "96375", "96409", "96411"}


def test_one_that_is_off_finds_nothing() -> None:
    (decision,) = decided(overlay_of("add-on-without-primary", "off"), claim("A", line("96366")))
    assert (decision.findings, decision.disposition) == ((), Disposition.PASS)
    assert decision.applicable


def test_a_decided_claim_is_not_sent_again_for_a_monitored_finding() -> None:
    overlay = overlay_of("add-on-without-primary", "monitor")
    sent = decided(overlay, claim("WAITS", line("96366")), claim("PRIMARY", line("96365")))
    assert [(each.claim_id, each.revision) for each in sent] == [("WAITS", 1), ("PRIMARY", 1)]


def test_only_the_claims_of_an_excluded_provider_are_monitored() -> None:
    waits = claim("WAITS", line("96366"))
    (own,) = decided(excluding("add-on-without-primary", [waits.billing_provider_npi]), waits)
    assert own.disposition is Disposition.PASS
    assert [finding.mode for finding in own.findings] == [FindingMode.MONITORED]
    (other,) = decided(excluding("add-on-without-primary", ["1245319599"]), waits)
    assert other.disposition is Disposition.PEND


def test_before_its_first_date_an_edit_is_enforced() -> None:
    waits = claim("WAITS", line("96366"))
    later = overlay_of("add-on-without-primary", "monitor", "2030-01-01")
    assert [each.disposition for each in decided(later, waits)] == [Disposition.PEND]


def test_off_is_read_as_a_word() -> None:
    """YAML 1.1 would read it as false."""
    (policy,) = policies_with(overlay_of(MAXIMUM, "off")).all
    (mode,) = {r.mode for r in policy.revisions[-1].values() if r.edit_id == MAXIMUM}
    assert mode is EditMode.OFF


ENTRY = '{npi: "1234567893", reference: Memo, approver: Director}'
WRONG = {
    "an unknown mode": ("mode", "on", "mode.2026-01-01.value: a mode is enforce, monitor or off"),
    "a truth": ("mode", "false", "a mode is enforce, monitor or off"),
    "no list": ("exclusions", ENTRY, "a list is expected, of an npi, a reference and an approver"),
    "a number": ("exclusions", "[{npi: 1234567893, reference: a, approver: b}]", "quotation marks"),
    "no NPI": (
        "exclusions",
        '[{npi: "1234567890", reference: a, approver: b}]',
        "exclusions.2026-01-01.value.0.npi: not an NPI: ",
    ),
    "no approver": (
        "exclusions",
        '[{npi: "1234567893", reference: a}]',
        "approver: is missing",
    ),
    "an unknown key": (
        "exclusions",
        '[{npi: "1234567893", reference: a, approver: b, from: c}]',
        "from: ",
    ),
    "the same provider twice": ("exclusions", f"[{ENTRY}, {ENTRY}]", "1234567893 is given twice"),
}


def refused(edit_id: str, name: str, value: str, folder: Path) -> str:
    file = folder / "overlay.yaml"
    file.write_text(
        f"edits:\n  {edit_id}:\n    {name}:\n      2026-01-01:\n        reference: Memo\n"
        f"        value: {value}\n",
        encoding="utf-8",
    )
    with pytest.raises(PolicyError) as caught:
        load_policies(file)
    text = str(caught.value)
    assert text.startswith(f"{file}:")
    assert len(text.splitlines()) == 1
    return text


@pytest.mark.parametrize(("name", "value", "problem"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_is_refused(name: str, value: str, problem: str, tmp_path: Path) -> None:
    assert problem in refused(MAXIMUM, name, value, tmp_path)


@pytest.mark.parametrize("mode", ["monitor", "off"])
def test_the_notice_on_a_replaced_claim_is_always_enforced(mode: str, tmp_path: Path) -> None:
    told = refused("already-replaced", "mode", mode, tmp_path)
    assert "mode: cannot be set for already-replaced: it is always enforced" in told


def test_the_vocabulary_has_no_mode(tmp_path: Path) -> None:
    told = refused("vocabulary", "mode", "off", tmp_path)
    assert "cannot be set for vocabulary: not an edit" in told
