"""A service line of an 837."""

from collections.abc import Callable
from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import Any

from stream_edits.domain.claim import UNIT, ClaimForm, ServiceLine

from .found import Values, Work
from .notes import Impossible, times_in
from .reading import Refused
from .segments import text_of
from .values import amount_of, code_of, days_of, integer_of, number_of

_PROCEDURE = "HC"
_LONGEST_NAME = 264
_PROVIDERS = ("rendering_provider_npi", "supervising_provider_npi")
# What the file of `--enrich` may say of all lines of a claim.
_KNOWN = ("supervision", "supervising_provider_npi")
_TIMES_LEFT_OUT = "times in notes left out"


def service_line(line: Values, work: Work) -> ServiceLine:
    """The line. Raises Refused."""
    if "units" not in line:
        raise Refused("no units")
    said = _BLANK.copy()
    for name, text in line.items():
        rule = _RULES.get(name)
        if rule is not None and text:
            said[name] = rule(text, name)
    if said["line_number"] is None:
        raise Refused("a line without a number")
    code = _code(line, work)
    first, last = days(line, work)
    said["procedure_code"], said["service_date"], said["service_date_through"] = code, first, last
    said["drug_name"] = _drug_name(line, code)
    if said["ndc_quantity"] is not None and said["ndc_unit"]:
        said["drug_dosage"] = f"{line['ndc_quantity']} {said['ndc_unit']}"
    for name in _PROVIDERS:
        said[name] = _provider(name, line, work)
    if work.known or work.known_lines:
        said |= {name: work.known[name] for name in _KNOWN if name in work.known}
        said |= work.known_lines.get(said["line_number"], {})
        said.pop("kinds", None)
    if work.reading.note_times and "start_time" in line and said["start_time"] is None:
        said["start_time"], said["end_time"] = _times_of_note(line, work, first, last)
    # A frozen dataclass's own constructor sets fields one by one, which takes as long as all this.
    made = object.__new__(ServiceLine)
    vars(made).update(said)
    return made


def days(line: Values, work: Work) -> tuple[date, date | None]:
    """The line's day, or first and last day. Raises Refused."""
    stated = line.get("service_date", ())
    if not stated:
        return statement_days(work)
    return _one_of(stated)


def statement_days(work: Work) -> tuple[date, date | None]:
    """The days of the statement (DTP*434) of an institutional claim. Raises Refused."""
    return _one_of(work.found.values.get("statement_from", ()))


def _one_of(dates: list[list[str]] | tuple[()]) -> tuple[date, date | None]:
    """The days of DTP segments that say the same. Raises Refused."""
    found = {(elements[2], elements[3]) for elements in dates if len(elements) > 3}
    if len(found) > 1:
        raise Refused("two dates where one belongs")
    if not found:
        raise Refused("no date")
    qualifier, text = found.pop()
    return days_of(qualifier.strip(), text.strip())


def _code(line: Values, work: Work) -> str:
    """The procedure code; blank for a revenue line, and for a HIPPS code, which is none."""
    is_procedure = code_of(line.get("code_qualifier", "")) == _PROCEDURE
    code = code_of(line.get("procedure_code", "")) if is_procedure else ""
    if not code and work.found.transaction.form is ClaimForm.CMS1500:
        raise Refused("no HC code where the form needs one")
    return code


def _provider(name: str, line: Values, work: Work) -> str | None:
    """The first of the loops that names such a provider; one without an NPI has none."""
    for scope in (line, work.found.values, work.found.provider):
        if name in scope:
            return text_of(scope[name]) or None
    return None


def _drug_name(line: Values, code: str) -> str | None:
    """The line's description. That of a service (a CPT code, without an NDC) names no drug."""
    if code[:1].isdigit() and not line.get("ndc"):
        return None
    return text_of(line.get("drug_name", ""))[:_LONGEST_NAME] or None


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


def _text(text: str, name: str) -> str:
    return text_of(text)


def _of_code(text: str, name: str) -> str | None:
    return code_of(text) or None


def _unit(text: str, name: str) -> str:
    return code_of(text) or UNIT


def _modifiers(parts: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple([code_of(part) for part in parts if part])


def _pointers(parts: tuple[str, ...], name: str) -> tuple[int, ...]:
    found = [integer_of(part) for part in parts if part]
    return tuple([number for number in found if number is not None])


def _whole(text: str, name: str) -> int | None:
    return integer_of(text)


# How the text of a field becomes its value; the others have rules of their own above.
_RULES: dict[str, Callable[[Any, str], Any]] = {
    "line_number": _whole,
    "modifiers": _modifiers,
    "units": number_of,
    "place_of_service": _of_code,
    "revenue_code": _of_code,
    "charge_amount": amount_of,
    "diagnosis_pointers": _pointers,
    "ndc_qualifier": _of_code,
    "ndc": _text,
    "unit_of_measure": _unit,
    "ndc_quantity": number_of,
    "ndc_unit": _of_code,
    "line_control_number": _text,
}
_BLANK: Values = {x.name: None if x.default is MISSING else x.default for x in fields(ServiceLine)}
