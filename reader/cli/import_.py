"""`reader import`: bring in what another program kept, and report what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from reader.base.messages import N_, _, ngettext
from reader.base.text import plain
from reader.cli import build, output
from reader.cli.add import paper_text
from reader.cli.follow import typed_day
from reader.cli.frame import as_json_option, command, is_terminal, new_topic_option, settings_of
from reader.gathering.imports import arxiv_metadata, pdf_store
from reader.gathering.imports.forms import FORMS, read_source
from reader.gathering.imports.item import ImportedLibrary
from reader.library.config import CLASSES
from reader.library.dump import bring_dump, is_dump
from reader.library.folder import Library
from reader.morning.bring_arxiv import PdfsImport, SnapshotImport
from reader.morning.bring_in import Importing, unnamed_collections
from reader.morning.decide import class_named
from reader.morning.edit import find_topic

DUMP = "dump"
AGAIN = N_("Run this again later: nothing is doubled.")
MOST_LISTED = 10
"""Lines of one part of the report; --json lists all."""


@command(
    help=N_(
        "Bring in the papers, notes and PDFs of another program.\n\nWHAT: the folder of Zotero, "
        "papis, Paperlib or Obsidian, a BibTeX, RIS, CSL-JSON, Zotero RDF or Evernote (.enex) "
        "file, or a list: the CSV of Readwise, Instapaper, Pocket or a table, Pocket's page, "
        "arXiv numbers, links; arXiv's metadata snapshot (JSON lines, also in .gz or .zip); a set "
        "of arXiv's OAI-PMH, `oai:cs.CL` or a whole address with set, from and until; a tar of "
        "arXiv's PDFs, s3://BUCKET/PREFIX, or `--as pdfs` a folder, for papers that are here; "
        "or a dump, for a new library. Nothing in it is changed. A "
        "collection or tag with the name of a topic files its papers there. What is here already "
        "is recognised, and nothing is doubled; if it is stopped, the same command goes on. "
        "`reader undo` takes the whole import back. Exit code 5: an entry or a file could not be "
        "brought in."
    ),
    examples={
        "import refs.bib": N_("Import a BibTeX file"),
        "import refs.bib --dry-run": N_("See what it would bring"),
    },
)
@click.argument("what", metavar="WHAT", type=click.Path())
@click.option("--dry-run", is_flag=True, help=N_("Only report; change nothing."))
@click.option(
    "--as",
    "form",
    type=click.Choice(
        (*FORMS, arxiv_metadata.SNAPSHOT_FORM, arxiv_metadata.SET_FORM, pdf_store.FORM, DUMP)
    ),
    help=N_("What WHAT is, if not recognised."),
)
@click.option(
    "--topic",
    default="",
    metavar="TOPIC",
    help=N_("The topic of papers whose collections name none."),
)
@new_topic_option
@click.option(
    "--category",
    "categories",
    multiple=True,
    metavar="CLASS",
    help=N_("Of a snapshot or set, only papers of this class, as cs.CL or cs; may be repeated."),
)
@click.option(
    "--since",
    metavar="DAY",
    help=N_("Of a snapshot or set, only papers submitted since then, as 2031-03-04."),
)
@as_json_option
def import_command(
    context: click.Context,
    what: str,
    dry_run: bool,
    form: str | None,
    topic: str,
    may_be_new: bool,
    categories: tuple[str, ...],
    since: str | None,
    as_json: bool,
) -> int:
    """Import a library. Exit code 2 where WHAT cannot be read at all, 5 for a part of it."""
    if form == arxiv_metadata.SET_FORM or (not form and arxiv_metadata.is_oai_set(what)):
        return _bring_snapshot(context, what, categories, since, dry_run=dry_run, as_json=as_json)
    if form == pdf_store.FORM or (not form and pdf_store.is_pdf_store(what)):
        return _bring_pdfs(context, what, dry_run=dry_run, as_json=as_json)
    path = Path(what).expanduser()
    if form == arxiv_metadata.SNAPSHOT_FORM or (not form and arxiv_metadata.is_snapshot(path)):
        return _bring_snapshot(context, path, categories, since, dry_run=dry_run, as_json=as_json)
    if form == DUMP or (not form and is_dump(path)):
        return _bring_dump(context, path, dry_run=dry_run, as_json=as_json)
    with build.opened(context, must_write=True) as library:
        rest = find_topic(library, topic, may_be_new=may_be_new) if topic else ""
        read = read_source(path, form or "")
        is_quiet = settings_of(context).is_quiet
        is_asking = not (dry_run or as_json or is_quiet or rest) and is_terminal()
        topics = _ask_topics(library, read) if is_asking else {}
        try:
            with build.tools(context, library) as tools:
                run = Importing(library, tools, read, path, topics, rest)
                run.try_out() if dry_run else run.run()
        finally:
            # After the tools' progress bar, which would wipe the report away. Also after Ctrl-C:
            # what was brought in so far is kept.
            if as_json:
                _put_values(run)
            elif not is_quiet:
                output.put_all(_report(run, unnamed_collections(library, read), dry_run))
        return 0 if _is_whole(run) else output.INCOMPLETE


def _put_values(run: Importing) -> None:
    for value in (*run.entries, *run.files, *run.notes, *run.unplaced):
        output.put_json(value)


def _is_whole(run: Importing) -> bool:
    is_placed = all(one.is_no_paper for one in run.unplaced)
    return is_placed and not any(file.why for file in run.files)


def _bring_dump(context: click.Context, file: Path, *, dry_run: bool, as_json: bool) -> int:
    """Make a new library that of a dump, which has been another one's."""
    with build.opened(context, must_write=True) as library:
        brought = bring_dump(library.folder, file, is_dry=dry_run)
    counts = brought.content
    if as_json:
        output.put_json(brought, is_done=not dry_run)
    elif not settings_of(context).is_quiet:
        if dry_run:
            output.put(_("This was a dry run: nothing was changed."))
        output.put(
            _(
                "BROUGHT  the whole library: papers {papers}, notes {notes}, decisions {decisions}",
                papers=counts.n_papers,
                notes=counts.n_notes,
                decisions=counts.n_decisions,
            )
        )
        if n := len(brought.missing):
            text = ngettext(
                "{n} PDF is not here: copy papers/ and removed/ of the old library into this one.",
                "{n} PDFs are not here: copy papers/ and removed/ of the old library into this "
                "one.",
                n,
            )
            output.put(text)
        output.put(_("`reader index` makes the search index."))
    return 0


def _ask_topics(library: Library, read: ImportedLibrary) -> dict[str, str]:
    """Ask once for the topic of each collection that names none; an empty line is for none."""
    found: dict[str, str] = {}
    for name, n in unnamed_collections(library, read).items():
        question = ngettext(
            "Topic for the collection {name} ({n} paper)? A topic or a new folder, or nothing",
            "Topic for the collection {name} ({n} papers)? A topic or a new folder, or nothing",
            n,
            name=plain(name),
        )
        try:
            typed = input(f"{question} []: ").strip()
        except EOFError:
            output.put()
            break
        if typed:
            found[name] = find_topic(library, typed, may_be_new=True)
    return found


def _report(run: Importing, unnamed: dict[str, int], dry_run: bool) -> Iterator[str]:
    """Lay out the report: what was brought, what was known, what needs the person."""
    new = [entry for entry in run.entries if entry.is_new]
    known = Counter(entry.known_by for entry in run.entries if not entry.is_new)
    if dry_run:
        yield _("This was a dry run: nothing was changed.")
    yield from _part(
        _("BROUGHT  new papers ({n})", n=len(new)),
        [_("{place} → {paper}", place=e.item.place, paper=paper_text(e.paper)) for e in new],
    )
    if topics := Counter(entry.paper.topic for entry in new if entry.paper.topic):
        counted = [_("{topic}: {n}", topic=topic, n=n) for topic, n in topics.most_common()]
        yield from _part(_("FILED  by their collections ({n})", n=topics.total()), counted)
    if known:
        yield _(
            "KNOWN ALREADY  {n}: by their ids {ids}, by their titles {titles}",
            n=known.total(),
            ids=known["id"],
            titles=known["title"],
        )
    yield from _note_lines(run)
    yield from _with_them(run)
    if unnamed and not run.rest:
        yield from _part(
            _("NOT FILED  collections that name no topic ({n})", n=len(unnamed)),
            [_("{topic}: {n}", topic=name, n=n) for name, n in unnamed.items()],
            _("Name one with --topic, or file papers later with `reader file`."),
        )
    yield from _unclear(run.n_questions)
    yield from _left_out(run)
    is_new = bool(new) or any(note.is_new for note in run.notes)
    yield from _end(run, is_new=is_new, dry_run=dry_run)


def _with_them(run: Importing) -> Iterator[str]:
    """Count what came with the papers: notes, highlights, ratings, PDFs."""
    n_notes = sum(entry.n_notes for entry in run.entries)
    n_highlights = sum(entry.n_highlights for entry in run.entries)
    n_ratings = sum(entry.is_rated for entry in run.entries)
    n_files = sum(file.is_new for file in run.files)
    parts = [
        ngettext("{n} note", "{n} notes", n_notes) if n_notes else "",
        ngettext("{n} highlight", "{n} highlights", n_highlights) if n_highlights else "",
        ngettext("{n} rating", "{n} ratings", n_ratings) if n_ratings else "",
        ngettext("{n} PDF", "{n} PDFs", n_files) if n_files else "",
    ]
    if parts := list(filter(None, parts)):
        yield _("With them: {parts}.", parts=_(", ").join(parts))


def _left_out(run: Importing) -> Iterator[str]:
    """List what was not brought, and why."""
    if failed := [file for file in run.files if file.why]:
        lines = [_("{path}: {what}", path=str(file.path), what=file.why) for file in failed]
        yield from _part(
            _("PDFS NOT BROUGHT  ({n})", n=len(failed)),
            lines,
            _(
                "Put the missing ones there and run this again, or add the folder that they are "
                "in: `reader add FOLDER`."
            ),
        )
    if n := sum(entry.item.attached.n_other for entry in run.entries):
        yield ngettext(
            "{n} attached file is no PDF and was left where it is.",
            "{n} attached files are no PDFs and were left where they are.",
            n,
        )
    lines = [_("{path}: {what}", path=o.place, what=o.why) for o in run.unplaced if o.is_no_paper]
    yield from _part(_("LEFT OUT  links to other things than papers ({n})", n=len(lines)), lines)
    lines = [
        _("{path}: {what}", path=o.place, what=o.why) for o in run.unplaced if not o.is_no_paper
    ]
    yield from _part(
        _("NOT BROUGHT  ({n})", n=len(lines)),
        lines,
        _("Repair them in the file, and run this again: nothing is doubled."),
    )


def _note_lines(run: Importing) -> Iterator[str]:
    """Report the notes that belong to no entry: joined to papers, known already, waiting."""
    joined = Counter(note.known_by for note in run.notes if note.known_by)
    if joined:
        yield _(
            "NOTES JOINED  {n}: by ids {ids}, by titles {titles}, by PDFs {pdfs}",
            n=joined.total(),
            ids=joined["id"],
            titles=joined["title"],
            pdfs=joined["pdf"],
        )
    if n := sum(bool(note.number and not note.is_new) for note in run.notes):
        yield ngettext(
            "KNOWN ALREADY  {n} note without an entry of its own.",
            "KNOWN ALREADY  {n} notes without an entry of their own.",
            n,
        )
    if n := sum(bool(note.number and note.paper is None) for note in run.notes):
        yield ngettext(
            "WAITING  {n} note has no paper yet: `reader note --waiting` lists it.",
            "WAITING  {n} notes have no paper yet: `reader note --waiting` lists them.",
            n,
        )


def _bring_snapshot(
    context: click.Context,
    source: Path | str,
    categories: Sequence[str],
    since: str | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Import a snapshot, or the set of an address. Exit code 5 where a part could not be read."""
    known = CLASSES | {name.partition(".")[0] for name in CLASSES}
    classes = tuple(class_named(name, known) for name in categories)
    first = typed_day(since, _("Name a day: --since 2031-03-04.")) if since else None
    with build.opened(context, must_write=True) as library:
        arxiv = library.config.arxiv
        place = source if isinstance(source, Path) else arxiv_metadata.parse_set(source, arxiv)
        try:
            with build.tools(context, library) as tools:
                run = SnapshotImport(library, tools, place, classes, first)
                run.run(is_dry=dry_run)
        finally:
            # After the progress bar. Also where the file breaks off, and after Ctrl-C.
            if as_json:
                more = {} if isinstance(place, Path) else _list_fields(run)
                output.put_json(run, **more, is_done=run.is_ended and not dry_run)
                for value in run.unplaced:
                    output.put_json(value)
            elif not settings_of(context).is_quiet:
                output.put_all(_snapshot_report(run, dry_run=dry_run))
        return output.INCOMPLETE if run.n_unplaced or run.lacking else 0


def _list_fields(run: SnapshotImport) -> dict[str, object]:
    return {
        "n_before": run.n_before,
        "n_announced": run.n_announced,
        "deleted": run.deleted,
        "lacking": str(run.lacking),
    }


def _snapshot_report(run: SnapshotImport, *, dry_run: bool) -> Iterator[str]:
    if dry_run:
        yield _("This was a dry run: nothing was changed.")
    if isinstance(run.source, Path):
        yield _("READ  lines ({n})", n=run.n_lines)
    else:
        yield _("READ  records ({n})", n=run.n_lines)
    if run.n_before:
        yield _("CONTINUED  after records of an earlier run ({n})", n=run.n_before)
    yield _("BROUGHT  new papers ({n})", n=run.n_new)
    if n_known := run.n_known_by_id + run.n_known_by_title:
        yield _(
            "KNOWN ALREADY  {n}: by their ids {ids}, by their titles {titles}",
            n=n_known,
            ids=run.n_known_by_id,
            titles=run.n_known_by_title,
        )
    if run.n_left_out:
        yield _("LEFT OUT  papers of other categories or days ({n})", n=run.n_left_out)
    yield from _unclear(run.n_questions)
    is_file = isinstance(run.source, Path)
    yield from _part(
        _("NOT BROUGHT  ({n})", n=run.n_unplaced),
        [_("{path}: {what}", path=one.place, what=one.why) for one in run.unplaced],
        _("Repair them in the file, and run this again: nothing is doubled.")
        if is_file
        else _(AGAIN),
    )
    yield from _part(
        _("DELETED  at the source, what is here stays ({n})", n=len(run.deleted)), run.deleted
    )
    if run.lacking:
        yield from _part(_("TOO SHORT  the list of the source"), [str(run.lacking)], _(AGAIN))
    yield from _end(run, is_new=run.n_new > 0, dry_run=dry_run)


def _bring_pdfs(context: click.Context, place: str, *, dry_run: bool, as_json: bool) -> int:
    """Import PDFs. Exit code 5 where one was not kept, or a file of a manifest is not whole."""
    if "://" not in place:
        place = str(Path(place).expanduser().absolute())
    with build.opened(context, must_write=True) as library:
        try:
            with build.tools(context, library) as tools:
                run = PdfsImport(library, tools, place)
                run.run(is_dry=dry_run)
        finally:
            # After the progress bar. Also where the store is gone, and after Ctrl-C.
            if as_json:
                is_done = run.is_ended and not dry_run
                output.put_json(run, n_unread=len(run.unread), is_done=is_done)
                for value in (*run.files, *run.failed):
                    output.put_json(value)
            elif not settings_of(context).is_quiet:
                output.put_all(_pdfs_report(run, dry_run=dry_run))
        return output.INCOMPLETE if run.failed or any(file.why for file in run.files) else 0


def _pdfs_report(run: PdfsImport, *, dry_run: bool) -> Iterator[str]:
    if dry_run:
        yield _("This was a dry run: nothing was changed.")
    yield _("BROUGHT  PDFs ({n} of {all})", n=run.n_new, all=run.n_pdfs)
    if run.n_known:
        yield _("KNOWN ALREADY  papers that have a PDF or are removed ({n})", n=run.n_known)
    yield from _part(
        _("LEFT OUT  PDFs of no paper that is here ({n})", n=run.n_strange),
        run.strange,
        _("Import the papers first, with arXiv's metadata snapshot or `reader add ID`."),
    )
    yield from _part(
        _("KEPT, BUT NOT READ  ({n})", n=len(run.unread)),
        [problem.error.message for problem in run.unread],
    )
    yield from _part(
        _("PDFS NOT BROUGHT  ({n})", n=len(run.failed)),
        [_("{path}: {what}", path=one.place, what=one.why) for one in run.failed],
        _("Get the file again, and run this again: nothing is doubled."),
    )
    whole = [file for file in run.files if not file.why]
    if run.files:
        yield _(
            "WHOLE  files of the manifest, tars ({n} of {all})", n=len(whole), all=len(run.files)
        )
    yield from _part(
        _("NOT WHOLE  ({n})", n=len(run.files) - len(whole)),
        [_("{path}: {what}", path=file.place, what=file.why) for file in run.files if file.why],
        _("Get the file again, and run this again: nothing is doubled."),
    )
    yield from _end(run, is_new=run.n_new > 0, dry_run=dry_run)


def _part(head: str, lines: Iterable[str], hint: str = "") -> Iterator[str]:
    """Lay out one part of a report: its head, some of its lines, and what to do."""
    lines = list(lines)
    if not lines:
        return
    yield head
    yield from ("    " + plain(line) for line in lines[:MOST_LISTED])
    if len(lines) > MOST_LISTED:
        yield "    " + _("… and {n} more; --json lists all.", n=len(lines) - MOST_LISTED)
    if hint:
        yield "      " + _("→ {hint}", hint=hint)


def _unclear(n: int) -> Iterator[str]:
    if n:
        yield ngettext(
            "UNCLEAR  {n} pair may be one paper: `reader merge` lists it.",
            "UNCLEAR  {n} pairs may be one paper: `reader merge` lists them.",
            n,
        )


def _end(
    run: Importing | SnapshotImport | PdfsImport, *, is_new: bool, dry_run: bool
) -> Iterator[str]:
    """Tell how to go on with an import that was stopped, or how to take it back."""
    if not run.is_ended:
        yield _("Stopped. Everything counted above is saved; the same command continues from here.")
    elif is_new and not dry_run:
        yield _("`reader undo` takes this import back.")
