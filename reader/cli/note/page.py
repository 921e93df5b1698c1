"""Lay out what the editor shows: the note or a template, and below it what is only to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reader.cli import screen
from reader.config import BUILT_IN_TEMPLATES
from reader.errors import UsageError
from reader.highlight import gathered, once
from reader.library.folder import Library
from reader.library.writing import marked
from reader.note.draft import laid_out, with_headings, without_shown
from reader.note.templates import HINT, all_texts, template_text
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
        if before and not self.template:
            return self._with_shown(before)
        return self._with_shown(with_headings(before, self._template()))

    def again(self, saved: str, before: str) -> str:
        """Lay out a draft that an earlier editor left, with what is shown brought up to date."""
        templates = all_texts(self.library.config.templates)
        words = without_shown(saved, before=before, given=templates)
        return self._with_shown(with_headings(words, self._template()) if self.template else words)

    def _template(self) -> str:
        config = self.library.config
        name = self.template or config.note.template
        text = template_text(name, config.language, config.templates)
        if text is None:
            names = say("list").join([*BUILT_IN_TEMPLATES, *(own.name for own in config.templates)])
            hint = say("note.template.hint", names=names)
            raise UsageError(what=say("note.template", name=name), hint=hint)
        return text

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
        found = marked(self.library, self.held)
        at = [(h, pages) for h, pages in zip(found, gathered(found), strict=True) if pages]
        if at:
            yield ""
            yield say("note.page.marked")
        for highlight, pages in at:
            where = say("note.page.where", pages=say("list").join(map(str, pages)))
            text, note = plain(once(highlight.text)), plain(highlight.note)
            if text:
                yield from screen.wrap(f"“{text}” {where}", WIDTH, "  ", "- ")
            if note:
                typed = note if text else f"{note} {where}"
                yield from screen.wrap(typed, WIDTH, "  ", "  — " if text else "- ")
