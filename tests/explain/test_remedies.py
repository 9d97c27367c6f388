"""Each kind of remedy, and each reason for having none."""

from datetime import timedelta

import pytest

from stream_edits.domain.claim import ClaimEvent, Supervision
from stream_edits.domain.decision import Disposition, RollUp
from stream_edits.explain.changes import ChangeKind, LineChange, combined, sent_again
from stream_edits.explain.remedies import Answer, answers
from stream_edits.explain.trial import Trial
from stream_edits.explain.wording import (
    answer_in_words,
)
from tests.build import claim, infusion, line, replacing
from tests.explain.told import builder, changes_of, the_answer, told
from tests.remedies.counting import broken, counted, forbidden, history_of

NECESSITY = ("supervision_documentation", "by_report", "medical_necessity")
DRUG = line("J1745", units=4.0)


def without(kind: str) -> tuple[str, ...]:
    kinds = ("supervision_documentation", "by_report", "medical_justification")
    return tuple(each for each in kinds if each != kind)


@pytest.mark.parametrize(
    ("given", "line_number", "expected"),
    [
        (
            claim("A", line("96365"), DRUG, documents=without("supervision_documentation")),
            1,
            [("send_document", 1, "supervision_documentation")],
        ),
        (claim("A", line("96365"), line("96365"), DRUG), 2, [("recode", 2, "96367")]),
        (
            claim("A", line("96365"), line("96361", units=9.0), DRUG),
            2,
            [("cut_units", 2, 8.0)],
        ),
        (claim("A", line("96366"), DRUG), 1, [("send_claim", 1, "96365")]),
        (
            claim(
                "A", line("96365"), line("96365"), DRUG, documents=without("medical_justification")
            ),
            2,
            [("recode", 2, "96367"), ("send_document", 2, "medical_justification")],
        ),
        (
            claim("A", line("96360"), line("96375"), DRUG),
            1,
            [("recode", 1, "96361"), ("recode", 2, "96374")],
        ),
        (claim("A", line("96365"), line("36000"), DRUG), 2, [("add_modifier", 2, "XS")]),
        # A code without an added form: what outranks it is corrected, and denies it again alone.
        (
            claim("A", line("96369"), line("96368"), DRUG),
            1,
            [("add_modifier", 1, "XS"), ("recode", 2, "96365")],
        ),
        (claim("A", line("96369"), line("96365"), DRUG), 1, [("add_modifier", 1, "XS")]),
    ],
)
def test_the_smallest_change_that_does_it(
    given: ClaimEvent, line_number: int, expected: list[tuple[str, int, str | float]]
) -> None:
    answer = the_answer(told("A", given), line_number)
    assert changes_of(answer) == expected
    assert answer.remedy is not None
    assert answer.remedy.leads_to is Disposition.PASS


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (claim("A", line("96365"), DRUG, place_of_service="20"), Answer.NONE),
        (claim("A", line("96365", supervision=Supervision.GENERAL), DRUG), Answer.NONE),
        (claim("A", line("96365"), DRUG, diagnosis_codes=()), Answer.NONE),
        (claim("A", line("96377"), DRUG), Answer.PAYER),
    ],
)
def test_what_no_change_of_the_claim_answers(given: ClaimEvent, expected: Answer) -> None:
    account = told("A", given)
    answer = the_answer(account)
    assert (answer.answer, answer.remedy) == (expected, None)
    words = answer_in_words(account, answer)
    if expected is Answer.NONE:
        assert words.startswith("No change could be tried. ")
    else:
        assert words == "Nothing for the provider to do: the plan prices it by hand."


@pytest.mark.parametrize(
    "given",
    [
        # Units that only a person may find necessary, on a line that is priced by report.
        [claim("A", line("96365"), line("96366", units=10), DRUG, documents=NECESSITY)],
        # It may be the correction of the very claim that was decided.
        [claim("B", line("96366")), replacing("UNKNOWN", "A", line("96365"), line("96366"), DRUG)],
    ],
)
def test_what_a_person_decides_is_not_called_a_price(given: list[ClaimEvent]) -> None:
    account = told("A", *given)
    words = answer_in_words(account, the_answer(account, 2))
    assert words == "Nothing for the provider to do: a person of the plan decides it."


def test_a_remedy_that_leaves_a_line_to_the_plan_says_for_what() -> None:
    asked = ("by_report", "medical_justification", "medical_necessity")
    units = claim("A", line("96365"), line("96366", units=10), DRUG, documents=asked)
    to_decide, to_price = told("A", units), told("A", claim("A", line("96377"), documents=()))
    words = answer_in_words(to_decide, the_answer(to_decide, 2))
    assert words.endswith("then waits for the plan only: a person of the plan decides it.")
    words = answer_in_words(to_price, the_answer(to_price))
    assert words.endswith("then waits for the plan only: the plan prices it by hand.")


def test_time_of_a_supervisor_has_no_remedy() -> None:
    first = infusion("A", "M1", "09:00-10:00")
    second = infusion("B", "M2", "09:30-10:30", minute=1)
    assert the_answer(told("B", first, second)).answer is Answer.NONE


def test_a_document_may_leave_the_line_to_the_plan() -> None:
    answer = the_answer(told("A", claim("A", line("96377"), DRUG, documents=without("by_report"))))
    assert changes_of(answer) == [("send_document", 1, "by_report")]
    assert answer.remedy is not None
    assert answer.remedy.leads_to is Disposition.PEND


def test_services_that_do_as_well_are_named() -> None:
    account = told("A", claim("A", line("96366"), DRUG))
    answer = the_answer(account)
    assert answer.remedy is not None
    assert "96413" in answer.remedy.instead
    assert "if the service was given and the record shows it" in answer_in_words(account, answer)


def test_an_earlier_claim_of_the_visit_is_corrected() -> None:
    first = claim("A", line("96365"), DRUG)
    second = claim("B", line("96413"), line("J9271", units=2.0), minute=1)
    answer = the_answer(told("B", first, second))
    assert answer.remedy is not None
    assert [(x.claim_id, x.value) for x in answer.remedy.changes] == [("A", "96367")]


def test_a_strictly_denied_claim_is_answered_through_its_denied_line() -> None:
    given = claim("A", line("96365"), line("96365"), DRUG)
    history = history_of([given], builder().policies, RollUp.STRICT)
    found = {x.line_number: x for x in answers(history, history.newest["A"])}
    assert [changes_of(found[number]) for number in (1, 2)] == [[("recode", 2, "96367")]] * 2


def test_a_replaced_claim_has_no_answers() -> None:
    given = claim("A", line("96365"), DRUG, documents=())
    again = claim("B", line("96365"), DRUG, frequency_code="7", replaces_claim_id="A", minute=1)
    account = told("A", given, again)
    assert (account.answers, account.replaced_by) == ((), "B")


def test_no_part_of_a_remedy_can_be_left_out() -> None:
    given = claim("A", line("96360"), line("96375"), DRUG)
    history = history_of([given])
    (answer,) = answers(history, history.newest["A"])
    assert answer.remedy is not None
    changes = answer.remedy.changes
    trial = Trial(history, "A", 1)
    assert len(changes) > 1
    assert trial.outcome(changes).is_paid
    for part in changes:
        assert not trial.outcome(tuple(x for x in changes if x != part)).is_paid


def test_what_a_remedy_must_not_touch_is_noticed() -> None:
    given = claim("A", line("96365", "09:00-10:00"), DRUG)
    recode = LineChange(ChangeKind.RECODE, "A", 1, "96374")
    at = given.event_time + timedelta(hours=1)
    assert forbidden(given, sent_again(given, [recode], at)) == []
    other = claim("A", line("96365", "09:00-10:30"), DRUG, place_of_service="22")
    assert forbidden(given, other) == ["place_of_service", "line 1 end_time"]


def test_a_remedy_that_does_not_do_it_is_noticed() -> None:
    given = claim("A", line("96365"), DRUG, documents=())
    history = history_of([given])
    (answer,) = answers(history, history.newest["A"])
    assert answer.remedy is not None
    assert list(broken([given], history, history.newest["A"], answer)) == []
    wrong = LineChange(ChangeKind.DOCUMENT, "A", 1, "invoice")
    useless = answer._replace(remedy=answer.remedy._replace(changes=(wrong,)))
    assert len(list(broken([given], history, history.newest["A"], useless))) == 1


def test_a_new_code_takes_the_place_of_an_old_one() -> None:
    first = LineChange(ChangeKind.RECODE, "A", 1, "96367")
    second = LineChange(ChangeKind.RECODE, "A", 1, "96375")
    document = LineChange(ChangeKind.DOCUMENT, "A", 1, "invoice")
    assert combined((first, document), [second]) == (second, document)


def test_every_remedy_does_what_it_says() -> None:
    """The same over more claims: `python -m tests.remedies 100000`."""
    from stream_edits.synthetic.generator import generate

    count = counted(list(generate(3, 120)))
    assert count.broken == []
    assert count.answers[Answer.REMEDY] > 10
    assert count.share >= 0.95
