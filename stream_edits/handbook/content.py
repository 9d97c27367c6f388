"""`policy content`: what the content table holds, and what a quarterly file changes in it."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from stream_edits.policies.content.category import Category
from stream_edits.policies.content.content import Content
from stream_edits.policies.content.update import Update
from stream_edits.policies.policy import Policies


def contents(policies: Policies) -> dict[str, Content]:
    """What codes mean in the newest revision of each policy that has a say in it, by policy id."""
    return {
        policy.id: value
        for policy in policies.all
        for rules in policy.revisions[-1].values()
        for name in type(rules).model_fields
        for value in [getattr(rules, name)]
        if isinstance(value, Content)
    }


def contents_as_json(found: dict[str, Content], day: date | None, code: str | None) -> str:
    """What codes mean as JSON lines: one code, the codes that start or end from a day on, or all.

    ``category`` is that in force, null for a code without a meaning. A code in no category that
    counts as a drug has the category unclassified.
    """
    rows = []
    for policy_id, content in found.items():
        listed = [code] if code else sorted({*content.entries, *content.added()})
        if code is None and day is None:
            listed += content.unclassified()
        for each in dict.fromkeys(listed):
            row = _row(content, each)
            days = [x for x in (row["first_day"], row["last_day"]) if x]
            if day is None or any(x >= day.isoformat() for x in days):
                rows.append(json.dumps({"policy": policy_id, **row}, ensure_ascii=False) + "\n")
    return "".join(rows)


def _row(content: Content, code: str) -> dict[str, Any]:
    entry, category = content.entries.get(code), content.category_of(code)
    if category is None and content.is_unclassified_drug(code):
        category = Category.UNCLASSIFIED
    first, last = (entry.first_day, entry.last_day) if entry else (None, None)
    return {
        "code": code,
        "category": category.value if category else None,
        "first_day": first.isoformat() if first else None,
        "last_day": last.isoformat() if last else None,
        "source": entry.source if entry else None,
        "changed_by_overlay": code in content.changes,
    }


def summary(content: Content) -> str:
    """The number of codes in each category, and the codes that have none yet."""
    counts = Counter(content.category_of(code) for code in [*content.entries, *content.added()])
    unclassified = content.unclassified()
    lines = [f"{counts[each]:6}  {each.value}" for each in Category if counts[each]]
    lines.append(f"{len(unclassified):6}  {Category.UNCLASSIFIED.value}")
    text = "\n".join(lines) + "\n"
    if unclassified:
        text += "\nunclassified:\n" + "".join(f"  {code}\n" for code in unclassified)
    return text


def changes_from(content: Content, day: date) -> str:
    """A line for each code that starts or ends on or after a day, in order of date."""
    lines = sorted(_changes(content, day))
    return "".join(f"{line}\n" for line in lines) or f"no code starts or ends from {day} on\n"


def _changes(content: Content, day: date) -> Iterator[str]:
    for entry in content.entries.values():
        category = content.category_of(entry.code) or entry.category
        if entry.first_day and entry.first_day >= day:
            yield f"{entry.first_day}  {entry.code}  first day  {category.value}"
        if entry.last_day and entry.last_day >= day:
            yield f"{entry.last_day}  {entry.code}  last day   {category.value}"


def meaning_of(content: Content, code: str) -> str:
    """What one code means, and where that is said."""
    category, entry = content.category_of(code), content.entries.get(code)
    if code in content.changes:
        return f"{code}  {category.value if category else 'none'}  (changed by the overlay)\n"
    if entry is not None:
        days = f"{entry.first_day or ''}..{entry.last_day or ''}"
        return f"{code}  {entry.category.value}  {days}  {entry.source}\n"
    if content.is_unclassified_drug(code):
        return f"{code}  not in the table; counts as a drug until it is classified\n"
    return f"{code}  not in the table\n"


def update_in_words(update: Update) -> str:
    """What a quarterly file changed: codes added, ended and still to be classified."""
    lines = [f"added         {x.code}  {x.added or ''}  {x.description}" for x in update.added]
    for entry in update.ended:
        ends = f"last day {entry.last_day}" if entry.last_day else "no longer ended"
        lines.append(f"ended         {entry.code}  {ends}  {entry.category.value}")
    lines += [f"unclassified  {x.code}  {x.description}" for x in update.unclassified]
    counts = (len(update.added), len(update.ended), len(update.unclassified))
    lines.append("{} added, {} ended, {} unclassified".format(*counts))
    return "\n".join(lines) + "\n"
