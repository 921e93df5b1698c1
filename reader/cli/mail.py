"""`reader mail`: send picks and written notes to others."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Sequence
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import click

from reader.base.errors import ConfigError
from reader.base.messages import N_, _, ngettext
from reader.cli import build, output
from reader.cli.frame import WholeNumber, command
from reader.library.config import MailSettings
from reader.library.folder import Library
from reader.library.place import FEEDS
from reader.notes.share import NewsItem, SharedPage


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
                told = _(
                    "It is not known whether the last mail arrived. If not: reader mail --again"
                )
                output.put(told, is_error=True)
            items = unsent(library, mails[:-1] if is_again else mails, n_days=days)
            if settings and items and not is_shown:
                if refusal := library.refusal():
                    raise refusal
                send(log, settings, _message(library, settings, items), items)
    if is_shown and items:
        from reader.texts.shared import markdown

        click.echo(markdown(_page(items)), nl=False)
        return
    if not items:
        output.answer(context, _("Nothing is new since the last mail."))
    elif settings:
        to = ", ".join(settings.to)
        told = ngettext("sent to {to}: {n} paper", "sent to {to}: {n} papers", len(items), to=to)
        output.answer(context, told)
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
    from reader.base.markup import to_html
    from reader.morning.rows import library_id
    from reader.texts.shared import html_page, markdown
    from reader.texts.subscriptions import NAMESPACE

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
