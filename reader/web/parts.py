"""Name what the pages are given; knows no request and no command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reader.library.config import Config
from reader.library.folder import Clock, Library, system_clock
from reader.morning.tools import Tools
from reader.web.door.gate import Door
from reader.web.files import Drawn, Uploads

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class PageEncoder(Protocol):
    """The encoder whose vectors a search looks at, and what makes a question's.

    said: why it is not the one that feeds.toml names; empty where it is. is_ready: the model
    is in memory; else `prepare` begins to load it and returns, and `encode_query` waits.
    """

    @property
    def name(self) -> str: ...

    @property
    def said(self) -> str: ...

    @property
    def encode_query(self) -> Callable[[str], NDArray[np.float32]]: ...

    @property
    def is_ready(self) -> bool: ...

    def prepare(self) -> None: ...


EncodeNote = Callable[[str], tuple[str, "NDArray[np.float32]"]]


def _never_warm(_: Config) -> EncodeNote | None:
    """Encode nothing as somebody types."""
    return None


def _say_nothing(_: str) -> None:
    """Keep no log."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The library to show and the adapters that pages need.

    open_library: opens it for use from any thread; raises ReaderError.
    encoder_name: of feeds.toml's model, empty where it is missing; loads nothing.
    serving: opens what a search needs, the model loaded at its first question.
    encode_note: what encodes a note as it is saved; None where that would take seconds.
    encode_if_warm: the same as somebody types; None while no model is in memory.
    tools: opens the adapters of the stages, closed at the end of the block.
    command: how this program is started again in a process of its own, before arguments.
    door: who may come in; this machine alone where nothing is given.
    clock: gives the present moment, aware, in UTC; gather_at: when the morning is made ready
    each day, in the library's time zone, None for never. tell: takes a line for the log.
    drawn: draws pages of PDFs, in processes that start with the first one. uploads: files
    that a person is asked about.
    """

    folder: Path
    open_library: Callable[[], Library]
    encoder_name: Callable[[Config], str]
    serving: Callable[[Library], PageEncoder]
    encode_note: Callable[[Config], EncodeNote | None]
    tools: Callable[[Library], AbstractContextManager[Tools]]
    command: Sequence[str]
    door: Door = field(default_factory=Door)
    drawn: Drawn = field(default_factory=Drawn)
    uploads: Uploads = field(default_factory=Uploads)
    clock: Clock = system_clock
    gather_at: time | None = None
    tell: Callable[[str], None] = field(default=_say_nothing)
    encode_if_warm: Callable[[Config], EncodeNote | None] = field(default=_never_warm)
