"""`reader teach`: take examples, ask a dozen questions, and print what each answer changed."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from reader.base.errors import UsageError
from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import wrap
from reader.cli import build, output
from reader.cli.frame import as_json_option, command, is_terminal, say_errors, settings_of
from reader.cli.terminal import TypedKeys, letter
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.morning.teach import Effect, Examples, Teaching, finish, topic_to_teach
from reader.ranking.model import N_QUESTIONS
from reader.texts.why import PLACES

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
        meant = topic_to_teach(library, topic)
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
        lesson = _Lesson(context, Teaching(library, build.fit_topic, meant), as_json)
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
            for n, held in enumerate(papers.papers_at(self._teaching.library.db, rows)):
                self._put(held, "seed", effect if n == 0 else None)

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
            held = waiting[place]
            key = self._ask(held, place + 1, len(waiting))
            if key == END:
                break
            if key in (YES, NO):
                effect = self._teaching.teach("yes" if key == YES else "no", [held.row])
                self.n_answers += 1
                self._say_wrapped(self._answer(effect), "    ")
                if self._as_json:
                    self._put(held, "yes" if key == YES else "no", effect)
                place += 1
                # The questions asked so far stay; the others are chosen again after each answer.
                asked = waiting[:place]
                rows = [held.row for held in asked]
                n_more = N_QUESTIONS - len(asked)
                waiting = [*asked, *self._teaching.questions(n_more, asked=rows)]
            elif key == UNDO:
                place = self._undo(waiting, place)
            elif key == LATER:
                place += 1
            else:
                self._say(_("y yes · n no · space later · u undo · q quit"))
        if self._as_json:
            # A program that gives no answers gets the questions.
            for held in waiting[place:]:
                self._put(held, "asked", None)

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
        for held in undone:
            self._say_wrapped(_("Undone: {title}", title=title_text(held.paper.title)))
        rows = {held.row for held in undone}
        return next((n for n, held in enumerate(waiting) if held.row in rows), place)

    def _ask(self, held: LibraryPaper, n: int, of: int) -> str:
        width = output.width_of_terminal()
        abstract = wrap(title_text(held.paper.abstract), width, "    ")[:3]
        for line in ("", *output.paper_lines(held, width), *abstract):
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

    def _put(self, held: LibraryPaper, kind: str, effect: Effect | None) -> None:
        judged = self._teaching.judged(held.row)
        output.put_json(
            held,
            topic=self._topic,
            kind=kind,
            score=round(judged.score, 4),
            place=judged.place,
            n_in=effect and effect.n_in,
            n_out=effect and effect.n_out,
        )
