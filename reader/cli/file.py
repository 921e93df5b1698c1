"""`reader file` and `topics`: file papers, suggest where one belongs, and move topics."""

from __future__ import annotations

import click

from reader.base.errors import ReaderError, UsageError
from reader.base.messages import N_, say
from reader.base.text import plain
from reader.cli import build, output
from reader.cli.frame import ReaderCommand, say_errors, settings_of
from reader.cli.output import answer
from reader.library.file_names import UNFILED, Suggestion
from reader.library.find import find_paper
from reader.library.paper import LibraryPaper
from reader.library.rows import filings
from reader.morning.file import (
    TopicLine,
    export_filed,
    file_paper,
    move_topic,
    suggestion_text,
    suggestions,
    topics,
)
from reader.pdfs.text.process import PdfReader


@click.command(
    "file",
    cls=ReaderCommand,
    help=N_("help.file"),
    examples={
        "file 2401.01234 speech/asr": N_("example.file.topic"),
        "file 2401.01234": N_("example.file.suggest"),
    },
)
@click.argument("args", nargs=-1, required=True, metavar="ID... [TOPIC]")
@click.option("--new", "may_be_new", is_flag=True, help=N_("option.new"))
@click.option("--json", "as_json", is_flag=True, help=N_("option.json"))
@click.pass_context
def file_command(
    context: click.Context, args: tuple[str, ...], may_be_new: bool, as_json: bool
) -> int:
    """File papers under the topic named last, or suggest topics for one paper.

    Exit code 5 or 6 where a file could not be moved.
    """
    ids, topic = args[:-1] or args, args[-1] if len(args) > 1 else ""
    problems: list[ReaderError] = []
    with build.opened(context) as library:
        # All are looked up before the first one is moved: a wrong id changes nothing.
        found_first = [find_paper(library, id_) for id_ in ids]
        # A paper that is named twice is filed once.
        wanted = list({held.row: held for held in found_first}.values())
        if not topic:
            if may_be_new:
                raise UsageError(what=say("file.new"), hint=say("topic.form"))
            found = suggestions(library, wanted[0], encoder=build.encoder_name(library.config))
            _put_suggestions(wanted[0], found, as_json=as_json)
            return 0
        with PdfReader() as reader:
            for held in wanted:
                filed = file_paper(library, held, topic, may_be_new=may_be_new, read=reader.read)
                problems += filed.problems
                if as_json:
                    moved = [{"from": before, "to": after} for before, after in filed.moved]
                    output.put_json(filed.held, suggestions=[], moved=moved)
                    continue
                now, id_ = filed.held.topic, filed.held.paper.id
                answer(context, say("filed", topic=now, title=filed.held.paper.title))
                for _, path in filed.moved:
                    answer(context, say("filed.moved", path=path), indent="    ")
                if filed.before and filed.before != now:
                    answer(context, say("filed.before", topic=filed.before, id=id_), indent="    ")
        problems += export_filed(library, [held.row for held in wanted])
    return say_errors(problems)


def _put_suggestions(held: LibraryPaper, found: list[Suggestion], *, as_json: bool) -> None:
    if as_json:
        several = [output.encode(s) | {"why": plain(suggestion_text(s))} for s in found]
        output.put_json(held, suggestions=several, moved=[])
        return
    output.put(plain(held.paper.title))
    if held.topic:
        output.put(plain(say("file.now", topic=held.topic)))
    for suggestion in found:
        why = suggestion_text(suggestion)
        output.put(plain(say("file.suggested", topic=suggestion.topic, why=why)))
        if suggestion.topic != held.topic:
            output.put("    " + plain(f'reader file {held.paper.id} "{suggestion.topic}"'))
    if not found:
        output.put(say("file.nothing"))


@click.command(
    "topics",
    cls=ReaderCommand,
    help=N_("help.topics"),
    examples={
        "topics": N_("example.topics.all"),
        "topics --move audio/asr speech/asr": N_("example.topics.move"),
    },
)
@click.option("--move", "move", nargs=2, metavar="OLD NEW", help=N_("option.move"))
@click.option("--new", "may_be_new", is_flag=True, help=N_("option.new"))
@click.option("--json", "as_json", is_flag=True, help=N_("option.json"))
@click.pass_context
def topics_command(
    context: click.Context, move: tuple[str, str] | None, may_be_new: bool, as_json: bool
) -> int:
    """List the topics, or move one. Exit code 5 or 6 where a file could not be moved."""
    with build.opened(context) as library:
        problems: list[ReaderError] = []
        if move:
            with build.progress(settings_of(context)) as tell:
                done = move_topic(
                    library,
                    *move,
                    may_be_new=may_be_new,
                    progress=lambda n, of: tell("file", n, of),
                )
            # All papers that are filed there, also those that an earlier, killed run moved.
            there = [p.paper for p in filings.places(library.db) if p.topic == done.topic]
            problems = [*done.problems, *export_filed(library, there)]
            if not as_json:
                n, n_files = len(done.rows), done.n_files
                answer(context, say("topic.moved", topic=done.topic, n=n, n_files=n_files))
        if as_json or not move:
            for line in topics(library):
                if as_json:
                    output.put_json(line)
                else:
                    _put_topic(line)
    return say_errors(problems)


def _put_topic(line: TopicLine) -> None:
    numbers = {"papers": line.n_papers, "pdfs": line.n_pdfs, "notes": line.n_notes}
    text = say("topic.line", topic=line.path, **numbers)
    if line.lane or line.path == UNFILED:
        output.put(plain(text))
    elif line.below:
        output.put(plain(text + " · " + say("topic.below", topic=line.below)))
    else:
        output.put(plain(text + " · " + say("topic.strange")))
        if line.nearest:
            near = say("topic.move", topic=line.nearest, old=line.path)
            output.put("    " + plain(near))
