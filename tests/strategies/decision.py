"""Strategies for decisions."""

from hypothesis import strategies as st

from stream_edits.domain.claim import LineOfBusiness
from stream_edits.domain.decision import (
    Disposition,
    Draft,
    EditFinding,
    FindingMode,
    LineOutcome,
    Pricing,
    Source,
    WaitsFor,
)
from tests.strategies.values import (
    dates,
    instants,
    int32s,
    int64s,
    maybe,
    several,
    texts,
    units,
)

sources = st.builds(Source, texts, int32s, int64s)
dispositions = st.sampled_from(Disposition)
findings = st.builds(
    EditFinding,
    texts,
    maybe(int32s),
    dispositions,
    texts,
    texts,
    maybe(texts),
    several(texts),
    several(texts),
    maybe(texts),
    maybe(units),
    several(texts),
    texts,
    texts,
    maybe(texts),
    maybe(texts),
    st.just(FindingMode.ENFORCED),
)
monitored = findings.map(lambda finding: finding._replace(mode=FindingMode.MONITORED))
outcomes = st.builds(
    LineOutcome,
    int32s,
    texts,
    dispositions,
    units,
    units,
    st.sampled_from(Pricing),
    maybe(texts),
)
drafts = st.builds(
    Draft,
    decision_id=texts,
    trigger_event_id=maybe(texts),
    revision=int32s,
    supersedes=maybe(texts),
    claim_id=texts,
    event_id=texts,
    line_of_business=st.sampled_from(LineOfBusiness).map(str),
    encounter_keys=several(texts),
    disposition=dispositions,
    applicable=st.booleans(),
    lines=several(outcomes),
    findings=several(findings),
    policy_id=texts,
    policy_version=texts,
    engine_version=texts,
    decided_at=instants,
    source=sources,
    received_date=maybe(dates),
    due_by=maybe(dates),
    waits_for=st.sampled_from(WaitsFor),
    withdrawn_claim_id=maybe(texts),
    monitored=several(monitored),
)
decisions = drafts.map(Draft.final)
