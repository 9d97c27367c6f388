"""Findings, line outcomes and decisions (docs/spec/contract.md, ClaimDecision)."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha1
from typing import NamedTuple

_DECISIONS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:stream-edits:v1:decision").bytes
# Copied for each decision, since OpenSSL takes longer to look up SHA-1 than to copy it.
_HASHED = sha1(_DECISIONS, usedforsecurity=False)


class Disposition(StrEnum):
    """The result for a finding, a line or a claim, from least to most severe."""

    PASS = "PASS"
    PEND = "PEND"
    DENY = "DENY"


class Pricing(StrEnum):
    """How a line is priced: at its scheduled fee, or manually from a report."""

    FEE_SCHEDULE = "FEE_SCHEDULE"
    BY_REPORT = "BY_REPORT"


class WaitsFor(StrEnum):
    """Whose move a held claim is: nobody's, the provider's, a person's of the payer, or that of
    another claim."""

    NONE = "NONE"
    PROVIDER = "PROVIDER"
    PAYER = "PAYER"
    CLAIM = "CLAIM"


class FindingMode(StrEnum):
    """Whether a finding counts: one of an edit that the plan only monitors changes nothing."""

    ENFORCED = "ENFORCED"
    MONITORED = "MONITORED"


class RollUp(StrEnum):
    """How line dispositions give the claim's. With STRICT, one denied line denies the claim."""

    STANDARD = "standard"
    STRICT = "strict"


class EditFinding(NamedTuple):
    """What one edit found on one line, or on the whole claim when ``line_number`` is None.

    ``policy_id`` and ``policy_version`` name the policy and its revision that the edit used.
    ``group_code`` is the claim adjustment group of ``carc`` (X12 CAS01: CO, OA, PI or PR).
    ``review_id`` names the review that decided the finding, if there is one. A finding whose
    ``mode`` is MONITORED says what its edit would have done.
    """

    edit_id: str
    line_number: int | None
    disposition: Disposition
    message: str
    policy_section: str
    carc: str | None = None
    rarcs: tuple[str, ...] = ()
    requested_documents: tuple[str, ...] = ()
    recommended_code: str | None = None
    allowed_units: float | None = None
    related_claim_ids: tuple[str, ...] = ()
    policy_version: str = ""
    policy_id: str = ""
    group_code: str | None = None
    review_id: str | None = None
    mode: FindingMode = FindingMode.ENFORCED


class LineOutcome(NamedTuple):
    """The result for one claim line. Units are units of service, as on the claim.

    ``line_control_number`` is the claim's own (X12 REF*6R), for the remittance.
    """

    line_number: int
    procedure_code: str
    disposition: Disposition
    billed_units: float
    allowed_units: float
    pricing: Pricing
    recommended_code: str | None
    line_control_number: str | None = None


class Source(NamedTuple):
    """Where the claim was read: topic, partition and offset, or file name, 0 and line number."""

    topic: str
    partition: int
    offset: int


class Draft(NamedTuple):
    """A decision before its last hop: the supervision stage may still change it. Never published.

    ``revision`` counts from 1 for each claim; a revision supersedes the one before. ``policy_id``
    and ``policy_version`` name every policy that governs the claim, joined by ``;``. If none does,
    they name every policy of its line of business, or all loaded policies. ``due_by`` is the last
    day to pay or deny the claim, None if no policy sets one. ``withdrawn_claim_id`` is the claim
    that this one replaced or voided. A draft of an early version has no ``received_date``.
    ``monitored`` are the findings that count nowhere; as a decision they stand in ``findings``,
    after the others.
    """

    decision_id: str
    trigger_event_id: str | None
    revision: int
    supersedes: str | None
    claim_id: str
    event_id: str
    line_of_business: str
    encounter_keys: tuple[str, ...]
    disposition: Disposition
    applicable: bool
    lines: tuple[LineOutcome, ...]
    findings: tuple[EditFinding, ...]
    policy_id: str
    policy_version: str
    engine_version: str
    decided_at: datetime
    source: Source
    received_date: date | None = None
    due_by: date | None = None
    waits_for: WaitsFor = WaitsFor.NONE
    withdrawn_claim_id: str | None = None
    monitored: tuple[EditFinding, ...] = ()

    @property
    def all_findings(self) -> tuple[EditFinding, ...]:
        """The findings that count, and then the monitored ones."""
        return self.findings + self.monitored

    def final(self) -> "ClaimDecision":
        """This draft as a decision, once no hop is left."""
        # A copy of the tuple is faster than passing every field by name.
        decision = tuple.__new__(ClaimDecision, self)
        if not self.monitored:
            return decision
        return decision._replace(findings=self.all_findings, monitored=())


def parted(
    findings: Iterable[EditFinding],
) -> tuple[tuple[EditFinding, ...], tuple[EditFinding, ...]]:
    """The findings that count, and the monitored ones, each in the same order."""
    every = tuple(findings)
    monitored = tuple(f for f in every if f.mode is FindingMode.MONITORED)
    if not monitored:
        return every, ()
    return tuple(f for f in every if f.mode is not FindingMode.MONITORED), monitored


class ClaimDecision(Draft):
    """A decision as published on the topic of its disposition (docs/spec/contract.md)."""

    __slots__ = ()


def decision_id(claim_id: str, event_id: str, revision: int, policy_version: str) -> str:
    """The id of a decision: a version 5 UUID (RFC 9562) of the arguments, as text.

    The same arguments give the same id, so a replay reproduces it.
    """
    name = f"{claim_id}\x1f{event_id}\x1f{revision}\x1f{policy_version}"
    # Equal to str(uuid.uuid5(...)), without creating the UUID object.
    hashed = _HASHED.copy()
    hashed.update(name.encode())
    text = hashed.hexdigest()
    variant = _VARIANT[text[16]]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"


# A hexadecimal digit to the one with the bits 10 of RFC 9562's variant in front.
_VARIANT = {f"{digit:x}": f"{digit & 3 | 8:x}" for digit in range(16)}
