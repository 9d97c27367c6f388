"""The types of policy values: code lists, outcomes, and the rules of one edit on one date."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stream_edits.domain.claim import ClaimForm, ServiceLine
from stream_edits.domain.decision import Disposition, EditFinding
from stream_edits.domain.encounter import VisitCodes
from stream_edits.policies.values.codes import CodeSet, Document
from stream_edits.policies.values.mode import EditMode, Exclusions, Mode
from stream_edits.policies.values.x12_codes import group_code


class GovernedMark:
    """Marks a code list in rules: the policy governs claims with one of its codes."""


# A set of procedure codes. The policy governs claims with one of them.
ProcedureCodes = Annotated[CodeSet, GovernedMark()]
# Strict, because not every type that has one is.
Count = Annotated[float, Field(strict=True, gt=0, le=1_000_000, allow_inf_nan=False)]
# At most a year: far longer than any service, and far below the limit of a timedelta.
Minutes = Annotated[int, Field(strict=True, ge=0, le=366 * 24 * 60)]
Days = Annotated[float, Field(strict=True, gt=0, le=366, allow_inf_nan=False)]


_REPLACED = "replacement claim"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Outcome(_Value):
    """The values of a finding: disposition, reason codes, and documents to request."""

    disposition: Annotated[Disposition, Field(strict=False)]
    carc: str | None = None
    rarcs: Annotated[tuple[str, ...], Field(strict=False)] = ()
    requests: Annotated[tuple[Document, ...], Field(strict=False)] = ()
    section: str | None = None

    @model_validator(mode="after")
    def _is_payable_reason(self) -> Self:
        if self.disposition is Disposition.DENY and not self.carc:
            raise ValueError("a DENY needs a CARC: write carc")
        if self.disposition is Disposition.PEND and self.requests and not self.carc:
            raise ValueError(
                "a PEND that asks for a document needs a CARC: write carc, or requests: []"
            )
        if self.requests and self.carc == "16":
            raise ValueError(
                "CARC 16 is not to be used for a missing attachment: write another carc, or "
                "requests: []"
            )
        return self

    def asking_for(self, documents: Iterable[str]) -> Self:
        """The same outcome with other documents to request."""
        return self.model_copy(update={"requests": tuple(documents)})

    def without(self, sent: Collection[str]) -> Self:
        """The same outcome, which requests no document that was sent."""
        return self.asking_for(each for each in self.requests if each not in sent)


def _sent_again(outcome: Outcome, line_number: int | None, message: str) -> str:
    """How to send what is asked for with a denial, where the message does not say it."""
    if not outcome.requests or _REPLACED in message:
        return ""
    what = "claim" if line_number is None else "line"
    return f" The {what} is denied: send it again with what is asked for on a {_REPLACED}."


class EditRules(_Value):
    """The values of one edit that are in force on a date. Each edit adds its own fields.

    ``mode`` and ``exclusions`` are values of every edit. A field with a default is a value that
    may be left out. ``of_shape`` marks the rules of edits
    that are YAML alone.
    """

    of_shape: ClassVar[bool] = False

    edit_id: str
    section: str
    version: str
    effective: date
    policy_id: str
    mode: Mode = EditMode.ENFORCE
    exclusions: Exclusions = ()

    def mode_for(self, billing_npi: str) -> EditMode:
        """The mode of the edit for claims of a billing provider."""
        if self.mode is EditMode.ENFORCE and any(x.npi == billing_npi for x in self.exclusions):
            return EditMode.MONITOR
        return self.mode

    def finding(
        self,
        outcome: Outcome,
        line_number: int | None,
        message: str,
        *,
        recommended_code: str | None = None,
        allowed_units: float | None = None,
        related_claim_ids: tuple[str, ...] = (),
        section: str | None = None,
    ) -> EditFinding:
        """A finding of this edit, with its section, reason codes and policy version.

        A DENY with ``allowed_units`` above zero only cuts units back, so it becomes a PASS. If the
        plan has changed the outcome to PEND or PASS, ``allowed_units`` is ignored. Where it has
        changed one that asks for documents to DENY, the message says how to send them.
        """
        if outcome.disposition is not Disposition.DENY:
            allowed_units = None
        cut = allowed_units is not None and allowed_units > 0
        disposition = Disposition.PASS if cut else outcome.disposition
        if disposition is Disposition.DENY:
            message += _sent_again(outcome, line_number, message)
        return EditFinding(
            edit_id=self.edit_id,
            line_number=line_number,
            disposition=disposition,
            message=message,
            policy_section=section or outcome.section or self.section,
            carc=outcome.carc,
            rarcs=outcome.rarcs,
            requested_documents=outcome.requests,
            recommended_code=recommended_code,
            allowed_units=allowed_units,
            related_claim_ids=related_claim_ids,
            policy_version=self.version,
            policy_id=self.policy_id,
            group_code=group_code(outcome.carc),
        )

    @classmethod
    def governing_fields(cls) -> list[str]:
        """The names of the fields whose codes the policy governs."""
        return [
            name
            for name, field in cls.model_fields.items()
            if any(isinstance(mark, GovernedMark) for mark in field.metadata)
        ]

    def governed_codes(self) -> frozenset[str]:
        """Every procedure code that these rules name."""
        found: set[str] = set()
        for name in self.governing_fields():
            value: Any = getattr(self, name)
            found |= value
        return frozenset(found)

    def names_line(self, line: ServiceLine, form: ClaimForm) -> bool:
        """Whether these rules name a line by something else than its procedure code.

        It may ask for the line's codes, modifiers, NDC and drug name only: the answer for a line
        that has nothing but codes is kept.
        """
        return False

    def accompanies(self, line: ServiceLine, form: ClaimForm) -> bool:
        """Whether a line bears on the other lines of its claim, without making it applicable.

        It may ask for the same as ``names_line``.
        """
        return False

    def explains(self, procedure_code: str, revenue_code: str) -> bool:
        """Whether a line with these codes may say what others of its day were for.

        It makes no claim applicable. The answer is kept, so it must depend on the codes alone.
        """
        return False

    def in_vain(self) -> Iterator[tuple[str, str]]:
        """What in these values has no effect: each name of a value, and what of it."""
        yield from ()

    def visit_codes(self) -> VisitCodes | None:
        """What these rules say about visits, None if they say nothing."""
        return None
