"""Which findings of a policy's edits count, and which are only shown (docs/decisions/0026).

The mode of a finding is that of its edit in the revision that judged it, for the claim's billing
NPI.
"""

from collections.abc import Iterable
from typing import NamedTuple

from stream_edits.domain.decision import EditFinding, FindingMode
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.values.mode import EditMode


class Heard(NamedTuple):
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

    def heard(self, found: Iterable[EditFinding], billing_npi: str) -> Heard:
        """The findings on a claim of a provider, by their modes. Those of an edit that is off are
        left out."""
        heard = Heard([], [])
        for finding in found:
            rules = self._rules.get((finding.edit_id, finding.policy_version))
            mode = EditMode.ENFORCE if rules is None else rules.mode_for(billing_npi)
            if mode is EditMode.ENFORCE:
                heard.enforced.append(finding)
            elif mode is EditMode.MONITOR:
                heard.monitored.append(finding._replace(mode=FindingMode.MONITORED))
        return heard
