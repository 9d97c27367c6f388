"""`--version`: what decisions depend on, besides the program."""

import hashlib
from collections.abc import Iterator
from importlib.resources import files

from stream_edits.policies.loading.catalog import load_policies

_SHOWN = 12


def versions() -> Iterator[str]:
    """A line for each packaged policy, and one for the table of what codes mean.

    The table's version is the start of its SHA-256.
    """
    for policy in load_policies().all:
        yield f"policy {policy.id}, version {policy.revisions[-1].version}"
    table = files("stream_edits.policies.content").joinpath("table.csv").read_bytes()
    codes = len(table.splitlines()) - 1
    yield f"content table, {codes} codes, version {hashlib.sha256(table).hexdigest()[:_SHOWN]}"
