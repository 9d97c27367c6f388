"""Templates become whole pages: escaped, without a script, loading nothing."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from stream_edits.pages import render

TEMPLATE = """\
{% extends "base.html.j2" %}
{% import "parts.html.j2" as parts %}
{% block title %}{{ title }}{% endblock %}
{% block contents %}{{ parts.links([("one", "First & only")]) }}{% endblock %}
{% block main %}
{% call parts.table("A table") %}<tr><td>{{ parts.disposition("DENY") }}</td></tr>{% endcall %}
{% endblock %}
"""
HOSTILE = "</title><script>alert('x')</script>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.html.j2").write_text(TEMPLATE)
    return tmp_path


def test_a_page_is_whole(folder: Path) -> None:
    page = render(folder, "page.html.j2", title="A & B")
    assert page.startswith("<!doctype html>\n<html lang=")
    assert page.rstrip().endswith("</html>")
    assert "<title>A &amp; B</title>" in page
    assert "<h1>A &amp; B</h1>" in page
    assert '<span class="badge deny">DENY</span>' in page
    assert '<a href="#one">First &amp; only</a>' in page
    assert "prefers-color-scheme: dark" in page


def test_values_are_escaped(folder: Path) -> None:
    page = render(folder, "page.html.j2", title=HOSTILE)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 2


def test_a_page_loads_nothing(folder: Path) -> None:
    page = render(folder, "page.html.j2", title="x")
    assert "default-src 'none'" in page
    assert not [word for word in ("http:", "https:", "@import", "url(", "src=") if word in page]


def test_a_missing_value_is_an_error(folder: Path) -> None:
    with pytest.raises(UndefinedError):
        render(folder, "page.html.j2")
