"""Invent mornings for the tests of the list: papers of a small library in their lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from reader.gathering.rows import sources
from reader.library.folder import Library
from reader.library.paper import LibraryPaper, Paper
from reader.library.post import PostMention
from reader.library.rows import papers
from reader.morning import today
from reader.morning.today import keep_shown
from reader.morning.values import Entry, Morning, Quota, SourceLine
from reader.ranking.model import Term
from tests.samples import DAY, NOW, paper, post

TITLES = (
    "Speech Translation in Gardens",
    "静かな部屋の音声翻訳：待たない同時通訳のための句読点予測と、その長い題名の折り返し",
    "Speech Recognition in Gardens, a Title That Goes on until It Must Be Broken Somewhere",
    "Learning to Wait",
    "On Ants",
    "Tides of an Inland Sea",
    "A Language Model with a Memory",
    "Twelve Kinds of Silence",
)
OWN, DOUBTFUL, NEAR, WILD = slice(0, 4), slice(4, 6), slice(6, 7), 7
ABSTRACT = (
    "We ask whether listening twice helps. On three invented test sets of gardens, ponds and one "
    "very small sea, a model that hears each utterance a second time makes a fifth fewer errors, "
    "mostly where wind is loud. It costs twice the time, unless the second pass starts early."
)
JAPANESE = (
    "雑音のない部屋で話す人の声を、そのまま「静かな翻訳」にする方法を提案する。実験では、"
    "同時通訳者が待つ時間の半分で、同じ質の訳文を得た。"
)


def at(library: Library, day: date) -> Library:
    """Give the library as it is opened on a day."""
    return replace(library, now=lambda: NOW + (day - DAY))


def bring(library: Library, day: date, *given: Paper) -> None:
    papers.add_papers(library.db, given, source="arXiv", on=day)


def talk(library: Library, day: date, row: int, *people: str) -> None:
    """Let some people mention a paper on a day."""
    [paper] = papers.papers_at(library.db, [row])
    said = [post(f"{day} {row} {name}", paper.record.id, author=name) for name in people]
    sources.add_posts(library.db, said, source="timeline", on=day)


def morning(library: Library, day: date, *, may_fold: bool = False, encoder: str = "") -> Morning:
    """Rank a day's papers and read its morning, as `reader today` does."""
    ranked = today.rank_list(library, day, may_fold=may_fold)
    return today.morning(library, ranked, encoder=encoder)


def look(library: Library, day: date, *, may_fold: bool) -> Morning:
    """Look at a list on its day, as `reader today` does."""
    there = at(library, day)
    found = morning(there, day, may_fold=may_fold)
    keep_shown(there, found)
    return found


def library_papers(library: Library) -> list[LibraryPaper]:
    """Bring the papers of TITLES in; gives them in that order."""
    given = [
        paper(
            n,
            title,
            ABSTRACT if title.isascii() else JAPANESE,
            authors=("Ada Field", "山田 太郎", "Émile Nulle-Part", "Bo Lind"),
        )
        for n, title in enumerate(TITLES, 1)
    ]
    papers.add_papers(library.db, given, source="arXiv", on=DAY)
    return papers.papers_at(library.db, range(1, len(TITLES) + 1))


def entry(paper: LibraryPaper, *said: tuple[str, str], **more: Any) -> Entry:
    """Make a line of the morning; said: who, in which words."""
    mentions = tuple(
        PostMention(paper.row, author, text, "https://example.org/1", "timeline")
        for author, text in said
    )
    values: dict[str, Any] = {
        "paper": paper,
        "lane": "own",
        "topic": "speech/translation",
        "score": 1.5,
        "why": "“speech translation” in the title.",
        "mentions": mentions,
        "origins": ("arXiv",),
        "terms": (Term("title", "speech translation", 1.2), Term("author", "Mio Hoshi", 0.3)),
    }
    return Entry(**(values | more))


def a_morning(several: Sequence[LibraryPaper], **more: Any) -> Morning:
    """Put the papers of TITLES into their lanes."""
    values: dict[str, Any] = {
        "day": DAY,
        "own": tuple(
            entry(h, sureness="likely" if n else "sure") for n, h in enumerate(several[OWN])
        ),
        "doubtful": tuple(entry(h, sureness="maybe") for h in several[DOUBTFUL]),
        "near": tuple(entry(h, ("@cy@pond.example", "Read this."), lane="near")
                      for h in several[NEAR]),
        "wild": entry(several[WILD], ("Cy Pond", "It is not zero."), ("Mio Hoshi", ""), lane=None),
        "n_arrived": 612,
        "n_talked": 17,
        "undecided": (),
        "new_versions": (),
        "quota": Quota(5, 1, 0),
        "balance": {},
        "sources": (SourceLine("arXiv", "complete"),),
    }  # fmt: skip
    return Morning(**(values | more))
