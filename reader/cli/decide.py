"""Decide on papers: `pick`, `skip`, `wrong`, `undo`; the queue; `merge` and `split`.

Every decision is on the disk before the command confirms it.
"""

from __future__ import annotations

import click

from reader.base.errors import ReadOnly, UsageError
from reader.base.messages import N_, say
from reader.base.text import plain
from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand, WholeNumber, say_errors, settings_of
from reader.cli.output import answer
from reader.cli.signals import told_when_ended
from reader.library.file_names import folder_name
from reader.library.find import find_paper
from reader.library.folder import Library
from reader.morning.pick import (
    LATER_DAYS,
    MOST_DAYS,
    decide,
    drop,
    later,
    not_in_queue,
    pdfs_here,
    undo,
    whole_queue,
    without_put_off,
)

MOST_NAMED = 10
"""Papers that `undo` names one by one; a lesson may have hundreds."""

_IDS = click.argument("ids", nargs=-1, required=True, metavar="ID...")


@click.command(
    "pick",
    cls=ReaderCommand,
    help=N_("help.pick"),
    examples={
        "pick 2401.01234 2402.05678": N_("example.pick.ids"),
        'pick "Attention is all"': N_("example.pick.title"),
    },
)
@_IDS
@click.option("--no-fetch", is_flag=True, help=N_("option.pick_no_fetch"))
@click.pass_context
def pick_command(context: click.Context, ids: tuple[str, ...], no_fetch: bool) -> int:
    """Pick papers and fetch their PDFs. Exit code 5 where one failed, 7 without the model."""
    with build.opened(context) as library:
        picked = decide(library, "pick", ids)
        for held in picked:
            answer(
                context, say("picked", title=held.paper.title, topic=folder_name(held.topic or ""))
            )
        if no_fetch:
            return 0
        # 80 ms that no answer waits for.
        from reader.gathering.outage import told_together
        from reader.morning.pipe import index_picks

        with (
            told_when_ended(library, lambda: _ended_text(library)),
            build.tools(context, library) as tools,
        ):
            problems = index_picks(library, tools, [held.row for held in picked])
        return say_errors(told_together(problems))


@click.command(
    "skip",
    cls=ReaderCommand,
    help=N_("help.skip"),
    examples={
        "skip 2401.01234": N_("example.skip.id"),
        "skip 2401.01234 10.1109/5.771073": N_("example.skip.ids"),
    },
)
@_IDS
@click.pass_context
def skip_command(context: click.Context, ids: tuple[str, ...]) -> None:
    """Skip papers."""
    with build.opened(context) as library:
        for held in decide(library, "skip", ids):
            answer(context, say("skipped", title=held.paper.title))


@click.command(
    "wrong",
    cls=ReaderCommand,
    help=N_("help.wrong"),
    examples={
        "wrong 2401.01234 speech/asr": N_("example.wrong.topic"),
        "wrong 2401.01234": N_("example.wrong.none"),
    },
)
@click.argument("id_", metavar="ID")
@click.argument("topic", required=False, metavar="[TOPIC]")
@click.pass_context
def wrong_command(context: click.Context, id_: str, topic: str | None) -> None:
    """Record the topic of a paper, or that it has none of them. Exit code 4: unknown topic."""
    from reader.morning.decide import wrong_topic

    with build.opened(context) as library:
        found = wrong_topic(library, find_paper(library, id_), topic or None)
        if not settings_of(context).is_quiet:
            output.put(found.said)


@click.command(
    "undo",
    cls=ReaderCommand,
    help=N_("help.undo"),
    examples={
        "undo": N_("example.undo.last"),
        "undo --quiet": N_("example.undo.quiet"),
    },
)
@click.pass_context
def undo_command(context: click.Context) -> None:
    """Take back the last act; after a lesson, today's list is ranked again as well."""
    from reader.ranking.rows import labels

    with build.opened(context) as library:
        before = labels.lessons(library.db)
        undone = undo(library)
        for held in undone[:MOST_NAMED]:
            answer(context, say("undone", title=held.paper.title))
        if len(undone) > MOST_NAMED:
            answer(context, say("undone.more", n=len(undone) - MOST_NAMED))
        if not undone:
            answer(context, say("undo.nothing"))
        if labels.lessons(library.db) == before:
            return
        # Imported here: only taking back a lesson needs it.
        from reader.morning.teach import finish

        with build.tools(context, library) as tools:
            finish(library, tools)


@click.command(
    "queue",
    cls=ReaderCommand,
    help=N_("help.queue"),
    examples={
        "queue": N_("example.queue.all"),
        "queue --json": N_("example.queue.json"),
    },
)
@click.option("--json", "as_json", is_flag=True, help=N_("option.json"))
@click.pass_context
def queue_command(context: click.Context, as_json: bool) -> None:
    """List the queue, then the papers that were put off."""
    with build.opened(context) as library:
        whole, day = whole_queue(library), library.today()
    waiting = without_put_off(whole, day)
    put_off = [queued for queued in whole if queued not in waiting]
    if as_json:
        for queued in whole:
            output.put_json(queued, until=queued.until if queued in put_off else None)
        return
    width = screen.width_of_terminal()
    if waiting:
        output.put(screen.bold(say("queue.head", n=len(waiting))))
    else:
        output.put(say("queue.empty.today" if put_off else "queue.empty"))
    for number, queued in enumerate(waiting, 1):
        output.put_all(screen.queued_lines(queued, width, number))
    if put_off:
        output.put()
        output.put(screen.bold(say("queue.later.head", n=len(put_off))))
    for number, queued in enumerate(put_off, 1):
        output.put_all(screen.queued_lines(queued, width, number, is_put_off=True))


@click.command(
    "later",
    cls=ReaderCommand,
    help=N_("help.later"),
    examples={
        "later 2401.01234": N_("example.later.id"),
        "later 2401.01234 30": N_("example.later.days"),
    },
)
@click.argument("id_", metavar="ID")
@click.argument("days", type=WholeNumber(1, MOST_DAYS), default=LATER_DAYS, metavar="[DAYS]")
@click.pass_context
def later_command(context: click.Context, id_: str, days: int) -> None:
    """Put a paper of the queue off. Exit code 2 for one that is not in the queue."""
    with build.opened(context) as library:
        held, until = later(library, id_, days)
    answer(context, say("queue.put_off", title=held.paper.title, day=until))


@click.command(
    "drop",
    cls=ReaderCommand,
    help=N_("help.drop"),
    examples={
        "drop 2401.01234": N_("example.drop.id"),
        "drop 2401.01234 2402.05678": N_("example.drop.ids"),
    },
)
@_IDS
@click.pass_context
def drop_command(context: click.Context, ids: tuple[str, ...]) -> None:
    """Remove papers from the queue. Exit code 2 for one that is not in the queue."""
    with build.opened(context) as library:
        for held in drop(library, ids):
            answer(context, say("queue.dropped", title=held.paper.title))


@click.command(
    "fetch",
    cls=ReaderCommand,
    help=N_("help.fetch"),
    examples={
        "fetch": N_("example.fetch.all"),
        "fetch 2401.01234": N_("example.fetch.id"),
    },
)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.pass_context
def fetch_command(context: click.Context, ids: tuple[str, ...]) -> int:
    """Fetch the PDFs of picks. Exit code 5 where one failed, 7 without the model."""
    with build.opened(context) as library:
        if library.db.is_read_only:
            raise ReadOnly(file=library.folder)
        named = [find_paper(library, text) for text in ids]
        for held in named:
            if held.state not in ("pick", "read"):
                raise not_in_queue(held)
        # 80 ms, once the arguments are known to be good.
        from reader.gathering.outage import told_together
        from reader.morning.pipe import fetch_picks

        with (
            told_when_ended(library, lambda: _ended_text(library)),
            build.tools(context, library) as tools,
        ):
            problems = fetch_picks(library, tools, [held.row for held in named])
        code = say_errors(told_together(problems))
        if (text := here_text(library)) and not settings_of(context).is_quiet:
            output.put(text)
        return code


def here_text(library: Library) -> str:
    """Write in a sentence how many PDFs of the queue are here; "" for an empty queue."""
    here = pdfs_here(library, whole_queue(library))
    if here is None:
        return ""
    if here.of == 1:
        return say("queue.pdfs.one_here" if here.n else "queue.pdfs.one", state="")
    return say("queue.fetched", n=here.n, of=here.of)


def _ended_text(library: Library) -> str:
    return say("queue.ended", here=here_text(library)).rstrip()


@click.command(
    "merge",
    cls=ReaderCommand,
    help=N_("help.merge"),
    examples={
        "merge": N_("example.merge.list"),
        "merge 2401.01234 10.1109/5.771073": N_("example.merge.ids"),
    },
)
@click.argument("ids", nargs=-1, metavar="[ID ID]")
@click.option("--json", "as_json", is_flag=True, help=N_("option.json"))
@click.pass_context
def merge_command(context: click.Context, ids: tuple[str, ...], as_json: bool) -> None:
    """Merge two papers; without ids list the pairs that may be the same paper."""
    from reader.morning.merge import join, questions

    if len(ids) not in (0, 2):
        raise UsageError(what=say("merge.two", n=len(ids)), hint=say("merge.two_hint"))
    with build.opened(context) as library:
        if ids:
            joined = join(library, *ids)
            paper = joined.held.paper
            answer(context, say("merged", title=paper.title, ids=", ".join(paper.ids)))
            if joined.left:
                answer(context, say("merge.left", path=joined.left))
            return
        asked = questions(library)
        for question in asked:
            if as_json:
                output.put_json(question)
                continue
            first, second = question.first.paper, question.second.paper
            for paper in (first, second):
                output.put(plain(say("merge.paper", id=paper.id, title=paper.title)))
            output.put("    " + plain(say("merge.why", why=question.why)))
            output.put("    " + plain(say("merge.how", first=first.id, second=second.id)))
        if not asked and not as_json:
            output.put(say("merge.none"))


@click.command(
    "split",
    cls=ReaderCommand,
    help=N_("help.split"),
    examples={
        "split 2401.01234": N_("example.split.id"),
        "split 2401.01234 10.1109/5.771073": N_("example.split.ids"),
    },
)
@click.argument("id_", metavar="ID")
@click.argument("other", metavar="[ID]", required=False, default="")
@click.pass_context
def split_command(context: click.Context, id_: str, other: str) -> None:
    """Split a merged paper, or record that two papers are different."""
    from reader.morning.merge import part

    with build.opened(context) as library:
        for held in part(library, id_, other):
            answer(context, say("parted", title=held.paper.title, id=held.paper.id))
