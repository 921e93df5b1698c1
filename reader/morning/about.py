"""Gather everything that is known of one paper, for a terminal, a page, a device, a manuscript."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from reader.base.messages import say
from reader.base.text import DOLLAR_MATHS, plain
from reader.gathering.post import PostMention
from reader.gathering.rows import posts
from reader.library.config import Config
from reader.library.file_names import file_stem, year_of
from reader.library.files import is_here
from reader.library.folder import Library
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.library.rows import papers, versions
from reader.library.rows.versions import BY_HAND
from reader.morning import rows as history
from reader.morning.texts import source_name
from reader.notes.links import LinkedPaper, backlinks, links_of
from reader.notes.rows.notes import Revision
from reader.notes.write import newest_note
from reader.pdfs.highlights import VisibleMark, shown
from reader.pdfs.move import find_moved
from reader.pdfs.rows import highlights, pdfs
from reader.pdfs.rows.highlights import MarkedCopy
from reader.pdfs.rows.pdfs import Picture
from reader.search.rows import index


@dataclass(frozen=True, slots=True)
class Beside:
    """A PDF that is kept beside a paper's own, and the local day on which it came; None where
    that is not known. is_here: False where a hand deleted its file."""

    copy: MarkedCopy
    on: date | None
    is_here: bool = True


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a paper.

    origins: the sources that it came by, the first one first. to_look_up: ids that are
    printed in it and that nobody looked up yet. beside: its other PDFs, the newest first.
    marks: what was marked in it, also what was removed since. versions: arXiv's that were
    seen, each with the day. links: what its note links to; linked: the notes that link here.
    is_pdf_here: False where there is no PDF, or a hand deleted its file: what was read in it
    stays.
    """

    held: LibraryPaper
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

    @property
    def is_by_hand(self) -> bool:
        """Nothing brought it but a hand."""
        return list(self.origins) == [BY_HAND]

    @property
    def marks_there(self) -> list[VisibleMark]:
        """The marks that were not removed, in reading order."""
        return [mark for mark in self.marks if mark.gone_at is None]


def about(library: Library, held: LibraryPaper) -> About:
    """Collect what is known of one paper."""
    db, row = library.db, held.row
    note = newest_note(library, held)
    # What a hand moved is found first; a library that cannot be written keeps the old paths.
    moved = {place.path: path for place, path in find_moved(library, [row]).items()}
    pdf = pdfs.pdf_of(db, row)

    def is_there(path: str) -> bool:
        return is_here(library.folder / moved.get(path, path))

    return About(
        held=held,
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
        mentions=posts.mentions_of(db, [row]),
        versions=versions.versions_of(db, row),
        note=note,
        links=links_of(library, note.text) if note else (),
        linked=backlinks(library, row),
    )


def arrival_text(held: LibraryPaper, origins: Sequence[str]) -> str:
    """Say how a paper came; one that only a hand added is no candidate of any day."""
    day, state = held.arrived_on, say(f"paper.{held.state}")
    if list(origins) != [BY_HAND]:
        named = say("list").join(map(source_name, origins))
        return say("show.facts", state=state, day=day, source=named)
    if held.state == "candidate":
        return say("show.by_hand", day=day)
    return say("show.by_hand_as", state=state, day=day)


_SPECIAL = re.compile(r"(?<!\\)([&%#_])")


def bibtex(held: LibraryPaper, config: Config) -> str:
    """Write one entry under the paper's key; what nothing tells is left out."""
    paper = held.paper
    key = held.key or file_stem(paper, config.pdf_name)
    schemes = dict(id_.split(":", 1) for id_ in reversed(paper.ids))
    arxiv, doi = schemes.get("arxiv", ""), schemes.get("doi", "")
    fields = {
        "title": "{" + _tex(paper.title) + "}" if paper.title else "",
        "author": " and ".join(_tex(author) for author in paper.authors),
        "year": str(year_of(paper) or ""),
        "eprint": arxiv,
        "archivePrefix": "arXiv" if arxiv else "",
        "primaryClass": plain(paper.categories[0]) if arxiv and paper.categories else "",
        "doi": doi,
        "url": url_of(paper.id),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def _tex(text: str) -> str:
    """Keep signs of TeX from being read as such, but for those of formulas, and braces in
    pairs."""
    pieces = DOLLAR_MATHS.split(plain(text))
    escaped = "".join(p if i % 2 else _SPECIAL.sub(r"\\\1", p) for i, p in enumerate(pieces))
    braces = re.findall(r"[{}]", re.sub(r"\\.", "", escaped))
    depths = list(accumulate(1 if brace == "{" else -1 for brace in braces)) or [0]
    is_balanced = depths[-1] == 0 and min(depths) >= 0
    return escaped if is_balanced else re.sub(r"[{}]", "", escaped)


MOST_PICKS = 20
MOST_NOTES = 20
"""Papers of each: with a page for the paper and one for its note, some megabytes."""


@dataclass(frozen=True, slots=True)
class OfflineSet:
    """What to keep of one library.

    library: tells it from others. several: papers that wait for a note, then those with the
    newest notes, each with a text that changes when its pages do.
    """

    library: str
    several: tuple[tuple[LibraryPaper, str], ...]


def carried_by(library: Library) -> OfflineSet:
    """List what a device takes along, what is most likely to be read first."""
    db = library.db
    picked = papers.papers_at(db, history.newest_picks(db, 5 * MOST_PICKS))
    waiting = [held for held in picked if held.state == "pick"][:MOST_PICKS]
    noted = papers.papers_at(db, history.newest_notes(db, 5 * MOST_NOTES)[:MOST_NOTES])
    several = {held.row: held for held in (*waiting, *noted)}
    stamps = history.stamps(db, list(several))
    return OfflineSet(
        history.library_id(db), tuple((held, stamps[row]) for row, held in several.items())
    )
