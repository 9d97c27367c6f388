"""Decisions for people: a table of many, and plain English for one."""

from collections.abc import Iterable, Iterator
from textwrap import fill

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    EditFinding,
    LineOutcome,
    Pricing,
)

WIDTH = 100
_VERDICT = {
    Disposition.PASS: "is passed",
    Disposition.PEND: "waits (PEND)",
    Disposition.DENY: "is denied",
}
_COLOUR = {Disposition.PASS: "green", Disposition.PEND: "yellow", Disposition.DENY: "red"}


def explain(decision: ClaimDecision) -> str:
    """One decision in plain English: what was decided, line by line, why, and what to do."""
    return "\n".join(_sentences(decision))


def _sentences(decision: ClaimDecision) -> Iterator[str]:
    said = f"Claim {decision.claim_id} {_VERDICT[decision.disposition]}"
    if decision.revision > 1:
        said += f" (revision {decision.revision}, in place of revision {decision.revision - 1}"
        said += "; another claim brought it about)" if decision.trigger_event_id else ")"
    yield f"{said}."
    if not decision.applicable:
        yield "  Policy 6.21-P does not govern it."
    for finding in decision.findings:
        if finding.line_number is None:
            yield _because("whole claim", finding)
    for line in decision.lines:
        yield f"  Line {line.line_number}, {_outcome(line)}"
        for finding in decision.findings:
            if finding.line_number == line.line_number:
                yield _because("", finding)


def _outcome(line: LineOutcome) -> str:
    said = f"{line.procedure_code}, {line.billed_units:g} billed: {line.disposition.value}"
    if line.disposition is not Disposition.DENY and line.allowed_units != line.billed_units:
        said += f", {line.allowed_units:g} allowed"
    if line.pricing is Pricing.BY_REPORT:
        said += ", priced By Report"
    if line.recommended_code:
        said += f"; bill {line.recommended_code} instead"
    return said


def _because(subject: str, finding: EditFinding) -> str:
    codes = [f"CARC {finding.carc}"] if finding.carc else []
    codes += [f"RARC {code}" for code in finding.rarcs]
    where = ", ".join([finding.policy_section, finding.edit_id, *codes])
    said = f"{subject}: {finding.message}" if subject else finding.message
    if finding.requested_documents:
        asked = ", ".join(name.replace("_", " ") for name in finding.requested_documents)
        said += f" To send: {asked}."
    if finding.related_claim_ids:
        said += f" Related: {', '.join(finding.related_claim_ids)}."
    indent = " " * 4
    return fill(f"{said} [{where}]", WIDTH, initial_indent=indent, subsequent_indent=indent)


def decision_table(decisions: Iterable[ClaimDecision]) -> Table:
    """A row for each claim line that something was said of, and one for each quiet claim."""
    table = Table("claim", "rev", "decided", "line", "code", "units", "becomes", "why", expand=True)
    table.columns[-1].ratio = 1
    for decision in decisions:
        head = [
            escape(decision.claim_id),
            str(decision.revision),
            f"[{_COLOUR[decision.disposition]}]{decision.disposition.value}",
        ]
        for row in _rows(decision):
            table.add_row(*head, *row)
            head = ["", "", ""]
    return table


def _rows(decision: ClaimDecision) -> Iterator[list[str]]:
    for finding in decision.findings:
        if finding.line_number is None:
            yield ["all", "", "", finding.disposition.value, _why(finding)]
    for line in decision.lines:
        own = [f for f in decision.findings if f.line_number == line.line_number]
        why = "\n".join(_why(f) for f in own)
        if not decision.applicable:
            why = "not governed by 6.21-P"
        units = f"{line.billed_units:g}"
        if line.allowed_units != line.billed_units:
            units += f" → {line.allowed_units:g}"
        code = escape(line.procedure_code)
        yield [str(line.line_number), code, units, line.disposition.value, why]


def _why(finding: EditFinding) -> str:
    return escape(f"{finding.message} ({finding.policy_section})")


def print_report(decisions: Iterable[ClaimDecision]) -> None:
    """The table, on standard output, as wide as the terminal or 100 columns without one."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH, no_color=True)
    console.print(decision_table(decisions))
