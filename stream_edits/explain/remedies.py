"""The smallest change that lets a line be paid, found by trying: no part of it can be left out."""

import heapq
from collections.abc import Iterator
from enum import StrEnum
from itertools import chain, count
from typing import NamedTuple

from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.explain.candidates import candidates, ways_of
from stream_edits.explain.changes import ChangeKind, Changes, LineChange, combined, in_order
from stream_edits.explain.history import History
from stream_edits.explain.trial import Trial, TrialResult, is_paid
from stream_edits.policies.ways import NO_WAYS

_MOST_TRIES = 80
_MOST_PARTS = 6
_MOST_PRICE = 8.0


class Answer(StrEnum):
    """What can be said about a line that is not paid.

    REMEDY: there is a change that does it. NONE: none that could be tried does. PAYER: it waits
    for a person of the plan, and the provider has nothing to do. UNKNOWN: none was found before the
    search ended.
    """

    REMEDY = "REMEDY"
    NONE = "NONE"
    PAYER = "PAYER"
    UNKNOWN = "UNKNOWN"


class Remedy(NamedTuple):
    """Changes that were tried, and what becomes of the line with them.

    ``leads_to`` is PASS, or PEND if a person of the plan then decides. ``instead`` are further
    codes of services that do as well as the one that is to be sent; with ``service_in_words`` that
    one is only an example.
    """

    changes: Changes
    leads_to: Disposition
    allowed_units: float
    instead: tuple[str, ...] = ()
    service_in_words: str = ""


class LineAnswer(NamedTuple):
    """What can be said about one line that is not paid.

    ``tried`` are the changes of which none does it, alone or together, if the answer is NONE.
    ``is_to_be_priced`` says of a line that a person of the plan holds in the end whether that is
    for its price only.
    """

    line_number: int
    answer: Answer
    remedy: Remedy | None = None
    tried: Changes = ()
    is_to_be_priced: bool = False


def answers(history: History, decision: ClaimDecision) -> Iterator[LineAnswer]:
    """The answer for each line of a claim that its newest decision does not pay in full.

    A claim that was replaced or voided has none, and neither has one that no policy governs.
    """
    if not decision.applicable or decision.claim_id in history.withdrawn:
        return
    for line in decision.lines:
        if not is_paid(decision, line):
            yield _answer(Trial(history, decision.claim_id, line.line_number))


def _answer(trial: Trial) -> LineAnswer:
    """Search by price. Of the changes that leave the line to a person of the plan, the cheapest is
    offered only if none lets the line be paid."""
    at_payer: Changes | None = None
    number, order = trial.line_number, count()
    todo: list[tuple[float, int, Changes]] = [(0.0, next(order), ())]
    left_out = False
    seen: set[Changes] = {()}
    while todo:
        if trial.tries >= _MOST_TRIES:
            break
        price, _, changes = heapq.heappop(todo)
        found = trial.outcome(changes)
        if found.is_paid and changes and _holds(trial, changes, paid=True):
            return LineAnswer(number, Answer.REMEDY, _remedy(trial, changes, paid=True))
        if found.waits_for_payer and at_payer is None:
            at_payer = changes
        for blocker in found.blockers:
            for each in candidates(trial, blocker, changes):
                after, dearer = combined(changes, each.changes), price + each.price
                if after in seen:
                    continue
                seen.add(after)
                if len(after) > _MOST_PARTS or dearer > _MOST_PRICE:
                    left_out = True
                else:
                    heapq.heappush(todo, (dearer, next(order), after))
    if at_payer == ():
        return LineAnswer(number, Answer.PAYER, is_to_be_priced=_is_to_be_priced(trial, ()))
    if at_payer is not None and _holds(trial, at_payer, paid=False):
        remedy = _remedy(trial, at_payer, paid=False)
        to_price = _is_to_be_priced(trial, remedy.changes)
        return LineAnswer(number, Answer.REMEDY, remedy, is_to_be_priced=to_price)
    if todo or left_out:
        return LineAnswer(number, Answer.UNKNOWN)
    return LineAnswer(number, Answer.NONE, tried=in_order(chain.from_iterable(seen)))


def _is_to_be_priced(trial: Trial, changes: Changes) -> bool:
    """Whether nothing holds the line after these changes but edits that price it."""
    blockers = trial.outcome(changes).blockers
    own = [x.finding for x in blockers if x.claim_id == trial.claim_id]
    return all(trial.is_of_pricing(f) for f in own if f.line_number in (None, trial.line_number))


def _holds(trial: Trial, changes: Changes, *, paid: bool) -> bool:
    return trial.holds_as_replacement(changes, paid=paid)


def _remedy(trial: Trial, changes: Changes, *, paid: bool) -> Remedy:
    """The remedy without the parts that it does not need."""
    for part in changes:
        fewer = tuple(each for each in changes if each != part)
        if fewer and _does(trial.outcome(fewer), paid) and _holds(trial, fewer, paid=paid):
            changes = fewer
    line = trial.outcome(changes).line
    return Remedy(
        changes,
        Disposition.PASS if paid else Disposition.PEND,
        0.0 if line is None else line.allowed_units,
        _instead(trial, changes) if paid else (),
        _in_words(trial, changes),
    )


def _does(outcome: TrialResult, paid: bool) -> bool:
    return outcome.is_paid if paid else outcome.waits_for_payer


def _instead(trial: Trial, changes: Changes) -> tuple[str, ...]:
    """Further services, any one of which does as well as the one of a claim to be sent."""
    sent = next((x for x in changes if x.kind is ChangeKind.CLAIM), None)
    if sent is None:
        return ()
    rest = tuple(each for each in changes if each != sent)
    found = []
    for blocker in trial.outcome(rest).blockers:
        for each in candidates(trial, blocker, rest):
            (first, *_) = each.changes
            if first != sent and _is_another(first, sent):
                other = combined(rest, [first])
                if trial.outcome(other).is_paid and _holds(trial, other, paid=True):
                    found.append(str(first.value))
    return tuple(dict.fromkeys(found))


def _in_words(trial: Trial, changes: Changes) -> str:
    """How the edit names the service of a claim to be sent, if its code is only an example."""
    if not any(x.kind is ChangeKind.CLAIM for x in changes):
        return ""
    rest = tuple(x for x in changes if x.kind is not ChangeKind.CLAIM)
    for blocker in trial.outcome(rest).blockers:
        policy = trial.policies.of(blocker.finding)
        ways = ways_of(policy, blocker.finding.edit_id) if policy else NO_WAYS
        if ways.services_in_words:
            return ways.services_in_words
    return ""


def _is_another(change: LineChange, sent: LineChange) -> bool:
    return change[:3] == sent[:3]
