"""The page of `explain` in a real browser: what an examiner asks is on it, and all can use it."""

from pathlib import Path

import pytest

from stream_edits.domain.claim import ClaimEvent
from stream_edits.explain.as_html import as_html
from stream_edits.explain.clock import drawings
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
    assert 'Minutes needed: minutes_needed["96361"] = ' in text
    assert links[:5] == ["#main", "#happened", "#why", "#next", "#revisions"]
    assert links[5] == "Lines of the claim"


def clock_of(*claims: ClaimEvent) -> list[tuple[str, list[str]]]:
    """Each bar of the first claim's clock, with what its overlaps mean."""
    (drawing,) = drawings(told(claims[0].claim_id, *claims))
    return [
        (bar.span.text, [each.text for each in bar.overlaps if each.text]) for bar in drawing.bars
    ]


def test_an_overlap_that_an_edit_objects_to_says_so() -> None:
    """Hydration beside an infusion is denied; beside it stands a push, which it may run with."""
    visit = claim(
        "A",
        line("96365", "09:00-10:00"),
        line("96361", "09:00-10:00"),
        line("96375", "09:10-09:15"),
    )
    (_, infusion_), (_, hydration), (_, push) = clock_of(visit)
    denied = "Not allowed: hydration-concurrent denies line 2."
    allowed = "Allowed: no edit objects to it."
    assert [each.rpartition(". ")[2] for each in (*infusion_, *hydration, *push)] == [
        denied,
        allowed,
        denied,
        allowed,
        allowed,
        allowed,
    ]
    assert infusion_[0] == f"60 minutes at the same time as line 2, 96361 x 1. {denied}"


def test_time_of_the_supervisor_says_whether_it_was_free() -> None:
    """The patient who came first has the time; the other's line is denied."""
    first = infusion("A", "M1", "09:00-10:00")
    second = infusion("B", "M2", "09:30-10:30", minute=1)
    patient = "30 minutes at the same time as another patient of the supervisor. "
    ((_, told_first), _) = clock_of(first, second)
    assert told_first == [f"{patient}Allowed: no edit objects to it."]
    (drawing,) = drawings(told("B", first, second))
    texts = [each.text for bar in drawing.bars for each in bar.overlaps if each.text]
    assert texts == [f"{patient}Not allowed: simultaneous-supervision denies line 1."]


def test_what_only_touches_does_not_overlap() -> None:
    visit = claim("A", line("96365", "09:00-10:00"), line("96366", "10:00-11:00"))
    assert clock_of(visit) == [("Line 1, 96365 x 1", []), ("Line 2, 96366 x 1", [])]


def test_a_claim_that_no_policy_governs_is_not_judged() -> None:
    visit = claim("A", line("99213", "09:00-10:00"), line("99214", "09:30-10:30"))
    ((_, texts), _) = clock_of(visit)
    assert [each.rpartition(". ")[2] for each in texts] == [
        "Not judged: no policy governs this claim."
    ]


def test_the_meaning_stands_below_the_bar_at_any_width(page_file: Path) -> None:
    with chromium() as browser:
        for width in (400, 1400):
            with shown(browser, page_file, width=width) as (page, errors):
                bar = page.locator(".clock li.own").first
                meaning = bar.locator(".meaning").first
                assert "at the same time as line 2, 96361 x 9" in meaning.inner_text()
                assert "llowed: " in meaning.inner_text()
                boxes = [each.bounding_box() for each in (bar.locator(".track"), meaning)]
                assert errors == []
            track, words = boxes
            assert track is not None
            assert words is not None
            assert words["y"] >= track["y"] + track["height"] - 1
            assert words["x"] + words["width"] <= width


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
