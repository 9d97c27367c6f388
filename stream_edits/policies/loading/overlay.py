"""A plan's overlay: its own dated values over those of the packaged policies."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from stream_edits.policies.content.content import Content
from stream_edits.policies.content.table import read_table
from stream_edits.policies.values.dated import EditValues
from stream_edits.policies.values.edit_file import OF_A_DATE, OF_A_VALUE, PlanDated, mapping
from stream_edits.policies.values.merging import did_you_mean
from stream_edits.policies.values.prompt_pay import DatedTerms
from stream_edits.strict_yaml import YamlSource

_PlanDated = Annotated[PlanDated, mapping(OF_A_DATE)]
_ByDate = Annotated[dict[date, _PlanDated], mapping(OF_A_VALUE)]
_OF_AN_EDIT = (
    "write the values that change below it, indented, each with a date; `stream-edits policy show` "
    "says which the edit has"
)
_OF_EDITS = "write the ids of the edits that change below it, indented"
_OF_POLICIES = "write the ids of policies below it, indented, each with prompt_pay"


class OwnTerms(BaseModel):
    """A plan's changes to a policy as a whole: its dated terms of prompt pay."""

    model_config = ConfigDict(extra="forbid", strict=True)
    prompt_pay: _ByDate


class Overlay(BaseModel):
    """A plan's overlay: edit id -> value name -> date -> value, reference and perhaps ``replace``.

    ``policies`` holds changes to whole policies, by policy id.
    ``content_table`` is the path of a content table in place of the packaged one, from the folder
    of the overlay.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    content_table: str | None = None
    policies: Annotated[dict[str, OwnTerms], mapping(_OF_POLICIES)] = {}
    edits: Annotated[
        dict[str, Annotated[dict[str, _ByDate], mapping(_OF_AN_EDIT)]], mapping(_OF_EDITS)
    ] = {}


def _read(overlay: Path) -> tuple[YamlSource, Overlay]:
    """An overlay, and where it is written. Raises PolicyError."""
    source = YamlSource(overlay)
    if isinstance(source.root, dict):
        for key, below in source.root.items():
            if key not in Overlay.model_fields and "-" in str(key) and isinstance(below, dict):
                raise source.fail((key,), "an edit is written below edits: indent it")
    return source, source.validate(Overlay, source.root, ())


def plan_content(overlay: Path) -> Content | None:
    """The content of the plan's own table, None if the overlay names none. Raises PolicyError."""
    source, laid = _read(overlay)
    table = laid.content_table
    if table is None:
        return None
    file = overlay.parent / table
    if not file.is_file():
        raise source.fail(
            ("content_table",), f"there is no file {table} in the folder of the overlay"
        )
    return Content(read_table(file))


def lay_over(values: Sequence[EditValues], overlay: Path) -> str:
    """Add the values of the overlay file to ``values``; return a short hash of what it says.

    An edit is named by its id, or by policy and id (``6.1/an-edit``) if two policies have an edit
    with that id. Raises PolicyError.
    """
    source, laid = _read(overlay)
    # The name that each edit is given under.
    named: dict[tuple[str, str], str] = {}
    for name, changes in laid.edits.items():
        meant = [v for v in values if name in (v.file.id, f"{v.policy_id}/{v.file.id}")]
        at = ("edits", name)
        if not meant:
            known = [v.file.id for v in values]
            hint = did_you_mean(name, known) or "; `stream-edits policy list` lists them"
            raise source.fail(at, f"there is no such edit{hint}")
        if len(meant) > 1:
            names = " or ".join(f"{v.policy_id}/{v.file.id}" for v in meant)
            raise source.fail(at, f"several policies have this edit: write {names}")
        edit = meant[0].policy_id, meant[0].file.id
        other = named.setdefault(edit, name)
        if other != name:
            first = source.where(("edits", other))
            raise source.fail(
                at, f"is given twice: it is {other} of {first} too. Keep one of the two names"
            )
        meant[0].overlay(source, at, changes)
    digest = hashlib.sha256(source.text.encode())
    if laid.content_table is not None:
        digest.update((overlay.parent / laid.content_table).read_bytes())
    return digest.hexdigest()[:6]


def plan_terms(overlay: Path, known: Mapping[str, DatedTerms]) -> dict[str, DatedTerms]:
    """The terms of prompt pay of each policy, by policy id, with the plan's changes merged in.

    Raises PolicyError.
    """
    source, laid = _read(overlay)
    terms = dict(known)
    for policy_id, own in laid.policies.items():
        if policy_id not in known:
            hint = did_you_mean(policy_id, known)
            raise source.fail(("policies", policy_id), f"there is no such policy{hint}")
        at = ("policies", policy_id, "prompt_pay")
        terms[policy_id] = terms[policy_id].overlaid(source, at, own.prompt_pay)
    return terms
