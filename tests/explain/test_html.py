"""The page of `explain` in a real browser: what an examiner asks is on it, and all can use it."""

from pathlib import Path

import pytest

from stream_edits.explain.as_html import as_html
from tests.build import claim, infusion, line
from tests.explain.told import told
from tests.pages.browser import chromium, faults, reached_by_keyboard, shown

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def page_file(tmp_path: Path) -> Path:
    """A visit with an overlap, a gap, two claims, two revisions, remedies and another patient."""
    first = claim(
        "A",
        line("96366", "09:00-10:30", by="1000000004"),
        line("96361", "10:00-11:00", by="1000000004", units=9.0),
        line("J1745", units=4.0),
        documents=("by_report",),
    )
    second = claim("B", line("96365", "11:30-12:30", by="1000000004"), minute=1)
    other = infusion("OTHER-CLAIM", "OTHER-MEMBER", "12:00-13:00", minute=2)
    file = tmp_path / "claim.html"
    file.write_text(as_html(told("A", first, second, other)), "utf-8")
    return file


def test_it_opens_everywhere_without_a_fault(page_file: Path) -> None:
    with chromium() as browser:
        assert faults(browser, page_file) == []


def test_an_examiner_finds_what_happened_why_and_what_next(page_file: Path) -> None:
    with chromium() as browser, shown(browser, page_file) as (page, _):
        text = page.inner_text("body")
        facts = page.locator("dd").all_inner_texts()
        headings = page.locator("h2").all_inner_texts()
        links = reached_by_keyboard(page, 6)
    assert headings == ["What happened", "What next", "Why", "Revisions"]
    assert "the provider" in facts
    assert "09:00 to 10:30" in text
    assert "Another patient of the supervisor" in text
    assert "OTHER-" not in text
    assert "Send the supervision documentation for line 1, if the record supports it." in text
    assert "because claim B came or changed" in text
    assert 'minutes_needed["96361"]' in text
    assert links[:5] == ["#main", "#happened", "#why", "#next", "#revisions"]
    assert links[5] == "Lines of the claim"


def test_it_can_be_printed(page_file: Path) -> None:
    with chromium() as browser, shown(browser, page_file, scheme="dark") as (page, errors):
        page.emulate_media(media="print")
        colours = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body)"
            ".backgroundColor, getComputedStyle(document.querySelector('nav')).display]"
        )
        printed = page.pdf(format="A4")
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)", "none"]
    assert printed.startswith(b"%PDF")
    assert errors == []


def test_values_of_a_claim_are_text_only(tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    given = claim(HOSTILE, line("96366", modifiers=(HOSTILE,)), line(HOSTILE, units=2.0))
    page = as_html(told(HOSTILE, given))
    assert "<script" not in page
    file.write_text(page, "utf-8")
    with chromium() as browser, shown(browser, file) as (opened, errors):
        assert HOSTILE in opened.inner_text("h1")
    assert errors == []


def test_a_fault_is_noticed(tmp_path: Path) -> None:
    """The check itself: a wide page without a language or a title breaks rules."""
    file = tmp_path / "bad.html"
    file.write_text('<body><img src="gone.png"><div style="width: 2000px">wide</div>')
    with chromium() as browser:
        found = " ".join(faults(browser, file))
    assert "px wide" in found
    assert "html-has-lang" in found
    assert "image-alt" in found
