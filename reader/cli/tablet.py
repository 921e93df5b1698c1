"""`reader take`, `back` and `highlights`: copy PDFs to a tablet, import marks, show marks."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from reader.base.errors import PdfError, UsageError
from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain, plain_lines, wrap
from reader.cli import build, output
from reader.cli.frame import FilePath, as_json_option, command, say_error, settings_of
from reader.cli.output import answer
from reader.library.folder import Library, find_paper
from reader.library.highlight import COLOURS, MARKS, VisibleMark, colour_word, gathered, once, shown
from reader.library.paper import LibraryPaper
from reader.library.rows import highlights, pdfs
from reader.pdfs.back import CopyOutcome, back
from reader.pdfs.mark import earlier_ink_on, ink_on
from reader.pdfs.marked_copies import remove_copy
from reader.pdfs.tablet import TabletOutcome, tablet_folder, take
from reader.pdfs.text.process import PdfReader
from reader.texts.copies import counts_text, pages_text, removed_text

_FOLDER = FilePath()


_TAKEN = {
    "copied": N_("{name}"),
    "there": N_("already there: {name}"),
    "updated": N_("updated with your marks: {name}"),
    "missing": N_("its PDF is not in the library"),
    "unreadable": N_("{file} cannot be read ({what})"),
}


@command(
    help=N_(
        "Copy PDFs to the tablet's folder: of today's picks, or of the papers named.\n\nNo "
        "file that was changed there is overwritten, so you can run it again at any time; a copy "
        "that was not changed gets your newest marks. Exit code 5: a PDF is not here."
    ),
    examples={
        "take": N_("Copy the PDFs of today's picks"),
        "take 2401.01234 --to ~/tablet": N_("Copy one PDF to this folder"),
    },
)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option(
    "--to", "folder", type=_FOLDER, help=N_("Copy to this folder, not to the one in feeds.toml.")
)
@as_json_option
def take_command(
    context: click.Context, ids: tuple[str, ...], folder: Path | None, as_json: bool
) -> int:
    """Copy PDFs to the tablet's folder. Exit code 5 where a PDF is missing."""
    copies: list[TabletOutcome] = []
    with build.opened(context) as library, PdfReader() as reader:
        target = tablet_folder(library, folder)
        for one in take(library, ids, target, reader):
            copies.append(one)
            if as_json:
                output.put_json(one)
            elif one.error is None and not settings_of(context).is_quiet:
                title = title_text(one.paper.record.title)
                output.put(_(_TAKEN[one.outcome], name=plain(one.name), title=title))
            if one.error is not None:
                say_error(one.error)
        if not copies and not as_json:
            answer(context, _("Nothing was picked today; `reader take ID` takes any paper."))
    return next((one.error.exit_code for one in copies if one.error), 0)


@command(
    help=N_(
        "Import marked PDFs: each copy is kept beside the original, and its marks are read.\n\n"
        "FOLDER: a folder with all folders in it, or one file. Without it, the tablet's "
        "folder. Exit code 5: a file was not read, or its paper was not recognised."
    ),
    examples={
        "back": N_("Import all from the tablet's folder"),
        "back marked.pdf --as 2401.01234": N_("Import a file as this paper's copy"),
    },
)
@click.argument("folder", type=_FOLDER, required=False, metavar="[FOLDER]")
@click.option("--as", "id_", metavar="ID", help=N_("The paper that the one file belongs to."))
@click.option(
    "--remove", "removed", metavar="ID", help=N_("Remove the last marked copy of this paper.")
)
@as_json_option
def back_command(
    context: click.Context, folder: Path | None, id_: str | None, removed: str | None, as_json: bool
) -> int:
    """Import PDFs with marks, or remove a paper's newest marked copy.

    Exit code 5 where a file could not be read or recognised.
    """
    if removed is not None:
        if folder is not None or id_ is not None:
            raise UsageError(
                what=_("--remove takes one paper and no file."),
                hint=_("Use it alone: reader back --remove {id}", id=plain(removed)),
            )
        _remove(context, removed, as_json=as_json)
        return 0
    can_ask = sys.stdin.isatty() and not as_json
    # Lines printed beside a progress bar would tear it: then they come at the end.
    is_shown_at_once = as_json or not sys.stderr.isatty()
    done: list[CopyOutcome] = []
    with build.opened(context) as library:
        source = tablet_folder(library, folder)
        known = find_paper(library, id_) if id_ is not None else None
        with build.tools(context, library) as tools:
            for outcome in back(library, tools, source, known=known):
                done.append(outcome)
                if is_shown_at_once and not (can_ask and outcome.candidates):
                    _show_brought(context, outcome, as_json=as_json)
        # Questions come at the end, so that no file waits for an answer to be read.
        for i, outcome in enumerate(done):
            if can_ask and outcome.candidates:
                done[i] = _ask(context, library, source, outcome)
                _show_brought(context, done[i], as_json=False)
            elif not is_shown_at_once:
                _show_brought(context, outcome, as_json=False)
    # A file that is no PDF was named above, and is not counted as one.
    of_pdfs = [
        one
        for one in done
        if not (isinstance(one.error, PdfError) and one.error.kind == "not a pdf")
    ]
    if not as_json and (of_pdfs or not done):
        answer(context, _summary(of_pdfs))
    return next((outcome.error.exit_code for outcome in done if outcome.error), 0)


def _summary(done: Sequence[CopyOutcome]) -> str:
    """Count the outcomes of some PDFs in a sentence."""
    n = Counter(outcome.outcome for outcome in done)
    unmarked = sum(outcome.is_unmarked for outcome in done)
    left = sum(outcome.error is not None for outcome in done)
    parts = [
        _("{n} with new marks", n=n["imported"]),
        _("{n} unchanged", n=n["unchanged"] - unmarked),
        _("{n} without marks", n=unmarked) if unmarked else "",
        _("{n} not imported (see above)", n=left) if left else "",
    ]
    counts = _(", ").join(filter(None, parts))
    return ngettext("{n} PDF: {counts}.", "{n} PDFs: {counts}.", len(done), counts=counts)


def _remove(context: click.Context, id_: str, *, as_json: bool) -> None:
    """Remove a paper's newest marked copy; its file is kept."""
    with build.opened(context) as library, build.tools(context, library) as tools:
        removed = remove_copy(library, tools, find_paper(library, id_))
    if as_json:
        output.put_json(removed)
    elif not settings_of(context).is_quiet:
        output.put(plain(removed_text(removed, library.folder)))


def _ask(
    context: click.Context, library: Library, source: Path, outcome: CopyOutcome
) -> CopyOutcome:
    """Ask which paper a file is, and import it; returns `outcome` where it is none of them."""
    name = plain(outcome.name)
    for paper in outcome.candidates[:3]:
        title, why = title_text(paper.record.title), plain(str(outcome.why))
        question = _("{name}: is it {title}? ({why})", name=name, title=title, why=why)
        # On stderr: the output may go into a file.
        if click.confirm(question, err=True):
            # `name` is relative to the folder; of one file it is the bare name.
            file = source / outcome.name if source.is_dir() else source
            with build.tools(context, library) as tools:
                (imported,) = back(library, tools, file, known=paper)
            return imported
    return outcome


def _show_brought(context: click.Context, outcome: CopyOutcome, *, as_json: bool) -> None:
    if as_json:
        output.put_json(outcome)
    if outcome.error is not None:
        say_error(outcome.error)
    elif outcome.paper and outcome.outcome == "imported" and not as_json:
        counts = counts_text(outcome.counts, outcome.copy)
        title = title_text(outcome.paper.record.title)
        answer(
            context, _("{title}: {counts} [{name}]", title=title, name=outcome.name, counts=counts)
        )
    elif outcome.paper and outcome.is_unmarked and not as_json:
        text = _(
            "{title}: no marks in this file, so no copy was kept [{name}]",
            title=title_text(outcome.paper.record.title),
            name=outcome.name,
        )
        answer(context, text)


@command(
    help=N_("List what you highlighted in a paper's PDF, in reading order."),
    examples={
        "highlights 2401.01234": N_("List the highlights with their numbers"),
        "highlights 2401.01234 --json": N_("The same for a program"),
    },
)
@click.argument("id_", metavar="ID")
@as_json_option
def highlights_command(context: click.Context, id_: str, as_json: bool) -> None:
    """Show the marks in a paper's PDF, in reading order."""
    with build.opened(context) as library:
        paper = find_paper(library, id_)
        marks = shown(highlights.highlights_of(library.db, paper.row))
        ink, inked = _ink(library, paper), ink_on(library, paper)
        earlier = earlier_ink_on(library, paper)
        drawn_here = Counter(one.page for one in highlights.strokes_of(library.db, paper.row))
        gone_on = {mark.id: library.day_of(mark.gone_at) for mark in marks if mark.gone_at}
    there = [mark for mark in marks if not mark.gone_at]
    # `share --highlights` takes these numbers.
    numbers = {mark.id: n for n, mark in enumerate(there, 1)}
    if as_json:
        for mark in marks:
            output.put_json(paper, mark, number=numbers.get(mark.id))
        _put_ink_json(paper, ink, drawn_here)
        return
    width = output.width_of_terminal()
    output.put_all(wrap(f"{title_text(paper.record.title)} ({paper.record.id})", width))
    pages = dict(zip((m.id for m in there), gathered(m.highlight for m in there), strict=True))
    for mark in marks:
        # Words that are marked several times are shown once; `gathered` gives the others no page.
        if at := pages.get(mark.id, (mark.highlight.page,)):
            gone = gone_on.get(mark.id)
            facts = [_("removed {day}", day=gone)] if gone else []
            facts += [f"#{numbers[mark.id]}"] if mark.id in numbers else []
            _show_mark(mark, at, facts, width)
    if earlier:
        text = _("Ink on {pages} of an earlier version.", pages=pages_text(earlier))
        output.put_all(["", text])
    if drawn_here and inked:
        text = _("Ink on {pages}. `reader open {id}` shows it.", pages=pages_text(inked), id=id_)
        output.put_all(["", plain(text)])
    elif ink:
        output.put_all(["", _ink_text(ink)])
    if not marks:
        output.put(_("No highlights."))


@dataclass(frozen=True, slots=True)
class _Ink:
    """Handwriting in a PDF, which is counted and not read. path: the file to look at."""

    n: int
    pages: tuple[int, ...]
    path: str


def _put_ink_json(paper: LibraryPaper, ink: _Ink | None, drawn_here: Counter[int]) -> None:
    # Ink imported by earlier versions has no pages, only its number.
    counted = Counter[int | None](ink.pages) or {None: ink.n} if ink else {}
    # A copy has what was drawn here too.
    counted = Counter(counted) | Counter[int | None](drawn_here)
    for page, n in sorted(counted.items(), key=lambda item: item[0] or 0):
        drawn = {"kind": "ink", "page": page, "text": "", "note": "", "colour": None}
        more = {"at": None, "gone_at": None, "number": None}
        look = {"is_flattened": False, "is_earlier": False, "n_ink": n}
        output.put_json(paper, drawn, look, more)


def _ink_text(ink: _Ink) -> str:
    if ink.pages:
        return _(
            "Ink on {pages} cannot be shown here; see {path}.",
            pages=pages_text(ink.pages),
            path=ink.path,
        )
    return ngettext(
        "Ink ({n} stroke) cannot be shown here; see {path}.",
        "Ink ({n} strokes) cannot be shown here; see {path}.",
        ink.n,
        path=ink.path,
    )


def _ink(library: Library, paper: LibraryPaper) -> _Ink | None:
    """Find the handwriting in the newest copy that has some, else in the PDF itself."""
    drawn = [copy for copy in highlights.marked_of(library.db, paper.row) if copy.n_ink]
    if drawn:
        return _Ink(drawn[-1].n_ink, drawn[-1].ink, drawn[-1].path)
    inked = [last for last in highlights.returned_of(library.db, paper.row) if last.n_ink]
    original = pdfs.pdf_of(library.db, paper.row)
    return _Ink(inked[-1].n_ink, inked[-1].ink, original.path) if inked and original else None


def _show_mark(mark: VisibleMark, pages: Sequence[int], more: Sequence[str], width: int) -> None:
    """Print one mark. more: facts to print after its kind and colour."""
    highlight = mark.highlight
    colour = colour_word(highlight.colour)
    facts = [_(MARKS[highlight.kind])]
    facts += [_(COLOURS[colour])] if colour else []
    facts += [_("drawn into the page by an app")] if highlight.is_flattened else []
    facts += [_("of an earlier version")] if highlight.is_earlier else []
    joined = _(", ").join([*facts, *more])
    output.put()
    if not any(pages):
        output.put(joined)
    elif len(pages) == 1:
        output.put(_("PAGE {page}  {facts}", page=pages[0], facts=joined))
    else:
        output.put(_("PAGES {pages}  {facts}", pages=_(", ").join(map(str, pages)), facts=joined))
    text = once(plain(highlight.text))
    lines = wrap(text, width, "  ") if text else []
    if highlight.note:
        lines += wrap(plain_lines(highlight.note), width, "    ", "  — ")
    output.put_all(map(output.dim, lines) if mark.gone_at else lines)
