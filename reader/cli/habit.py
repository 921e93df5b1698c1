"""`reader recall`, `week` and `stats`: ask about earlier notes, look back on a week or the year.

In recall the person remembers, looks and grades.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path

import click

from reader.base.errors import NotOpened, ReaderError, UsageError
from reader.base.machine import share_what_is_made
from reader.base.messages import N_, _, in_thousands, ngettext, say_day
from reader.base.tex import title_text
from reader.base.text import columns, plain, plain_lines, shorten, wrap
from reader.cli import build, listing, output
from reader.cli.frame import FilePath, as_json_option, command, is_terminal, say_error, settings_of
from reader.cli.terminal import END, Ask, asking
from reader.library.calendar import day_named, days_back
from reader.library.disk import write_whole
from reader.library.folder import Library, find_papers
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.morning.pick import drop, keep, n_to_ask, record_questions, to_ask
from reader.morning.trust import began_on
from reader.morning.values import QueueEntry
from reader.notes import recall
from reader.notes.recall import GRADES, Due, card_of
from reader.notes.rows.habit import Review, Waiting
from reader.notes.week import (
    N_WEEKS,
    DayShown,
    ReadPaper,
    Square,
    Stats,
    Week,
    day_shown,
    stats,
    week,
)
from reader.notes.write import newest_note
from reader.texts.note import graded_text, months_line, paused_text, regret_text, rows, svg
from reader.texts.sources import source_name


def card_lines(
    library: Library, paper: LibraryPaper, waiting: Waiting, *, number: int
) -> list[str]:
    """Lay out the front of a card: title, authors, when it was last seen, and the question."""
    width = output.width_of_terminal()
    card = card_of(library, paper, waiting)
    facts = [output.authors_text(paper.record.authors), str(card.seen)]
    lines = ["", *wrap(title_text(paper.record.title), width, "    ", f"{number:>2}  ")]
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
        cards = [(paper, recall.waiting_of(library, paper)) for paper in named]
        cards = cards if ids else recall.cards(library, day)
        if as_json:
            several = [card_of(library, paper, waiting) for paper, waiting in cards]
            output.put_json(due, date=day, cards=several)
            return
        output.put_all(head_lines(due, is_named=bool(ids), n=len(cards)))
        if is_terminal():
            _ask_all(library, cards)
        else:
            for number, (paper, waiting) in enumerate(cards, 1):
                output.put_all(card_lines(library, paper, waiting, number=number))


def _grade(
    context: click.Context, library: Library, ids: tuple[str, ...], given: str, *, as_json: bool
) -> None:
    from reader.notes.recall import next_day

    # A list and no generator: where one of the ids is wrong, nothing is graded.
    for paper in find_papers(library, ids):
        graded = recall.grade(library, paper, GRADES.index(given) + 1, next_day=next_day)
        if as_json:
            output.put_json(graded.paper, grade=given, due_on=graded.due_on)
        elif not settings_of(context).is_quiet:
            output.put(graded_text(library, graded, has_title=True))


def undone_text(undone: tuple[LibraryPaper, Review] | None) -> str:
    """Describe the grade that was taken back; None means that there was none."""
    if undone is None:
        return _("There is no grade to undo.")
    paper, review = undone
    return _(
        "Undone ({grade}): {title}",
        grade=_(recall.GRADE_NAMES[review.grade]),
        title=title_text(paper.record.title),
    )


def _ask_all(library: Library, cards: list[tuple[LibraryPaper, Waiting]]) -> None:
    """Go through the cards; every grade is on the disk before the next card."""
    with asking() as ask:
        recalling = _Recall(library, cards, ask)
        # No `for`, since "u" goes back to an earlier card.
        while recalling.place < len(cards):
            try:
                if not recalling.go_on():
                    break
            except ReaderError as error:
                # A locked library or a disk that was pulled out, for instance: the card stays.
                say_error(error)
                if ask(_("any key: try again · q quit")) in END:
                    break
    if cards:
        output.put()
        n, left = len(recalling.graded), len(cards) - len(recalling.graded)
        key = N_("{n} recalled, {left} left for later.") if left else N_("{n} recalled.")
        output.put(_(key, n=n, left=left))


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
        paper, waiting = self.cards[self.place]
        # It may have been graded on another device since the list was made.
        if recall.has_changed(self.library, waiting):
            output.put(
                _("Already graded in another window: {title}", title=title_text(paper.record.title))
            )
            self.place += 1
            return True
        output.put_all(card_lines(self.library, paper, waiting, number=self.place + 1))
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
        note = newest_note(self.library, paper)
        output.put()
        if guess := card_of(self.library, paper, waiting).guess:
            text = f"{_('Your guess:')} {plain(guess)}"
            output.put_all(wrap(text, output.width_of_terminal(), "    "))
        text = plain_lines(note.text if note else "")
        output.put_all(wrap(text, output.width_of_terminal(), "    "))
        output.put()
        return self._take_grade(paper)

    def _take_grade(self, paper: LibraryPaper) -> bool:
        from reader.notes.recall import next_day

        days = recall.next_days(self.library, paper, next_day=next_day)
        today = self.library.today()
        choices = [
            _("{key} {grade} ({n} d)", key=n, grade=_(recall.GRADE_NAMES[n]), n=(day - today).days)
            for n, day in enumerate(days, 1)
        ]
        output.put_all(wrap(" · ".join(choices), output.width_of_terminal(), "    "))
        while (key := self.ask(_("l later · u undo · o open · q quit"))) not in END:
            if key in ("1", "2", "3", "4"):
                graded = recall.grade(self.library, paper, int(key), next_day=next_day)
                output.put("    " + graded_text(self.library, graded, has_title=False))
                self.graded.append(self.place)
                self.place += 1
                return True
            if key in ("l", "u"):
                self._step_or_undo(key)
                return True
            if key == "o":
                self._open(paper)
        return False

    def _open(self, paper: LibraryPaper) -> None:
        """Open the paper's page; a failure is printed, and the card stays."""
        from reader.cli.terminal import OpenOutcome, opener  # with subprocess: the key is rare

        try:
            place = url_of(paper.record.id)
            text = (
                OpenOutcome(opener()).open(place)
                if place
                else _("This paper has no PDF here and no address.")
            )
            output.put("    " + text)
        except NotOpened as error:
            say_error(error)

    def _step_or_undo(self, key: str) -> None:
        """Skip a card ("l"), or take back the last grade given here and show its card ("u")."""
        if key == "l":
            self.place += 1
        elif not self.graded:
            output.put(_("There is no grade to undo."))
        else:
            paper, _unused = self.cards[self.graded[-1]]
            # Of this paper alone: the last grade of all may have been given on another device.
            undone = recall.undo_grade(self.library, of=paper)
            if undone:
                output.put(undone_text(undone))
            # Taken off after the undo: if the library is locked, the next "u" tries the same card.
            self.place = self.graded.pop()


@command(
    help=N_("""Look back on a week, in key sentences of your own notes.

    Below your papers by theme are new links between notes, and skipped papers that people
    talked about afterwards or that are similar to your picks. Each pick that has waited for
    two weeks (reader.queue_days) is asked about once: read it or drop it."""),
    examples={
        "week": N_("Look back on this week"),
        "week --on 2026-10-05": N_("Look back on the week of this day"),
    },
)
@click.option(
    "--on", "day", metavar="DAY", help=N_("The week, Monday to Sunday, that has this day.")
)
@as_json_option
def week_command(context: click.Context, day: str | None, as_json: bool) -> None:
    """Look back on one week."""
    with build.opened(context) as library:
        chosen = library.today() if day is None else day_named(day, library.today())
        found = week(library, chosen, encoder=build.encoder_name(library.config))
        # Old picks without a note are asked about once, and only in the running week.
        asks = to_ask(library) if found.holds(library.today()) else ()
        if as_json:
            output.put_json(found, asks=asks)
            return
        width = output.width_of_terminal()
        output.put_all(week_lines(found, width, began_on(library)))
        if is_terminal() and settings_of(context).may_ask:
            _ask(library, asks)
        elif several := record_questions(library, asks):
            # Without a terminal there are no keys: print the commands instead.
            output.put_all(_ask_head(library))
            for n, queued in enumerate(several, 1):
                output.put_all(listing.queued_lines(queued, width, n))
                output.put(
                    "    " + _("to drop it: reader drop {id}", id=plain(queued.paper.record.id))
                )
        # Counted after the questions: those that `q` left unasked are among them.
        if asks and (n_more := n_to_ask(library)):
            output.put(_("Picked later, to be asked about another time: {n}.", n=n_more))


def _ask(library: Library, asks: Sequence[QueueEntry]) -> None:
    """Ask about old picks, one key each; none is asked about a second time."""
    if not asks:
        return
    width, head = output.width_of_terminal(), list(_ask_head(library))
    with asking() as ask:
        for n, queued in enumerate(asks, 1):
            # Recorded before it is on the screen: two windows must not ask about the same pick.
            if not record_questions(library, [queued]):
                continue
            output.put_all([*head, *listing.queued_lines(queued, width, n)])
            # The head stands only above the first question.
            head.clear()
            prompt = _("[{n}/{of}] r read it · d drop it · q quit", n=n, of=len(asks))
            while (key := ask(prompt)) not in ("r", "d", *END):
                pass
            if key in END:
                return
            id_, title = queued.paper.record.id, title_text(queued.paper.record.title)
            try:
                if key == "r":
                    keep(library, id_)
                    output.put("    " + _("It stays in your queue."))
                else:
                    drop(library, [id_])
                    output.put("    " + _("Dropped: {title}", title=title))
            except ReaderError as error:
                # It got a note or was dropped in another window meanwhile. The next one comes.
                output.put("    " + plain(error.message))


def _ask_head(library: Library) -> Iterator[str]:
    yield ""
    yield output.bold(
        ngettext(
            "PICKED AT LEAST {n} DAY AGO, NOT WRITTEN UP",
            "PICKED AT LEAST {n} DAYS AGO, NOT WRITTEN UP",
            library.config.queue_days,
        )
    )
    yield from wrap(
        _("Read it or drop it? You are asked only once; what you do not drop stays in the queue."),
        output.width_of_terminal(),
    )


def week_lines(found: Week, width: int, began: date | None) -> Iterator[str]:
    """Lay out a week: the papers read, by theme; links between notes; skips to look at again.

    began: the day on which the library began, None for never.
    """
    yield output.bold(
        _(
            "WEEK  {first} to {last} · {written} written, {skimmed} skimmed",
            first=found.first,
            last=found.last,
            written=found.n_written,
            skimmed=len(found.read) - found.n_written,
        )
    )
    if not found.read:
        yield _no_notes_text(found, began)
    # `groupby` needs them sorted by theme, and they are.
    for theme, read in groupby(found.read, key=lambda one: one.theme):
        yield ""
        yield output.bold(plain(theme) or _("no theme"))
        for one in read:
            yield from _title_lines(one, width)
            lines = wrap(plain(one.sentence), width, "      ")
            yield from (output.dim(line) for line in lines if line)
    if found.links:
        yield ""
        yield output.bold(_("NEW LINKS"))
        for link in found.links:
            yield "  " + shorten(title_text(link.source.record.title), width - 2)
            yield "    -> " + shorten(title_text(link.target.record.title), width - 7)
    if found.regrets:
        yield ""
        yield output.bold(_("SKIPPED, BUT WORTH A SECOND LOOK"))
        for regret in found.regrets:
            yield "  " + shorten(title_text(regret.paper.record.title), width - 2)
            yield from map(output.dim, wrap(regret_text(regret), width, "    "))
        if found.n_more:
            yield _("and {n} more", n=found.n_more)


def _no_notes_text(found: Week, began: date | None) -> str:
    if began and found.last < began:
        # There is no week before to look at.
        return _("No notes in this week: this library began on {day}.", day=began)
    if began and found.first <= began:
        return _("No notes in this week yet. What waits for one: reader queue")
    return _(
        "No notes in this week. The week before: reader week --on {before}",
        before=days_back(found.first, 7),
    )


def _title_lines(one: ReadPaper, width: int) -> list[str]:
    """Lay out a title, marked "*" for a written note, "~" for one of a sentence or two."""
    mark = "*" if one.is_written else "~"
    return wrap(title_text(one.paper.record.title), width, "    ", f"  {mark} ")


SHADES = ((0, 0), (22, 231), (28, 231), (34, 16), (40, 16))
"""Colours of the map by level: (ground, digit), of a terminal's 256 colours. The digit itself
says the same without colours."""

_FILE = FilePath(allow_dash=True)


@command(
    help=N_(
        "Show your year as a map of days, with your streak.\n\n    A digit is the number of "
        "papers written up on that day, + ten or more, - a day off or near\n    a deadline, "
        "which does not break the streak. Below are the papers by theme and by source.\n    "
        "--on DAY shows a single day."
    ),
    examples={
        "stats": N_("Show the last 53 weeks"),
        "stats --svg year.svg": N_("Write the map as a picture"),
    },
)
@click.option(
    "--on",
    "day",
    metavar="DAY",
    help=N_("Show one day: what you wrote, picked, skipped and recalled."),
)
@click.option("--svg", "svg_file", type=_FILE, help=N_("Write the map to this file, as SVG."))
@click.option("--png", "png_file", type=_FILE, help=N_("Write the map to this file, as PNG."))
@as_json_option
def stats_command(
    context: click.Context,
    day: str | None,
    svg_file: Path | None,
    png_file: Path | None,
    as_json: bool,
) -> None:
    """Show the year up to today, or one day; write the map as SVG or PNG where asked for."""
    width = output.width_of_terminal()
    with build.opened(context) as library:
        today = library.today()
        # A narrow screen shows fewer weeks; pictures and JSON always have the whole year.
        is_drawn = as_json or svg_file or png_file
        # A week takes one column, and the weekday's name in front of it four.
        n_weeks = N_WEEKS if is_drawn else max(1, min(N_WEEKS, width - 4))
        found = stats(library, today, n_weeks=n_weeks)
        one = None if day is None else day_shown(library, day_named(day, today))
    drawing = svg(found.map) if svg_file or png_file else ""
    pictures = [(svg_file, drawing.encode())] if svg_file else []
    if png_file:
        from reader.pdfs.text.pictures import png_of

        pictures.append((png_file, png_of(drawing)))
    for file, content in pictures:
        if str(file) == output.STDOUT:
            # click writes bytes to the binary stream below the text, so that a PNG stays as it is.
            click.echo(content, nl=False)
            continue
        share_what_is_made()
        write_whole(file, content)
        if not settings_of(context).is_quiet:
            output.put(_("written: {file}", file=file), is_error=True)
    if as_json:
        output.put_json(found, day=one)
    elif one:
        output.put_all(day_lines(one, width))
    elif not is_drawn:
        output.put_all(stats_lines(found, width))


def stats_lines(found: Stats, width: int) -> Iterator[str]:
    """Lay out the map of the year, the streak, and the counts by theme and by source."""
    yield output.bold(_("STATS  {first} to {last}", first=found.first, last=found.last))
    yield ""
    yield f"    {months_line(found.map)}".rstrip()
    for name, squares in rows(found.map):
        yield f"{name:<4}" + "".join(_coloured(square) for square in squares).rstrip()
    yield from wrap(
        _("1-9 papers written up that day, + more, - day off or near a deadline"), width, "    "
    )
    yield ""
    streak = ngettext(
        "STREAK  {n} day, longest {longest}. Days off and deadlines do not break it.",
        "STREAK  {n} days, longest {longest}. Days off and deadlines do not break it.",
        found.streak.n,
        longest=found.streak.longest,
    )
    yield from wrap(streak, width, "    ", "")
    n = [
        sum(getattr(day, name) for day in found.days)
        for name in ("n_written", "n_skimmed", "n_recalled")
    ]
    yield _(
        "{written} written, {skimmed} skimmed, {recalled} recalled",
        written=in_thousands(n[0]),
        skimmed=in_thousands(n[1]),
        recalled=in_thousands(n[2]),
    )
    yield ""
    yield output.bold(_("BY THEME"))
    most = max(found.themes.values(), default=0)
    for theme, count in found.themes.items():
        bar = "#" * round(20 * count / most) if most else ""
        name = shorten(plain(theme) or _("no theme"), 28)
        yield f"  {_padded(name, 28)} {count:>5,}  {bar}".rstrip()
    yield ""
    yield output.bold(_padded(_("BY SOURCE"), 30)) + _(" arrived  picked written")
    for source in found.sources:
        name = _padded(shorten(plain(source_name(source.source)), 28), 28)
        yield f"  {name} {source.n_arrived:>8,}{source.n_picked:>8,}{source.n_written:>8,}"


def _coloured(square: Square | None) -> str:
    if square is None:
        return " "
    if not square.n:
        return click.style(square.sign, dim=True)
    ground, digit = SHADES[square.level]
    return click.style(square.sign, bg=ground, fg=digit)


def day_lines(one: DayShown, width: int) -> Iterator[str]:
    """Lay out one day: its counts, the papers noted, and the picks that still wait."""
    counts = one.counts
    frozen = _("  day off, or near a deadline") if counts.is_frozen else ""
    yield output.bold(_("{date}", date=say_day(counts.day))) + frozen
    yield ngettext(
        "{written} written, {skimmed} skimmed, {recalled} recalled; {arrived} new paper, "
        "{picked} picked, {skipped} skipped",
        "{written} written, {skimmed} skimmed, {recalled} recalled; {arrived} new papers, "
        "{picked} picked, {skipped} skipped",
        one.n_arrived,
        written=counts.n_written,
        skimmed=counts.n_skimmed,
        recalled=counts.n_recalled,
        arrived=one.n_arrived,
        picked=len(one.picked),
        skipped=one.n_skipped,
    )
    for read in one.read:
        yield ""
        yield from _title_lines(read, width)
        yield from map(output.dim, wrap(plain(read.sentence), width, "    "))
    noted = {read.paper.row for read in one.read}
    waiting: Sequence[str] = [title_text(h.record.title) for h in one.picked if h.row not in noted]
    if waiting:
        yield ""
        yield output.bold(_("PICKED, NO NOTE ON THAT DAY"))
        yield from (f"  + {shorten(title, width - 4)}" for title in waiting)


def _padded(text: str, width: int) -> str:
    # Not `str.ljust`, which counts a Japanese character as one column.
    return text + " " * (width - columns(text))
