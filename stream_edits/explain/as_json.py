"""The account as JSON."""

import json
from typing import Any

from stream_edits.codec.decisions import decision_to_json
from stream_edits.domain.decision import ClaimDecision
from stream_edits.explain.account import Account, Paragraph, Revision
from stream_edits.explain.changes import IF_RECORDED, LineChange
from stream_edits.explain.remedies import LineAnswer, Remedy
from stream_edits.explain.standing import due_by, waits_for
from stream_edits.explain.wording import answer_in_words


def as_json(account: Account) -> str:
    """One JSON object on one line, without a newline."""
    decision, last_day = account.decision, due_by(account)
    answer = {
        "claim_id": decision.claim_id,
        "disposition": decision.disposition,
        "revision": decision.revision,
        "due_by": None if last_day is None else last_day.isoformat(),
        "waits_for": waits_for(account),
        "replaced_by": account.replaced_by,
        "proven": account.is_proven,
        "decision": _decision(decision),
        "lines": [_line(account, each) for each in account.answers],
        "paragraphs": [_paragraph(each) for each in account.paragraphs],
        "revisions": [_revision(each) for each in account.revisions],
    }
    return json.dumps(answer, ensure_ascii=False)


def _decision(decision: ClaimDecision) -> Any:
    return json.loads(decision_to_json(decision))


def _line(account: Account, answer: LineAnswer) -> dict[str, Any]:
    return {
        "line_number": answer.line_number,
        "answer": answer.answer,
        "remedy": None if answer.remedy is None else _remedy(answer.remedy),
        "text": answer_in_words(account, answer),
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    return {
        "changes": [_change(each) for each in remedy.changes],
        "leads_to": remedy.leads_to,
        "allowed_units": remedy.allowed_units,
        "instead": list(remedy.instead),
    }


def _change(change: LineChange) -> dict[str, Any]:
    return {**change._asdict(), "if_recorded": change.kind in IF_RECORDED}


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    values = []
    for each in paragraph.values:
        since = None if each.since is None else each.since.isoformat()
        values.append({**each._asdict(), "since": since})
    return {**paragraph._asdict(), "values": values}


def _revision(revision: Revision) -> dict[str, Any]:
    return {
        "revision": revision.decision.revision,
        "cause": {
            "kind": revision.cause,
            "event_id": revision.event_id,
            "claim_id": revision.cause_claim_id,
        },
        "decision": _decision(revision.decision),
        "other_claims": [_decision(each) for each in revision.others],
    }
