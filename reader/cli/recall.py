"""`reader recall`: ask about notes of earlier days; the person remembers, looks and grades."""

from __future__ import annotations

from dataclasses import dataclass, field

import click

from reader.base.errors import NotOpened, ReaderError, UsageError
from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain, plain_lines, wrap
from reader.cli import build, output
from reader.cli.frame import as_json_option, command, is_terminal, say_error, settings_of
from reader.cli.openers import OpenOutcome, opener
from reader.cli.terminal import END, Ask, asking
from reader.library.find import find_papers
from reader.library.folder import Library
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.notes import recall
from reader.notes.recall import GRADES, Due, card_of
from reader.notes.rows.habit import Review, Waiting
from reader.notes.write import newest_note
from reader.texts.habit import graded_text, paused_text


def card_lines(library: Library, held: LibraryPaper, waiting: Waiting, *, number: int) -> list[str]:
    """Lay out the front of a card: title, authors, when it was last seen, and the question."""
    width = output.width_of_terminal()
    card = card_of(library, held, waiting)
    facts = [output.authors_text(held.paper.authors), str(card.seen)]
    lines = ["", *wrap(title_text(held.paper.title), width, "    ", f"{number:>2}  ")]
    lines = [line and output.bold(line) for line in lines]
    lines += map(output.dim, wrap(plain(" · ".join(facts)), width, "    "))
    lines += wrap(str(card.question), width, "    ", "    ? ")
    return lines


def head_lines(due: Due, *, is_named: bool, n: int) -> list[str]:
    """Lay out the lines above the cards, or why there are none.

    is_named: the person named the papers, n of them.
    """
    if is_named:
        return [output.bold(ngettext("RECALL  {n} note", "RECALL  {n} notes", n))]
    # Before `n` is looked at, which is 0 on such a day too.
    if due.is_paused:
        return wrap(paused_text(due), output.width_of_terminal())
    if not due.n:
        if not due.n_done:
            return [_("Nothing is due today.")]
        return [_("Nothing is due today; recalled so far: {n}.", n=due.n_done)]
    return [output.bold(_("RECALL  {due} due, {new} new", due=due.n_due, new=due.n_new))]


@command(
    help=N_(
        "Recall earlier notes, and grade yourself with one key.\n\n    Remember first, then "
        "look, then grade. A note of two sentences or more comes back from the\n    day after "
        "it was written. Each day has at most as many as feeds.toml says (recall.a_day);\n    "
        "days off and days near a deadline have none. With IDs, you are asked about these "
        "notes now."
    ),
    examples={
        "recall": N_("Recall the notes that are due today"),
        "recall 2401.01234": N_("Recall the note on this paper now"),
    },
)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option(
    "--grade",
    "given",
    type=click.Choice(GRADES),
    help=N_("Save this grade for the IDs without asking, for scripts."),
)
@click.option("--undo", "is_undo", is_flag=True, help=N_("Undo the last grade."))
@as_json_option
def recall_command(
    context: click.Context, ids: tuple[str, ...], given: str | None, is_undo: bool, as_json: bool
) -> None:
    """Ask about today's notes or those of named papers; without a terminal list them."""
    if (given and not ids) or (is_undo and (ids or given)):
        raise UsageError(
            what=_("--grade needs an ID; --undo takes neither."),
            hint=_("reader recall ID --grade good, or reader recall --undo"),
        )
    with build.opened(context) as library:
        if is_undo:
            undone = recall.undo_grade(library)
            if not settings_of(context).is_quiet:
                output.put(undone_text(undone))
            return
        if given:
            _grade(context, library, ids, given, as_json=as_json)
            return
        day = library.today()
        due = recall.due(library, day)
        # Named papers come whether they are due or not. A paper without a note is a UsageError.
        named = find_papers(library, ids)
        cards = [(held, recall.waiting_of(library, held)) for held in named]
        cards = cards if ids else recall.cards(library, day)
        if as_json:
            several = [card_of(library, held, waiting) for held, waiting in cards]
            output.put_json(due, date=day, cards=several)
            return
        output.put_all(head_lines(due, is_named=bool(ids), n=len(cards)))
        if is_terminal():
            _ask_all(library, cards)
        else:
            for number, (held, waiting) in enumerate(cards, 1):
                output.put_all(card_lines(library, held, waiting, number=number))


def _grade(
    context: click.Context, library: Library, ids: tuple[str, ...], given: str, *, as_json: bool
) -> None:
    from reader.notes.recall import next_day

    # A list and no generator: where one of the ids is wrong, nothing is graded.
    for held in find_papers(library, ids):
        graded = recall.grade(library, held, GRADES.index(given) + 1, next_day=next_day)
        if as_json:
            output.put_json(graded.held, grade=given, due_on=graded.due_on)
        elif not settings_of(context).is_quiet:
            output.put(graded_text(library, graded, has_title=True))


def undone_text(undone: tuple[LibraryPaper, Review] | None) -> str:
    """Describe the grade that was taken back; None means that there was none."""
    if undone is None:
        return _("There is no grade to undo.")
    held, review = undone
    return _(
        "Undone ({grade}): {title}",
        grade=_(recall.GRADE_NAMES[review.grade]),
        title=title_text(held.paper.title),
    )


def _ask_all(library: Library, cards: list[tuple[LibraryPaper, Waiting]]) -> None:
    """Go through the cards; every grade is on the disk before the next card."""
    with asking() as ask:
        asked = _Recall(library, cards, ask)
        # No `for`, since "u" goes back to an earlier card.
        while asked.place < len(cards):
            try:
                if not asked.go_on():
                    break
            except ReaderError as error:
                # A locked library or a disk that was pulled out, for instance: the card stays.
                say_error(error)
                if ask(_("any key: try again · q quit")) in END:
                    break
    if cards:
        output.put()
        output.put(
            _(
                "{n} recalled, {left} left for later.",
                n=len(asked.graded),
                left=len(cards) - len(asked.graded),
            )
        )


@dataclass
class _Recall:
    """The person's way through the cards. graded: places of the cards graded here, in order."""

    library: Library
    cards: list[tuple[LibraryPaper, Waiting]]
    ask: Ask
    place: int = 0
    graded: list[int] = field(default_factory=list)

    def go_on(self) -> bool:
        """Show one card, then its note, and take the grade; False where the person ends it."""
        held, waiting = self.cards[self.place]
        # It may have been graded on another device since the list was made.
        if recall.has_changed(self.library, waiting):
            output.put(
                _("Already graded in another window: {title}", title=title_text(held.paper.title))
            )
            self.place += 1
            return True
        output.put_all(card_lines(self.library, held, waiting, number=self.place + 1))
        key = self.ask(
            _(
                "[{n}/{of}] Say it, then press any key (l later · u undo · q quit)",
                n=self.place + 1,
                of=len(self.cards),
            )
        )
        if key in END:
            return False
        if key in ("l", "u"):
            self._step_or_undo(key)
            return True
        note = newest_note(self.library, held)
        output.put()
        if guess := card_of(self.library, held, waiting).guess:
            said = f"{_('Your guess:')} {plain(guess)}"
            output.put_all(wrap(said, output.width_of_terminal(), "    "))
        text = plain_lines(note.text if note else "")
        output.put_all(wrap(text, output.width_of_terminal(), "    "))
        output.put()
        return self._take_grade(held)

    def _take_grade(self, held: LibraryPaper) -> bool:
        from reader.notes.recall import next_day

        days = recall.next_days(self.library, held, next_day=next_day)
        today = self.library.today()
        choices = [
            _("{key} {grade} ({n} d)", key=n, grade=_(recall.GRADE_NAMES[n]), n=(day - today).days)
            for n, day in enumerate(days, 1)
        ]
        output.put_all(wrap(" · ".join(choices), output.width_of_terminal(), "    "))
        while (key := self.ask(_("l later · u undo · o open · q quit"))) not in END:
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
        """Open the paper's page; a failure is printed, and the card stays."""
        try:
            place = url_of(held.paper.id)
            said = (
                OpenOutcome(opener()).open(place)
                if place
                else _("This paper has no PDF here and no address.")
            )
            output.put("    " + said)
        except NotOpened as error:
            say_error(error)

    def _step_or_undo(self, key: str) -> None:
        """Skip a card ("l"), or take back the last grade given here and show its card ("u")."""
        if key == "l":
            self.place += 1
        elif not self.graded:
            output.put(_("There is no grade to undo."))
        else:
            held, _unused = self.cards[self.graded[-1]]
            # Of this paper alone: the last grade of all may have been given on another device.
            undone = recall.undo_grade(self.library, of=held)
            if undone:
                output.put(undone_text(undone))
            # Taken off after the undo: if the library is locked, the next "u" tries the same card.
            self.place = self.graded.pop()
