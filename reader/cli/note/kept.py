"""Save a note, and say what became of it: counted or not and why, its links, its file."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reader.cli import build, output, screen
from reader.cli.frame import Settings
from reader.cli.note.editor import edited
from reader.cli.note.page import Page
from reader.library import noting
from reader.library.beginning import may_show
from reader.library.folder import Library
from reader.library.linking import Near
from reader.library.noting import became
from reader.library.writing import Noted, add_note
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain, shorten

if TYPE_CHECKING:
    from reader.library.writing import Encode


def write_note(
    settings: Settings,
    library: Library,
    held: Held,
    text: str | None,
    *,
    template: str = "",
    is_shown: bool = False,
) -> bool:
    """Keep a note and say what became of it; tells whether anything changed.

    text None: ask the editor; then template and is_shown (the abstract) are for it.
    """
    encode = note_encoder(library)
    if text is not None:
        noted = add_note(library, held, text, encode=encode)
    else:
        _warn(noting.read_by_hand(library, held))
        has_abstract = is_shown or may_show(library, held)
        noted = edited(Page(library, held, template, has_abstract), encode=encode)
    tell(settings, library, noted, encode)
    if noted.is_new:
        export_one(library, noted.held)
    return noted.is_new


def note_encoder(library: Library) -> Encode | None:
    """Give what encodes notes, each text once; None where that would take seconds."""
    encode = build.note_encoder(library.config)
    return functools.lru_cache(maxsize=4)(encode) if encode else None


def tell(settings: Settings, library: Library, noted: Noted, encode: Encode | None) -> None:
    """Say what became of a note."""
    if settings.is_quiet:
        return
    told = became(library, noted, encode=encode)
    output.put(told.said)
    if noted.meanwhile:
        id_ = noted.held.paper.id
        output.put(say("note.meanwhile", n=noted.meanwhile, number=noted.number, id=id_))
    width = screen.width_of_terminal()
    for text in (*told.check, *told.lost):
        for line in screen.wrap(text, width, "    ", "  "):
            output.put(line)
    for line in near_lines(told.near, width):
        output.put(line)


def near_lines(near: Near, width: int) -> Iterator[str]:
    """List the nearest earlier notes, each with its link and what it says."""
    if not near.notes:
        return
    yield say("note.related.words" if near.is_by_words else "note.related")
    for one in near.notes:
        yield f"  [[{one.held.key}]]"
        yield from screen.wrap(shorten(plain(one.sentence), 2 * width), width, "    ")


def export_one(library: Library, held: Held) -> None:
    """Bring the paper's Markdown file up to date, unless feeds.toml says not to."""
    _warn(noting.export_one(library, held))


def _warn(told: list[str]) -> None:
    for sentence in told:
        output.put(sentence, is_error=True)
