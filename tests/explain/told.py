"""Accounts of claims for the tests of `explain`."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from stream_edits.domain.decision import ClaimDecision, RollUp, Source
from stream_edits.explain.account import Account, account_of
from stream_edits.explain.history import Event
from stream_edits.explain.remedies import LineAnswer
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.stages.shared.decision_builder import DecisionBuilder
from stream_edits.stages.shared.retention import DEFAULT_RETENTION


def builder(rollup: RollUp = RollUp.STANDARD, overlay: Path | None = None) -> DecisionBuilder:
    """A builder with policies of its own, as `account_of` wants one at each call."""
    return DecisionBuilder(load_policies(overlay), rollup, "test")


def told(
    claim_id: str,
    *events: Event,
    published: Sequence[ClaimDecision] = (),
    overlay: Path | None = None,
) -> Account:
    """The account of a claim after these events, and the decisions on it where they are known."""
    sourced = [(event, Source("file", 0, number)) for number, event in enumerate(events, start=1)]
    build = partial(builder, overlay=overlay)
    return account_of(claim_id, sourced, build, DEFAULT_RETENTION, published)


def the_answer(account: Account, line_number: int = 1) -> LineAnswer:
    """What can be said about one line."""
    (answer,) = [x for x in account.answers if x.line_number == line_number]
    return answer


def changes_of(answer: LineAnswer) -> Sequence[tuple[str, int, str | float]]:
    """The parts of a remedy: kind, line and value."""
    assert answer.remedy is not None, answer
    return [(x.kind.value, x.line_number, x.value) for x in answer.remedy.changes]
