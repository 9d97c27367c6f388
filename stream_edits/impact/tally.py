"""What the differences between two policies come to: the figures of the report."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from stream_edits.domain.decision import ClaimDecision
from stream_edits.impact.outcome import DecisionDifference, Judged, differences

EXAMPLES = 3


@dataclass
class Moved:
    """Claims and lines whose outcome changed, for one reason.

    ``billed`` are the charges of the lines, in dollars, and ``without_charge`` the lines that state
    none. ``flows`` counts the lines by disposition before and after.
    """

    claims: int = 0
    lines: int = 0
    billed: Decimal = Decimal(0)
    without_charge: int = 0
    flows: Counter[str] = field(default_factory=Counter)
    _newest: str | None = None

    def add(self, claim_id: str, each: DecisionDifference, judged: Judged) -> None:
        """Count a difference. All of one claim come one after another."""
        self.claims += claim_id != self._newest
        self._newest = claim_id
        if each.place is None:
            return
        self.lines += 1
        self.flows[each.flow] += 1
        charges = judged.charges
        charge = charges[each.place] if each.place < len(charges) else None
        if charge is None or not charge.is_finite():
            self.without_charge += 1
        else:
            self.billed += charge


@dataclass(frozen=True)
class ExampleClaim:
    """One claim of a kind: an edit that moves lines, or claims, from one disposition to another."""

    flow: str
    edit: str
    claim_id: str
    line_number: int | None
    changes: tuple[str, ...]
    before: ClaimDecision | None
    after: ClaimDecision | None


@dataclass
class Impact:
    """The report. ``by_edit`` and the others count each difference under every edit that moved it.

    ``by_change`` has the labels of one change, or of several that cause a difference only together.
    ``claims_with_other_findings`` have the same outcome for other reasons, or other days or prices.
    """

    claims: int = 0
    claims_changed: int = 0
    lines_changed: int = 0
    claims_with_other_findings: int = 0
    claims_to: Counter[str] = field(default_factory=Counter)
    claim_flows: Counter[str] = field(default_factory=Counter)
    lines: Moved = field(default_factory=Moved)
    by_edit: dict[str, Moved] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    by_paragraph: dict[str, Moved] = field(default_factory=dict)
    by_change: dict[tuple[str, ...], Moved] = field(default_factory=dict)
    examples: dict[tuple[str, str], list[ExampleClaim]] = field(default_factory=dict)
    billing_providers: int = 0
    changes: tuple[str, ...] = ()
    refused: int = 0
    taken_by_some: int = 0
    _providers: set[str] = field(default_factory=set)

    def add(
        self,
        claim_id: str,
        judged: Judged,
        causes: dict[int | None, tuple[tuple[int, ...], ...]],
    ) -> None:
        """Count a claim on which the two sides do not say the same."""
        before, after = judged.decisions[:2]
        found = differences(before, after)
        if not found:
            self.claims_with_other_findings += 1
            return
        self.claims_changed += 1
        self._providers.add(judged.billing_npi)
        self.billing_providers = len(self._providers)
        self.claims_to.update({each.flow.partition("→")[2] for each in found if _moves(each)})
        self.claim_flows[_claim_flow(judged)] += 1
        for each in found:
            self.lines_changed += each.place is not None
            self.lines.add(claim_id, each, judged)
            labels = [
                tuple(self.changes[number] for number in cause)
                for cause in causes.get(each.place, ())
            ]
            for together in labels:
                self.by_change.setdefault(together, Moved()).add(claim_id, each, judged)
            self._by_edit(claim_id, each, judged, labels)

    def without_effect(self) -> list[str]:
        """The changes that cause no difference, alone or together."""
        causing = {label for labels in self.by_change for label in labels}
        return [label for label in self.changes if label not in causing]

    def all_examples(self) -> list[ExampleClaim]:
        """The examples of each kind, one kind after another."""
        return [each for _, kind in sorted(self.examples.items()) for each in kind]

    def _by_edit(
        self,
        claim_id: str,
        each: DecisionDifference,
        judged: Judged,
        labels: Iterable[tuple[str, ...]],
    ) -> None:
        for finding in each.edits:
            self.sections.setdefault(finding.edit_id, finding.policy_section)
            self.by_edit.setdefault(finding.edit_id, Moved()).add(claim_id, each, judged)
            kind = self.examples.setdefault((each.flow, finding.edit_id), [])
            if len(kind) < EXAMPLES and all(other.claim_id != claim_id for other in kind):
                together = tuple(" + ".join(label) for label in labels)
                number = each.line_number
                sides = judged.decisions[:2]
                kind.append(
                    ExampleClaim(each.flow, finding.edit_id, claim_id, number, together, *sides)
                )
        for section in dict.fromkeys(finding.policy_section for finding in each.edits):
            self.by_paragraph.setdefault(section, Moved()).add(claim_id, each, judged)


def _moves(each: DecisionDifference) -> bool:
    before, _, after = each.flow.partition("→")
    return before != after


def _claim_flow(judged: Judged) -> str:
    sides = ("NONE" if each is None else each.disposition.value for each in judged.decisions[:2])
    return "→".join(sides)
