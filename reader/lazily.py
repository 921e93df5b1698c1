"""Compile a regular expression when it is first used.

Large ones take milliseconds each, and a command that only reads a list uses few of them.
"""

from __future__ import annotations

import re
from typing import Any, cast


def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Give what behaves as `re.compile(pattern, flags)`; a mistake in it is raised at first use."""
    return cast("re.Pattern[str]", _Lazy(pattern, flags))


class _Lazy:
    def __init__(self, pattern: str, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        # Kept here, so that a second use finds it without coming to this method.
        found = getattr(re.compile(*self._source), name)
        setattr(self, name, found)
        return found
