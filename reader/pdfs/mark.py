"""Mark words on the pages of a PDF here, and draw on them; undo takes each act back.

A mark is a highlight like those that a copy brings back, so lists, search and notes have it at
once. What a browser sends is checked here: numbers that are none, places without end, and far
more strokes than a hand draws are refused. The words under a mark are given.

The library's own PDF is never changed: marks and strokes are written into the copies of it that are
handed out. What is written into a file is recorded for its place, so that the next `back` knows
what was in it: an untouched copy brings nothing new, and a mark or a stroke that is missing in a
changed one was removed there.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from reader.base.errors import NotKnown, UsageError
from reader.base.messages import lazy_gettext
from reader.base.text import plain, plain_lines
from reader.library.arrival import keep_arrival, late_moment, sent_act
from reader.library.files import has_bytes
from reader.library.folder import Library
from reader.library.highlight import (
    OWN,
    Box,
    Highlight,
    InkStroke,
    Kind,
    MarkEdits,
    Marks,
    cleaned,
    edits,
    match,
    shown,
)
from reader.library.paper import LibraryPaper
from reader.library.rows import decisions, highlights
from reader.library.rows.highlights import state_at
from reader.library.rows.mark_places import copy_mark_places, keep_with_copy
from reader.pdfs.mark_places import keep_with_former, marks_in, strokes_by_version
from reader.search.rows import index

KINDS: tuple[Kind, ...] = ("highlight", "underline", "note")
COLOURS = ("#ffd400", "#5fb236", "#2ea8e5", "#ff6666", "#a28ae5")
"""Yellow, green, blue, red, purple, as Zotero has them; the first one where none is chosen."""
MOST_BOXES = 500
"""The most lines of one mark; a page has some sixty."""
MOST_COMMENT = 20_000
"""Characters."""
MOST_STROKES = 200
"""The most strokes of one act; a browser sends each as it is drawn, or what waited offline."""
MOST_ON_PAPER = 5_000
MOST_POINTS = 4_000
"""Numbers of one stroke, two for each point."""
FAR = 20_000.0
"""Points from a page's corner; the largest page of a PDF has 14,400."""


@dataclass(frozen=True, slots=True)
class MarkOutcome:
    """What an act on the marks of a paper did.

    act: its number, by which undo takes it back; 0 where nothing was changed. mark: the number of
    the mark, 0 for strokes.
    """

    act: int = 0
    mark: int = 0


def boxes_in(text: str) -> list[Box]:
    """Read the boxes of a mark, JSON as [[x0, y0, x1, y1], …]; raises UsageError."""
    found: list[Box] = []
    for one in _list_in(text, most=MOST_BOXES):
        if not isinstance(one, list) or len(one) != 4:
            raise _unreadable()
        x0, y0, x1, y1 = _numbers(one)
        found.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    return found


def strokes_in(text: str, *, act: str) -> list[InkStroke]:
    """Read strokes, JSON as [{"page", "colour", "width", "points"}, …]; raises UsageError.

    act: what their names begin with.
    """
    found = []
    for n, one in enumerate(_list_in(text, most=MOST_STROKES)):
        points = one.get("points") if isinstance(one, dict) else None
        if not isinstance(points, list) or not 4 <= len(points) <= MOST_POINTS or len(points) % 2:
            raise _unreadable()
        [width, page] = _numbers([one.get("width", 1.5), one.get("page")])
        numbers = tuple(round(x, 2) for x in _numbers(points))
        colour = colour_of(str(one.get("colour", "")))
        width = min(max(width, 0.2), 40.0)
        found.append(InkStroke(int(page), f"{OWN}{act}-{n}", colour, round(width, 2), numbers))
    return found


def _list_in(text: str, *, most: int) -> list[Any]:
    try:
        found = json.loads(text or "[]")
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not isinstance(found, list) or len(found) > most:
        raise _unreadable()
    return found


def _numbers(several: Sequence[Any]) -> list[float]:
    for x in several:
        is_number = isinstance(x, int | float) and not isinstance(x, bool)
        # JSON of Python has NaN and Infinity too, and numbers without end.
        if not is_number or not -FAR <= x <= FAR or math.isnan(x):
            raise _unreadable()
    return [float(x) for x in several]


def colour_of(text: str) -> str:
    """Read a colour; the first one of COLOURS for none. Raises UsageError."""
    if not text:
        return COLOURS[0]
    if not re.fullmatch("#[0-9a-f]{6}", text):
        raise _unreadable()
    return text


def _unreadable() -> UsageError:
    return UsageError(
        what=lazy_gettext("This mark cannot be read."),
        hint=lazy_gettext("Reload the page and mark the words again."),
    )


def ink_on(library: Library, paper: LibraryPaper) -> list[int]:
    """List the pages with handwriting: drawn here, or in the newest copy that has some."""
    copies = [copy for copy in highlights.marked_of(library.db, paper.row) if copy.n_ink]
    there = copies[-1].ink if copies else ()
    drawn = strokes_by_version(library, paper.row).newest
    return sorted({*there, *(one.page for one in drawn)})


def earlier_ink_on(library: Library, paper: LibraryPaper) -> list[int]:
    """List the pages of earlier versions of a PDF that were drawn on here."""
    return sorted({one.page for one in strokes_by_version(library, paper.row).former})


def mark(
    library: Library,
    paper: LibraryPaper,
    new: Highlight,
    *,
    copy: int | None = None,
    former: str = "",
) -> MarkOutcome:
    """Add a mark. Raises UsageError for one without place, or with a comment without end.

    copy: the merged paper (row) on whose PDF it was made, None for the paper's own. former: the
    SHA-256 of that PDF where a newer version has taken its place since, else "".
    """
    if not new.box[2] > new.box[0] and new.kind != "note":
        raise UsageError(
            what=lazy_gettext("There is nothing to mark at this place."),
            hint=lazy_gettext("Select words on the page first."),
        )
    db = library.db
    with db.writing():
        act = decisions.next_act(db)
        new = replace(new, text=plain(new.text), note=comment_of(new.note))
        state = highlights.add_highlight(db, paper.row, new, mark=None, at=library.now())
        keep_with_former(library, paper.row, state, new, former)
        if copy is not None:
            keep_with_copy(db, copy, "highlights", [state])
        _replace(library, paper, [], state, act)
    return MarkOutcome(act, state)


def comment_of(text: str) -> str:
    """Read a comment; raises UsageError for one that is too long."""
    text = plain_lines(text).strip()
    if len(text) > MOST_COMMENT:
        raise UsageError(
            what=lazy_gettext("This comment is too long."),
            hint=lazy_gettext("Write it into the note."),
        )
    return text


def change(
    library: Library,
    paper: LibraryPaper,
    which: str,
    *,
    kind: Kind | None = None,
    colour: str | None = None,
    comment: str | None = None,
) -> MarkOutcome:
    """Change a mark; None leaves it as it is. which: its number, or the name of its annotation.

    Of an act that arrives late, what was changed after its moment stands, and a comment has the
    words of both. Raises NotKnown for a mark that is not there.
    """
    db = library.db
    with db.writing():
        number, states, now = _find(library, paper, which)
        was = _as_meant(library, paper, number) or now
        is_beside = comment is not None and comment_of(comment) != now.note != was.note
        new = replace(
            now,
            kind=now.kind if kind is None or now.kind != was.kind else kind,
            colour=now.colour if colour is None or now.colour != was.colour else colour,
            note=now.note if comment is None else _beside(now.note, was.note, comment),
        )
        if new == now:
            _keep_later(library, paper, is_later=now != was)
            return MarkOutcome(0, number)
        act, at, sent = decisions.next_act(db), library.now(), sent_act(library)
        if sent and now != was:  # newer than what it is put beside
            at = sent.arrived_at
        state = highlights.add_highlight(db, paper.row, new, mark=number, at=at)
        copy_mark_places(db, max(states), state)
        if is_beside:
            keep_arrival(library, beside=paper)
        _replace(library, paper, states, state, act)
    return MarkOutcome(act, number)


def unmark(library: Library, paper: LibraryPaper, which: str) -> MarkOutcome:
    """Remove a mark, whatever copy has it. Raises NotKnown for one that is not there.

    Of an act that arrives late, a mark stays that was changed after its moment.
    """
    with library.db.writing():
        number, states, now = _find(library, paper, which)
        if now != (_as_meant(library, paper, number) or now):
            _keep_later(library, paper, is_later=True)
            return MarkOutcome(0, number)
        act = decisions.next_act(library.db)
        _replace(library, paper, states, None, act)
    return MarkOutcome(act, number)


def _as_meant(library: Library, paper: LibraryPaper, number: int) -> Highlight | None:
    """Return a mark as it was when an act was made that arrives late; None for any other act."""
    moment = late_moment(library)
    if moment is None:
        return None
    known = highlights.highlights_of(library.db, paper.row)
    before = [
        replace(one, gone_at=None)
        for one in known
        if one.mark == number and one.at <= moment and (one.gone_at is None or one.gone_at > moment)
    ]
    return shown(before)[0].highlight if before else None


def _beside(now: str, was: str, comment: str) -> str:
    """Choose the comment after a change; the words of both where it was changed meanwhile."""
    comment = comment_of(comment)
    if now == was or now in comment:
        return comment
    return now if comment in now else comment_of(f"{now}\n{comment}")


def _keep_later(library: Library, paper: LibraryPaper, *, is_later: bool) -> None:
    """Record an act that changes nothing. is_later: since a later change stands."""
    if is_later and (sent := sent_act(library)):
        sent.overtaken.append(paper)
    keep_arrival(library)


def _find(library: Library, paper: LibraryPaper, which: str) -> tuple[int, list[int], Highlight]:
    """Find a mark: its number, the states of it that are there, and what is shown."""
    known = highlights.highlights_of(library.db, paper.row)
    of = {k.mark for k in known if which in (str(k.mark), k.highlight.name) and which}
    states = [k for k in known if k.mark in of and k.gone_at is None]
    if not states:
        raise NotKnown(
            what=lazy_gettext("This mark is no longer there."),
            hint=lazy_gettext("It was removed meanwhile, here or on another device."),
        )
    [visible] = shown(states)
    return states[0].mark, [k.id for k in states], visible.highlight


def _replace(
    library: Library, paper: LibraryPaper, old: Sequence[int], new: int | None, act: int
) -> None:
    db = library.db
    highlights.replace_states(db, old, new, act=act, at=library.now(), on=library.today())
    index.add_highlight_texts(db, paper.row)
    keep_arrival(library)


def draw(
    library: Library,
    paper: LibraryPaper,
    strokes: Sequence[InkStroke],
    *,
    copy: int | None = None,
) -> MarkOutcome:
    """Add strokes, in one act; raises UsageError where the paper has far too many.

    copy: as in `mark`.
    """
    db = library.db
    with db.writing():
        if len(highlights.strokes_of(db, paper.row)) + len(strokes) > MOST_ON_PAPER:
            raise UsageError(
                what=lazy_gettext("Too much is drawn on this paper."),
                hint=lazy_gettext("Erase some of them first."),
            )
        act = decisions.next_act(db)
        rows = highlights.add_strokes(
            db, paper.row, strokes, act=act, at=library.now(), on=library.today()
        )
        if copy is not None:
            keep_with_copy(db, copy, "strokes", rows)
        keep_arrival(library)
    return MarkOutcome(act if strokes else 0)


def erase(library: Library, paper: LibraryPaper, names: Sequence[str]) -> MarkOutcome:
    """Erase strokes by their names, in one act."""
    db = library.db
    with db.writing():
        act = decisions.next_act(db)
        n = highlights.erase_strokes(
            db, paper.row, names, act=act, at=library.now(), on=library.today()
        )
        keep_arrival(library)
    return MarkOutcome(act if n else 0)


def undo_act(library: Library, paper: LibraryPaper, number: int) -> None:
    """Take back what an act did to the marks of a paper; nothing for another kind of act."""
    db = library.db
    with db.writing():
        rows = decisions.act_of(db, number, paper.row)
        own = [row for row in rows if row.place in ("markings", "strokes")]
        decisions.undo_rows(db, own, at=library.now(), on=library.today())
        index.add_highlight_texts(db, paper.row)
        keep_arrival(library)


class MarkTools(Protocol):
    """Reads the marks of a PDF and writes copies with others; raises PdfError."""

    def marks(self, path: Path) -> Marks: ...

    def word_places(self, path: Path, marks: Sequence[Highlight]) -> list[Highlight | None]: ...

    def with_marks(self, path: Path, edits: MarkEdits, strokes: Sequence[InkStroke]) -> bytes: ...


def marked_content(library: Library, tools: MarkTools, row: int, file: Path) -> bytes | None:
    """Make a copy of a paper's PDF that has all marks and strokes as they are shown.

    None where nothing was ever marked here, or the file has all of it. Raises PdfError.
    """
    if not highlights.has_acts(library.db, row):
        return None
    there = marks_in(library, tools.word_places, row, file)
    wanted = edits(there.states, cleaned(tools.marks(file).highlights))
    # A copy may still have strokes that were all erased since.
    if wanted == MarkEdits() and not highlights.has_strokes(library.db, row):
        return None
    return tools.with_marks(file, wanted, there.strokes)


def record(
    library: Library, tools: MarkTools, row: int, place: str, file: Path, content: bytes
) -> None:
    """Record which marks and strokes a copy has that was put at a place; raises PdfError.

    They are read from it: what it surely had was deleted when it comes back without. Nothing is
    recorded where the file was changed meanwhile.
    """
    db, at = library.db, library.now()
    sha256, marks = hashlib.sha256(content).hexdigest(), tools.marks(file)
    if not has_bytes(file, sha256):
        return
    with db.writing():
        known = highlights.everywhere_of(db, row)
        number_of = {one.id: one.mark for one in known}
        there = {one.mark for one in match(known, cleaned(marks.highlights))}
        states = [one.id for one in shown(known) if not one.gone_at and number_of[one.id] in there]
        highlights.set_seen(db, place, states, at=at)
        highlights.set_returned(db, state_at(place, row, sha256, marks, marks.strokes), at=at)
