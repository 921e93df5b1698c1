"""Store marked copies and their marks, and remove a copy again.

A place (a file in the tablet's folder, one on the laptop) has its own list of marks; a mark is
removed when the last place that had it has it no longer. Of each place the newest copy is kept,
and older ones that have something more. The file of a removed copy goes to another folder, and
its marks can come back. Knows nothing of PDFs, nor how a paper was recognised.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from reader.base.errors import NotKnown
from reader.base.messages import lazy_gettext
from reader.base.text import plain
from reader.library.disk import lock_file, write_whole
from reader.library.file_names import UNFILED, file_stem
from reader.library.files import has_bytes, is_here, move
from reader.library.folder import Library
from reader.library.highlight import MarkMatch, Marks, MarkState, cleaned, holds, match, shown
from reader.library.paper import LibraryPaper
from reader.library.place import REMOVED
from reader.library.rows import decisions, highlights, pdfs
from reader.library.rows.highlights import MarkedCopy, PlaceState, state_at
from reader.pdfs.fetch import PdfTools
from reader.pdfs.find import find_moved
from reader.pdfs.mark_places import keep_with_former
from reader.pdfs.tablet import IN_LIBRARY, LOCK, file_at, is_named_after
from reader.search.rows import index

HANDED = "handed:"
"""The prefix of the place of copies that were handed in without a folder, one for each paper."""


@dataclass(frozen=True, slots=True)
class ReturnedCopy:
    """A marked copy that was recognised and read.

    place: as `tablet.place_of` names it, or HANDED and the paper's id. own: its path relative
    to the library where it is in papers/, else "".
    """

    paper: LibraryPaper
    place: str
    own: str
    sha256: str
    content: bytes
    marks: Marks
    is_former: bool = False
    """Whether it is of a version that a newer one has replaced since, as far as that matters."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of a paper's marks after an import, and of those that differ from before."""

    there: int = 0
    new: int = 0
    changed: int = 0
    removed: int = 0
    again: int = 0
    """Marks that had been removed and are there again."""
    erased: int = 0
    """Strokes of ours that were deleted in the copy."""
    kept: int = 0
    """Marks and strokes that stay, since it is not sure that their lack in the copy means that."""
    ink: tuple[int, ...] = ()
    """The page of each stroke and drawing by hand in the copy."""
    unread: tuple[int, ...] = ()
    """Pages of the copy whose marks could not be read; their known marks stay."""

    @property
    def is_news(self) -> bool:
        """Tell whether any mark differs from before."""
        return bool(
            self.new or self.changed or self.removed or self.again or self.erased or self.kept
        )


def keep(library: Library, returned: ReturnedCopy, *, walked: Path) -> tuple[Counts, str]:
    """Store the marks of a copy, and the copy itself where it is needed.

    An older copy from the same place is replaced by one that has everything that it has.
    walked: the folder of this run; a recorded file that is no longer in it may have been renamed.
    Returns what is new, and the path of the stored copy, "" where none was stored.
    """
    db, now, row = library.db, library.now(), returned.paper.row
    # The file is written within the transaction: if it rolls back, the next run finds the same
    # older copy and replaces it again.
    with db.writing():
        act = decisions.next_act(db)
        counts, before, had = keep_marks(library, returned, walked, act=act)
        if before:
            counts = _erase_deleted(library, returned, before, counts, act)
        copy = _copy(library, returned)
        if copy:
            older = _replaced_copy(library, returned, before, had)
            copy = replace(copy, path=older.path) if older else copy
            write_whole(library.folder / copy.path, returned.content)
            if older:
                highlights.replace_copy(db, older, copy, at=now)
            else:
                highlights.add_copy(db, copy, at=now)
        elif again := _with_bytes(highlights.marked_of(db, row), returned.sha256):
            highlights.set_newest(db, again, at=now)
        written = before.strokes if before else frozenset()
        state = state_at(returned.place, row, returned.sha256, returned.marks, written)
        highlights.set_returned(db, state, at=now)
    return counts, copy.path if copy else ""


def _copy(library: Library, returned: ReturnedCopy) -> MarkedCopy | None:
    """Return a copy with its path in the library; None where it need not be stored.

    That is a copy whose bytes are here, or that has nothing to keep. A changed copy that we took
    to the tablet, or that was handed in, is stored even if no mark can be read in it: handwriting
    may be a part of its pages.
    """
    row, sha256, marks = returned.paper.row, returned.sha256, returned.marks
    original = pdfs.pdf_of(library.db, row)
    taken = highlights.taken_of(library.db, row)
    here = {one.sha256 for one in highlights.copies_of(library.db, row)}
    here |= {one.sha256 for one in taken} | ({original.sha256} if original else set())
    if returned.own or sha256 in here:
        return None
    name = file_at(library, returned.place).name
    is_ours = returned.place.startswith((HANDED, f"{IN_LIBRARY}{REMOVED}/"))
    is_ours = is_ours or any(is_named_after(name, t.path) for t in taken)
    if not (marks.highlights or marks.ink or marks.unread or is_ours):
        return None
    path = _free_path(library, returned.paper, original.path if original else "", sha256)
    return MarkedCopy(row, path, sha256, marks.n_ink, marks.ink, marks.traces)


def _with_bytes(copies: Iterable[MarkedCopy], sha256: str) -> MarkedCopy | None:
    return next((copy for copy in copies if copy.sha256 == sha256), None)


def _replaced_copy(
    library: Library, returned: ReturnedCopy, last: PlaceState | None, had: Sequence[MarkState]
) -> MarkedCopy | None:
    """Find the stored copy that this one replaces, None where it replaces none.

    It is the last one from this place, if the new copy has all its marks, strokes and stamps, on
    pages that paint the same (an app may draw handwriting into them). It is not replaced where
    another place ever had the same bytes, or its file was changed since.
    """
    row = returned.paper.row
    if last is None or last.sha256 == returned.sha256:
        return None
    older = _with_bytes(highlights.marked_of(library.db, row), last.sha256)
    if older is None or not older.traces or not older.traces <= returned.marks.traces:
        return None
    history = highlights.history_of(library.db, row).items()
    if any(older.sha256 in h and place not in (returned.place, last.place) for place, h in history):
        return None
    seen = highlights.seen_at(library.db, returned.place)
    now = [kept for kept in highlights.highlights_of(library.db, row) if kept.id in seen]
    file = library.folder / older.path
    is_as_received = has_bytes(file, older.sha256) or has_bytes(file, returned.sha256)
    return older if is_as_received and holds(had, now) else None


def _free_path(library: Library, paper: LibraryPaper, original: str, sha256: str) -> str:
    """Choose a free path beside the original; a file with these bytes, left by a kill, is used."""
    stem = paper.key or file_stem(paper.record, library.config.pdf_name)
    beside = PurePosixPath(original or f"papers/{paper.topic or UNFILED}/{stem}.pdf")
    path, n = beside.with_name(f"{beside.stem}.marked.pdf"), 2
    while not has_bytes(file := library.folder / path, sha256):
        # Taken are the names of files, of files that are in iCloud only, and of rows.
        is_named = highlights.copy_at(library.db, path.as_posix()) is not None
        if not (is_named or os.path.lexists(file) or is_here(file)):
            break
        path, n = beside.with_name(f"{beside.stem}.marked-{n}.pdf"), n + 1
    return path.as_posix()


def _erase_deleted(
    library: Library, returned: ReturnedCopy, last: PlaceState, counts: Counts, act: int
) -> Counts:
    """Erase the strokes here that were deleted in a copy, as a part of an act.

    Those that the copy lacks for another reason, or may lack for one, stay.
    """
    db, row, marks = library.db, returned.paper.row, returned.marks
    lost = [
        one.name
        for one in highlights.strokes_of(db, row)
        if one.name in last.strokes - marks.strokes and one.page not in marks.unread
    ]
    # Some apps save all strokes as new ones, without our names.
    is_new = not last.strokes & marks.strokes and len(marks.ink) > len(last.ink)
    if is_new or not _is_sure(last, marks, is_left=bool(last.strokes & marks.strokes)):
        return replace(counts, kept=counts.kept + len(lost))
    n = highlights.erase_strokes(db, row, lost, act=act, at=library.now(), on=library.today())
    return replace(counts, erased=n)


def _remove_deleted(library: Library, lost: Sequence[MarkState], act: int) -> set[int]:
    """Remove marks made here that a copy lacks, as a part of an act.

    act: 0 where it is not sure that they were deleted in it: they stay, and with them the others
    that it lacks. Returns the states that stay.
    """
    own = [kept.id for kept in lost if kept.highlight.name]
    if own and act:
        at, on = library.now(), library.today()
        highlights.replace_states(library.db, own, None, act=act, at=at, on=on)
    kept = {one.id for one in lost} if own and not act else set[int]()
    highlights.keep_on_page(library.db, kept)
    return kept


def _is_sure(last: PlaceState | None, marks: Marks, *, is_left: bool) -> bool:
    """Check whether what a copy lacks of ours was deleted in it.

    An app may draw the annotations into the pages, or another file may lie there: then the copy
    has none of them. is_left: it has one of those that it had.
    """
    return last is not None and 0 < last.n_pages == marks.n_pages and (is_left or marks.is_ours)


def keep_marks(
    library: Library, returned: ReturnedCopy, walked: Path, *, act: int = 0
) -> tuple[Counts, PlaceState | None, list[MarkState]]:
    """Record the marks of a copy as those of its place; walked: as in `keep`.

    act: that of which the removal of marks is a part that were made here and deleted in the copy;
    0: these marks stay.
    Returns the counts, the last state of this place for this paper (None for none), and the
    marks that it had.
    """
    db, row, now, unread = library.db, returned.paper.row, library.now(), returned.marks.unread
    found = cleaned(returned.marks.highlights)
    known = highlights.highlights_of(db, row)
    # A copy may be of a version of before, whose marks stand at other places.
    matches = match(highlights.everywhere_of(db, row), found)
    last = _last_state(library, returned, known, matches, walked)
    seen = highlights.seen_at(db, returned.place)
    had = [kept for kept in known if kept.id in seen]
    states = _of_same_bytes(library, returned, known, len(found))
    for h, m in zip(found, matches, strict=True) if not states else ():
        # A mark without readable words keeps the words that it had before.
        new = replace(h, text=m.before.text, place=m.before.place) if m.before else h
        state = m.state or highlights.add_highlight(db, row, new, mark=m.mark, at=now)
        states.append(state)
        if m.mark is None and returned.is_former:
            keep_with_former(library, row, state, new, returned.sha256)
    here = {m.mark for m in matches}
    # Marks of unread pages stay: they were not seen, which does not mean that they are gone.
    states += [k.id for k in had if k.highlight.page in unread and k.mark not in here]
    lost = [k for k in had if k.mark not in here and k.id not in states and k.gone_at is None]
    there = {m.mark for h, m in zip(found, matches, strict=True) if not h.is_flattened}
    is_left = any(k.mark in there for k in had)
    is_left = is_left or bool(last and last.strokes & returned.marks.strokes)
    is_sure = bool(act) and _is_sure(last, returned.marks, is_left=is_left)
    kept = _remove_deleted(library, lost, act if is_sure else 0)
    highlights.forget_on_page(db, {k.id for k in had} - set(states) - kept)
    # We wrote these into the copy ourselves, and they were changed or removed here since.
    named = {m.state for h, m in zip(found, matches, strict=True) if h.name and m.state}
    old = named & highlights.replaced_states(db, row)
    highlights.set_seen(db, returned.place, states, at=now, known=old)
    index.add_highlight_texts(db, row)
    counts = compare(known, highlights.highlights_of(db, row))
    n_kept = len({k.mark for k in lost if k.id in kept})
    return replace(counts, ink=returned.marks.ink, unread=unread, kept=n_kept), last, had


def _of_same_bytes(
    library: Library, returned: ReturnedCopy, known: Sequence[MarkState], n_found: int
) -> list[int]:
    """Find the states that the same bytes have at another place, if as many were read there."""
    ids = {kept.id for kept in known}
    for place, history in highlights.history_of(library.db, returned.paper.row).items():
        if history[-1] == returned.sha256:
            states = highlights.seen_at(library.db, place) & ids
            if len(states) >= n_found:
                return sorted(states)
    return []


def _last_state(
    library: Library,
    returned: ReturnedCopy,
    known: Sequence[MarkState],
    matches: Sequence[MarkMatch],
    walked: Path,
) -> PlaceState | None:
    """Find the last state of a copy's place for its paper, None for none.

    Where the place had another paper, its history is deleted. Where the file was renamed, the
    history of its old place moves to the new one.
    """
    db = library.db
    last = highlights.returned_from(db, returned.place)
    if last is not None:
        if last.paper == returned.paper.row:
            return last
        if last.sha256 == returned.sha256:
            # The person corrects which paper this file is: the marks were the other paper's.
            highlights.set_seen(db, returned.place, [], at=library.now())
            index.add_highlight_texts(db, last.paper)
        highlights.forget_place(db, returned.place)
        return None
    here = {m.mark for m in matches} | returned.marks.strokes
    marks = {kept.id: kept.mark for kept in known}
    for last in highlights.returned_of(db, returned.paper.row):
        seen = highlights.seen_at(db, last.place)
        before = {marks[state] for state in seen if state in marks} | last.strokes
        file = file_at(library, last.place)
        # Half of the marks of a place whose file is gone: it was renamed to this one.
        is_like = bool(before) and 2 * len(before & here) >= len(before)
        if is_like and file.is_relative_to(walked) and not is_here(file):
            highlights.move_place(db, last.place, returned.place)
            return last
    return None


def compare(before: list[MarkState], after: list[MarkState]) -> Counts:
    """Count the differences between the marks that are shown at two moments."""
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
    """A marked copy that was removed.

    before, path: where its file was and is now, relative to the library; path is "" where the
    file was gone. n_gone, n_again, n_changed: marks that went with it, that are shown again, and
    that are shown as they were before it.
    """

    paper: LibraryPaper
    before: str
    path: str
    n_gone: int
    n_again: int
    n_changed: int


def remove_copy(
    library: Library, tools: PdfTools, paper: LibraryPaper, *, sha256: str = ""
) -> RemovedCopy:
    """Remove the newest marked copy of a paper, or the one whose SHA-256 begins with `sha256`.

    Its file is moved to `removed/`. Each place that had it gets the marks of the copy before it
    back; marks that are in no other copy are shown as removed.
    Raises NotKnown where there is no such copy, PdfError where a copy before it cannot be read,
    Locked, ReadOnly or StoreError.
    """
    db, row = library.db, paper.row
    with lock_file(library.folder / LOCK):
        find_moved(library, [row])
        copies = highlights.marked_of(db, row)
        found = [copy for copy in copies if copy.sha256.startswith(sha256)]
        if not found:
            what = lazy_gettext(
                "There is no marked copy of {title}.", title=plain(paper.record.title)
            )
            raise NotKnown(
                what=what, hint=lazy_gettext("`reader show ID` lists the marked copies of a paper.")
            )
        copy = found[-1]
        # The earlier copies are read before anything is changed, since that may fail.
        history = highlights.history_of(db, row)
        places = [place for place, hashes in history.items() if hashes[-1] == copy.sha256]
        again = [_earlier_copy(library, tools, paper, copy, place) for place in places]
        shows = highlights.highlights_of(db, row)
        with db.writing():
            path = _move_to_removed(library, copy)
            highlights.remove_copy(db, copy)
            for one in again:
                highlights.set_seen(db, one.place, [], at=library.now())
            for one in again:
                keep_marks(library, one, library.folder / REMOVED)
                # The next copy that is handed in is compared with the earlier one. The state of
                # a folder's place stays: its file is still the removed copy, which must not be
                # imported again by itself.
                if one.place.startswith(HANDED) and one.sha256:
                    state = state_at(one.place, row, one.sha256, one.marks)
                    highlights.set_returned(db, state, at=library.now())
                elif one.place.startswith(HANDED):
                    highlights.forget_place(db, one.place)
            index.add_highlight_texts(db, row)
        counts = compare(shows, highlights.highlights_of(db, row))
    return RemovedCopy(paper, copy.path, path, counts.removed, counts.again, counts.changed)


def _earlier_copy(
    library: Library, tools: PdfTools, paper: LibraryPaper, copy: MarkedCopy, place: str
) -> ReturnedCopy:
    """Read the copy that came from a place before another one.

    sha256 is "" and there are no marks where none came before it.
    """
    files = {one.sha256: one.path for one in highlights.copies_of(library.db, paper.row)}
    if original := pdfs.pdf_of(library.db, paper.row):
        files[original.sha256] = original.path
    for sha256 in reversed(highlights.history_of(library.db, paper.row)[place]):
        file = library.folder / files.get(sha256, "")
        if sha256 == copy.sha256 or (sha256 in files and not file.is_file()):
            continue  # the person deleted it
        # A copy that was not stored had no marks.
        marks = tools.read_marks(file) if sha256 in files else Marks()
        return ReturnedCopy(paper, place, "", sha256, b"", marks)
    return ReturnedCopy(paper, place, "", "", b"", Marks())


def _move_to_removed(library: Library, copy: MarkedCopy) -> str:
    """Move a copy's file to `removed/`; return its path there, "" where there is no file."""
    file = library.folder / copy.path
    name = PurePosixPath(copy.path)
    target, n = Path(REMOVED, name.name), 2
    while os.path.lexists(library.folder / target):
        if not file.exists() and has_bytes(library.folder / target, copy.sha256):
            return target.as_posix()  # moved before a kill
        target, n = Path(REMOVED, f"{name.stem}-{n}.pdf"), n + 1
    if not file.exists():
        return ""
    move(file, library.folder / target)
    return target.as_posix()
