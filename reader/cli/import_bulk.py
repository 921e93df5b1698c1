"""`reader import` of arXiv's bulk data: its metadata snapshot, and stores of PDFs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from reader.base.messages import _, ngettext
from reader.base.text import plain
from reader.cli import build, output
from reader.cli.frame import settings_of
from reader.cli.mute import typed_day
from reader.library.config import CLASSES
from reader.morning.bring_pdfs import PdfsImport
from reader.morning.bring_snapshot import SnapshotImport
from reader.morning.mute import class_named

INCOMPLETE = 5
MOST_LISTED = 30
"""Lines of one part of the report; --json lists all."""


@dataclass(frozen=True, slots=True)
class WantedPapers:
    """The papers of a snapshot to bring: of some classes or archives, () for all, and days."""

    categories: tuple[str, ...]
    since: date | None


def wanted_papers(categories: Sequence[str], since: str | None) -> WantedPapers:
    """Read the options. Raises UsageError."""
    known = CLASSES | {name.partition(".")[0] for name in CLASSES}
    classes = tuple(class_named(name, known) for name in categories)
    hint = _("Name a day: --since 2031-03-04.")
    return WantedPapers(classes, typed_day(since, hint) if since else None)


def bring_snapshot(
    context: click.Context, file: Path, wanted: WantedPapers, *, dry_run: bool, as_json: bool
) -> int:
    """Import a snapshot. Exit code 5 where a line could not be read."""
    with build.opened(context) as library:
        if error := library.refusal():
            raise error
        try:
            with build.tools(context, library) as tools:
                run = SnapshotImport(library, tools, file, wanted.categories, wanted.since)
                run.run(is_dry=dry_run)
        finally:
            # After the progress bar. Also where the file breaks off, and after Ctrl-C.
            if as_json:
                output.put_json(run, is_done=run.is_ended and not dry_run)
                for value in run.unplaced:
                    output.put_json(value)
            elif not settings_of(context).is_quiet:
                output.put_all(_snapshot_report(run, dry_run=dry_run))
        return INCOMPLETE if run.n_unplaced else 0


def _snapshot_report(run: SnapshotImport, *, dry_run: bool) -> Iterator[str]:
    if dry_run:
        yield _("This was a dry run: nothing was changed.")
    yield _("READ  lines ({n})", n=run.n_lines)
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
    if run.n_questions:
        yield ngettext(
            "UNCLEAR  {n} pair may be one paper: `reader merge` lists it.",
            "UNCLEAR  {n} pairs may be one paper: `reader merge` lists them.",
            run.n_questions,
        )
    yield from part(
        _("NOT BROUGHT  ({n})", n=run.n_unplaced),
        [_("{path}: {what}", path=one.place, what=one.why) for one in run.unplaced],
        _("Repair them in the file, and run this again: nothing is doubled."),
    )
    if not run.is_ended:
        yield _("Stopped. Everything counted above is saved; the same command continues from here.")
    elif run.n_new and not dry_run:
        yield _("`reader undo` takes this import back.")


def bring_pdfs(context: click.Context, place: str, *, dry_run: bool, as_json: bool) -> int:
    """Import PDFs. Exit code 5 where one was not kept, or a file of a manifest is not whole."""
    if "://" not in place:
        place = str(Path(place).expanduser().absolute())
    with build.opened(context) as library:
        if error := library.refusal():
            raise error
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
        return INCOMPLETE if run.failed or any(file.why for file in run.files) else 0


def _pdfs_report(run: PdfsImport, *, dry_run: bool) -> Iterator[str]:
    if dry_run:
        yield _("This was a dry run: nothing was changed.")
    yield _("BROUGHT  PDFs ({n} of {all})", n=run.n_new, all=run.n_pdfs)
    if run.n_known:
        yield _("KNOWN ALREADY  papers that have a PDF or are removed ({n})", n=run.n_known)
    yield from part(
        _("LEFT OUT  PDFs of no paper that is here ({n})", n=run.n_strange),
        run.strange,
        _("Import the papers first, with arXiv's metadata snapshot or `reader add ID`."),
    )
    yield from part(
        _("KEPT, BUT NOT READ  ({n})", n=len(run.unread)),
        [problem.error.message for problem in run.unread],
    )
    yield from part(
        _("PDFS NOT BROUGHT  ({n})", n=len(run.failed)),
        [_("{path}: {what}", path=one.place, what=one.why) for one in run.failed],
        _("Get the file again, and run this again: nothing is doubled."),
    )
    whole = [file for file in run.files if not file.why]
    if run.files:
        yield _(
            "WHOLE  files of the manifest, tars ({n} of {all})", n=len(whole), all=len(run.files)
        )
    yield from part(
        _("NOT WHOLE  ({n})", n=len(run.files) - len(whole)),
        [_("{path}: {what}", path=file.place, what=file.why) for file in run.files if file.why],
        _("Get the file again, and run this again: nothing is doubled."),
    )
    if not run.is_ended:
        yield _("Stopped. Everything counted above is saved; the same command continues from here.")
    elif run.n_new and not dry_run:
        yield _("`reader undo` takes this import back.")


def part(head: str, lines: Iterable[str], hint: str = "") -> Iterator[str]:
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
