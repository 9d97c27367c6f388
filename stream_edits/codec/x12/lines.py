"""A service line of an 837."""

from collections.abc import Collection
from dataclasses import MISSING, fields
from datetime import date, datetime

from stream_edits.domain.claim import ClaimForm, ServiceLine

from .found_claim import Values, Work, made
from .notes import Impossible, times_in
from .reading import RefusedClaim
from .rules import UNREADABLE
from .segments import text_of
from .table import places
from .values import days_of

_PROCEDURE, _HIPPS = "HC", "HP"
_QUALIFIER_LENGTH = 2
_NDC = "N4"
_SERVICE = {ClaimForm.CMS1500: "SV1", ClaimForm.UB04: "SV2"}
_PROVIDERS = ("rendering_provider_npi", "supervising_provider_npi")
# What the file of `--enrich` may say of all lines of a claim.
_KNOWN = ("supervision", "supervising_provider_npi")
_TIMES_LEFT_OUT = "times in notes left out"


def service_line(line: Values, work: Work) -> ServiceLine:
    """The line. Raises RefusedClaim."""
    if "units" not in line:
        raise RefusedClaim(_without_units(line, work.found.transaction.form))
    if UNREADABLE in line:
        raise RefusedClaim(line[UNREADABLE])
    said = _BLANK | line
    said["start_time"] = None
    if said["line_number"] is None:
        raise RefusedClaim("a line without a number")
    code = _code(said, work)
    first, last = days(line, work)
    said["procedure_code"], said["service_date"], said["service_date_through"] = code, first, last
    if said["drug_name"] is not None:
        said["drug_name"] = _drug_name(said, code, work)
    if said["drug_dosage"] is not None:
        unit = said["ndc_unit"]
        said["drug_dosage"] = f"{said['drug_dosage']} {unit}" if unit else None
    for name in _PROVIDERS:
        said[name] = _provider(name, line, work)
    for name in _BESIDE & line.keys():
        del said[name]
    if work.known or work.known_lines:
        said |= {name: work.known[name] for name in _KNOWN if name in work.known}
        said |= work.known_lines.get(said["line_number"], {})
        said.pop("kinds", None)
        if said["start_time"] and said["end_time"] and said["end_time"] < said["start_time"]:
            raise RefusedClaim("enrich entries that give an end_time before the start_time")
    is_open = said["start_time"] is None and said["end_time"] is None
    if work.reading.note_times and "start_time" in line and is_open:
        said["start_time"], said["end_time"] = _times_of_note(line, work, first, last)
    return made(ServiceLine, said)


def _without_units(line: Values, form: ClaimForm) -> str:
    """Why a line has no units: it may have the other form's segment, or none, for its service."""
    segment = _SERVICE[form]
    is_stated = any(place.field in line for place in places(form)["2400"][segment])
    return "no units" if is_stated else f"a line without {segment}"


def days(line: Values, work: Work) -> tuple[date, date | None]:
    """The line's day, or first and last day. Raises RefusedClaim."""
    stated = line.get("service_date", ())
    if not stated:
        return statement_days(work)
    return _one_of(stated)


def statement_days(work: Work) -> tuple[date, date | None]:
    """The days of the statement (DTP*434) of an institutional claim. Raises RefusedClaim."""
    return _one_of(work.found.values.get("statement_from", ()))


def _one_of(dates: Collection[tuple[str, ...]]) -> tuple[date, date | None]:
    """The days of DTP segments that say the same. Raises RefusedClaim."""
    found = {elements[2:4] for elements in dates if len(elements) > 3}
    if len(found) > 1:
        raise RefusedClaim("two dates where one belongs")
    if not found:
        raise RefusedClaim("no date")
    qualifier, text = found.pop()
    return days_of(qualifier.strip(), text.strip())


def _code(said: Values, work: Work) -> str:
    """The procedure code; blank for a revenue line, and for a HIPPS code, which is none."""
    qualifier = said.get("code_qualifier")
    if (qualifier or said["procedure_code"]) and len(qualifier or "") != _QUALIFIER_LENGTH:
        raise RefusedClaim("a code without its qualifier")
    is_procedure = qualifier == _PROCEDURE
    code: str = said["procedure_code"] or "" if is_procedure else ""
    if not code and work.found.transaction.form is ClaimForm.CMS1500:
        raise RefusedClaim("no HC code where the form needs one")
    if said["procedure_code"] and not is_procedure and qualifier != _HIPPS:
        work.warnings["codes of another kind than HC and HP, left out"] += 1
    return code


def _provider(name: str, line: Values, work: Work) -> str | None:
    """The first of the loops that names such a provider; one without an NPI has none."""
    for scope in (line, work.found.values, work.found.provider):
        if name in scope:
            return scope[name] or None
    return None


def _drug_name(said: Values, code: str, work: Work) -> str | None:
    """The line's description, if it bills a drug. That of a service or a supply names none."""
    names_ndc = said["ndc_qualifier"] == _NDC and said["ndc"]
    return said["drug_name"] or None if names_ndc or work.reading.is_drug(code) else None


def _times_of_note(
    line: Values, work: Work, first: date, last: date | None
) -> tuple[datetime | None, datetime | None]:
    """When the service began and ended, as the line's note says."""
    note = " ".join(text_of(elements[2]) for elements in line["start_time"] if len(elements) > 2)
    try:
        found = times_in(note, first)
    except Impossible:
        work.warnings[_TIMES_LEFT_OUT] += 1
        return None, None
    if found is not None and last not in (None, first):
        work.warnings[_TIMES_LEFT_OUT] += 1
        return None, None
    return found or (None, None)


# What a line's values hold besides the fields of a line.
_BESIDE = {"code_qualifier", "attachments_of_line"}
_BLANK: Values = {x.name: None if x.default is MISSING else x.default for x in fields(ServiceLine)}
