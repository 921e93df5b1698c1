"""`reader mute` and `unmute`: keep words, authors, categories and sources out of the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import click

from reader.base.errors import UsageError
from reader.base.messages import N_, _
from reader.cli import build, output
from reader.cli.frame import WholeNumber, as_json_option, command
from reader.cli.output import answer
from reader.morning.mute import MOST_DAYS, last_day, mute, mute_lines, unmute
from reader.ranking.mute import MuteKind
from reader.texts.morning import mute_line_text, mute_texts

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
