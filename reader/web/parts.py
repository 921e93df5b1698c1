"""Name what the pages are given; knows no request and no command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reader.config import Config
from reader.library.folder import Library
from reader.stages.tools import Tools

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Serving(Protocol):
    """The encoder whose vectors a search looks at, and what makes a question's.

    said: why it is not the one that feeds.toml names; empty where it is.
    """

    @property
    def name(self) -> str: ...

    @property
    def said(self) -> str: ...

    @property
    def encode_query(self) -> Callable[[str], NDArray[np.float32]]: ...


EncodeNote = Callable[[str], tuple[str, "NDArray[np.float32]"]]


@dataclass(frozen=True, slots=True)
class Parts:
    """The library to show and the adapters that pages need.

    open_library: opens it for use from any thread; raises ReaderError.
    encoder_name: of feeds.toml's model, empty where it is missing; loads nothing.
    serving: opens what a search needs, the model loaded at its first question.
    encode_note: what encodes a note as it is saved; None where that would take seconds.
    tools: opens the adapters of the stages, closed at the end of the block.
    command: how this program is started again in a process of its own, before arguments.
    """

    folder: Path
    open_library: Callable[[], Library]
    encoder_name: Callable[[Config], str]
    serving: Callable[[Library], Serving]
    encode_note: Callable[[Config], EncodeNote | None]
    tools: Callable[[Library], AbstractContextManager[Tools]]
    command: Sequence[str]
