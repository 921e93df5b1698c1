"""`reader share` and `mail`: give papers with one's notes to others, as a page or by mail."""

from __future__ import annotations

import contextlib
import os
import sys
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reader.base.errors import ConfigError, UsageError
from reader.base.machine import share_what_is_made
from reader.base.messages import N_, _, ngettext
from reader.cli import build, output
from reader.cli.frame import WholeNumber, command, say_errors, settings_of
from reader.library.calendar import day_named
from reader.library.config import MailSettings
from reader.library.disk import write_whole
from reader.library.folder import Library, find_papers
from reader.library.place import FEEDS
from reader.notes.share import Choice, NewsItem, SharedPage, share, share_week
from reader.notes.week import week_of
from reader.texts.shared import markdown

if TYPE_CHECKING:
    from email.message import EmailMessage


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
            by_row = {h.row: h for h in find_papers(library, ids)}
            papers = list(by_row.values())
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
    output.put_all(map(str, outcome.messages))
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
    if target == output.STDOUT:
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


@command(
    help=N_(
        "Send the picks and written notes of the last days by mail, for cron.\n\nIt goes to the "
        "addresses of [mail] in feeds.toml, with what `reader share` shows. What one mail had is "
        "in no later one."
    ),
    examples={
        "mail --print": N_("Show the mail, and send nothing"),
        "mail --days 1": N_("Send what is new of today"),
    },
)
@click.option(
    "--days",
    default=7,
    type=WholeNumber(1, 365),
    help=N_("Days to look back, with today: 1 to 365, 7 by default."),
)
@click.option("--print", "is_shown", is_flag=True, help=N_("Print the mail, and send nothing."))
@click.option(
    "--again", "is_again", is_flag=True, help=N_("Send what the last mail had once more.")
)
def mail_command(context: click.Context, days: int, is_shown: bool, is_again: bool) -> None:
    """Send what no mail had yet. Exit code 5: it was not sent, or nobody knows."""
    from reader.library.disk import lock_file
    from reader.notes.mail import MailLog, send, unsent

    with build.opened(context) as library:
        settings, log = library.config.mail, MailLog(library)
        if settings is None and not is_shown:
            raise ConfigError(
                file=library.folder / FEEDS,
                key="mail",
                what=_("this table is missing"),
                hint=_('Write [mail] with to = ["…"], from = "…" and host = "…".'),
            )
        # Two at once would both send what is new.
        with contextlib.nullcontext() if is_shown else lock_file(library.folder / "mail.lock"):
            mails = log.mails()
            if mails and not mails[-1].is_sure and not is_again:
                message = _(
                    "It is not known whether the last mail arrived. If not: reader mail --again"
                )
                output.put(message, is_error=True)
            items = unsent(library, mails[:-1] if is_again else mails, n_days=days)
            if settings and items and not is_shown:
                if refusal := library.refusal():
                    raise refusal
                send(log, settings, _message(library, settings, items), items)
    if is_shown and items:
        click.echo(markdown(_page(items)), nl=False)
        return
    if not items:
        output.answer(context, _("Nothing is new since the last mail."))
    elif settings:
        to = ", ".join(settings.to)
        message = ngettext("sent to {to}: {n} paper", "sent to {to}: {n} papers", len(items), to=to)
        output.answer(context, message)
    output.say_private(context, sum(item.n_left_out for item in items))


def _page(items: Sequence[NewsItem]) -> SharedPage:
    """Group the written notes before the picks."""
    themes = {True: _("Written up"), False: _("Picked to read")}
    papers = [
        replace(item.shared, theme=theme)
        for is_written, theme in themes.items()
        for item in items
        if item.is_written is is_written
    ]
    n_written = sum(item.is_written for item in items)
    counts = {"written": n_written, "picked": len(papers) - n_written}
    title = _("Papers: {written} written up, {picked} picked to read", **counts)
    return SharedPage(tuple(papers), title)


def _message(library: Library, settings: MailSettings, items: Sequence[NewsItem]) -> EmailMessage:
    """Make the mail, as text and as HTML; the same things have the same Message-ID."""
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import format_datetime

    from reader.base.markup import to_html
    from reader.morning.rows import library_id
    from reader.texts.shared import NAMESPACE, html_page

    page = _page(items)
    names = " ".join(sorted(f"{item.name} {item.is_written}" for item in items))
    id_ = uuid.uuid5(NAMESPACE, f"mail {library_id(library.db)} {names}")
    # Letters outside of ASCII are encoded: not every server takes them as they are.
    message = EmailMessage(SMTP.clone(cte_type="7bit"))
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.to)
    message["Date"] = format_datetime(library.now())
    message["Message-ID"] = f"<{id_}@{settings.sender.rpartition('@')[2]}>"
    message["Subject"] = str(page.title)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer by a machine
    message.set_content(markdown(page))
    message.add_alternative(html_page(page, to_html), subtype="html")
    return message
