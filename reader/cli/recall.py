"""`reader recall`: a note comes back as a question; remember, look, grade with one key."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any

import click

from reader.base.errors import NotOpened, ReaderError, UsageError
from reader.base.messages import say
from reader.base.text import plain, plain_lines
from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand, say_error, settings_of
from reader.cli.one_key import END, Ask, asking
from reader.cli.triage.openers import OpenOutcome, opener
from reader.habit import recall
from reader.habit.recall import GRADES, Due, card_of, graded_text, paused_text
from reader.habit.rows import Waiting
from reader.library.find import find_paper
from reader.library.folder import Library
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.notes.write import newest_note


def card_lines(library: Library, held: LibraryPaper, waiting: Waiting, *, number: int) -> list[str]:
    """Lay out the front of a card: title, who, when it was seen, the question."""
    width = screen.width_of_terminal()
    card = card_of(library, held, waiting)
    facts = [screen.authors_text(held.paper.authors), card.seen]
    lines = ["", *screen.wrap(plain(held.paper.title), width, "    ", f"{number:>2}  ")]
    lines = [line and click.style(line, bold=True) for line in lines]
    lines += [
        click.style(line, dim=True) for line in screen.wrap(plain(" · ".join(facts)), width, "    ")
    ]
    lines += screen.wrap(card.question, width, "    ", "    ? ")
    return lines


def head_lines(due: Due, *, is_named: bool, n: int) -> list[str]:
    """Say what is to come, or why nothing is; n: how many papers were named."""
    if is_named:
        return [click.style(say("recall.head_named", n=n), bold=True)]
    if due.is_paused:
        return screen.wrap(paused_text(due), screen.width_of_terminal())
    if not due.n:
        return [say("recall.nothing", n=due.n_done)]
    return [click.style(say("recall.head", due=due.n_due, new=due.n_new), bold=True)]


def due_json(
    library: Library, due: Due, cards: list[tuple[LibraryPaper, Waiting]]
) -> dict[str, Any]:
    """Give what comes back today as one object."""
    return {
        "date": library.today(),
        "is_paused": due.is_paused,
        "deadline": due.deadline and {"name": plain(due.deadline.name), "on": due.deadline.on},
        "n_due": due.n_due,
        "n_new": due.n_new,
        "n_done": due.n_done,
        "cards": [_card_json(library, held, waiting) for held, waiting in cards],
    }


def _card_json(library: Library, held: LibraryPaper, waiting: Waiting) -> dict[str, Any]:
    card = card_of(library, held, waiting)
    return output.paper_json(held) | {
        "question": card.question,
        "note": card.note,
        "written_on": waiting.written_on,
        "recalled_on": waiting.last_on,
        "due_on": waiting.due_on,
    }


@click.command("recall", cls=ReaderCommand, help=say("help.recall"))
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option("--grade", "given", type=click.Choice(GRADES), help=say("option.grade"))
@click.option("--undo", "is_undo", is_flag=True, help=say("option.recall_undo"))
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def recall_command(
    context: click.Context, ids: tuple[str, ...], given: str | None, is_undo: bool, as_json: bool
) -> None:
    """Ask about the notes of today, or about those named; list them where nobody can answer."""
    if (given and not ids) or (is_undo and (ids or given)):
        raise UsageError(what=say("recall.options"), hint=say("recall.options.hint"))
    with build.opened(context) as library:
        if is_undo:
            _undo(context, library)
        elif given:
            _grade(context, library, ids, GRADES.index(given) + 1, as_json=as_json)
        else:
            day = library.today()
            cards = _named(library, ids) if ids else recall.cards(library, day)
            if as_json:
                output.put_json(due_json(library, recall.due(library, day), cards))
            elif not _is_terminal():
                _list(library, cards, recall.due(library, day), is_named=bool(ids))
            else:
                _ask_all(library, cards, recall.due(library, day), is_named=bool(ids))


def _named(library: Library, ids: tuple[str, ...]) -> list[tuple[LibraryPaper, Waiting]]:
    """Find the papers that are named, due or not. Raises UsageError for one without a note."""
    found = []
    for text in ids:
        held = find_paper(library, text)
        found.append((held, recall.waiting_of(library, held)))
    return found


def _grade(
    context: click.Context, library: Library, ids: tuple[str, ...], given: int, *, as_json: bool
) -> None:
    from reader.habit.recall import next_day

    for held in [find_paper(library, text) for text in ids]:
        graded = recall.grade(library, held, given, next_day=next_day)
        if as_json:
            output.put_json(
                output.paper_json(graded.held)
                | {"grade": GRADES[given - 1], "due_on": graded.due_on}
            )
        elif not settings_of(context).is_quiet:
            output.put(graded_text(library, graded, has_title=True))


def _undo(context: click.Context, library: Library) -> None:
    undone = recall.undo_grade(library)
    if settings_of(context).is_quiet:
        return
    if undone is None:
        output.put(say("recall.no_grade"))
    else:
        title = plain(undone[0].paper.title)
        output.put(say("recall.undone", grade=say(f"recall.{undone[1].grade}"), title=title))


def _ask_all(
    library: Library, cards: list[tuple[LibraryPaper, Waiting]], due: Due, *, is_named: bool
) -> None:
    """Go through the cards; every grade is on the disk at once."""
    for line in head_lines(due, is_named=is_named, n=len(cards)):
        output.put(line)
    with asking() as ask:
        asked = _Recall(library, cards, ask)
        while asked.place < len(cards):
            try:
                if not asked.go_on():
                    break
            except ReaderError as error:
                # A locked library, a disk that was pulled out: the card stays where it is.
                say_error(error)
                if ask(say("recall.again")) in END:
                    break
    if cards:
        output.put()
        output.put(say("recall.end", n=len(asked.graded), left=len(cards) - len(asked.graded)))


@dataclass
class _Recall:
    """Where a person is among the cards."""

    library: Library
    cards: list[tuple[LibraryPaper, Waiting]]
    ask: Ask
    place: int = 0
    graded: list[int] = field(default_factory=list)

    def go_on(self) -> bool:
        """Show one card, then its words, and take the grade; False: the person ends."""
        held, waiting = self.cards[self.place]
        if recall.has_changed(self.library, waiting):
            output.put(say("recall.elsewhere", title=plain(held.paper.title)))
            self.place += 1
            return True
        for line in card_lines(self.library, held, waiting, number=self.place + 1):
            output.put(line)
        key = self.ask(say("recall.reveal", n=self.place + 1, of=len(self.cards)))
        if key in END:
            return False
        if key in ("l", "u"):
            self._step_or_undo(key)
            return True
        note = newest_note(self.library, held)
        output.put()
        for line in screen.wrap(plain_lines(note.text if note else ""), _width(), "    "):
            output.put(line)
        output.put()
        return self._take_grade(held)

    def _take_grade(self, held: LibraryPaper) -> bool:
        from reader.habit.recall import next_day

        days = recall.next_days(self.library, held, next_day=next_day)
        today = self.library.today()
        choices = [
            say("recall.choice", key=n, grade=say(f"recall.{n}"), n=(day - today).days)
            for n, day in enumerate(days, 1)
        ]
        for line in screen.wrap(" · ".join(choices), _width(), "    "):
            output.put(line)
        while (key := self.ask(say("recall.keys"))) not in END:
            if key in ("1", "2", "3", "4"):
                graded = recall.grade(self.library, held, int(key), next_day=next_day)
                output.put("    " + graded_text(self.library, graded, has_title=False))
                self.graded.append(self.place)
                self.place += 1
                return True
            if key in ("l", "u"):
                self._step_or_undo(key)
                return True
            if key == "o":
                self._open(held)
        return False

    def _open(self, held: LibraryPaper) -> None:
        """Open a paper's page; where that fails it is said, and the card stays."""
        try:
            place = url_of(held.paper.id)
            said = OpenOutcome(opener()).open(place) if place else say("screen.no_place")
            output.put("    " + said)
        except NotOpened as error:
            say_error(error)

    def _step_or_undo(self, key: str) -> None:
        """Go past a card, or take back the last grade given here and show its card again."""
        if key == "l":
            self.place += 1
        elif not self.graded:
            output.put(say("recall.no_grade"))
        else:
            held, _ = self.cards[self.graded[-1]]
            undone = recall.undo_grade(self.library, of=held)
            if undone:
                grade, title = say(f"recall.{undone[1].grade}"), plain(undone[0].paper.title)
                output.put(say("recall.undone", grade=grade, title=title))
            self.place = self.graded.pop()


def _list(
    library: Library, cards: list[tuple[LibraryPaper, Waiting]], due: Due, *, is_named: bool
) -> None:
    for line in head_lines(due, is_named=is_named, n=len(cards)):
        output.put(line)
    for number, (held, waiting) in enumerate(cards, 1):
        for line in card_lines(library, held, waiting, number=number):
            output.put(line)


def _width() -> int:
    return screen.width_of_terminal()


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
