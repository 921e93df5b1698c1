"""Remember what was made from a library until something of it is written.

Of many that ask for the same at once one makes it and the others wait. Knows no library
and no page.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

MOST = 16
"""Values that are remembered: today's list in both languages, and some days before."""


@dataclass(slots=True)
class _Place:
    lock: threading.Lock = field(default_factory=threading.Lock)
    version: object = None
    value: Any = None


@dataclass(slots=True)
class Remembered:
    """Values by key, the least asked for forgotten first."""

    _places: OrderedDict[Hashable, _Place] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, version: Callable[[], object], make: Callable[[], Any]) -> Any:
        """Give the value of a key, made anew where the version is another one by now.

        The version is looked at first: what is written while the value is made makes the
        next one who asks make it again.
        """
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > MOST:
                self._places.popitem(last=False)
        with place.lock:
            now = version()
            if place.version != now:
                place.value, place.version = make(), now
            return place.value
