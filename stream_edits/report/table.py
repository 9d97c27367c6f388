"""A table of many decisions."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    EditFinding,
    LineOutcome,
    WaitsFor,
)
from stream_edits.report.wording import (
    by_line,
    colored,
    denied_as_a_whole,
    is_quiet,
    units,
    would_have,
)
from stream_edits.text import printable, stdout_console

# Columns below which a table leaves too few for the reasons.
_NARROW = 76


def decision_table(decisions: Iterable[ClaimDecision]) -> Table:
    """A row for each line with a finding. Consecutive lines paid as billed share a row.

    Below the number of a held claim is when it is due, and whose move it is.
    """
    table = Table(box=SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("claim", overflow="fold", max_width=24)
    for name in ("decided", "line", "code", "units", "becomes"):
        table.add_column(name, no_wrap=True)
    table.add_column("why", ratio=1, overflow="fold")
    for decision in decisions:
        head: list[str | Text] = [_claim(decision), colored(decision.disposition)]
        for row in _rows(decision):
            # Text prevents rich from interpreting values of a claim as markup.
            table.add_row(*(Text(x) if isinstance(x, str) else x for x in (*head, *row)))
            head = ["", ""]
        table.add_section()
    return table


def _claim(decision: ClaimDecision) -> Text:
    again = f" rev. {decision.revision}" if decision.revision > 1 else ""
    cell = printable(decision.claim_id) + again
    if decision.waits_for is not WaitsFor.NONE:
        due = f"\ndue {decision.due_by.isoformat()}" if decision.due_by else ""
        cell += f"{due}\nwaits for {decision.waits_for.lower()}"
    return Text(cell)


def _rows(decision: ClaimDecision) -> Iterator[list[str | Text]]:
    for finding in decision.findings:
        if finding.line_number is None:
            becomes = "" if would_have(finding) else colored(finding.disposition)
            yield ["all", "", "", becomes, _why(finding)]
    found = by_line(decision)
    for quiet, lines in groupby(decision.lines, lambda line: is_quiet(line, found)):
        shown = list(lines)
        if quiet:
            yield _quiet_row(decision, shown)
        else:
            yield from (_row(line, found.get(line.line_number, ())) for line in shown)


def _quiet_row(decision: ClaimDecision, lines: Sequence[LineOutcome]) -> list[str | Text]:
    first, more = lines[0], len(lines) - 1
    numbers = f"{first.line_number}-{lines[-1].line_number}" if more else str(first.line_number)
    code = printable(first.procedure_code) + (f" +{more}" if more else "")
    becomes = "" if denied_as_a_whole(decision) else colored(Disposition.PASS)
    why = "" if decision.applicable else f"not governed by {printable(decision.policy_id)}"
    return [numbers, code, "" if more else units(first.billed_units), becomes, why]


def _row(line: LineOutcome, own: Sequence[EditFinding]) -> list[str | Text]:
    billed = units(line.billed_units)
    if line.allowed_units != line.billed_units:
        billed += f" > {units(line.allowed_units)}"
    why = "\n".join(_why(finding) for finding in own)
    code = printable(line.procedure_code)
    return [str(line.line_number), code, billed, colored(line.disposition), why]


def _why(finding: EditFinding) -> str:
    related = ", ".join(printable(name) for name in finding.related_claim_ids)
    named = f" Related: {related}." if related else ""
    return f"{would_have(finding)}{finding.message}{named} ({finding.policy_section})"


def print_report(decisions: Iterable[ClaimDecision]) -> None:
    """Print the table on standard output, as wide as the terminal, or 100 columns without one.

    On a narrow terminal the reasons stand below their lines.
    """
    console = stdout_console()
    if console.width < _NARROW:
        for decision in decisions:
            console.print(*_stacked(decision), sep="\n")
    else:
        console.print(decision_table(decisions))


def _stacked(decision: ClaimDecision) -> Iterator[Text | Padding]:
    """The claim, then each row of the table in two: what becomes of it, and why."""
    yield Text.assemble(_claim(decision), "\n", colored(decision.disposition))
    for number, code, billed, becomes, why in _rows(decision):
        head = Text(f"line {number} {code} {billed} " if code else "all lines ")
        yield Padding(Text.assemble(head, becomes), (0, 0, 0, 2))
        if why:
            yield Padding(Text(str(why)), (0, 0, 0, 4))
    yield Text("")
