"""`policy`: what the policy says and does, for claims analysts. Each raises PolicyError."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import NamedTuple

from stream_edits.app.wiring import policies_of
from stream_edits.handbook.changes import check_as_json, check_as_text
from stream_edits.handbook.coverage import coverage_as_json, coverage_of
from stream_edits.handbook.index import index as index_of
from stream_edits.handbook.listing import edits_on, list_as_json, print_list
from stream_edits.handbook.overlay_check import check_of
from stream_edits.handbook.page import entry_named, page, page_as_json
from stream_edits.handbook.unknown_codes import unknown_in_own_edits
from stream_edits.policies.loading.catalog import load_policies
from stream_edits.policies.policy import Policies
from stream_edits.settings import Settings


class Report(NamedTuple):
    """What `policy check` prints, and whether it warns."""

    text: str
    warns: bool


def show(settings: Settings, edit: str, form: str = "text") -> str:
    """The page of an edit, with the values in force under the overlay of the settings."""
    entry = entry_named(policies_of(settings), edit)
    if form == "json":
        return page_as_json(entry, settings.policy)
    return page(entry, settings.policy)


def print_edits(settings: Settings, form: str) -> None:
    """Print every edit as it is in force today, under the overlay of the settings."""
    listed = edits_on(policies_of(settings), _today())
    if form == "json":
        sys.stdout.writelines(list_as_json(listed))
    else:
        print_list(listed)


def check(
    overlay: Path | None,
    form: str = "table",
    today: date | None = None,
    own: Path | None = None,
) -> Report:
    """What an overlay changes in the shipped policy, and what to look at twice.

    Without an overlay, only that the shipped policy is valid. ``own`` is the folder of the plan's
    own edits.
    """
    shipped = load_policies(own=own)
    if overlay is None:
        return _without_overlay(shipped, form)
    checked = check_of(shipped, load_policies(overlay, own=own), overlay, today or _today())
    if form == "json":
        return Report(check_as_json(checked), bool(checked.warnings))
    return Report(check_as_text(checked), bool(checked.warnings))


def _without_overlay(policies: Policies, form: str) -> Report:
    versions = [r.version for policy in policies.all for r in policy.revisions]
    warnings = list(unknown_in_own_edits(policies))
    if form == "json":
        empty = {"file": None, "valid": True, "policy_versions": versions}
        report = json.dumps({**empty, "changes": [], "warnings": warnings}, ensure_ascii=False)
        return Report(f"{report}\n", bool(warnings))
    lines = [f"warning: {each}" for each in warnings]
    has_own = any(policy.about.is_own for policy in policies.all)
    valid = "policy and your own edits are" if has_own else "policy is"
    named = ", ".join(versions)
    lines.append(f"no overlay is set; the shipped {valid} valid: versions {named}")
    return Report("\n".join(lines) + "\n", bool(warnings))


def index() -> str:
    """The index of the shipped edits, in Markdown."""
    return index_of(load_policies())


def coverage(form: str = "text") -> str:
    """Each sentence of the policy, with the edits that implement it."""
    if form == "json":
        return "".join(coverage_as_json(load_policies()))
    return coverage_of(load_policies())


def _today() -> date:
    return date.today()
