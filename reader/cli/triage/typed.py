"""Keep what is typed in the foot of the list: the query after `/`, the tags after `t`.

Knows no terminal and no library: keys come in as names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reader.base.messages import N_, _
from reader.base.text import plain
from reader.cli.terminal import PASTE
from reader.library.paper import completions

MOST_OFFERED = 4
"""Tags named beside what is typed."""

MOST_SHOWN = 40
"""Characters of a typed list."""


@dataclass(slots=True)
class Finding:
    """The query typed after `/`. While `is_typing`, every key belongs to it."""

    query: str = ""
    is_typing: bool = False

    def press(self, key: str) -> None:
        """Handle one key: add a character, or edit or end the query."""
        if key in ("<enter>", "<down>", "<up>"):
            self.is_typing = False
        elif key == "<escape>":
            self.query, self.is_typing = "", False
        else:
            self.query = edited(self.query, key)

    def text(self, n: int, of: int) -> str:
        """Write the line to show. n: the papers with its words, of all."""
        key = (
            N_("/{query}_   {n} of {of} · enter keeps these · esc shows all")
            if self.is_typing
            else N_("/{query}   {n} of {of} · esc shows all")
        )
        return _(key, query=self.query, n=n, of=of)


def edited(text: str, key: str) -> str:
    """Edit a line by one key: add a character, or take some off."""
    if key == "<backspace>":
        return text[:-1]
    if key == "<ctrl-u>":
        return ""
    if key == "<ctrl-w>":
        return " ".join(text.split()[:-1])
    if key.startswith(PASTE):
        return text + plain(key.removeprefix(PASTE))
    return text + key if len(key) == 1 else text


@dataclass(slots=True)
class Tagging:
    """The tags of a paper, typed after `t` as a list between commas.

    known: the tags that there are. n_tabs: how often tab was pressed since the last letter.
    """

    typed: str
    known: Sequence[str]
    n_tabs: int = 0
    _begun: str = ""

    @property
    def offered(self) -> list[str]:
        """The tags that may be meant by the last one."""
        return completions(self._begun if self.n_tabs else self.typed, self.known)

    @property
    def text(self) -> str:
        """Write the line to show: the end of a long list, where the next letter comes."""
        typed, more = plain(self.typed), [plain(tag) for tag in self.offered[:MOST_OFFERED]]
        key = (
            N_("tags: {typed}_   tab: {more} · enter saves · esc leaves them as they are")
            if more
            else N_("tags: {typed}_   enter saves · esc leaves them as they are")
        )
        shown = typed if len(typed) <= MOST_SHOWN else f"…{typed[-MOST_SHOWN:]}"
        return _(key, typed=shown, more=_(", ").join(more))

    def press(self, key: str) -> None:
        """Edit the list; each tab puts the next tag that may be meant in place of the last."""
        if key != "<tab>":
            self.typed, self.n_tabs = edited(self.typed, key), 0
            return
        self._begun = self._begun if self.n_tabs else self.typed
        if offered := completions(self._begun, self.known):
            before = re.match(r".*[,、，]\s*|", self._begun)
            self.typed = (before[0] if before else "") + offered[self.n_tabs % len(offered)]
            self.n_tabs += 1
