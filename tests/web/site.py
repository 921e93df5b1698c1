"""Serve an invented library to a test: in this process, by a client without a network."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from starlette.testclient import TestClient

from reader.library.config import Config
from reader.library.folder import Library, open_library
from reader.morning.pipe import Tools
from reader.web.server import application
from reader.web.visit import Parts
from tests.samples import FEEDS_TOML, NOW, SmallEncoder, new_database

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class SmallServing:
    """A search encoder for pages: the small one of the tests."""

    name: str = SmallEncoder.name
    message: str = ""
    is_ready: bool = True

    def prepare(self) -> None:
        """Do nothing: the model is in memory."""

    def encode_query(self, text: str) -> NDArray[np.float32]:
        return SmallEncoder().encode_query(text)


def _encode(text: str) -> tuple[str, NDArray[np.float32]]:
    return SmallEncoder.name, SmallEncoder().encode_query(text)


def parts_of(
    folder: Path, text: str = FEEDS_TOML, *, now: Callable[[], datetime] = lambda: NOW
) -> Parts:
    """Make the parts of pages on an empty library in a folder."""
    if not (folder / "feeds.toml").exists():
        (folder / "feeds.toml").write_text(text, encoding="utf-8")
        new_database(folder).close()

    def encode_note(_: Config) -> Callable[[str], tuple[str, NDArray[np.float32]]]:
        return _encode

    def no_tools(_: Library) -> contextlib.AbstractContextManager[Tools]:
        raise AssertionError("this test has no tools")

    return Parts(
        folder=folder,
        open_library=lambda: open_library(folder, now=now, is_for_any_thread=True),
        encoder_name=lambda _: SmallEncoder.name,
        serving=lambda _: SmallServing(),
        encode_note=encode_note,
        tools=no_tools,
        command=(),
    )


def _raise(error: Exception) -> None:
    raise error


@contextlib.contextmanager
def site(parts: Parts) -> Iterator[TestClient]:
    """Open a client to the pages; it follows redirects, and its POSTs carry the token that
    this server's pages have. What nobody expected is raised."""
    door = replace(parts.door, on_trouble=_raise)
    app = application(replace(parts, door=door))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        client.headers["X-CSRF"] = door.sessions.csrf(None)
        yield client


def run_apart(steps: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in another thread: this one has the loop of a browser's driver."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, steps).result()
