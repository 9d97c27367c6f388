"""Only one initial service in an encounter, unless a second IV site was needed (6.21-P IV.B.2)."""

from collections.abc import Iterator

from stream_edits.domain.decision import EditFinding, WaitsFor
from stream_edits.domain.documents import documents_in_words
from stream_edits.policies.edit_types import EncounterEdit, Group, LineFinding
from stream_edits.policies.encounter import Encounter, EncounterLine
from stream_edits.policies.khs_6_21_p.vocabulary.initial_service import initial_services
from stream_edits.policies.khs_6_21_p.vocabulary.one_unit import one_unit
from stream_edits.policies.khs_6_21_p.vocabulary.rules import Family, Role, VocabularyRules
from stream_edits.policies.khs_6_21_p.vocabulary.ways import separate_site
from stream_edits.policies.shared.units import units_paid
from stream_edits.policies.values.codes import Document
from stream_edits.policies.values.rules import EditRules, Outcome
from stream_edits.policies.ways import Ways
from stream_edits.text import counted


class Rules(EditRules):
    """Values of policy.yaml. Any one of ``documents`` justifies a second site."""

    documents: list[Document]
    surplus: Outcome
    second_site: Outcome

    def in_vain(self) -> Iterator[tuple[str, str]]:
        """Documents that are requested and justify nothing."""
        others = [x for x in self.second_site.requests if x not in self.documents]
        if others:
            yield (
                "second_site",
                f"no line is asked for {', '.join(others)}, which is not among documents: change "
                "both together",
            )


def judge(encounter: Encounter) -> Iterator[LineFinding]:
    """Deny surplus initial services, cut units to one, ask for the reason of a second site."""
    initial = encounter.fact(initial_services)
    for line in initial.extra_initials:
        leading = initial.overruled or initial.leading or line
        yield line, _surplus(line, leading, encounter.code_of(leading))
    for line in initial.second_sites:
        rules = line.policy[Rules]
        if line.documents.isdisjoint(rules.documents):
            yield line, _second_site(line)
    extra = {line.position for line in initial.extra_initials} if initial.extra_initials else ()
    for line in encounter.open:
        if (
            line.code in line.policy[VocabularyRules].initials
            and line.position not in extra
            and encounter.allowed_units(line) > 1
        ):
            yield line, _cut_to_one(line)


def _surplus(line: EncounterLine, leading: EncounterLine, leading_code: str) -> EditFinding:
    rules, words = line.policy[Rules], line.policy[VocabularyRules]
    instead = words.add_on_form.get(line.code)
    remedy = (
        f"Bill {one_unit(instead, line.units)} instead, {_condition(line, instead)}as a "
        f"service added to {leading_code}, with the documents that {instead} needs"
        if instead
        else f"{line.code} has no add-on form to bill instead; leave it on the claim "
        "if services are added to it"
    )
    other = () if leading.claim_id == line.claim_id else (leading.claim_id,)
    return rules.finding(
        rules.surplus,
        line.line_number,
        f"{line.code} was billed as an initial service, but the encounter already has "
        f"{leading_code} as its initial service and the policy allows one. {remedy}; if protocol "
        "required a second site, bill it with a separate-site modifier and the justification; "
        f"bill the lines of a second visit that day with {words.visits.second_visit}.",
        recommended_code=instead,
        related_claim_ids=other,
    )


def _condition(line: EncounterLine, add_on: str) -> str:
    """What the add-on needs: a sequential service another drug (Procedure Code Definitions), and
    hydration a time of its own (IV.B.3)."""
    traits = line.policy[VocabularyRules].administration[add_on]
    if traits.role is Role.SEQUENTIAL:
        return "if it gave another drug, "
    return "if no other infusion ran then, " if traits.family is Family.HYDRATION else ""


def _second_site(line: EncounterLine) -> EditFinding:
    """Any one of the documents will do: the finding requests those that the outcome names, or else
    the first, and the message offers the others as well."""
    rules = line.policy[Rules]
    outcome, documents = rules.second_site, rules.documents
    message = f"{line.code} was billed as the initial service of a second site."
    first = [x for x in outcome.requests if x in documents] or documents[:1]
    if outcome.requests:
        outcome = outcome.asking_for(first)
    if first:
        message += (
            f" Send {documents_in_words(first[:1])} (the protocol that required two separate "
            "sites) for this line"
        )
        others = [x for x in (*first, *documents) if x != first[0]]
        if others:
            words = documents_in_words(dict.fromkeys(others), {"by_report": "a report"}, "or")
            message += f", or {words} that gives it"
        message += "."
    return rules.finding(outcome, line.line_number, message)


def _cut_to_one(line: EncounterLine) -> EditFinding:
    rules = line.policy[Rules]
    return rules.finding(
        rules.surplus,
        line.line_number,
        f"{line.code} was billed with {counted(line.units, 'units')}, but an initial service is "
        f"one unit an encounter. {units_paid(rules.surplus, 1.0)} Bill further time or drugs with "
        "the add-on codes.",
        allowed_units=1.0,
    )


EDIT = EncounterEdit(
    "multiple-initial-codes",
    Group.SEQUENCE,
    Rules,
    judge,
    only_on=lambda policy: policy[VocabularyRules].initials,
    keeps_primary=True,
    waits_for=WaitsFor.PROVIDER,
    ways=Ways(
        modifiers=separate_site,
        documents=lambda policy, code: tuple(policy[Rules].documents),
        second_visit=True,
    ),
)
