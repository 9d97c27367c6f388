"""A folder of a plan's own edits, and what they find."""

from pathlib import Path

from stream_edits.domain.claim import ClaimEvent
from stream_edits.domain.decision import ClaimDecision, Disposition
from stream_edits.policies.loading.catalog import load_policies, shipped_folders
from stream_edits.policies.loading.own_edits import OwnEdits
from stream_edits.policies.policy import Policies
from tests.stages.walk import Walk

DOCUMENT = "own_required_document/policy.yaml"


def alone(folder: Path) -> Policies:
    """The plan's policy without the packaged one beside it, which takes long to read."""
    return load_policies(folders=[OwnEdits(folder, shipped_folders())])


def own(decision: ClaimDecision) -> dict[int | None, tuple[str, Disposition]]:
    """The findings of the plan's own policy: line -> edit and disposition."""
    return {
        f.line_number: (f.edit_id.removeprefix("own-"), f.disposition)
        for f in decision.findings
        if f.policy_id == "KHS-OWN"
    }


def decided(under: Policies, *claims: ClaimEvent) -> list[ClaimDecision]:
    return Walk(under=under).send(*claims)


def changed(folder: Path, name: str, before: str, after: str) -> None:
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert before in text, name
    file.write_text(text.replace(before, after), encoding="utf-8")
