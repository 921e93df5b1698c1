"""Send picks and written notes by mail, none of them twice.

`mails.jsonl` has what each mail held. Its line is on the disk before the server gets the end of the
mail, and is taken back by another line only where it is sure that the server did not take it.
What nobody knows, after a connection that broke in between, counts as sent, and is told.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import smtplib
import ssl
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial

from reader.base.errors import NotSent, ReaderError, os_reason
from reader.base.messages import Text, lazy_gettext
from reader.base.text import plain, shorten
from reader.library.calendar import days_back
from reader.library.config import MailSettings
from reader.library.disk import disk_error, sync_folder
from reader.library.folder import Library
from reader.notes.share import NewsItem, news

TIMEOUT_S = 30
"""The seconds that the server may take for each answer."""

COMMAND_S = 60
"""The seconds that `password_command` may take: a person may have to type something."""


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that left, or may have. papers: the name of each, and whether it was a note."""

    id: str
    is_sure: bool
    papers: frozenset[tuple[str, bool]]


class MailLog:
    """The file of what was sent."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.file = library.folder / "mails.jsonl"

    def mails(self) -> list[SentMail]:
        """Read the mails that left, or may have, the oldest first. Raises StoreError."""
        found: dict[str, SentMail] = {}
        try:
            lines = self.file.read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise disk_error(error, self.file) from error
        for line in lines:
            with contextlib.suppress(ValueError, LookupError, TypeError):  # cut by a power cut
                row = json.loads(line)
                before = found.pop(row["id"], None)
                if row["state"] != "refused":
                    keys = frozenset((name, is_note) for name, is_note in row.get("papers", ()))
                    keys = keys or (before.papers if before else keys)
                    found[row["id"]] = SentMail(row["id"], row["state"] == "sent", keys)
        return list(found.values())

    def add(self, id_: str, state: str, items: Sequence[NewsItem] = ()) -> None:
        """Append a line; it is on the disk when this returns. Raises StoreError."""
        keys = [(item.name, item.is_written) for item in items]
        row = {"id": id_, "state": state, "at": self._library.now().isoformat(), "papers": keys}
        try:
            with self.file.open("ab") as handle:
                # The line end first: the line before may have been cut.
                handle.write(b"\n" + json.dumps(row).encode())
                handle.flush()
                os.fsync(handle.fileno())
            sync_folder(self.file.parent)
        except OSError as error:
            raise disk_error(error, self.file) from error


def unsent(library: Library, mails: Sequence[SentMail], *, n_days: int) -> list[NewsItem]:
    """List the picks and written notes of some days that no mail had, the newest first."""
    sent = {key for mail in mails for key in mail.papers}
    today = library.today()
    items = news(library, days_back(today, n_days - 1), today)
    return [item for item in items if (item.name, item.is_written) not in sent]


def send(
    log: MailLog,
    settings: MailSettings,
    message: EmailMessage,
    items: Sequence[NewsItem],
    *,
    timeout_s: float = TIMEOUT_S,
) -> None:
    """Send a mail to all that it is for, or to none. Raises NotSent or StoreError."""
    id_ = message["Message-ID"]
    content = message.as_bytes(policy=SMTP)
    # A line that begins with a dot gets another one: a lone dot ends the mail (RFC 5321, 4.5.2).
    content = content.replace(b"\r\n.", b"\r\n..").rstrip(b"\r\n") + b"\r\n.\r\n"
    with _connected(settings, timeout_s) as (server, refusal):
        # All of them first: a server that refuses one would take the mail for the others.
        for verb, address in (
            ("MAIL FROM", settings.sender),
            *(("RCPT TO", t) for t in settings.to),
        ):
            code, answer = server.docmd(f"{verb}:<{address}>")
            if code // 100 != 2:
                raise refusal(address, code, answer)
        code, answer = server.docmd("DATA")
        if code != 354:
            raise refusal(lazy_gettext("the mail"), code, answer)
        log.add(id_, "begun", items)
        try:
            server.send(content)
        except OSError:
            log.add(id_, "refused")  # its end was not sent
            raise
        try:
            code, answer = server.getreply()
        except OSError as error:
            raise _unknown(settings) from error
        if code // 100 != 2:
            log.add(id_, "refused")
            raise refusal(lazy_gettext("the mail"), code, answer)
        log.add(id_, "sent")


Refusal = Callable[[Text, int, bytes | str], NotSent]
"""Makes the error of a refusal: of what, the code and the words of the server."""


@contextlib.contextmanager
def _connected(settings: MailSettings, timeout_s: float) -> Iterator[tuple[smtplib.SMTP, Refusal]]:
    """Connect and sign in; every error of the connection becomes NotSent."""
    password = _password(settings) if settings.user else ""
    refusal = partial(_refusal, settings, password)
    context = ssl.create_default_context()
    is_implicit = settings.tls == "implicit"
    make = partial(smtplib.SMTP_SSL, context=context) if is_implicit else smtplib.SMTP
    try:
        # A name of its own: smtplib would look this machine's up, and tell it.
        server = make(settings.host, settings.port, "[127.0.0.1]", timeout=timeout_s)
        with contextlib.closing(server):
            if settings.tls == "starttls":
                server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
            if settings.user:
                server.login(settings.user, password)
            yield server, refusal
            with contextlib.suppress(OSError):
                server.quit()
    # From None: what smtplib raises may have the password in it.
    except smtplib.SMTPAuthenticationError as error:
        login = lazy_gettext("the login of {user}", user=settings.user)
        raise refusal(login, error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPResponseException as error:
        raise refusal(lazy_gettext("the connection"), error.smtp_code, error.smtp_error) from None
    except (OSError, UnicodeEncodeError) as error:
        what, hint = _trouble(error)
        raise NotSent(place=f"{settings.host}:{settings.port}", what=what, hint=hint) from None


def _refusal(
    settings: MailSettings, password: str, what: Text, code: int, answer: bytes | str
) -> NotSent:
    text = plain(answer if isinstance(answer, str) else answer.decode("utf-8", "replace"))
    # A server may say again what it was sent.
    text = shorten(text.replace(password, "…") if password else text, 200)
    return NotSent(
        place=f"{settings.host}:{settings.port}",
        what=lazy_gettext(
            "{what} was refused: {code} {message}", what=what, code=code, message=text
        ),
        hint=lazy_gettext("Nothing was sent. Correct [mail] in feeds.toml, or try again later."),
    )


def _trouble(error: OSError | UnicodeEncodeError) -> tuple[Text, Text]:
    """Say what is wrong with a connection, and what to do about it."""
    right_tls = lazy_gettext('Is mail.tls right? Port 465 is "implicit", port 587 "starttls".')
    if isinstance(error, UnicodeEncodeError):
        return (
            lazy_gettext("user and password may have only letters of ASCII"),
            lazy_gettext("Change the password of this server."),
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            lazy_gettext("its certificate is not valid: {what}", what=error.verify_message),
            lazy_gettext(
                "Is mail.host the name in the certificate? Nothing was sent, no password either."
            ),
        )
    if isinstance(error, ssl.SSLError):
        what = error.reason or str(error)
        return lazy_gettext("no encryption could be agreed on: {what}", what=what), right_tls
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return plain(str(error)), right_tls
    return (
        lazy_gettext("no answer ({what})", what=os_reason(error)),
        lazy_gettext("Nothing was sent. Is the network up, and mail.port right?"),
    )


def _unknown(settings: MailSettings) -> NotSent:
    return NotSent(
        place=f"{settings.host}:{settings.port}",
        what=lazy_gettext("the connection broke before the server said whether it took the mail"),
        hint=lazy_gettext("Look whether it arrived. If not: reader mail --again"),
    )


def _password(settings: MailSettings) -> str:
    """Ask the command of feeds.toml. What it prints is never told."""
    hint = lazy_gettext("Correct mail.password_command in feeds.toml; its first line is taken.")

    def failed(what: Text) -> ReaderError:
        return NotSent(place="mail.password_command", what=what, hint=hint)

    try:
        words = shlex.split(settings.password_command)
        if not words:
            raise failed(lazy_gettext("a user needs one"))
        # The terminal stays its own: it may have to ask for something.
        done = subprocess.run(words, stdout=subprocess.PIPE, timeout=COMMAND_S)  # noqa: S603
        lines = done.stdout.decode().splitlines()
    except OSError as error:
        raise failed(os_reason(error)) from None
    except subprocess.TimeoutExpired:
        raise failed(lazy_gettext("no answer in {n} s", n=COMMAND_S)) from None
    except ValueError:  # a quote that is not closed, or bytes that are no UTF-8
        raise failed(lazy_gettext("it cannot be read")) from None
    if done.returncode:
        raise failed(lazy_gettext("ended with code {n}", n=done.returncode))
    if not lines or not lines[0]:
        raise failed(lazy_gettext("it prints nothing"))
    return lines[0]
