"""Save a note, and say what became of it: counted or not and why, its links, its file."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from reader.cli import build, output, screen
from reader.cli.frame import Settings
from reader.cli.note.editor import edited
from reader.cli.note.page import Page
from reader.errors import ReaderError
from reader.library.exporting import Exported, export, read_edits
from reader.library.folder import Library
from reader.library.linking import Near, lost_links, related
from reader.library.writing import Noted, add_note, newest_note
from reader.own_words import Check
from reader.own_words.say import lines
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain, shorten
from reader.store import notes

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
        _read_edits(library, held)
        is_again = is_shown or bool(newest_note(library, held))
        has_abstract = is_again or notes.was_opened(library.db, held.row)
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
    title = plain(noted.held.paper.title)
    if not noted.is_new:
        output.put(say("note.same", title=title))
        return
    today = library.today()
    written, _ = notes.n_noted_on(library.db, today)
    key = "note.written" if noted.is_written else _why_skimmed(noted.check)
    output.put(say(key, title=title, n=written, target=library.config.quota_on(today)))
    if noted.meanwhile:
        id_ = noted.held.paper.id
        output.put(say("note.meanwhile", n=noted.meanwhile, number=noted.number, id=id_))
    width = screen.width_of_terminal()
    for text in check_lines(noted.check):
        for line in screen.wrap(text, width, "    ", "  "):
            output.put(line)
    for key, likest in lost_links(library, noted.text):
        said = say("note.lost", key=plain(key))
        said += say("note.lost.near", key=likest) if likest else ""
        for line in screen.wrap(said, width, "    ", "  "):
            output.put(line)
    for line in near_lines(related(library, noted.held, noted.text, encode=encode), width):
        output.put(line)


def _why_skimmed(check: Check | None) -> str:
    return "note.copied" if check and check.is_mostly_copied else "note.skimmed"


def check_lines(check: Check | None) -> list[str]:
    """Give what the own-words check found, a paragraph each."""
    return lines(check) if check else []


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
    if library.config.note.export:
        _quietly(lambda: export(library, only=[held.row]))


def _read_edits(library: Library, held: Held) -> None:
    """Begin from what a hand wrote in the paper's Markdown file."""
    _quietly(lambda: read_edits(library, [held.row]))


def _quietly(run: Callable[[], Exported]) -> None:
    """Say in one line what is in the way of a file: the note itself is safe."""
    try:
        done = run()
    except ReaderError as error:
        output.put(say("error", message=plain(error.message)), is_error=True)
        return
    for key, paths in (
        ("export.read_in", done.read_in),
        ("export.merged", done.merged),
        ("export.emptied", done.emptied),
    ):
        for path in paths:
            output.put(plain(say(key, path=path)), is_error=True)
    if done.left:
        output.put(say("error", message=plain(done.left[0].message)), is_error=True)
