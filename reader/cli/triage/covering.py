"""Hold the page that covers the list for a while, and its keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reader.cli.triage.layout import Page, last_top
from reader.cli.triage.pages import WITH_PAPER, Which


class Covering:
    """No page, or one that is laid out anew whenever the screen changes."""

    def __init__(self, make: Callable[[Which, int], Page | None]) -> None:
        self._make = make
        self._which: Which = "help"
        self.page: Page | None = None

    def turn(self, which: Which, width: int) -> None:
        """Show a page; nothing for one about a paper where there is none."""
        self._which = which
        self.page = self._make(which, width)

    def resize(self, width: int) -> None:
        """Lay the page out for another width."""
        if self.page:
            self.page = self._make(self._which, width)

    def press(self, key: str, height: int) -> str:
        """Scroll or leave the page; gives the key that the list is to have, "" for none."""
        page = self.page
        if page is None:
            return key
        n, end = max(height - 3, 1), last_top(page, height)
        steps = {
            "<down>": 1, "j": 1, "<up>": -1, "k": -1, " ": n, "<page down>": n, "<page up>": -n,
            "<home>": -page.top, "g": -page.top, "<end>": end,
        }  # fmt: skip
        if key in steps:
            self.page = replace(page, top=min(max(page.top + steps[key], 0), end))
            return ""
        self.page = None
        if self._which not in WITH_PAPER:
            return ""
        if self._which == "paper":
            return key if key.lower() in ("p", "s", "o", "n", "u", "w") else ""
        return key if key.lower() in ("p", "s", "o", "n", "u", "<enter>", "<right>") else ""
