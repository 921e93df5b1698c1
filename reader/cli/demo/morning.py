"""Make the sample morning: invented papers, posts, PDFs and notes, dated for any day.

The texts stand in the TOML files beside this module; here they get their dates, ids
and form. Everything that comes out of it is invented, and says so on each PDF. It
knows nothing of the library that will read it.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from importlib.resources import files
from typing import Any
from xml.sax.saxutils import escape

from reader.cli.demo.catalogue import PlayedPaper
from reader.cli.demo.server import PlayServer
from reader.gathering.calendar import EASTERN, is_listing_day, latest_listing, window
from reader.library.paper import Paper

TIMELINE = "timeline.rss"
"""The name under which the server plays the posts."""

_FIRST_NUMBER = 90001  # arXiv has never had half as many papers in a month

_LINKS = {
    "abs": "https://arxiv.org/abs/{}",
    "pdf": "https://arxiv.org/pdf/{}v1",
    "alphaxiv": "https://www.alphaxiv.org/abs/{}",
    "hf": "https://huggingface.co/papers/{}",
    "doi": "https://doi.org/10.48550/arXiv.{}",
}


@dataclass(frozen=True, slots=True)
class SampleNote:
    """What the sample reader writes about a paper, and asks when its title is gone.

    question: in the note's language, without the words of the title.
    """

    paper: Paper
    topic: str
    text: str
    question: str


def sample_papers(now: datetime) -> tuple[PlayedPaper, ...]:
    """Give the papers of the last two listing days that are out at a moment."""
    newest = latest_listing(now)
    days = (newest, _listing_before(newest))
    rows = _rows("papers", "paper")
    together = {i: [r for r in rows if r["day"] == i] for i in range(len(days))}
    return tuple(
        _played(_FIRST_NUMBER + n, row, _moment(days[row["day"]], row, together[row["day"]]))
        for n, row in enumerate(rows)
    )


def sample_timeline(papers: Sequence[PlayedPaper], now: datetime) -> bytes:
    """Write the posts as the RSS of a timeline, newest first."""
    numbers = {_row(played.paper)["key"]: played.number for played in papers}
    rows = sorted(enumerate(_rows("posts", "post"), 101), key=lambda pair: pair[1]["hours"])
    items = "".join(_item(n, row, now, numbers) for n, row in rows)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel>
    <title>Voices of the corridor (invented for a demonstration)</title>
    <description>Posts of people who do not exist</description>
    <link>https://corridor.example/lists/1</link>
    <lastBuildDate>{format_datetime(now)}</lastBuildDate>
{items}  </channel>
</rss>
""".encode()


def sample_pdf(paper: Paper) -> bytes:
    """Typeset a paper: two columns, and the long text for the three that have one."""
    # PyMuPDF takes most of a second to load.
    from reader.cli.demo.typeset import Manuscript, Section, typeset

    body = next((b for b in _rows("bodies", "body") if b["key"] == _row(paper)["key"]), {})
    sections = [Section(s["heading"], s["text"].strip()) for s in body.get("section", ())]
    if body:
        sections.append(Section("References", "\n\n".join(body["references"])))
    written = Manuscript(paper, tuple(sections), body.get("japanese", "").strip())
    return typeset(written)


def sample_notes(papers: Sequence[PlayedPaper]) -> tuple[SampleNote, ...]:
    """Give three notes in the reader's own words; their papers are the demo's picks."""
    by_key = {_row(played.paper)["key"]: played.paper for played in papers}
    return tuple(
        SampleNote(by_key[r["paper"]], r["topic"], r["text"].strip(), r["question"])
        for r in _rows("notes", "note")
    )


def sample_server(now: datetime) -> PlayServer:
    """Give a server that plays this morning, its clock standing still."""
    papers = sample_papers(now)
    by_number = {played.number: played.paper for played in papers}

    def pdf(number: str) -> bytes | None:
        return sample_pdf(by_number[number]) if number in by_number else None

    clock: Callable[[], datetime] = lambda: now  # noqa: E731
    feeds = {TIMELINE: sample_timeline(papers, now)}
    return PlayServer(papers, clock=clock, feeds=feeds, pdfs=pdf)


def _listing_before(day: date) -> date:
    day -= timedelta(days=1)
    return day if is_listing_day(day) else _listing_before(day)


def _moment(day: date, row: dict[str, Any], together: list[dict[str, Any]]) -> datetime:
    """Spread a day's papers evenly over its submission window."""
    start, end = window(day)
    step = (end - start) / (len(together) + 1)
    return (start + step * (together.index(row) + 1)).replace(microsecond=0)


def _played(n: int, row: dict[str, Any], moment: datetime) -> PlayedPaper:
    revised = "revised_after_days" in row
    submitted_at = moment - timedelta(days=row.get("revised_after_days", 0))
    paper = Paper(
        ids=(f"arxiv:{submitted_at.astimezone(EASTERN):%y%m}.{n}",),
        title=row["title"],
        authors=tuple(row["authors"]),
        abstract=row["abstract"].strip(),
        categories=tuple(row["categories"]),
        comment=row.get("comment", "Invented for a demonstration"),
        published_on=submitted_at.date(),
        announced_on=None,
        version=2 if revised else 1,
    )
    return PlayedPaper(paper, submitted_at, moment if revised else None)


def _item(n: int, row: dict[str, Any], now: datetime, numbers: dict[str, str]) -> str:
    user, host = row["at"].strip("@").split("@")
    url = f"https://{host}/@{user}/{n}"
    posted_at = now - timedelta(hours=row["hours"])
    content = re.sub(r"\{(\w+):(\w+)\}", lambda m: _anchor(m[1], numbers[m[2]]), row["text"])
    title = f"\n      <title>{escape(_legal(row['title']))}</title>" if "title" in row else ""
    return f"""    <item>
      <guid isPermaLink="true">{url}</guid>
      <link>{url}</link>{title}
      <pubDate>{format_datetime(posted_at)}</pubDate>
      <dc:creator>{escape(row["by"])}</dc:creator>
      <description>{escape(_legal(f"<p>{content}</p>"))}</description>
    </item>
"""


def _anchor(form: str, number: str) -> str:
    """Write a link as Mastodon does: the visible part short, the rest in hidden spans."""
    url = _LINKS[form].format(number)
    scheme, rest = url[:8], url[8:]
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener">'
        f'<span class="invisible">{scheme}</span><span class="ellipsis">{rest[:20]}</span>'
        f'<span class="invisible">{rest[20:]}</span></a>'
    )


def _legal(text: str) -> str:
    # XML 1.0 has no place for these; the C1 escape sequences of the hostile post it lets by.
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


def _row(paper: Paper) -> dict[str, Any]:
    return _rows("papers", "paper")[int(paper.id.rpartition(".")[2]) - _FIRST_NUMBER]


@cache
def _rows(name: str, table: str) -> list[dict[str, Any]]:
    text = files("reader.cli.demo").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)[table]
    return rows
