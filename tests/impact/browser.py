"""What can be wrong with the page of an impact that is open in Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

SCHEMES = ("light", "dark")
WIDTHS = (400, 1400)
# Of the text and what is behind it: WCAG 2.2 AA for text of usual size.
CONTRAST = 4.5


class Opened:
    """A page as it looks at one width in one colour scheme."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", self._request)
        page.goto(file.as_uri())

    def _console(self, message: ConsoleMessage) -> None:
        self.said.append(message.text)

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        found: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return found

    def smallest_text(self) -> float:
        """The size of the smallest text on the page, in pixels on the screen."""
        found: float = self.page.evaluate(_SMALLEST)
        return found

    def worst_contrast(self) -> float:
        """The least contrast of any text with what is behind it, as WCAG defines it."""
        found: float = self.page.evaluate(_CONTRAST)
        return found

    def reached_by_keyboard(self) -> list[str]:
        """What the tab key comes to, by id, link or label, until it is back at the start."""
        found: list[str] = []
        for _ in range(200):
            self.page.keyboard.press("Tab")
            name: str | None = self.page.evaluate(
                "(e => e === document.body ? null :"
                " e.getAttribute('href') || e.getAttribute('aria-label') || e.id || e.tagName)"
                "(document.activeElement)"
            )
            if name is None or (found and name == found[0]):
                break
            found.append(name)
        return found


@contextmanager
def opened(browser: Browser, file: Path, width: int, scheme: str) -> Iterator[Opened]:
    """The page of a file."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    try:
        yield Opened(context.new_page(), file)
    finally:
        context.close()


_TEXTS = """
const texts = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || element.closest('title, desc, .skip')) continue;
  if (element.getClientRects().length) texts.push(element);
}
"""
_SMALLEST = f"""() => {{ {_TEXTS}
  return Math.min(...texts.map(element => {{
    const size = parseFloat(getComputedStyle(element).fontSize);
    const svg = element.closest('svg');
    return svg ? size * svg.getScreenCTM().a : size;
  }}));
}}"""
_CONTRAST = f"""() => {{ {_TEXTS}
  const parts = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {{
    const part = [r, g, b].map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  }};
  const behind = element => {{
    for (let at = element; at; at = at.parentElement) {{
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }}
    return [255, 255, 255];
  }};
  return Math.min(...texts.map(element => {{
    const style = getComputedStyle(element);
    const own = parts(element.closest('svg') ? style.fill : style.color);
    const [a, b] = [light(own), light(behind(element))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  }}));
}}"""
