"""Keep devices that were let in, the one-time codes that let them in, and slow down who guesses.

A device has a random token in its cookie. Of it the file keeps a hash only, so that nobody
gets in with the file; the file is readable by its owner alone. Several servers of one
library may share it. Who fails waits, twice as long each time; nothing sleeps: who must wait is
told for how long. Knows no request.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import ipaddress
import json
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from filelock import FileLock

from reader.base.errors import StoreError
from reader.library.folder import disk_error, write_whole

MOST = 50
"""Devices; one more takes the place of the one that was not seen for longest."""

UNSEEN_S = 180 * 86_400
"""A device that did not come for half a year comes in by a new code."""

SEEN_EACH_S = 3_600
"""How exactly the last visit is kept: each one would write the file."""

NOBODY = "nobody"
"""Whom tokens are made for where nobody has to sign in."""


@dataclass(frozen=True, slots=True)
class Session:
    """A device that was let in. id: the hash of its token; since, seen: seconds of the epoch."""

    id: str
    name: str
    since: float
    seen: float


@dataclass(frozen=True, slots=True)
class _SessionFile:
    key: str
    sessions: tuple[Session, ...] = ()


@dataclass(slots=True)
class Sessions:
    """The devices of one library. file: None keeps them in memory. clock: the epoch's seconds."""

    file: Path | None
    clock: Callable[[], float]
    _kept: _SessionFile = field(default_factory=lambda: _SessionFile(secrets.token_hex(32)))
    _stamp: tuple[int, int, int] = (0, 0, 0)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def all(self) -> list[Session]:
        """List the devices, the one that was here last first."""
        return sorted(self._now().sessions, key=lambda one: -one.seen)

    def of_token(self, token: str) -> Session | None:
        """Find the device of a cookie, and keep that it was here."""
        if not token:
            return None
        id_, now = _hash(token), self.clock()
        found = next((one for one in self._now().sessions if one.id == id_), None)
        if found is None or now - found.seen > UNSEEN_S:
            return None
        if now - found.seen > SEEN_EACH_S:
            # On a full disk it is in all the same.
            with contextlib.suppress(StoreError):
                self._change(lambda one: replace(one, seen=now) if one.id == id_ else one)
        return found

    def add(self, name: str) -> str:
        """Let a device in; gives the token of its cookie, kept nowhere else. Raises StoreError."""
        token, now = secrets.token_urlsafe(32), self.clock()
        with self._changing() as kept:
            good = sorted(kept.sessions, key=lambda one: one.seen)[-(MOST - 1) :]
            new = Session(_hash(token), name, now, now)
            self._write(replace(kept, sessions=(*good, new)))
        return token

    def remove(self, id_: str) -> None:
        """Sign one device out. Raises StoreError."""
        self._change(lambda one: None if one.id == id_ else one)

    def remove_all(self) -> None:
        """Sign every device out; the tokens of all forms become void too. Raises StoreError."""
        with self._changing():
            self._write(_SessionFile(secrets.token_hex(32)))

    def csrf(self, session: Session | None) -> str:
        """Make the token that forms of a device carry. It lasts as long as the device is in,
        so that what was written offline is taken after the server was started anew."""
        of = session.id if session else NOBODY
        return hmac.new(bytes.fromhex(self._now().key), of.encode(), "sha256").hexdigest()

    def start(self) -> None:
        """Make the file where there is none, so that its key lasts. Raises StoreError."""
        with self._changing() as kept:
            if self.file is not None and self._stamp == (0, 0, 0):
                self._write(kept)

    def _change(self, of: Callable[[Session], Session | None]) -> None:
        with self._changing() as kept:
            changed = tuple(new for one in kept.sessions if (new := of(one)))
            self._write(replace(kept, sessions=changed))

    @contextlib.contextmanager
    def _changing(self) -> Iterator[_SessionFile]:
        with self._lock:
            if self.file is None:
                yield self._kept
                return
            try:
                self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                held = FileLock(f"{self.file}.lock", timeout=10)
                held.acquire()
            except OSError as error:  # a lock that was not had in time is one too
                raise disk_error(error, self.file) from error
            try:
                yield self._now()
            finally:
                held.release()

    def _now(self) -> _SessionFile:
        """Read the file anew where it changed; one that cannot be read lets nobody in."""
        with self._lock:
            if self.file is None:
                return self._kept
            stamp = _stamp(self.file)
            if stamp == self._stamp:
                return self._kept
            self._stamp = stamp
            try:
                raw = json.loads(self.file.read_bytes())
                bytes.fromhex(raw["key"])
                several = tuple(Session(**one) for one in raw["sessions"])
                self._kept = _SessionFile(raw["key"], several)
            except (OSError, ValueError, KeyError, TypeError):
                self._kept = _SessionFile(secrets.token_hex(32))
            return self._kept

    def _write(self, kept: _SessionFile) -> None:
        self._kept = kept
        if self.file is None:
            return
        try:
            # `write_whole` keeps a file's mode: nobody else reads it at any moment.
            os.close(os.open(self.file, os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError as error:
            raise disk_error(error, self.file) from error
        write_whole(self.file, json.dumps(asdict(kept), indent=1).encode())
        self._stamp = _stamp(self.file)


def _hash(token: str) -> str:
    # 256 random bits need no salt and no slow hash.
    return hashlib.sha256(token.encode()).hexdigest()


def _stamp(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


DEVICES = {
    "iPad": "iPad",
    "iPhone": "iPhone",
    "Android": "Android",
    "Macintosh": "Mac",  # an iPad says so too
    "Windows": "Windows",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}


def device_of(user_agent: str) -> str:
    """Name a device: "iPad, Safari"; "" where nothing is known. The first word that fits counts."""
    kinds = (DEVICES, BROWSERS)
    words = (next((n for mark, n in kind.items() if mark in user_agent), "") for kind in kinds)
    return ", ".join(filter(None, words))


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O (read as 1, 1, 0) and U."""

LENGTH = 8
"""40 bits. With what the throttle lets through in five minutes, one guess in 10⁹ is right."""

LIFE_S = 300
MOST_CODES = 4
"""Codes that are good at a time; a newer one takes the oldest one's place."""

_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"} | dict.fromkeys(" -‐‑–—\u3000\t"))


def tidy(typed: str) -> str:
    """Read a code as a hand writes it: any case, with spaces or dashes, O for 0, full width."""
    wide = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in typed[:64])
    return wide.upper().translate(_READ_AS)


def grouped(code: str) -> str:
    """Print a code in two halves: "K7QM-2F9X"."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


@dataclass(slots=True)
class Codes:
    """The codes that are good now, in memory alone. clock: seconds, never going back."""

    clock: Callable[[], float]
    _good: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def new(self) -> str:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        with self._lock:
            self._drop_old()
            while len(self._good) >= MOST_CODES:
                del self._good[next(iter(self._good))]
            self._good[code] = self.clock() + LIFE_S
        return code

    def take(self, typed: str) -> bool:
        """Use a code up; returns whether it was good."""
        asked = tidy(typed).encode()
        with self._lock:
            self._drop_old()
            found = [code for code in self._good if hmac.compare_digest(code.encode(), asked)]
            for code in found:
                del self._good[code]
        return bool(found)

    def forget(self) -> None:
        with self._lock:
            self._good.clear()

    def _drop_old(self) -> None:
        now = self.clock()
        for code in [code for code, until in self._good.items() if until <= now]:
            del self._good[code]


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
    """Return whom a client counts as: an IPv4 address, or the /64 that one IPv6 host has whole."""
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        return client[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
