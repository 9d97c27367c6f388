"""Golden cases and journeys, as their YAML files have them. README.md explains the keys.

A golden case (cases.yaml in an edit's folder) is about the findings of its own edit. A journey
(journeys/) is about whole claims under all edits.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from stream_edits import strict_yaml
from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import RollUp
from stream_edits.policies.loading.catalog import shipped_folder
from tests.build import from_case

FOLDER = shipped_folder("6.21-P").path
JOURNEYS = FOLDER / "journeys"
# What an edit's own findings say.
FINDING_KEYS = {"hits", "allowed", "recommends", "related", "asks", "cites", "says"}
# What a folder decides beside its findings: keys of its cases, and of no other folder's.
FURTHER_KEYS = {"vocabulary": {"applicable", "encounters"}, "by-report-pricing": {"pricing"}}
DECISION_KEYS = {
    *("disposition", "applicable", "supersedes", "trigger"),
    *("lines", "allowed", "pricing", "recommends", "findings"),
}


class Expectation(NamedTuple):
    """What one decision must be: a key of the file and the value it wants."""

    claim_id: str
    revision: int
    wanted: Mapping[str, Any]

    @property
    def decision(self) -> str:
        """The decision in words, for messages."""
        return f"{self.claim_id} revision {self.revision}"


class Case(NamedTuple):
    """A golden case. ``edit_ids`` are the edits that it needs: its own, and those of ``with``."""

    edit_id: str
    name: str
    section: str
    edit_ids: tuple[str, ...]
    claims: Sequence[ClaimEvent]
    expect: Sequence[Expectation]
    overlay: Mapping[str, Any] | None


class Journey(NamedTuple):
    """Claims and every decision that they bring about under all edits, in order."""

    theme: str
    name: str
    rollup: RollUp
    claims: Sequence[ClaimEvent]
    expect: Sequence[Expectation]
    overlay: Mapping[str, Any] | None


def read_cases(folder: Path) -> list[Case]:
    """The cases of an edit's folder; none when it has no cases.yaml."""
    file = folder / "cases.yaml"
    edit_id = folder.name.replace("_", "-")
    return [_case(edit_id, raw) for raw in strict_yaml.load(file)] if file.exists() else []


def all_cases() -> list[Case]:
    """Every case of every folder, by folder name."""
    folders = sorted(file.parent for file in FOLDER.glob("*/cases.yaml"))
    return [case for folder in folders for case in read_cases(folder)]


def all_journeys() -> list[Journey]:
    """Every journey of the policy, by file name."""
    return read_journeys(JOURNEYS)


def read_journeys(folder: Path) -> list[Journey]:
    """The journeys of a folder's files, by file name."""
    files = sorted(folder.glob("*.yaml"))
    return [_journey(file.stem, raw) for file in files for raw in strict_yaml.load(file)]


def _case(edit_id: str, raw: Mapping[str, Any]) -> Case:
    where = f"{edit_id}: {raw.get('name')}"
    _refuse_unknown(raw, {"name", "section", "with", "events", "expect", "overlay"}, where)
    known = FINDING_KEYS | FURTHER_KEYS.get(edit_id, set())
    required = "applicable" if edit_id == "vocabulary" else "hits"
    expect = _expectations(raw["expect"], known, required, where)
    own = () if edit_id == "vocabulary" else (edit_id,)
    return Case(
        edit_id,
        raw["name"],
        raw["section"],
        (*own, *raw.get("with", ())),
        _claims(raw["events"]),
        expect,
        raw.get("overlay"),
    )


def _journey(theme: str, raw: Mapping[str, Any]) -> Journey:
    where = f"{theme}: {raw.get('name')}"
    _refuse_unknown(raw, {"name", "rollup", "events", "expect", "overlay"}, where)
    return Journey(
        theme,
        raw["name"],
        RollUp(raw.get("rollup", RollUp.STANDARD)),
        _claims(raw["events"]),
        _expectations(raw["expect"], DECISION_KEYS, "disposition", where),
        raw.get("overlay"),
    )


def _claims(events: Sequence[Mapping[str, Any]]) -> list[ClaimEvent]:
    return [from_case(event, place) for place, event in enumerate(events)]


def _expectations(
    raw: Sequence[Mapping[str, Any]], known: Collection[str], required: str, where: str
) -> list[Expectation]:
    expect = []
    for each in raw:
        wanted = {key: value for key, value in each.items() if key not in ("claim", "revision")}
        _refuse_unknown(wanted, known, where)
        if required not in wanted:
            raise ValueError(f"{where}: an expectation lacks {required}")
        expect.append(Expectation(each["claim"], each.get("revision", 1), wanted))
    if not expect:
        raise ValueError(f"{where}: nothing is expected")
    return expect


def _refuse_unknown(given: Mapping[str, Any], known: Collection[str], where: str) -> None:
    unknown = [key for key in given if key not in known]
    if unknown:
        raise ValueError(f"{where}: unknown keys {unknown}")
