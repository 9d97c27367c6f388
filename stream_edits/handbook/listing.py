"""`policy list`: every edit with its paragraph, its mode and what it decides."""

import json
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from rich.box import SIMPLE_HEAD
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from stream_edits.domain.decision import Disposition
from stream_edits.handbook.entry import EditEntry, all_entries
from stream_edits.policies.policy import Policies
from stream_edits.policies.values.reason_codes import outcomes_in
from stream_edits.policies.values.rules import Outcome
from stream_edits.text import stdout_console

# The hardest first.
_ORDER = (Disposition.DENY, Disposition.PEND, Disposition.PASS)


class ListedEdit(NamedTuple):
    """An edit as it is in force on a day. ``outcomes`` are by the name of their value."""

    policy: str
    id: str
    title: str
    paragraph: str
    mode: str
    outcomes: dict[str, Outcome]

    @property
    def dispositions(self) -> list[str]:
        """What its findings may decide, the hardest first."""
        found = {outcome.disposition for outcome in self.outcomes.values()}
        return [each.value for each in _ORDER if each in found]


def edits_on(policies: Policies, day: date) -> list[ListedEdit]:
    """Every edit of every policy on a day, in the order in which they judge."""
    return [_listed(entry, day) for entry in all_entries(policies) if entry.edit is not None]


def _listed(entry: EditEntry, day: date) -> ListedEdit:
    rules = entry.policy.on(day)[entry.values.rules]
    outcomes = {
        ".".join(map(str, (name, *within))): outcome
        for name in entry.values.dated
        for within, outcome in outcomes_in(getattr(rules, name))
    }
    file = entry.values.file
    paragraph = file.section.removeprefix(f"{entry.policy.id} ")
    mode = rules.mode.value
    return ListedEdit(entry.policy.id, entry.id, file.title, paragraph, mode, outcomes)


def list_as_json(listed: Iterable[ListedEdit]) -> Iterable[str]:
    """One object per line."""
    for each in listed:
        outcomes = {name: x.model_dump(mode="json") for name, x in each.outcomes.items()}
        fields = {
            "id": each.id,
            "policy": each.policy,
            "title": each.title,
            "paragraph": each.paragraph,
            "mode": each.mode,
            "outcome": each.dispositions,
            "outcomes": outcomes,
        }
        yield json.dumps(fields, ensure_ascii=False) + "\n"


# Columns below which a table leaves too few for the titles.
_NARROW = 90


def print_list(listed: list[ListedEdit]) -> None:
    """A row for each edit, as wide as the terminal, or 100 columns without one."""
    several = len({each.policy for each in listed}) > 1
    console = stdout_console(highlight=False)
    if console.width < _NARROW:
        for each in listed:
            name = f"{each.policy}/{each.id}" if several else each.id
            said = [each.title, each.paragraph, f"{each.mode}: {', '.join(each.dispositions)}"]
            console.print(Text(name), *(Padding(Text(x), (0, 0, 0, 2)) for x in said), sep="\n")
        return
    table = Table(box=SIMPLE_HEAD, expand=True, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("edit", no_wrap=True)
    table.add_column("title", ratio=1, min_width=24)
    table.add_column("paragraph", max_width=12)
    table.add_column("mode", no_wrap=True)
    table.add_column("outcome", max_width=10)
    for each in listed:
        name = f"{each.policy}/{each.id}" if several else each.id
        row = (name, each.title, each.paragraph, each.mode, ", ".join(each.dispositions))
        table.add_row(*map(Text, row))
    console.print(table)
