"""Take the words by which a list is narrowed, key by key. Knows no list."""

from __future__ import annotations

from dataclasses import dataclass

from reader.cli.triage.keys import PASTE
from reader.plain import plain


@dataclass(slots=True)
class Finding:
    """What was typed after `/`; while `is_typing` every key belongs to it."""

    query: str = ""
    is_typing: bool = False

    def press(self, key: str) -> None:
        """Take one key: a character, or one that ends or clears what was typed."""
        if key in ("<enter>", "<down>", "<up>"):
            self.is_typing = False
        elif key == "<escape>":
            self.query, self.is_typing = "", False
        elif key == "<backspace>":
            self.query = self.query[:-1]
        elif key == "<ctrl-u>":
            self.query = ""
        elif key == "<ctrl-w>":
            self.query = " ".join(self.query.split()[:-1])
        elif key.startswith(PASTE):
            self.query += plain(key.removeprefix(PASTE))
        elif len(key) == 1:
            self.query += key
