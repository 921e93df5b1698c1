"""`reader week` and `stats`: what was read and what it said, and the days as a map."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from reader.base.errors import ReaderError
from reader.base.messages import say, say_day
from reader.base.text import columns, plain, shorten
from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand, settings_of
from reader.cli.one_key import END, asking
from reader.habit.heatmap import Square, months_line, rows, svg
from reader.habit.week import (
    N_WEEKS,
    DayCounts,
    DayShown,
    Link,
    ReadPaper,
    Regret,
    Stats,
    Week,
    day_shown,
    regret_text,
    stats,
    week,
)
from reader.library.days import day_named, days_back
from reader.library.folder import Library, write_whole
from reader.morning.pick import drop, keep, keep_asked, n_to_ask, to_ask
from reader.morning.texts import source_name
from reader.morning.values import QueueEntry


@click.command("week", cls=ReaderCommand, help=say("help.week"))
@click.option("--on", "day", metavar="DAY", help=say("option.week_on"))
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def week_command(context: click.Context, day: str | None, as_json: bool) -> None:
    """Look back on one week."""
    with build.opened(context) as library:
        chosen = library.today() if day is None else day_named(day, library.today())
        found = week(library, chosen, encoder=build.encoder_name(library.config))
        # Old picks without a note that were never asked about; of the running week alone.
        asks = to_ask(library) if found.holds(library.today()) else ()
        if as_json:
            output.put_json(week_json(found, asks))
            return
        for line in week_lines(found, screen.width_of_terminal()):
            output.put(line)
        if sys.stdin.isatty() and sys.stdout.isatty() and settings_of(context).may_ask:
            _ask(library, asks)
        else:
            for line in _asked_lines(
                library, keep_asked(library, asks), screen.width_of_terminal()
            ):
                output.put(line)
        if asks and (n_more := n_to_ask(library)):
            output.put(say("week.ask.more", n=n_more))


def _ask(library: Library, asks: Sequence[QueueEntry]) -> None:
    """Ask about old picks with one key each; none is asked about a second time."""
    width, head = screen.width_of_terminal(), list(_ask_head(library))
    with asking() if asks else contextlib.nullcontext() as ask:
        for n, queued in enumerate(asks, 1):
            # Before it is on the screen; what another window asked about is left to it.
            if ask is None or not keep_asked(library, [queued]):
                continue
            for line in (*head, *screen.queued_lines(queued, width, n)):
                output.put(line)
            head.clear()
            key = ask(say("week.ask.key", n=n, of=len(asks)))
            while key not in ("r", "d", *END):
                key = ask(say("week.ask.key", n=n, of=len(asks)))
            if key in END:
                return
            output.put(f"    {_answered(library, queued, key)}")


def _answered(library: Library, queued: QueueEntry, key: str) -> str:
    id_, title = queued.held.paper.id, plain(queued.held.paper.title)
    try:
        if key == "r":
            keep(library, id_)
            return say("week.ask.kept")
        drop(library, [id_])
    except ReaderError as error:
        # Written or let go in another window meanwhile; the next is asked about all the same.
        return plain(error.message)
    return say("queue.dropped", title=title)


def _asked_lines(library: Library, asks: Sequence[QueueEntry], width: int) -> Iterator[str]:
    """Lay out the question for who has no keys: what to type."""
    if asks:
        yield from _ask_head(library)
    for n, queued in enumerate(asks, 1):
        yield from screen.queued_lines(queued, width, n)
        yield "    " + say("week.ask.command", id=plain(queued.held.paper.id))


def _ask_head(library: Library) -> Iterator[str]:
    yield ""
    yield screen.bold(say("week.ask", n=library.config.queue_days))
    yield from screen.wrap(say("week.ask.what"), screen.width_of_terminal())


def week_lines(found: Week, width: int) -> Iterator[str]:
    """Lay out a week: what was read by theme, links, what may be regretted."""
    n_skimmed = len(found.read) - found.n_written
    counts = {"written": found.n_written, "skimmed": n_skimmed}
    yield screen.bold(say("week.head", first=found.first, last=found.last, **counts))
    if not found.read:
        yield say("week.nothing", before=days_back(found.first, 7))
    for theme, read in groupby(found.read, key=lambda one: one.theme):
        yield ""
        yield screen.bold(plain(theme) or say("week.no_theme"))
        for one in read:
            yield from _read_lines(one, width)
    if found.links:
        yield ""
        yield screen.bold(say("week.links"))
        for link in found.links:
            yield from _link_lines(link, width)
    if found.regrets:
        yield ""
        yield screen.bold(say("week.regrets"))
        for regret in found.regrets:
            yield from _regret_lines(regret, width)
        if found.n_more:
            yield say("week.more", n=found.n_more)


def _read_lines(one: ReadPaper, width: int) -> Iterator[str]:
    mark = "*" if one.is_written else "~"
    yield from screen.wrap(plain(one.held.paper.title), width, "    ", f"  {mark} ")
    lines = screen.wrap(plain(one.sentence), width, "      ")
    yield from (click.style(line, dim=True) for line in lines if line)


def _link_lines(link: Link, width: int) -> Iterator[str]:
    yield "  " + shorten(plain(link.source.paper.title), width - 2)
    yield "    -> " + shorten(plain(link.target.paper.title), width - 7)


def _regret_lines(regret: Regret, width: int) -> Iterator[str]:
    yield "  " + shorten(plain(regret.held.paper.title), width - 2)
    for line in screen.wrap(regret_text(regret), width, "    "):
        yield click.style(line, dim=True)


def week_json(found: Week, asks: Sequence[QueueEntry]) -> dict[str, Any]:
    """Give a week as one object; asks: the picks that are asked about."""
    return {
        "first": found.first,
        "last": found.last,
        "read": [read_json(one) for one in found.read],
        "links": [
            {"from": output.paper_json(link.source), "to": output.paper_json(link.target)}
            for link in found.links
        ],
        "regrets": [
            output.paper_json(one.held)
            | {
                "skipped_on": one.skipped_on,
                "n_people": one.n_people,
                "near": one.near.paper.id if one.near else None,
            }
            for one in found.regrets
        ],
        "n_more": found.n_more,
        "asks": [output.queued_json(queued) for queued in asks],
    }


def read_json(one: ReadPaper) -> dict[str, Any]:
    """Give the fields of a paper that was noted."""
    return output.paper_json(one.held) | {
        "on": one.on_date,
        "is_written": one.is_written,
        "sentence": plain(one.sentence),
        "theme": plain(one.theme),
    }


STDOUT = Path("-")
SHADES = ((0, 0), (22, 231), (28, 231), (34, 16), (40, 16))
"""Of a terminal's 256 colours, ground and digit for each level; the digit says the same."""

_FILE = click.Path(path_type=Path, allow_dash=True)


@click.command("stats", cls=ReaderCommand, help=say("help.stats"))
@click.option("--on", "day", metavar="DAY", help=say("option.stats_on"))
@click.option("--svg", "svg_file", type=_FILE, help=say("option.svg"))
@click.option("--png", "png_file", type=_FILE, help=say("option.png"))
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def stats_command(
    context: click.Context,
    day: str | None,
    svg_file: Path | None,
    png_file: Path | None,
    as_json: bool,
) -> None:
    """Show the year up to today, or one day of it; write pictures where they are asked for."""
    width = screen.width_of_terminal()
    with build.opened(context) as library:
        today = library.today()
        # A narrow screen shows fewer weeks; pictures and JSON always have the year.
        is_drawn = as_json or svg_file or png_file
        n_weeks = N_WEEKS if is_drawn else max(1, min(N_WEEKS, width - 4))
        found = stats(library, today, n_weeks=n_weeks)
        one = None if day is None else day_shown(library, day_named(day, today))
    if svg_file or png_file:
        _draw(context, svg(found.map), svg_file, png_file)
    if as_json:
        output.put_json(stats_json(found, one))
    elif one:
        for line in day_lines(one, width):
            output.put(line)
    elif not is_drawn:
        for line in stats_lines(found, width):
            output.put(line)


def _draw(
    context: click.Context, drawing: str, svg_file: Path | None, png_file: Path | None
) -> None:
    """Write the pictures. Raises StoreError."""
    from reader.pdfs.text.pictures import png_of

    for file, content in (
        (svg_file, drawing.encode() if svg_file else b""),
        (png_file, png_of(drawing) if png_file else b""),
    ):
        if file == STDOUT:
            click.echo(content, nl=False)
        elif file is not None:
            write_whole(file, content)
            if not settings_of(context).is_quiet:
                output.put(say("stats.drawn", file=file), is_error=True)


def stats_lines(found: Stats, width: int) -> Iterator[str]:
    """Lay out the map, the streak, and what was written by theme and source."""
    yield screen.bold(say("stats.head", first=found.first, last=found.last))
    yield ""
    yield from _map_lines(found)
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


def _map_lines(found: Stats) -> Iterator[str]:
    yield f"    {months_line(found.map)}".rstrip()
    for name, squares in rows(found.map):
        yield f"{name:<4}" + "".join(_coloured(square) for square in squares).rstrip()


def _coloured(square: Square | None) -> str:
    if square is None:
        return " "
    if not square.n:
        return click.style(square.sign, dim=True)
    ground, digit = SHADES[square.level]
    return click.style(square.sign, bg=ground, fg=digit)


def day_lines(one: DayShown, width: int) -> Iterator[str]:
    """Lay out one day: what was noted, picked, skipped, recalled."""
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
        mark = "*" if read.is_written else "~"
        yield from screen.wrap(plain(read.held.paper.title), width, "    ", f"  {mark} ")
        yield from (
            click.style(line, dim=True) for line in screen.wrap(plain(read.sentence), width, "    ")
        )
    noted = {read.held.row for read in one.read}
    waiting: Sequence[str] = [plain(h.paper.title) for h in one.picked if h.row not in noted]
    if waiting:
        yield ""
        yield screen.bold(say("stats.day_picked"))
        yield from (f"  + {shorten(title, width - 4)}" for title in waiting)


def stats_json(found: Stats, one: DayShown | None) -> dict[str, Any]:
    """Give everything as one object; `day` is null where no day was asked for."""
    return {
        "first": found.first,
        "last": found.last,
        "streak": {"n": found.streak.n, "longest": found.streak.longest},
        "days": [_counts_json(day) for day in found.days],
        "themes": {plain(theme): n for theme, n in found.themes.items()},
        "sources": [
            {
                "name": plain(source.source),
                "n_arrived": source.n_arrived,
                "n_picked": source.n_picked,
                "n_written": source.n_written,
            }
            for source in found.sources
        ],
        "day": one and _day_json(one),
    }


def _counts_json(day: DayCounts) -> dict[str, Any]:
    return {
        "date": day.day,
        "n_written": day.n_written,
        "n_skimmed": day.n_skimmed,
        "n_recalled": day.n_recalled,
        "is_frozen": day.is_frozen,
    }


def _day_json(one: DayShown) -> dict[str, Any]:
    return _counts_json(one.counts) | {
        "n_arrived": one.n_arrived,
        "n_skipped": one.n_skipped,
        "picked": [output.paper_json(held) for held in one.picked],
        "read": [read_json(read) for read in one.read],
    }


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))
