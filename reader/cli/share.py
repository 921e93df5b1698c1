"""`reader share`: papers with your words as one page, or as Markdown, for others."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from reader.base.errors import UsageError
from reader.base.messages import say
from reader.cli import build, output
from reader.cli.frame import ReaderCommand, settings_of
from reader.habit.share import Choice, share, share_week
from reader.library.days import day_named
from reader.library.find import find_paper
from reader.library.folder import Library, write_whole
from reader.notes.shared import SharedPage, markdown

STDOUT = "-"


@click.command("share", cls=ReaderCommand, help=say("help.share"))
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option(
    "--week", "day", is_flag=False, flag_value="", metavar="[DATE]", help=say("option.share_week")
)
@click.option("--html", "target", type=click.Path(allow_dash=True), help=say("option.html"))
@click.option("--highlights", "chosen", default="none", help=say("option.share_highlights"))
@click.option("--no-figures", is_flag=True, help=say("option.no_figures"))
@click.pass_context
def share_command(
    context: click.Context,
    ids: tuple[str, ...],
    day: str | None,
    target: str | None,
    chosen: str,
    no_figures: bool,
) -> None:
    """Print Markdown, or write a page; what was left out as private is said."""
    if bool(ids) == (day is not None):
        raise UsageError(what=say("share.what"), hint=say("share.what.hint"))
    choice = _choice(chosen)
    if isinstance(choice, frozenset) and len(ids) != 1:
        raise UsageError(what=say("share.numbers"), hint=say("share.choices"))
    with build.opened(context) as library:
        shared = _shared(library, ids, day, choice, has_figures=not no_figures)
        today = library.today()
    # In Markdown a picture is pages of letters, which nobody reads on a screen.
    is_too_long = target is None and sys.stdout.isatty() and any(p.figure for p in shared.papers)
    if target is not None:
        _write_page(context, shared, target, today)
    elif is_too_long:
        bare = tuple(replace(paper, figure=b"") for paper in shared.papers)
        click.echo(markdown(replace(shared, papers=bare)), nl=False)
    else:
        click.echo(markdown(shared), nl=False)
    if settings_of(context).is_quiet:
        return
    if not shared.papers:
        output.put(say("share.nothing"), is_error=True)
    if is_too_long:
        output.put(say("share.no_picture"), is_error=True)
    if shared.n_left_out:
        output.put(say("share.left_out", n=shared.n_left_out), is_error=True)


def _shared(
    library: Library, ids: tuple[str, ...], day: str | None, choice: Choice, *, has_figures: bool
) -> SharedPage:
    if day is None:
        held = list({h.row: h for h in (find_paper(library, text) for text in ids)}.values())
        return share(library, held, choice=choice, has_figures=has_figures)
    on = day_named(day, library.today()) if day else library.today()
    return share_week(library, on, choice=choice, has_figures=has_figures)


def _write_page(context: click.Context, shared: SharedPage, target: str, today: date) -> None:
    """Write a page, its folders too where they are missing. target: its file; or a folder, there
    already or with a slash at its end, and then the file is named as the pages name it."""
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
        output.put(
            say("share.written", file=file, n=f"{len(page.encode()) / 1000:,.0f}"), is_error=True
        )


def _choice(text: str) -> Choice:
    """Read which highlights: all, none, or numbers. Raises UsageError."""
    if text in ("all", "none"):
        return text  # type: ignore[return-value]
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise UsageError(what=say("share.bad_choice", text=repr(text)), hint=say("share.choices"))
    return frozenset(map(int, parts))
