"""`reader gather`, `index` and `sources`: the work that cron runs, and the state of sources."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import click

from reader.base.cluster import Each, on_cluster, on_this_machine
from reader.base.errors import Problem, ReaderError, SourceFailed, StoreError, UsageError
from reader.base.messages import N_, _, in_thousands, ngettext
from reader.base.text import plain, shorten, wrap
from reader.cli import build, output
from reader.cli.frame import WholeNumber, as_json_option, command, say_errors, settings_of
from reader.cli.library import back_up_daily
from reader.cli.output import answer, report_when_ended
from reader.gathering.gather import (
    A_DAY_S,
    VotesOutcome,
    days_to_import,
    import_votes,
    source_names,
    source_of_votes,
)
from reader.gathering.rows.sources import StoredVotes, source, stored_votes
from reader.gathering.source import joined_problems
from reader.library.calendar import day_named
from reader.library.config import unknown_class_text
from reader.library.disk import lock_file
from reader.library.folder import Library, read_config
from reader.library.place import FEEDS, find_folder
from reader.library.rows import papers
from reader.library.rows.database import forget_index
from reader.morning.pipe import Tools, fetch_and_rank, index_all, learn_decisions
from reader.morning.trust import missing_seeds, reports, seed_text
from reader.pdfs.fetch import forget_readings
from reader.search.encode import index_words
from reader.texts.sources import (
    categories_text,
    facts_of,
    head_text,
    no_network_text,
    shared_hint,
)

MOST_WORKERS = 256

OFTEN_S = 0.2
"""Seconds between two lines of one step: at most five lines a second."""


@dataclass
class Lines(build.Silent):
    """Prints the progress of each step as JSON lines: `{step, done, total}`."""

    monotonic: Callable[[], float] = time.monotonic
    _last: tuple[str, float] = field(default=("", 0.0))

    def __call__(self, label: str, done: int, total: int) -> None:
        before, at = self._last
        now = self.monotonic()
        # The first and the last line of a step are always printed.
        if label == before and done < total and now - at < OFTEN_S:
            return
        self._last = (label, now)
        output.put_json({"step": label, "done": done, "total": total})


def put_end(
    n_new: int,
    problems: Sequence[Problem],
    error: ReaderError | None = None,
    *,
    votes: VotesOutcome | None = None,
) -> None:
    """Print the last JSON line. error: what ended the run early, None where nothing did.

    votes: what was imported, None where none were asked for.
    """

    def texts(error: ReaderError) -> dict[str, str]:
        return {"message": plain(error.message), "hint": plain(error.hint)}

    failed = [
        {"stage": one.stage, "subject": plain(one.subject), **texts(one.error)} for one in problems
    ]
    described = [texts(one) for one in joined_problems(problems)]
    counted = votes and {
        name: getattr(votes, name)
        for name in ("n_days", "n_papers", "n_votes", "n_skipped", "n_left")
    }
    ended = {"n_new": n_new, "votes": counted, "problems": failed, "told": described,
             "error": error and texts(error)}  # fmt: skip
    output.put_json(ended)


_as_lines = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help=N_("Print progress and results as JSON, one object per line."),
)


@command(
    help=N_(
        "Ask the sources, rank the papers, fetch the PDFs of your picks, and index and encode "
        "what is new, so that `today` only has to show the list.\n\nIt is meant for cron. "
        "SOURCE: ask only these sources, by the names that `today` shows. Exit code 5: a "
        "source or a PDF is missing; the rest is done."
    ),
    examples={
        "gather": N_("Ask all sources and do all the work"),
        'gather "arXiv feed cs.CL"': N_("Ask one source only"),
    },
)
@click.argument("sources", nargs=-1, metavar="[SOURCE...]")
@click.option("--no-encode", is_flag=True, help=N_("Leave PDFs, full text and vectors for later."))
@click.option(
    "--votes-since",
    "since",
    metavar="DAY",
    help=N_(
        "First import the votes of Hugging Face's daily papers from a day on: what authors' "
        "earlier papers came to foretells talk. No paper comes in by it."
    ),
)
@_as_lines
def gather_command(
    context: click.Context,
    sources: tuple[str, ...],
    no_encode: bool,
    since: str | None,
    as_json: bool,
) -> int:
    """Do all work that needs the network or the model. Exit code 5 where something failed."""
    with build.opened(context) as library:
        names = _sources_to_ask(library, sources)
        n_before, began_at = papers.n_papers(library.db), library.now()
        first = since and day_named(since, library.today())
        problems, votes = list[Problem](), None
        try:
            with (
                report_when_ended(library, lambda: _ended_text(library, names, began_at, n_before)),
                build.tools(context, library, shown=Lines() if as_json else None) as tools,
            ):
                if first:
                    if not as_json:
                        _say_how_long(context, library, first)
                    votes = import_votes(library, tools, first)
                    problems += votes.problems
                problems += fetch_and_rank(library, tools, only=sources)
                if no_encode:
                    learn_decisions(library, tools)
                else:
                    problems += index_all(library, tools)
        except StoreError as error:
            # The problems of the sources are reported too, before the error that ended the run.
            report(problems)
            if as_json:
                put_end(papers.n_papers(library.db) - n_before, problems, error, votes=votes)
            raise
        n_new = papers.n_papers(library.db) - n_before
        code = back_up_daily(library)
        if as_json:
            put_end(n_new, problems, votes=votes)
        else:
            _say_end(context, n_new, votes)
    return report(problems) or code


def _sources_to_ask(library: Library, names: Sequence[str]) -> Sequence[str]:
    """Return the sources that are asked, all where none is named.

    Warns of unknown classes. Raises UsageError for a name that feeds.toml does not have, and
    StoreError where nothing can be written.
    """
    known = source_names(library.config)
    for name in names:
        if name not in known:
            shown = plain(name).strip()
            what = (
                _("There is no source named {name}.", name=shown)
                if shown
                else _("The name of the source is empty.")
            )
            raise UsageError(
                what=what, hint=_("feeds.toml has: {names}.", names=_(", ").join(known))
            )
    if not library.db.can_write:
        raise library.db.no_write(library.folder)
    for name in library.config.arxiv.unknown:
        output.put(plain(str(unknown_class_text(name))), is_error=True)
    return names or known


def _ended_text(library: Library, names: Sequence[str], began_at: datetime, n_before: int) -> str:
    times = (source(library.db, name).asked_at for name in names)
    return _(
        "Ended before all was done. Sources asked: {n} of {of}; new papers: {n_new}. "
        "The next gather goes on.",
        n=sum(at is not None and at >= began_at for at in times),
        of=len(names),
        n_new=papers.n_papers(library.db) - n_before,
    )


def _say_end(context: click.Context, n_new: int, votes: VotesOutcome | None) -> None:
    for text in votes_texts(votes) if votes else ():
        answer(context, text)
    if sys.stdout.isatty():
        answer(context, ngettext("{n} new paper.", "{n} new papers.", n_new))


def _say_how_long(context: click.Context, library: Library, since: date) -> None:
    """Say before an import of votes how many days are asked for, and how long it takes."""
    n = len(days_to_import(library, since))
    minutes = math.ceil(n * A_DAY_S / 60)
    text = ngettext(
        "Asking {source} for the votes of {n} day (about {minutes} min).",
        "Asking {source} for the votes of {n} days (about {minutes} min).",
        n,
        source=source_of_votes(library).name,
        minutes=minutes,
    )
    answer(context, text)


def votes_texts(done: VotesOutcome) -> Iterator[str]:
    """Report what an import of votes brought, what it could not use and what is left to ask."""
    yield ngettext(
        "Votes of {n} day read: papers {n_papers}, up-votes {n_votes}.",
        "Votes of {n} days read: papers {n_papers}, up-votes {n_votes}.",
        done.n_days,
        n_papers=in_thousands(done.n_papers),
        n_votes=in_thousands(done.n_votes),
    )
    if done.n_skipped:
        yield ngettext(
            "{n} entry without authors or an arXiv id was not used.",
            "{n} entries without authors or an arXiv id were not used.",
            done.n_skipped,
        )
    if done.n_left:
        yield ngettext(
            "{n} day is missing; the same command asks for it again.",
            "{n} days are missing; the same command asks for them again.",
            done.n_left,
        )


def stored_votes_text(stored: StoredVotes) -> str:
    """Report the votes that were imported for authors' records."""
    return ngettext(
        "Imported votes ({first} to {last}): {n} day, papers {n_papers}.",
        "Imported votes ({first} to {last}): {n} days, papers {n_papers}.",
        stored.n_days,
        first=stored.first,
        last=stored.last,
        n_papers=in_thousands(stored.n_papers),
    )


def report(problems: list[Problem]) -> int:
    """Print the problems; returns the exit code of the first one, 0 for none."""
    say_errors(joined_problems(problems))
    return problems[0].error.exit_code if problems else 0


@command(
    help=N_(
        "Bring the search index up to date, or make it again: full text, passages and vectors."
    ),
    examples={
        "index": N_("Index what is new, for search"),
        "index --rebuild": N_("Make the whole search index again"),
    },
)
@click.option(
    "--rebuild",
    is_flag=True,
    help=N_("Delete index.db first. No notes and no decisions are in it."),
)
@click.option(
    "--workers",
    "n_workers",
    type=WholeNumber(1, MOST_WORKERS),
    metavar="N",
    help=N_("Read PDFs and encode in N processes of one thread each, 1 to 256 (needs Dask)."),
)
@click.option(
    "--scheduler",
    metavar="URL",
    help=N_("Read PDFs and encode on the Dask cluster at this address, tls:// or tcp://."),
)
@click.option(
    "--pdfs-of",
    metavar="QUERY",
    help=N_("Fetch the PDFs of all papers that fit a query too, not only those of picks."),
)
@_as_lines
def index_command(
    context: click.Context,
    rebuild: bool,
    n_workers: int | None,
    scheduler: str | None,
    pdfs_of: str | None,
    as_json: bool,
) -> int:
    """Update full text, passages and vectors. Exit code 7 where the model is missing."""
    workers = _workers_at(n_workers, scheduler)
    if rebuild:
        _delete_index(find_folder(settings_of(context).library, os.environ, Path.cwd()))
    shown = Lines() if as_json else None
    with (
        build.opened(context, must_write=True) as library,
        build.tools(context, library, may_download=True, shown=shown, workers=workers) as tools,
    ):
        if rebuild:
            # PDFs that failed or had no words are read again too.
            forget_readings(library)
        try:
            also = _fitting(library, tools, pdfs_of) if pdfs_of is not None else ()
            problems = index_all(library, tools, also=also)
        except (StoreError, SourceFailed) as error:
            if as_json:
                put_end(0, [], error)
            raise
        if as_json:
            put_end(0, problems)
        return report(problems)


def _delete_index(folder: Path) -> None:
    """Delete index.db of a folder that is a library, never while another process fills it."""
    read_config(folder / FEEDS)
    with lock_file(folder / "gather.lock"), lock_file(folder / "index.lock"):
        forget_index(folder)


def _fitting(library: Library, tools: Tools, query: str) -> list[int]:
    """Find the papers (rows) that fit a query, and say what of it was read in another way."""
    from reader.morning.bibliography import chosen  # loads the search

    index_words(library, tools)
    several, messages = chosen(library, query)
    for text in messages:
        output.put(plain(str(text)), is_error=True)
    return [paper.row for paper in several]


def _workers_at(
    n_workers: int | None, scheduler: str | None
) -> contextlib.AbstractContextManager[Each] | None:
    """Choose the workers: so many here, those of a scheduler, or None for this process alone."""
    if n_workers and scheduler:
        raise UsageError(
            what=_("--workers and --scheduler exclude each other."),
            hint=_("Give --workers for this machine, --scheduler for a cluster."),
        )
    if n_workers:
        return on_this_machine(n_workers)
    return on_cluster(scheduler) if scheduler else None


@command(
    help=N_(
        "Show each source, its last result, and what is wrong with it: is today's list complete?"
        "\n\nExit code 5: something is missing today."
    ),
    examples={
        "sources": N_("Show each source and what is missing today"),
        "sources --json": N_("The same for a program"),
    },
)
@as_json_option
def sources_command(context: click.Context, as_json: bool) -> int:
    """Show the state of each source. Exit code 5 where today's list is incomplete."""
    with build.opened(context) as library:
        zone = library.config.timezone
        found = reports(library)
        seeds = missing_seeds(library)
        unknown = library.config.arxiv.unknown
        votes = stored_votes(library.db)
    code = 5 if any(one.line.is_missing for one in found) else 0
    if as_json:
        for one in found:
            output.put_json(one)
        for seed in seeds:
            # A seed is not a source, so its line has neither the state nor the counts of one.
            output.put_json({"name": f"seed {seed.id}", "is_missing": False}, seed)
        if votes.n_days:
            output.put_json({"name": "votes", "is_missing": False}, votes)
        return code
    width = output.width_of_terminal()
    output.put_all(map(output.bold, wrap(head_text(found), width)))
    # Said once above for all sources, it is not repeated for each.
    is_offline = bool(no_network_text([one.line for one in found]))
    common = shared_hint(found)
    for one in found:
        is_missing = one.line.is_missing
        head = shorten(f"{'!' if is_missing else ' '} {plain(one.name)}", width)
        output.put(click.style(head, bold=True, fg="red" if is_missing else None))
        hint = "" if str(one.hint) == common else str(one.hint)
        error = "" if is_offline or not one.error else output.with_hint(str(one.error), hint)
        for text in (" · ".join(facts_of(one, zone)), categories_text(one), error):
            if text:
                output.put_all(wrap(plain(text), width, "    "))
    for text in (
        *map(str, map(unknown_class_text, unknown)),
        *(str(seed_text(seed, zone)) for seed in seeds),
        *([stored_votes_text(votes)] if votes.n_days else []),
    ):
        output.put_all(wrap(plain(text), width))
    return code
