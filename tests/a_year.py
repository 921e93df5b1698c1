"""Make a small library of somebody who reads: notes of some days, skips, links, a figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from reader.gathering.rows import sources
from reader.library.disk import write_whole
from reader.library.folder import Clock, Library, open_library
from reader.library.highlight import Highlight
from reader.library.rows import decisions, highlights, papers, pdfs
from reader.library.rows.pdfs import Picture
from reader.morning.pick import decide_rows
from reader.notes.rows import habit as reviews
from reader.notes.rows import notes
from reader.notes.week import heatmap
from reader.notes.write import add_note
from reader.pdfs.text.pictures import png_of
from reader.texts.note import svg
from tests.samples import DAY, NOW, copy_tables, paper, post

FEEDS = """
[reader]
timezone = "Asia/Tokyo"
days_off = ["sunday"]
[encoder]
model = "/no/such/folder"
[[deadline]]
name = "Interspeech"
on = 2025-07-10
days = 7
[topics."speech/translation"]
theme = "speech translation"
words = ["speech translation", "音声翻訳"]
[topics."speech/recognition"]
theme = "音声認識"
words = ["speech recognition"]
"""

TITLES = (
    "Speech Translation That Waits for the Verb",
    "静かな部屋の音声翻訳",
    "Speech Recognition under Water",
    "Speech Translation on a Ladder",
    "Speech Recognition by Candlelight",
    "On Ants",
)
NOTES = (
    "## Problem\nThe verb comes last. Nobody can wait that long.\n\n## Idea\nIt guesses the verb"
    " and takes it back when it was wrong. A listener hardly minds.\n\n## Doubt\nOnly German.",
    "## 課題\n静かな部屋でしか使えない。\n\n## アイデア\n一度目は雑音だけを聞き、二度目で訳す。",
    "Bubbles are words too. It learns them from divers.",
)
FIRST, QUIET, WATER, LADDER, CANDLE, ANTS = (f"2506.0000{n}" for n in range(1, 7))


def a_reader(folder: Path) -> Path:
    """Fill a new library, up to Wednesday, 4 June 2025; returns its folder."""
    (copy_tables(folder) / "feeds.toml").write_text(FEEDS, encoding="utf-8")
    given = [paper(n, title) for n, title in enumerate(TITLES, 1)]
    with open_library(folder, now=lambda: NOW - timedelta(3)) as library, library.db.unguarded():
        papers.add_papers(library.db, given, source="arXiv", on=DAY - timedelta(3))
        decide_rows(library, "skip", [5, 6])
        decide_rows(library, "pick", [1, 2, 3, 4])
        for n, text in enumerate(NOTES):
            library_paper = papers.papers_at(library.db, [n + 1])[0]
            add_note(replace(library, now=_at(NOW - timedelta(3 - n))), library_paper, text)
        _link_and_mark(replace(library, now=lambda: NOW))
    return folder


def _at(moment: datetime) -> Clock:
    return lambda: moment


def _link_and_mark(library: Library) -> None:
    one, other = papers.papers_at(library.db, [1, 3])
    add_note(library, one, f"{NOTES[0]}\n\nLike [[{other.key}|the divers]].")
    paper = papers.papers_at(library.db, [4])[0]
    add_note(library, paper, "Ladders only.")
    for name in ("Cy", "Di"):
        said = post(name, f"arxiv:{ANTS}", author=name)
        sources.add_posts(library.db, [said], source="timeline", on=DAY)
    kept = pdfs.Pdf(one.row, f"papers/speech/translation/{one.key}.pdf", "0" * 64)
    pdfs.add_pdf(library.db, kept, n_bytes=9, at=NOW)
    taken = Picture(kept.sha256, 2, "Figure 1: When the verb was guessed.")
    pdfs.add_picture(library.db, one.row, taken)
    drawing = svg(heatmap({DAY: 2}, DAY, n_weeks=9, full=5, is_frozen=lambda _: False))
    write_whole(library.folder / taken.figure, png_of(drawing))
    for page, text, note in (
        (1, "the verb comes last", ""),
        (3, "listeners hardly mind", "本当に？"),
    ):
        mark = Highlight(page, page, "highlight", text, note, "#ffee00")
        highlights.add_highlight(library.db, one.row, mark, mark=None, at=NOW)


AS_MANY = (0, 1, 2, 3, 3, 4, 5, 5, 6)
"""Papers of a day, drawn by its number."""
YEAR_ENDS = datetime(2031, 3, 3, 22, 30, tzinfo=UTC)  # Tuesday morning in Tokyo


def a_year(folder: Path) -> Path:
    """Fill a new library with a year of writing; returns its folder.

    A pause before a deadline, Sundays off, some days with nothing, mostly the first theme.
    """
    folder.mkdir(parents=True)
    feeds = FEEDS.replace("2025-07-10", "2031-01-20").replace("days = 7", "days = 14")
    (folder / "feeds.toml").write_text(feeds, encoding="utf-8")
    with open_library(folder, now=lambda: YEAR_ENDS) as library, library.db.writing():
        row = 0
        for n in range(300, -1, -1):
            day = library.today() - timedelta(n)
            is_off = day.weekday() == 6 or 0 <= (date(2031, 1, 20) - day).days <= 14
            n_today = 0 if is_off else AS_MANY[sha256(bytes([n % 256, n // 256])).digest()[0] % 9]
            given = [paper(row + k, f"On {row + k}", authors=(f"A{row + k}",))
                     for k in range(1, n_today + 1)]  # fmt: skip
            source = "timeline" if n % 4 == 0 else "arXiv"
            papers.add_papers(library.db, given, source=source, on=day)
            for _ in given:
                row += 1
                _write_up(library, row, day)
    return folder


def _write_up(library: Library, row: int, day: date) -> None:
    topic = "speech/recognition" if row % 3 == 0 else "speech/translation"
    text = "One line." if row % 8 == 0 else "It listens twice. Then it speaks."
    is_written, at = row % 8 != 0, YEAR_ENDS
    decisions.add_filing(library.db, row, topic, at=at)
    decisions.add_decisions(library.db, "pick", [row], at=at, on=day)
    notes.add_note(library.db, row, text, is_written=is_written, at=at, on=day)
    if is_written and row % 5:
        reviews.add_review(library.db, row, 3, due_on=day + timedelta(3), at=at, on=day)
