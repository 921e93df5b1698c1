"""`reader file`, `topics`, `edit`, `refresh` and `tag`: set what a paper's record says.

That is its topic, its fields, its tags, rating and priority.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from reader.base.errors import ReaderError, UsageError
from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain, wrap
from reader.cli import build, output
from reader.cli.frame import (
    ReaderCommand,
    as_json_option,
    command,
    new_topic_option,
    say_errors,
    settings_of,
)
from reader.cli.output import answer
from reader.library.file_names import UNFILED, Suggestion, folder_name
from reader.library.folder import Library, find_paper, find_papers
from reader.library.paper import PRIORITIES, LibraryPaper, PropertyChange, rating_of
from reader.library.query import STATES
from reader.library.rows import properties
from reader.texts.paper import FIELD_NAMES, field_text, property_texts, suggestion_text

if TYPE_CHECKING:
    from reader.morning.complete import RefreshedPaper, RefreshOutcome
    from reader.morning.edit import TopicLine


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
    # 80 modules, which tags and fields do without; so in `topics`.
    from reader.morning.edit import export_filed, file_papers, suggestions
    from reader.pdfs.text.process import PdfReader

    ids, topic = args[:-1] or args, args[-1] if len(args) > 1 else ""
    problems: list[ReaderError] = []
    with build.opened(context) as library:
        # All are looked up before the first one is moved: a wrong id changes nothing.
        found_first = find_papers(library, ids)
        # A paper that is named twice is filed once.
        wanted = list({paper.row: paper for paper in found_first}.values())
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
                    output.put_json(filed.paper, suggestions=[], moved=moved)
                    continue
                title = title_text(filed.paper.record.title)
                answer(
                    context, _("Filed under {topic}: {title}", topic=filed.paper.topic, title=title)
                )
                for _unused, path in filed.moved:
                    answer(context, _("now {path}", path=path), indent="    ")
        problems += export_filed(library, [paper.row for paper in wanted])
    return say_errors(problems)


def _put_suggestions(paper: LibraryPaper, found: list[Suggestion], *, as_json: bool) -> None:
    if as_json:
        several = [output.encode(s) | {"why": plain(suggestion_text(s))} for s in found]
        output.put_json(paper, suggestions=several, moved=[])
        return
    output.put(title_text(paper.record.title))
    if paper.topic:
        output.put(plain(_("It is filed under {topic}.", topic=paper.topic)))
    for suggestion in found:
        why = suggestion_text(suggestion)
        output.put(plain(_("{topic}: {why}", topic=suggestion.topic, why=why)))
        if suggestion.topic != paper.topic:
            output.put("    " + plain(f'reader file {paper.record.id} "{suggestion.topic}"'))
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
    from reader.morning.edit import export_topic, move_topic, topics

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
    name = folder_name(line.path)
    text = _("{topic}: papers {papers} · PDFs {pdfs} · notes {notes}", topic=name, **numbers)
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


@command(
    help=N_(
        "Change what is known of a paper: title, authors, abstract, venue, volume, number, pages, "
        "publisher, year, doi.\n\nYour word holds: no source, import or merge changes it. An "
        "empty value takes it back to what the sources say. Authors are parted by semicolons. "
        "Files keep their names."
    ),
    examples={
        'edit 2401.01234 "venue=ACL 2024"': N_("Say where a paper was published"),
        "edit 2401.01234 venue=": N_("Go back to what the sources say"),
    },
)
@click.argument("id_", metavar="ID")
@click.argument("words", nargs=-1, required=True, metavar="FIELD=VALUE...")
@as_json_option
def edit_command(context: click.Context, id_: str, words: tuple[str, ...], as_json: bool) -> int:
    """Edit fields of a paper. Exit code 2 for a field that is not there."""
    for word in words:
        if "=" not in word:
            raise UsageError(
                what=_("{text} has no value.", text=word),
                hint=_("Write it as {text}=VALUE, in quotes where it has blanks.", text=word),
            )
    with build.opened(context) as library:
        from reader.morning.edit import edit

        given = {
            field.strip().lower(): text
            for field, _sign, text in (word.partition("=") for word in words)
        }
        outcome = edit(library, find_paper(library, id_), given)
        title = title_text(outcome.paper.record.title)
        if as_json:
            output.put_json(outcome)
        elif outcome.changed:
            names = _(", ").join(_(FIELD_NAMES[field]) for field in outcome.changed)
            answer(context, _("Edited ({fields}): {title}", fields=names, title=title))
        else:
            answer(context, _("Nothing changed: {title}", title=title))
    return say_errors(outcome.problems)


@command(
    help=N_(
        "Fill in venue, volume, number, pages, publisher, year, DOI and abstract from the "
        "registries.\n\nThese are the DOI registry, the ACL Anthology, OpenReview, DBLP, OpenAlex "
        "and Semantic Scholar, each with its address in `[resolve]` of feeds.toml. Without papers, "
        "all that you picked or read. Where sources differ, both values are shown; your own word "
        "always holds."
    ),
    examples={
        "refresh 2401.01234": N_("Ask all registries for a paper"),
        "refresh --topic speech": N_("Ask for the papers of a topic"),
    },
)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option("--topic", default="", metavar="TOPIC", help=N_("Only papers filed there or below."))
@click.option("--state", type=click.Choice(STATES), help=N_("Only papers of this state."))
@as_json_option
def refresh_command(
    context: click.Context, ids: tuple[str, ...], topic: str, state: str | None, as_json: bool
) -> int:
    """Ask the registries about papers. Exit code 5 where one of them failed."""
    if ids and (topic or state):
        raise UsageError(
            what=_("Give IDs, or what papers must fit: only one of them."),
            hint=_("reader refresh --topic TOPIC"),
        )
    parts = [f'topic:"{topic}"' if topic else "", f"state:{state}" if state else ""]
    queries = [" ".join(filter(None, parts))] if topic or state else ["state:pick", "state:read"]
    with build.opened(context) as library:
        from reader.morning.bibliography import chosen
        from reader.morning.complete import refresh

        found = [chosen(library, query)[0] for query in queries] if not ids else []
        several = sum(found, chosen(library, ids=ids)[0] if ids else [])
        with build.tools(context, library) as tools:
            outcome = refresh(library, tools, several, is_named=bool(ids), environ=os.environ)
        for one in outcome.papers:
            if as_json:
                output.put_json(one)
            elif one.filled or one.conflicts:
                output.put_all(_refreshed_lines(one))
        if not as_json:
            answer(context, _summary(outcome))
    return say_errors(problem.error for problem in outcome.problems)


def _refreshed_lines(one: RefreshedPaper) -> Iterator[str]:
    width = output.width_of_terminal()
    yield from wrap(title_text(one.paper.record.title), width)
    conflicts = {conflict.holds.field: conflict for conflict in one.conflicts}
    values = {value.field: value for value in one.filled}
    for field in (name for name in FIELD_NAMES if name in values or name in conflicts):
        conflict = conflicts.get(field)
        values_of = [conflict.holds, *conflict.others] if conflict else [values[field]]
        yield from wrap(field_text(values_of), width, "    ", "  ")


def _summary(outcome: RefreshOutcome) -> str:
    papers = ngettext("{n} paper", "{n} papers", len(outcome.papers))
    n_filled = sum(len(one.filled) for one in outcome.papers)
    n_conflicts = sum(len(one.conflicts) for one in outcome.papers)
    counts = [
        ngettext("{n} answer", "{n} answers", outcome.n_asked),
        ngettext("{n} field filled in", "{n} fields filled in", n_filled),
        ngettext("{n} conflict", "{n} conflicts", n_conflicts),
    ]
    if outcome.n_unknown:
        counts.append(ngettext("{n} time not known", "{n} times not known", outcome.n_unknown))
    if outcome.n_resting:
        counts.append(_("{n} asked lately", n=outcome.n_resting))
    return _("{papers}: {counts}", papers=papers, counts=_(", ").join(counts))


class _TagCommand(ReaderCommand):
    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Read `-old` as a tag to take off: no option begins with one dash."""
        args = [f"--remove={arg[1:]}" if re.match("-[^-]", arg) else arg for arg in args]
        return super().parse_args(context, args)


class _Rating(click.ParamType):  # type: ignore[type-arg]
    name = "rating"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> int:
        if (rating := rating_of(str(value))) is None:
            self.fail(_("{text} is not a number from 1 to 5, or none.", text=value), param, context)
        return rating


@command(
    cls=_TagCommand,
    help=N_(
        "Tag papers: +TAG adds a tag, -TAG takes it off, also an imported one. Rate them, or "
        "give them a priority.\n\nWith IDs alone, show what they have. Without any, list all "
        "tags. The front matter of their notes follows, and what you write there counts here. "
        "`reader undo` takes it back."
    ),
    examples={
        "tag 2401.01234 +survey -old": N_("Add one tag, take one off"),
        "tag 2401.01234 --rating 4": N_("Rate a paper"),
    },
)
@click.argument("args", nargs=-1, metavar="[ID...] [+TAG...] [-TAG...]")
@click.option("--rating", type=_Rating(), metavar="N", help=N_("1 to 5, or none."))
@click.option(
    "--priority",
    type=click.Choice(PRIORITIES),
    help=N_("Where it stands in the queue; normal by default."),
)
@click.option("--remove", multiple=True, metavar="TAG", help=N_("The same as -TAG."))
@as_json_option
def tag_command(
    context: click.Context,
    args: tuple[str, ...],
    rating: int | None,
    priority: Any,
    remove: tuple[str, ...],
    as_json: bool,
) -> int:
    """Change or show properties of papers. Exit code 5 or 6 where a note's file was left alone."""
    ids = [arg for arg in args if not arg.startswith("+")]
    add = tuple(arg[1:] for arg in args if arg.startswith("+"))
    from reader.morning.edit import TagOutcome, tag

    wanted = PropertyChange(add, remove, rating, priority)
    with build.opened(context) as library:
        if not ids and wanted == PropertyChange():
            _list(library, as_json=as_json)
            return 0
        if not ids:
            raise UsageError(
                what=_("No paper is named."), hint=_("reader tag ID +TAG; an ID is no tag.")
            )
        found = find_papers(library, ids)
        is_asked = wanted == PropertyChange()
        done = (
            TagOutcome(tuple(found)) if is_asked else tag(library, [h.row for h in found], wanted)
        )
    for paper in done.several:
        if as_json:
            output.put_json(paper)
            continue
        facts = _(", ").join(property_texts(paper, len(paper.tags))) or _("no tags, no rating")
        key = N_("{facts}: {title}")
        if not is_asked and paper.row not in done.changed:
            key = N_("Unchanged ({facts}): {title}")
        text = _(key, facts=facts, title=title_text(paper.record.title))
        output.put(plain(text)) if is_asked else answer(context, text)
    return say_errors(done.problems)


def _list(library: Library, *, as_json: bool) -> None:
    found = properties.counts(library.db)
    for name, n in found.items():
        if as_json:
            output.put_json(tag=plain(name), n_papers=n)
        else:
            output.put(plain(ngettext("{tag}: {n} paper", "{tag}: {n} papers", n, tag=name)))
    if not found and not as_json:
        output.put(_("There are no tags. Add one: reader tag ID +survey"))
