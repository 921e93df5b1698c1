"""`reader export`: write the notes as Markdown files, and papers as references."""

from __future__ import annotations

import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reader.base.errors import UsageError, os_reason
from reader.base.machine import share_what_is_made
from reader.base.messages import N_, _, ngettext
from reader.base.text import plain
from reader.cli import build, output
from reader.cli.frame import FilePath, command, say_errors, settings_of
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.query import STATES, with_filters

if TYPE_CHECKING:
    from reader.morning.edit import TopicLine

FORMS = ("markdown", "bibtex", "biblatex", "ris", "csl-json", "csv", "references", "ics", "atom",
         "site", "anki", "zotero-rdf", "dump")  # fmt: skip


@command(
    help=N_(
        "Write the notes as Markdown files, notes/TOPIC/KEY.md, with pages for topics and "
        "weeks.\n\nFiles that you edited, renamed or moved are read in first, as revisions and "
        "filings. Nothing that you wrote in a file is overwritten.\n\nWith another --format, "
        "write papers as references, or for others: ics (deadlines), atom (a feed), site (a folder "
        "of pages), anki (cards): those you did something with, those named by ID, or those that "
        "fit."
    ),
    examples={
        "export": N_("Read in changed files, then write all notes"),
        "export --format ris": N_("Print your papers as RIS"),
    },
)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="markdown",
    metavar="FORM",
    help=N_(
        "What to write: markdown (the notes) by default, bibtex, biblatex, ris, csl-json, csv, "
        "references, ics, atom, site, anki, zotero-rdf or dump (the whole library)."
    ),
)
@click.option("--topic", default="", metavar="TOPIC", help=N_("Only papers filed there or below."))
@click.option("--state", type=click.Choice(STATES), help=N_("Only papers of this state."))
@click.option(
    "--query", default="", metavar="QUERY", help=N_("Only papers that fit, as `search` has it.")
)
@click.option(
    "--cited",
    type=FilePath(),
    help=N_("Only papers that this .aux or .tex file cites."),
)
@click.option(
    "--style",
    metavar="FILE|NAME",
    help=N_("The CSL style of --format references: a .csl file, or a name such as apa."),
)
@click.option(
    "--to",
    "target",
    type=FilePath(allow_dash=True),
    default=output.STDOUT,
    help=N_("The file to write; standard output by default."),
)
def export_command(
    context: click.Context,
    ids: tuple[str, ...],
    form: str,
    topic: str,
    state: str | None,
    query: str,
    cited: Path | None,
    style: str | None,
    target: Path,
) -> int:
    """Write notes or references. Exit code 5: a file was left alone, or a key is not known."""
    parts = [f'topic:"{topic}"' if topic else "", f"state:{state}" if state else ""]
    query = with_filters(query, " ".join(filter(None, parts)))
    _check(form, sum(map(bool, (ids, query, cited))), style, is_file=str(target) != output.STDOUT)
    if form == "markdown":
        return _notes(context)
    if form == "dump":
        return _dump(context, target)
    with build.opened(context) as library:
        if form == "ics":
            from reader.texts.shared import calendar

            _put(context, target, calendar(library.config, library.now()))
            return 0
        papers, unknown, n_left_out = _papers(library, form, query, ids, cited)
        write = _FOR_OTHERS.get(form) or partial(_references, form=form, style=style)
        code = write(context, library, papers, target)
    if n_left_out and not settings_of(context).is_quiet:
        output.put(_left_out(n_left_out), is_error=True)
    if unknown:
        keys = _(", ").join(map(plain, unknown))
        output.put(_("No paper here has these keys: {keys}", keys=keys), is_error=True)
    return output.INCOMPLETE if unknown else code


def _papers(
    library: Library, form: str, query: str, ids: tuple[str, ...], cited: Path | None
) -> tuple[list[LibraryPaper], list[str], int]:
    """Choose what to write, with the keys that no paper has, and the number of papers left out."""
    from reader.morning import bibliography

    if cited:
        return *bibliography.cited(library, _text_of(cited)), 0
    if not (query or ids) and form not in ("atom", "site", "anki"):
        papers, n_left_out = bibliography.kept(library)
        return papers, [], n_left_out
    papers, messages = bibliography.chosen(library, query, ids)
    for sentence in messages:
        output.put(plain(str(sentence)), is_error=True)
    return papers, [], 0


def _left_out(n: int) -> str:
    return ngettext(
        "Left out: {n} paper that you did not pick, write up, file, tag, add or import. "
        "All that are not skipped: --query -state:skip",
        "Left out: {n} papers that you did not pick, write up, file, tag, add or import. "
        "All that are not skipped: --query -state:skip",
        n,
    )


def _check(form: str, n_ways: int, style: str | None, *, is_file: bool) -> None:
    """Refuse options that cannot go together. n_ways: in how many ways papers are chosen."""
    if style is not None and form != "references":
        what = _("--style is for --format references alone.")
        raise UsageError(what=what, hint=_("reader export --format {form}", form="references"))
    if form == "markdown" and (n_ways or is_file):
        raise UsageError(
            what=_("Notes are written all, each to its own file."),
            hint=_("Choose another form for some papers: --format bibtex"),
        )
    if form == "ics" and n_ways:
        what = _("A calendar has all deadlines and days off, and no papers.")
        raise UsageError(what=what, hint=_("reader export --format {form}", form=form))
    if form == "dump" and n_ways:
        what = _("A dump has the whole library.")
        raise UsageError(what=what, hint=_("reader export --format dump --to FILE"))
    if form == "site" and not is_file:
        what = _("A site is a folder: say where.")
        raise UsageError(what=what, hint=_("reader export --format site --to DIR"))
    if form == "zotero-rdf" and not is_file:
        raise UsageError(
            what=_("Zotero's RDF is written with PDFs, to a new folder."),
            hint=_("reader export --format zotero-rdf --to DIR"),
        )
    if n_ways > 1:
        raise UsageError(
            what=_("Give IDs, what papers must fit, or --cited: only one of them."),
            hint=_("reader export --format {form} ID", form=form),
        )


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError as error:
        what = _("{file} cannot be read: {what}.", file=file, what=os_reason(error))
        raise UsageError(what=what, hint=_("Name the .aux or .tex file of a manuscript.")) from None


def _references(
    context: click.Context,
    library: Library,
    papers: list[LibraryPaper],
    target: Path,
    *,
    form: str,
    style: str | None,
) -> int:
    """Write papers as references; exit code 5: a style has no line for one."""
    from reader.library.cite import STYLE, formatted, in_form, references

    several = references(library, papers)
    if form != "references":
        _put(context, target, in_form(several, form).encode(), _written(target, len(several)))
        return 0
    lines = formatted(several, style or STYLE)
    content = "".join(f"{line}\n" for line in lines).encode()
    _put(context, target, content, _written(target, len(lines)))
    if n := len(several) - len(lines):
        message = ngettext(
            "{n} paper is left out: this style has no line for what is known of it.",
            "{n} papers are left out: this style has no line for what is known of them.",
            n,
        )
        output.put(message, is_error=True)
    return output.INCOMPLETE if len(lines) < len(several) else 0


def _feed(
    context: click.Context, library: Library, papers: list[LibraryPaper], target: Path
) -> int:
    """Write the picks and written notes among some papers, as `reader share` shows them."""
    from reader.morning.rows import library_id
    from reader.notes.share import news
    from reader.texts.shared import MOST_ENTRIES, atom

    today = library.today()
    among = {one.row for one in papers}
    items = news(library, date.min, today, among=among, most=MOST_ENTRIES)
    content = atom(library_id(library.db), items, today)
    _put(context, target, content, _written(target, len(items)))
    output.say_private(context, sum(item.n_left_out for item in items))
    return 0


def _cards(
    context: click.Context, library: Library, papers: list[LibraryPaper], target: Path
) -> int:
    """Write cards for Anki of some papers."""
    from reader.morning.rows import library_id
    from reader.texts.shared import anki

    content, n = anki(library, library_id(library.db), papers)
    _put(context, target, content, _written(target, n))
    return 0


def _site(
    context: click.Context, library: Library, papers: list[LibraryPaper], folder: Path
) -> int:
    """Write the pages of the written notes among some papers, and remove those that are gone."""
    from reader.morning.rows import library_id
    from reader.texts.shared import put_site, site

    made = site(library, papers)
    share_what_is_made()
    done = put_site(folder, made.pages, library_id(library.db))
    if not settings_of(context).is_quiet:
        for name in done.removed:
            output.put(_("removed: {path}", path=folder / name), is_error=True)
        message = _written(folder, len(made.pages) - 1)
        output.put(message, is_error=True)
    output.say_private(context, made.n_left_out)
    return say_errors(done.left)


def _zotero(
    context: click.Context, library: Library, papers: list[LibraryPaper], target: Path
) -> int:
    """Write papers for Zotero, with their PDFs, and name those that are not here."""
    from reader.morning.bibliography import write_zotero

    share_what_is_made()
    missing = write_zotero(library, papers, target)
    for path in missing:
        output.put(plain(_("not there, and so not exported: {path}", path=path)), is_error=True)
    if not settings_of(context).is_quiet:
        output.put(_written(target, len(papers)), is_error=True)
    return output.INCOMPLETE if missing else 0


_FOR_OTHERS = {"atom": _feed, "site": _site, "anki": _cards, "zotero-rdf": _zotero}


def _put(context: click.Context, target: Path, content: bytes, message: str = "") -> None:
    """Write to a file, or to standard output. message: of the file, where more is known of it."""
    from reader.library.disk import write_whole

    if str(target) == output.STDOUT:
        # Bytes, so that nothing changes the line ends of a table.
        click.echo(content, nl=False)
        sys.stdout.flush()
    else:
        share_what_is_made()
        write_whole(target, content)
    if not settings_of(context).is_quiet and str(target) != output.STDOUT:
        output.put(message or _("written: {file}", file=target), is_error=True)


def _written(file: Path, n: int) -> str:
    return ngettext("written: {file} ({n} paper)", "written: {file} ({n} papers)", n, file=file)


def _dump(context: click.Context, target: Path) -> int:
    """Write all that is precious, one JSON object a line."""
    from reader.library.archive import make_folder, part
    from reader.library.backup import finish
    from reader.library.disk import real_file
    from reader.library.dump import Dump

    with build.opened(context) as library:
        dump = Dump(library.folder, library.now())
        if str(target) == output.STDOUT:
            sys.stdout.buffer.writelines(dump)
            sys.stdout.flush()
        else:
            file = real_file(target).absolute()
            make_folder(file.parent)
            with part(file.parent, "dump") as unfinished:
                with unfinished.open("wb") as out:
                    out.writelines(dump)
                finish(unfinished, file)
    if not settings_of(context).is_quiet:
        if str(target) != output.STDOUT:
            output.put(_written(target, dump.n_papers), is_error=True)
        if n := len(dump.left_out):
            text = ngettext(
                "{n} file of notes/ is no text and not in it: copy it yourself.",
                "{n} files of notes/ are no texts and not in it: copy them yourself.",
                n,
            )
            output.put(text, is_error=True)
    for path in dump.unread:
        what = _("not in the dump, since it cannot be read: {path}", path=path)
        output.put(plain(what), is_error=True)
    return output.INCOMPLETE if dump.unread else 0


def _notes(context: click.Context) -> int:
    """Write the notes as Markdown files."""
    from reader.morning.bibliography import keep_up
    from reader.morning.edit import strange_topics
    from reader.notes.export import export
    from reader.notes.folder import ExportOutcome

    with build.opened(context) as library:
        done, kept = export(library), keep_up(library)
        # A folder that a hand renamed or made files papers where nothing new ever comes.
        named = {topic for _unused, topic in done.filed}
        strange = [one for one in strange_topics(library) if one.path in named] if named else []
    if not settings_of(context).is_quiet:
        for before, path in done.moved:
            output.put(plain(_("moved by hand: {path} → {now}", path=before, now=path)))
        for path, topic in done.filed:
            output.put(plain(_("filed by its folder: {path} ({topic})", path=path, topic=topic)))
        for line in strange:
            output.put(plain(_strange(line)))
        for key, paths in (
            (N_("imported as a note: {path}"), done.adopted),
            (N_("your changes read: {path}"), done.read_in),
            (N_("your tags, rating or priority read: {path}"), done.tagged),
            (N_("both texts kept: {path}"), done.merged),
            (
                N_("text inside the program's block, moved next to your own: {path}"),
                done.typed_inside,
            ),
            (N_("front matter repaired: {path}"), done.mended),
            (N_("emptied by hand; the note is kept: {path}"), done.emptied),
            (N_("removed, because it would be empty: {path}"), done.removed),
        ):
            for path in paths:
                output.put(_(key, path=path))
        for path in done.written + done.pages:
            output.put(_("written: {path}", path=path))
        for file, n in kept.written:
            output.put(_written(file, n))
        if done == ExportOutcome(n_unchanged=done.n_unchanged) and not (kept.written or kept.left):
            output.put(_unchanged(done.n_unchanged))
    return say_errors([*done.left, *kept.left])


def _strange(line: TopicLine) -> str:
    """Say what it means that a topic is not in feeds.toml, and what to do."""
    if not line.nearest:
        return _("{topic} is not in feeds.toml, so no new paper comes there.", topic=line.path)
    return _(
        "{topic} is not in feeds.toml, so no new paper comes there. To go back: reader topics "
        '--move "{topic}" "{near}". To rename {near}: write {topic} in its place in feeds.toml, '
        'then: reader topics --move "{near}" "{topic}"',
        topic=line.path,
        near=line.nearest,
    )


def _unchanged(n: int) -> str:
    """Say that no file had to be written."""
    if not n:
        return _("There are no notes yet. Write one: reader note ID")
    return ngettext("{n} note in notes/ is up to date.", "{n} notes in notes/ are up to date.", n)
