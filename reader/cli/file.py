"""`reader file` and `topics`: file papers, suggest where one belongs, and move topics."""

from __future__ import annotations

import click

from reader.base.errors import ReaderError, UsageError
from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain
from reader.cli import build, output
from reader.cli.frame import as_json_option, command, new_topic_option, say_errors, settings_of
from reader.cli.output import answer
from reader.library.file_names import UNFILED, Suggestion
from reader.library.find import find_papers
from reader.library.paper import LibraryPaper
from reader.morning.file import (
    TopicLine,
    export_filed,
    export_topic,
    file_papers,
    move_topic,
    suggestions,
    topics,
)
from reader.pdfs.text.process import PdfReader
from reader.texts.paper import suggestion_text


@command(
    help=N_(
        "File papers under a topic: their PDFs and notes move to its folder.\n\nTOPIC comes "
        "last. With one ID alone it suggests up to three topics, with reasons from what you "
        "filed before, and moves nothing. `reader undo` takes it back."
    ),
    examples={
        "file 2401.01234 speech/asr": N_("File a paper under a topic"),
        "file 2401.01234": N_("Suggest topics and move nothing"),
    },
)
@click.argument("args", nargs=-1, required=True, metavar="ID... [TOPIC]")
@new_topic_option
@as_json_option
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
        found_first = find_papers(library, ids)
        # A paper that is named twice is filed once.
        wanted = list({held.row: held for held in found_first}.values())
        if not topic:
            if may_be_new:
                raise UsageError(
                    what=_("--new is for a new topic, and no topic is named."),
                    hint=_("A topic is a folder path: speech/translation."),
                )
            found = suggestions(library, wanted[0], encoder=build.encoder_name(library.config))
            _put_suggestions(wanted[0], found, as_json=as_json)
            return 0
        with PdfReader() as reader:
            done = file_papers(library, wanted, topic, may_be_new=may_be_new, read=reader.read)
            for filed in done:
                problems += filed.problems
                if as_json:
                    moved = [{"from": before, "to": after} for before, after in filed.moved]
                    output.put_json(filed.held, suggestions=[], moved=moved)
                    continue
                title = title_text(filed.held.paper.title)
                answer(
                    context, _("Filed under {topic}: {title}", topic=filed.held.topic, title=title)
                )
                for _unused, path in filed.moved:
                    answer(context, _("now {path}", path=path), indent="    ")
        problems += export_filed(library, [held.row for held in wanted])
    return say_errors(problems)


def _put_suggestions(held: LibraryPaper, found: list[Suggestion], *, as_json: bool) -> None:
    if as_json:
        several = [output.encode(s) | {"why": plain(suggestion_text(s))} for s in found]
        output.put_json(held, suggestions=several, moved=[])
        return
    output.put(title_text(held.paper.title))
    if held.topic:
        output.put(plain(_("It is filed under {topic}.", topic=held.topic)))
    for suggestion in found:
        why = suggestion_text(suggestion)
        output.put(plain(_("{topic}: {why}", topic=suggestion.topic, why=why)))
        if suggestion.topic != held.topic:
            output.put("    " + plain(f'reader file {held.paper.id} "{suggestion.topic}"'))
    if not found:
        output.put(_("Nothing that you filed before is like it. `reader topics` lists the topics."))


@command(
    help=N_(
        "List the topics, how much is filed in each, and folders that feeds.toml does not "
        "name.\n\n--move OLD NEW files all papers of one topic under another, for example "
        "after you renamed it."
    ),
    examples={
        "topics": N_("List the topics and their papers"),
        "topics --move audio/asr speech/asr": N_("Move all papers to another topic"),
    },
)
@click.option(
    "--move",
    "move",
    nargs=2,
    metavar="OLD NEW",
    help=N_("File all papers of OLD under NEW; their files move too."),
)
@new_topic_option
@as_json_option
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
            problems = [*done.problems, *export_topic(library, done.topic)]
            if not as_json:
                n, n_files = len(done.rows), done.n_files
                answer(
                    context,
                    ngettext(
                        "{n} paper filed under {topic}; files moved: {n_files}.",
                        "{n} papers filed under {topic}; files moved: {n_files}.",
                        n,
                        topic=done.topic,
                        n_files=n_files,
                    ),
                )
        if as_json or not move:
            for line in topics(library):
                if as_json:
                    output.put_json(line)
                else:
                    _put_topic(line)
    return say_errors(problems)


def _put_topic(line: TopicLine) -> None:
    numbers = {"papers": line.n_papers, "pdfs": line.n_pdfs, "notes": line.n_notes}
    text = _("{topic}: papers {papers} · PDFs {pdfs} · notes {notes}", topic=line.path, **numbers)
    if line.lane or line.path == UNFILED:
        output.put(plain(text))
    elif line.below:
        output.put(plain(text + " · " + _("within {topic}", topic=line.below)))
    else:
        output.put(plain(text + " · " + _("not in feeds.toml")))
        if line.nearest:
            near = _(
                'nearest topic: {topic}; to move them: reader topics --move "{old}" "{topic}"',
                topic=line.nearest,
                old=line.path,
            )
            output.put("    " + plain(near))
