"""Keep the signed-in devices and the one-time codes, and slow down clients that guess codes.

A device has a random token in its cookie. The file has only the token's hash, so that nobody
can sign in with the file, and only its owner can read it. Several servers of one library may
share it. The codes are in memory, or in a file where another process makes them. A client that
fails has to wait, twice as long each time. Nothing sleeps: the client
is told how long to wait. Knows no request.
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
from reader.library.disk import disk_error, write_whole

MOST = 50
"""Devices at most; a further one replaces the one that was away for longest."""

UNSEEN_S = 180 * 86_400
"""A device that was away for half a year needs a new code."""

SEEN_EACH_S = 3_600
"""The last visit is stored to the hour: otherwise each visit would write the file."""

NOBODY = "nobody"
"""Stands for the device in form tokens where nobody has to sign in."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in device. id: the hash of its token. since, seen: seconds of the epoch."""

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
    """The signed-in devices of a library.

    file: None keeps them in memory. clock: seconds of the epoch. owner: the reader whose devices
    they are, where one server has several; stands in front of each token.
    """

    file: Path | None
    clock: Callable[[], float]
    owner: str = ""
    _kept: _SessionFile = field(default_factory=lambda: _SessionFile(secrets.token_hex(32)))
    _stamp: tuple[int, int, int] = (0, 0, 0)
    # Reentrant: `_changing` reads the file by `_now` while it holds the lock.
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def all(self) -> list[Session]:
        """List the devices, most recently seen first."""
        return sorted(self._now().sessions, key=lambda one: -one.seen)

    def of_token(self, token: str) -> Session | None:
        """Find the device of a cookie's token, and store its visit; None for an unknown one."""
        if not token:
            return None
        id_, now = _hash(token), self.clock()
        found = next((one for one in self._now().sessions if one.id == id_), None)
        if found is None or now - found.seen > UNSEEN_S:
            return None
        if now - found.seen > SEEN_EACH_S:
            # A full disk must not sign anybody out.
            with contextlib.suppress(StoreError):
                self._change(lambda one: replace(one, seen=now) if one.id == id_ else one)
        return found

    def add(self, name: str) -> str:
        """Sign a device in. Returns its token, which is stored nowhere else. Raises StoreError."""
        token, now = secrets.token_urlsafe(32), self.clock()
        if self.owner:
            token = f"{self.owner}.{token}"
        with self._changing() as kept:
            # One fewer than the most: the new device takes that place.
            good = sorted(kept.sessions, key=lambda one: one.seen)[-(MOST - 1) :]
            new = Session(_hash(token), name, now, now)
            self._write(replace(kept, sessions=(*good, new)))
        return token

    def remove(self, id_: str) -> None:
        """Sign one device out. Raises StoreError."""
        self._change(lambda one: None if one.id == id_ else one)

    def remove_all(self) -> None:
        """Sign every device out; all form tokens become invalid too. Raises StoreError."""
        with self._changing():
            self._write(_SessionFile(secrets.token_hex(32)))

    def csrf(self, session: Session | None) -> str:
        """Compute the token for a device's forms, valid as long as the device is signed in.

        It survives a restart of the server, so that what was written offline is accepted later.
        """
        of = session.id if session else NOBODY
        return hmac.new(bytes.fromhex(self._now().key), of.encode(), "sha256").hexdigest()

    def start(self) -> None:
        """Write the file where there is none, so that its key is kept. Raises StoreError."""
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
            with _locked(self.file):
                yield self._now()

    def _now(self) -> _SessionFile:
        """Read the file again if it changed; with an unreadable one nobody is signed in."""
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
        _write_private(self.file, json.dumps(asdict(kept), indent=1).encode())
        self._stamp = _stamp(self.file)


def owner_of(token: str) -> str:
    """Read whose device a token says that it is; "" where it names nobody."""
    return token.rpartition(".")[0]


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Keep other processes from changing a file. Raises StoreError."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(f"{file}.lock", timeout=10)
        lock.acquire()
    except OSError as error:
        # filelock's Timeout is an OSError too.
        raise disk_error(error, file) from error
    try:
        yield
    finally:
        lock.release()


def _write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read. Raises StoreError."""
    try:
        # `write_whole` keeps the mode of a file that is there: nobody else can ever read it.
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise disk_error(error, file) from error
    write_whole(file, content)


def _hash(token: str) -> str:
    # 256 random bits need no salt and no slow hash.
    return hashlib.sha256(token.encode()).hexdigest()


def _stamp(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


# Names of other systems and browsers stand in most user agents: Android's has "Linux", Edge's
# "Chrome/" and "Safari/". The first mark that fits counts.
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
    """Name a device by its User-Agent: "iPad, Safari"; "" where nothing is known."""
    kinds = (DEVICES, BROWSERS)
    words = (next((n for mark, n in kind.items() if mark in user_agent), "") for kind in kinds)
    return ", ".join(filter(None, words))


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O (read as 1, 1, 0) and U."""

LENGTH = 8
"""40 bits. With the guesses that the throttle lets through in five minutes, the chance to find a
code is 10⁻⁹."""

LIFE_S = 300
"""Seconds that a code is valid."""
MOST_CODES = 4
"""Valid codes at a time; a further one replaces the oldest."""

_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"} | dict.fromkeys(" -‐‑–—\u3000\t"))


def tidy(typed: str) -> str:
    """Normalise a typed code: any case, spaces, dashes, O for 0, full-width letters."""
    # Full-width letters, which a Japanese keyboard types, stand 0xFEE0 above ASCII.
    wide = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in typed[:64])
    return wide.upper().translate(_READ_AS)


def grouped(code: str) -> str:
    """Write a code in two halves: "K7QM-2F9X"."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


@dataclass(slots=True)
class Codes:
    """The valid one-time codes, in memory alone. clock: seconds, never going back."""

    clock: Callable[[], float]
    _good: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def new(self) -> str:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        with self._changing() as good:
            while len(good) >= MOST_CODES:
                del good[next(iter(good))]
            good[code] = self.clock() + LIFE_S
        return code

    def take(self, typed: str) -> bool:
        """Use up a code; returns whether it was valid."""
        typed_code = tidy(typed).encode()
        # All codes are compared, in constant time: how long it takes says nothing about them.
        with self._changing() as good:
            found = [code for code in good if hmac.compare_digest(code.encode(), typed_code)]
            for code in found:
                del good[code]
        return bool(found)

    def forget(self) -> None:
        with self._changing() as good:
            good.clear()

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, float]]:
        """Yield the valid codes, each with the moment at which it ends, to be changed."""
        with self._lock:
            self._good = _valid(self._good, self.clock())
            yield self._good


@dataclass(slots=True)
class FileCodes(Codes):
    """Codes in a file, so that another process can make one for a server that runs.

    Only its owner can read the file, as the libraries. clock: seconds of the epoch. Methods
    raise StoreError.
    """

    file: Path = field(kw_only=True)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, float]]:
        with _locked(self.file):
            try:
                stored = json.loads(self.file.read_bytes())
                good = _valid({str(code): float(stored[code]) for code in stored}, self.clock())
            except (OSError, ValueError, TypeError, KeyError):
                stored, good = {}, {}
            yield good
            if good != stored:
                _write_private(self.file, json.dumps(good).encode())


def _valid(codes: dict[str, float], now: float) -> dict[str, float]:
    # The upper bound is for a clock that was set back: a code must not live on for years.
    return {code: until for code, until in codes.items() if now < until <= now + LIFE_S}


FREE = 3
"""Wrong codes of one client without a wait; then it waits 2, 4, 8 … seconds."""

FREE_IN_ALL = 20
"""Wrong codes of all clients together before those that failed have to wait as well."""
LONGEST_S = 900.0
"""Longest wait of one client."""
LONGEST_IN_ALL_S = 60.0
"""Longest wait because all clients together fail often."""

FORGOTTEN_S = 3_600.0
"""Seconds after which earlier failures no longer count."""
MOST_CLIENTS = 1_024
"""Clients whose failures are kept."""


@dataclass(slots=True)
class Failures:
    """Failed tries of one client or of all. at: the last one. until: no try before this moment."""

    n: int = 0
    at: float = 0.0
    until: float = 0.0

    def add(self, now: float, free: int, longest_s: float) -> None:
        self.n = 1 if now - self.at > FORGOTTEN_S else self.n + 1
        self.at = now
        if self.n >= free:
            # The exponent is bounded: 2.0 ** 1024 raises OverflowError.
            self.until = now + min(2.0 ** min(self.n - free + 1, 30), longest_s)


@dataclass(slots=True)
class Throttle:
    """The failed tries of the last hour, by client. clock: seconds, never going back."""

    clock: Callable[[], float]
    _clients: OrderedDict[str, Failures] = field(default_factory=OrderedDict)
    _all: Failures = field(default_factory=Failures)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def try_now(self, client: str) -> float:
        """Ask to make a try: returns 0, or the seconds to wait.

        An allowed try counts as failed until it `succeeded`. Counting comes first, since many
        tries may come at the same time. A try that has to wait is not counted.
        """
        with self._lock:
            name, now = network_of(client), self.clock()
            known = self._clients.get(name) or Failures()
            # A client without failures does not wait for those of others.
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
        """Record that the last try was right; the client's earlier failures are forgotten."""
        with self._lock:
            self._clients.pop(network_of(client), None)
            self._all.n = max(0, self._all.n - 1)


def network_of(client: str) -> str:
    """Return the network that a client counts as: its IPv4 address, or its IPv6 /64.

    One IPv6 host usually has a whole /64, and could use another address for each try.
    """
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        return client[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
