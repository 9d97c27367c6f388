"""Tries changes: the whole history, then the changed claims, then what became of the lines."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from stream_edits.domain.claim import ORIGINAL, ClaimEvent
from stream_edits.domain.decision import (
    ClaimDecision,
    Disposition,
    EditFinding,
    FindingMode,
    LineOutcome,
    Source,
    WaitsFor,
)
from stream_edits.explain.changes import (
    ChangeKind,
    Changes,
    missing_claim,
    replacement,
    sent_again,
)
from stream_edits.explain.history import History, in_force
from stream_edits.policies.edit_types import Group
from stream_edits.policies.policy import Policies
from stream_edits.stages.encounter.stage import ClaimIdReused
from stream_edits.stages.shared.reviews import takes_away

_TRIED = Source("tried", 0, 0)
_LATER = timedelta(seconds=1)
Resend = Callable[..., ClaimEvent]


class Blocker(NamedTuple):
    """A finding that keeps a line from being paid, on the claim that has it."""

    claim_id: str
    finding: EditFinding


class TrialResult(NamedTuple):
    """What a trial came to: whether the line is paid, or waits for a person of the plan only."""

    line: LineOutcome | None
    is_paid: bool
    waits_for_payer: bool
    blockers: tuple[Blocker, ...] = ()


def is_paid(decision: ClaimDecision, line: LineOutcome) -> bool:
    """Whether a line is paid with all its units."""
    return (
        line.disposition is Disposition.PASS
        and line.allowed_units == line.billed_units
        and decision.disposition is not Disposition.DENY
    )


def is_monitored(finding: EditFinding) -> bool:
    """Whether the finding only says what its edit would have done."""
    return finding.mode is FindingMode.MONITORED


def line_of(decision: ClaimDecision, line_number: int) -> LineOutcome | None:
    """The outcome of a line, None if the claim has none of that number."""
    return next((x for x in decision.lines if x.line_number == line_number), None)


class Trial:
    """Tries changes for one line of one claim, each time in a fork of the history."""

    def __init__(self, history: History, claim_id: str, line_number: int) -> None:
        self._history = history
        self.policies: Policies = history.run.builder.policies
        self._at = history.last_time + _LATER
        self.claim_id = claim_id
        self.line_number = line_number
        self.tries = 0

    def content(self, claim_id: str) -> ClaimEvent | None:
        """The content of a claim before any change."""
        return self._history.content(claim_id)

    def is_of_pricing(self, finding: EditFinding) -> bool:
        """Whether the finding comes from an edit that holds a line for its price."""
        policy = self.policies.of(finding)
        edits = () if policy is None else policy.edits
        return any(x.id == finding.edit_id and x.group is Group.PRICING for x in edits)

    def outcome(self, changes: Changes) -> TrialResult:
        """What becomes of the line when its claim comes again with these changes."""
        return self._outcome(changes, sent_again)

    def holds_as_replacement(self, changes: Changes, *, paid: bool) -> bool:
        """Whether a replacement claim brings the line to the same end.

        A claim that is itself a replacement or a late charge is not replaced here: its frequency
        code bears on its findings, and changing that is not part of the remedy.
        """
        claims = {x.claim_id for x in changes if x.kind is not ChangeKind.CLAIM}
        if any(self._frequency(claim_id) != ORIGINAL for claim_id in claims):
            return True
        found = self._outcome(changes, replacement)
        return found.is_paid if paid else found.waits_for_payer

    def _frequency(self, claim_id: str) -> str | None:
        content = self.content(claim_id)
        return None if content is None else content.frequency

    def _outcome(self, changes: Changes, resend: Resend) -> TrialResult:
        self.tries += 1
        decisions = self._decided(changes, resend)
        target = decisions.get(self.claim_id) or self._history.newest[self.claim_id]
        goals = [(target, self.line_number)]
        for claim_id in {self.claim_id, *(x.claim_id for x in changes)}:
            goals += self._paid_before(claim_id, decisions)
        blockers: list[Blocker] = []
        states = [self._judge(decision, number, blockers) for decision, number in goals]
        missing = [x for name, x in decisions.items() if name not in self._history.newest]
        denied = any(each.disposition is Disposition.DENY for each in missing)
        return TrialResult(
            line_of(target, self.line_number),
            all(state is WaitsFor.NONE for state in states) and not denied,
            all(state in (WaitsFor.NONE, WaitsFor.PAYER) for state in states) and not denied,
            tuple(blockers),
        )

    def _decided(self, changes: Changes, resend: Resend) -> dict[str, ClaimDecision]:
        """The newest decision on each claim that the changes decide, by the id of the claim before.

        A missing claim has the id that it came with.
        """
        fork, at = self._history.run.fork(), self._at
        found: list[ClaimDecision] = []
        before: dict[str, str] = {}
        for claim_id in dict.fromkeys(x.claim_id for x in changes):
            own = [x for x in changes if x.claim_id == claim_id]
            content = self.content(claim_id)
            if content is None:
                continue
            events = [missing_claim(content, x, at) for x in own if x.kind is ChangeKind.CLAIM]
            if len(events) < len(own):
                again = resend(content, own, at)
                before[again.claim_id] = claim_id
                events.append(again)
            for event in events:
                with suppress(ClaimIdReused):
                    found += fork.decide(event, _TRIED)
        newest = in_force(found)
        return {before.get(claim_id, claim_id): each for claim_id, each in newest.items()}

    def _paid_before(
        self, claim_id: str, decisions: dict[str, ClaimDecision]
    ) -> Iterable[tuple[ClaimDecision, int]]:
        """The lines of a claim that were paid: they must stay so. With the decision on them now."""
        before = self._history.newest.get(claim_id)
        now = decisions.get(claim_id)
        if before is None or now is None:
            return []
        paid = [x.line_number for x in before.lines if is_paid(before, x)]
        return [(now, n) for n in paid if (claim_id, n) != (self.claim_id, self.line_number)]

    def _judge(
        self, decision: ClaimDecision, number: int, blockers: list[Blocker]
    ) -> WaitsFor | None:
        """NONE for a paid line, PAYER for one that only a person of the plan holds, else None."""
        line = line_of(decision, number)
        if line is None:
            return None
        if is_paid(decision, line):
            return WaitsFor.NONE
        found = blocking(decision, number)
        blockers += [Blocker(decision.claim_id, each) for each in found]
        held = [f for f in found if f.disposition is Disposition.PEND]
        only_held = decision.disposition is not Disposition.DENY and len(held) == len(found)
        if line.disposition is Disposition.DENY or not held or not only_held:
            return None
        by_payer = all(self.policies.waits_for(f) is WaitsFor.PAYER for f in held)
        return WaitsFor.PAYER if by_payer else None


def blocking(decision: ClaimDecision, number: int) -> list[EditFinding]:
    """The findings that keep a line from being paid: its own, those on the whole claim, and of a
    claim that is denied for other lines, those on them."""
    all_found = [f for f in decision.findings if takes_away(f) and not is_monitored(f)]
    own = [f for f in all_found if f.line_number in (None, number)]
    if own or decision.disposition is not Disposition.DENY:
        return own
    return [f for f in all_found if f.disposition is Disposition.DENY]
