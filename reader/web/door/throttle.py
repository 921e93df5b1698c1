"""Slow down who guesses: waiting times that double, for each client and for all together.

Nothing sleeps: who must wait is told for how long. Bounded in memory. Knows no code.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

FREE = 3
"""Mistakes of one client before it waits; then 2, 4, 8 … seconds."""

FREE_IN_ALL = 20
LONGEST_S = 900.0
LONGEST_IN_ALL_S = 60.0
"""Waited by each client that failed before, when all together fail often."""

FORGOTTEN_S = 3_600.0
MOST_CLIENTS = 1_024


@dataclass(slots=True)
class Failures:
    """What one client, or all, got wrong. at: the last time; until: no try before."""

    n: int = 0
    at: float = 0.0
    until: float = 0.0

    def add(self, now: float, free: int, longest_s: float) -> None:
        self.n = 1 if now - self.at > FORGOTTEN_S else self.n + 1
        self.at = now
        if self.n >= free:
            self.until = now + min(2.0 ** min(self.n - free + 1, 30), longest_s)


@dataclass(slots=True)
class Throttle:
    """Failed tries of the last hour. clock: seconds, never going back."""

    clock: Callable[[], float]
    _clients: OrderedDict[str, Failures] = field(default_factory=OrderedDict)
    _all: Failures = field(default_factory=Failures)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def try_now(self, client: str) -> float:
        """Count a try as failed until it `succeeded`; gives 0 where it may be made.

        Else the seconds to wait, and nothing is counted. Counted beforehand, since tries may
        come all at once.
        """
        with self._lock:
            name, now = network_of(client), self.clock()
            known = self._clients.get(name) or Failures()
            # A client that got nothing wrong is not kept out by those who did.
            until = max(self._all.until if known.n else 0.0, known.until)
            if until > now:
                return until - now
            known.add(now, FREE, LONGEST_S)
            self._clients[name] = known
            self._clients.move_to_end(name)
            while len(self._clients) > MOST_CLIENTS:
                self._clients.popitem(last=False)
            self._all.add(now, FREE_IN_ALL, LONGEST_IN_ALL_S)
            return 0.0

    def succeeded(self, client: str) -> None:
        """Take the last try back, and what its client got wrong before."""
        with self._lock:
            self._clients.pop(network_of(client), None)
            self._all.n = max(0, self._all.n - 1)


def network_of(client: str) -> str:
    """Give whom a client counts as: an IPv4 address, or the /64 that one IPv6 host has whole."""
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        return client[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
