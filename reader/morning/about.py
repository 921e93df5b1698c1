"""Collect everything that is known of one paper, for the terminal, pages and devices; also what it
cites and who cites it, as the references of the PDFs here say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reader.gathering.rows import sources
from reader.library.files import is_here
from reader.library.folder import Library
from reader.library.highlight import VisibleMark, shown
from reader.library.paper import FieldValue, LibraryPaper
from reader.library.passage import Box
from reader.library.post import PostMention
from reader.library.reference import CitedWork, CitedWorks
from reader.library.rows import fields, highlights, papers, pdfs
from reader.library.rows.fields import BY_HAND
from reader.library.rows.highlights import MarkedCopy
from reader.library.rows.pdfs import Picture
from reader.morning import rows as history
from reader.notes.links import LinkedPaper, backlinks, links_of
from reader.notes.rows.exports import newest_texts
from reader.notes.rows.notes import Revision
from reader.notes.write import newest_note
from reader.pdfs.find import find_moved
from reader.search.rows import citations, index


@dataclass(frozen=True, slots=True)
class Beside:
    """A PDF that is kept beside a paper's own. on: the local day on which it came, None where
    that is not known. is_here: False where its file was deleted by hand."""

    copy: MarkedCopy
    on: date | None
    is_here: bool = True


@dataclass(frozen=True, slots=True)
class About:
    """Everything that is known of a paper.

    origins: the sources that it came by, the first one first. to_look_up: ids that are
    printed in it and that nobody looked up yet. beside: its other PDFs, the newest first.
    marks: those in its PDFs, with those that were removed since. versions: arXiv's that were
    seen, each with the day. links: papers that its note links to; linked: papers whose notes
    link here. is_pdf_here: False where there is no PDF, or its file was deleted by hand; its text
    stays. field_values: field → what sources say in it, the value that holds first.
    """

    paper: LibraryPaper
    origins: Sequence[str]
    to_look_up: Sequence[str]
    pdf: pdfs.Pdf | None
    is_pdf_here: bool
    beside: Sequence[Beside]
    picture: Picture | None
    n_passages: int
    marks: Sequence[VisibleMark]
    mentions: Sequence[PostMention]
    versions: Sequence[tuple[int, date]]
    note: Revision | None
    links: Sequence[LinkedPaper]
    linked: Sequence[LinkedPaper]
    field_values: Mapping[str, Sequence[FieldValue]]

    @property
    def is_by_hand(self) -> bool:
        """Check whether the paper was only added by hand, and no source brought it."""
        return list(self.origins) == [BY_HAND]

    @property
    def marks_there(self) -> list[VisibleMark]:
        """List the marks that were not removed, in reading order."""
        return [mark for mark in self.marks if mark.gone_at is None]


def about(library: Library, paper: LibraryPaper) -> About:
    """Collect everything that is known of one paper."""
    db, row = library.db, paper.row
    note = newest_note(library, paper)
    # What a hand moved is found first; a library that cannot be written keeps the old paths.
    moved = {place.path: path for place, path in find_moved(library, [row]).items()}
    pdf = pdfs.pdf_of(db, row)

    def is_there(path: str) -> bool:
        return is_here(library.folder / moved.get(path, path))

    return About(
        paper=paper,
        origins=papers.origins_of(db, [row]).get(row, ()),
        to_look_up=pdfs.printed_of(db, row),
        pdf=pdf,
        is_pdf_here=pdf is not None and is_there(pdf.path),
        beside=[
            Beside(copy, library.day_of(copy.at) if copy.at else None, is_there(copy.path))
            for copy in reversed(highlights.copies_of(db, row))
        ],
        picture=pdfs.picture_of(db, row),
        n_passages=index.n_passages(db, row),
        marks=shown(highlights.highlights_of(db, row)),
        mentions=sources.mentions_of(db, [row]),
        versions=fields.versions_of(db, row),
        note=note,
        links=links_of(library, note.text) if note else (),
        linked=backlinks(library, row),
        field_values=fields.field_values(db, [row]).get(row, {}),
    )


MOST_PICKS = 20
MOST_NOTES = 20
"""At most so many picks and noted papers: with a page for the paper and one for its note, some
megabytes."""


@dataclass(frozen=True, slots=True)
class OfflineSet:
    """The papers of one library that a device keeps for offline use.

    several: papers that wait for a note, then those with the newest notes, each with a text that
    changes when its pages do. texts: changes with what `device_texts` has. pdfs: the picks that
    have a PDF, the newest first.
    """

    several: tuple[tuple[LibraryPaper, str], ...]
    texts: str
    pdfs: tuple[LibraryPaper, ...]


def carried_by(library: Library) -> OfflineSet:
    """Choose the papers that a device keeps for offline use, those to be read soonest first."""
    db = library.db
    # More than are wanted: some picks were written up or skipped since, and several of the
    # newest revisions may be of one note.
    picked = papers.papers_at(db, history.newest_picks(db, 5 * MOST_PICKS))
    queue = [paper for paper in picked if paper.state == "pick"]
    waiting = queue[:MOST_PICKS]
    noted = papers.papers_at(db, history.newest_notes(db, 5 * MOST_NOTES)[:MOST_NOTES])
    several = {paper.row: paper for paper in (*waiting, *noted)}
    stamps = history.stamps(db, [*several, *(paper.row for paper in queue)])
    return OfflineSet(
        tuple((paper, stamps[row]) for row, paper in several.items()),
        f"{library.today()}.{history.texts_stamp(db)}",
        # A stamp ends with the hash of the PDF.
        tuple(paper for paper in queue if not stamps[paper.row].endswith(".")),
    )


MOST_LETTERS = 3_000_000
"""Characters of the texts that a device searches without a network: some 1,500 papers."""


@dataclass(frozen=True, slots=True)
class DevicePaper:
    """What a device knows of a paper. note: its newest text, "" for none. marks: the words and
    typed notes of its highlights."""

    paper: LibraryPaper
    note: str
    marks: Sequence[str]

    @property
    def n_letters(self) -> int:
        paper = self.paper.record
        texts = (paper.title, *paper.authors, paper.abstract, self.note, *self.marks)
        return sum(map(len, texts))


def device_texts(
    library: Library, *, most: int = MOST_LETTERS
) -> tuple[Sequence[DevicePaper], int]:
    """Choose the papers that a device can search: of today, picked, noted or marked.

    Returns them in that order, each group's newest first, and how many had no room.
    """
    db = library.db
    marks, picked = history.marked_words(db), history.newest_picks(db, 5 * MOST_PICKS)
    today = history.listed_on(db, library.today())
    rows = dict.fromkeys((*today, *picked, *history.newest_notes(db, -1), *marks))
    notes = newest_texts(db, rows)
    # A pick that was decided anew since is here for its note or marks only.
    others = {*today, *notes, *marks}
    wanted = [
        DevicePaper(paper, notes.get(paper.row, ""), marks.get(paper.row, ()))
        for paper in papers.papers_at(db, list(rows))
        if paper.state == "pick" or paper.row in others
    ]
    left = most
    for n, one in enumerate(wanted):
        left -= one.n_letters
        if left < 0:
            return wanted[:n], len(wanted) - n
    return wanted, 0


@dataclass(frozen=True, slots=True)
class ReferenceEntry:
    """An entry of a list of references; paper: the paper here that it surely is, None for none."""

    work: CitedWork
    paper: LibraryPaper | None


def references_in(library: Library, paper: LibraryPaper) -> list[ReferenceEntry]:
    """List the entries of a paper's references; none where no list was read."""
    known = citations.known_works(library.db, paper.row)
    rows = sorted(set(known.values()))
    here = {one.row: one for one in papers.papers_at(library.db, rows) if not one.is_removed}
    return [
        ReferenceEntry(work, here.get(known.get(work.number, 0)))
        for work in citations.cited_by(library.db, paper.row)
    ]


def papers_citing(library: Library, paper: LibraryPaper) -> list[LibraryPaper]:
    """List the papers here whose references name a paper, the newest first."""
    rows = sorted(citations.citing(library.db, paper.row), reverse=True)
    return [one for one in papers.papers_at(library.db, rows) if not one.is_removed]


def citation_places(
    lines: Sequence[dict[str, Any]], works: Sequence[CitedWork], page: int
) -> list[tuple[int, list[Box]]]:
    """Find the citations of a page: the numbers of their entries, and their boxes.

    lines: as `layout.layout_of` returns them. works: the entries of the PDF's list.
    """
    text, spots = "", list[tuple[int, int, list[float]]]()
    for line in lines:
        for *box, word in [] if line["angle"] else line["words"]:
            spots.append((len(text), len(text) + len(word), box))
            text += word + " "
        if line["after"] == "-":
            text = text[:-2]
        elif not line["after"]:
            text = text[:-1]
    own = {work.number: work.y for work in works if work.page == page}
    found = []
    for start, end, number in CitedWorks(works).citations(text):
        boxes = list(_boxes(spots, start, end))
        # An entry's own number, in the list, cites nothing.
        at = own.get(number)
        if boxes and (at is None or abs(boxes[0][1] - at) > boxes[0][3] - boxes[0][1]):
            found.append((number, boxes))
    return found


def _boxes(spots: Sequence[tuple[int, int, list[float]]], start: int, end: int) -> Iterator[Box]:
    """Yield the boxes of a part of a text, one for each line."""
    last: Box | None = None
    for begin, stop, (x0, y0, x1, y1) in spots:
        if stop <= start or begin >= end:
            continue
        # Only words have places: their letters are taken to be of one width.
        width = (x1 - x0) / (stop - begin)
        left = x0 + width * max(0, start - begin)
        right = x0 + width * (min(end, stop) - begin)
        if last is not None and abs(last[1] - y0) < 3 and left > last[0]:
            last = (last[0], min(last[1], y0), right, max(last[3], y1))
            continue
        if last is not None:
            yield last
        last = (left, y0, right, y1)
    if last is not None:
        yield last
