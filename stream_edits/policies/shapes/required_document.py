"""The shape ``required_document``: some codes need a document that covers the line."""

from collections.abc import Iterator
from typing import cast

from pydantic import field_validator

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.policies.edit_types import LineEdit
from stream_edits.policies.on_date import PolicyOnDate
from stream_edits.policies.shapes.shape import Declared, Shape, ShapeRules, words_of
from stream_edits.policies.values.rules import Outcome, ProcedureCodes
from stream_edits.text import join_in_order

_USUAL = "{code} was billed without a document that it needs ({documents}). Send it for this line."
_SEVERAL = (
    "{code} was billed without documents that it needs ({documents}). Send them for this line."
)


class Rules(ShapeRules):
    """``missing`` is the outcome of a line that not all documents under its requests cover."""

    codes: ProcedureCodes
    missing: Outcome

    @field_validator("missing")
    @classmethod
    def _names_a_document(cls, missing: Outcome) -> Outcome:
        if not missing.requests:
            raise ValueError("should name the documents under requests: [invoice]")
        return missing


def make(edit: Declared) -> LineEdit:
    """An edit of this shape."""
    own = cast(type[Rules], edit.rules)

    def judge(claim: ClaimEvent, line: ServiceLine, policy: PolicyOnDate) -> Iterator[EditFinding]:
        """Hold a line whose code needs a document that does not cover it."""
        rules = policy[own]
        sent = claim.documents_for(line.line_number)
        if sent.issuperset(rules.missing.requests):
            return
        missing = rules.missing.without(sent)
        asked, code = missing.requests, line.procedure_code
        usual = _USUAL if len(asked) == 1 else _SEVERAL
        documents = join_in_order(words_of(asked))
        message = edit.message_on(
            asked, "missing", "missing", usual, code=code, documents=documents
        )
        yield rules.finding(missing, line.line_number, message)

    return LineEdit(edit.id, own, judge, waits_for=edit.waits_for or WaitsFor.PROVIDER)


SHAPE = Shape(
    "required_document", Rules, make, messages={"missing": frozenset({"code", "documents"})}
)
