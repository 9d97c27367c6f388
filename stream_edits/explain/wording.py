"""The answers and revisions in words, for every format."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import Disposition, WaitsFor
from stream_edits.domain.documents import document_in_words
from stream_edits.explain.account import Account, Revision, RevisionCause
from stream_edits.explain.changes import IF_RECORDED, ChangeKind, Changes, LineChange
from stream_edits.explain.remedies import Answer, LineAnswer, Remedy
from stream_edits.report.wording import code_of, units
from stream_edits.text import join_in_order, printable

_OTHERWISE = "depends on facts that the claim does not state"
_MOVES = {
    WaitsFor.PROVIDER: "the provider",
    WaitsFor.PAYER: "a person of the plan",
    WaitsFor.CLAIM: "another claim",
}
_MANY = 6


def move_in_words(waits_for: WaitsFor) -> str:
    """Whose move it is; empty if it is nobody's."""
    return _MOVES.get(waits_for, "")


def answer_in_words(account: Account, answer: LineAnswer) -> str:
    """What can be done about a line, in sentences."""
    if answer.answer is Answer.NONE:
        return _none_of(account, answer.tried)
    if answer.answer is Answer.UNKNOWN:
        return "No remedy was found before the search ended. There may be one."
    if answer.answer is Answer.PAYER:
        return f"Nothing for the provider to do: {_by_hand(answer)}."
    if answer.remedy is None:
        raise ValueError("a remedy without its changes")
    parts = list(steps_in_words(account, answer.remedy))
    return f"{_sentence(parts)}. {end_in_words(answer)}"


def _none_of(account: Account, tried: Changes) -> str:
    """That no remedy was found, and which changes were tried."""
    if not tried:
        return f"No change could be tried. What can be done, if anything, {_OTHERWISE}."
    several = groupby(tried, lambda change: change[:3])
    named = "; ".join(_tried(account, list(changes)) for _, changes in several)
    alone = ", alone or together" if len(tried) > 1 else ""
    return (
        f"Not paid with what could be tried{alone}: {named}. What else can be done, if anything, "
        f"{_OTHERWISE}."
    )


def _tried(account: Account, changes: Sequence[LineChange]) -> str:
    """Changes of one kind on one line, without a verb."""
    kind, where = changes[0].kind, _where(account, changes[0])
    values = [str(change.value) for change in changes]
    if kind is ChangeKind.DOCUMENT:
        return f"{join_in_order([document_in_words(each, 'the ') for each in values])} for {where}"
    if kind is ChangeKind.UNITS:
        fewer = [_counted(float(change.value)) for change in changes]
        return f"{join_in_order(fewer, 'or')} on {where}"
    shown = values if len(values) <= _MANY else [*values[:_MANY], "another such code"]
    one_of = join_in_order(shown, "or")
    if kind is ChangeKind.RECODE:
        return f"{one_of} as the code of {where}"
    if kind is ChangeKind.MODIFIER:
        return f"modifier {one_of} on {where}"
    return f"a claim for {one_of} beside {where}"


def end_in_words(answer: LineAnswer) -> str:
    """What becomes of a line with its remedy."""
    remedy = answer.remedy
    if remedy is not None and remedy.leads_to is Disposition.PASS:
        return f"Line {answer.line_number} then passes with {_counted(remedy.allowed_units)}."
    return f"Line {answer.line_number} then waits for the plan only: {_by_hand(answer)}."


def steps_in_words(account: Account, remedy: Remedy) -> Iterator[str]:
    """Each part of a remedy as a sentence without a full stop. The documents for a line are one."""
    for (kind, *_), several in groupby(remedy.changes, lambda change: change[:3]):
        if kind is ChangeKind.DOCUMENT:
            yield _sending(account, list(several))
        else:
            yield from (_step(account, change, remedy) for change in several)


def _sending(account: Account, changes: Sequence[LineChange]) -> str:
    documents = join_in_order([document_in_words(str(change.value), "the ") for change in changes])
    return f"send {documents} for {_where(account, changes[0])}, if the record supports it"


def _where(account: Account, change: LineChange) -> str:
    if change.claim_id == account.claim.claim_id:
        return f"line {change.line_number}"
    return f"line {change.line_number} of claim {printable(change.claim_id)}"


def _step(account: Account, change: LineChange, remedy: Remedy) -> str:
    claim, where = _claim_of(account, change), _where(account, change)
    record = ", if the record supports it" if change.kind in IF_RECORDED else ""
    line = next((x for x in claim.lines if x.line_number == change.line_number), None)
    if change.kind is ChangeKind.RECODE:
        before = code_of(line) if line else "its code"
        return f"bill {where} with {change.value} instead of {before}"
    if change.kind is ChangeKind.UNITS:
        before = units(line.units) if line else "those billed"
        return f"bill {where} with {_counted(float(change.value))} instead of {before}"
    if change.kind is ChangeKind.MODIFIER:
        return f"bill {where} with modifier {change.value}{record}"
    return _missing(change, remedy)


def _missing(change: LineChange, remedy: Remedy) -> str:
    words = remedy.service_in_words
    if words:
        return (
            f"send the claim that bills {words} (tried with {change.value}), if the record shows it"
        )
    codes = [str(change.value), *remedy.instead]
    shown = codes if len(codes) <= _MANY else [*codes[:_MANY], "another such service"]
    return (
        f"send the missing claim for {join_in_order(shown, 'or')} of the same visit, if the "
        "service was given and the record shows it"
    )


def cause_in_words(revision: Revision) -> str:
    """What caused a revision."""
    event = f"event {printable(revision.event_id)}"
    if revision.replaced is not None:
        event += f", which replaced or voided claim {printable(revision.replaced)}"
    if revision.cause is RevisionCause.REVIEW:
        return f"a reviewer decided findings of the claim (review {printable(revision.event_id)})"
    if revision.cause is RevisionCause.CLAIM:
        first = revision.decision.revision == 1
        return f"the claim {'came' if first else 'came again'} ({event})"
    if revision.cause_claim_id is None:
        return f"the time of another patient's claim changed ({event})"
    return f"claim {printable(revision.cause_claim_id)} came or changed ({event})"


def _claim_of(account: Account, change: LineChange) -> ClaimEvent:
    for claim in (account.claim, *account.beside):
        if claim.claim_id == change.claim_id:
            return claim
    return account.claim


def _by_hand(answer: LineAnswer) -> str:
    if answer.is_to_be_priced:
        return "the plan prices it by hand"
    return "a person of the plan decides it"


def _counted(amount: float) -> str:
    return f"{units(amount)} unit{'' if amount == 1 else 's'}"


def _sentence(parts: list[str]) -> str:
    text = join_in_order(parts)
    if len(parts) > 2 or any("," in part for part in parts[:-1]):
        text = "; ".join(parts)
    return text[:1].upper() + text[1:]
