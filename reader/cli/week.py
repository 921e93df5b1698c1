"""`reader week`, `stats` and `share`: look back on what was read, and share it with others."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from reader.base.errors import ReaderError, UsageError
from reader.base.machine import share_what_is_made
from reader.base.messages import N_, _, ngettext, say_day
from reader.base.tex import title_text
from reader.base.text import columns, plain, shorten, wrap
from reader.cli import build, listing, output
from reader.cli.frame import as_json_option, command, is_terminal, say_errors, settings_of
from reader.cli.terminal import END, asking
from reader.library.calendar import day_named, days_back
from reader.library.disk import write_whole
from reader.library.find import find_papers
from reader.library.folder import Library
from reader.morning.pick import drop, keep, keep_asked, n_to_ask, to_ask
from reader.morning.trust import began_on
from reader.morning.values import QueueEntry
from reader.notes.share import Choice, SharedPage, share, share_week
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
    week_of,
)
from reader.texts.habit import months_line, regret_text, rows, svg
from reader.texts.shared import markdown
from reader.texts.sources import source_name


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
        elif asked := keep_asked(library, asks):
            # Without a terminal there are no keys: print the commands instead.
            output.put_all(_ask_head(library))
            for n, queued in enumerate(asked, 1):
                output.put_all(listing.queued_lines(queued, width, n))
                output.put(
                    "    " + _("to drop it: reader drop {id}", id=plain(queued.held.paper.id))
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
            if not keep_asked(library, [queued]):
                continue
            output.put_all([*head, *listing.queued_lines(queued, width, n)])
            # The head stands only above the first question.
            head.clear()
            prompt = _("[{n}/{of}] r read it · d drop it · q quit", n=n, of=len(asks))
            while (key := ask(prompt)) not in ("r", "d", *END):
                pass
            if key in END:
                return
            id_, title = queued.held.paper.id, title_text(queued.held.paper.title)
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
            yield "  " + shorten(title_text(link.source.paper.title), width - 2)
            yield "    -> " + shorten(title_text(link.target.paper.title), width - 7)
    if found.regrets:
        yield ""
        yield output.bold(_("SKIPPED, BUT WORTH A SECOND LOOK"))
        for regret in found.regrets:
            yield "  " + shorten(title_text(regret.held.paper.title), width - 2)
            yield from map(output.dim, wrap(regret_text(regret), width, "    "))
        if found.n_more:
            yield _("and {n} more", n=found.n_more)


def _no_notes_text(found: Week, began: date | None) -> str:
    if began and found.last < began:
        # There is no week before to look at.
        return _("No notes in this week: this library began on {day}.", day=began)
    return _(
        "No notes in this week. The week before: reader week --on {before}",
        before=days_back(found.first, 7),
    )


def _title_lines(one: ReadPaper, width: int) -> list[str]:
    """Lay out a title, marked "*" for a written note, "~" for one of a sentence or two."""
    mark = "*" if one.is_written else "~"
    return wrap(title_text(one.held.paper.title), width, "    ", f"  {mark} ")


STDOUT = "-"
SHADES = ((0, 0), (22, 231), (28, 231), (34, 16), (40, 16))
"""Colours of the map by level: (ground, digit), of a terminal's 256 colours. The digit itself
says the same without colours."""

_FILE = click.Path(path_type=Path, allow_dash=True)


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
        if str(file) == STDOUT:
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
        written=n[0],
        skimmed=n[1],
        recalled=n[2],
    )
    yield ""
    yield output.bold(_("BY THEME"))
    most = max(found.themes.values(), default=0)
    for theme, count in found.themes.items():
        bar = "#" * round(20 * count / most) if most else ""
        name = shorten(plain(theme) or _("no theme"), 28)
        yield f"  {_padded(name, 28)} {count:>4}  {bar}".rstrip()
    yield ""
    yield output.bold(_padded(_("BY SOURCE"), 30)) + _(" arrived  picked written")
    for source in found.sources:
        name = _padded(shorten(plain(source_name(source.source)), 28), 28)
        yield f"  {name} {source.n_arrived:>8}{source.n_picked:>8}{source.n_written:>8}"


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
    noted = {read.held.row for read in one.read}
    waiting: Sequence[str] = [title_text(h.paper.title) for h in one.picked if h.row not in noted]
    if waiting:
        yield ""
        yield output.bold(_("PICKED, NO NOTE ON THAT DAY"))
        yield from (f"  + {shorten(title, width - 4)}" for title in waiting)


def _padded(text: str, width: int) -> str:
    # Not `str.ljust`, which counts a Japanese character as one column.
    return text + " " * (width - columns(text))


def _lab_option(name: str, text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make an option for sharing with the lab, in place of writing a page."""
    return click.option(f"--{name}", "lab", flag_value=name, help=text)


@command(
    help=N_(
        "Share papers with your own words, as Markdown or HTML.\n\n    Each paper comes with "
        "its address, your note, its first figure, and the highlights that you\n    choose. "
        "Private things are left out: paths, decisions, keys of notes. How many were left\n    "
        "out of your words is shown."
    ),
    examples={
        "share 2401.01234 --html page.html": N_("Write a paper and its note as HTML"),
        "share --week": N_("Print this week as Markdown"),
    },
)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option(
    "--week",
    "day",
    # click takes the value of an option as optional where it has a `flag_value`: "" is --week
    # without a date, None is no --week.
    is_flag=False,
    flag_value="",
    metavar="[DATE]",
    help=N_("All papers written up in the week of DATE; this week by default."),
)
@click.option(
    "--html",
    "target",
    # Left as text: a Path has no slash at its end, and the slash names a folder.
    type=click.Path(allow_dash=True),
    help=N_(
        "Write one HTML page, complete in itself, to this file or folder; - for standard output."
    ),
)
@click.option(
    "--highlights",
    "chosen",
    default="none",
    help=N_("all, none, or numbers from `reader highlights`, such as 1,3."),
)
@click.option("--no-figures", is_flag=True, help=N_("Leave out the figures."))
@_lab_option("lab", N_("Share the notes with those who use the same index ([index] url)."))
@_lab_option("take-back", N_("Stop sharing these notes with the lab."))
@_lab_option("leave", N_("Stop sharing, and take all your notes out of the shared index."))
def share_command(
    context: click.Context,
    ids: tuple[str, ...],
    day: str | None,
    target: str | None,
    chosen: str,
    no_figures: bool,
    lab: str | None,
) -> int:
    """Print Markdown, or write an HTML page; says how much was left out as private."""
    if lab:
        return _with_lab(context, ids, lab, is_alone=not (day or target) and chosen == "none")
    choice = _choice_for(chosen, ids, day)
    with build.opened(context) as library:
        today = library.today()
        if day is None:
            # A paper that is named twice is shared once.
            held = {h.row: h for h in find_papers(library, ids)}
            papers = list(held.values())
            shared = share(library, papers, choice=choice, has_figures=not no_figures)
        else:
            on = day_named(day, today) if day else today
            shared = share_week(library, on, choice=choice, has_figures=not no_figures)
            if not shared.papers:
                output.put(_no_week_text(on), is_error=True)
                return 0
    if target is not None:
        _write_page(context, shared, target, today)
    else:
        _print_markdown(context, shared)
    output.say_private(context, shared.n_left_out)
    return 0


def _no_week_text(on: date) -> str:
    first, last = week_of(on)
    return _(
        "Nothing was written up from {first} to {last}, so there is nothing to share.",
        first=first,
        last=last,
    )


def _print_markdown(context: click.Context, shared: SharedPage) -> None:
    # A picture in Markdown is base64, many screens long: on a terminal it is left out.
    is_bare = sys.stdout.isatty() and any(paper.figure for paper in shared.papers)
    if is_bare:
        bare = tuple(replace(paper, figure=b"") for paper in shared.papers)
        shared = replace(shared, papers=bare)
    click.echo(markdown(shared), nl=False)
    if is_bare and not settings_of(context).is_quiet:
        output.put(
            _(
                "Figures are left out on a terminal. To have them: reader share … > FILE, or "
                "--html FILE."
            ),
            is_error=True,
        )


def _with_lab(context: click.Context, ids: Sequence[str], what: str, *, is_alone: bool) -> int:
    """Share notes with the lab, take them back, or leave; exit code 5 where that is not done yet.

    is_alone: nothing else was asked. Raises UsageError.
    """
    from reader.morning import lab

    if bool(ids) == (what == "leave") or not is_alone:
        raise UsageError(
            what=_("--lab and --take-back take IDs alone, --leave takes nothing else."),
            hint=_("reader share ID --lab, or reader share --leave"),
        )
    with build.opened(context) as library:
        if what == "leave":
            n = lab.leave(library)
            text = ngettext(
                "{n} note taken out of the shared index. Your own library keeps it.",
                "{n} notes taken out of the shared index. Your own library keeps them.",
                n,
            )
            output.put(text)
            return 0
        act = lab.share_notes if what == "lab" else lab.take_back
        outcome = act(library, list({h.row: h for h in find_papers(library, ids)}.values()))
    output.put_all(map(str, outcome.said))
    output.say_private(context, outcome.n_left_out)
    return say_errors(outcome.problems)


def _choice_for(chosen: str, ids: Sequence[str], day: str | None) -> Choice:
    """Read --highlights. Raises UsageError where it does not go with what is shared."""
    if bool(ids) == (day is not None):
        raise UsageError(
            what=_("Give IDs, or --week."), hint=_("reader share ID, or reader share --week")
        )
    choice = _choice(chosen)
    if isinstance(choice, frozenset) and len(ids) != 1:
        raise UsageError(
            what=_("Numbers of highlights need exactly one ID."),
            hint=_("Use --highlights all, --highlights none, or numbers such as 1,3 with one ID."),
        )
    return choice


def _write_page(context: click.Context, shared: SharedPage, target: str, today: date) -> None:
    """Write the HTML page, and its folder where that is missing.

    target: a file, "-" for standard output, or a folder (it exists, or the name ends with a
    slash): then the file is named as on the web page.
    """
    from reader.base.markup import to_html
    from reader.texts.shared import html_page

    page = html_page(shared, to_html)
    if target == STDOUT:
        click.echo(page, nl=False)
        return
    file = Path(target)
    if target.endswith(("/", os.sep)) or file.is_dir():
        file /= f"papers-{today}.html"
    share_what_is_made()
    write_whole(file, page.encode())
    if not settings_of(context).is_quiet:
        n = f"{len(page.encode()) / 1000:,.0f}"
        output.put(_("written: {file} ({n} kB)", file=file, n=n), is_error=True)


def _choice(text: str) -> Choice:
    """Read which highlights to share: all, none, or their numbers. Raises UsageError."""
    if text in ("all", "none"):
        # mypy does not narrow a str to a Literal by `in`.
        return text  # type: ignore[return-value]
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise UsageError(
            what=_("--highlights {text} is not valid.", text=repr(text)),
            hint=_("Use --highlights all, --highlights none, or numbers such as 1,3 with one ID."),
        )
    return frozenset(map(int, parts))
