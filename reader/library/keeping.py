"""Keep a marked copy that came home, and what is marked in it; nothing twice.

A place (a file in the tablet's folder, one on the laptop) has its marks to itself: one is
removed when the last place that had it has it no longer. Knows nothing of PDFs, nor how a
paper was recognised.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reader.filing import file_stem
from reader.highlight import Marks
from reader.library.choose import UNFILED
from reader.library.folder import Library, write_whole
from reader.library.marks import Match, cleaned, match, shown
from reader.library.tablet import file_at, is_named_after
from reader.paper import Held
from reader.store import highlights, index, pdfs
from reader.store.highlights import Kept, MarkedCopy, Returned


@dataclass(frozen=True, slots=True)
class Came:
    """A copy that was recognised and read.

    place: as `tablet.place_of` names it. own: its path where it lies in papers/ of the
    library, else "".
    """

    held: Held
    place: str
    own: str
    sha256: str
    content: bytes
    marks: Marks


@dataclass(frozen=True, slots=True)
class Counts:
    """A paper's marks after an import, and how they differ from before."""

    there: int = 0
    new: int = 0
    changed: int = 0
    removed: int = 0
    again: int = 0
    """Removed before, and there again."""
    ink: int = 0
    """Strokes and drawings by hand in this copy."""


def keep(library: Library, came: Came, *, walked: Path) -> tuple[Counts, str]:
    """Put a copy into its place, and all that is marked in it into the library.

    walked: the folder that is looked through; a file that is there no longer may have been
    renamed. Returns what is new, and the path of the copy, "" where none was needed.
    """
    db, now = library.db, library.now()
    copy = _copy(library, came)
    if copy:
        write_whole(library.folder / copy.path, came.content)
    last = Returned(came.place, came.held.row, came.sha256, came.marks.n_ink)
    with db.writing():
        counts = _import(library, came, walked)
        if copy:
            highlights.add_copy(db, copy, at=now)
        highlights.set_returned(db, last, at=now)
    return counts, copy.path if copy else ""


def _copy(library: Library, came: Came) -> MarkedCopy | None:
    """Say where a copy is kept; None for one that is here, or has nothing to keep.

    One that we took to the tablet and that came back changed is kept even if no mark can
    be read in it: handwriting may be part of its pages.
    """
    row, sha256, n_ink = came.held.row, came.sha256, came.marks.n_ink
    original = pdfs.pdf_of(library.db, row)
    taken = highlights.taken_of(library.db, row)
    here = {one.sha256 for one in highlights.copies_of(library.db, row)}
    here |= {one.sha256 for one in taken} | ({original.sha256} if original else set())
    if came.own or sha256 in here:
        return None
    name = file_at(library, came.place).name
    is_taken = any(is_named_after(name, t.path) for t in taken)
    if not (came.marks.highlights or n_ink or is_taken):
        return None
    path = _free_path(library, came.held, original.path if original else "", sha256)
    return MarkedCopy(row, path, sha256, n_ink)


def _free_path(library: Library, held: Held, original: str, sha256: str) -> str:
    """Choose a path beside the original; what a kill left there is taken up."""
    stem = held.key or file_stem(held.paper, library.config.pdf_name)
    beside = PurePosixPath(original or f"papers/{held.topic or UNFILED}/{stem}.pdf")
    path, n = beside.with_name(f"{beside.stem}.marked.pdf"), 2
    while os.path.lexists(library.folder / path):
        if _has_bytes(library.folder / path, sha256):
            break
        path, n = beside.with_name(f"{beside.stem}.marked-{n}.pdf"), n + 1
    return path.as_posix()


def _has_bytes(file: Path, sha256: str) -> bool:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == sha256
    except OSError:
        return False


def _import(library: Library, came: Came, walked: Path) -> Counts:
    db, row, now = library.db, came.held.row, library.now()
    found = cleaned(came.marks.highlights)
    known = highlights.highlights_of(db, row)
    matches = match(known, found)
    _follow(library, came, known, matches, walked)
    states = [
        m.state if m.state else highlights.add_highlight(db, row, h, mark=m.mark, at=now)
        for h, m in zip(found, matches, strict=True)
    ]
    highlights.set_seen(db, came.place, states, at=now)
    index.add_highlight_texts(db, row)
    return _counts(known, highlights.highlights_of(db, row), came.marks.n_ink)


def _follow(
    library: Library, came: Came, known: Sequence[Kept], matches: Sequence[Match], walked: Path
) -> None:
    """Let a file that was renamed go on where it was; another paper's place begins anew."""
    db = library.db
    last = highlights.returned_from(db, came.place)
    if last is not None:
        if last.paper != came.held.row and last.sha256 == came.sha256:
            # The person says that this very file is another paper than it was taken for.
            highlights.set_seen(db, came.place, [], at=library.now())
            index.add_highlight_texts(db, last.paper)
        elif last.paper != came.held.row:
            highlights.forget_place(db, came.place)
        return
    here = {m.mark for m in matches}
    marks = {kept.id: kept.mark for kept in known}
    for place in (last.place for last in highlights.returned_of(db, came.held.row)):
        before = {marks[state] for state in highlights.seen_at(db, place) if state in marks}
        file = file_at(library, place)
        is_like = bool(before) and 2 * len(before & here) >= len(before)
        if is_like and file.is_relative_to(walked) and not _is_there(file):
            highlights.move_place(db, place, came.place)
            return


def _is_there(file: Path) -> bool:
    return file.exists() or file.with_name(f".{file.name}.icloud").exists()


def _counts(before: list[Kept], after: list[Kept], n_ink: int) -> Counts:
    marks = {kept.id: kept.mark for kept in after}
    old = {marks[s.id]: s for s in shown(before)}
    new = {marks[s.id]: s for s in shown(after)}
    there = {mark for mark, s in new.items() if s.gone_at is None}
    was_there = {mark for mark, s in old.items() if s.gone_at is None}
    return Counts(
        there=len(there),
        new=len(there - old.keys()),
        changed=sum(old[m].highlight != new[m].highlight for m in there & was_there),
        removed=len(was_there - there),
        again=len(there & (old.keys() - was_there)),
        ink=n_ink,
    )
