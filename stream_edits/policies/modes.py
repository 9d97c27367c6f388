"""Which findings of a policy's edits count, and which are only shown (docs/decisions/0026).

The mode of a finding is that of its edit in the revision that judged it, for the claim's billing
NPI.
"""

from collections.abc import Iterable
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import EditFinding, FindingMode
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.mode import EditMode

Findings = dict[str, tuple[EditFinding, ...]]


class ByMode(NamedTuple):
    """Findings of some edits: those that count, and those that are only shown."""

    enforced: list[EditFinding]
    monitored: list[EditFinding]


class Modes:
    """The edits of a policy that are not enforced for everybody. Without any it is false."""

    def __init__(self, revisions: Iterable[PolicyOnDate]) -> None:
        self._rules = {
            (rules.edit_id, on_date.version): rules
            for on_date in revisions
            for rules in on_date.values()
            if rules.mode is not EditMode.ENFORCE or rules.exclusions
        }

    def __bool__(self) -> bool:
        return bool(self._rules)

    def by_mode(self, found: Iterable[EditFinding], billing_npi: str, enforced: str = "") -> ByMode:
        """The findings on a claim of a provider, by their modes. Those of an edit that is off are
        left out. Those of the edit ``enforced`` count although it is only monitored."""
        split = ByMode([], [])
        for finding in found:
            rules = self._rules.get((finding.edit_id, finding.policy_version))
            mode = EditMode.ENFORCE if rules is None else rules.mode_for(billing_npi)
            if mode is EditMode.MONITOR and finding.edit_id == enforced:
                mode = EditMode.ENFORCE
            if mode is EditMode.ENFORCE:
                split.enforced.append(finding)
            elif mode is EditMode.MONITOR:
                split.monitored.append(finding._replace(mode=FindingMode.MONITORED))
        return split


class MonitoredFindings:
    """The findings of an evaluation that do not count, by claim.

    Those of the edit ``enforced`` count.
    """

    def __init__(self, modes: Modes, enforced: str = "") -> None:
        self._modes = modes
        self._enforced = enforced
        self._by_claim: dict[str, list[EditFinding]] = {}

    def of(self, claim_id: str) -> list[EditFinding]:
        """Those on a claim. More may be added to the list."""
        return self._by_claim.setdefault(claim_id, [])

    def taken_from(self, claim: ClaimEvent, found: Iterable[EditFinding]) -> list[EditFinding]:
        """The findings on a claim that count. The others are kept, and change nothing."""
        split = self._modes.by_mode(found, claim.billing_provider_npi, self._enforced)
        self.of(claim.claim_id).extend(split.monitored)
        return split.enforced

    def leaves(self, claim: ClaimEvent | None, finding: EditFinding) -> bool:
        """Whether a finding on a line of a claim counts. Findings are on open claims only."""
        return claim is None or bool(self.taken_from(claim, [finding]))


def has_monitored(found: Findings, edit_id: str) -> bool:
    """Whether some claim has a monitored finding of an edit."""
    return any(_is_monitored(f, edit_id) for findings in found.values() for f in findings)


def as_enforced(found: Findings, enforced: Findings, edit_id: str) -> Findings:
    """The findings by claim, with the monitored ones of an edit as they are where it counts.

    ``enforced`` are the findings on the same claims with that edit enforced.
    """
    told = {
        (claim_id, finding.line_number): finding._replace(mode=FindingMode.MONITORED)
        for claim_id, findings in enforced.items()
        for finding in findings
        if finding.edit_id == edit_id
    }
    return {
        claim_id: tuple(
            told.get((claim_id, f.line_number), f) if _is_monitored(f, edit_id) else f
            for f in findings
        )
        for claim_id, findings in found.items()
    }


def _is_monitored(finding: EditFinding, edit_id: str) -> bool:
    return finding.edit_id == edit_id and finding.mode is FindingMode.MONITORED
