"""Say what leaves the screen: an editor, a browser, the shell. Functions, given from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reader.paper import Held


@dataclass(frozen=True, slots=True)
class Hands:
    """What leaves the screen. write_note tells whether anything was written; open_paper gives
    what to say; stop: until the shell calls us back; redraw: all anew."""

    write_note: Callable[[Held], bool]
    open_paper: Callable[[Held], str]
    stop: Callable[[], None]
    redraw: Callable[[], None]
