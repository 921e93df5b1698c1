"""Drive WebKit, Safari's engine, by selenium: WebKitGTK's small browser on a screen in memory.

It knows no touch: a finger is a mouse there. Its language is the system's, and its driver sets no
cookie, so a test chooses the language on the page "More". What only Apple's systems do is not
tried.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.web.browser.firefox import Engine

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver

_FAULTS = Path(__file__).parent / "faults.js"
_AT_START = "user-script-at-start"

CRASHES = ["page crash or hang", "Session terminated without a reply", "Read timed out"]
"""What the driver says when the engine itself has ended, or selenium where the driver says nothing
at all."""

PATIENCE_S = 120.0
"""How long selenium waits for an answer of the driver; by default for ever."""

_SCREEN = "2000x2000x24"


def missing() -> str | None:
    """Say what is not installed; None where all is there."""
    if not shutil.which("Xvfb"):
        return "Xvfb is not installed (apt install xvfb)"
    if not shutil.which("WebKitWebDriver") or _browser() is None:
        return "WebKit is not installed (apt install webkit2gtk-driver)"
    return None


def sees_loading() -> bool:
    """Check whether errors are noticed while a page loads; some versions let no script run before
    the page's own, and there they are noticed from then on."""
    browser = _browser()
    return browser is not None and _AT_START.encode() in browser.read_bytes()


def _browser() -> Path | None:
    return next(Path("/usr").glob("lib*/**/webkit2gtk-4.1/MiniBrowser"), None)


class Webkit(Engine):
    """One browser with one window. driver: selenium's, for what is not here, as keys."""

    def __init__(self, driver: WebDriver, *, sees_loading: bool) -> None:
        self.driver = driver
        self._sees_loading = sees_loading

    def go(self, address: str) -> None:
        self.driver.get(address)
        if not self._sees_loading:
            self.driver.execute_script(_FAULTS.read_text("utf-8"))

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of an async function in the page and return what it returns."""
        called = f"(async function () {{ {script} }}).apply(null, [...arguments].slice(0, -1))"
        ended = "arguments[arguments.length - 1]"
        found = self.driver.execute_async_script(
            f"const end = {ended}; {called}.then((one) => end([one ?? null, null]),"
            " (error) => end([null, String(error)]));",
            *arguments,
        )
        value, error = found
        if error is not None:
            raise RuntimeError(f"{error}: {script}")
        return value

    def press(self, selector: str) -> None:
        """Click the first matching element; it must be visible and not covered."""
        found = self.driver.find_element("css selector", selector)
        # The driver would scroll it to the edge of the window, and pages scroll smoothly.
        self.driver.execute_script(
            "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", found
        )
        found.click()

    def speak(self, language: str) -> None:
        """Choose a language on the page "More", which is shown."""
        self.run(
            "document.querySelector(`button[name=language][value=${arguments[0]}]`).click()",
            language,
        )
        self.wait_for("return document.documentElement.lang === arguments[0]", language)

    def type(self, selector: str, text: str) -> None:
        """Type into the first matching element, key by key."""
        self.driver.find_element("css selector", selector).send_keys(text)

    def picture(self) -> bytes:
        """Take what the window shows, as PNG."""
        return self.driver.get_screenshot_as_png()

    def faults(self) -> list[str]:
        """List the errors of all pages so far, with violations of the policy (`sees_loading`)."""
        found: list[str] = self.run("return JSON.parse(sessionStorage.getItem('faults') ?? '[]')")
        return found


@contextlib.contextmanager
def opened(profile: Path, *, size: tuple[int, int]) -> Iterator[Webkit]:
    """Start WebKit with nothing stored, and end it with the block.

    size: of the page, in CSS pixels. profile: a folder for what it writes.
    """
    from selenium.webdriver import WebKitGTK, WebKitGTKOptions
    from selenium.webdriver.webkitgtk.service import Service

    options = WebKitGTKOptions()
    options.binary_location = str(_browser())
    # The whole screen: without the browser's own bar, which is wider than a phone.
    sees = sees_loading()
    # An unknown option ends the browser, and its driver waits for it for ever.
    at_start = [f"--{_AT_START}={_FAULTS}"] if sees else []
    for one in ("--automation", "--full-screen", *at_start):
        options.add_argument(one)
    with _screen() as display:
        folders = {f"XDG_{name}_HOME": str(profile) for name in ("CACHE", "CONFIG", "DATA")}
        # GDK_BACKEND: a desktop's Wayland would show the window to the person who runs the tests.
        env = os.environ | folders | {"DISPLAY": display, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
        before = socket.getdefaulttimeout()
        socket.setdefaulttimeout(PATIENCE_S)  # read once, as selenium makes its connection
        try:
            driver = WebKitGTK(options=options, service=Service(env=env))
        finally:
            socket.setdefaulttimeout(before)
        try:
            driver.set_window_size(*size)
            yield Webkit(driver, sees_loading=sees)
        finally:
            # A driver whose engine crashed does not answer when it is asked to quit either. The
            # browser ends with its screen.
            driver.service.process.kill()
            driver.quit()


@contextlib.contextmanager
def _screen() -> Iterator[str]:
    """Start an X server without a screen; yields its name, the first that is free."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", _SCREEN, "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        process.terminate()
        process.wait(30)
