"""Define the request to a server and its response, as plain values.

They let a source be a plain function that is given `fetch`, so that tests can give it
another one. They know nothing of sockets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from reader.base.messages import Text

MAX_BYTES = 50_000_000
"""An answer longer than this is cut off and counts as failed: no feed is that long."""


@dataclass(frozen=True, slots=True)
class Request:
    """One GET, or one POST where there is a body (a query too long for an address).

    source: the name of the source in error messages.
    delay_s: least seconds between two calls to this host, 0 for none.
    etag, last_modified: validators of the last answer, "" for none.
    is_trusted: the address stands in feeds.toml or is built from one there, so it may be
    private (a mirror, a test server). An address found in content is not trusted.
    max_bytes: a longer answer is an error.
    body: a query, which changes nothing on the server: it may be sent again. A redirect of a
    POST is not followed.
    headers: additional ones. A secret belongs here and never in the address: headers go to
    this host alone, not to the target of a redirect, and into no message.
    """

    url: str
    source: Text
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
    """One complete answer: 200 with its body, or 304 without one.

    url: the address that answered, after redirects.
    headers: names in lower case.
    """

    url: str
    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_unchanged(self) -> bool:
        return self.status == 304

    @property
    def served_at(self) -> datetime | None:
        """The server's time as it answered (`Date`, and `Age` of a cached answer), aware.

        None where it did not say.
        """
        # Imported here: 10 ms, which a command without a network need not wait for.
        from email.utils import parsedate_to_datetime

        age = self.headers.get("age", "")
        try:
            at = parsedate_to_datetime(self.headers.get("date", ""))
            at += timedelta(seconds=int(age) if re.fullmatch("[0-9]{1,9}", age) else 0)
            return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            return None


Fetch = Callable[[Request], Response]
"""Answers with 200 or 304; every other outcome is raised as SourceFailed or Unreachable."""
