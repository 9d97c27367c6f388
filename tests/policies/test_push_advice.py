"""The advice on an infusion that was too short: it names the push that the finding recommends."""

from collections.abc import Iterator

from stream_edits.commands.cases.case_files import cases_in
from stream_edits.domain.claim import ClaimEvent, LineOfBusiness
from stream_edits.domain.decision import Disposition, EditFinding, RollUp, Source
from stream_edits.policies.loading.catalog import load_policies, shipped_folder
from stream_edits.policies.policy import Policies
from stream_edits.stages.pipeline import Pipeline
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from tests.build import ADA, claim, line
from tests.modes.histories import policies_with

TOO_SHORT = "documented-time-too-short"
AS_A_PUSH = "So short an infusion is billed as a push: bill "
IF_WRONG = "If the times are wrong, send a replacement claim with the documented times."
HELD = f"""edits:
  {TOO_SHORT}:
    too_short:
      2024-12-03:
        reference: Memo
        value: {{disposition: PEND}}
"""


def findings(policies: Policies, *claims: ClaimEvent) -> Iterator[tuple[float, EditFinding]]:
    """The findings of the edit on these claims, each with the units of its line."""
    run = Pipeline(DecisionBuilder(policies, RollUp.STANDARD, "test"))
    for each in claims:
        units = {x.line_number: x.units for x in each.lines}
        for decision in run.decide(each, Source("file", 0, 0)):
            for finding in decision.findings:
                if finding.edit_id == TOO_SHORT and decision.claim_id == each.claim_id:
                    yield units[finding.line_number or 0], finding


def test_the_message_names_the_recommended_push_and_no_other_line_has_that_advice() -> None:
    shipped = load_policies()
    file = shipped_folder("6.21-P").folder_of(TOO_SHORT) / "cases.yaml"
    codes = set()
    for case in cases_in(file, TOO_SHORT, LineOfBusiness.MEDI_CAL):
        for units, finding in findings(shipped, *case.claims):
            assert finding.message.count(IF_WRONG) == 1
            if finding.recommended_code is None:
                assert AS_A_PUSH not in finding.message
                continue
            named = finding.message.partition(AS_A_PUSH)[2].partition(" instead.")[0]
            assert named == ("one unit of " if units > 1 else "") + finding.recommended_code
            codes.add(finding.recommended_code)
    assert codes >= {"96374", "96375", "96409", "96411"}


def test_a_plan_that_only_holds_the_line_has_the_advice_as_well() -> None:
    short = claim("A", line("96365", "09:00-09:10", by=ADA))
    for overlay, disposition in (("{}\n", Disposition.DENY), (HELD, Disposition.PEND)):
        ((_, finding),) = findings(policies_with(overlay), short)
        assert (finding.disposition, finding.recommended_code) == (disposition, "96374")
        assert f"{AS_A_PUSH}96374 instead. {IF_WRONG}" in finding.message
