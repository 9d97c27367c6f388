"""Makes the first content table from an audit's facts (README.md in this folder)."""

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from stream_edits.policies.content.category import Category
from stream_edits.policies.content.content import Content
from stream_edits.policies.content.table import Entry, category_named, read_table, table_text

HERE = Path(__file__).parent
_SOURCES = {
    "CMS HCPC2025_OCT_ANWEB": "CMS HCPCS October 2025",
    "Jul 2026 code list only": "HCPCS code list of July 2026",
    "HCPCS 2026 (sqyXIU kb + Jul 2026 code list)": "HCPCS code list of July 2026",
}
# A code, or a range such as J7294-J7298, in the words of a finding.
_CODES = re.compile(r"\b([A-Z0-9]\d{3}[A-Z0-9])(?:-([A-Z]?)(\d+))?")
# What the audit's lists of a finding want, and the findings that we decided otherwise.
_WANTED = {
    ("C2", "add_drugs"): True,
    ("C3", "move_to_drugs"): True,
    ("C4", "remove_drugs"): False,
    ("C7", "remove_chemo"): True,
    ("C7", "not_iv_in_range"): True,
    ("C7", "im_sc_hormonal"): True,
}
_KEPT = {"J8502"}  # An intravenous drug among the oral ones.


def build(facts: Path) -> list[Entry]:
    """The table: the facts in our categories, and our own decisions over them."""
    table = {entry.code: entry for entry in _from_facts(facts)}
    for own in read_table(HERE / "decisions.csv"):
        fact = table.get(own.code)
        first, last = (fact.first_day, fact.last_day) if fact else (None, None)
        table[own.code] = own._replace(
            first_day=own.first_day or first, last_day=own.last_day or last
        )
    return list(table.values())


def _from_facts(facts: Path) -> Iterator[Entry]:
    with (HERE / "kinds.csv").open(encoding="utf-8", newline="") as file:
        kinds = {row["kind"]: row["category"] for row in csv.DictReader(file)}
    with facts.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if category := kinds[row["category"]]:
                days = [_day(row[name]) for name in ("added", "terminated")]
                source = _SOURCES[row["source"]]
                yield Entry(row["code"], category_named(category), days[0], days[1], source)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def problems(content: Content, findings: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The codes that do not mean in the table what the findings say."""
    for finding in findings:
        for name, is_drug in _WANTED.items():
            if finding["id"] != name[0]:
                continue
            for code in _named_in(finding[name[1]]):
                if content.is_drug(code) != is_drug and code in content.entries:
                    yield f"{'.'.join(name)}: {code} is {content.category_of(code)}"
                if "chemo" in name[1] and content.category_of(code) is Category.ANTINEOPLASTIC:
                    yield f"{'.'.join(name)}: {code} is an antineoplastic"


def _named_in(words: Iterable[str]) -> Iterator[str]:
    for each in words:
        for first, letter, last in _CODES.findall(each.partition(" (")[0]):
            until = int(last) if last else int(first[1:])
            for number in range(int(first[1:]), until + 1):
                code = f"{letter or first[0]}{number:04}"
                if code not in _KEPT:
                    yield code


def main() -> None:
    """Write the table, or say which codes contradict the findings."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("facts", "findings", "output"):
        parser.add_argument(name, type=Path)
    arguments = parser.parse_args()
    entries = build(arguments.facts)
    findings = json.loads(arguments.findings.read_text(encoding="utf-8"))["findings"]
    found = list(problems(Content(entries), findings))
    if found:
        sys.exit("\n".join(found))
    arguments.output.write_text(table_text(entries), encoding="utf-8")


if __name__ == "__main__":
    main()
