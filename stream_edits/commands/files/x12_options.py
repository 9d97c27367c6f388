"""How X12 files are to be read, as the command line says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from stream_edits.codec.x12 import (
    KINDS,
    BadEnrichment,
    ClaimNumber,
    Enrichment,
    Reading,
    read_enrichment,
)
from stream_edits.domain.claim import LineOfBusiness
from stream_edits.handbook.overlay_strings import documents_of, misspelt
from stream_edits.policies.content.content import packaged_content
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.strict_yaml import YamlError, load

_NO_LINE_OF_BUSINESS = (
    "an X12 file does not say the line of business: give --line-of-business, or --payer-map with "
    "the line of business of each payer"
)
_IS_FILING = re.compile(r"SBR09\*[A-Z0-9]{1,2}")
_IS_REPORT_TYPE = re.compile(r"[A-Z0-9]{2}")
_NO_CLAIM_ID = (
    "an X12 file has no number of the payer for its claims, so say with --claim-id which number is "
    "the claim_id: REF*D9 (the clearinghouse's), CLM01 (the provider's own, not unique among "
    "providers), or icn-file (the payer's, from the file of --enrich)"
)


class BadX12Option(Exception):
    """An option for X12 files is missing or cannot be used."""


@dataclass(frozen=True, kw_only=True)
class X12Options:
    """The options as given; none has a value of its own that an X12 file could not state."""

    line_of_business: str | None = None
    payer_map: Path | None = None
    claim_id: str | None = None
    time_zone: str | None = None
    enrich: Path | None = None
    pwk_map: Path | None = None
    note_times: bool = False

    @property
    def given(self) -> bool:
        """Whether any is given."""
        return self != X12Options()


def reading_of(options: X12Options, recorded_ms: int) -> Reading:
    """How to read X12 files whose claims count as recorded at that time (ms since 1970, UTC).

    Raises BadX12Option.
    """
    if options.line_of_business is None and options.payer_map is None:
        raise BadX12Option(_NO_LINE_OF_BUSINESS)
    if options.claim_id is None:
        raise BadX12Option(_NO_CLAIM_ID)
    number = ClaimNumber(options.claim_id)
    if number is ClaimNumber.ICN_FILE and options.enrich is None:
        raise BadX12Option("--claim-id icn-file takes the claims' numbers from --enrich FILE")
    line = options.line_of_business
    return Reading(
        claim_number=number,
        is_drug=packaged_content().is_drug,
        line_of_business=None if line is None else LineOfBusiness(line),
        payers=_payers(options.payer_map),
        kinds=_kinds(options.pwk_map),
        time_zone=_zone(options.time_zone),
        note_times=options.note_times,
        enrichment=_enrichment(options.enrich),
        recorded_ms=recorded_ms,
    )


def _payers(file: Path | None) -> Mapping[str, LineOfBusiness]:
    payers: dict[str, LineOfBusiness] = {}
    for payer, line in _mapping(file, "--payer-map").items():
        if not isinstance(line, str) or line not in set(LineOfBusiness):
            allowed = ", ".join(LineOfBusiness)
            raise BadX12Option(f"--payer-map: {file}: each payer has one of {allowed}")
        if "*" in payer and not _IS_FILING.fullmatch(payer):
            raise BadX12Option(
                f"--payer-map: {file}: {payer} is neither a payer id nor a claim filing code, such "
                "as SBR09*MC"
            )
        payers[payer] = LineOfBusiness(line)
    return payers


def _kinds(file: Path | None) -> Mapping[str, tuple[str, ...]]:
    kinds = dict(KINDS)
    for code, said in _mapping(file, "--pwk-map").items():
        of_code = [said] if isinstance(said, str) else said
        if not isinstance(of_code, list) or not all(_is_filled(kind) for kind in of_code):
            raise BadX12Option(f"--pwk-map: {file}: each code has a kind of attachment or a list")
        if not _IS_REPORT_TYPE.fullmatch(code.upper()):
            raise BadX12Option(
                f"--pwk-map: {file}: {code} is not a report type code of two characters (PWK01)"
            )
        kinds[code.upper()] = tuple(of_code)
    if file is not None:
        _check_spelling("--pwk-map", file, {kind for of_code in kinds.values() for kind in of_code})
    return kinds


def _check_spelling(option: str, file: Path, kinds: set[str]) -> None:
    """Refuse a kind that is nearly one which the policies ask for: nobody would find it."""
    asked = {kind for policy in load_policies().all for kind in documents_of(policy)}
    for problem in misspelt(sorted(kinds - asked), asked):
        raise BadX12Option(f"{option}: {file}: {problem}")


def _is_filled(kind: object) -> bool:
    return isinstance(kind, str) and bool(kind.strip())


def _mapping(file: Path | None, option: str) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        found = load(file)
    except YamlError as error:
        raise BadX12Option(f"{option}: {error}") from None
    if not isinstance(found, dict):
        raise BadX12Option(f"{option}: {file}: a mapping is expected")
    if not all(isinstance(key, str) for key in found):
        raise BadX12Option(f"{option}: {file}: write keys of digits in quotes, or they lose zeros")
    return {key.strip(): value for key, value in found.items()}


def _zone(name: str | None) -> tzinfo:
    if name is None or name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadX12Option(
            "--time-zone is not a time zone that this machine knows: give one such as "
            "America/Los_Angeles"
        ) from None


def _enrichment(file: Path | None) -> Enrichment:
    if file is None:
        return Enrichment()
    try:
        with file.open("rb") as opened:
            known = read_enrichment(opened)
    except OSError as error:
        raise BadX12Option(f"--enrich: {file} cannot be read: {error.strerror}") from None
    except BadEnrichment as error:
        raise BadX12Option(f"--enrich: {file}: {error}") from None
    _check_spelling("--enrich", file, _documents_in(known))
    return known


def _documents_in(known: Enrichment) -> set[str]:
    by_line = (values for lines in known.lines.values() for values in lines.values())
    every = (*known.documents.values(), *known.claims.values(), *by_line)
    return {kind for values in every for kind in values.get("kinds", ())}
