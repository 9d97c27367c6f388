"""A service line of an 837."""

from datetime import date
from typing import Any

from stream_edits.domain.claim import UNIT, ClaimForm, ServiceLine, Supervision
from stream_edits.domain.coded import clean_code

from .found import Values, Work
from .notes import Impossible, times_in
from .reading import Refused
from .segments import text_of
from .values import amount_of, days_of, integer_of, number_of

_PROCEDURE = "HC"
_LONGEST_NAME = 264
_TIMES_LEFT_OUT = "times in notes left out"


def service_line(line: Values, work: Work) -> ServiceLine:
    """The line. Raises Refused."""
    number = integer_of(line.get("line_number", ""))
    if number is None:
        raise Refused("a line without a number")
    if "units" not in line:
        raise Refused("no units")
    code = _code(line, work)
    first, last = days(line, work)
    known = work.known_lines.get(number, {})
    start, end = _times(line, work, known, first, last)
    quantity, unit = line.get("ndc_quantity", ""), clean_code(line.get("ndc_unit", ""))
    charge = line.get("charge_amount", "")
    return ServiceLine(
        line_number=number,
        procedure_code=code,
        modifiers=tuple([clean_code(m) for m in line.get("modifiers", ()) if m]),
        units=number_of(line["units"], "units"),
        service_date=first,
        service_date_through=last,
        start_time=start,
        end_time=end,
        place_of_service=clean_code(line.get("place_of_service", "")) or None,
        revenue_code=clean_code(line.get("revenue_code", "")) or None,
        charge_amount=amount_of(charge, "charge_amount") if charge else None,
        rendering_provider_npi=_provider("rendering_provider_npi", line, work),
        supervising_provider_npi=known.get("supervising_provider_npi")
        or work.known.get("supervising_provider_npi")
        or _provider("supervising_provider_npi", line, work),
        supervision=known.get("supervision")
        or work.known.get("supervision")
        or Supervision.NOT_STATED,
        diagnosis_pointers=_pointers(line),
        ndc_qualifier=clean_code(line.get("ndc_qualifier", "")) or None,
        ndc=text_of(line.get("ndc", "")) or None,
        drug_name=_drug_name(line, code),
        drug_dosage=f"{quantity} {unit}" if quantity and unit else None,
        unit_of_measure=clean_code(line.get("unit_of_measure", "")) or UNIT,
        ndc_quantity=number_of(quantity, "ndc_quantity") if quantity else None,
        ndc_unit=unit or None,
        line_control_number=text_of(line.get("line_control_number", "")) or None,
    )


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
    is_procedure = clean_code(line.get("code_qualifier", "")) == _PROCEDURE
    code = clean_code(line.get("procedure_code", "")) if is_procedure else ""
    if not code and work.found.transaction.form is ClaimForm.CMS1500:
        raise Refused("no HC code where the form needs one")
    return code


def _provider(name: str, line: Values, work: Work) -> str | None:
    """The first of the loops that names such a provider; one without an NPI has none."""
    for scope in (line, work.found.values, work.found.provider):
        if name in scope:
            return text_of(scope[name]) or None
    return None


def _pointers(line: Values) -> tuple[int, ...]:
    found = [integer_of(text) for text in line.get("diagnosis_pointers", ()) if text]
    return tuple([number for number in found if number is not None])


def _drug_name(line: Values, code: str) -> str | None:
    """The line's description. That of a service (a CPT code, without an NDC) names no drug."""
    if code[:1].isdigit() and not line.get("ndc"):
        return None
    return text_of(line.get("drug_name", ""))[:_LONGEST_NAME] or None


def _times(
    line: Values, work: Work, known: Values, first: date, last: date | None
) -> tuple[Any, Any]:
    """When the service began and ended: as the payer knows, or else as the line's note says."""
    if "start_time" in known or "end_time" in known:
        return known.get("start_time"), known.get("end_time")
    if not work.reading.note_times or "start_time" not in line:
        return None, None
    note = " ".join(text_of(elements[2]) for elements in line["start_time"] if len(elements) > 2)
    try:
        found = times_in(note, first)
    except Impossible:
        work.warnings[_TIMES_LEFT_OUT] += 1
        return None, None
    if found is None:
        return None, None
    if last is not None and last != first:
        work.warnings[_TIMES_LEFT_OUT] += 1
        return None, None
    return found
