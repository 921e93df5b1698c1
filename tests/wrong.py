"""Let a played server answer wrongly in ways that `Fault` has no word for.

A mangle is given a whole answer and makes another one of it. Knows nothing of libraries.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from reader.cli.demo.server import Reply
from tests.play import PlayServer

Mangle = Callable[[str, Reply], Reply]


def as_it_is(_target: str, answer: Reply) -> Reply:
    return answer


class WrongServer(PlayServer):
    """A server of which the answers under one path may be changed.

    mangle: is given the path with its query, and the answer as it should be.
    """

    path = ""
    mangle: Mangle = staticmethod(as_it_is)

    def answer(self, target: str) -> Reply:
        answer = super().answer(target)
        return self.mangle(target, answer) if urlsplit(target).path == self.path else answer

    def answer_at(self, target: str, moment: datetime) -> Reply:
        """Answer rightly, but as at another moment."""
        then = copy.copy(self)
        then.clock = lambda: moment
        return PlayServer.answer(then, target)


def of_the_day_before(server: WrongServer, *, claims: date | None = None) -> Mangle:
    """Answer as a day ago; claims: under this date instead of the true one."""

    def mangle(target: str, _: Reply) -> Reply:
        moment = server.clock() - timedelta(days=1)
        answer = server.answer_at(target, moment)
        if claims is None:
            return answer
        body = re.sub(rb"<published>[0-9-]{10}", f"<published>{claims}".encode(), answer.body)
        return replace(answer, body=body, headers={})

    return mangle


def body(change: Callable[[bytes], bytes], **headers: str) -> Mangle:
    """Make an answer's body another one; nothing in its head says so."""
    return lambda _target, answer: Reply(
        answer.status,
        change(answer.body),
        {"Content-Type": answer.headers.get("Content-Type", "text/xml"), **headers},
    )


def start_of(target: str) -> int:
    return int(parse_qs(urlsplit(target).query).get("start", ["0"])[0])


def without_entries(xml: bytes, n: int = 1_000_000) -> bytes:
    """Take the first n entries out of a page."""
    return re.sub(rb"  <entry>.*?</entry>\n", b"", xml, count=n, flags=re.DOTALL)


def total(xml: bytes, change: Callable[[int], int]) -> bytes:
    """Make the total of an API's page another one."""
    pattern = rb"(totalResults>)(\d+)"
    return re.sub(pattern, lambda m: m[1] + str(change(int(m[2]))).encode(), xml)


def once(mangle: Mangle, when: Callable[[str], bool]) -> Mangle:
    """Change the first answer to such a question only."""
    seen: list[str] = []

    def changed(target: str, answer: Reply) -> Reply:
        if seen or not when(target):
            return answer
        seen.append(target)
        return mangle(target, answer)

    return changed


def always(mangle: Mangle, when: Callable[[str], bool]) -> Mangle:
    """Change the answers to such questions."""
    return lambda target, answer: mangle(target, answer) if when(target) else answer
