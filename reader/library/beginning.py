"""Say what a note begins from: the note as it is, a template, a draft that was left; and
whether the paper's own words may stand beside it yet."""

from __future__ import annotations

from dataclasses import dataclass

from reader.config import BUILT_IN_TEMPLATES
from reader.errors import UsageError
from reader.highlight import gathered, once
from reader.library.folder import Library
from reader.library.writing import marked, newest_note
from reader.note.draft import with_headings, without_shown
from reader.note.templates import all_texts, template_text
from reader.paper import Held
from reader.phrases import say, spoken
from reader.plain import plain
from reader.store import notes


@dataclass(frozen=True, slots=True)
class Marked:
    """Words that the person marked, and what they typed there; safe to print. pages: all on
    which they did."""

    text: str
    note: str
    pages: tuple[int, ...]


def new_words(library: Library, before: str, template: str = "") -> str:
    """Give what a new draft has: the note as it is, or a template where there is none.

    template: one that was asked for by name, "" for that of feeds.toml. Raises UsageError
    for one that is not there.
    """
    if before and not template:
        return before
    return with_headings(before, template_of(library, template))


def words_again(library: Library, saved: str, before: str, template: str = "") -> str:
    """Give the words of a draft that was left, with the headings of a template asked for."""
    templates = all_texts(library.config.templates)
    words = without_shown(saved, before=before, given=templates)
    return with_headings(words, template_of(library, template)) if template else words


def template_of(library: Library, name: str = "") -> str:
    """Give a template's text. Raises UsageError where there is none of that name."""
    config = library.config
    name = name or config.note.template
    language = config.language if config.is_language_written else spoken()
    text = template_text(name, language, config.templates)
    if text is None:
        hint = say("note.template.hint", names=say("list").join(template_names(library)))
        raise UsageError(what=say("note.template", name=name), hint=hint)
    return text


def template_names(library: Library) -> list[str]:
    """List the templates that may be asked for."""
    return [*BUILT_IN_TEMPLATES, *(own.name for own in library.config.templates)]


def may_show(library: Library, held: Held) -> bool:
    """Tell whether abstract and highlights stand beside the note without being asked for:
    from the second opening on, since the first words come from memory."""
    return newest_note(library, held) is not None or notes.was_opened(library.db, held.row)


def marks_of(library: Library, held: Held) -> list[Marked]:
    """List what the person marked, in reading order, the same words once."""
    found = marked(library, held)
    return [
        Marked(plain(once(highlight.text)), plain(highlight.note), tuple(pages))
        for highlight, pages in zip(found, gathered(found), strict=True)
        if pages
    ]
