"""Run `reader serve` as a person does: the installed command, as a process of its own.

It can be killed and started again on the same port. Knows no page and no browser.
"""

from __future__ import annotations

import re
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Self

from tests.installed import READER, environment

SLOW_S = 120.0
"""How long a start may take before a test calls it failed."""


_ADDRESS = re.compile(r"(https?)://[^\s/]+:(\d+)/")
_CODE = re.compile(r"\b[0-9A-Z]{4}[- ][0-9A-Z]{4}\b")


@dataclass
class Serving:
    """The server of one library, a context manager: the process ends with the block.

    now: where its clock stands. arguments: of `reader serve`, besides the port.
    said: every line it printed, both streams.
    port: 0 until the first start; kept from then on.
    """

    folder: Path
    now: datetime
    arguments: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    scheme: str = "http"
    said: list[str] = field(default_factory=list)
    _process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """The address on this machine, without a slash at its end."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        """The folder for a machine's data: signed-in devices, the authority."""
        return self.folder.with_name(f"{self.folder.name}-machine")

    @property
    def code(self) -> str:
        """The newest one-time code that the server printed."""
        return str(_CODE.findall("\n".join(self.said))[-1])

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and wait for an answer; raises AssertionError with its output."""
        assert self._process is None
        known = len(self.said)
        more = {"PYTHONUNBUFFERED": "1", "XDG_DATA_HOME": str(self.data), **self.env}
        process = subprocess.Popen(
            [READER, "serve", "--port", str(self.port), *self.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="backslashreplace",
            env=environment(self.folder, self.now, more),
            cwd="/",
        )
        self._process = process
        assert process.stdout is not None
        threading.Thread(target=self._listen, args=(process.stdout,), daemon=True).start()
        end = time.monotonic() + SLOW_S
        while not self._answers(known):
            if process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise AssertionError("\n".join(["reader serve did not start:", *self.said]))
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill the server, like an empty battery."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End the server as Ctrl-C does; kill it where it does not end."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def restart(self) -> None:
        """Kill the server and start it on the same port."""
        self.kill()
        self.start()

    def wait_for(self, text: str) -> str:
        """Wait until a text was printed, which a thread reads; returns all the output."""
        end = time.monotonic() + SLOW_S
        while not any(text in line for line in self.said):
            assert time.monotonic() < end, "\n".join(self.said)
            time.sleep(0.01)
        return "\n".join(self.said)

    def _listen(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self.said.append(line.rstrip("\n"))

    def _answers(self, known: int) -> bool:
        """Find the newly printed address; returns whether a server listens there."""
        found = _ADDRESS.search("\n".join(self.said[known:]))
        if found is None:
            return False
        self.scheme, self.port = found[1], int(found[2])
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True
