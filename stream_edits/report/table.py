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
from stream_edits.domain.roll_up import has_header_fault
from stream_edits.report.wording import (
    Voids,
    by_line,
    code_of,
    colored,
    denied_as_a_whole,
    is_quiet,
    may_be_a_void,
    units,
    without_payment,
    would_have,
)
from stream_edits.text import printable, stdout_console

# Columns below which a table leaves too few for the reasons.
_NARROW = 76


def decision_table(decisions: Iterable[ClaimDecision], voids: Voids | None = None) -> Table:
    """A row for each line with a finding. Consecutive lines paid as billed share a row.

    Below the number of a held claim is when it is due, and whose move it is. ``voids`` is None
    where it is not known which claims are voids.
    """
    table = Table(box=SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("claim", overflow="fold", max_width=24)
    for name in ("decided", "line", "code", "units", "becomes"):
        table.add_column(name, no_wrap=True)
    table.add_column("why", ratio=1, overflow="fold")
    for decision in decisions:
        head: list[str | Text] = [_claim(decision), colored(decision.disposition)]
        for row in _rows(decision, voids):
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


def _rows(decision: ClaimDecision, voids: Voids | None) -> Iterator[list[str | Text]]:
    for finding in decision.findings:
        if finding.line_number is None:
            becomes = "" if would_have(finding) else colored(finding.disposition)
            yield ["all", "", "", becomes, _why(finding)]
    found = by_line(decision)
    for quiet, lines in groupby(decision.lines, lambda line: is_quiet(line, found)):
        shown = list(lines)
        if quiet:
            yield _quiet_row(decision, shown, voids)
        else:
            yield from (_row(decision, line, found.get(line.line_number, ())) for line in shown)


def _quiet_row(
    decision: ClaimDecision, lines: Sequence[LineOutcome], voids: Voids | None
) -> list[str | Text]:
    first, more = lines[0], len(lines) - 1
    numbers = f"{first.line_number}-{lines[-1].line_number}" if more else str(first.line_number)
    code = code_of(first) + (f" +{more}" if more else "")
    unpaid = without_payment(decision, voids)
    is_paid = not unpaid and not denied_as_a_whole(decision)
    becomes = colored(Disposition.PASS) if is_paid else ""
    why = f"{unpaid}: not to be paid" if unpaid else may_be_a_void(decision, voids)
    if has_header_fault(decision.findings):
        why = "not judged"
    elif not decision.applicable and not unpaid:
        why = f"not governed by {printable(decision.policy_id)}"
    return [numbers, code, "" if more else units(first.billed_units), becomes, why]


def _row(
    decision: ClaimDecision, line: LineOutcome, own: Sequence[EditFinding]
) -> list[str | Text]:
    billed = units(line.billed_units)
    if line.allowed_units != line.billed_units:
        billed += f" > {units(line.allowed_units)}"
    why = "\n".join(_why(finding) for finding in own)
    code = code_of(line)
    is_own = line.disposition is Disposition.DENY or not denied_as_a_whole(decision)
    becomes = colored(line.disposition) if is_own else ""
    return [str(line.line_number), code, billed, becomes, why]


def _why(finding: EditFinding) -> str:
    related = ", ".join(printable(name) for name in finding.related_claim_ids)
    named = f" Related: {related}." if related else ""
    return f"{would_have(finding)}{finding.message}{named} ({finding.policy_section})"


def print_report(decisions: Iterable[ClaimDecision], voids: Voids | None = None) -> None:
    """Print the table on standard output, as wide as the terminal, or 100 columns without one.

    On a narrow terminal the reasons stand below their lines. ``voids`` is None where it is not
    known which claims are voids.
    """
    console = stdout_console()
    if console.width < _NARROW:
        for decision in decisions:
            console.print(*_stacked(decision, voids), sep="\n")
    else:
        console.print(decision_table(decisions, voids))


def _stacked(decision: ClaimDecision, voids: Voids | None) -> Iterator[Text | Padding]:
    """The claim, then each row of the table in two: what becomes of it, and why."""
    yield Text.assemble(_claim(decision), "\n", colored(decision.disposition))
    for number, code, billed, becomes, why in _rows(decision, voids):
        head = Text(f"line {number} {code} {billed} " if code else "all lines ")
        yield Padding(Text.assemble(head, becomes), (0, 0, 0, 2))
        if why:
            yield Padding(Text(str(why)), (0, 0, 0, 4))
    yield Text("")
