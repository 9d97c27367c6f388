"""Prints the result of the demo."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stream_edits.demo.examples import DemoExample
from stream_edits.demo.outcome import DeadLetter, DemoRecords
from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.report import explain

_MEANING = {
    Disposition.PASS: "goes on to payment, its denied lines listed",
    Disposition.PEND: "waits for a document, a reviewer, or another claim",
    Disposition.DENY: "nothing of it is paid",
}

# What the examples need, for readers who know Kafka and not claims.
_WORDS = """
Words in the examples: an encounter is one visit of a member at a provider. CARC, RARC and the group
are X12 codes of a remittance: why a line is not paid, a remark on it, and who bears the amount
(CO: the provider). By Report: priced by hand from a report."""


def show(
    console: Console, outcome: DemoRecords, examples: Iterable[DemoExample], topics: Sequence[str]
) -> None:
    """Print the dispositions, the edits, the examples explained, and the dead letters."""
    heading(console, "What became of the claims")
    console.print(_dispositions(outcome, topics))
    heading(console, "The edits that found something")
    console.print(_edits(outcome.decisions))
    tell(console, _WORDS)
    for number, each in enumerate(examples, start=1):
        heading(console, f"Example {number}. {each.heading}")
        explanation = "\n\n".join(map(explain, each.decisions)) + (
            f"\n\n{each.note}" if each.note else ""
        )
        tell(console, explanation)
    heading(console, "Dead letters: records that are not claims, kept byte for byte")
    console.print(_dead_letters(outcome.dead_letters))


def heading(console: Console, text: str) -> None:
    """Print the heading of a section."""
    console.print(Text(f"\n{text}", style="bold"))


def tell(console: Console, text: str) -> None:
    """Print text as it is."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _table(*columns: str) -> Table:
    table = Table(*columns, box=SIMPLE_HEAD, padding=(0, 2, 0, 0), header_style="bold")
    table.columns[-1].overflow = "fold"
    return table


def _dispositions(outcome: DemoRecords, topics: Sequence[str]) -> Table:
    """Claims by their newest decision. Claims that 6.21-P does not govern count as passed."""
    newest = Counter(decision.disposition for decision in outcome.newest().values())
    published = Counter(decision.disposition for decision in outcome.decisions)
    table = _table("claim is", "claims", "decisions", "topic", "the claim")
    for (disposition, meaning), topic in zip(_MEANING.items(), topics, strict=True):
        counts = (str(newest[disposition]), str(published[disposition]))
        table.add_row(disposition.value, *counts, topic, meaning)
    table.add_row("total", str(newest.total()), str(published.total()))
    table.caption = "A claim has a further decision when a later event changed its outcome."
    return table


def _edits(decisions: Iterable[ClaimDecision]) -> Table:
    fired: Counter[tuple[str, Disposition]] = Counter()
    sections: dict[str, set[str]] = {}
    for decision in decisions:
        for finding in decision.findings:
            fired[finding.edit_id, finding.disposition] += 1
            sections.setdefault(finding.edit_id, set()).add(finding.policy_section)
    table = _table("edit", "deny", "pend", "other", "policy section")
    by_count = sorted(sections, key=lambda edit: -sum(fired[edit, d] for d in Disposition))
    for edit in by_count:
        counts = [fired[edit, d] for d in (Disposition.DENY, Disposition.PEND, Disposition.PASS)]
        named = sorted(sections[edit])
        row = (edit, *(str(count or "") for count in counts), "; ".join(named))
        table.add_row(*row)
    table.caption = (
        "Findings in all decisions above. An edit is one rule of the policy. deny, pend: what the "
        "finding does to its line or claim. other: units are cut, or something is noted."
    )
    return table


def _dead_letters(letters: Iterable[DeadLetter]) -> Table:
    table = _table("class", "stage", "topic/partition/offset", "what is wrong")
    for letter in letters:
        table.add_row(
            *(Text(x) for x in (letter.error_class, letter.stage, letter.source, letter.message))
        )
    return table
