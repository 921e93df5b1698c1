"""Hold what stands at one server's door together: who is in, which codes are good."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from reader.web.door.codes import Codes
from reader.web.door.served import Served
from reader.web.door.sessions import Sessions
from reader.web.door.throttle import Throttle


def _ignore(_: Exception) -> None:
    """Say nothing: the person saw the page that says so."""


@dataclass(frozen=True, slots=True)
class Door:
    """The door of one server, on this machine alone where nothing is given.

    certificate: of this machine's authority (PEM), for devices to trust; empty without one.
    on_trouble: is told of exceptions that nobody expected.
    """

    served: Served = field(default_factory=Served)
    sessions: Sessions = field(default_factory=lambda: Sessions(None, time.time))
    codes: Codes = field(default_factory=lambda: Codes(time.monotonic))
    throttle: Throttle = field(default_factory=lambda: Throttle(time.monotonic))
    certificate: bytes = b""
    on_trouble: Callable[[Exception], None] = _ignore
