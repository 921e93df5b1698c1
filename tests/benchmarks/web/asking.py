"""Ask a server as a browser does, one connection kept, and look at what its process spends."""

from __future__ import annotations

import http.client
import json
import math
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

_CSRF = re.compile(r'name="csrf"[^>]* (?:content|value)="([^"]*)"')
TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: how long until its head was there, and until its last byte."""

    status: int
    body: bytes
    first_s: float
    whole_s: float

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """One browser's connection, its cookies and its CSRF token."""

    port: int
    language: str = "en"
    csrf: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None

    def get(self, path: str, **headers: str) -> Answered:
        found = self._ask("GET", path, None, headers)
        if token := _CSRF.search(found.body.decode("utf-8", "replace")):
            self.csrf = token[1]
        return found

    def post(self, path: str, **fields: str) -> Answered:
        """Send a form, as the pages' scripts do: the answer is JSON."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Origin": f"http://127.0.0.1:{self.port}",
            "X-CSRF": self.csrf,
        }
        body = urlencode({"csrf": self.csrf, **fields})
        return self._ask("POST", path, body, headers)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answered:
        if self._connection is None:
            made = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
            made.connect()
            self._connection = made
        sent = {"Accept-Language": self.language, "Accept": "text/html", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        start = time.perf_counter()
        self._connection.request(method, path, body, sent)
        answer = self._connection.getresponse()
        first_s = time.perf_counter() - start
        content = answer.read()
        whole_s = time.perf_counter() - start
        for line in answer.headers.get_all("set-cookie") or ():
            self.cookies |= {name: m.value for name, m in SimpleCookie(line).items()}
        if answer.will_close:
            self.close()
        return Answered(answer.status, content, first_s, whole_s)


def p95(values: Sequence[float]) -> float:
    """Give the value that 95 of 100 do not pass."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def cpu_s(pid: int) -> float:
    """Give the CPU seconds that a process has used, the system's part in it; Linux only."""
    # What clock_getcpuclockid(3) gives for a process that is not one's own.
    return time.clock_gettime((~pid << 3) | 2)


def ended_cpu_s(pid: int) -> float:
    """Give the CPU seconds of a process's children that have ended, in steps of .01; Linux only."""
    # proc_pid_stat(5): behind the name in brackets, cutime and cstime are the 14th and the 15th.
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> tuple[float, float]:
    """Give proportional and resident memory of a process and its children; Linux only."""
    pss = rss = 0.0
    for each in family(pid):
        for line in Path(f"/proc/{each}/smaps_rollup").read_text("ascii").splitlines():
            name, _, rest = line.partition(":")
            if name in ("Pss", "Rss"):
                kb = int(rest.split()[0])
                pss, rss = (pss + kb, rss) if name == "Pss" else (pss, rss + kb)
    return pss / 1024, rss / 1024


def family(pid: int) -> list[int]:
    """List a process and its children; Linux only."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("ascii").split():
            found += family(int(child))
    return found
