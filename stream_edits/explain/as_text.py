"""The account as text, in lines of at most 100 columns."""

from collections.abc import Iterator

from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.explain.account import Account, Revision
from stream_edits.explain.standing import due_by, nothing_next, voids, waits_for
from stream_edits.explain.values_read import ValueRead
from stream_edits.explain.wording import answer_in_words, cause_in_words, move_in_words
from stream_edits.report import explain
from stream_edits.report.wording import code_of, units
from stream_edits.text import join_in_order, printable, wrap


def as_text(account: Account) -> str:
    """The newest decision as `stream_edits.report.explain` tells it, then what is next and why."""
    return "\n".join(
        [
            explain(account.decision, voids(account)),
            *_clock(account),
            "",
            *_next(account),
            *_paragraphs(account),
            "",
            *_revisions(account),
        ]
    )


def _clock(account: Account) -> Iterator[str]:
    if account.replaced_by is not None:
        by = printable(account.replaced_by)
        yield from _wrapped(
            f"Claim {by} has replaced or voided it. This decision no longer counts.", 2
        )
    last_day = due_by(account)
    if last_day is not None:
        yield from _wrapped(f"The claim must be paid or denied by {last_day.isoformat()}.", 2)
    move = move_in_words(waits_for(account))
    if move:
        yield from _wrapped(f"It waits for {move}.", 2)


def _next(account: Account) -> Iterator[str]:
    yield "What next"
    if not account.is_proven:
        yield from _wrapped(
            "The events that are still there do not lead to this decision, so no remedy could be "
            "tried.",
            2,
        )
    elif not account.answers:
        yield from _wrapped(nothing_next(account), 2)
    for answer in account.answers:
        yield from _wrapped(f"Line {answer.line_number}: {answer_in_words(account, answer)}", 2)


def _paragraphs(account: Account) -> Iterator[str]:
    for paragraph in account.paragraphs:
        yield ""
        yield from _wrapped(f"{paragraph.section}, edit {paragraph.edit_id}: {paragraph.title}", 0)
        yield from _wrapped(f'"{paragraph.text.strip()}"', 2)
        for value in paragraph.values:
            yield from _wrapped(value_in_a_line(value), 4)


def value_in_a_line(value: ValueRead) -> str:
    """A value as edit, name, entry, value, date and reference: maximum_units["96361"] = 8."""
    entry = "" if value.entry is None else f'["{printable(value.entry)}"]'
    since = "" if value.since is None else f" (from {value.since.isoformat()}; {value.reference})"
    return f"{value.name}{entry} = {value.value}{since}"


def _revisions(account: Account) -> Iterator[str]:
    yield "Revisions"
    for revision in account.revisions:
        yield from _revision(revision)


def _revision(revision: Revision) -> Iterator[str]:
    decision = revision.decision
    at = decision.decided_at.isoformat(timespec="seconds")
    yield from _wrapped(
        f"{decision.revision}. {decision.disposition} at {at}, because {cause_in_words(revision)}. "
        f"Policy {decision.policy_version}. {lines_in_words(decision)}.",
        2,
    )
    for other in revision.others:
        yield from _wrapped(
            f"Beside it claim {printable(other.claim_id)}, revision {other.revision}: "
            f"{other.disposition}. {lines_in_words(other)}.",
            4,
        )


def lines_in_words(decision: ClaimDecision) -> str:
    """Every line of a decision: its code, units and outcome."""
    lines = []
    for x in decision.lines:
        cut = x.disposition is Disposition.PASS and x.allowed_units != x.billed_units
        allowed = f" with {units(x.allowed_units)}" if cut else ""
        billed = f"{code_of(x)} x {units(x.billed_units)}"
        lines.append(f"line {x.line_number} {billed} {x.disposition}{allowed}")
    text = join_in_order(lines)
    return text[:1].upper() + text[1:]


def _wrapped(text: str, indent: int) -> list[str]:
    return wrap(text, " " * indent, break_words=True)
