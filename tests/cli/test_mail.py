"""Send mails to a real SMTP server on this machine, and let everything go wrong."""

from __future__ import annotations

import contextlib
import email
import json
import shlex
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from reader.base.errors import NotSent
from reader.library.config import MailSettings
from reader.library.folder import open_library
from reader.library.rows import papers
from reader.notes.mail import MailLog, send
from tests.installed import NOW, Ran, run_here
from tests.samples import paper

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd, of its own TLS

PASSWORD = "hunter2-secret"
OTHERS = ("bo@example.org", "cy@example.org")


@dataclass
class Post:
    """A server that keeps what it is sent, and answers as it is told."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    answer: str = "250 OK"
    """To the end of a mail; "drop" closes the connection in its place."""
    refused: str = ""
    """A recipient whom it does not take."""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == self.refused:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer == "drop":
            server.transport.abort()
        if self.answer.startswith("250") or self.answer == "drop":
            read = email.message_from_bytes(envelope.original_content, policy=default)
            assert isinstance(read, EmailMessage)
            self.mails.append(read)
            self.recipients.append(envelope.rcpt_tos)
        return self.answer

    def login(
        self, server: SMTP, session: Session, envelope: Envelope, way: str, given: LoginPassword
    ) -> AuthResult:
        password = given.password.decode()
        self.logins.append(f"{given.login.decode()} {password}")
        if password == PASSWORD:
            return AuthResult(success=True)
        # Some servers say again what they were sent.
        return AuthResult(success=False, handled=False, message=f"535 5.7.8 not {password}")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@contextlib.contextmanager
def serving(
    post: Post, authority: trustme.CA | None, *, host: str = "localhost", starttls: bool = False
) -> Iterator[int]:
    """Serve with a certificate for a host, from the first byte or after STARTTLS; gives the port.

    authority: None for no encryption at all.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    more: dict[str, Any] = {"authenticator": post.login, "auth_required": True}
    if authority is None:
        more = {}
    else:
        authority.issue_cert(host).configure_cert(context)
        more |= (
            {"tls_context": context, "require_starttls": True}
            if starttls
            else {"ssl_context": context, "auth_require_tls": False}
        )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@dataclass
class Sender:
    """A library whose mails go to a server."""

    library: Path
    ca: Path

    def set_up(self, port: int, *, password: str = PASSWORD, **more: object) -> None:
        command = shlex.join([sys.executable, "-c", f"print({password!r})"])
        keys = {"to": list(OTHERS), "from": "ada@example.org", "host": "localhost", "port": port,
                "tls": "implicit", "user": "ada", "password_command": command, **more}  # fmt: skip
        lines = [f"{k} = {json.dumps(v)}" for k, v in keys.items() if v is not None]
        file = self.library / "feeds.toml"
        before = file.read_text("utf-8").partition("\n[mail]\n")[0]
        file.write_text("\n".join([before, "[mail]", *lines, ""]), "utf-8")

    def __call__(self, *args: str, now: datetime = NOW, trusts: bool = True) -> Ran:
        env = {"SSL_CERT_FILE": str(self.ca)} if trusts else {}
        return run_here("mail", *args, library=self.library, env=env, now=now)

    def note(self, id_: str, words: str, *, now: datetime = NOW) -> None:
        assert run_here("note", id_, "-m", words, library=self.library, now=now).code == 0


@pytest.fixture
def sender(library: Path, tmp_path: Path, authority: trustme.CA) -> Sender:
    """A library with one written note and one pick."""
    with open_library(library, now=lambda: NOW) as opened:
        several = [paper(n, f"Rain {n}", authors=("Ada Field",)) for n in (101, 102)]
        papers.add_papers(opened.db, several, source="arXiv", on=NOW.date())
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca)
    made = Sender(library, ca)
    made.note("2506.00101", "雨を二度聞く。\n\n.\n\nIt waits. <!-- mine --> It speaks.")
    assert run_here("pick", "--no-fetch", "2506.00102", library=library).code == 0
    return made


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def test_a_mail_has_notes_and_picks_as_others_see_them(
    sender: Sender, authority: trustme.CA
) -> None:
    post = Post()
    with serving(post, authority) as port:
        sender.set_up(port)
        ran = sender()
    private = "Private parts left out of your words: 1.\n"
    told = "sent to bo@example.org, cy@example.org: 2 papers\n"
    assert ran == (0, told, private)
    [mail] = post.mails
    assert (post.recipients, post.logins) == ([list(OTHERS)], [f"ada {PASSWORD}"])
    assert [mail[name] for name in ("From", "To", "Subject", "Auto-Submitted")] == [
        "ada@example.org",
        "bo@example.org, cy@example.org",
        "Papers: 1 written up, 1 picked to read",
        "auto-generated",
    ]
    assert mail["Date"].datetime == NOW
    text, page = part(mail, "plain"), part(mail, "html")
    lines = [line for line in text.splitlines() if line]
    assert lines == [
        "# Papers: 1 written up, 1 picked to read",
        "## Written up",
        "### Rain 101",
        "Ada Field · 2025  ",
        "<https://arxiv.org/abs/2506.00101>",
        "雨を二度聞く。",
        ".",
        "It waits. It speaks.",
        "## Picked to read",
        "### Rain 102",
        "Ada Field · 2025  ",
        "<https://arxiv.org/abs/2506.00102>",
    ]
    assert "<p>雨を二度聞く。</p>" in page
    assert not mail.defects


def test_nothing_is_sent_twice(sender: Sender, authority: trustme.CA) -> None:
    post = Post()
    with serving(post, authority) as port:
        sender.set_up(port)
        assert sender().code == 0
        assert sender() == (0, "Nothing is new since the last mail.\n", "")
        later = NOW + timedelta(2)
        sender.note("2506.00102", "It rains.\n\n.\n\n.. It stops.", now=later)
        assert sender("--days", "30", now=later).code == 0
        assert sender(now=later).code == 0
        assert [mail["Subject"] for mail in post.mails] == [
            "Papers: 1 written up, 1 picked to read",
            "Papers: 1 written up, 0 picked to read",
        ]
        # Lines of dots are what ends a mail.
        assert "It rains.\n\n.\n\n.. It stops.\n" in part(post.mails[1], "plain")
        assert sender("--again", now=later).code == 0
    assert post.mails[2]["Message-ID"] == post.mails[1]["Message-ID"]
    assert part(post.mails[2], "plain") == part(post.mails[1], "plain")


def test_what_is_older_than_the_days_is_not_sent(sender: Sender, authority: trustme.CA) -> None:
    post = Post()
    with serving(post, authority) as port:
        sender.set_up(port)
        assert sender(now=NOW + timedelta(7)).out == "Nothing is new since the last mail.\n"
        assert sender(now=NOW + timedelta(6)).code == 0
    assert len(post.mails) == 1


def test_starttls_comes_before_the_password(sender: Sender, authority: trustme.CA) -> None:
    post = Post()
    with serving(post, authority, starttls=True) as port:
        sender.set_up(port, tls=None)
        assert sender().code == 0
    assert (len(post.mails), post.logins) == (1, [f"ada {PASSWORD}"])


def test_a_server_of_this_machine_needs_no_encryption(sender: Sender) -> None:
    post = Post()
    with serving(post, None) as port:
        sender.set_up(port, tls="none", user=None, password_command=None)
        assert sender().code == 0
    assert len(post.mails) == 1


def said(ran: Ran, port: int, what: str, remedy: str) -> None:
    """Check a failure: place, what happened and remedy, on the error stream alone."""
    told = " ".join(ran.err.split())
    assert (ran.code, ran.out) == (5, "")
    assert told.startswith(f"reader: localhost:{port}: {what}"), told
    assert remedy in told


def test_a_refused_login_tells_no_password(sender: Sender, authority: trustme.CA) -> None:
    post = Post()
    with serving(post, authority) as port:
        sender.set_up(port, password="wrong-secret")
        ran = sender("--debug")
        said(ran, port, "the login of ada was refused: 535 5.7.8 not …", "Correct [mail] in feeds")
        assert "wrong-secret" not in ran.err
        assert post.logins
        sender.set_up(port)
        assert sender().code == 0
    assert len(post.mails) == 1
    assert PASSWORD not in (sender.library / "mails.jsonl").read_text()


@pytest.mark.parametrize("starttls", [False, True])
@pytest.mark.parametrize(
    ("host", "trusts", "what"),
    [
        ("localhost", False, "its certificate is not valid: unable to get local issuer"),
        ("mail.example.org", True, "its certificate is not valid: Hostname mismatch"),
    ],
)
def test_a_wrong_certificate_ends_it_before_the_login(
    sender: Sender, authority: trustme.CA, host: str, trusts: bool, what: str, starttls: bool
) -> None:
    post = Post()
    with serving(post, authority, host=host, starttls=starttls) as port:
        sender.set_up(port, tls="starttls" if starttls else "implicit")
        said(sender(trusts=trusts), port, what, "Nothing was sent, no password either.")
    assert (post.mails, post.logins) == ([], [])


@pytest.mark.parametrize(
    ("tls", "what"),
    [
        ("starttls", "STARTTLS extension not supported by server."),
        ("implicit", "no encryption could be agreed on: "),
    ],
)
def test_a_server_without_encryption_gets_nothing(sender: Sender, tls: str, what: str) -> None:
    post = Post()
    with serving(post, None) as port:
        sender.set_up(port, tls=tls)
        said(sender(), port, what, 'Port 465 is "implicit", port 587 "starttls".')
    assert post.mails == []


def test_nobody_gets_a_mail_that_one_recipient_is_refused(
    sender: Sender, authority: trustme.CA
) -> None:
    post = Post(refused=OTHERS[1])
    with serving(post, authority) as port:
        sender.set_up(port)
        what = "cy@example.org was refused: 550 5.1.1 no such user"
        said(sender(), port, what, "Nothing was sent.")
        assert post.mails == []
        post.refused = ""
        assert sender().code == 0
    assert post.recipients == [list(OTHERS)]


def test_a_mail_that_the_server_refused_is_sent_by_the_next_run(
    sender: Sender, authority: trustme.CA
) -> None:
    post = Post(answer="452 4.2.2 mailbox full")
    with serving(post, authority) as port:
        sender.set_up(port)
        said(sender(), port, "the mail was refused: 452 4.2.2 mailbox full", "try again later")
        post.answer = "250 OK"
        assert sender().err == "Private parts left out of your words: 1.\n"
    assert len(post.mails) == 1


def test_a_mail_of_which_nobody_knows_is_not_sent_again_unasked(
    sender: Sender, authority: trustme.CA
) -> None:
    post = Post(answer="drop")
    with serving(post, authority) as port:
        sender.set_up(port)
        what = "the connection broke before the server said whether it took the mail"
        said(sender(), port, what, "If not: reader mail --again")
        post.answer = "250 OK"
        told = "It is not known whether the last mail arrived. If not: reader mail --again\n"
        assert sender() == (0, "Nothing is new since the last mail.\n", told)
        assert sender("--again").code == 0
        assert sender() == (0, "Nothing is new since the last mail.\n", "")
    assert [mail["Message-ID"] for mail in post.mails] == [post.mails[0]["Message-ID"]] * 2


def test_a_line_that_a_power_cut_left_in_part_hides_no_other(
    sender: Sender, authority: trustme.CA
) -> None:
    post = Post()
    with serving(post, authority) as port:
        sender.set_up(port)
        (sender.library / "mails.jsonl").write_text('\n{"id": "<1@exam')
        assert sender().code == 0
        assert sender().out == "Nothing is new since the last mail.\n"


@contextlib.contextmanager
def answering(script: Sequence[str], end: Callable[[socket.socket], None]) -> Iterator[int]:
    """Answer the lines of a client one by one, then do something with the connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _unused = server.accept()
            with connection, connection.makefile("rwb") as lines:
                for n, line in enumerate(script):
                    if n:
                        lines.readline()
                    lines.write(line.encode() + b"\r\n")
                    lines.flush()
                end(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


GREETING = ("220 here", "250 here", "250 OK", "250 OK", "354 go on")


def sent_to(library: Path, port: int, words: str, *, timeout_s: float) -> tuple[str, MailLog]:
    """Send a mail that must fail; gives what is said, and the log."""
    message = EmailMessage()
    message["Message-ID"] = "<1@example.org>"
    message.set_content(words)
    settings = MailSettings(("bo@example.org",), "ada@example.org", "127.0.0.1", port, "none")
    with open_library(library, now=lambda: NOW) as opened:
        log = MailLog(opened)
        with pytest.raises(NotSent) as caught:
            send(log, settings, message, [], timeout_s=timeout_s)
    return caught.value.message, log


def test_a_silent_server_is_given_up(library: Path) -> None:
    release = threading.Event()
    with answering(GREETING[:3], lambda _: [release.wait()].clear()) as port:
        told, log = sent_to(library, port, "words", timeout_s=0.2)
        release.set()
    assert told == f"127.0.0.1:{port}: no answer (Connection unexpectedly closed: timed out)"
    assert log.mails() == []


@pytest.mark.slow
def test_a_mail_that_broke_off_before_its_end_was_not_sent(library: Path) -> None:
    # More than the buffers between two programs hold.
    words = "many words\n" * 1_000_000
    with answering(GREETING, lambda connection: None) as port:
        told, log = sent_to(library, port, words, timeout_s=30)
    assert told.startswith(f"127.0.0.1:{port}: no answer (")
    assert log.mails() == []


def test_a_server_that_is_not_there_is_named(sender: Sender) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        sender.set_up(port)
        said(sender(), port, "no answer (Connection refused)", "mail.port right?")


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("", "a user needs one"),
        ("/no/such/command", "No such file or directory"),
        ("'", "it cannot be read"),
        (shlex.join([sys.executable, "-c", "raise SystemExit(3)"]), "ended with code 3"),
        (shlex.join([sys.executable, "-c", "print()"]), "it prints nothing"),
    ],
)
def test_a_command_without_a_password_is_named(sender: Sender, command: str, what: str) -> None:
    sender.set_up(1, password_command=command)
    ran = sender()
    assert (ran.code, ran.out) == (5, "")
    assert ran.err.startswith(f"reader: mail.password_command: {what}\n")


def test_letters_that_smtp_cannot_have_are_said(sender: Sender, authority: trustme.CA) -> None:
    with serving(Post(), authority) as port:
        sender.set_up(port, password="ひみつ")
        ran = sender("--debug")
        said(ran, port, "user and password may have only letters of ASCII", "Change the password")
    assert "ひみつ" not in ran.err


def test_a_mail_is_shown_without_being_sent(sender: Sender) -> None:
    ran = sender("--print")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("# Papers: 1 written up, 1 picked to read\n")
    assert not (sender.library / "mails.jsonl").exists()
    ran = sender()
    assert (ran.code, "feeds.toml, line 1: mail: this table is missing" in ran.err) == (3, True)
