"""Chromium, the pages of an invented library, and what counts as a fault on them.

Each worker of pytest-xdist has its own browser, library and server. Without chromium or
playwright the tests are skipped with that reason.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tests.web.browser.webkit import Webkit, missing, opened
from tests.web.chromium import NO_SANDBOX, bare_chromium
from tests.web.serving import Serving
from tests.web.world import NOW, lived_in, played

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Response

WAIT_MS = 120_000.0
"""How long a page may take to do what was asked before that counts as missing."""

PHONE, PORTRAIT, LANDSCAPE, LAPTOP = (390, 844), (820, 1180), (1180, 820), (1440, 900)

Theme = Literal["light", "dark"]

_HARMLESS = re.compile(r"net::ERR_|responded with a status of|when fetching the script")
"""What the console says of answers, which are looked at by themselves, and where a test has no
server or network on purpose."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests with a browser as slow: they take minutes of two cores."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Browser]]:
    """Return a function that starts a browser with its own arguments; each is closed at the end."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = bare_chromium()
    if path is None:
        pytest.skip("chromium is not installed (apt install chromium-headless-shell)")
    with contextlib.ExitStack() as stack:
        playing = stack.enter_context(playwright.sync_playwright())

        def start(*arguments: str) -> Browser:
            browser: Browser = playing.chromium.launch(
                executable_path=path, args=[NO_SANDBOX, *arguments]
            )
            stack.callback(browser.close)
            return browser

        yield start


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Browser:
    return launch()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make the invented library once; each test gets a copy. Its sources answer."""
    with played() as server:
        yield lived_in(tmp_path_factory.mktemp("world") / "library", server)


@pytest.fixture
def library(world: Path, tmp_path: Path) -> Path:
    """Copy the library for one test."""
    return Path(shutil.copytree(world, tmp_path / "library"))


@pytest.fixture
def served(library: Path) -> Iterator[Serving]:
    """Serve the library of one test."""
    with Serving(library, NOW) as serving:
        yield serving


@pytest.fixture(scope="session")
def shown(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Serve a library to all tests that only read."""
    folder = Path(shutil.copytree(world, tmp_path_factory.mktemp("shown") / "library"))
    with Serving(folder, NOW) as serving:
        yield serving


@pytest.fixture
def webkit(tmp_path: Path) -> Iterator[Webkit]:
    """Open WebKit, in the size of a tablet held upright, with nothing stored."""
    pytest.importorskip("selenium", reason="selenium is not installed")
    if reason := missing():
        pytest.skip(reason)
    with opened(tmp_path / "profile", size=PORTRAIT) as found:
        yield found


@dataclass
class Visitor:
    """A person with a browser. faults: errors on any of their pages.

    A fault is a dialog, a script's error, a breach of the policy, an answer of 4xx or 5xx
    that is not in `may_fail`.
    """

    browser: Browser
    faults: list[str] = field(default_factory=list)
    may_fail: set[int] = field(default_factory=set)
    contexts: list[BrowserContext] = field(default_factory=list)

    def context(
        self,
        *,
        size: tuple[int, int] = LAPTOP,
        theme: Theme = "light",
        language: str = "en",
        is_touch: bool = False,
        browser: Browser | None = None,
        **more: Any,
    ) -> BrowserContext:
        """Open a browser without cookies.

        language: what it asks for, "en" or "ja". is_touch: fingers instead of a mouse.
        """
        found = (browser or self.browser).new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            locale={"ja": "ja-JP", "en": "en-GB"}[language],
            has_touch=is_touch,
            is_mobile=is_touch,
            reduced_motion="reduce",
            **more,
        )
        found.set_default_timeout(WAIT_MS)
        found.on("page", self._watch)
        self.contexts.append(found)
        return found

    def page(self, **more: Any) -> Page:
        """Open a page in a new browser context; takes the arguments of `context`."""
        return self.context(**more).new_page()

    def _watch(self, page: Page) -> None:
        page.on("dialog", self._asked)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("console", self._said)
        page.on("response", self._answered)

    def _asked(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _said(self, message: ConsoleMessage) -> None:
        text = f"{message.text} {message.location['url']}"
        if message.type == "error" and not _HARMLESS.search(text):
            self.faults.append(f"console: {text}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 400 and answer.status not in self.may_fail:
            self.faults.append(f"{answer.status}: {answer.url}")


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Return a visitor; at the end their pages must have had no faults."""
    found = Visitor(browser)
    try:
        yield found
    finally:
        for context in found.contexts:
            context.close()
    assert found.faults == []
