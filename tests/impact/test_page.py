"""The report as a page, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from stream_edits.impact.drawing import drawing
from stream_edits.impact.gate import limit
from stream_edits.impact.page import page
from stream_edits.impact.tally import Impact
from stream_edits.synthetic.generator import generate
from tests.impact.browser import CONTRAST, SCHEMES, WIDTHS, opened
from tests.impact.trials import measured, overlay, piece
from tests.pages.browser import chromium, faults

PIECES = [
    piece("units-over-maximum", "maximum_units", {"96366": 1, "96375": 1}),
    piece("documented-time-too-short", "minutes_needed", {"96413": {"at_least": 90}}),
    piece("by-report-missing", "missing", {"disposition": "DENY"}),
    piece("place-of-service-not-allowed", "places", {"add": ["19", "12"]}),
    piece("multiple-initial-codes", "surplus", {"disposition": "PEND"}),
]


@pytest.fixture(scope="module")
def impact(tmp_path_factory: pytest.TempPathFactory) -> Impact:
    return measured(list(generate(1, 250)), overlay(tmp_path_factory.mktemp("o"), PIECES))


@pytest.fixture(scope="module")
def file(impact: Impact, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("page") / "impact.html"
    made.write_text(page(impact, [limit("deny>1%"), limit("changed>99%")]), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_it_can_be_read(file: Path, browser: Browser, width: int, scheme: str) -> None:
    with opened(browser, file, width, scheme) as shown:
        assert shown.said == []
        assert shown.asked in ([file.as_uri()], [file.as_uri(), "data:,"])
        assert shown.overflow() <= 0
        assert shown.smallest_text() >= 9
        assert shown.worst_contrast() >= CONTRAST
        ground = shown.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (ground == "rgb(255, 255, 255)") is (scheme == "light")


def test_it_breaks_no_rule_of_accessibility(file: Path, browser: Browser) -> None:
    assert faults(browser, file) == []


def test_all_of_it_is_reached_by_keyboard(file: Path, browser: Browser) -> None:
    with opened(browser, file, 400, "light") as shown:
        reached = shown.reached_by_keyboard()
    assert {"#main", "#flows", "#edits", "#changes", "#examples"} <= set(reached)
    assert {"Outcomes", "Edit", "Paragraph", "Changes"} <= set(reached)


def test_it_can_be_printed(file: Path, browser: Browser, tmp_path: Path) -> None:
    with opened(browser, file, 1400, "dark") as shown:
        shown.page.emulate_media(media="print")
        assert shown.page.evaluate("getComputedStyle(document.body).backgroundColor") in (
            "rgb(255, 255, 255)",
            "rgba(0, 0, 0, 0)",
        )
        assert shown.worst_contrast() >= CONTRAST
        assert shown.page.pdf().startswith(b"%PDF")


def test_the_drawing_has_the_figures_of_the_report(impact: Impact, file: Path) -> None:
    drawn = drawing(impact)
    assert drawn is not None
    edits = {bar.name: bar.lines for bar in drawn.bars if bar.kind == "edit"}
    assert edits == {edit: moved.lines for edit, moved in impact.by_edit.items() if moved.lines}
    assert len(edits) >= 4
    for side in (range(100), range(300, 400)):
        assert sum(bar.lines for bar in drawn.bars if bar.x in side) == sum(edits.values())
    assert all(bar.y + bar.height <= drawn.height for bar in drawn.bars)
    text = file.read_text(encoding="utf-8")
    assert "limit broken" in text
    assert "limit kept" in text


def test_a_report_without_a_change_has_no_drawing(browser: Browser, tmp_path: Path) -> None:
    made = tmp_path / "none.html"
    made.write_text(page(Impact(claims=3)), encoding="utf-8")
    with opened(browser, made, 400, "light") as shown:
        assert shown.said == []
        assert shown.page.locator("svg").count() == 0
        assert "No claim and no line has another outcome." in shown.page.inner_text("main")


def test_names_are_escaped() -> None:
    hostile = Impact(claims=1, changes=("<script>alert(1)</script>",))
    assert "<script" not in page(hostile)
    assert "&lt;script&gt;" in page(hostile)
