"""Run the sample morning: a local server, a library, and the commands that a person types.

The papers, posts, PDFs and notes are invented and stand in the TOML files beside this module.
Here they get ids and form, and dates for any day. Everything else is the real program, from
the fetch to the exported note. Needs no network. Each page of a PDF says that it is invented; the
same paper gives the same bytes.
"""

from __future__ import annotations

import contextlib
import html
import os
import re
import shlex
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import click
import pymupdf

from reader.base.errors import UsageError
from reader.base.messages import N_, _
from reader.cli.build import clock
from reader.cli.demo.server import PlayedPaper, PlayServer
from reader.cli.frame import Settings, run
from reader.library.calendar import EASTERN, is_listing_day, latest_listing, window
from reader.library.disk import disk_error
from reader.library.folder import template
from reader.library.paper import Paper
from reader.library.place import FEEDS

TIMELINE = "timeline.rss"
"""The name of the posts' feed on the server."""

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
    """A note of the sample reader, and the query by which they find the paper later.

    question: in the note's language, without the words of the title.
    """

    paper: Paper
    topic: str
    text: str
    question: str


def sample_papers(now: datetime) -> tuple[PlayedPaper, ...]:
    """Make the sample papers, dated for the last two listing days before a moment."""
    newest = latest_listing(now)
    days = (newest, _listing_before(newest))
    rows = _rows("papers", "paper")
    played = []
    for n, row in enumerate(rows, _FIRST_NUMBER):
        # A day's papers are spread evenly over its submission window.
        together = [one for one in rows if one["day"] == row["day"]]
        start, end = window(days[row["day"]])
        step = (end - start) / (len(together) + 1)
        moment = (start + step * (together.index(row) + 1)).replace(microsecond=0)
        submitted_at = moment - timedelta(days=row.get("revised_after_days", 0))
        is_revised = "revised_after_days" in row
        paper = Paper(
            ids=(f"arxiv:{submitted_at.astimezone(EASTERN):%y%m}.{n}",),
            title=row["title"],
            authors=tuple(row["authors"]),
            abstract=row["abstract"].strip(),
            categories=tuple(row["categories"]),
            comment=row.get("comment", "Invented for a demonstration"),
            published_on=submitted_at.date(),
            announced_on=None,
            version=2 if is_revised else 1,
        )
        played.append(PlayedPaper(paper, submitted_at, moment if is_revised else None))
    return tuple(played)


def sample_timeline(papers: Sequence[PlayedPaper], now: datetime) -> bytes:
    """Write the sample posts as the RSS feed of a timeline, newest first."""
    numbers = {_row(played.paper)["key"]: played.number for played in papers}
    rows = sorted(enumerate(_rows("posts", "post"), 101), key=lambda pair: pair[1]["hours"])
    items = "".join(_feed_item(n, row, now, numbers) for n, row in rows)
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
    """Typeset a sample paper in two columns; three papers have a long text.

    Returns the PDF's bytes.
    """
    body = next((b for b in _rows("bodies", "body") if b["key"] == _row(paper)["key"]), {})
    sections = [Section(s["heading"], s["text"].strip()) for s in body.get("section", ())]
    if body:
        sections.append(Section("References", "\n\n".join(body["references"])))
    written = Manuscript(paper, tuple(sections), body.get("japanese", "").strip())
    return typeset(written)


def sample_notes(papers: Sequence[PlayedPaper]) -> tuple[SampleNote, ...]:
    """Make the three sample notes; their papers are the demo's picks."""
    by_key = {_row(played.paper)["key"]: played.paper for played in papers}
    return tuple(
        SampleNote(by_key[r["paper"]], r["topic"], r["text"].strip(), r["question"])
        for r in _rows("notes", "note")
    )


def sample_server(now: datetime) -> PlayServer:
    """Make the server for the sample morning; its clock stands at `now`."""
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


def _feed_item(n: int, row: dict[str, Any], now: datetime, numbers: dict[str, str]) -> str:
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
    """Write a link as Mastodon does: a short visible part, the rest in hidden spans."""
    url = _LINKS[form].format(number)
    scheme, rest = url[:8], url[8:]
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener">'
        f'<span class="invisible">{scheme}</span><span class="ellipsis">{rest[:20]}</span>'
        f'<span class="invisible">{rest[20:]}</span></a>'
    )


def _legal(text: str) -> str:
    # XML 1.0 forbids these. C1 control characters, which the hostile post has, are allowed.
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


def _row(paper: Paper) -> dict[str, Any]:
    return _rows("papers", "paper")[int(paper.id.rpartition(".")[2]) - _FIRST_NUMBER]


@cache
def _rows(name: str, table: str) -> list[dict[str, Any]]:
    text = files("reader.cli.demo").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)[table]
    return rows


_ARXIV = "[arxiv]\n"


def play(*, keep: Path | None, is_quiet: bool) -> int:
    """Run the morning from gather to export; returns the first exit code that is not 0.

    keep: a new or empty folder for the library; None makes a temporary one and removes it.
    """
    now = clock()()
    with _library_folder(keep) as folder, sample_server(now) as server:
        click.echo(
            _(
                """A sample morning. Papers, authors, posts and PDFs are invented; the program,
the model and the files are real. Nothing leaves this machine.
library  {folder}
server   {url} (plays arXiv and a timeline)""",
                folder=folder,
                url=server.url,
            )
        )
        (folder / FEEDS).write_text(feeds_toml(server), encoding="utf-8")
        for key, args in _commands(sample_notes(sample_papers(now))):
            if not is_quiet:
                click.echo("\n" + click.style(_(key), dim=True))
                click.echo(click.style(f"$ {shlex.join(['reader', *args])}", bold=True))
            if code := run(args, Settings(library=folder, is_quiet=is_quiet, may_ask=False)):
                return code
        for file in sorted((folder / "notes").rglob("*.md"))[:1]:
            click.echo(click.style(f"\n{file}", bold=True))
            click.echo(file.read_text(encoding="utf-8"))
        click.echo(
            _(
                N_("This library was temporary; --keep DIR keeps it. To make your own: reader init")
                if keep is None
                else N_(
                    "The library is kept in {folder}. Its sources played on a server that has "
                    "ended: a later gather finds none of them."
                ),
                folder=folder,
            )
        )
    return 0


def _commands(notes: Sequence[SampleNote]) -> list[tuple[str, list[str]]]:
    """List the commands of the morning, each below what it does."""
    ids = [note.paper.id for note in notes]
    return [
        (
            N_("Ask arXiv and the timeline, look up the papers that posts link to, index, encode:"),
            ["gather"],
        ),
        (N_("The list of this morning:"), ["today", "--no-fetch"]),
        (
            N_(
                "Pick three papers. Their PDFs are fetched, filed, split into passages and encoded:"
            ),
            ["pick", *ids],
        ),
        *(
            (N_("Write a note in your own words:"), ["note", n.paper.id, "-m", n.text])
            for n in notes
        ),
        *(
            (
                N_("Weeks later you remember the idea, not the title:"),
                ["search", n.question, "--limit", "2"],
            )
            for n in notes[-2:]
        ),
        (N_("The notes as Markdown files:"), ["export"]),
        (N_("Once more. Nothing changed, so nothing is written:"), ["export"]),
    ]


def feeds_toml(server: PlayServer) -> str:
    """Build the feeds.toml of `reader init`, with the sample server's addresses and timeline."""
    # Without the seeds, which are real papers: the sample server does not have them.
    lines = (line for line in template().splitlines(True) if not line.startswith("seeds = "))
    head, arxiv, rest = "".join(lines).partition(_ARXIV)
    feed = f'\n[[feed]]\nname = "sample timeline"\nurl = "{server.feed_url(TIMELINE)}"\n'
    return head + arxiv + server.arxiv_toml() + "\n" + rest + feed


@contextlib.contextmanager
def _library_folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="reader-demo-") as name:
            yield Path(name)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
        is_empty = not any(os.scandir(keep))
    except (FileExistsError, NotADirectoryError):
        what = _("{folder} is not a folder.", folder=keep)
        raise UsageError(what=what, hint=_("Name a folder that does not exist yet.")) from None
    except OSError as error:
        raise disk_error(error, keep) from error
    if not is_empty:
        raise UsageError(
            what=_("{folder} is not empty.", folder=keep),
            hint=_("Name a folder that does not exist yet."),
        )
    yield keep


_WIDTH, _HEIGHT = 595.0, 842.0  # A4, in points
_MARGIN, _GUTTER, _FOOT = 52.0, 18.0, 48.0
_COLUMN = (_WIDTH - 2 * _MARGIN - _GUTTER) / 2
_FOOTER = "Invented for a demonstration: no such paper, people or numbers exist."


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its text. Empty lines separate the paragraphs."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A paper to typeset. japanese: a summary for a page of its own, "" for none."""

    paper: Paper
    sections: tuple[Section, ...] = ()
    japanese: str = ""


@dataclass(frozen=True, slots=True)
class _TypesetLine:
    text: str
    font: str = "tiro"
    size: float = 11.4
    gap: float = 0.0
    """Points of empty space above."""


@dataclass
class _Pen:
    """The place of the next line: down a column, then the second one, then a new page.

    top: where the columns of this page begin. y: the baseline of the last line. Both in points.
    """

    document: pymupdf.Document
    page: pymupdf.Page
    top: float
    y: float
    column: int = 0

    def put(self, line: _TypesetLine) -> None:
        if self.y + line.gap + line.size * 1.22 > _HEIGHT - _FOOT - 14:
            self.column = 1 - self.column
            if self.column == 0:
                self.page, self.top = _new_page(self.document), _MARGIN
            self.y = self.top
        at_top = self.y == self.top
        self.y += line.size * 1.22 + (0 if at_top else line.gap)
        x = _MARGIN + self.column * (_COLUMN + _GUTTER)
        self.page.insert_text((x, self.y), line.text, fontname=line.font, fontsize=line.size)


def typeset(written: Manuscript) -> bytes:
    """Typeset a manuscript; returns the PDF's bytes."""
    document = pymupdf.open()
    page = _new_page(document)
    y = _put_head(page, written.paper)
    cursor = _Pen(document, page, y, y)
    for line in _body_lines(written):
        cursor.put(line)
    if written.japanese:
        page = _new_page(document)
        cursor = _Pen(document, page, _MARGIN, _MARGIN)
        for line in _paragraphs(written.japanese, _TypesetLine("", "japan", 10)):
            cursor.put(line)
    # The footers come last, so that extracted text begins with the title.
    for page in document:
        _put_centred(page, _HEIGHT - _FOOT + 16, _FOOTER, "tiit", 8)
    paper = written.paper
    day = paper.published_on or date(2000, 1, 1)
    document.set_metadata(
        {
            "title": _latin(paper.title),
            "author": ", ".join(map(_latin, paper.authors)),
            "creator": "reader demo",
            "creationDate": f"D:{day:%Y%m%d}000000Z",
        }
    )
    # Without `no_new_id` each run would write another id, and so other bytes.
    data: bytes = document.tobytes(garbage=3, deflate=True, no_new_id=True)
    document.close()
    return data


def _put_head(page: pymupdf.Page, paper: Paper) -> float:
    """Put title, authors and arXiv's stamp; returns where the columns begin, in points."""
    y = _MARGIN + 8
    for text in _wrap(_latin(paper.title), "tibo", 16, _WIDTH - 2 * _MARGIN - 20):
        y += 19
        _put_centred(page, y, text, "tibo", 16)
    y += 22
    for text in _wrap(", ".join(map(_latin, paper.authors)), "tiro", 11, _WIDTH - 2 * _MARGIN):
        _put_centred(page, y, text, "tiro", 11)
        y += 14
    day = f"{paper.published_on:%d %b %Y}" if paper.published_on else ""
    primary = paper.categories[0] if paper.categories else ""
    stamp = f"{paper.id.replace('arxiv', 'arXiv', 1)}v1 [{primary}] {day}"
    page.insert_text((32, _HEIGHT - 250), stamp, fontname="tiro", fontsize=18, rotate=90)
    return y + 12


def _put_centred(page: pymupdf.Page, y: float, text: str, font: str, size: float) -> None:
    x = (_WIDTH - pymupdf.get_text_length(text, font, size)) / 2
    page.insert_text((x, y), text, fontname=font, fontsize=size)


def _new_page(document: pymupdf.Document) -> pymupdf.Page:
    return document.new_page(width=_WIDTH, height=_HEIGHT)


def _body_lines(written: Manuscript) -> Iterator[_TypesetLine]:
    heading = _TypesetLine("", "tibo", 12.5, gap=10)
    yield replace(heading, text="Abstract")
    yield from _paragraphs(_latin(written.paper.abstract), _TypesetLine("", "tiit", gap=3))
    for section in written.sections:
        yield replace(heading, text=_latin(section.heading))
        yield from _paragraphs(_latin(section.text), _TypesetLine("", gap=3))


def _paragraphs(text: str, style: _TypesetLine) -> Iterator[_TypesetLine]:
    for paragraph in text.split("\n\n"):
        lines = _wrap(paragraph.replace("\n", " "), style.font, style.size, _COLUMN)
        for n, line in enumerate(lines):
            yield replace(style, text=line, gap=style.gap or 6.0 if n == 0 else 0.0)


def _wrap(text: str, font: str, size: float, width: float) -> list[str]:
    """Break a paragraph into lines: between words, in Japanese between characters."""
    parts = list(text) if font == "japan" else [f"{word} " for word in text.split()]
    lines, line = [], ""
    length = 0.0
    for part in parts:
        step = _length(part, font, size)
        if line and length + step - _length(" ", font, size) > width:
            lines.append(line.rstrip())
            line, length = "", 0.0
        line, length = line + part, length + step
    return [*lines, line.rstrip()] if line.strip() else lines


@cache
def _length(part: str, font: str, size: float) -> float:
    length: float = pymupdf.get_text_length(part, font, size)
    return length


def _latin(text: str) -> str:
    """Replace the characters that the PDF's built-in fonts do not have by "?"."""
    return "".join(
        c for c in text.encode("latin-1", "replace").decode("latin-1") if c >= " " or c == "\n"
    )
