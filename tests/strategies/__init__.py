"""Hypothesis strategies for domain values, with all values that the contract allows."""

from tests.strategies.claim import attachments, claims, service_lines
from tests.strategies.decision import decisions, dispositions, findings, outcomes, sources
from tests.strategies.records import (
    claim_records,
    line_records,
    listed_claims,
    open_pends,
    quarters,
    reopens,
    reviewable_claims,
    routed_reviews,
    slots,
    supervised_claims,
    supervised_times,
    supervisor_records,
)
from tests.strategies.values import (
    amounts,
    dates,
    instants,
    int32s,
    int64s,
    texts,
    units,
    wall_clocks,
)

__all__ = [
    "amounts",
    "attachments",
    "claim_records",
    "claims",
    "dates",
    "decisions",
    "dispositions",
    "findings",
    "instants",
    "int32s",
    "int64s",
    "line_records",
    "listed_claims",
    "open_pends",
    "outcomes",
    "quarters",
    "reopens",
    "reviewable_claims",
    "routed_reviews",
    "service_lines",
    "slots",
    "sources",
    "supervised_claims",
    "supervised_times",
    "supervisor_records",
    "texts",
    "units",
    "wall_clocks",
]
