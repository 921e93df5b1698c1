"""`reader show`, `open` and `why`: show a paper, its PDF, and why it stands where it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reader.base.errors import NotKnown, PdfError
from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain, plain_lines, shorten, shorten_between_words, wrap
from reader.cli import build, listing, output
from reader.cli.frame import as_json_option, command, say_error
from reader.library.file_names import year_of
from reader.library.folder import Library, find_paper
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.library.rows import highlights
from reader.library.rows.fields import BY_HAND
from reader.library.rows.pdfs import reading_place
from reader.morning.about import About, about
from reader.pdfs.back import back
from reader.pdfs.find import file_to_read
from reader.pdfs.tablet import copy_to_open
from reader.pdfs.text.process import PdfReader
from reader.search.indexes import SharedNote
from reader.texts.copies import gone_text
from reader.texts.paper import field_texts, property_texts
from reader.texts.sources import source_name

if TYPE_CHECKING:
    from reader.morning.why import Explanation, ScoreChange


@command(
    help=N_("Show what is known about a paper: abstract, posts about it, your note, its files."),
    examples={
        "show 2401.01234": N_("Show what is known about a paper"),
        'show "Attention is all"': N_("Name the paper by the beginning of its title"),
    },
)
@click.argument("id_", metavar="ID")
@as_json_option
def show_command(context: click.Context, id_: str, as_json: bool) -> None:
    """Print all that is known of a paper."""
    with build.opened(context) as library:
        shown = about(library, find_paper(library, id_))
        written = _written(library, shown.paper)
        if as_json:
            # Earlier versions of the PDF are kept as copies as well, but nobody marked them.
            copies = [one for one in shown.beside if one.is_here and not one.copy.is_version]
            output.put_json(
                shown,
                year=year_of(shown.paper.record),
                pdf=shown.pdf.path if shown.pdf and shown.is_pdf_here else None,
                marked_copies=[one.copy.path for one in copies],
                lab_notes=written,
            )
            return
        width = output.width_of_terminal()
        output.put_all(_facts(shown, width))
        if place := reading_place(library.db, shown.paper.row):
            output.put(_("read to page {n} of {of}", n=place.page, of=place.n_pages))
        output.put()
        abstract = title_text(shown.paper.record.abstract) or _("No abstract is known.")
        output.put_all(wrap(abstract, width))
        output.put_all(_talk_and_notes(shown, width))
        for note in written:
            output.put()
            output.put(_("NOTE of {name}, {day}", name=note.who, day=note.on))
            output.put_all(wrap(plain_lines(note.words), width))


def _written(library: Library, paper: LibraryPaper) -> Sequence[SharedNote]:
    """Load what others in the lab share on a paper; an error is said, and the paper still shown."""
    if not library.config.index.url:
        return ()
    from reader.morning.lab import written_on

    found, error = written_on(library, [paper])
    if error:
        say_error(error)
    return found.get(paper.row, ())


_STATES = {
    "candidate": N_("candidate"),
    "pick": N_("pick"),
    "skip": N_("skip"),
    "read": N_("read"),
}


def arrival_text(paper: LibraryPaper, origins: Sequence[str]) -> str:
    """Describe how a paper came; one that was only added by hand is no candidate of a day."""
    day, state = paper.arrived_on, _(_STATES[paper.state])
    if list(origins) != [BY_HAND]:
        named = _(", ").join(map(source_name, origins))
        return _("{state} · arrived {day} from {source}", state=state, day=day, source=named)
    if paper.state == "candidate":
        return _("added by hand on {day}", day=day)
    return _("{state} · added by hand on {day}", state=state, day=day)


def _facts(shown: About, width: int) -> Iterator[str]:
    """Lay out a paper's authors and dates, how it came here, and its files."""
    paper = shown.paper
    yield from output.paper_lines(paper, width)
    if (year := year_of(paper.record)) and "year" not in shown.field_values:
        yield _("year {year}", year=year)
    yield plain(arrival_text(paper, shown.origins))
    if shown.versions and (newest := shown.versions[-1])[0] > 1:
        yield _("v{n}, seen {day}", n=newest[0], day=newest[1])
    for printed in shown.to_look_up:
        scheme, _unused, name = printed.partition(":")
        key = (
            N_("DOI printed in the PDF: {id}. `reader gather` looks it up.")
            if scheme == "doi"
            else N_("Id printed in the PDF: {id}. `reader gather` looks it up.")
        )
        yield plain(_(key, id=name if scheme == "doi" else printed))
    if paper.topic and paper.key:
        yield _("filed under {topic} as {key}", topic=paper.topic, key=paper.key)
    elif paper.topic:  # imported, without a file so far
        yield _("filed under {topic}", topic=paper.topic)
    if facts := property_texts(paper, len(paper.tags)):
        yield from wrap(plain(" · ".join(facts)), width)
    for text in field_texts(shown.field_values):
        yield from wrap(text, width)
    yield from _file_lines(shown, width)
    if n := len(shown.marks_there):
        yield ngettext(
            "{n} highlight: reader highlights {id}",
            "{n} highlights: reader highlights {id}",
            n,
            id=paper.record.id,
        )


def _file_lines(shown: About, width: int) -> Iterator[str]:
    if shown.pdf:
        path, n = shown.pdf.path, shown.n_passages
        if shown.is_pdf_here:
            yield ngettext("{path} ({n} passage)", "{path} ({n} passages)", n, path=path)
        else:
            yield gone_text(path, n)
    for beside in shown.beside:
        key = (
            N_("older version: {path}")
            if beside.copy.is_version
            else N_("with marks: {path} (imported {day})")
        )
        key = key if beside.is_here else N_("{path} (imported {day}) is no longer here")
        yield plain(_(key, path=beside.copy.path, day=beside.on or ""))
    picture = shown.picture
    if picture and picture.figure:
        caption = shorten(plain(picture.caption), 200)
        page = picture.figure_page
        line = _("{file} (page {page}): {caption}", file=picture.figure, page=page, caption=caption)
        yield from wrap(line, width, "  ", "")


def _talk_and_notes(shown: About, width: int) -> Iterator[str]:
    """Lay out the posts about a paper, the person's note, and the notes that link to it."""
    for mention in shown.mentions:
        yield ""
        yield from wrap(f"{listing.said_text(mention)} {plain(mention.url)}", width)
    if shown.note:
        yield ""
        yield _("NOTE of {day}", day=shown.note.on_date)
        yield from wrap(plain_lines(shown.note.text), width)
    if shown.linked:
        yield ""
    for one in shown.linked:
        title = shorten_between_words(title_text(one.paper.record.title), 60)
        link = _("Linked from “{title}”: {sentence}", title=title, sentence=plain(one.sentence))
        yield from wrap(link, width, "    ", "")


def _with_marks(
    context: click.Context, library: Library, paper: LibraryPaper, file: Path, reader: PdfReader
) -> Path:
    """Find or write the copy that has the marks made here."""

    def bring(copy: Path) -> None:
        with build.tools(context, library) as tools:
            list(back(library, tools, copy, known=paper))

    try:
        return copy_to_open(library, reader, paper, file, bring=bring)
    except PdfError:  # a viewer may show what we cannot read
        return file


@command(
    help=N_("""Open a paper's PDF: the newest copy with your marks, if there is one.

Without a PDF it opens the paper's web page."""),
    examples={
        "open 2401.01234": N_("Open the PDF, with marks if it has any"),
        "open 2401.01234 --original": N_("Open the PDF without your marks"),
    },
)
@click.argument("id_", metavar="ID")
@click.option(
    "--original", "is_original", is_flag=True, help=N_("The original PDF, not the marked copy.")
)
@click.option(
    "--print", "is_printed", is_flag=True, help=N_("Print where it is, and open nothing.")
)
def open_command(context: click.Context, id_: str, is_original: bool, is_printed: bool) -> None:
    """Open the newest marked copy, else the PDF, else the paper's page on the web."""
    with build.opened(context) as library:
        paper = find_paper(library, id_)
        with PdfReader() as reader:
            file = file_to_read(library, paper.row, is_original=is_original, read=reader.read)
            if file and not is_original and highlights.has_acts(library.db, paper.row):
                file = _with_marks(context, library, paper, file, reader)
        place = str(file) if file else url_of(paper.record.id)
    if not place:
        what = _(
            "No web page and no PDF of {title} is known.", title=title_text(paper.record.title)
        )
        raise NotKnown(what=what, hint=_("If you have the PDF, `reader add FILE` adds it."))
    if is_printed:
        output.put(place)
        return
    from reader.cli.terminal import WAIT_S, OpenOutcome, opener  # the list is slow to load

    OpenOutcome(opener()).open(place, wait_s=WAIT_S)


@command(
    help=N_(
        "Explain why a paper is in the list, or why not.\n\n    One sentence says where it "
        "stands now, another one where it stood when you decided on it."
    ),
    examples={
        "why 2401.01234": N_("Explain its place in one sentence"),
        "why 2401.01234 --all": N_("Show the sum behind its rank"),
    },
)
@click.argument("id_", metavar="ID")
@click.option(
    "--all",
    "is_whole",
    is_flag=True,
    help=N_("Also show the sum behind its rank, what would change the rank, and the other topics."),
)
@as_json_option
def why_command(context: click.Context, id_: str, is_whole: bool, as_json: bool) -> None:
    """Explain the place of a paper."""
    # Imported here: `show` and `open` rank nothing.
    from reader.morning.why import changes, explain
    from reader.texts.why import verdict_text

    with build.opened(context) as library:
        found = explain(library, find_paper(library, id_))
        others = changes(library, found, build.fit_topic)
        if as_json:
            verdict = plain(verdict_text(found))
            output.put_json(found, sentence=verdict, changes=list(others))
            return
        # Printed line by line: the sum can be read while models are fitted, which takes seconds.
        output.put_all(_lines(found, others if is_whole else None, output.width_of_terminal()))


def _lines(found: Explanation, others: Iterable[ScoreChange] | None, width: int) -> Iterator[str]:
    """Lay out an explanation. others: what would change the score; None leaves the sum out."""
    from reader.texts.why import (
        change_text,
        cut_text,
        other_topics_text,
        standing_texts,
        where_text,
    )

    yield from output.paper_lines(found.paper, width)
    yield ""
    for text in standing_texts(found):
        yield from wrap(plain(text), width)
    yield ""
    if others is None:
        yield from wrap(
            _(
                "The sum, and what would change this rank: reader why {id} --all",
                id=plain(found.paper.record.id),
            ),
            width,
        )
        return
    yield from wrap(plain(where_text(found)), width)
    yield from listing.sum_lines(found.terms, width)
    if text := cut_text(found):
        yield from wrap(plain(text), width, listing.SUM_INDENT)
    yield ""
    for text in map(change_text, others):
        yield from wrap(plain(text), width, "    ", "")
    if topics := list(other_topics_text(found)):
        yield from ("", _("Other topics:"))
        for text in topics:
            yield from wrap(plain(text), width, "    ", "  ")
