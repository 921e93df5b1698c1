"""`reader stats`: the days as a map, the streak, themes and sources; on the terminal or drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand, settings_of
from reader.cli.week import read_json
from reader.heatmap import Square, months_line, rows, svg
from reader.library.folder import write_whole
from reader.library.named_day import day_named
from reader.library.stats import N_WEEKS, DayCounts, DayShown, Stats, day_shown, stats
from reader.phrases import say, say_day
from reader.plain import columns, plain, shorten
from reader.today.telling import source_name

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
    from reader.pdf.drawing import png_of

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
    yield _bold(say("stats.head", first=found.first, last=found.last))
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
    yield _bold(say("stats.themes"))
    most = max(found.themes.values(), default=0)
    for theme, count in found.themes.items():
        bar = "#" * round(20 * count / most) if most else ""
        name = shorten(plain(theme) or say("week.no_theme"), 28)
        yield f"  {_padded(name, 28)} {count:>4}  {bar}".rstrip()
    yield ""
    yield _bold(_padded(say("stats.sources"), 30)) + say("stats.columns")
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
    yield _bold(say("stats.day", date=say_day(counts.day))) + frozen
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
        yield _bold(say("stats.day_picked"))
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


def _bold(text: str) -> str:
    return click.style(text, bold=True)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))
