"""Take a marked copy out of the library again; its file is kept apart, its marks can come back.

Knows nothing of PDFs, nor how a copy came.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reader.errors import NotKnown
from reader.highlight import Marks
from reader.library.folder import Library
from reader.library.keeping import HANDED, Came, compare, keep_marks
from reader.library.moving import has_bytes, move
from reader.library.strays import find_moved
from reader.library.tablet import LOCK, REMOVED
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain
from reader.stages.pdf_tools import PdfTools
from reader.store import highlights, index, pdfs
from reader.store.database import lock_file
from reader.store.highlights import MarkedCopy, Returned


@dataclass(frozen=True, slots=True)
class RemovedCopy:
    """A copy that was taken out. before, path: where its file lay and lies now, relative to the
    library; path "" where it was not there any more. n_gone, n_again, n_changed: marks that
    went with it, that are shown again, and that are shown as they were before it."""

    held: Held
    before: str
    path: str
    n_gone: int
    n_again: int
    n_changed: int


def removed_text(removed: RemovedCopy) -> str:
    """Say what was removed, where it lies and how it comes again."""
    held = removed.held
    title, path = plain(held.paper.title), removed.path
    parts = [say("copy.removed", title=title)]
    for key, n in (
        ("copy.gone", removed.n_gone),
        ("copy.again", removed.n_again),
        ("copy.changed", removed.n_changed),
    ):
        parts += [say(key, n=n)] if n else []
    if len(parts) == 1:
        parts.append(say("copy.same"))
    parts.append(say("copy.kept", path=path, id=held.paper.id) if path else say("copy.no_file"))
    return "".join(parts)


def remove_copy(library: Library, tools: PdfTools, held: Held, *, sha256: str = "") -> RemovedCopy:
    """Take out the marked copy that came last, or the one whose SHA-256 begins so.

    Its file goes to `removed/`. Where its marks stood, those of the copy that came from there
    before it stand again; marks that are in no other copy are shown as removed. Raises
    NotKnown where there is none, PdfError where a copy before it cannot be read, Locked,
    ReadOnly or StoreError.
    """
    db, row = library.db, held.row
    with lock_file(library.folder / LOCK):
        find_moved(library, [row])
        copies = highlights.marked_of(db, row)
        found = [copy for copy in copies if copy.sha256.startswith(sha256)]
        if not found:
            what = say("copy.none", title=plain(held.paper.title))
            raise NotKnown(what=what, hint=say("copy.none.hint"))
        copy = found[-1]
        # Read first: where that fails nothing was changed.
        again = [_again(library, tools, held, copy, p) for p in _places(library, row, copy)]
        shows = highlights.highlights_of(db, row)
        with db.writing():
            path = _put_apart(library, copy)
            highlights.remove_copy(db, copy)
            for one in again:
                highlights.set_seen(db, one.place, [], at=library.now())
            for one in again:
                keep_marks(library, one, library.folder / REMOVED)
                if one.place.startswith(HANDED):
                    _hand_again(library, one)
            index.add_highlight_texts(db, row)
        counts = compare(shows, highlights.highlights_of(db, row))
    return RemovedCopy(held, copy.path, path, counts.removed, counts.again, counts.changed)


def _places(library: Library, row: int, copy: MarkedCopy) -> list[str]:
    """List the places of which a copy is the newest."""
    history = highlights.history_of(library.db, row)
    return [place for place, came in history.items() if came[-1] == copy.sha256]


def _again(library: Library, tools: PdfTools, held: Held, copy: MarkedCopy, place: str) -> Came:
    """Read what came from a place before a copy did; sha256 "" and no marks where nothing did."""
    files = {one.sha256: one.path for one in highlights.copies_of(library.db, held.row)}
    if original := pdfs.pdf_of(library.db, held.row):
        files[original.sha256] = original.path
    for sha256 in reversed(highlights.history_of(library.db, held.row)[place]):
        file = library.folder / files.get(sha256, "")
        if sha256 == copy.sha256 or (sha256 in files and not file.is_file()):
            continue  # a hand deleted it
        # What was not kept had no marks.
        marks = tools.read_marks(file) if sha256 in files else Marks()
        return Came(held, place, "", sha256, b"", marks)
    return Came(held, place, "", "", b"", Marks())


def _hand_again(library: Library, came: Came) -> None:
    """Let what is handed in next be compared with what stands there now. What lies in a folder
    is as it was: it is not brought in again by itself."""
    if came.sha256:
        ink = came.marks.ink
        last = Returned(came.place, came.held.row, came.sha256, len(ink), ink)
        highlights.set_returned(library.db, last, at=library.now())
    else:
        highlights.forget_place(library.db, came.place)


def _put_apart(library: Library, copy: MarkedCopy) -> str:
    """Move a copy's file to `removed/`; gives its path there, "" where there is no file."""
    file = library.folder / copy.path
    name = PurePosixPath(copy.path)
    target, n = Path(REMOVED, name.name), 2
    while os.path.lexists(library.folder / target):
        if not file.exists() and has_bytes(library.folder / target, copy.sha256):
            return target.as_posix()  # a kill came after the move
        target, n = Path(REMOVED, f"{name.stem}-{n}.pdf"), n + 1
    if not file.exists():
        return ""
    move(file, library.folder / target)
    return target.as_posix()
