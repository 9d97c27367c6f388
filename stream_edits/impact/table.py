"""The report for people, on a terminal."""

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from stream_edits.impact.forms import TOGETHER, by_size, explained
from stream_edits.impact.gate import Limit
from stream_edits.impact.tally import ExampleClaim, Impact, Moved
from stream_edits.text import counted, printable, stdout_console, verb

_NUMBERS = ("claims", "lines", "billed")


def print_impact(impact: Impact, limits: Sequence[Limit] = ()) -> None:
    """Print the report on stdout, as wide as the terminal or 100 columns without one."""
    console = stdout_console(highlight=False)
    for text in summary(impact):
        console.print(Text(text))
    for title, table in _tables(impact):
        console.print(Text(f"\n{title}", style="bold"))
        console.print(table)
    unused = impact.without_effect()
    if unused:
        console.print(Text("\nChanges without effect on an outcome", style="bold"))
        for label in unused:
            console.print(Text(f"  {printable(label)}"))
    for each in impact.all_examples():
        console.print(Text(f"\n{heading(each)}", style="bold"))
        for side, decision in (("Baseline", each.before), ("Candidate", each.after)):
            console.print(Text(f"{side}:"))
            # Its lines are as wide as they should be.
            console.print(Text(explained(decision)), soft_wrap=True)
    for limit in limits:
        verdict = "broken" if limit.is_broken(impact) else "kept"
        console.print(Text(f"\nLimit {limit.in_words(impact)}: {verdict}"))


def summary(impact: Impact) -> Iterator[str]:
    """The main figures, a sentence each."""
    share = f" ({100 * impact.claims_changed / impact.claims:.2f} %)" if impact.claims else ""
    have = verb(impact.claims_changed, "has", "have")
    changed = f"{impact.claims_changed:,} {have} another outcome{share}"
    yield f"{counted(impact.claims, 'claims')}, of which {changed}."
    if impact.claims_changed:
        billed = f"{impact.lines.billed:,.2f} dollars billed"
        if impact.lines.without_charge:
            silent = impact.lines.without_charge
            state = verb(silent, "states", "state")
            billed += f", and {counted(silent, 'lines')} that {state} no charge"
        yield (
            f"{counted(impact.lines_changed, 'lines')} changed ({billed}; what is billed is not "
            f"what is saved), of {counted(impact.billing_providers, 'billing providers')}."
        )
    if impact.claims_with_other_findings:
        others = impact.claims_with_other_findings
        yield (
            f"{counted(others, 'further claims')} {verb(others, 'has', 'have')} the same outcome "
            "with other findings or another due day."
        )
    if impact.taken_by_some:
        taken, were = impact.taken_by_some, verb(impact.taken_by_some, "was", "were")
        under = f"{counted(taken, 'events')} {were} taken under one policy"
        yield f"{under} and refused under the other."


def heading(each: ExampleClaim) -> str:
    """What an example shows."""
    line = "the claim" if each.line_number is None else f"line {each.line_number}"
    because = f"; {' or '.join(each.changes)}" if each.changes else ""
    return printable(f"{each.flow} by {each.edit}: claim {each.claim_id}, {line}{because}")


def _tables(impact: Impact) -> Iterator[tuple[str, Table]]:
    flows = _table("from → to", ("claims", "lines"))
    for name in sorted({*impact.claim_flows, *impact.lines.flows}):
        flows.add_row(name, f"{impact.claim_flows[name]:,}", f"{impact.lines.flows[name]:,}")
    if flows.row_count:
        yield "Outcomes: a claim or line that keeps its own has changed lines or units", flows
    groups = (
        (
            "By edit",
            "edit",
            [(f"{e}\n{impact.sections[e]}", m) for e, m in by_size(impact.by_edit)],
        ),
        ("By paragraph", "paragraph", by_size(impact.by_paragraph)),
        (
            "By change: without it, the difference is gone",
            "change",
            [(_together(labels), moved) for labels, moved in by_size(impact.by_change)],
        ),
    )
    for title, name, rows in groups:
        if rows:
            yield title, _by_name(name, rows)


def _together(labels: Sequence[str]) -> str:
    return labels[0] if len(labels) == 1 else f"only together: {TOGETHER.join(labels)}"


def _by_name(name: str, rows: Sequence[tuple[str, Moved]]) -> Table:
    table = _table(name, _NUMBERS)
    for each, moved in rows:
        billed = f"{moved.billed:,.2f}"
        table.add_row(Text(printable_lines(each)), f"{moved.claims:,}", f"{moved.lines:,}", billed)
    return table


def printable_lines(text: str) -> str:
    """The text with its line breaks, printable otherwise."""
    return "\n".join(printable(line) for line in text.split("\n"))


def _table(first: str, numbers: Sequence[str]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column(first, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right")
    return table
