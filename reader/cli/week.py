"""`reader week`: what was read and what it said, new links, what was let go too soon."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import click

from reader.announcement import days_back
from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand, settings_of
from reader.cli.one_key import END, asking
from reader.errors import ReaderError
from reader.library.folder import Library
from reader.library.named_day import day_named
from reader.library.queue import drop, keep, keep_asked, n_to_ask, to_ask
from reader.library.week import Link, Read, Regret, Week, regret_text, week
from reader.phrases import say
from reader.plain import plain, shorten
from reader.today import Queued


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


def _ask(library: Library, asks: Sequence[Queued]) -> None:
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


def _answered(library: Library, queued: Queued, key: str) -> str:
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


def _asked_lines(library: Library, asks: Sequence[Queued], width: int) -> Iterator[str]:
    """Lay out the question for who has no keys: what to type."""
    if asks:
        yield from _ask_head(library)
    for n, queued in enumerate(asks, 1):
        yield from screen.queued_lines(queued, width, n)
        yield "    " + say("week.ask.command", id=plain(queued.held.paper.id))


def _ask_head(library: Library) -> Iterator[str]:
    yield ""
    yield _bold(say("week.ask", n=library.config.queue_days))
    yield from screen.wrap(say("week.ask.what"), screen.width_of_terminal())


def week_lines(found: Week, width: int) -> Iterator[str]:
    """Lay out a week: what was read by theme, links, what may be regretted."""
    n_skimmed = len(found.read) - found.n_written
    counts = {"written": found.n_written, "skimmed": n_skimmed}
    yield _bold(say("week.head", first=found.first, last=found.last, **counts))
    if not found.read:
        yield say("week.nothing", before=days_back(found.first, 7))
    for theme, read in groupby(found.read, key=lambda one: one.theme):
        yield ""
        yield _bold(plain(theme) or say("week.no_theme"))
        for one in read:
            yield from _read_lines(one, width)
    if found.links:
        yield ""
        yield _bold(say("week.links"))
        for link in found.links:
            yield from _link_lines(link, width)
    if found.regrets:
        yield ""
        yield _bold(say("week.regrets"))
        for regret in found.regrets:
            yield from _regret_lines(regret, width)
        if found.n_more:
            yield say("week.more", n=found.n_more)


def _read_lines(one: Read, width: int) -> Iterator[str]:
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


def week_json(found: Week, asks: Sequence[Queued]) -> dict[str, Any]:
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


def read_json(one: Read) -> dict[str, Any]:
    """Give the fields of a paper that was noted."""
    return output.paper_json(one.held) | {
        "on": one.on_date,
        "is_written": one.is_written,
        "sentence": plain(one.sentence),
        "theme": plain(one.theme),
    }


def _bold(text: str) -> str:
    return click.style(text, bold=True)
