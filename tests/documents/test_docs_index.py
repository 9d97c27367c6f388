"""docs/README.md names every document."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
LINKED = set(re.findall(r"\]\(([^)#]+)\)", (DOCS / "README.md").read_text(encoding="utf-8")))


def test_every_document_is_in_the_index() -> None:
    pages = {
        page.relative_to(DOCS).as_posix() for page in [*DOCS.glob("*.md"), *DOCS.glob("spec/*")]
    }
    assert pages - {"README.md"} - LINKED == set()


def test_every_link_of_the_index_leads_somewhere() -> None:
    assert len(LINKED) > 20
    assert [link for link in LINKED if not (DOCS / link).exists()] == []
