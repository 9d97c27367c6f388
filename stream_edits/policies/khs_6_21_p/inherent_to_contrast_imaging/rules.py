"""The values of the edit."""

from pydantic import BaseModel, ConfigDict

from stream_edits.policies.content.value import Categories
from stream_edits.policies.encounter import EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.products import category_of
from stream_edits.policies.values.codes import CodeSet
from stream_edits.policies.values.rules import EditRules, Minutes, Outcome, ProcedureCodes


class Procedures(BaseModel):
    """Procedures of one kind: those of some categories, and single codes.

    ``only_with`` are categories of which the day must have a code, where the procedure alone does
    not show that anything was given. ``includes`` are the infusions and pushes that are part of
    them; empty for all that the edit judges. ``own_categories`` and ``own_codes`` are the drugs for
    them. Drugs that the content table knows as none, such as contrast agents, need not be named.
    ``take_long`` means that what is given for them may be a long infusion.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    categories: Categories = frozenset()
    codes: CodeSet = frozenset()
    only_with: Categories = frozenset()
    includes: CodeSet = frozenset()
    own_categories: Categories = frozenset()
    own_codes: CodeSet = frozenset()
    take_long: bool = False

    def own(self, drug: EncounterLine) -> bool:
        """Whether the line bills a drug that is given for the procedures."""
        return drug.code in self.own_codes or category_of(drug) in self.own_categories


class LongInfusion(BaseModel):
    """What shows that an infusion with one of ``codes`` was no bolus.

    It has an additional hour in its visit (``additional_hours``), or documented time above
    ``more_than_minutes``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    codes: CodeSet
    additional_hours: CodeSet
    more_than_minutes: Minutes


class OtherRoute(BaseModel):
    """Injections that put contrast elsewhere than into a vein, and the studies of that place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    injections: CodeSet
    studies: CodeSet


class Rules(EditRules):
    """Values of policy.yaml. ``procedures`` are by the name of their kind, for a message.

    ``other_routes`` are by the place that their contrast is put into.
    ``inherent`` is the outcome of a line that belongs to the procedure, ``unexplained`` that of a
    line that was billed as given apart from it.
    """

    codes: ProcedureCodes
    procedures: dict[str, Procedures]
    other_routes: dict[str, OtherRoute]
    long_infusion: LongInfusion
    inherent: Outcome
    unexplained: Outcome

    def explains(self, procedure_code: str, revenue_code: str) -> bool:
        """Whether the code is a single one of the procedures, or an injection by another route."""
        return any(procedure_code in kind.codes for kind in self.procedures.values()) or any(
            procedure_code in route.injections for route in self.other_routes.values()
        )

    def injections_for(self, study: str) -> frozenset[str]:
        """The injections that put the contrast of a study elsewhere than into a vein."""
        routes = self.other_routes.values()
        return frozenset[str]().union(*(x.injections for x in routes if study in x.studies))
