"""Lays out one decision for a person. The reasons in it are the messages of the edits."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    EditFinding,
    LineOutcome,
    Pricing,
)
from stream_edits.domain.documents import document_in_words
from stream_edits.domain.roll_up import has_header_fault
from stream_edits.report.wording import (
    Voids,
    by_line,
    code_of,
    denied_as_a_whole,
    is_quiet,
    may_be_a_void,
    units,
    without_payment,
    would_have,
)
from stream_edits.text import join_in_order, printable, verb, wrap

_CLAIM = {
    Disposition.PASS: "is passed on for payment",
    Disposition.PEND: "is held (PEND)",
    Disposition.DENY: "is denied",
}
_NAMED_ONE_BY_ONE = 4
_LINE = {Disposition.PASS: "passed", Disposition.PEND: "held", Disposition.DENY: "denied"}


def explain(decision: ClaimDecision, voids: Voids | None = None) -> str:
    """One decision in plain English, in lines of at most 100 columns.

    For each line it gives the result, the reason with its paragraph, and what to bill or send.
    ``voids`` is None where it is not known which claims are voids.
    """
    return "\n".join(_paragraphs(decision, voids))


def _paragraphs(decision: ClaimDecision, voids: Voids | None) -> Iterator[str]:
    unpaid = without_payment(decision, voids)
    verdict = f"{unpaid}: nothing is to be paid for it" if unpaid else _verdict(decision)
    yield _wrapped(f"Claim {printable(decision.claim_id)} {verdict}.", 0)
    if replaces := may_be_a_void(decision, voids):
        yield _wrapped(f"It {replaces}.", 2)
    if decision.revision > 1:
        yield _wrapped(_revision(decision), 2)
    if not decision.applicable:
        yield _wrapped(f"Policy {printable(decision.policy_id)} does not govern this claim.", 2)
    for finding in decision.findings:
        if finding.line_number is None:
            yield _wrapped("The claim as a whole:", 2)
            yield from _reason(finding)
    found = by_line(decision)
    for quiet, outcomes in groupby(decision.lines, lambda line: is_quiet(line, found)):
        lines = list(outcomes)
        if quiet:
            outcome = "not to be paid" if unpaid else _quiet(decision, lines)
            yield _wrapped(f"{_named(lines)}: {outcome}.", 2)
            continue
        for line in lines:
            outcome = "not to be paid" if unpaid else _outcome(decision, line)
            yield _wrapped(f"{_named([line])}: {outcome}.", 2)
            for finding in found.get(line.line_number, ()):
                yield from _reason(finding)


def _verdict(decision: ClaimDecision) -> str:
    verdict = _CLAIM[decision.disposition]
    denied = sum(line.disposition is Disposition.DENY for line in decision.lines)
    if denied and decision.disposition is not Disposition.DENY:
        verdict += f", but {_share(denied, len(decision.lines))} denied"
    elif denied_as_a_whole(decision):
        verdict += " as a whole: none of its lines is paid"
    return verdict


def _share(denied: int, count: int) -> str:
    if count == 1:
        return "its line is"
    whole = f"all {count} of its lines" if denied == count else f"{denied} of its {count} lines"
    return f"{whole} {verb(denied)}"


def _revision(decision: ClaimDecision) -> str:
    trigger = decision.trigger_event_id
    if trigger is None:
        cause = "the claim itself came again with other content, or was taken back"
    elif any(finding.review_id == trigger for finding in decision.findings):
        cause = f"a reviewer has decided findings of it (review {printable(trigger)})"
    else:
        cause = f"another claim has changed what it is judged by (event {printable(trigger)})"
    return (
        f"This is revision {decision.revision}. It takes the place of revision "
        f"{decision.revision - 1} ({decision.supersedes}), because {cause}."
    )


def _quiet(decision: ClaimDecision, lines: Sequence[LineOutcome]) -> str:
    if has_header_fault(decision.findings):
        return "not judged, because the claim as a whole is denied"
    if denied_as_a_whole(decision):
        return (
            "not paid with the rest, though nothing is wrong with it"
            if len(lines) == 1
            else "not paid with the rest, though nothing is wrong with them"
        )
    by_report = [line for line in lines if line.pricing is Pricing.BY_REPORT]
    outcome = "passed as billed" if decision.applicable else "not governed"
    if by_report and decision.applicable:
        codes = dict.fromkeys(code_of(line) for line in by_report)
        priced = "" if len(by_report) == len(lines) else f"{join_in_order(list(codes))} "
        outcome += f", {priced}priced by hand (By Report)"
    return outcome


def _named(lines: Sequence[LineOutcome]) -> str:
    billed = [f"{code_of(line)} x {units(line.billed_units)}" for line in lines]
    if len(lines) == 1:
        return f"Line {lines[0].line_number}, {billed[0]}"
    if len(lines) > _NAMED_ONE_BY_ONE:
        codes = dict.fromkeys(code_of(line) for line in lines)
        numbers = f"{lines[0].line_number} to {lines[-1].line_number}"
        return f"Lines {numbers} ({join_in_order(list(codes))})"
    return f"Lines {join_in_order([str(line.line_number) for line in lines])}, {', '.join(billed)}"


def _outcome(decision: ClaimDecision, line: LineOutcome) -> str:
    if denied_as_a_whole(decision) and line.disposition is not Disposition.DENY:
        return "not paid with the rest"
    outcome = _LINE[line.disposition]
    if line.disposition is not Disposition.DENY and line.allowed_units != line.billed_units:
        outcome += f", but cut back to {units(line.allowed_units)}"
    if line.disposition is not Disposition.DENY and line.pricing is Pricing.BY_REPORT:
        outcome += ", priced by hand (By Report)"
    if line.recommended_code:
        outcome += f"; bill {line.recommended_code} instead"
    return outcome


def _reason(finding: EditFinding) -> Iterator[str]:
    """The reason, the documents to send, the related claims, the paragraph and the codes."""
    yield _wrapped(f"{would_have(finding) or 'Why: '}{finding.message}", 4)
    if finding.requested_documents and not would_have(finding):
        asked = [document_in_words(kind) for kind in finding.requested_documents]
        yield _wrapped(f"To send: {join_in_order(asked)}.", 4)
    if finding.related_claim_ids:
        related = [printable(name) for name in finding.related_claim_ids]
        yield _wrapped(
            f"Related: {'claim' if len(related) == 1 else 'claims'} {join_in_order(related)}.", 4
        )
    codes = [f"group {finding.group_code}"] if finding.group_code else []
    codes += [f"CARC {finding.carc}"] if finding.carc else []
    codes += [f"RARC {code}" for code in finding.rarcs]
    codes += [f"review {printable(finding.review_id)}"] if finding.review_id else []
    where = [f"Policy {finding.policy_section}", f"edit {finding.edit_id}", *codes]
    yield _wrapped(f"{', '.join(where)}.", 4)


def _wrapped(text: str, indent: int) -> str:
    return "\n".join(wrap(text, " " * indent, break_words=True))
