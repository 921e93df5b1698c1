"""`reader week`, `stats` and `share`: look back on what was read, and share it with others."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path

import click

from reader.base.errors import ReaderError, UsageError
from reader.base.messages import N_, say, say_day
from reader.base.text import columns, plain, shorten
from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand, is_terminal, settings_of
from reader.cli.terminal import END, asking
from reader.habit.heatmap import Square, months_line, rows, svg
from reader.habit.share import Choice, share, share_week
from reader.habit.week import (
    N_WEEKS,
    DayShown,
    ReadPaper,
    Stats,
    Week,
    day_shown,
    regret_text,
    stats,
    week,
)
from reader.library.days import day_named, days_back
from reader.library.find import find_paper
from reader.library.folder import Library, write_whole
from reader.morning.pick import drop, keep, keep_asked, n_to_ask, to_ask
from reader.morning.texts import source_name
from reader.morning.values import QueueEntry
from reader.notes.shared import SharedPage, markdown


@click.command(
    "week",
    cls=ReaderCommand,
    help=N_("help.week"),
    examples={
        "week": N_("example.week.now"),
        "week --on 2026-10-05": N_("example.week.on"),
    },
)
@click.option("--on", "day", metavar="DAY", help=N_("option.week_on"))
@click.option("--json", "as_json", is_flag=True, help=N_("option.json"))
@click.pass_context
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
        width = screen.width_of_terminal()
        output.put_all(week_lines(found, width))
        if is_terminal() and settings_of(context).may_ask:
            _ask(library, asks)
        elif asked := keep_asked(library, asks):
            # Without a terminal there are no keys: print the commands instead.
            output.put_all(_ask_head(library))
            for n, queued in enumerate(asked, 1):
                output.put_all(screen.queued_lines(queued, width, n))
                output.put("    " + say("week.ask.command", id=plain(queued.held.paper.id)))
        if asks and (n_more := n_to_ask(library)):
            output.put(say("week.ask.more", n=n_more))


def _ask(library: Library, asks: Sequence[QueueEntry]) -> None:
    """Ask about old picks, one key each; none is asked about a second time."""
    if not asks:
        return
    width, head = screen.width_of_terminal(), list(_ask_head(library))
    with asking() as ask:
        for n, queued in enumerate(asks, 1):
            # Recorded before it is on the screen: two windows must not ask about the same pick.
            if not keep_asked(library, [queued]):
                continue
            output.put_all([*head, *screen.queued_lines(queued, width, n)])
            # The head stands only above the first question.
            head.clear()
            prompt = say("week.ask.key", n=n, of=len(asks))
            while (key := ask(prompt)) not in ("r", "d", *END):
                pass
            if key in END:
                return
            id_, title = queued.held.paper.id, plain(queued.held.paper.title)
            try:
                if key == "r":
                    keep(library, id_)
                    output.put("    " + say("week.ask.kept"))
                else:
                    drop(library, [id_])
                    output.put("    " + say("queue.dropped", title=title))
            except ReaderError as error:
                # It got a note or was dropped in another window meanwhile. The next one comes.
                output.put("    " + plain(error.message))


def _ask_head(library: Library) -> Iterator[str]:
    yield ""
    yield screen.bold(say("week.ask", n=library.config.queue_days))
    yield from screen.wrap(say("week.ask.what"), screen.width_of_terminal())


def week_lines(found: Week, width: int) -> Iterator[str]:
    """Lay out a week: the papers read, by theme; links between notes; skips to look at again."""
    n_skimmed = len(found.read) - found.n_written
    counts = {"written": found.n_written, "skimmed": n_skimmed}
    yield screen.bold(say("week.head", first=found.first, last=found.last, **counts))
    if not found.read:
        yield say("week.nothing", before=days_back(found.first, 7))
    # `groupby` needs them sorted by theme, and they are.
    for theme, read in groupby(found.read, key=lambda one: one.theme):
        yield ""
        yield screen.bold(plain(theme) or say("week.no_theme"))
        for one in read:
            yield from _title_lines(one, width)
            lines = screen.wrap(plain(one.sentence), width, "      ")
            yield from (screen.dim(line) for line in lines if line)
    if found.links:
        yield ""
        yield screen.bold(say("week.links"))
        for link in found.links:
            yield "  " + shorten(plain(link.source.paper.title), width - 2)
            yield "    -> " + shorten(plain(link.target.paper.title), width - 7)
    if found.regrets:
        yield ""
        yield screen.bold(say("week.regrets"))
        for regret in found.regrets:
            yield "  " + shorten(plain(regret.held.paper.title), width - 2)
            yield from map(screen.dim, screen.wrap(regret_text(regret), width, "    "))
        if found.n_more:
            yield say("week.more", n=found.n_more)


def _title_lines(one: ReadPaper, width: int) -> list[str]:
    """Lay out a title, marked "*" for a written note, "~" for one of a sentence or two."""
    mark = "*" if one.is_written else "~"
    return screen.wrap(plain(one.held.paper.title), width, "    ", f"  {mark} ")


STDOUT = "-"
SHADES = ((0, 0), (22, 231), (28, 231), (34, 16), (40, 16))
"""Colours of the map by level: (ground, digit), of a terminal's 256 colours. The digit itself
says the same without colours."""

_FILE = click.Path(path_type=Path, allow_dash=True)


@click.command(
    "stats",
    cls=ReaderCommand,
    help=N_("help.stats"),
    examples={
        "stats": N_("example.stats.year"),
        "stats --svg year.svg": N_("example.stats.svg"),
    },
)
@click.option("--on", "day", metavar="DAY", help=N_("option.stats_on"))
@click.option("--svg", "svg_file", type=_FILE, help=N_("option.svg"))
@click.option("--png", "png_file", type=_FILE, help=N_("option.png"))
@click.option("--json", "as_json", is_flag=True, help=N_("option.json"))
@click.pass_context
def stats_command(
    context: click.Context,
    day: str | None,
    svg_file: Path | None,
    png_file: Path | None,
    as_json: bool,
) -> None:
    """Show the year up to today, or one day; write the map as SVG or PNG where asked for."""
    width = screen.width_of_terminal()
    with build.opened(context) as library:
        today = library.today()
        # A narrow screen shows fewer weeks; pictures and JSON always have the whole year.
        is_drawn = as_json or svg_file or png_file
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
            click.echo(content, nl=False)
            continue
        write_whole(file, content)
        if not settings_of(context).is_quiet:
            output.put(say("stats.drawn", file=file), is_error=True)
    if as_json:
        output.put_json(found, day=one)
    elif one:
        output.put_all(day_lines(one, width))
    elif not is_drawn:
        output.put_all(stats_lines(found, width))


def stats_lines(found: Stats, width: int) -> Iterator[str]:
    """Lay out the map of the year, the streak, and the counts by theme and by source."""
    yield screen.bold(say("stats.head", first=found.first, last=found.last))
    yield ""
    yield f"    {months_line(found.map)}".rstrip()
    for name, squares in rows(found.map):
        yield f"{name:<4}" + "".join(_coloured(square) for square in squares).rstrip()
    yield from screen.wrap(say("stats.key"), width, "    ")
    yield ""
    streak = say("stats.streak", n=found.streak.n, longest=found.streak.longest)
    yield from screen.wrap(streak, width, "    ", "")
    n = [
        sum(getattr(day, name) for day in found.days)
        for name in ("n_written", "n_skimmed", "n_recalled")
    ]
    yield say("stats.totals", written=n[0], skimmed=n[1], recalled=n[2])
    yield ""
    yield screen.bold(say("stats.themes"))
    most = max(found.themes.values(), default=0)
    for theme, count in found.themes.items():
        bar = "#" * round(20 * count / most) if most else ""
        name = shorten(plain(theme) or say("week.no_theme"), 28)
        yield f"  {_padded(name, 28)} {count:>4}  {bar}".rstrip()
    yield ""
    yield screen.bold(_padded(say("stats.sources"), 30)) + say("stats.columns")
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
    frozen = say("stats.day_frozen") if counts.is_frozen else ""
    yield screen.bold(say("stats.day", date=say_day(counts.day))) + frozen
    yield say(
        "stats.day_counts",
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
        yield from map(screen.dim, screen.wrap(plain(read.sentence), width, "    "))
    noted = {read.held.row for read in one.read}
    waiting: Sequence[str] = [plain(h.paper.title) for h in one.picked if h.row not in noted]
    if waiting:
        yield ""
        yield screen.bold(say("stats.day_picked"))
        yield from (f"  + {shorten(title, width - 4)}" for title in waiting)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


@click.command(
    "share",
    cls=ReaderCommand,
    help=N_("help.share"),
    examples={
        "share 2401.01234 --html page.html": N_("example.share.html"),
        "share --week": N_("example.share.week"),
    },
)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option(
    "--week", "day", is_flag=False, flag_value="", metavar="[DATE]", help=N_("option.share_week")
)
@click.option("--html", "target", type=click.Path(allow_dash=True), help=N_("option.html"))
@click.option("--highlights", "chosen", default="none", help=N_("option.share_highlights"))
@click.option("--no-figures", is_flag=True, help=N_("option.no_figures"))
@click.pass_context
def share_command(
    context: click.Context,
    ids: tuple[str, ...],
    day: str | None,
    target: str | None,
    chosen: str,
    no_figures: bool,
) -> None:
    """Print Markdown, or write an HTML page; says how much was left out as private."""
    if bool(ids) == (day is not None):
        raise UsageError(what=say("share.what"), hint=say("share.what.hint"))
    choice = _choice(chosen)
    if isinstance(choice, frozenset) and len(ids) != 1:
        raise UsageError(what=say("share.numbers"), hint=say("share.choices"))
    with build.opened(context) as library:
        today = library.today()
        if day is None:
            # A paper that is named twice is shared once.
            held = {h.row: h for h in (find_paper(library, text) for text in ids)}
            papers = list(held.values())
            shared = share(library, papers, choice=choice, has_figures=not no_figures)
        else:
            on = day_named(day, today) if day else today
            shared = share_week(library, on, choice=choice, has_figures=not no_figures)
    # A picture in Markdown is base64, many screens long: on a terminal it is left out.
    is_too_long = target is None and sys.stdout.isatty() and any(p.figure for p in shared.papers)
    if target is not None:
        _write_page(context, shared, target, today)
    else:
        bare = tuple(replace(paper, figure=b"") for paper in shared.papers)
        shown = replace(shared, papers=bare) if is_too_long else shared
        click.echo(markdown(shown), nl=False)
    if settings_of(context).is_quiet:
        return
    if not shared.papers:
        output.put(say("share.nothing"), is_error=True)
    if is_too_long:
        output.put(say("share.no_picture"), is_error=True)
    if shared.n_left_out:
        output.put(say("share.left_out", n=shared.n_left_out), is_error=True)


def _write_page(context: click.Context, shared: SharedPage, target: str, today: date) -> None:
    """Write the HTML page, and its folder where that is missing.

    target: a file, "-" for standard output, or a folder (it exists, or the name ends with a
    slash): then the file is named as on the web page.
    """
    from reader.base.markup import to_html
    from reader.notes.shared import html_page

    page = html_page(shared, to_html)
    if target == STDOUT:
        click.echo(page, nl=False)
        return
    file = Path(target)
    if target.endswith(("/", os.sep)) or file.is_dir():
        file /= f"papers-{today}.html"
    write_whole(file, page.encode())
    if not settings_of(context).is_quiet:
        n = f"{len(page.encode()) / 1000:,.0f}"
        output.put(say("share.written", file=file, n=n), is_error=True)


def _choice(text: str) -> Choice:
    """Read which highlights to share: all, none, or their numbers. Raises UsageError."""
    if text in ("all", "none"):
        return text  # type: ignore[return-value]
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise UsageError(what=say("share.bad_choice", text=repr(text)), hint=say("share.choices"))
    return frozenset(map(int, parts))
