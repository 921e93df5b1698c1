"""Keep a marked copy that came home, and what is marked in it; nothing twice.

A place (a file in the tablet's folder, one on the laptop) has its marks to itself: one is
removed when the last place that had it has it no longer. Of each place the newest copy is
kept, and older ones that have something more. Knows nothing of PDFs, nor how a paper was
recognised.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from reader.filing import file_stem
from reader.highlight import Highlight, Marks
from reader.library.choose import UNFILED
from reader.library.folder import Library, write_whole
from reader.library.marks import Match, cleaned, holds, match, shown
from reader.library.moving import has_bytes, is_here
from reader.library.tablet import IN_LIBRARY, REMOVED, file_at, is_named_after
from reader.paper import Held
from reader.phrases import say
from reader.store import highlights, index, pdfs
from reader.store.highlights import Kept, MarkedCopy, Returned

HANDED = "handed:"
"""How the places begin of what was handed in without a folder: one for each paper."""


@dataclass(frozen=True, slots=True)
class Came:
    """A copy that was recognised and read.

    place: as `tablet.place_of` names it, or a paper's own where it was handed in. own: its
    path where it lies in papers/ of the library, else "".
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
    ink: tuple[int, ...] = ()
    """The page of each stroke and drawing by hand in this copy."""
    unread: tuple[int, ...] = ()
    """Pages of it whose marks could not be read: what was known of them stays."""


def counts_text(counts: Counts, copy: str) -> str:
    """Say what is there after an import and what is new; copy: where the file is kept, or ""."""
    parts = [say("back.there", n=counts.there)]
    for key, n in (
        ("back.new", counts.new),
        ("back.changed", counts.changed),
        ("back.removed", counts.removed),
        ("back.again", counts.again),
    ):
        parts += [say(key, n=n)] if n else []
    if counts.ink:
        parts.append(say("back.ink", n=len(counts.ink), pages=pages_text(counts.ink)))
    if counts.unread:
        parts.append(say("back.unread", pages=pages_text(counts.unread)))
    parts += [say("back.copy", path=copy)] if copy else []
    return say("list").join(parts)


def pages_text(pages: Iterable[int]) -> str:
    """Name pages, each once."""
    names = [str(page) for page in sorted(set(pages))]
    if len(names) == 1:
        return say("marks.page", page=names[0])
    return say("marks.pages", pages=say("list").join(names))


@dataclass(frozen=True, slots=True)
class _Before:
    """What came from a place last: None for nothing; had: the states of marks in it."""

    last: Returned | None
    had: tuple[Kept, ...] = ()


def keep(library: Library, came: Came, *, walked: Path) -> tuple[Counts, str]:
    """Put a copy into its place, and all that is marked in it into the library.

    walked: the folder that is looked through; a file that is there no longer may have been
    renamed. Returns what is new, and the path of the copy, "" where none was needed. An
    older copy from the same place gives way to one that has all that it has.
    """
    db, now, ink = library.db, library.now(), came.marks.ink
    last = Returned(came.place, came.held.row, came.sha256, len(ink), ink)
    # Marks and bytes in one transaction: rolled back, an older copy is replaced again.
    with db.writing():
        counts, before = keep_marks(library, came, walked)
        copy = _copy(library, came)
        if copy:
            older = _held_by(library, came, before)
            copy = replace(copy, path=older.path) if older else copy
            write_whole(library.folder / copy.path, came.content)
            if older:
                highlights.replace_copy(db, older, copy, at=now)
            else:
                highlights.add_copy(db, copy, at=now)
        elif again := _kept_as(library, came):
            highlights.set_newest(db, again, at=now)
        highlights.set_returned(db, last, at=now)
    return counts, copy.path if copy else ""


def _copy(library: Library, came: Came) -> MarkedCopy | None:
    """Say where a copy is kept; None for one that is here, or has nothing to keep.

    One that we took to the tablet, or that was handed in, and that came back changed is kept
    even if no mark can be read in it: handwriting may be part of its pages.
    """
    row, sha256, marks = came.held.row, came.sha256, came.marks
    original = pdfs.pdf_of(library.db, row)
    taken = highlights.taken_of(library.db, row)
    here = {one.sha256 for one in highlights.copies_of(library.db, row)}
    here |= {one.sha256 for one in taken} | ({original.sha256} if original else set())
    if came.own or sha256 in here:
        return None
    name = file_at(library, came.place).name
    is_ours = came.place.startswith((HANDED, f"{IN_LIBRARY}{REMOVED}/"))
    is_ours = is_ours or any(is_named_after(name, t.path) for t in taken)
    if not (marks.highlights or marks.ink or marks.unread or is_ours):
        return None
    path = _free_path(library, came.held, original.path if original else "", sha256)
    return MarkedCopy(row, path, sha256, marks.n_ink, marks.ink, marks.traces)


def _kept_as(library: Library, came: Came) -> MarkedCopy | None:
    """Give the marked copy that has the very bytes that came."""
    copies = highlights.marked_of(library.db, came.held.row)
    return next((copy for copy in copies if copy.sha256 == came.sha256), None)


def _held_by(library: Library, came: Came, before: _Before) -> MarkedCopy | None:
    """Give the kept copy that came from this place last, if this one has all that it has.

    All its marks, strokes and stamps, on pages that paint the same (an app may draw
    handwriting into them), and no other place ever had these very bytes. Else, and where a
    hand changed it since, it is not to be replaced.
    """
    row, last = came.held.row, before.last
    if last is None or last.sha256 == came.sha256:
        return None
    copies = highlights.marked_of(library.db, row)
    older = next((copy for copy in copies if copy.sha256 == last.sha256), None)
    if older is None or not older.traces or not older.traces <= came.marks.traces:
        return None
    history = highlights.history_of(library.db, row).items()
    if any(older.sha256 in h and place not in (came.place, last.place) for place, h in history):
        return None
    seen = highlights.seen_at(library.db, came.place)
    now = [kept for kept in highlights.highlights_of(library.db, row) if kept.id in seen]
    file = library.folder / older.path
    is_as_it_came = has_bytes(file, older.sha256) or has_bytes(file, came.sha256)
    return older if is_as_it_came and holds(before.had, now) else None


def _free_path(library: Library, held: Held, original: str, sha256: str) -> str:
    """Choose a path beside the original; what a kill left there is taken up."""
    stem = held.key or file_stem(held.paper, library.config.pdf_name)
    beside = PurePosixPath(original or f"papers/{held.topic or UNFILED}/{stem}.pdf")
    path, n = beside.with_name(f"{beside.stem}.marked.pdf"), 2
    while _is_taken(library, path.as_posix()):
        if has_bytes(library.folder / path, sha256):
            break
        path, n = beside.with_name(f"{beside.stem}.marked-{n}.pdf"), n + 1
    return path.as_posix()


def _is_taken(library: Library, path: str) -> bool:
    """Tell whether a file stands at a path, if only in iCloud, or a row says that one does."""
    file = library.folder / path
    is_named = highlights.copy_at(library.db, path) is not None
    return is_named or os.path.lexists(file) or is_here(file)


def keep_marks(library: Library, came: Came, walked: Path) -> tuple[Counts, _Before]:
    """Let what is marked in a copy be what its place has; walked: as in `keep`."""
    db, row, now, unread = library.db, came.held.row, library.now(), came.marks.unread
    found = cleaned(came.marks.highlights)
    known = highlights.highlights_of(db, row)
    matches = match(known, found)
    last = _follow(library, came, known, matches, walked)
    seen = highlights.seen_at(db, came.place)
    before = _Before(last, tuple(kept for kept in known if kept.id in seen))
    states = _of_same_bytes(library, came, known, len(found)) or [
        m.state or highlights.add_highlight(db, row, _worded(h, m), mark=m.mark, at=now)
        for h, m in zip(found, matches, strict=True)
    ]
    here = {m.mark for m in matches}
    states += [
        kept.id for kept in before.had if kept.highlight.page in unread and kept.mark not in here
    ]
    highlights.set_seen(db, came.place, states, at=now)
    index.add_highlight_texts(db, row)
    counts = compare(known, highlights.highlights_of(db, row))
    return replace(counts, ink=came.marks.ink, unread=unread), before


def _of_same_bytes(library: Library, came: Came, known: Sequence[Kept], n_found: int) -> list[int]:
    """Give the states that the very bytes had at another place, if as many were read there."""
    ids = {kept.id for kept in known}
    for place, history in highlights.history_of(library.db, came.held.row).items():
        if history[-1] == came.sha256:
            states = highlights.seen_at(library.db, place) & ids
            if len(states) >= n_found:
                return sorted(states)
    return []


def _worded(new: Highlight, found: Match) -> Highlight:
    """Give a mark that came without its words those that it had."""
    old = found.before
    return new if old is None else replace(new, text=old.text, place=old.place)


def _follow(
    library: Library, came: Came, known: Sequence[Kept], matches: Sequence[Match], walked: Path
) -> Returned | None:
    """Let a file that was renamed go on where it was; another paper's place begins anew.

    Returns what came of this paper from there last.
    """
    db = library.db
    last = highlights.returned_from(db, came.place)
    if last is not None:
        if last.paper == came.held.row:
            return last
        if last.sha256 == came.sha256:
            # The person says that this very file is another paper than it was taken for.
            highlights.set_seen(db, came.place, [], at=library.now())
            index.add_highlight_texts(db, last.paper)
        highlights.forget_place(db, came.place)
        return None
    here = {m.mark for m in matches}
    marks = {kept.id: kept.mark for kept in known}
    for last in highlights.returned_of(db, came.held.row):
        before = {marks[state] for state in highlights.seen_at(db, last.place) if state in marks}
        file = file_at(library, last.place)
        is_like = bool(before) and 2 * len(before & here) >= len(before)
        if is_like and file.is_relative_to(walked) and not is_here(file):
            highlights.move_place(db, last.place, came.place)
            return last
    return None


def compare(before: list[Kept], after: list[Kept]) -> Counts:
    """Count how the marks that are shown differ between two moments."""
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
    )
