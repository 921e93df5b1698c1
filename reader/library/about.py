"""Gather everything that is known of one paper, for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reader.library.folder import Library
from reader.library.linking import Linked, backlinks, links_of
from reader.library.marks import Shown, shown
from reader.library.moving import is_here
from reader.library.strays import find_moved
from reader.library.writing import newest_note
from reader.paper import Held
from reader.phrases import say
from reader.post import Mentioned
from reader.store import additions, highlights, index, papers, pdfs, pictures, posts, versions
from reader.store.highlights import MarkedCopy
from reader.store.notes import Revision
from reader.store.origins import BY_HAND
from reader.store.pictures import Picture
from reader.today.telling import source_name


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

    held: Held
    origins: Sequence[str]
    to_look_up: Sequence[str]
    pdf: pdfs.Pdf | None
    is_pdf_here: bool
    beside: Sequence[Beside]
    picture: Picture | None
    n_passages: int
    marks: Sequence[Shown]
    mentions: Sequence[Mentioned]
    versions: Sequence[tuple[int, date]]
    note: Revision | None
    links: Sequence[Linked]
    linked: Sequence[Linked]

    @property
    def is_by_hand(self) -> bool:
        """Nothing brought it but a hand."""
        return list(self.origins) == [BY_HAND]

    @property
    def marks_there(self) -> list[Shown]:
        """The marks that were not removed, in reading order."""
        return [mark for mark in self.marks if mark.gone_at is None]


def about(library: Library, held: Held) -> About:
    """Gather what is known of one paper."""
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
        to_look_up=additions.printed_of(db, row),
        pdf=pdf,
        is_pdf_here=pdf is not None and is_there(pdf.path),
        beside=[
            Beside(copy, library.day_of(copy.at) if copy.at else None, is_there(copy.path))
            for copy in reversed(highlights.copies_of(db, row))
        ],
        picture=pictures.picture_of(db, row),
        n_passages=index.n_passages(db, row),
        marks=shown(highlights.highlights_of(db, row)),
        mentions=posts.mentions_of(db, [row]),
        versions=versions.versions_of(db, row),
        note=note,
        links=links_of(library, note.text) if note else (),
        linked=backlinks(library, row),
    )


def arrival_text(held: Held, origins: Sequence[str]) -> str:
    """Say how a paper came; one that only a hand added is no candidate of any day."""
    day, state = held.arrived_on, say(f"paper.{held.state}")
    if list(origins) != [BY_HAND]:
        named = say("list").join(map(source_name, origins))
        return say("show.facts", state=state, day=day, source=named)
    if held.state == "candidate":
        return say("show.by_hand", day=day)
    return say("show.by_hand_as", state=state, day=day)
