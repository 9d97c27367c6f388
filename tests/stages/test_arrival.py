"""Out-of-order arrival, split claims, state kept as bytes, and files without Kafka.

See docs/spec/edits.md, Across claims, Order and determinism.
"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stream_edits.domain.claim import ClaimEvent, ServiceLine
from stream_edits.domain.decision import Disposition, RollUp
from stream_edits.stages.pipeline import adjudicate
from tests.build import claim, line
from tests.stages.infusions import ADD_ONS, INITIALS, OTHER_CODES, histories
from tests.stages.walk import SHIPPED, SOURCE, through_stages
from tests.stages.wire import OverTheWire

# A line without its report keeps a claim open, so that no decision is final before the end.
WAITING = "96377"
_TIMES = [None, "09:00-09:30", "09:20-11:00", "10:00-12:30", "13:00-21:30"]


@st.composite
def encounters(draw: st.DrawFn) -> list[ServiceLine]:
    """The lines of one encounter, whose results do not depend on the order of arrival.

    Each code is used once, and only one of the equally ranked initial services (96413, 96416).
    """
    omitted = draw(st.sampled_from(["96413", "96416"]))
    some = st.sampled_from(sorted({*INITIALS, *ADD_ONS, *OTHER_CODES} - {WAITING, omitted}))
    billed = draw(st.lists(some, min_size=1, max_size=6, unique=True))
    return [
        line(code, draw(st.sampled_from(_TIMES)), number=place, units=draw(st.sampled_from([1, 9])))
        for place, code in enumerate(billed, start=1)
    ]


@st.composite
def splits(draw: st.DrawFn, billed: list[ServiceLine]) -> list[ClaimEvent]:
    """The lines on one to three claims that all stay open, in any order of arrival."""
    owner = [draw(st.sampled_from("ABC")) for _ in billed]
    made = []
    for name in draw(st.permutations(sorted(set(owner)))):
        own = [each for each, whose in zip(billed, owner, strict=True) if whose == name]
        waiting = line(WAITING, number=90, units=1.0 + "ABC".index(name))
        made.append(claim(name, *own, waiting, documents=("supervision_documentation",)))
    return made


def line_results(claims: list[ClaimEvent]) -> dict[int, tuple[Any, ...]]:
    """The final result of each line of the encounter, whichever claim it is on."""
    walk = through_stages(claims)
    assert all(each.disposition is Disposition.PEND for each in walk.published)
    return {
        each.line_number: (each.disposition, each.allowed_units, each.recommended_code)
        for decision in walk.last().values()
        for each in decision.lines
        if each.line_number != 90
    }


@given(encounters(), st.data())
def test_line_results_do_not_depend_on_the_split_and_arrival_of_claims(
    billed: list[ServiceLine], data: st.DataObject
) -> None:
    one, other = data.draw(splits(billed)), data.draw(splits(billed))
    assert line_results(one) == line_results(other)


@given(histories(), st.sampled_from(RollUp))
def test_state_and_messages_as_bytes_give_the_same_decisions(
    history: list[ClaimEvent], rule: RollUp
) -> None:
    in_bytes = OverTheWire(rule)
    in_bytes.send(*history)
    assert in_bytes.published == through_stages(history, rule=rule).published


@given(histories(), st.sampled_from(RollUp))
def test_claims_in_a_file_are_decided_like_in_the_service(
    history: list[ClaimEvent], rule: RollUp
) -> None:
    offline = list(adjudicate(((each, SOURCE) for each in history), SHIPPED, rule))
    served = through_stages(history, rule=rule).published
    engine = offline[0].engine_version
    assert offline == [each._replace(engine_version=engine) for each in served]
