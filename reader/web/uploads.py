"""Keep the files that a person is asked about, until the answer comes.

They lie in temporary folders of this process and go with it. Knows no paper and no request.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

MOST = 3
"""Files that wait at once, of 300 MB each at most; the one longest here gives way."""

WAITS_S = 900.0
"""How long a file waits for its answer."""


class Uploads:
    """The files that wait. clock: seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, tuple[float, TemporaryDirectory[str], Path]] = OrderedDict()

    def keep(self, folder: TemporaryDirectory[str], file: Path) -> str:
        """Keep a file with its folder; returns the word by which it is asked for."""
        word = secrets.token_urlsafe(16)
        with self._lock:
            self._let_go(MOST - 1)
            self._waiting[word] = (self._clock(), folder, file)
        return word

    def take(self, word: str) -> tuple[TemporaryDirectory[str], Path] | None:
        """Give a file and its folder to who asks first; None where it waits no longer."""
        with self._lock:
            self._let_go(MOST)
            found = self._waiting.pop(word, None)
        return found[1:] if found else None

    def close(self) -> None:
        """Delete what still waits."""
        with self._lock:
            self._let_go(0)

    def _let_go(self, most: int) -> None:
        while self._waiting:
            since, folder, _ = next(iter(self._waiting.values()))
            if len(self._waiting) <= most and self._clock() - since < WAITS_S:
                return
            self._waiting.popitem(last=False)
            folder.cleanup()
