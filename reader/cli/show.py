"""`reader show` and `open`: everything known of a paper; its PDF or its page."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand
from reader.filing import year_of
from reader.ids import url_of
from reader.library.choose import find_paper
from reader.library.linking import Linked, backlinks, links_of
from reader.library.strays import marked_file, pdf_file
from reader.library.writing import marked, newest_note
from reader.paper import Held
from reader.pdf import PdfReader
from reader.phrases import say
from reader.plain import plain, plain_lines, shorten
from reader.store import additions, highlights, index, papers, pdfs, pictures, posts
from reader.store.origins import BY_HAND
from reader.store.pictures import Picture


@click.command("show", cls=ReaderCommand, help=say("help.show"))
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def show_command(context: click.Context, id_: str, as_json: bool) -> None:
    """Show one paper whole."""
    with build.opened(context) as library:
        held = find_paper(library, id_)
        db = library.db
        note, pdf = newest_note(library, held), pdfs.pdf_of(db, held.row)
        mentions = posts.mentions_of(db, [held.row])
        origins = papers.origins_of(db, [held.row]).get(held.row, ())
        n_marked = len(marked(library, held))
        to_look_up = additions.printed_of(db, held.row)
        beside = highlights.copies_of(db, held.row)[::-1]
        linked = backlinks(library, held.row)
        if as_json:
            output.put_json(
                output.paper_json(held)
                | {
                    "year": year_of(held.paper),
                    "abstract": plain(held.paper.abstract),
                    "categories": [plain(name) for name in held.paper.categories],
                    "comment": plain(held.paper.comment),
                    "version": held.paper.version,
                    "sources": list(origins),
                    "mentions": [
                        {"author": plain(m.author), "text": plain(m.sentence), "url": plain(m.url)}
                        for m in mentions
                    ],
                    "note": note.text if note else None,
                    "links": _links_json(links_of(library, note.text) if note else []),
                    "backlinks": _links_json(linked),
                    "pdf": pdf.path if pdf else None,
                    "marked_copies": [copy.path for copy in beside if not copy.is_version],
                    "pictures": _pictures_json(pictures.picture_of(db, held.row)),
                    "n_passages": index.n_passages(db, held.row),
                    "n_highlights": n_marked,
                    "to_look_up": to_look_up,
                }
            )
            return
        width = screen.width_of_terminal()
        for line in screen.paper_lines(held, width):
            output.put(line)
        if year := year_of(held.paper):
            output.put(say("show.year", year=year))
        output.put(plain(_arrival(held, origins)))
        for printed in to_look_up:
            scheme, _, name = printed.partition(":")
            key = "show.printed_doi" if scheme == "doi" else "show.printed"
            output.put(plain(say(key, id=name if scheme == "doi" else printed)))
        if held.topic:
            output.put(say("show.filed", topic=held.topic, key=held.key))
        if pdf:
            n = index.n_passages(db, held.row)
            output.put(say("show.pdf", path=pdf.path, n=n))
        for copy in beside:
            key = "show.older" if copy.is_version else "show.marked"
            day = library.day_of(copy.at) if copy.at else ""
            output.put(plain(say(key, path=copy.path, day=day)))
        picture = pictures.picture_of(db, held.row)
        if picture and picture.figure:
            caption = shorten(plain(picture.caption), 200)
            output.put(
                say("show.figure", file=picture.figure, page=picture.figure_page, caption=caption)
            )
        if n_marked:
            output.put(say("show.highlights", n=n_marked, id=held.paper.id))
        output.put()
        for line in screen.wrap(plain(held.paper.abstract) or say("show.no_abstract"), width):
            output.put(line)
        for mention in mentions:
            output.put()
            said = say("today.said", author=mention.author, text=mention.sentence)
            for line in screen.wrap(plain(f"{said} {mention.url}"), width):
                output.put(line)
        if note:
            output.put()
            output.put(say("show.note", day=note.on_date))
            for line in screen.wrap(plain_lines(note.text), width):
                output.put(line)
        if linked:
            output.put()
        for one in linked:
            said = say("show.backlink", key=one.held.key, sentence=plain(one.sentence))
            for line in screen.wrap(said, width, "    ", ""):
                output.put(line)


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
