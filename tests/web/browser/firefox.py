"""Drive Firefox by WebDriver BiDi, which it speaks itself: w3.org/TR/webdriver-bidi.

Playwright cannot: it needs a Firefox of its own. Selenium needs geckodriver, which Debian lacks.
"""

from __future__ import annotations

import abc
import base64
import contextlib
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import websocket

START_S = 60.0
"""How long a start may take on two busy cores."""

_PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "browser.startup.page": 0,
    "browser.aboutwelcome.enabled": False,
    "app.update.disabledForTesting": True,
}

_CALL = """async (script, given) => {
  const run = Object.getPrototypeOf(async () => {}).constructor(script);
  return JSON.stringify((await run(...JSON.parse(given))) ?? null);
}"""
"""Values go in and come back as JSON, which is shorter than BiDi's own form of them."""

_PLACE = """const it = document.querySelector(arguments[0]);
it.scrollIntoView({ block: "center", behavior: "instant" });
const { x, y, width, height } = it.getBoundingClientRect();
const at = [Math.round(x + width / 2), Math.round(y + height / 2)];
return it.contains(document.elementFromPoint(...at)) ? at : null;"""


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


class Left(RuntimeError):
    """The page was left while a script ran in it."""


class Firefox(Engine):
    """One browser with one window. Every answer that is an error is raised as RuntimeError."""

    def __init__(self, connection: websocket.WebSocket) -> None:
        self._connection = connection
        self._n = 0
        self._entries: list[dict[str, Any]] = []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded"])
        self._context = self.send("browsingContext.getTree")["contexts"][0]["context"]

    def send(self, command: str, **values: Any) -> Any:
        """Run a command and return its result; events that come before it are kept."""
        self._n += 1
        self._connection.send(json.dumps({"id": self._n, "method": command, "params": values}))
        while (answer := json.loads(self._connection.recv())).get("id") != self._n:
            if answer.get("method") == "log.entryAdded":
                self._entries.append(answer["params"])
        if answer["type"] == "error":
            is_left = any(word in answer["message"] for word in ("AbortError", "destroyed"))
            raise (Left if is_left else RuntimeError)(f"{command}: {answer['message']}")
        return answer["result"]

    def go(self, address: str) -> None:
        self.send("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of an async function in the page and return what it returns."""
        given = [{"type": "string", "value": v} for v in (script, json.dumps(arguments))]
        answer = self.send(
            "script.callFunction",
            functionDeclaration=_CALL,
            arguments=given,
            target={"context": self._context},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def wait_for(self, script: str, *arguments: Any, timeout_s: float = 120.0) -> Any:
        """Run a script again and again until its result is true, in the next page too."""
        end = time.monotonic() + timeout_s
        while True:
            try:
                return super().wait_for(script, *arguments, timeout_s=end - time.monotonic())
            except Left:
                time.sleep(0.1)

    def press(self, selector: str) -> None:
        """Click the first matching element with the mouse; it must be visible and not covered."""
        x, y = self.wait_for(_PLACE, selector)
        moves = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "actions": moves}
        self.send("input.performActions", context=self._context, actions=[mouse])

    def picture(self) -> bytes:
        """Take what the window shows, as PNG."""
        return base64.b64decode(
            self.send("browsingContext.captureScreenshot", context=self._context)["data"]
        )

    def errors(self) -> list[str]:
        """List the console's errors so far, with violations of the policy."""
        self.send("session.status")  # what was said before it has come
        return [entry["text"] for entry in self._entries if entry["level"] == "error"]


@contextlib.contextmanager
def opened(path: str, profile: Path, *, size: tuple[int, int]) -> Iterator[Firefox]:
    """Start Firefox with a profile of its own, and end it with the block.

    size: of the window, in CSS pixels; it is 500 wide at least.
    """
    profile.mkdir(parents=True, exist_ok=True)
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in _PREFERENCES.items())
    (profile / "user.js").write_text("\n".join(lines), "utf-8")
    width, height = map(str, size)
    command = [path, "--headless", "--no-remote", "--profile", str(profile)]
    command += ["--remote-debugging-port", "0", "--width", width, "--height", height]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"ws://127.0.0.1:{_port(profile, process)}/session"
        # Firefox refuses every page that asks, and a program that names one as its own.
        connection = websocket.create_connection(address, START_S, suppress_origin=True)
        with contextlib.closing(connection):
            yield Firefox(connection)
    finally:
        process.terminate()
        process.wait(START_S)


def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    """Wait until Firefox has written the port that it listens at into its profile."""
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError, ValueError, KeyError):
            return int(json.loads((profile / "WebDriverBiDiServer.json").read_text())["ws_port"])
        time.sleep(0.1)
    raise RuntimeError("Firefox did not start")
