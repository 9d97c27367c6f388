"""One value of every record that only our own stages read, with every field filled."""

from datetime import date, datetime
from typing import Any

from stream_edits.codec.framing import encoder
from stream_edits.codec.internal import StoredClaim, StoredReviewable
from stream_edits.codec.schemas import packaged
from stream_edits.domain.decision import Disposition, Source, WaitsFor
from stream_edits.domain.member_state import (
    ClaimRecord,
    ClaimStatus,
    FindingChange,
    LineRecord,
    ListBranch,
    ListedClaim,
    ReviewableClaim,
)
from stream_edits.domain.messages import (
    Reopen,
    RoutedClaim,
    RoutedReview,
    SupervisedClaim,
    SupervisedReview,
    SupervisedTime,
)
from stream_edits.domain.open_pend import OpenPend
from stream_edits.domain.review import ReviewOutcome
from stream_edits.domain.supervisor_state import (
    DayPage,
    DayParts,
    RefusedLine,
    SupervisedQuarter,
    SupervisedSlot,
    SupervisorRecord,
)
from tests.codec.examples import DOTTED, DRAFT, FIRST_EDITION, REVIEW

# Claims are kept as the bytes they came in; these are of the first edition.
RAW = encoder(packaged()[1].parsed, 1)(DOTTED)
SOURCE = Source("claims.events", 3, 42)
DAY = date(2024, 12, 3)
START, END = datetime(2024, 12, 3, 10, 0), datetime(2024, 12, 3, 11, 5)
SUPERVISED_REVIEW = SupervisedReview(
    "review-1",
    2,
    1,
    ReviewOutcome.APPROVE,
    1.0,
    carc="50",
    rarcs=("N115",),
    edit_id="simultaneous-supervision",
)
SUPERVISED = SupervisedClaim(
    member_id="member-1",
    hops=("1234567893", "1245319599"),
    withdrawn_claim_id="claim-0",
    times=(SupervisedTime(1, "96365", "1245319599", DAY, START, END),),
    draft=DRAFT,
    found=DRAFT.findings,
    note="This replacement has fewer lines.",
    review=SUPERVISED_REVIEW,
    monitored_times=(SupervisedTime(2, "96366", "1306849450", DAY, START, END),),
    monitored_hops=("1306849450",),
    billing_npi="1234567893",
    event_order=43,
    withdrawn_revision=3,
    is_outdated=True,
)
LINE = LineRecord(
    line_number=1,
    procedure_code="96365",
    modifiers=("59",),
    units=1.5,
    allowed_units=1.0,
    service_date=DAY,
    start_time=START,
    end_time=END,
    encounter_key="member-1|1234567893|#visit-1",
    disposition=Disposition.DENY,
    still_primary=True,
    names_drug=True,
    revenue_code="0260",
    rebilled_as="96374",
    drug_name="EXAMPLEMAB",
    ndc="00000-0000-00",
)
SLOT = SupervisedSlot("member-1", "claim-1", 1, START, END, 42, True)
EXAMPLES: dict[str, Any] = {
    "RoutedClaim": (RoutedClaim(FIRST_EDITION, SOURCE, bytes(range(16))), RAW),
    "SupervisedClaim": SUPERVISED,
    "Reopen": (Reopen(SUPERVISED, "event-2", DRAFT.decided_at, (1, 2)), b""),
    "ClaimRecord": StoredClaim(
        ClaimRecord(
            claim_id="claim-1",
            status=ClaimStatus.OPEN,
            arrival=42,
            event_digests=(bytes(range(16)),),
            content_digest=bytes(range(16, 32)),
            revision=2,
            decision_id=DRAFT.decision_id,
            supervisors=("1245319599",),
            lines=(LINE,),
            source=SOURCE,
            outcome_digest=bytes(range(32, 48)),
            billing_npi="1234567893",
            line_count=3,
            frequency="7",
            replaces_unknown=True,
            replaced_line_count=4,
            rests_on=("claim-0",),
            answerable_lines=(1,),
            reviewed=DRAFT.findings,
            review_digests=(bytes(range(16)),),
            monitored_by=("1306849450",),
        ),
        RAW,
    ),
    "MemberClaims": (
        ListedClaim("claim-1", DAY, ("1234567893|2024-12-03",)),
        ListedClaim("claim-2", DAY, ()),
    ),
    "ListBranch": ListBranch(40, (DAY, *[None] * 14, date(2024, 12, 31))),
    "SupervisedDay": DayPage(
        (SLOT, SLOT._replace(line_number=2, occupies_time=False)),
        DayParts((1,), (10,), (42,), (30,), (10,), ("member-1",)),
        held=2,
        last_page=1,
    ),
    "SupervisedVisit": SupervisorRecord(
        (DAY,),
        42,
        SUPERVISED,
        (RefusedLine(DRAFT.findings[0], 2),),
        "event-1",
        (SLOT.start_time,),
        revision=2,
        event_order=43,
    ),
    "ReviewableClaim": StoredReviewable(
        ReviewableClaim(
            first_revision=1,
            decisions=(bytes(range(16)),),
            findings=DRAFT.findings,
            changes=(FindingChange("add-on-without-primary", 1, 1, True, True),),
            source=SOURCE,
        ),
        RAW,
    ),
    "RoutedReview": RoutedReview(
        "member-1",
        "claim-1",
        DRAFT.decision_id,
        ("1234567893",),
        SUPERVISED_REVIEW,
        DRAFT.decided_at,
        is_newest=False,
    ),
    "ReviewEvent": (REVIEW, b""),
    "SupervisedQuarters": (SupervisedQuarter(date(2024, 10, 1), DAY),),
    "OpenPend": OpenPend(("by-report-pricing", "add-on-without-primary"), WaitsFor.PAYER, DAY),
}
