"""Strategies for messages between stages and for their state."""

from hypothesis import strategies as st

from stream_edits.domain.decision import WaitsFor
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
from tests.strategies.decision import dispositions, drafts, findings, sources
from tests.strategies.values import (
    dates,
    instants,
    int32s,
    int64s,
    maybe,
    several,
    texts,
    units,
    wall_clocks,
)

supervised_times = st.builds(SupervisedTime, int32s, texts, texts, dates, wall_clocks, wall_clocks)
supervised_reviews = st.builds(
    SupervisedReview,
    texts,
    int32s,
    maybe(int32s),
    st.sampled_from(ReviewOutcome),
    maybe(units),
    maybe(texts),
    several(texts),
    maybe(texts),
)
supervised_claims = st.builds(
    SupervisedClaim,
    texts,
    several(texts),
    maybe(texts),
    several(supervised_times),
    drafts,
    several(findings),
    texts,
    maybe(supervised_reviews),
    several(supervised_times),
    several(texts),
    texts,
    int64s,
    int32s,
    st.booleans(),
)
routed_reviews = st.builds(
    RoutedReview, texts, texts, texts, several(texts), supervised_reviews, instants, st.booleans()
)
reopens = st.builds(Reopen, supervised_claims, texts, instants, several(int32s))
slots = st.builds(
    SupervisedSlot, texts, texts, int32s, wall_clocks, wall_clocks, int64s, st.booleans()
)
supervisor_records = st.builds(
    SupervisorRecord,
    several(dates),
    int64s,
    maybe(supervised_claims),
    several(st.builds(RefusedLine, findings, int32s)),
    texts,
    several(wall_clocks),
    int32s,
    int64s,
)
day_parts = several(st.tuples(*[int64s] * 5, texts)).map(
    lambda rows: DayParts(*zip(*rows, strict=True)) if rows else DayParts()
)
day_pages = st.builds(DayPage, several(slots), day_parts, int32s, int32s)
open_pends = st.builds(OpenPend, several(texts), st.sampled_from(WaitsFor), maybe(dates))
quarters = st.builds(SupervisedQuarter, dates, dates)
listed_claims = st.builds(ListedClaim, texts, dates, several(texts))
list_branches = st.builds(ListBranch, int32s, st.tuples(*[maybe(dates)] * 16))
line_records = st.builds(
    LineRecord,
    int32s,
    texts,
    several(texts),
    units,
    units,
    dates,
    maybe(wall_clocks),
    maybe(wall_clocks),
    texts,
    dispositions,
    st.booleans(),
    st.booleans(),
    *[maybe(texts)] * 4,
)
digests = st.binary(min_size=16, max_size=16)
claim_records = st.builds(
    ClaimRecord,
    claim_id=texts,
    status=st.sampled_from(ClaimStatus),
    arrival=int64s,
    event_digests=several(digests),
    content_digest=digests | st.just(b""),
    revision=int32s,
    decision_id=maybe(texts),
    supervisors=several(texts),
    lines=several(line_records),
    claim=st.none(),
    encounter_keys=st.just(()),
    source=maybe(sources),
    outcome_digest=digests | st.just(b""),
    billing_npi=texts,
    line_count=int32s,
    frequency=texts,
    replaces_unknown=st.booleans(),
    replaced_line_count=int32s,
    rests_on=several(texts),
    answerable_lines=several(int32s),
    reviewed=several(findings),
    review_digests=several(digests),
)
finding_changes = st.builds(
    FindingChange, texts, maybe(int32s), int32s, st.booleans(), st.booleans()
)
reviewable_claims = st.builds(
    ReviewableClaim,
    first_revision=int32s,
    decisions=several(digests),
    findings=several(findings),
    changes=several(finding_changes),
    claim=st.none(),
    source=maybe(sources),
)
