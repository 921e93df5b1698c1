"""Define what is asked of a server and what it answered.

The two values that let a source be a plain function: it is given `fetch`, and tests
give it another one. They know nothing of sockets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

MAX_BYTES = 50_000_000
"""An answer longer than this is cut off and counts as failed: no feed is that long."""


@dataclass(frozen=True, slots=True)
class Request:
    """One GET, or where there is a body one POST: a question too long for an address.

    source: the name to complain under.
    delay_s: least time between two calls to this host, 0 for none.
    etag, last_modified: what the last answer said of itself, empty for none.
    is_trusted: the address stands in feeds.toml or is built from one there, so it may be
    private (a mirror, a test server). An address found in content is not.
    body: what is posted. It asks and changes nothing there, so it may be sent again; a
    redirect of it is not followed.
    headers: besides the usual ones. A secret belongs here and never in the address: they
    go to this very host, never on to where a redirect leads, and into no message.
    """

    url: str
    source: str
    delay_s: float = 0.0
    etag: str = ""
    last_modified: str = ""
    accept: str = "*/*"
    max_bytes: int = MAX_BYTES
    is_trusted: bool = True
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, whole: 200 with its body, or 304 with none.

    url: where it came from in the end, after redirects.
    headers: names in lower case.
    """

    url: str
    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_unchanged(self) -> bool:
        return self.status == 304


Fetch = Callable[[Request], Response]
"""Answers with 200 or 304; every other outcome is raised as SourceFailed or Unreachable."""
