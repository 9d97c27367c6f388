"""Whether an edit counts: its dated mode, and the providers that are excluded from it."""

from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator

from stream_edits.domain.npi import is_npi
from stream_edits.policies.values.required_text import RequiredText

_NPI_DIGITS = 10


class EditMode(StrEnum):
    """What becomes of the findings of an edit.

    MONITOR shows them, and they change nothing. With OFF the edit is not judged.
    """

    ENFORCE = "enforce"
    MONITOR = "monitor"
    OFF = "off"


class Exclusion(BaseModel):
    """A billing provider that an edit is only monitored for, and who decided that, and where."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    npi: str
    reference: RequiredText
    approver: RequiredText

    @field_validator("npi", mode="before")
    @classmethod
    def _is_npi(cls, written: object) -> object:
        if not isinstance(written, str):
            raise ValueError("write the NPI in quotation marks: ten digits")
        if not is_npi(written):
            raise ValueError(
                "not an NPI: it has ten digits"
                if len(written) != _NPI_DIGITS or not written.isdecimal()
                else "not an NPI: its check digit does not fit, so one of its digits is wrong"
            )
        return written


def _mode(written: object) -> object:
    if isinstance(written, str) and written in list(EditMode):
        return EditMode(written)
    modes = list(EditMode)
    meant = get_close_matches(str(written).lower(), modes, n=1)
    hint = f"; did you mean {meant[0]}?" if meant else ""
    raise ValueError(f"a mode is enforce, monitor or off{hint}")


def _exclusions(written: object) -> object:
    if not isinstance(written, list | tuple):
        raise ValueError("a list is expected, of an npi, a reference and an approver each")
    npis = [each["npi"] for each in written if isinstance(each, dict) and "npi" in each]
    twice = next((npi for npi in npis if npis.count(npi) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice} is given twice")
    return tuple(written)


Mode = Annotated[EditMode, BeforeValidator(_mode)]
Exclusions = Annotated[tuple[Exclusion, ...], BeforeValidator(_exclusions)]
# The values that every edit has, with what holds before their first date.
DEFAULTS: dict[str, Any] = {"mode": EditMode.ENFORCE, "exclusions": ()}
# The same as a policy.yaml would say it.
WRITTEN_DEFAULTS: dict[str, Any] = {"mode": EditMode.ENFORCE.value, "exclusions": []}
