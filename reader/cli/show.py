"""`reader show` and `open`: everything known of a paper; its PDF or its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from reader.base.errors import NotKnown
from reader.base.messages import say
from reader.base.text import plain, plain_lines, shorten
from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand
from reader.library.file_names import year_of
from reader.library.find import find_paper
from reader.library.ids import url_of
from reader.morning.about import About, about, arrival_text
from reader.notes.links import LinkedPaper
from reader.pdfs.move import file_to_read
from reader.pdfs.rows.pdfs import Picture
from reader.pdfs.text.process import PdfReader


@click.command("show", cls=ReaderCommand, help=say("help.show"))
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def show_command(context: click.Context, id_: str, as_json: bool) -> None:
    """Show one paper whole."""
    with build.opened(context) as library:
        shown = about(library, find_paper(library, id_))
        if as_json:
            output.put_json(output.paper_json(shown.held) | _json(shown))
            return
        width = screen.width_of_terminal()
        for part in (_facts, _abstract, _said):
            for line in part(shown, width):
                output.put(line)


def _json(shown: About) -> dict[str, object]:
    paper = shown.held.paper
    return {
        "year": year_of(paper),
        "abstract": plain(paper.abstract),
        "categories": [plain(name) for name in paper.categories],
        "comment": plain(paper.comment),
        "version": paper.version,
        "sources": list(shown.origins),
        "mentions": [
            {"author": plain(m.author), "text": plain(m.words), "url": plain(m.url)}
            for m in shown.mentions
        ],
        "note": shown.note.text if shown.note else None,
        "links": _links_json(shown.links),
        "backlinks": _links_json(shown.linked),
        "pdf": shown.pdf.path if shown.pdf and shown.is_pdf_here else None,
        "marked_copies": [b.copy.path for b in shown.beside if b.is_here and not b.copy.is_version],
        "pictures": _pictures_json(shown.picture),
        "n_passages": shown.n_passages,
        "n_highlights": len(shown.marks_there),
        "to_look_up": shown.to_look_up,
    }


def _facts(shown: About, width: int) -> Iterator[str]:
    held = shown.held
    yield from screen.paper_lines(held, width)
    if year := year_of(held.paper):
        yield say("show.year", year=year)
    yield plain(arrival_text(held, shown.origins))
    for printed in shown.to_look_up:
        scheme, _, name = printed.partition(":")
        key = "show.printed_doi" if scheme == "doi" else "show.printed"
        yield plain(say(key, id=name if scheme == "doi" else printed))
    if held.topic:
        yield say("show.filed", topic=held.topic, key=held.key)
    if shown.pdf:
        key = "show.pdf" if shown.is_pdf_here else "show.pdf_gone"
        yield say(key, path=shown.pdf.path, n=shown.n_passages)
    for beside in shown.beside:
        key = "show.older" if beside.copy.is_version else "show.marked"
        key = key if beside.is_here else "show.copy_gone"
        yield plain(say(key, path=beside.copy.path, day=beside.on or ""))
    picture = shown.picture
    if picture and picture.figure:
        caption = shorten(plain(picture.caption), 200)
        page = picture.figure_page
        yield say("show.figure", file=picture.figure, page=page, caption=caption)
    if n := len(shown.marks_there):
        yield say("show.highlights", n=n, id=held.paper.id)


def _abstract(shown: About, width: int) -> Iterator[str]:
    yield ""
    abstract = plain(shown.held.paper.abstract) or say("show.no_abstract")
    yield from screen.wrap(abstract, width)


def _said(shown: About, width: int) -> Iterator[str]:
    """Lay out what others said, what the person wrote, and which notes link here."""
    for mention in shown.mentions:
        yield ""
        yield from screen.wrap(f"{screen.said_text(mention)} {plain(mention.url)}", width)
    if shown.note:
        yield ""
        yield say("show.note", day=shown.note.on_date)
        yield from screen.wrap(plain_lines(shown.note.text), width)
    if shown.linked:
        yield ""
    for one in shown.linked:
        said = say("show.backlink", key=one.held.key, sentence=plain(one.sentence))
        yield from screen.wrap(said, width, "    ", "")


def _links_json(linked: Sequence[LinkedPaper]) -> list[dict[str, object]]:
    return [
        {
            "id": one.held.paper.id,
            "title": plain(one.held.paper.title),
            "key": one.held.key,
            "sentence": plain(one.sentence),
        }
        for one in linked
    ]


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
            file = file_to_read(library, held.row, is_original=is_original, read=reader.read)
        place = str(file) if file else url_of(held.paper.id)
    if not place:
        what = say("pdf.nowhere", title=plain(held.paper.title))
        raise NotKnown(what=what, hint=say("pdf.nowhere.hint"))
    if is_printed:
        output.put(place)
        return
    from reader.cli.triage.openers import WAIT_S, OpenOutcome, opener  # the list is slow to load

    OpenOutcome(opener()).open(place, wait_s=WAIT_S)
