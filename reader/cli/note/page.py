"""Lay out what the editor shows: the note or a template, and below it what is only to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reader.cli import screen
from reader.library.beginning import marks_of, new_words, words_again
from reader.library.folder import Library
from reader.note.draft import laid_out
from reader.note.templates import HINT
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain

WIDTH = 76
"""Columns of what is only to read: some editors break no lines."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the editor is given for a paper.

    template: the one that was asked for by name, "" for that of feeds.toml.
    has_abstract: abstract and highlights stand below.
    """

    library: Library
    held: Held
    template: str
    has_abstract: bool

    def new(self, before: str) -> str:
        """Lay out a new draft: the note as it is, or a template where there is none."""
        return self._with_shown(new_words(self.library, before, self.template))

    def again(self, saved: str, before: str) -> str:
        """Lay out a draft that an earlier editor left, with what is shown brought up to date."""
        return self._with_shown(words_again(self.library, saved, before, self.template))

    def _with_shown(self, words: str) -> str:
        shown = list(self._shown())
        return laid_out(words.rstrip("\n"), shown, what=say("note.page", mark=HINT))

    def _shown(self) -> Iterator[str]:
        paper = self.held.paper
        yield from screen.wrap(plain(paper.title), WIDTH)
        yield plain(screen.authors_text(paper.authors))
        yield ""
        if not self.has_abstract:
            yield say("note.page.first")
            return
        yield say("note.page.abstract")
        yield from screen.wrap(plain(paper.abstract) or say("show.no_abstract"), WIDTH)
        yield from self._marked()

    def _marked(self) -> Iterator[str]:
        """Give what the person marked, in reading order, the same words once."""
        found = marks_of(self.library, self.held)
        if found:
            yield ""
            yield say("note.page.marked")
        for one in found:
            where = say("note.page.where", pages=say("list").join(map(str, one.pages)))
            if one.text:
                yield from screen.wrap(f"“{one.text}” {where}", WIDTH, "  ", "- ")
            if one.note:
                typed = one.note if one.text else f"{one.note} {where}"
                yield from screen.wrap(typed, WIDTH, "  ", "  — " if one.text else "- ")
