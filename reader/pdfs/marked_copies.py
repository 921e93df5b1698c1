"""Keep the marked copies that come home, and what is marked in them; take them out again.

A place (a file in the tablet's folder, one on the laptop) has its marks to itself: one is
removed when the last place that had it has it no longer. Of each place the newest copy is
kept, and older ones that have something more. The file of a copy that is taken out is kept
apart, and its marks can come back. Knows nothing of PDFs, nor how a paper was recognised.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from reader.base.errors import NotKnown
from reader.base.messages import say
from reader.base.text import plain
from reader.library.file_names import UNFILED, file_stem
from reader.library.files import is_here
from reader.library.folder import Library, write_whole
from reader.library.highlight import Marks
from reader.library.paper import LibraryPaper
from reader.library.rows.database import lock_file
from reader.pdfs.fetch import PdfTools
from reader.pdfs.highlights import MarkMatch, cleaned, holds, match, shown
from reader.pdfs.move import find_moved, has_bytes, move
from reader.pdfs.rows import highlights, pdfs
from reader.pdfs.rows.highlights import MarkedCopy, MarkState, PlaceState
from reader.pdfs.tablet import IN_LIBRARY, LOCK, REMOVED, file_at, is_named_after
from reader.search.rows import index

HANDED = "handed:"
"""How the places begin of what was handed in without a folder: one for each paper."""


@dataclass(frozen=True, slots=True)
class ReturnedCopy:
    """A copy that was recognised and read.

    place: as `tablet.place_of` names it, or a paper's own where it was handed in. own: its
    path where it lies in papers/ of the library, else "".
    """

    held: LibraryPaper
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
    """Write what is there after an import and what is new; copy: where the file is kept, or ""."""
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


def keep(library: Library, came: ReturnedCopy, *, walked: Path) -> tuple[Counts, str]:
    """Keep a copy in its place, and all that is marked in it in the library.

    walked: the folder that is looked through; a file that is there no longer may have been
    renamed. Returns what is new, and the path of the copy, "" where none was needed. An
    older copy from the same place gives way to one that has all that it has.
    """
    db, now, ink = library.db, library.now(), came.marks.ink
    last = PlaceState(came.place, came.held.row, came.sha256, len(ink), ink)
    # Marks and bytes in one transaction: rolled back, an older copy is replaced again.
    with db.writing():
        counts, before, had = keep_marks(library, came, walked)
        copy = _copy(library, came)
        if copy:
            older = _held_by(library, came, before, had)
            copy = replace(copy, path=older.path) if older else copy
            write_whole(library.folder / copy.path, came.content)
            if older:
                highlights.replace_copy(db, older, copy, at=now)
            else:
                highlights.add_copy(db, copy, at=now)
        elif again := _with_bytes(highlights.marked_of(db, came.held.row), came.sha256):
            highlights.set_newest(db, again, at=now)
        highlights.set_returned(db, last, at=now)
    return counts, copy.path if copy else ""


def _copy(library: Library, came: ReturnedCopy) -> MarkedCopy | None:
    """Choose where a copy is kept; None for one that is here, or has nothing to keep.

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


def _with_bytes(copies: Iterable[MarkedCopy], sha256: str) -> MarkedCopy | None:
    return next((copy for copy in copies if copy.sha256 == sha256), None)


def _held_by(
    library: Library, came: ReturnedCopy, last: PlaceState | None, had: Sequence[MarkState]
) -> MarkedCopy | None:
    """Find the kept copy that came from this place last, if this one has all that it has.

    All its marks, strokes and stamps, on pages that paint the same (an app may draw
    handwriting into them), and no other place ever had these very bytes. Else, and where a
    hand changed it since, it is not to be replaced.
    """
    row = came.held.row
    if last is None or last.sha256 == came.sha256:
        return None
    older = _with_bytes(highlights.marked_of(library.db, row), last.sha256)
    if older is None or not older.traces or not older.traces <= came.marks.traces:
        return None
    history = highlights.history_of(library.db, row).items()
    if any(older.sha256 in h and place not in (came.place, last.place) for place, h in history):
        return None
    seen = highlights.seen_at(library.db, came.place)
    now = [kept for kept in highlights.highlights_of(library.db, row) if kept.id in seen]
    file = library.folder / older.path
    is_as_it_came = has_bytes(file, older.sha256) or has_bytes(file, came.sha256)
    return older if is_as_it_came and holds(had, now) else None


def _free_path(library: Library, held: LibraryPaper, original: str, sha256: str) -> str:
    """Choose a path beside the original; what a kill left there is taken up."""
    stem = held.key or file_stem(held.paper, library.config.pdf_name)
    beside = PurePosixPath(original or f"papers/{held.topic or UNFILED}/{stem}.pdf")
    path, n = beside.with_name(f"{beside.stem}.marked.pdf"), 2
    while not has_bytes(file := library.folder / path, sha256):
        # A file stands there, if only in iCloud, or a row says that one does.
        is_named = highlights.copy_at(library.db, path.as_posix()) is not None
        if not (is_named or os.path.lexists(file) or is_here(file)):
            break
        path, n = beside.with_name(f"{beside.stem}.marked-{n}.pdf"), n + 1
    return path.as_posix()


def keep_marks(
    library: Library, came: ReturnedCopy, walked: Path
) -> tuple[Counts, PlaceState | None, list[MarkState]]:
    """Record what is marked in a copy as what its place has; walked: as in `keep`.

    Also returns what came of this paper from there last, and the states of marks in that.
    """
    db, row, now, unread = library.db, came.held.row, library.now(), came.marks.unread
    found = cleaned(came.marks.highlights)
    known = highlights.highlights_of(db, row)
    matches = match(known, found)
    last = _follow(library, came, known, matches, walked)
    seen = highlights.seen_at(db, came.place)
    had = [kept for kept in known if kept.id in seen]
    states = _of_same_bytes(library, came, known, len(found))
    for h, m in zip(found, matches, strict=True) if not states else ():
        # A mark that came without its words gets those that it had.
        new = replace(h, text=m.before.text, place=m.before.place) if m.before else h
        states.append(m.state or highlights.add_highlight(db, row, new, mark=m.mark, at=now))
    here = {m.mark for m in matches}
    states += [k.id for k in had if k.highlight.page in unread and k.mark not in here]
    highlights.set_seen(db, came.place, states, at=now)
    index.add_highlight_texts(db, row)
    counts = compare(known, highlights.highlights_of(db, row))
    return replace(counts, ink=came.marks.ink, unread=unread), last, had


def _of_same_bytes(
    library: Library, came: ReturnedCopy, known: Sequence[MarkState], n_found: int
) -> list[int]:
    """Find the states that the very bytes had at another place, if as many were read there."""
    ids = {kept.id for kept in known}
    for place, history in highlights.history_of(library.db, came.held.row).items():
        if history[-1] == came.sha256:
            states = highlights.seen_at(library.db, place) & ids
            if len(states) >= n_found:
                return sorted(states)
    return []


def _follow(
    library: Library,
    came: ReturnedCopy,
    known: Sequence[MarkState],
    matches: Sequence[MarkMatch],
    walked: Path,
) -> PlaceState | None:
    """Move a place whose file was renamed; another paper's place begins anew.

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


def compare(before: list[MarkState], after: list[MarkState]) -> Counts:
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


@dataclass(frozen=True, slots=True)
class RemovedCopy:
    """A copy that was taken out. before, path: where its file lay and lies now, relative to the
    library; path "" where it was not there any more. n_gone, n_again, n_changed: marks that
    went with it, that are shown again, and that are shown as they were before it."""

    held: LibraryPaper
    before: str
    path: str
    n_gone: int
    n_again: int
    n_changed: int


def removed_text(removed: RemovedCopy, folder: Path) -> str:
    """Write what was removed, where it lies and how it comes again. folder: of the library."""
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
    file = shlex.quote(str(folder.absolute() / path))
    kept = say("copy.kept", path=path, file=file, id=held.paper.id)
    parts.append(kept if path else say("copy.no_file"))
    return "".join(parts)


def remove_copy(
    library: Library, tools: PdfTools, held: LibraryPaper, *, sha256: str = ""
) -> RemovedCopy:
    """Remove the marked copy that came last, or the one whose SHA-256 begins so.

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
        history = highlights.history_of(db, row)
        places = [place for place, came in history.items() if came[-1] == copy.sha256]
        again = [_again(library, tools, held, copy, place) for place in places]
        shows = highlights.highlights_of(db, row)
        with db.writing():
            path = _put_apart(library, copy)
            highlights.remove_copy(db, copy)
            for one in again:
                highlights.set_seen(db, one.place, [], at=library.now())
            for one in again:
                keep_marks(library, one, library.folder / REMOVED)
                # What is handed in next is compared with what stands there now. What lies in a
                # folder is as it was: it is not brought in again by itself.
                if one.place.startswith(HANDED) and one.sha256:
                    ink = one.marks.ink
                    last = PlaceState(one.place, row, one.sha256, len(ink), ink)
                    highlights.set_returned(db, last, at=library.now())
                elif one.place.startswith(HANDED):
                    highlights.forget_place(db, one.place)
            index.add_highlight_texts(db, row)
        counts = compare(shows, highlights.highlights_of(db, row))
    return RemovedCopy(held, copy.path, path, counts.removed, counts.again, counts.changed)


def _again(
    library: Library, tools: PdfTools, held: LibraryPaper, copy: MarkedCopy, place: str
) -> ReturnedCopy:
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
        return ReturnedCopy(held, place, "", sha256, b"", marks)
    return ReturnedCopy(held, place, "", "", b"", Marks())


def _put_apart(library: Library, copy: MarkedCopy) -> str:
    """Move a copy's file to `removed/`; returns its path there, "" where there is no file."""
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
