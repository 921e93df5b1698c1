"""Test the reading of Google Scholar's alerts: one mail, an mbox, damaged ones."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime

import pytest

from reader.base.errors import SourceFailed
from reader.gathering.sources.kinds import read_scholar
from reader.library.paper import Mention, Post

AT = datetime(2025, 3, 4, 7, 30, tzinfo=UTC)
WRAP = "https://scholar.google.com/scholar_url?url={}&amp;hl=en&amp;sa=X&amp;oi=scholaralrt"
BODY = f"""<html><body><h3><span>[PDF]</span> <a class="gse_alrt_title"
href="{WRAP.format("https://arxiv.org/pdf/2503.00001")}">Rivers <b>talk</b></a></h3>
<div style="color:#006621">A Field, B Lind - arXiv preprint arXiv:2503.00001, 2025</div>
<div class="gse_alrt_sni">They &hellip; do.</div>
<div><a href="https://scholar.google.com/citations?x">Save</a></div>
<h3><a href="{WRAP.format("https://journal.example/rain%3Fid%3D7")}" class="gse_alrt_title">
Gardens hear</a></h3><div>C Pond - Rain, 2025</div></body></html>"""
POSTS = (
    Post(
        "https://arxiv.org/pdf/2503.00001", "",
        "Rivers talk\n\nA Field, B Lind - arXiv preprint arXiv:2503.00001, 2025\nThey … do.",
        "https://arxiv.org/pdf/2503.00001", AT, (Mention("arxiv:2503.00001"),),
    ),
    Post(
        "https://journal.example/rain?id=7", "", "Gardens hear\n\nC Pond - Rain, 2025",
        "https://journal.example/rain?id=7", AT, links=("https://journal.example/rain?id=7",),
    ),
)  # fmt: skip


def mail(
    body: str = BODY, *, encoding: str = "", sender: str = "", kind: str = "text/html"
) -> bytes:
    sender = sender or "Google Scholar Alerts <scholaralerts-noreply@google.com>"
    content = base64.encodebytes(body.encode()).decode() if encoding == "base64" else body
    return (
        f"From: {sender}\r\nSubject: rivers - new results\r\nDate: Tue, 4 Mar 2025 16:30:00 +0900"
        f"\r\nContent-Type: {kind}; charset=UTF-8"
        f"\r\nContent-Transfer-Encoding: {encoding or '8bit'}"
        f"\r\n\r\n{content}\r\n"
    ).encode()


@pytest.mark.parametrize("encoding", ["8bit", "base64"])
def test_each_paper_of_a_mail_is_a_post_without_author(encoding: str) -> None:
    assert read_scholar(mail(encoding=encoding), source="Alerts").posts == POSTS


def test_a_mail_in_several_parts_is_read() -> None:
    parts = mail().partition(b"Content-Type")
    content = (
        parts[0] + b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nRivers\r\n--b\r\n"
        + parts[1] + parts[2] + b"\r\n--b--\r\n"
    )  # fmt: skip
    assert read_scholar(content, source="Alerts").posts == POSTS


def test_an_mbox_is_read_mail_by_mail_and_other_mails_are_passed_over() -> None:
    other = mail("<p>From here on: lunch?</p>", sender="ada@field.example")
    box = b"".join(
        b"From 1@xxx Tue Mar 04 07:30:00 +0000 2025\r\n" + one + b"\r\n"
        for one in (mail(), other, mail())
    )
    assert read_scholar(box, source="Alerts").posts == POSTS
    assert read_scholar(box, source="Alerts").total == 2


def test_an_alert_that_cannot_be_read_is_counted_as_missing() -> None:
    changed = mail(f'<a href="{WRAP.format("https://a.example")}">New look</a>')
    box = b"".join(b"From a b\n" + one + b"\n\n" for one in (mail(), changed))
    assert len(read_scholar(box, source="Alerts").posts) == 2
    assert read_scholar(box, source="Alerts").total == 3
    with pytest.raises(SourceFailed, match="no paper can be read in 1 alert"):
        read_scholar(changed, source="Alerts")


def test_a_mail_that_is_no_alert_is_an_empty_list() -> None:
    assert (
        read_scholar(mail("<p>Lunch?</p>", sender="ada@field.example"), source="Alerts").posts == ()
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda m: m.replace(b"charset=UTF-8", b"charset=no-such-set"),
        lambda m: m.replace(b"Date: Tue", b"Date: \xff\xfe Xyz"),
        lambda m: m.replace(b"8bit", b"no-such-encoding"),
        lambda m: b"Subject: =?x?y?z?=\r\nMessage-ID: <<>>@[\r\n" + m,
        lambda m: m.replace(b"text/html", b"text/html; charset*=x''%00"),
    ],
)
def test_damaged_mails_keep_what_can_be_read(damage) -> None:  # type: ignore[no-untyped-def]
    posts = read_scholar(damage(mail()), source="Alerts").posts
    assert [post.mentions for post in posts][:1] == [(Mention("arxiv:2503.00001"),)]


@pytest.mark.parametrize(
    "piece", ["<a ", "<a x>", "<h3><a href=", "</a", "From x\n\n", "\n\nFrom "]
)
def test_endless_repetition_takes_no_endless_time(piece: str) -> None:
    began = time.process_time()
    read_scholar(mail(piece * (200_000 // len(piece)), sender="x@y.example"), source="Alerts")
    assert time.process_time() - began < 5
