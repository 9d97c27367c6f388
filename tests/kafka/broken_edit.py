"""`stream-edits` with a mistake in one edit: it raises on marked claims and quotes them."""

from collections.abc import Iterator
from dataclasses import replace

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import EditFinding
from stream_edits.policies.khs_6_21_p.by_report_missing import edit
from stream_edits.policies.on_date import PolicyOnDate

MARK = "BREAKS-AN-EDIT"
_sound = edit.EDIT.judge


def _broken(claim: ClaimEvent, line: ServiceLine, on_date: PolicyOnDate) -> Iterator[EditFinding]:
    if claim.claim_id.endswith(MARK):
        raise ValueError(f"cannot judge {claim!r}")
    yield from _sound(claim, line, on_date)


# Before the catalog imports it.
edit.EDIT = replace(edit.EDIT, judge=_broken)

if __name__ == "__main__":
    from stream_edits.cli import main

    main()
