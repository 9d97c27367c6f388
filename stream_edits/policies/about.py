"""What a policy is about: the content of its policy.yaml."""

from pathlib import Path
from typing import NamedTuple


class About(NamedTuple):
    """The content of a policy's policy.yaml: id, title and governed lines of business.

    ``folder`` holds its files, ``text`` its text. ``is_own``: it is that of a plan's own edits.
    """

    id: str
    title: str
    lines_of_business: frozenset[str]
    folder: Path
    text: Path
    is_own: bool = False
