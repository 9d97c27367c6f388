"""The claims that are held now, from decisions, and how they are shown."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from stream_edits.domain.decision import ClaimDecision, WaitsFor
from stream_edits.domain.open_pend import OpenPend, days_left, holding, open_pend
from stream_edits.text import csv_line, printable, stdout_console


class HeldClaim(NamedTuple):
    """A claim whose newest decision is PEND. ``days_left`` is negative after the last day."""

    claim_id: str
    received_date: date | None
    due_by: date | None
    days_left: int | None
    waits_for: WaitsFor
    edits: tuple[str, ...]
    documents: tuple[str, ...]


class _Kept(NamedTuple):
    revision: int
    pend: OpenPend | None
    received_date: date | None = None
    documents: tuple[str, ...] = ()


class HeldClaims:
    """Folds decisions, in any order, into the claims that are held.

    Of a claim the decision with the highest revision counts, and none once another claim has
    replaced or voided it.
    """

    def __init__(self) -> None:
        self._newest: dict[str, _Kept] = {}
        self._withdrawn: set[str] = set()

    def concerns(self, decision: ClaimDecision) -> bool:
        """Whether a decision is on a claim that was seen, or withdraws one."""
        return decision.claim_id in self._newest or decision.withdrawn_claim_id in self._newest

    def add(self, decision: ClaimDecision) -> None:
        """Take a decision into account."""
        if decision.withdrawn_claim_id is not None:
            self._withdrawn.add(decision.withdrawn_claim_id)
        known = self._newest.get(decision.claim_id)
        if known is not None and known.revision >= decision.revision:
            return
        pend = open_pend(decision)
        kept = _Kept(decision.revision, pend)
        if pend is not None:
            found = holding(decision.lines, decision.findings)
            documents = dict.fromkeys(kind for f in found for kind in f.requested_documents)
            kept = kept._replace(received_date=decision.received_date, documents=tuple(documents))
        self._newest[decision.claim_id] = kept

    def by_urgency(self, as_of: date) -> list[HeldClaim]:
        """The held claims, the one that is due first at the head; those without a day last."""
        held = [
            HeldClaim(
                claim_id,
                kept.received_date,
                kept.pend.due_by,
                days_left(kept.pend.due_by, as_of),
                kept.pend.waits_for,
                kept.pend.edits,
                kept.documents,
            )
            for claim_id, kept in self._newest.items()
            if kept.pend is not None and claim_id not in self._withdrawn
        ]
        return sorted(held, key=lambda each: (each.due_by or date.max, each.claim_id))


def as_json(held: HeldClaim) -> str:
    """One line of JSON."""
    fields = held._asdict()
    for name in ("received_date", "due_by"):
        fields[name] = fields[name] and fields[name].isoformat()
    return json.dumps(fields)


def as_csv(held: Iterable[HeldClaim]) -> Iterator[str]:
    """A line of names, then one for each claim; several edits or documents are joined by ``;``."""
    yield csv_line(HeldClaim._fields)
    for each in held:
        cells = each._replace(edits=(";".join(each.edits),), documents=(";".join(each.documents),))
        yield csv_line([cell[0] if isinstance(cell, tuple) else cell for cell in cells])


_COLUMNS = ("claim", "due by", "days left", "waits for", "held by", "asks for")


def print_held(held: Sequence[HeldClaim]) -> None:
    """Print a table on stdout, as wide as the terminal or 100 columns without one, and a count."""
    table = Table(box=SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0), header_style="bold")
    for name in _COLUMNS:
        table.add_column(name, overflow="fold", justify="right" if name == "days left" else "left")
    for each in held:
        cells = (
            each.claim_id,
            "" if each.due_by is None else each.due_by.isoformat(),
            "" if each.days_left is None else str(each.days_left),
            each.waits_for.lower(),
            ", ".join(each.edits),
            ", ".join(each.documents),
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console = stdout_console()
    if held:
        console.print(table)
    late = sum(each.days_left is not None and each.days_left < 0 for each in held)
    console.print(f"{len(held)} held, {late} of them overdue", highlight=False)
