"""The account as one HTML page that a browser shows without a server."""

from pathlib import Path
from typing import NamedTuple

from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    EditFinding,
    LineOutcome,
)
from stream_edits.domain.documents import document_in_words
from stream_edits.domain.roll_up import has_header_fault
from stream_edits.explain.account import Account
from stream_edits.explain.clock import drawings
from stream_edits.explain.standing import due_by, nothing_next, voids, waits_for
from stream_edits.explain.trial import is_monitored, is_paid
from stream_edits.explain.wording import (
    answer_in_words,
    cause_in_words,
    end_in_words,
    move_in_words,
    steps_in_words,
)
from stream_edits.pages import render
from stream_edits.report.wording import (
    Voids,
    code_of,
    denied_as_a_whole,
    units,
    without_payment,
)
from stream_edits.text import join_in_order, verb

_TEMPLATES = Path(__file__).parent / "templates"
_VERDICTS = {
    Disposition.PASS: "passed for payment",
    Disposition.PEND: "held",
    Disposition.DENY: "denied",
}
_LINES = {Disposition.PASS: "paid", Disposition.PEND: "held", Disposition.DENY: "denied"}


class _Reason(NamedTuple):
    """A finding with its badge, its codes, and the documents that it asks for."""

    finding: EditFinding
    badge: str
    codes: str
    documents: str


class _Next(NamedTuple):
    """What can be done about a line: the steps and what they lead to, or a sentence."""

    line_number: int
    code: str
    steps: tuple[str, ...]
    end: str
    sentence: str


class _Row(NamedTuple):
    """A line of a claim and what becomes of it, empty if nothing of the claim is to be paid."""

    line: LineOutcome
    becomes: str
    why: tuple[str, ...]


def as_html(account: Account) -> str:
    """The whole page: what happened, why, and what next."""
    decision = account.decision
    return render(
        _TEMPLATES,
        "explain.html.j2",
        account=account,
        decision=decision,
        verdict=_verdict(decision, voids(account)),
        waits_for=move_in_words(waits_for(account)),
        due_by=due_by(account),
        nothing_next=nothing_next(account),
        rows=_rows(decision, voids(account)),
        drawings=list(drawings(account)),
        reasons=[_reason(finding) for finding in decision.findings],
        answers=[_next(account, number) for number in range(len(account.answers))],
        revisions=[(each, cause_in_words(each)) for each in reversed(account.revisions)],
        newest=account.revisions[-1] if account.revisions else None,
        rows_of=lambda revision: _rows(revision.decision, voids(account)),
        units=units,
        code_of=code_of,
    )


def _verdict(decision: ClaimDecision, voids: Voids) -> str:
    """The decision in a sentence or two."""
    unpaid = without_payment(decision, voids)
    if unpaid:
        return f"This claim {unpaid}: nothing is to be paid for it."
    sentence = f"This claim is {_VERDICTS[decision.disposition]}"
    if denied_as_a_whole(decision):
        unjudged = " Its lines were not judged." if has_header_fault(decision.findings) else ""
        return f"{sentence} as a whole: none of its lines is paid.{unjudged}"
    parts = []
    for disposition in Disposition:
        numbers = [str(x.line_number) for x in decision.lines if x.disposition is disposition]
        if numbers:
            noun = "line" if len(numbers) == 1 else "lines"
            are = verb(len(numbers))
            parts.append(f"{noun} {join_in_order(numbers)} {are} {_LINES[disposition]}")
    return f"{sentence}: {join_in_order(parts)}."


def _rows(decision: ClaimDecision, voids: Voids) -> list[_Row]:
    unpaid = without_payment(decision, voids)
    rows = [_row(decision, line) for line in decision.lines]
    return [row._replace(becomes="") for row in rows] if unpaid else rows


def _row(decision: ClaimDecision, line: LineOutcome) -> _Row:
    becomes = line.disposition.value
    if decision.disposition is Disposition.DENY:
        becomes = Disposition.DENY.value
    elif line.disposition is Disposition.PASS and not is_paid(decision, line):
        becomes = "CUT"
    why = [f.edit_id for f in decision.findings if f.line_number in (None, line.line_number)]
    return _Row(line, becomes, tuple(dict.fromkeys(why)))


def _reason(finding: EditFinding) -> _Reason:
    codes = [f"group {finding.group_code}"] if finding.group_code else []
    codes += [f"CARC {finding.carc}"] if finding.carc else []
    codes += [f"RARC {code}" for code in finding.rarcs]
    documents = [document_in_words(kind, "the ") for kind in finding.requested_documents]
    return _Reason(finding, _badge(finding), ", ".join(codes), join_in_order(documents))


def _badge(finding: EditFinding) -> str:
    """What a finding does. One that is PASS and allows fewer units cuts."""
    if is_monitored(finding):
        return f"MONITORED {finding.disposition}"
    is_cut = finding.disposition is Disposition.PASS and finding.allowed_units is not None
    return "CUT" if is_cut else finding.disposition.value


def _next(account: Account, place: int) -> _Next:
    answer = account.answers[place]
    number = answer.line_number
    line = next(x for x in account.decision.lines if x.line_number == number)
    if answer.remedy is None:
        return _Next(number, code_of(line), (), "", answer_in_words(account, answer))
    steps = [step[:1].upper() + step[1:] for step in steps_in_words(account, answer.remedy)]
    return _Next(number, code_of(line), tuple(steps), end_in_words(answer), "")
