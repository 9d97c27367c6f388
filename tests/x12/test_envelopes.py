"""What the ends of the envelopes of an 837 contradict: a warning, and each claim is still read."""

import pytest

from stream_edits.codec.x12 import Refusal, Tally
from stream_edits.domain.claim import ClaimEvent
from tests.x12.reads import professional, read
from tests.x12.samples import PROVIDER, interchange, office, subscriber, transaction


def warned(text: str) -> dict[str, int]:
    """The warnings of a file all of whose claims are read."""
    tally = Tally()
    events = read(text, tally=tally)
    assert events
    assert all(isinstance(x, ClaimEvent) for x in events)
    return tally.warnings


def two_transactions() -> str:
    first = transaction([*PROVIDER, *subscriber("K1"), *office("K1")])
    second = transaction([*PROVIDER, *subscriber("K2"), *office("K2")], number="0002")
    return interchange(first, second)


@pytest.mark.parametrize(
    ("old", "new", "warning"),
    [
        ("SE*", "SE*1", "SE01 that miscounts"),
        ("SE*", "SE*0", None),
        ("*0001~\nGE", "*0002~\nGE", "SE02 that is not ST02"),
        ("*0*P*", "*0*T*", "interchanges of test data (ISA15 T)"),
        ("GE*1*", "GE*2*", "GE01 that miscounts"),
        ("GE*1*", "GE*0*", "GE01 that miscounts"),
        ("GE*1*", "GE*01*", None),
        ("GE*1*71", "GE*1*72", "GE02 that is not GS06"),
        ("GE*1*71", "GE*1", "GE02 that is not GS06"),
        ("GE*1*71", "GE*1*0071", None),
        ("GE*1*71~\n", "", "GS without GE"),
        ("IEA*1*", "IEA*2*", "IEA01 that miscounts"),
        ("IEA*1*", "IEA*1.0*", "IEA01 that miscounts"),
        ("IEA*1*000000009", "IEA*1*000000010", "IEA02 that is not ISA13"),
        ("IEA*1*000000009", "IEA*1*9", None),
        ("IEA*1*000000009~\n", "", "ISA without IEA"),
    ],
)
def test_an_end_that_contradicts_is_a_warning(old: str, new: str, warning: str | None) -> None:
    text = professional(office("K1"))
    assert warned(text) == {}
    changed = text.replace(old, new)
    assert changed != text
    assert warned(changed) == ({} if warning is None else {warning: 1})


def test_several_envelopes_are_counted_each_for_itself() -> None:
    text = two_transactions()
    assert warned(text) == {}
    assert warned(text + professional(office("K3"))) == {}
    group = "GS*HC*" + text.split("GS*HC*")[1].split("IEA*")[0]
    both = text.replace(group, group + group.replace("ACCOUNT", "OTHER"))
    assert warned(both) == {"IEA01 that miscounts": 1}
    assert warned(both.replace("IEA*1*", "IEA*2*")) == {}


def test_a_group_after_the_end_of_its_interchange() -> None:
    """Its ISA is missing, so nobody knows who sent it."""
    text = two_transactions()
    group = ("GS*HC*" + text.split("GS*HC*")[1].split("IEA*")[0]).replace("ACCOUNT", "OTHER")
    assert warned(text + group) == {"GS outside an interchange (ISA to IEA)": 1}


def test_a_lost_transaction_shows_in_the_count_of_its_group() -> None:
    text = two_transactions()
    lost = text[: text.index("ST*837*0002")] + text[text.index("GE*") :]
    assert warned(lost) == {"GE01 that miscounts": 1}


@pytest.mark.parametrize("rest", ["", "next"])
def test_a_file_that_was_cut_between_transactions_is_told_from_a_whole_one(rest: str) -> None:
    text = two_transactions()
    after = professional(office("K3")) if rest else ""
    cut = text[: text.index("ST*837*0002")]
    assert warned(cut + after) == {"GS without GE": 1, "ISA without IEA": 1}


def test_a_transaction_without_an_end_is_refused_and_its_envelopes_are_whole() -> None:
    tally = Tally()
    text = professional(office("K1"))
    events = read(text[: text.index("SE*")] + text[text.index("GE*") :], tally=tally)
    assert events == [Refusal(1, 1, "a missing SE")]
    assert tally.warnings == {}
