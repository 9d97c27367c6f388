"""Trial overlays with known changes: each difference is put down to what causes it.

What causes a difference is found here from outside, by whole runs of `adjudicate` with overlays
that leave pieces out.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from stream_edits.domain.claim import ClaimEvent
from stream_edits.impact.attribution import Attribution
from stream_edits.impact.comparison import Comparison
from stream_edits.impact.relevant import relevant
from stream_edits.impact.spool import Spool
from stream_edits.policies.comparing.changes import Change
from stream_edits.policies.errors import PolicyError
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.differences import ABSENT, Item
from stream_edits.stages.shared.retention import DEFAULT_RETENTION, Retention
from stream_edits.synthetic.generator import generate
from tests.build import claim, line
from tests.impact.trials import (
    FROM,
    Outcomes,
    Piece,
    apart,
    claims_of,
    lines_of,
    measured,
    outcomes,
    overlay,
    piece,
    policies_of,
)

MAXIMUM = piece("units-over-maximum", "maximum_units", {"96366": 1}, '["96366"]')
LONGER = piece(
    "documented-time-too-short",
    "minutes_needed",
    {"96413": {"at_least": 90}},
    '["96413"].at_least',
)
NO_REPORT = piece("by-report-missing", "missing", {"disposition": "DENY"}, ".disposition")
NO_DOCUMENT = piece(
    "supervision-documentation-missing", "missing", {"disposition": "DENY"}, ".disposition"
)
# Not valid without a CARC.
DENIED_ALONE = piece("already-replaced", "no_effect", {"disposition": "DENY"}, ".disposition")
# The provider that bills most of the claims.
EXCLUDED = {"npi": "1100000003", "reference": "Memo", "approver": "A person"}
TRIALS: dict[str, list[Piece]] = {
    "a smaller number": [MAXIMUM],
    "a longer time": [LONGER],
    "an entry removed": [
        piece("place-of-service-not-allowed", "places", {"remove": ["11"]}),
        piece("place-of-service-not-allowed", "facility_types", {"remove": ["13"]}),
    ],
    "an entry added": [
        piece("place-of-service-not-allowed", "places", {"add": ["19"]}),
        piece("justification-missing", "codes", {"add": ["96366"]}),
    ],
    "a harder outcome": [NO_REPORT, MAXIMUM],
    "a milder outcome": [
        piece("multiple-initial-codes", "surplus", {"disposition": "PEND"}, ".disposition"),
        LONGER,
    ],
    "what a code means": [
        piece("vocabulary", "content", {"J9271": "none"}, '["J9271"]'),
        piece("vocabulary", "content", {"J1200": "antineoplastic"}, '["J1200"]'),
        MAXIMUM,
    ],
    "time across members": [
        piece("simultaneous-supervision", "codes", {"remove": ["96365"]}),
        LONGER,
    ],
    "one edit monitored": [piece("units-over-maximum", "mode", "monitor"), LONGER],
    "one edit off": [piece("justification-missing", "mode", "off"), MAXIMUM],
    "supervision monitored": [piece("simultaneous-supervision", "mode", "monitor"), MAXIMUM],
    "a provider excluded": [
        piece("multiple-initial-codes", "exclusions", {"add": [EXCLUDED]}),
        piece("justification-missing", "exclusions", {"add": [EXCLUDED]}),
        MAXIMUM,
    ],
    "monitored, so that a value does nothing": [
        piece("units-over-maximum", "mode", "monitor"),
        piece("justification-missing", "codes", {"add": ["96366"]}),
        piece("justification-missing", "mode", "monitor"),
    ],
    "only together": [NO_REPORT, NO_DOCUMENT, MAXIMUM],
    "any of them": [
        piece("multiple-initial-codes", "documents", {"remove": ["by_report"]}),
        piece("multiple-initial-codes", "documents", {"remove": ["medical_justification"]}),
        NO_REPORT,
    ],
    "not one without the other": [
        DENIED_ALONE,
        piece("already-replaced", "no_effect", {"carc": "18"}, ".carc"),
    ],
}


@cache
def claims() -> list[ClaimEvent]:
    return list(generate(621, 90))


@cache
def decided(overlay: Path | None, text: str, retention: Retention) -> Outcomes:
    """What a plain run decides; ``text`` is that of the overlay."""
    return outcomes(claims(), policies_of(overlay), retention)


@pytest.mark.parametrize("name", TRIALS)
def test_each_difference_is_put_down_to_its_cause(name: str, tmp_path: Path) -> None:
    check(TRIALS[name], tmp_path, DEFAULT_RETENTION)


@pytest.mark.parametrize("name", ["time across members", "a milder outcome"])
def test_so_is_one_where_state_expires_within_the_input(name: str, tmp_path: Path) -> None:
    """Then a claim may be decided otherwise without the events of others."""
    check(TRIALS[name], tmp_path, Retention(2))


def check(pieces: list[Piece], tmp_path: Path, retention: Retention) -> None:
    """The impact of the pieces is what plain runs show. Raises AssertionError."""
    file = overlay(tmp_path, pieces)
    impact = measured(claims(), file, retention=retention)
    changed = apart(decided(None, "", retention), decided(file, file.read_text(), retention))
    assert changed
    assert impact.claims_changed == len(claims_of(changed))
    assert impact.lines_changed == len(lines_of(changed))

    expected: dict[frozenset[str], set[tuple[str, int | None]]] = defaultdict(set)
    for cause, keys in _causes(pieces, changed, tmp_path, retention).items():
        expected[frozenset(pieces[number].place for number in cause)] |= keys
    found = {frozenset(map(_place, labels)): moved for labels, moved in impact.by_change.items()}
    assert found.keys() == expected.keys()
    for cause_places, keys in expected.items():
        assert found[cause_places].claims == len(claims_of(keys))
        assert found[cause_places].lines == len(lines_of(keys))


def _causes(
    pieces: list[Piece],
    changed: set[tuple[str, int | None]],
    folder: Path,
    retention: Retention,
) -> dict[tuple[int, ...], set[tuple[str, int | None]]]:
    """What disappears without a piece alone, and of the rest what without a smallest set."""
    found: dict[tuple[int, ...], set[tuple[str, int | None]]] = {}
    left = set(changed)
    for size in range(1, len(pieces) + 1):
        gone_now: set[tuple[str, int | None]] = set()
        for numbers in combinations(range(len(pieces)), size):
            gone = left - _apart_without(pieces, numbers, folder, retention)
            if gone:
                found[numbers] = gone
                gone_now |= gone
        left -= gone_now
    assert not left
    return found


def _apart_without(
    pieces: list[Piece], numbers: tuple[int, ...], folder: Path, retention: Retention
) -> set[tuple[str, int | None]]:
    kept = [each for number, each in enumerate(pieces) if number not in numbers]
    less = overlay(folder, kept, "less.yaml")
    if kept == [DENIED_ALONE]:
        with pytest.raises(PolicyError, match="a DENY needs a CARC"):
            policies_of(less)
        return set(decided(None, "", retention))
    return apart(decided(None, "", retention), decided(less, less.read_text(), retention))


def _place(label: str) -> str:
    """A label without its date, and without values other than an entry that is added or removed."""
    place, _, difference = label.partition(f" {FROM}: ")
    word, _, entry = difference.partition(" ")
    return f"{place} {entry}" if word in ("added", "removed") else place


def test_the_trials_have_a_set_that_acts_only_together(tmp_path: Path) -> None:
    impact = measured(claims(), overlay(tmp_path, TRIALS["only together"]))
    assert [len(labels) for labels in impact.by_change if len(labels) > 1] == [2]


def test_claims_that_are_tied_otherwise_are_decided_with_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its neighbours a claim is decided otherwise than before, which is noticed."""
    file = overlay(tmp_path, TRIALS["time across members"])
    right = measured(claims(), file).by_change
    whole: list[Spool] = []
    select_all = Spool.select_all

    def noted(self: Spool) -> None:
        whole.append(self)
        select_all(self)

    monkeypatch.setattr(Spool, "_widen", lambda self, steps: False)
    monkeypatch.setattr(Spool, "is_separable", lambda self, retention: False)
    monkeypatch.setattr(Spool, "select_all", noted)
    assert measured(claims(), file).by_change == right
    assert len(whole) == 1
    assert len({labels for labels in right if "simultaneous-supervision" in labels[0]}) == 1


def test_only_codes_that_claims_state_are_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [f"J{number}" for number in range(7100, 7140)]
    pieces = [
        MAXIMUM,
        piece("justification-missing", "codes", {"add": ["96366"]}),
        *(piece("unlisted-injection-as-supply", "codes", {"add": [code]}) for code in many),
    ]
    few = measured(claims(), overlay(tmp_path, pieces[:2])).by_change
    tried: list[int] = []
    decide = Attribution._again

    def noted(self: Attribution, policies: Sequence[Policies]) -> Comparison:
        tried.append(len(policies))
        return decide(self, policies)

    monkeypatch.setattr(Attribution, "_again", noted)
    impact = measured(claims(), overlay(tmp_path, pieces))
    assert impact.by_change == few
    assert sum(tried) < 10
    assert len(impact.changes) == 42
    assert len(impact.without_effect()) == 42 - len(few)


@pytest.mark.parametrize(
    ("key", "matters"),
    [("96366", True), ("13", True), ("0131", True), ("J9999", False), ("by_report", True)],
)
def test_a_code_matters_where_a_claim_states_it(key: str, matters: bool) -> None:
    """A type of bill may have a leading zero, and a facility type is a part of it."""
    stated = claim("J9999", line("96366"), type_of_bill="0131", event="J9999")
    change = Change("6.21-P", "e", "e", "codes", None, None, (Item(key, 0),), ABSENT, key)
    assert relevant([change], [stated]) == ([0] if matters else [])
