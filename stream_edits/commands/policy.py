"""`policy`: pages on the policy for claims analysts, in text. Each raises PolicyError."""

from pathlib import Path

from stream_edits.app.wiring import policies_of
from stream_edits.handbook.changes import changes_of
from stream_edits.handbook.content import table_changes
from stream_edits.handbook.coverage import coverage_of
from stream_edits.handbook.index import index as index_of
from stream_edits.handbook.page import entry_named, page
from stream_edits.policies.catalog import load_policies
from stream_edits.policies.content.content import content_from
from stream_edits.policies.overlay import plan_content
from stream_edits.settings import Settings


def show(settings: Settings, edit: str) -> str:
    """The page of an edit, with the values in force under the overlay of the settings."""
    return page(entry_named(policies_of(settings), edit), settings.policy)


def check(overlay: Path) -> str:
    """What an overlay changes in the shipped policy, a line for each value and each code."""
    table = plan_content(overlay)
    codes = table_changes(content_from(), table) if table is not None else ""
    return codes + changes_of(load_policies(), load_policies(overlay), overlay)


def index() -> str:
    """The index of the shipped edits, in Markdown."""
    return index_of(load_policies())


def coverage() -> str:
    """Each sentence of the policy, with the edits that implement it."""
    return coverage_of(load_policies())
