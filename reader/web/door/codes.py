"""Make one-time codes of five minutes that let a device in. Knows no request."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O (read as 1, 1, 0) and U."""

LENGTH = 8
"""40 bits. With what the throttle lets through in five minutes, one guess in 10⁹ is right."""

LIFE_S = 300
MOST = 4
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
            while len(self._good) >= MOST:
                del self._good[next(iter(self._good))]
            self._good[code] = self.clock() + LIFE_S
        return code

    def take(self, typed: str) -> bool:
        """Use a code up; tells whether it was good."""
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
