"""HTML pages in a real headless Chromium, and the accessibility rules of axe-core on them."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple, NoReturn

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_HERE = Path(__file__).parent
_PACKAGES = _HERE.parents[1] / ".cache" / "axe"
_OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
WIDTHS = (400, 1400)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_RUN_AXE = "axe.run(document, {resultTypes: ['violations']})"


class Shown(NamedTuple):
    """A page that is open, and what went wrong while it was opened."""

    page: Page
    errors: list[str]


def missing(why: str) -> NoReturn:
    """Fails the test in CI, and skips it elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(f"under CI the pages must be opened: {why}")
    pytest.skip(f"{why}: the page was NOT opened")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the system, else the one that Playwright has downloaded (`make tools`)."""
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or playwright.chromium.executable_path
        if not Path(found).exists():
            missing("Chromium is not installed: `make tools` installs it")
        browser = playwright.chromium.launch(executable_path=found, args=[*_OPTIONS])
        yield browser
        browser.close()


@contextmanager
def shown(
    browser: Browser,
    file: Path,
    width: int = 1400,
    scheme: Literal["light", "dark"] = "light",
    *,
    may_run_scripts: bool = False,
) -> Iterator[Shown]:
    """A page opened from its file. ``may_run_scripts`` lifts the page's own policy, for axe."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        bypass_csp=may_run_scripts,
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("requestfailed", lambda request: errors.append(f"failed: {request.url}"))
    page.goto(file.as_uri())
    yield Shown(page, errors)
    context.close()


def faults(browser: Browser, file: Path) -> list[str]:
    """What is wrong with a page: console errors, a width that overflows, rules of axe-core."""
    found = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            with shown(browser, file, width, scheme) as (page, errors):
                where = f"{width} px, {scheme}"
                found += [f"{where}: {error}" for error in errors]
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > width:
                    found.append(f"{where}: the page is {wide} px wide")
            found += [f"{where}: {rule}" for rule in axe(browser, file, width, scheme)]
    return found


def axe(browser: Browser, file: Path, width: int, scheme: Literal["light", "dark"]) -> list[str]:
    """The rules of axe-core that a page breaks."""
    with shown(browser, file, width, scheme, may_run_scripts=True) as (page, _):
        page.evaluate(_axe_source())
        violations: list[dict[str, Any]] = page.evaluate(_RUN_AXE)["violations"]
    return [f"{x['id']} ({x['impact']}): {x['nodes'][0]['html'][:200]}" for x in violations]


def reached_by_keyboard(page: Page, presses: int) -> Sequence[str]:
    """What has the focus after each press of the tab key: the target of a link, or a label."""
    reached = []
    for _ in range(presses):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.getAttribute('href') "
                "|| document.activeElement.getAttribute('aria-label') || ''"
            )
        )
    return reached


def _axe_source() -> str:
    """The script of axe-core, by the version that is locked. The first call fetches it."""
    if shutil.which("npm") is None:
        missing("no npm command found")
    _PACKAGES.mkdir(parents=True, exist_ok=True)
    script = _PACKAGES / "node_modules" / "axe-core" / "axe.min.js"
    with (_PACKAGES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (_HERE / "axe" / "package-lock.json").read_bytes()
        installed = _PACKAGES / "package-lock.json"
        if not script.is_file() or not installed.exists() or installed.read_bytes() != wanted:
            shutil.copy(_HERE / "axe" / "package.json", _PACKAGES)
            shutil.copy(_HERE / "axe" / "package-lock.json", installed)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(
                command, cwd=_PACKAGES, capture_output=True, text=True, check=False, timeout=100
            )
            if done.returncode != 0:
                missing(f"npm could not fetch axe-core: {done.stderr[-300:]}")
    return script.read_text(encoding="utf-8")
