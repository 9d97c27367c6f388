"""A plan's overlay: its own dated values over those of the packaged policies."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from stream_edits.policies.content.content import Content
from stream_edits.policies.content.table import read_table
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.edit_file import Dated, PlanDated
from stream_edits.policies.values.merging import did_you_mean
from stream_edits.policies.values.prompt_pay import Term, terms_in
from stream_edits.strict_yaml import YamlSource


class OwnTerms(BaseModel):
    """A plan's changes to a policy as a whole: its dated terms of prompt pay."""

    model_config = ConfigDict(extra="forbid", strict=True)
    prompt_pay: Annotated[dict[date, Dated], Field(min_length=1)]


class Overlay(BaseModel):
    """A plan's overlay: edit id -> value name -> date -> value, reference and perhaps ``replace``.

    ``policies`` holds changes to whole policies, by policy id.
    ``content_table`` is the path of a content table in place of the packaged one, from the folder
    of the overlay.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    content_table: str | None = None
    policies: dict[str, OwnTerms] = {}
    edits: dict[str, dict[str, dict[date, PlanDated]]] = {}


def plan_content(overlay: Path) -> Content | None:
    """The content of the plan's own table, None if the overlay names none. Raises PolicyError."""
    source = YamlSource(overlay)
    table = source.validate(Overlay, source.root, ()).content_table
    if table is None:
        return None
    file = overlay.parent / table
    if not file.is_file():
        raise source.fail(("content_table",), f"there is no file {table}")
    return Content(read_table(file))


def lay_over(values: Sequence[EditValues], overlay: Path) -> str:
    """Add the values of the overlay file to ``values``; return a short hash of what it says.

    An edit is named by its id, or by policy and id (``6.1/an-edit``) if two policies have an edit
    with that id. Raises PolicyError.
    """
    source = YamlSource(overlay)
    laid = source.validate(Overlay, source.root, ())
    for name, changes in laid.edits.items():
        meant = [v for v in values if name in (v.file.id, f"{v.policy_id}/{v.file.id}")]
        at = ("edits", name)
        if not meant:
            known = [v.file.id for v in values]
            raise source.fail(at, f"there is no such edit{did_you_mean(name, known)}")
        if len(meant) > 1:
            names = " or ".join(f"{v.policy_id}/{v.file.id}" for v in meant)
            raise source.fail(at, f"several policies have this edit: write {names}")
        meant[0].overlay(source, at, changes)
    digest = hashlib.sha256(source.text.encode())
    if laid.content_table is not None:
        digest.update((overlay.parent / laid.content_table).read_bytes())
    return digest.hexdigest()[:6]


def plan_terms(overlay: Path, known: Mapping[str, object]) -> dict[str, dict[date, Term]]:
    """The plan's own terms of prompt pay, by policy id; ``known`` has the ids of all policies.

    Raises PolicyError.
    """
    source = YamlSource(overlay)
    laid = source.validate(Overlay, source.root, ())
    for policy_id in laid.policies:
        if policy_id not in known:
            hint = did_you_mean(policy_id, known)
            raise source.fail(("policies", policy_id), f"there is no such policy{hint}")
    return {
        policy_id: terms_in(source, ("policies", policy_id, "prompt_pay"), own.prompt_pay)
        for policy_id, own in laid.policies.items()
    }
