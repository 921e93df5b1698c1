"""Invent a library that has been lived in: what the browser is shown.

The demo's morning, and before it a few days with notes; titles with mathematics, in Japanese
and with markup and scripts in them; PDFs, one of them marked. Everything is made up.
Knows no page and no server of pages.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from reader.base.http.client import Client
from reader.cli.demo import (
    TIMELINE,
    Manuscript,
    Section,
    feeds_toml,
    sample_papers,
    sample_pdf,
    sample_timeline,
    typeset,
)
from reader.cli.demo.server import PlayedPaper
from reader.library.calendar import latest_listing, window
from reader.library.folder import Library, open_library
from reader.library.paper import LibraryPaper, Paper
from reader.library.place import FEEDS
from reader.library.rows import papers, pdfs
from reader.morning.pick import decide
from reader.morning.pipe import Tools, fetch_and_rank, take_pictures
from reader.morning.remove import remove
from reader.notes.export import export
from reader.notes.write import add_note
from reader.pdfs.arxiv_html import fetch_html
from reader.pdfs.back import back
from reader.pdfs.fetch import extract, fetch_pdfs
from reader.pdfs.text.checks import check_pdf
from reader.pdfs.text.process import PdfPool
from reader.search.encode import index_words
from tests.installed import NO_MODEL
from tests.latexml import NUMBER, sample_page, sample_picture
from tests.marked_pdfs import highlight, in_several_fonts, marked
from tests.play import Fault, PlayServer
from tests.sample_notes import DAY as NOW
from tests.sample_notes import no_counter, no_encoder
from tests.samples import learn_nothing, silent, talk_as_before

__all__ = ["BEFORE", "EARLIER", "HOSTILE", "NOW", "OWN_WORDS", "REMOVED", "lived_in", "played"]

BEFORE = NOW - timedelta(days=1)
"""When the earlier notes were written: they come back for recall today."""

_EVIL = (
    "Speech translation <script>window.hit='script'</script>"
    "<img src=x onerror=\"window.hit='image'\"> {{7*7}} </title></textarea> $<svg onload=hit()>$"
    " \u009b31m\u202elive\u2066"
)
"""Markup, scripts, a template's braces, ends of elements, mathematics that is none, bidi."""

_EARLIER = (
    Paper(
        ids=("arxiv:2611.80001",),
        title="Translating Speech in $O(n \\log n)$ Time With $\\alpha$-Divergence Policies",
        authors=("Hanae Oribe", "Jules Cartwrite"),
        abstract="We bound the regret of speech translation by $\\sqrt{T}$ and wait no longer than"
        " eight seconds. A policy that waits for the verb reads $x_{i+1}$ before it speaks.",
    ),
    Paper(
        ids=("arxiv:2611.80002",),
        title="静かな部屋の音声翻訳：雑音のない朝に学ぶ",
        authors=("織部 花江", "Ada Neverwas"),
        abstract="雑音のない部屋で話した音声翻訳の記録を集めた。静けさは学習を助けるが、駅では役に立たない。",
    ),
    Paper(
        ids=("arxiv:2611.80003",),
        title="Speech Recognition Under Water: What Divers Say to Each Other",
        authors=("Ada Neverwas", "Émile Nulle-Part"),
        abstract="Bubbles are words too. We learn speech recognition from divers who talk with"
        " their hands full.",
    ),
)
EARLIER = tuple(paper.id for paper in _EARLIER)

_REMOVED = Paper(
    ids=("arxiv:2611.80004",),
    title="Echoes Count Twice: Speech Recognition in an Empty Hall",
    authors=("Jules Cartwrite",),
)
REMOVED = _REMOVED.id
"""A paper in the trash."""

_TODAY = (
    Paper(
        ids=("arxiv:2611.80011",),
        title="Speech Translation With $\\mathcal{O}(1)$ Memory: $\\beta_t \\to 0$ for $t > T$",
        authors=("Hanae Oribe",),
        abstract="Memory stays constant where $\\beta_t \\leq \\frac{1}{t}$; so does patience.",
        categories=("cs.CL",),
    ),
    Paper(
        ids=("arxiv:2611.80012",),
        title="駅の雑踏における同時通訳：三つの改札での観察",
        authors=("三宅 透", "Noor Qasranipour"),
        abstract="駅の改札で同時通訳を試した。雑踏の中では、人は文の終わりを待たない。",
        categories=("cs.CL", "eess.AS"),
    ),
    Paper(
        ids=("arxiv:2611.80013",),
        title=_EVIL,
        authors=("<b>Mallory</b> <script>window.hit='author'</script>",),
        abstract=_EVIL,
        categories=("cs.CL",),
        comment=_EVIL,
    ),
)
HOSTILE = _TODAY[-1].id

OWN_WORDS = {
    EARLIER[0]: "It waits until the verb is there, and what waiting costs is bounded. I doubt that"
    " eight seconds please a listener. The same regret might tell me when to stop reading.",
    EARLIER[1]: "静かな部屋の録音だけで学ばせると、駅では役に立たない。雑音を足す順番を変えれば"
    "よいのではないか。[[2026_Oribe_TranslatingSpeechON]] の待ち方とも関係がある。",
    EARLIER[2]: "Bubbles carry the words where the voice cannot. They ask divers what they meant,"
    " and the divers disagree. </textarea><script>window.hit='note'</script>"
    " [a link](javascript:window.hit='link') <b onmouseover=hit()>bold</b>",
}


@contextmanager
def played(port: int = 0) -> Iterator[PlayServer]:
    """Serve arXiv and a timeline for this library, at a fixed moment."""
    listing = latest_listing(NOW)
    start, _ = window(listing)
    several = [
        *sample_papers(NOW),
        *(PlayedPaper(p, start + timedelta(seconds=n)) for n, p in enumerate(_TODAY, 1)),
    ]
    invented = {paper.id: paper for paper in (*_EARLIER, *_TODAY)}
    by_number = {p.number: p.paper for p in several}

    def pdf(number: str) -> bytes | None:
        if f"arxiv:{number}" in invented:
            return _pdf(invented[f"arxiv:{number}"])
        return sample_pdf(by_number[number]) if number in by_number else None

    feeds = {TIMELINE: sample_timeline(sample_papers(NOW), NOW)}
    with PlayServer(several, clock=lambda: NOW, feeds=feeds, pdfs=pdf, port=port) as server:
        server.faults = _html
        yield server


def _html(path: str, _n: int) -> Fault | None:
    """Serve arXiv's HTML of the first earlier paper, with its picture."""
    at = f"/html/{NUMBER}v1"  # as its PDF
    bodies = {at: sample_page(version=1), f"{at}/x1.png": sample_picture()}
    return Fault(200, body=bodies[path]) if path in bodies else None


def lived_in(folder: Path, server: PlayServer, *, model: str = NO_MODEL) -> Path:
    """Make the library in a new folder: gathered, ranked, with notes of earlier days.

    model: what feeds.toml names as encoder; a folder that is not there: searches by words.
    """
    folder.mkdir(parents=True)
    text = feeds_toml(server)
    if model:
        text += f'\n[encoder]\nmodel = "{model}"\n'
    (folder / FEEDS).write_text(text, encoding="utf-8")
    with _tools(BEFORE) as tools, open_library(folder, now=lambda: BEFORE) as library:
        _days_before(library, tools)
    with _tools(NOW) as tools, open_library(folder, now=lambda: NOW) as library:
        fetch_and_rank(library, tools)
        take_pictures(library, tools)
        export(library)
    return folder


def _days_before(library: Library, tools: Tools) -> None:
    papers.add_papers(library.db, [*_EARLIER, _REMOVED], source="arXiv", on=library.today())
    remove(library, [REMOVED])
    picks = decide(library, "pick", EARLIER)
    fetch_pdfs(library, tools)
    extract(library, tools)
    fetch_html(library, tools)
    add_note(library, picks[-1], "Bubbles carry words; </textarea> divers ask.")
    for paper in picks:
        add_note(library, paper, OWN_WORDS[paper.record.id])
    _mark(library, tools, picks[0])
    index_words(library, tools)


def _mark(library: Library, tools: Tools, paper: LibraryPaper) -> None:
    """Import the PDF of a paper with two highlights."""
    pdf = pdfs.pdf_of(library.db, paper.row)
    assert pdf is not None
    file, beside = library.folder / pdf.path, library.folder / "marked.pdf"
    words = highlight("Waiting costs nobody anything here", note="ほんとうに？")
    count = highlight("What was heard we count by hand")
    beside.write_bytes(marked(file.read_bytes(), words, count))
    for _ in back(library, tools, beside):
        pass
    beside.unlink()


def _pdf(paper: Paper) -> bytes:
    """Typeset an invented paper: its abstract, and one page more."""
    text = "We wait for the verb, and no word of this is true. Then we listen once more. "
    method = f"Waiting costs nobody anything here. {text * 12}"
    results = f"What was heard we count by hand. {text * 9}"
    content = typeset(Manuscript(paper, (Section("Method", method), Section("Results", results))))
    return marked(content, in_several_fonts("Words of several fonts stay apart", top=780))


@contextmanager
def _tools(now: datetime) -> Iterator[Tools]:
    client = Client(clock=lambda: now, sleep=time.sleep, monotonic=time.monotonic)
    with PdfPool(1) as pool, client:
        yield Tools(
            fetch=client.fetch,
            encoder=no_encoder,
            encoder_name="",
            token_counter=no_counter,
            check_pdf=check_pdf,
            read_pdf=pool.read,
            read_first=pool.read_first,
            read_pdfs=pool.read_all,
            read_marks=pool.marks,
            read_looks=pool.looks,
            read_word_places=pool.word_places,
            read_marked=pool.read_marked,
            read_pictures=pool.pictures_of_all,
            fit_topic=learn_nothing,
            fit_talk=talk_as_before,
            progress=silent,
        )
