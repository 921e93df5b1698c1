"""Keep notes, and write them out as Markdown without ever overwriting a hand's work."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from reader.errors import DiskFull, Incomplete, ReaderError, StoreError, UsageError
from reader.filing import file_stem, year_of
from reader.highlight import Highlight
from reader.ids import url_of
from reader.library.choose import UNFILED, file_away
from reader.library.folder import Library, write_whole
from reader.library.marks import shown
from reader.library.moving import folder_at, settle
from reader.note import (
    MAX_BYTES,
    Sheet,
    fields,
    is_written,
    merge_words,
    render,
    splice,
    with_words,
    without_blank_ends,
    words_of,
)
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain, shorten
from reader.store import highlights, index, notes, papers, pdfs, pictures
from reader.store.notes import CameFrom, Export, Revision

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Encode = Callable[[str], tuple[str, NDArray[np.float32]]]


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of a note: the paper as it stands, and whether anything changed."""

    held: Held
    is_written: bool
    is_new: bool


@dataclass(slots=True)
class Exported:
    """What an export did, paths relative to the library.

    read_in: files edited by hand, now revisions; merged: those whose note had changed in
    the library too, so that both are kept; emptied: those whose words were deleted, and
    came back; left: what was not written, and why.
    """

    written: list[str] = field(default_factory=list)
    n_unchanged: int = 0
    read_in: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    left: list[ReaderError] = field(default_factory=list)


def add_note(
    library: Library,
    held: Held,
    text: str,
    *,
    came_from: CameFrom = "command",
    encode: Encode | None = None,
) -> Noted:
    """Append a revision to a paper's note; it is on the disk and searchable on return.

    encode: gives the name of the encoder and the text's vector (d,), so that similarity
    finds the note at once; None: at the next gather.

    An empty text, or the newest revision's own words, change nothing. Raises UsageError
    for what cannot be a note.
    """
    text = checked_text(text)
    known = notes.revisions(library.db, held.row)
    if not plain(text) or (known and known[-1].text == text):
        return Noted(held, bool(known) and known[-1].is_written, is_new=False)
    written = is_written(text)
    with library.db.writing():
        file_away(library, held)
        notes.add_note(
            library.db,
            held.row,
            text,
            is_written=written,
            came_from=came_from,
            at=library.now(),
            on=library.today(),
        )
    index.add_note_text(library.db, held.row)
    if encode is not None:
        encoder, vector = encode(text)
        kept = vector.astype("float16").tobytes()
        index.add_vectors(library.db, encoder, [(index.hash_of(text), kept)])
    return Noted(papers.papers_at(library.db, [held.row])[0], written, is_new=True)


def checked_text(text: str) -> str:
    """Give a note's text as it is kept, outer blank lines off. Raises UsageError."""
    try:
        n_bytes = len(text.encode())
    except UnicodeEncodeError as error:
        raise UsageError(
            what=say("note.surrogate", n=error.start + 1), hint=say("note.utf8")
        ) from None
    if n_bytes > MAX_BYTES:
        raise UsageError(
            what=say("note.large", n=f"{n_bytes:,}", most=f"{MAX_BYTES:,}"),
            hint=say("note.large.hint"),
        )
    return text.strip("\n")


def export(library: Library, *, only: Collection[int] | None = None) -> Exported:
    """Bring notes/ up to date: one Markdown file for each paper that has a note.

    only: these papers alone; None: all.

    What was edited by hand since the last export is read in first, as a revision. A file
    whose markers are gone is left alone and named, as is one that cannot be written; the
    others are done. Running it again changes nothing.
    """
    done = Exported(left=settle(library, only))
    for row in [note.paper for note in notes.newest_notes(library.db)]:
        if only is not None and row not in only:
            continue
        try:
            _export_one(library, papers.papers_at(library.db, [row])[0], done)
        except (Incomplete, StoreError) as error:
            done.left.append(error)
            if _befalls_all(library, error):
                break
    return done


def _befalls_all(library: Library, error: ReaderError) -> bool:
    """Tell what every other note would meet too: a full disk, a database that is held."""
    databases = (library.db.path, library.db.index_path)
    return isinstance(error, DiskFull) or error.values.get("file") in databases


def _export_one(library: Library, held: Held, done: Exported) -> None:
    last = notes.exported(library.db, held.row)
    folder = folder_at(library, "notes", held.topic or UNFILED)
    path = last.path if last else f"{folder}/{held.key}.md"
    if last and not os.path.lexists(library.folder / path):
        # Deleted, and its paper filed elsewhere since: it comes back where its paper is.
        now = f"{folder}/{Path(path).name}"
        path = path if os.path.lexists(library.folder / now) else now
    file = library.folder / path
    found = _read(file, path)
    if found is not None and (last is None or found != last.content):
        _read_in(library, held, _Found(path, found, last), done)
    note = notes.revisions(library.db, held.row)[-1]
    sheet = sheet_of(library, held, note, folder=file.parent)
    content = render(sheet) if found is None else _brought_up(found, sheet, path)
    if content != found:
        # Somebody may have saved the file since it was read; their words go first.
        if _read(file, path) != found:
            raise Incomplete(what=say("export.changed", path=path))
        write_whole(file, content.encode())
        done.written.append(path)
    else:
        done.n_unchanged += 1
    state = Export(held.row, path, content, note.id)
    if state != last:
        notes.set_exported(library.db, state)


def _read(file: Path, path: str) -> str | None:
    """Read a file as it is, newlines and all; None where there is none."""
    try:
        return file.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        what = say("export.unreadable", path=path, what=error.strerror)
        raise Incomplete(what=what) from error
    except UnicodeDecodeError:
        raise Incomplete(what=say("export.encoding", path=path)) from None


@dataclass(frozen=True, slots=True)
class _Found:
    """A file that is not as it was last written; last: None where none is on record."""

    path: str
    content: str
    last: Export | None


def _read_in(library: Library, held: Held, found: _Found, done: Exported) -> None:
    """Make revisions of what a hand wrote. Raises Incomplete for a file to leave alone."""
    theirs = _words_by_hand(held, found)
    if not plain(theirs):
        done.emptied.append(found.path)
        return
    is_new = is_joint = False
    # In one transaction: no note comes between what is compared and what is kept, and a
    # kill between the two revisions would leave the library's own text behind.
    with library.db.writing():
        known = notes.revisions(library.db, held.row)
        if _is_ours(theirs, known, found.last):
            return
        try:
            is_new = add_note(library, held, theirs, came_from="file").is_new
            if found.last is None or known[-1].id != found.last.note:
                joint = merge_words(known[-1].text, theirs)
                is_joint = add_note(library, held, joint, came_from="file").is_new
        except UsageError as error:
            what = say("export.refused", path=found.path, what=error.message)
            raise Incomplete(what=what) from error
    done.read_in += [found.path] if is_new else []
    done.merged += [found.path] if is_joint else []


def _words_by_hand(held: Held, found: _Found) -> str:
    given = fields(found.content)
    if given.get("sample") == "true":
        raise Incomplete(what=say("export.sample", path=found.path))
    written = fields(found.last.content).get("id", "") if found.last else ""
    id_ = given.get("id", "")
    if id_ not in ("", written, *held.paper.ids):
        id_ = shorten(plain(id_), 80)
        raise Incomplete(what=say("export.other", path=found.path, id=id_, own=held.paper.id))
    words = words_of(found.content)
    if words is None:
        raise Incomplete(what=say("export.marks", path=found.path))
    return words


def _is_ours(theirs: str, known: Sequence[Revision], last: Export | None) -> bool:
    """Tell words that the program wrote from an edit.

    An export that was killed before it was recorded left those of a revision that came
    after the one on record.
    """
    if last is not None and theirs == words_of(last.content):
        return True
    since = (note.text for note in known if last is None or note.id >= last.note)
    return any(theirs == without_blank_ends(text) for text in since)


def _brought_up(found: str, sheet: Sheet, path: str) -> str:
    """Give a file's new content: our own lines and the note's words anew, the rest as found."""
    if words_of(found) != words_of(render(sheet)):
        found = with_words(found, sheet.text) or found
    content = splice(found, sheet)
    if content is None:
        raise Incomplete(what=say("export.marks", path=path))
    return content


def sheet_of(library: Library, held: Held, note: Revision, *, folder: Path | None = None) -> Sheet:
    """Give what a paper's Markdown file says.

    folder: where the file lies, for the relative links to PDF and figure.
    """
    pdf = pdfs.pdf_of(library.db, held.row)
    came_back = highlights.marked_of(library.db, held.row)[-1:]
    picture = pictures.picture_of(library.db, held.row)
    figure = library.folder / picture.figure if picture and picture.figure else None
    has_figure = figure is not None and figure.is_file()
    first = next((r for r in notes.revisions(library.db, held.row) if r.is_written), None)
    return Sheet(
        key=held.key or file_stem(held.paper, library.config.pdf_name),
        id=held.paper.id,
        title=held.paper.title,
        authors=held.paper.authors,
        year=year_of(held.paper),
        topic=held.topic or UNFILED,
        state="written" if first else "skimmed",
        read_on=first.on_date if first else None,
        url=url_of(held.paper.id),
        pdf=_relative(library.folder / pdf.path, folder) if pdf and folder else "",
        marked=next((_relative(library.folder / c.path, folder) for c in came_back if folder), ""),
        text=note.text,
        also_known=held.paper.ids[1:],
        figure=_relative(figure, folder) if figure and folder and has_figure else "",
        caption=picture.caption if picture and has_figure else "",
        highlights=marked(library, held),
    )


def marked(library: Library, held: Held) -> tuple[Highlight, ...]:
    """Give a paper's highlights that are there, in reading order."""
    states = highlights.highlights_of(library.db, held.row)
    return tuple(one.highlight for one in shown(states) if one.gone_at is None)


def _relative(file: Path, folder: Path) -> str:
    return Path(os.path.relpath(file, folder)).as_posix()


def newest_note(library: Library, held: Held) -> Revision | None:
    """Give a paper's note as it stands, None where there is none."""
    known: Sequence[Revision] = notes.revisions(library.db, held.row)
    return known[-1] if known else None
