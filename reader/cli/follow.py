"""`reader follow`, `mute`, `unmute` and `teach`: choose whom and what to hear of, and answer what
belongs to a topic.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from reader.base.errors import UsageError
from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain, shorten, wrap
from reader.cli import build, output
from reader.cli.frame import (
    FilePath,
    WholeNumber,
    as_json_option,
    command,
    is_terminal,
    say_errors,
    settings_of,
)
from reader.cli.output import answer
from reader.cli.terminal import TypedKeys, letter
from reader.gathering.follow import FollowOutcome, ListOutcome, follow, follow_list, read_list
from reader.gathering.imports.feeds import SkippedLine, write_opml
from reader.library.config import LOCAL_KINDS, Feed
from reader.library.disk import write_whole
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.morning.decide import MOST_DAYS, last_day, mute, mute_lines, unmute
from reader.morning.teach import Effect, Examples, Teaching, finish, topic_to_teach
from reader.ranking.model import N_QUESTIONS
from reader.ranking.topic import MuteKind
from reader.texts.morning import mute_line_text, mute_texts
from reader.texts.why import PLACES

N_SHOWN = 8
"""Names that are listed; more are counted."""


@command(
    help=N_(
        "Follow a person: their new papers join your own topics, and their posts are read.\n\n"
        "Or follow the feeds of a list: OPML, Mastodon's CSV, a following list of Bluesky or X, "
        "or a text with an address or a handle in each line. What is a source already is left as "
        "it is.\n\nIt adds to the end of feeds.toml; the rest of the file stays as it is. Exit "
        "code 5: something in the list is no feed."
    ),
    examples={
        'follow "Ada Lovelace"': N_("Follow a person"),
        "follow --from feeds.opml": N_("Follow all feeds of a list"),
    },
)
@click.argument("name", required=False, metavar="[NAME]")
@click.option(
    "--feed",
    "feeds",
    multiple=True,
    metavar="URL",
    help=N_("The address of their timeline or blog; may be given several times."),
)
@click.option(
    "--from",
    "list_",
    type=FilePath(),
    metavar="FILE",
    help=N_("Add the feeds and accounts of this list."),
)
@click.option("--dry-run", is_flag=True, help=N_("Only show what --from would add."))
@click.option(
    "--opml",
    type=FilePath(allow_dash=True),
    metavar="FILE",
    help=N_("Write your feeds to this file as OPML; `-` prints it."),
)
@as_json_option
def follow_command(
    context: click.Context,
    name: str | None,
    feeds: tuple[str, ...],
    list_: Path | None,
    dry_run: bool,
    opml: Path | None,
    as_json: bool,
) -> int:
    """Follow a person or a list. Exit code 5 where something in the list was left out."""
    if sum(one is not None for one in (name, list_, opml)) != 1:
        raise UsageError(
            what=_("Name a person, or give one of --from and --opml."),
            hint=_("`reader follow --help` has examples."),
        )
    if (feeds and name is None) or ((dry_run or as_json) and list_ is None):
        raise UsageError(
            what=_("--feed belongs to a person, --dry-run and --json to --from."),
            hint=_("`reader follow --help` has examples."),
        )
    done = ListOutcome(())
    with build.opened(context) as library:
        if name is not None:
            _say_person(context, follow(library, name, feeds))
        elif opml is not None:
            _write_opml(context, library.config.all_feeds, opml)
        elif list_ is not None:
            done = follow_list(library, read_list(list_), is_dry_run=dry_run)
            if as_json:
                _put_json(done)
            else:
                for text in _report(done, is_dry_run=dry_run):
                    answer(context, text)
    return output.INCOMPLETE if done.left_out else 0


def _write_opml(context: click.Context, feeds: Sequence[Feed], file: Path) -> None:
    local = [f.name for f in feeds if f.kind in LOCAL_KINDS and "://" not in f.url]
    kept = [feed for feed in feeds if feed.name not in local]
    content = write_opml(kept, title="asayomi")
    if str(file) == "-":
        sys.stdout.buffer.write(content)
        return
    write_whole(file, content)
    n = len(kept)
    answer(context, ngettext("{n} feed written: {file}", "{n} feeds written: {file}", n, file=file))
    if local:
        answer(context, _("Left out, as files on this disk: {names}.", names=_shown(local)))


def _say_person(context: click.Context, followed: FollowOutcome) -> None:
    answer(context, _("You follow {name} now.", name=followed.name))
    if followed.is_ambiguous:
        # The names that are surely this person's come first.
        names = sorted(followed.authors, key=lambda name: followed.authors[name] != "same")
        n_more = len(names) - N_SHOWN
        more = " " + ngettext("and {n} other", "and {n} others", n_more) if n_more > 0 else ""
        answer(
            context,
            _(
                "More than one person may have this name. Authors here: {names}.",
                names=_(", ").join(names[:N_SHOWN]) + more,
            ),
        )


def _shown(names: Sequence[str]) -> str:
    """List names, those beyond N_SHOWN as a number."""
    shown, n_more = _(", ").join(names[:N_SHOWN]), len(names) - N_SHOWN
    return _("{names} and {n} more", names=shown, n=n_more) if n_more > 0 else shown


def _put_json(done: ListOutcome) -> None:
    for feed in done.brought:
        output.put_json(feed, state="brought")
    for feed, name in done.known:
        output.put_json(state="known", name=name, url=feed.url, line=feed.line)
    for one in done.left_out:
        output.put_json(state="left out", text=one.text, why=str(one.why), line=one.line)


def _report(done: ListOutcome, *, is_dry_run: bool) -> Iterator[str]:
    n = len(done.brought)
    yield (
        ngettext("{n} feed would be added.", "{n} feeds would be added.", n)
        if is_dry_run
        else ngettext("{n} feed added to feeds.toml.", "{n} feeds added to feeds.toml.", n)
    )
    if done.known:
        names = list(dict.fromkeys(name for _feed, name in done.known))
        yield ngettext(
            "{n} is a source already: {names}.",
            "{n} are sources already: {names}.",
            len(done.known),
            names=_shown(names),
        )
    by_reason: dict[str, list[SkippedLine]] = {}
    for one in done.left_out:
        by_reason.setdefault(str(one.why), []).append(one)
    for why, several in by_reason.items():
        places = [
            _("line {line} {text}", line=one.line, text=shorten(plain(one.text), 40)).rstrip()
            for one in several
        ]
        yield _("{n} left out ({places}): {why}", n=len(several), places=_shown(places), why=why)
    folders = list(dict.fromkeys(feed.folder for feed in done.brought if feed.folder))
    if folders:
        yield _(
            "Feeds have no topic: the names of folders became comments ({names}).",
            names=_shown(folders),
        )
    if done.old_file:
        yield _("The feeds.toml of before is kept: {file}", file=done.old_file)
        yield _(
            "The next `reader gather` asks them. Where the entries are papers, as of a journal, "
            'write kind = "papers".'
        )


Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS: Mapping[MuteKind, tuple[str, str]] = {
    "author": ("NAME", N_("An author, or a person who posts; may be given several times.")),
    "category": ("NAME", N_("A primary category of arXiv; may be given several times.")),
    "source": ("NAME", N_("A source of feeds.toml; may be given several times.")),
}


def _parts(command: Command) -> Command:
    """Add the words and options that name what is muted."""
    for kind, (metavar, text) in reversed([*_OPTIONS.items()]):
        command = click.option(f"--{kind}", kind, multiple=True, metavar=metavar, help=text)(
            command
        )
    return click.argument("words", nargs=-1, metavar="[WORDS...]")(command)


def _named(
    words: Sequence[str], author: Sequence[str], category: Sequence[str], source: Sequence[str]
) -> list[tuple[MuteKind, str]]:
    several: dict[MuteKind, Sequence[str]] = {
        "word": words, "author": author, "category": category, "source": source,
    }  # fmt: skip
    return [(kind, value) for kind, values in several.items() for value in values]


@command(
    help=N_(
        "Mute words of a title or abstract (one argument each), authors, categories, sources.\n\n"
        "`today` hides and counts what is muted. Papers of your own topics, and those that you "
        "picked, stay and are marked. Posts by a muted author or source bring no paper up. "
        "Search, saved searches and `show` still find everything.\n\n"
        "`reader unmute` and `undo` take it back at once."
    ),
    examples={
        'mute "diffusion" --days 30': N_("Mute a word for 30 days"),
        "mute --list": N_("List what is muted, and what it hides"),
    },
)
@_parts
@click.option("--until", metavar="DAY", help=N_("Its last day, as 2031-03-04."))
@click.option(
    "--days", type=WholeNumber(1, MOST_DAYS), metavar="N", help=N_("Only for N days, 1 to 3650.")
)
@click.option("--list", "is_list", is_flag=True, help=N_("List what is muted."))
@as_json_option
def mute_command(
    context: click.Context,
    words: tuple[str, ...],
    author: tuple[str, ...],
    category: tuple[str, ...],
    source: tuple[str, ...],
    until: str | None,
    days: int | None,
    is_list: bool,
    as_json: bool,
) -> None:
    """Mute, or list what is muted. Exit code 2 for what cannot be muted."""
    several = _named(words, author, category, source)
    if bool(several) == is_list or (until and days) or (is_list and (until or days)):
        raise UsageError(
            what=_("Name what to mute, with one of --until and --days at most, or give --list."),
            hint=_("`reader mute --help` has examples."),
        )
    with build.opened(context) as library:
        if is_list:
            lines = mute_lines(library)
            for line in lines:
                output.put_json(line) if as_json else output.put(mute_line_text(line))
            if not (lines or as_json):
                output.put(_("Nothing is muted."))
            return
        last = (
            typed_day(until, _("Name a day to come: --until 2031-03-04."))
            if until
            else last_day(library, days)
        )
        new, known = mute(library, several, until=last)
    for one in (*new, *known):
        if as_json:
            output.put_json(one)
        else:
            key = N_("Muted: {what}") if one in new else N_("Already muted: {what}")
            answer(context, _(key, what=mute_texts([one])))


@command(
    help=N_("Take mutes back: name them as they were muted. `today` shows their papers again."),
    examples={
        'unmute "diffusion"': N_("Show papers with this word again"),
        "unmute --category cs.CV": N_("Show papers of this category again"),
    },
)
@_parts
@as_json_option
def unmute_command(
    context: click.Context,
    words: tuple[str, ...],
    author: tuple[str, ...],
    category: tuple[str, ...],
    source: tuple[str, ...],
    as_json: bool,
) -> None:
    """Take mutes back. Exit code 4 for what is not muted."""
    several = _named(words, author, category, source)
    if not several:
        raise UsageError(
            what=_("Name what is muted."), hint=_("`reader mute --list` lists what is.")
        )
    with build.opened(context) as library:
        for one in unmute(library, several):
            if as_json:
                output.put_json(one)
            else:
                answer(context, _("No longer muted: {what}", what=mute_texts([one])))


def typed_day(text: str, hint: str) -> date:
    """Read a typed day. Raises UsageError with the hint for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(what=_("“{text}” is not a day.", text=text[:40]), hint=hint) from error


YES, NO, LATER, UNDO, END = "y", "n", " ", "u", "q"


@command(
    help=N_("""Teach a topic which papers belong to it.

    You give examples, and answer a few questions. WHAT is a BibTeX file, a PDF, a folder of
    PDFs, or a paper in the library."""),
    examples={
        "teach --topic speech/asr library.bib": N_("Teach a topic by a BibTeX file"),
        "teach --topic speech/asr 2401.01234": N_("Teach it by one paper"),
    },
)
@click.argument("what", nargs=-1, metavar="[WHAT...]")
@click.option(
    "--topic",
    default="",
    metavar="TOPIC",
    help=N_("The topic to teach; needed if feeds.toml has several own topics."),
)
@click.option(
    "--author",
    "people",
    multiple=True,
    metavar="NAME",
    help=N_("Also use the papers in the library by this person."),
)
@click.option("--no-ask", is_flag=True, help=N_("Ask no questions afterwards."))
@click.option("--no-fetch", is_flag=True, help=N_("Do not look anything up on the network."))
@as_json_option
def teach_command(
    context: click.Context,
    what: tuple[str, ...],
    topic: str,
    people: tuple[str, ...],
    no_ask: bool,
    no_fetch: bool,
    as_json: bool,
) -> int:
    """Teach a topic. Exit code 4 for a paper that is not here, 5 where something failed."""
    with build.opened(context) as library:
        taught = topic_to_teach(library, topic)
        if no_ask and not (what or people):
            raise UsageError(
                what=_("There is nothing to teach, and you asked for no questions."),
                hint=_("Give a BibTeX file, a PDF, a folder of PDFs, or a paper."),
            )
        if error := library.refusal():
            raise error
        with build.tools(context, library) as tools:
            examples = Examples(library, tools, may_fetch=not no_fetch)
            rows = examples.rows(what, people)
        # Outside of `tools`: its progress bar would wipe the question away.
        lesson = _Lesson(context, Teaching(library, build.fit_topic, taught), as_json)
        if rows:
            lesson.tell_examples(rows)
        # A script that gives examples wants no questions; who gives none came for them.
        if not no_ask and (not (what or people) or is_terminal()):
            lesson.ask()
        if rows or lesson.n_answers:
            with build.tools(context, library) as tools:
                finish(library, tools)
        code = say_errors(examples.problems)
        lesson.end()
    return code


class _Lesson:
    """One run of `teach`: takes the examples, asks, and prints what each answer changed."""

    def __init__(self, context: click.Context, teaching: Teaching, as_json: bool) -> None:
        self._teaching, self._as_json = teaching, as_json
        self._is_quiet = settings_of(context).is_quiet or as_json
        self.n_answers = 0
        self._typed = TypedKeys()

    @property
    def _topic(self) -> str:
        return self._teaching.topic.path

    def tell_examples(self, rows: Sequence[int]) -> None:
        effect = self._teaching.teach("seed", rows)
        self._say_wrapped(
            ngettext(
                "Taught {n} paper to {topic}.",
                "Taught {n} papers to {topic}.",
                len(rows),
                topic=self._topic,
            )
        )
        self._say_wrapped(self._effect(effect))
        if self._as_json:
            # The effect is that of all examples together, and stands on the first line.
            for n, paper in enumerate(papers.papers_at(self._teaching.library.db, rows)):
                self._put(paper, "seed", effect if n == 0 else None)

    def ask(self) -> None:
        """Ask question by question, each chosen by the answers so far, until the person ends it."""
        waiting = self._teaching.questions()
        place = 0
        if waiting:
            self._say(_("y yes · n no · space later · u undo · q quit"))
        else:
            self._say_wrapped(
                _("There is no undecided paper to ask about for {topic}.", topic=self._topic)
            )
        while place < len(waiting):
            paper = waiting[place]
            key = self._ask(paper, place + 1, len(waiting))
            if key == END:
                break
            if key in (YES, NO):
                effect = self._teaching.teach("yes" if key == YES else "no", [paper.row])
                self.n_answers += 1
                self._say_wrapped(self._answer(effect), "    ")
                if self._as_json:
                    self._put(paper, "yes" if key == YES else "no", effect)
                place += 1
                # The questions asked so far stay; the others are chosen again after each answer.
                answered = waiting[:place]
                rows = [paper.row for paper in answered]
                n_more = N_QUESTIONS - len(answered)
                waiting = [*answered, *self._teaching.questions(n_more, answered=rows)]
            elif key == UNDO:
                place = self._undo(waiting, place)
            elif key == LATER:
                place += 1
            else:
                self._say(_("y yes · n no · space later · u undo · q quit"))
        if self._as_json:
            # A program that gives no answers gets the questions.
            for paper in waiting[place:]:
                self._put(paper, "asked", None)

    def end(self) -> None:
        if self.n_answers:
            self._say(
                ngettext(
                    "{n} answer for {topic}. Today's list uses them.",
                    "{n} answers for {topic}. Today's list uses them.",
                    self.n_answers,
                    topic=self._topic,
                )
            )

    def _undo(self, waiting: Sequence[LibraryPaper], place: int) -> int:
        """Take back the last answer of this lesson, never an older act.

        Returns the place of its question, to go on there.
        """
        if not self.n_answers:
            self._say(_("There is nothing to undo."))
            return place
        undone = self._teaching.undo()
        self.n_answers -= 1
        for paper in undone:
            self._say_wrapped(_("Undone: {title}", title=title_text(paper.record.title)))
        rows = {paper.row for paper in undone}
        return next((n for n, paper in enumerate(waiting) if paper.row in rows), place)

    def _ask(self, paper: LibraryPaper, n: int, of: int) -> str:
        width = output.width_of_terminal()
        abstract = wrap(title_text(paper.record.abstract), width, "    ")[:3]
        for line in ("", *output.paper_lines(paper, width), *abstract):
            self._say(line)
        prompt = _(
            "[{n}/{of}] Does it belong to {topic}? y n u space q:", n=n, of=of, topic=self._topic
        )
        if not is_terminal():
            self._say(prompt)
            # Python has None for a standard input that was closed.
            line = sys.stdin.readline() if sys.stdin is not None else ""
            typed = letter(line.strip()[:1]).lower()
            return (typed or LATER) if line else END
        # With --json on stderr: the output has JSON alone.
        click.echo(f"{prompt} ", nl=False, err=self._as_json)
        key = self._typed.next().lower()
        click.echo(key if len(key) == 1 and key.isprintable() else "", err=self._as_json)
        return END if key in ("<ctrl-c>", "<ctrl-d>", "<escape>") else key

    def _effect(self, effect: Effect) -> str:
        n_in, n_out = effect.n_in, effect.n_out
        return _(
            "Papers looked at: {of}; newly in: {n_in}, newly out: {n_out}.",
            of=self._teaching.n_of_day,
            n_in=n_in,
            n_out=n_out,
        )

    def _answer(self, effect: Effect) -> str:
        moved = round(effect.after - effect.before, 2)
        key = (
            N_("{place}, higher than before")
            if moved > 0
            else N_("{place}, lower than before")
            if moved < 0
            else N_("{place}, as before")
        )
        answer = _(key, place=_(PLACES[effect.place]))
        return f"{answer} · {self._effect(effect)}"

    def _say(self, text: str) -> None:
        if not self._is_quiet:
            output.put(text)

    def _say_wrapped(self, text: str, indent: str = "") -> None:
        for line in wrap(text, output.width_of_terminal(), indent):
            self._say(line)

    def _put(self, paper: LibraryPaper, kind: str, effect: Effect | None) -> None:
        judged = self._teaching.judged(paper.row)
        output.put_json(
            paper,
            topic=self._topic,
            kind=kind,
            score=round(judged.score, 4),
            place=judged.place,
            n_in=effect and effect.n_in,
            n_out=effect and effect.n_out,
        )
