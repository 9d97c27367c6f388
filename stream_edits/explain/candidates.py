"""The changes that may answer a finding: what it asks for, and the ways out that its edit declares.

Each comes with its price. A cheaper remedy is the smaller one: first what the finding itself names
or waits for, then other forms of a code, then what only the record can confirm, last other claims.
"""

from collections.abc import Iterator
from typing import NamedTuple

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import Disposition, EditFinding, WaitsFor
from stream_edits.explain.changes import ChangeKind, Changes, LineChange, changed
from stream_edits.explain.trial import Blocker, Trial
from stream_edits.policies.policy import Policy
from stream_edits.policies.ways import NO_WAYS, Ways

_ASKED_FOR = 1.0
_AWAITED = 1.1
_OTHER_FORM = 1.2
_FORM_BESIDE = 1.5
_DOCUMENT = 2.0
_MODIFIER = 2.5
_OTHER_CLAIM = 2.5
_FURTHER_CLAIM = 3.0
# Of services of which any one will do, the next one costs so much more.
_NEXT = 0.01


class Candidate(NamedTuple):
    """Changes that belong together, and their price."""

    changes: Changes
    price: float


def candidates(trial: Trial, blocker: Blocker, sofar: Changes) -> Iterator[Candidate]:
    """What may answer a finding on a claim, given the changes made so far."""
    content = trial.content(blocker.claim_id)
    policy = trial.policies.of(blocker.finding)
    if content is None or policy is None or blocker.finding.line_number is None:
        return
    claim = changed(content, sofar)
    number = blocker.finding.line_number
    line = next((x for x in claim.lines if x.line_number == number), None)
    if line is None:
        return
    found = _Found(trial, blocker.finding, claim, line, policy, bool(sofar))
    yield from found.asked_for()
    yield from found.other_forms()
    yield from found.of_the_record()
    yield from found.services()


class _Found:
    """One finding on a line of a claim with the changes so far."""

    def __init__(
        self,
        trial: Trial,
        finding: EditFinding,
        claim: ClaimEvent,
        line: ServiceLine,
        policy: Policy,
        is_changed: bool,
    ) -> None:
        self._trial = trial
        self._finding = finding
        self._claim = claim
        self._line = line
        self._on = policy.on(line.service_date)
        self._is_changed = is_changed
        self._ways = ways_of(policy, finding.edit_id)

    def _change(self, kind: ChangeKind, value: str | float) -> LineChange:
        return LineChange(kind, self._claim.claim_id, self._line.line_number, value)

    def asked_for(self) -> Iterator[Candidate]:
        """The documents, the code and the units that the finding itself names."""
        finding, kind = self._finding, ChangeKind
        sent = self._claim.documents_for(self._line.line_number)
        asked = [x for x in finding.requested_documents if x not in sent]
        if asked:
            documents = tuple(self._change(kind.DOCUMENT, each) for each in asked)
            yield Candidate(documents, _ASKED_FOR * len(documents))
        if finding.recommended_code:
            yield Candidate((self._change(kind.RECODE, finding.recommended_code),), _ASKED_FOR)
        if finding.allowed_units:
            yield Candidate((self._change(kind.UNITS, finding.allowed_units),), _ASKED_FOR)

    def other_forms(self) -> Iterator[Candidate]:
        """Other codes for the service of the line, of those beside it, and on related claims."""
        for code in self._ways.forms(self._on, self._line.procedure_code):
            yield Candidate((self._change(ChangeKind.RECODE, code),), _OTHER_FORM)
        yield from self._forms_on(self._claim, _FORM_BESIDE)
        for claim_id in self._finding.related_claim_ids:
            related = self._trial.content(claim_id)
            if related is not None and related.member_id == self._claim.member_id:
                yield from self._forms_on(related, _OTHER_CLAIM)

    def _forms_on(self, claim: ClaimEvent, price: float) -> Iterator[Candidate]:
        own = (self._claim.claim_id, self._line.line_number)
        for line in claim.lines:
            if (claim.claim_id, line.line_number) == own:
                continue
            for code in self._ways.forms(self._on, line.procedure_code):
                recode = LineChange(ChangeKind.RECODE, claim.claim_id, line.line_number, code)
                yield Candidate((recode,), price)

    def of_the_record(self) -> Iterator[Candidate]:
        """A modifier or a further document, which only the record can confirm."""
        code = self._line.procedure_code
        modifiers = self._ways.modifiers(self._on, code)
        if modifiers and not set(modifiers) & set(self._line.modifiers):
            yield Candidate((self._change(ChangeKind.MODIFIER, modifiers[0]),), _MODIFIER)
        visit = self._trial.policies.visits_of(self._claim).second_visit
        if self._ways.second_visit and visit and visit not in self._line.modifiers:
            yield Candidate((self._change(ChangeKind.MODIFIER, visit),), _MODIFIER)
        sent = self._claim.documents_for(self._line.line_number)
        for each in self._ways.documents(self._on, code):
            if each not in sent:
                yield Candidate((self._change(ChangeKind.DOCUMENT, each),), _DOCUMENT)

    def services(self) -> Iterator[Candidate]:
        """The claim of a service that the line waits for."""
        waits = self._trial.policies.waits_for(self._finding) is WaitsFor.CLAIM
        price = _FURTHER_CLAIM
        if waits and self._finding.disposition is Disposition.PEND and not self._is_changed:
            price = _AWAITED
        codes = self._ways.services(self._on, self._line.procedure_code)
        for place, code in enumerate(codes):
            yield Candidate((self._change(ChangeKind.CLAIM, code),), price + place * _NEXT)


def ways_of(policy: Policy, edit_id: str) -> Ways:
    """The ways out that an edit of a policy declares."""
    edit = next((each for each in policy.edits if each.id == edit_id), None)
    return getattr(edit, "ways", NO_WAYS)
