"""What a policy is called, and where its files are."""

from pathlib import Path
from typing import NamedTuple


class About(NamedTuple):
    """The content of a policy's policy.yaml: id, title and governed lines of business.

    ``folder`` is the path of the policy's files, ``text`` the name of the file with its text.
    """

    id: str
    title: str
    lines_of_business: frozenset[str]
    folder: Path
    text: Path
