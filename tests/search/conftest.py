"""Fixtures of the tests of searching."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest


@pytest.fixture
def at() -> Iterator[ExitStack]:
    """Hold what a test opens, until it ends."""
    with ExitStack() as stack:
        yield stack
