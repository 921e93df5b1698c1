"""Say what asking sources needs: a way to fetch, and to say how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from reader.wire import Fetch


class SourceTools(Protocol):
    """What asks sources; docstrings of `Tools` say what each does."""

    @property
    def fetch(self) -> Fetch: ...

    @property
    def progress(self) -> Callable[[str, int, int], None]: ...
