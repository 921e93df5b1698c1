"""Gather what a paper's file says: from its rows, its PDF and the notes that link to it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from reader.filing import file_stem, year_of
from reader.ids import url_of
from reader.library.choose import UNFILED
from reader.library.exporting.links import Links
from reader.library.exporting.places import relative
from reader.library.folder import Library
from reader.library.writing import marked
from reader.note import Sheet
from reader.paper import Held
from reader.store import highlights, pdfs, pictures
from reader.store.notes import Revision


def sheet_of(
    library: Library, held: Held, known: Collection[Revision], *, folder: Path, links: Links
) -> Sheet:
    """Give what a paper's Markdown file says.

    known: the revisions of its note. folder: where the file lies, for the relative links.
    """
    pdf = pdfs.pdf_of(library.db, held.row)
    came_back = highlights.marked_of(library.db, held.row)[-1:]
    picture = pictures.picture_of(library.db, held.row)
    figure = library.folder / picture.figure if picture and picture.figure else None
    has_figure = figure is not None and figure.is_file()
    revisions = list(known)
    first = next((note for note in revisions if note.is_written), None)
    return Sheet(
        key=held.key or file_stem(held.paper, library.config.pdf_name),
        id=held.paper.id,
        title=held.paper.title,
        authors=held.paper.authors,
        year=year_of(held.paper),
        topic=held.topic or UNFILED,
        state="written" if first else "skimmed",
        noted_on=revisions[0].on_date if revisions else None,
        read_on=first.on_date if first else None,
        url=url_of(held.paper.id),
        pdf=relative(library.folder / pdf.path, folder) if pdf else "",
        marked=next((relative(library.folder / c.path, folder) for c in came_back), ""),
        text=revisions[-1].text if revisions else "",
        also_known=held.paper.ids[1:],
        figure=relative(figure, folder) if figure and has_figure else "",
        caption=picture.caption if picture and has_figure else "",
        highlights=marked(library, held),
        linked_from=links.linked_from(held.row, folder),
    )
