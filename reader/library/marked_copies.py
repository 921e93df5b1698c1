"""Take a marked copy out of the library again; its file is kept apart, its marks can come back.

Knows nothing of PDFs, nor how a copy came.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reader.errors import NotKnown
from reader.library.folder import Library
from reader.library.keeping import HANDED, Came, keep
from reader.library.marks import shown
from reader.library.moving import has_bytes, move
from reader.library.strays import find_moved
from reader.library.tablet import IN_LIBRARY, LOCK, REMOVED
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain
from reader.stages.tools import Tools
from reader.store import highlights, index
from reader.store.database import lock_file
from reader.store.highlights import MarkedCopy, Returned


@dataclass(frozen=True, slots=True)
class RemovedCopy:
    """A copy that was taken out. before, path: where its file lay and lies now, relative to the
    library; path "" where it was not there any more. n_gone, n_again: marks that went with it,
    and that are shown again since the copy before it has them."""

    held: Held
    before: str
    path: str
    n_gone: int
    n_again: int


def removed_text(removed: RemovedCopy) -> str:
    """Say what was removed, where it lies and how it comes again."""
    held = removed.held
    title, path = plain(held.paper.title), removed.path
    text = say("copy.removed", title=title, n=removed.n_gone)
    if removed.n_again:
        text += say("copy.again", n=removed.n_again)
    if not path:
        return text + say("copy.no_file")
    return text + say("copy.kept", path=path, id=held.paper.id)


def remove_copy(library: Library, tools: Tools, held: Held, *, sha256: str = "") -> RemovedCopy:
    """Take out the marked copy that came last, or the one whose SHA-256 begins so.

    Its file goes to `removed/`, and the marks that no other copy has are shown as removed; those
    of the copy before it, which it may have hidden, are there again. Raises NotKnown where
    there is none, PdfError where the copy before it cannot be read, Locked, ReadOnly or StoreError.
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
        came_from = [one for one in highlights.returned_of(db, row) if one.sha256 == copy.sha256]
        shows = _there(library, row)
        before = _before(library, held, copy, came_from)
        # Read first: where that fails nothing was changed.
        marks = tools.read_marks(library.folder / before.path) if before else None
        with db.writing():
            path = _put_apart(library, copy)
            highlights.remove_copy(db, copy)
            for one in came_from:
                highlights.set_seen(db, one.place, [], at=library.now())
                if one.place.startswith(HANDED):
                    highlights.forget_place(db, one.place)
            index.add_highlight_texts(db, row)
        if before and marks:
            content = (library.folder / before.path).read_bytes()
            handed = next((one.place for one in came_from if one.place.startswith(HANDED)), "")
            # What lies on a tablet is as it was; then the copy here has its marks itself.
            place, own = (handed, "") if handed else (IN_LIBRARY + before.path, before.path)
            came = Came(held, place, own, before.sha256, content, marks)
            keep(library, came, walked=library.folder / REMOVED)
        now = _there(library, row)
    return RemovedCopy(held, copy.path, path, len(shows - now), len(now - shows))


def _there(library: Library, row: int) -> set[int]:
    """Give the marks of a paper that are shown and not as removed."""
    states = highlights.highlights_of(library.db, row)
    marks = {kept.id: kept.mark for kept in states}
    return {marks[one.id] for one in shown(states) if one.gone_at is None}


def _before(
    library: Library, held: Held, copy: MarkedCopy, came_from: Sequence[Returned]
) -> MarkedCopy | None:
    """Give the copy that was the newest of its place before this one; None for none.

    Of the kept ones it is one that is at no place the newest now.
    """
    if not came_from:
        return None
    db = library.db
    newest = {one.sha256 for one in highlights.returned_of(db, held.row)}
    older = [one for one in highlights.marked_of(db, held.row) if one.sha256 not in newest]
    here = [one for one in older if (library.folder / one.path).is_file()]
    return here[-1] if here and here[-1] != copy else None


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
