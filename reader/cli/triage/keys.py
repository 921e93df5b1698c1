"""Take what a terminal sends apart into keys. Knows nothing of what a key does.

A key is the character itself, or a name in angle brackets: "<up>", "<escape>". What was
pasted is one key, "<paste>" and the text: it decides nothing.
"""

from __future__ import annotations

import re
import unicodedata

NAMES = {
    b"\x1b[A": "<up>", b"\x1b[B": "<down>", b"\x1b[C": "<right>", b"\x1b[D": "<left>",
    b"\x1bOA": "<up>", b"\x1bOB": "<down>", b"\x1bOC": "<right>", b"\x1bOD": "<left>",
    b"\x1b[H": "<home>", b"\x1b[F": "<end>", b"\x1bOH": "<home>", b"\x1bOF": "<end>",
    b"\x1b[1~": "<home>", b"\x1b[4~": "<end>", b"\x1b[7~": "<home>", b"\x1b[8~": "<end>",
    b"\x1b[5~": "<page up>", b"\x1b[6~": "<page down>",
}  # fmt: skip
CONTROLS = {
    "\r": "<enter>", "\n": "<enter>", "\x7f": "<backspace>", "\x08": "<backspace>",
    "\x1b": "<escape>", "\x03": "<ctrl-c>", "\x04": "<ctrl-d>", "\x1a": "<ctrl-z>",
    "\x0c": "<ctrl-l>", "\x15": "<ctrl-u>", "\x17": "<ctrl-w>",
}  # fmt: skip
PASTE = "<paste>"
CHOICES = "123456789abcdefhilmnoprstuvwxyz"
NONE = "0"
"""Keys by which one of several is chosen, and none of them; not those that scroll and end."""
OTHER = "<other>"
"""A key that has no name here, such as F5 or a click."""

_BEGIN, _END = b"\x1b[200~", b"\x1b[201~"
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|O)?")
_ALT = re.compile(rb"\x1b[^\x1b\[O]")
LONGEST_PASTE = 100_000


class Keys:
    """Bytes in, keys out; what is not whole yet waits for more bytes."""

    def __init__(self) -> None:
        self._waiting = b""

    @property
    def is_waiting(self) -> bool:
        """The last bytes may be the beginning of a key: ask `flush` soon."""
        return bool(self._waiting)

    def feed(self, data: bytes) -> list[str]:
        """Give the keys that are whole."""
        self._waiting += data
        keys: list[str] = []
        while self._waiting and (n := self._first(keys)):
            self._waiting = self._waiting[n:]
        return keys

    def flush(self) -> list[str]:
        """Give what a person meant by an unfinished sequence: Escape, or nothing."""
        waiting, self._waiting = self._waiting, b""
        return ["<escape>"] if waiting == b"\x1b" else []

    def _first(self, keys: list[str]) -> int:
        """Add the first key to the list; gives how many bytes it has, 0 for not all yet."""
        data = self._waiting
        if data.startswith(_BEGIN):
            return _add_pasted(data, keys)
        if found := _SEQUENCE.match(data):
            keys.append(NAMES.get(found[0], OTHER))
            return found.end()
        if _UNFINISHED.fullmatch(data):
            return 0
        if data[:2] == b"\x1b\x1b":
            keys.append("<escape>")
            return 1
        if found := _ALT.match(data):
            keys.append(OTHER)
            return found.end()
        return _add_character(data, keys)


def _add_pasted(data: bytes, keys: list[str]) -> int:
    end = data.find(_END)
    if end < 0:
        # A terminal that never closes a paste must not fill the memory.
        return len(data) if len(data) > LONGEST_PASTE else 0
    keys.append(PASTE + data[len(_BEGIN) : end].decode("utf-8", "ignore"))
    return end + len(_END)


def _add_character(data: bytes, keys: list[str]) -> int:
    n = _n_bytes(data[0])
    if len(data) < n and all(byte >> 6 == 0b10 for byte in data[1:]):
        return 0
    try:
        char = data[:n].decode("utf-8")
    except UnicodeDecodeError:
        return 1
    keys.append(CONTROLS.get(char) or (char if char.isprintable() else OTHER))
    return n


def _n_bytes(first: int) -> int:
    """Tell how many bytes a UTF-8 character has by its first one."""
    return 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4


def letter(key: str) -> str:
    """Give the key as it counts for a command: a full-width letter of an input method is the
    plain one. Capitals stay: "S" is not "s"."""
    return unicodedata.normalize("NFKC", key) if len(key) == 1 else key
