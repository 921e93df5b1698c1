"""Keep the devices that were let in, and the key of the forms' tokens.

A device has a random token in its cookie. Of it the file keeps a hash only, so that nobody
gets in with the file; the file is readable by its owner alone. Several servers of one
library may share it. Knows no request.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from filelock import FileLock

from reader.errors import StoreError
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
class _Kept:
    key: str
    sessions: tuple[Session, ...] = ()


@dataclass(slots=True)
class Sessions:
    """The devices of one library. file: None keeps them in memory. clock: the epoch's seconds."""

    file: Path | None
    clock: Callable[[], float]
    _kept: _Kept = field(default_factory=lambda: _Kept(secrets.token_hex(32)))
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
            self._write(_Kept(secrets.token_hex(32)))

    def csrf(self, session: Session | None) -> str:
        """Give the token that forms of a device carry. It lasts as long as the device is in,
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
    def _changing(self) -> Iterator[_Kept]:
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

    def _now(self) -> _Kept:
        """Read the file anew where it changed; one that cannot be read lets nobody in."""
        with self._lock:
            if self.file is None:
                return self._kept
            stamp = _stamp(self.file)
            if stamp != self._stamp:
                self._kept = _read(self.file) or _Kept(secrets.token_hex(32))
                self._stamp = stamp
            return self._kept

    def _write(self, kept: _Kept) -> None:
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


def _read(file: Path) -> _Kept | None:
    try:
        raw = json.loads(file.read_bytes())
        bytes.fromhex(raw["key"])
        return _Kept(raw["key"], tuple(Session(**one) for one in raw["sessions"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _stamp(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)
