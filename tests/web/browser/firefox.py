"""Drive Firefox by Marionette, the protocol within it that geckodriver speaks.

Playwright cannot: it needs a Firefox of its own, and of a bought one commands that ESR lacks.
The protocol is JSON in both directions, each message behind its length in bytes and a colon:
firefox-source-docs.mozilla.org/testing/marionette/Protocol.html.
"""

from __future__ import annotations

import abc
import base64
import contextlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

START_S = 60.0
"""How long a start may take on two busy cores."""

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The name under which WebDriver hands out elements."""

_PREFERENCES = {
    "marionette.port": 0,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "browser.startup.page": 0,
    "browser.aboutwelcome.enabled": False,
    "app.update.disabledForTesting": True,
}

_ERRORS = """return Services.console.getMessageArray()
    .filter((one) => one instanceof Ci.nsIScriptError)
    .filter((one) => !(one.flags & Ci.nsIScriptError.warningFlag))
    .filter((one) => `${one.sourceName} ${one.errorMessage}`.includes(arguments[0]))
    .map((one) => `${one.category}: ${one.errorMessage}`);"""


def firefox_path() -> str | None:
    """Find the browser; None where there is none."""
    return next(
        (found for name in ("firefox-esr", "firefox") if (found := shutil.which(name))), None
    )


class Engine(abc.ABC):
    """A browser that runs scripts in its page."""

    @abc.abstractmethod
    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of an async function in the page and return what it returns."""

    def wait_for(self, script: str, *arguments: Any, timeout_s: float = 120.0) -> Any:
        """Run a script again and again until its result is true."""
        end = time.monotonic() + timeout_s
        while not (found := self.run(script, *arguments)):
            if time.monotonic() > end:
                raise AssertionError(f"not within {timeout_s} s: {script}")
            time.sleep(0.1)
        return found


class Firefox(Engine):
    """One browser with one window. Every answer that is an error is raised as RuntimeError."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._answers = connection.makefile("rb")
        self._n = 0
        self._read()  # its greeting
        self.send("WebDriver:NewSession")

    def send(self, command: str, **values: Any) -> Any:
        """Run a command and return its value."""
        self._n += 1
        message = json.dumps([0, self._n, command, values]).encode()
        self._connection.sendall(f"{len(message)}:".encode() + message)
        _, _, error, result = self._read()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return result.get("value", result) if isinstance(result, dict) else result

    def _read(self) -> Any:
        length = b""
        while (digit := self._answers.read(1)) != b":":
            if not digit:
                raise RuntimeError("Firefox is gone")
            length += digit
        return json.loads(self._answers.read(int(length)))

    def go(self, address: str) -> None:
        self.send("WebDriver:Navigate", url=address)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of an async function in the page and return what it returns."""
        script = f"return (async function () {{ {script} }}).apply(null, arguments)"
        return self.send("WebDriver:ExecuteScript", script=script, args=list(arguments))

    def press(self, selector: str) -> None:
        """Click the first matching element with the mouse; it must be visible and not covered."""
        found = self.send("WebDriver:FindElement", using="css selector", value=selector)
        self.send("WebDriver:ElementClick", id=found[_ELEMENT])

    def picture(self) -> bytes:
        """Take what the window shows, as PNG."""
        return base64.b64decode(self.send("WebDriver:TakeScreenshot", full=False))

    def errors(self, address: str) -> list[str]:
        """List the console errors of pages at an address, with violations of the policy."""
        self.send("Marionette:SetContext", value="chrome")
        try:
            found: list[str] = self.run(_ERRORS, address)
        finally:
            self.send("Marionette:SetContext", value="content")
        return found


@contextlib.contextmanager
def opened(path: str, profile: Path, *, size: tuple[int, int]) -> Iterator[Firefox]:
    """Start Firefox with a profile of its own, and end it with the block.

    size: of the window, in CSS pixels; it is 500 wide at least.
    """
    profile.mkdir(parents=True, exist_ok=True)
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in _PREFERENCES.items())
    (profile / "user.js").write_text("\n".join(lines), "utf-8")
    width, height = map(str, size)
    command = [path, "--headless", "--no-remote", "--profile", str(profile), "--marionette"]
    # For the console alone: Firefox keeps its messages from pages.
    command += ["--remote-allow-system-access", "--width", width, "--height", height]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with socket.create_connection(("127.0.0.1", _port(profile, process))) as connection:
            connection.settimeout(START_S)
            yield Firefox(connection)
    finally:
        process.terminate()
        process.wait(START_S)


def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    """Wait until Firefox has written the port that it listens at into its profile."""
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            return int((profile / "MarionetteActivePort").read_text())
        time.sleep(0.1)
    raise RuntimeError("Firefox did not start")
