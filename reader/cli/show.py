"""`reader show` and `open`: everything known of a paper; its PDF or its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import click

from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand
from reader.filing import year_of
from reader.ids import url_of
from reader.library.choose import find_paper
from reader.library.folder import Library
from reader.library.linking import Linked, backlinks, links_of
from reader.library.strays import marked_file, pdf_file
from reader.library.writing import marked, newest_note
from reader.paper import Held, Mentioned
from reader.pdf import PdfReader
from reader.phrases import say
from reader.plain import plain, plain_lines, shorten
from reader.store import additions, highlights, index, papers, pdfs, pictures, posts
from reader.store.notes import Revision
from reader.store.origins import BY_HAND
from reader.store.pictures import Picture


@click.command("show", cls=ReaderCommand, help=say("help.show"))
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def show_command(context: click.Context, id_: str, as_json: bool) -> None:
    """Show one paper whole."""
    with build.opened(context) as library:
        shown = _shown(library, find_paper(library, id_))
        if as_json:
            links = links_of(library, shown.note.text) if shown.note else []
            output.put_json(output.paper_json(shown.held) | _json(shown, links))
            return
        width = screen.width_of_terminal()
        for part in (_facts, _abstract, _said):
            for line in part(shown, width):
                output.put(line)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is known of a paper; beside: its other PDFs, the newest first."""

    held: Held
    origins: Sequence[str]
    to_look_up: Sequence[str]
    pdf: pdfs.Pdf | None
    beside: Sequence[tuple[highlights.MarkedCopy, date | None]]
    picture: Picture | None
    n_passages: int
    n_highlights: int
    mentions: Sequence[Mentioned]
    note: Revision | None
    linked: Sequence[Linked]


def _shown(library: Library, held: Held) -> _Shown:
    db, row = library.db, held.row
    copies = highlights.copies_of(db, row)[::-1]
    return _Shown(
        held=held,
        origins=papers.origins_of(db, [row]).get(row, ()),
        to_look_up=additions.printed_of(db, row),
        pdf=pdfs.pdf_of(db, row),
        beside=[(copy, library.day_of(copy.at) if copy.at else None) for copy in copies],
        picture=pictures.picture_of(db, row),
        n_passages=index.n_passages(db, row),
        n_highlights=len(marked(library, held)),
        mentions=posts.mentions_of(db, [row]),
        note=newest_note(library, held),
        linked=backlinks(library, row),
    )


def _json(shown: _Shown, links: Sequence[Linked]) -> dict[str, object]:
    paper = shown.held.paper
    return {
        "year": year_of(paper),
        "abstract": plain(paper.abstract),
        "categories": [plain(name) for name in paper.categories],
        "comment": plain(paper.comment),
        "version": paper.version,
        "sources": list(shown.origins),
        "mentions": [
            {"author": plain(m.author), "text": plain(m.sentence), "url": plain(m.url)}
            for m in shown.mentions
        ],
        "note": shown.note.text if shown.note else None,
        "links": _links_json(links),
        "backlinks": _links_json(shown.linked),
        "pdf": shown.pdf.path if shown.pdf else None,
        "marked_copies": [copy.path for copy, _ in shown.beside if not copy.is_version],
        "pictures": _pictures_json(shown.picture),
        "n_passages": shown.n_passages,
        "n_highlights": shown.n_highlights,
        "to_look_up": shown.to_look_up,
    }


def _facts(shown: _Shown, width: int) -> Iterator[str]:
    held = shown.held
    yield from screen.paper_lines(held, width)
    if year := year_of(held.paper):
        yield say("show.year", year=year)
    yield plain(_arrival(held, shown.origins))
    for printed in shown.to_look_up:
        scheme, _, name = printed.partition(":")
        key = "show.printed_doi" if scheme == "doi" else "show.printed"
        yield plain(say(key, id=name if scheme == "doi" else printed))
    if held.topic:
        yield say("show.filed", topic=held.topic, key=held.key)
    if shown.pdf:
        yield say("show.pdf", path=shown.pdf.path, n=shown.n_passages)
    for copy, day in shown.beside:
        key = "show.older" if copy.is_version else "show.marked"
        yield plain(say(key, path=copy.path, day=day or ""))
    picture = shown.picture
    if picture and picture.figure:
        caption = shorten(plain(picture.caption), 200)
        page = picture.figure_page
        yield say("show.figure", file=picture.figure, page=page, caption=caption)
    if shown.n_highlights:
        yield say("show.highlights", n=shown.n_highlights, id=held.paper.id)


def _abstract(shown: _Shown, width: int) -> Iterator[str]:
    yield ""
    abstract = plain(shown.held.paper.abstract) or say("show.no_abstract")
    yield from screen.wrap(abstract, width)


def _said(shown: _Shown, width: int) -> Iterator[str]:
    """Lay out what others said, what the person wrote, and which notes link here."""
    for mention in shown.mentions:
        yield ""
        said = say("today.said", author=mention.author, text=mention.sentence)
        yield from screen.wrap(plain(f"{said} {mention.url}"), width)
    if shown.note:
        yield ""
        yield say("show.note", day=shown.note.on_date)
        yield from screen.wrap(plain_lines(shown.note.text), width)
    if shown.linked:
        yield ""
    for one in shown.linked:
        said = say("show.backlink", key=one.held.key, sentence=plain(one.sentence))
        yield from screen.wrap(said, width, "    ", "")


def _links_json(linked: Sequence[Linked]) -> list[dict[str, object]]:
    return [
        {
            "id": one.held.paper.id,
            "title": plain(one.held.paper.title),
            "key": one.held.key,
            "sentence": plain(one.sentence),
        }
        for one in linked
    ]


def _arrival(held: Held, origins: Sequence[str]) -> str:
    """Say how a paper came; one that only a hand added is no candidate of any day."""
    day = held.arrived_on
    if list(origins) != [BY_HAND]:
        return say("show.facts", state=held.state, day=day, source=say("list").join(origins))
    if held.state == "candidate":
        return say("show.by_hand", day=day)
    return say("show.by_hand_as", state=held.state, day=day)


def _pictures_json(picture: Picture | None) -> dict[str, object] | None:
    if picture is None:
        return None
    return {
        "page": picture.page,
        "figure": picture.figure or None,
        "figure_page": picture.figure_page,
        "caption": plain(picture.caption),
    }


@click.command("open", cls=ReaderCommand, help=say("help.open"))
@click.argument("id_", metavar="ID")
@click.option("--original", "is_original", is_flag=True, help=say("option.original"))
@click.option("--print", "is_printed", is_flag=True, help=say("option.print"))
@click.pass_context
def open_command(context: click.Context, id_: str, is_original: bool, is_printed: bool) -> None:
    """Open the newest marked copy or the PDF where it is here, else the paper's page."""
    with build.opened(context) as library:
        held = find_paper(library, id_)
        with PdfReader() as reader:
            read = reader.read
            file = None if is_original else marked_file(library, held.row, read=read)
            file = file or pdf_file(library, held.row, read=read)
        place = str(file) if file else url_of(held.paper.id)
    if is_printed or click.launch(place) != 0:
        output.put(place)
