"""Draw the questions: what somebody typed, and what it should find.

A note stands for what is remembered of a paper; a masked one, without the title's words and
the method's name, for what is half remembered. Titles and sentences lose some of their words
by chance, always the same ones. Knows nothing of how they are answered.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reader.library.paper import Paper
from reader.library.passage import sentences
from reader.search.rows.index import Kind, Text
from tests.benchmarks.frame import DataMissing
from tests.benchmarks.pdfs.truth import drawn

SEED = 5
LANGUAGES = {"en": "English", "ja": "Japanese"}

MANY_WORDS = 4
"""Of a title at most so many are remembered."""
KEPT = 0.7
"""The share of a sentence's words that is remembered."""

_WORD = re.compile(r"[^\W_]{4,}")
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_PIECES = re.compile(  # hiragana, katakana, Chinese characters, anything else up to those
    "[\u3040-\u309f]+|[\u30a0-\u30ff]+|[\u4e00-\u9fff]+|\\S+?(?=[\u3040-\u9fff]|\\s|$)"
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the paper that it means; page: where in it, None for anywhere."""

    text: str
    paper: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Set:
    """Questions of one sort. kind: of the texts that they are to find."""

    name: str
    kind: Kind
    questions: tuple[Question, ...]


def notes(data: Path, n: int | None = None) -> list[Set]:
    """Give what people wrote about papers, whole and masked, each language apart.

    n: so many of each language, None for all. Raises DataMissing where there are none.
    """
    path = data / "arxiv" / "bench" / "Q_notes.json.gz"
    try:
        rows = json.loads(gzip.decompress(path.read_bytes()))
    except FileNotFoundError:
        raise DataMissing(f"there is no {path}") from None
    found = []
    for language, name in LANGUAGES.items():
        mine = [row for row in rows if row["lang"] == language]
        chosen = mine if n is None else drawn(mine, n)
        for field, more in (("note", ""), ("note_masked", ", masked")):
            questions = [Question(row[field], f"arxiv:{row['id']}") for row in chosen]
            found.append(Set(f"{name} notes{more}", "paper", tuple(questions)))
    return found


def titles(several: Sequence[Paper], n: int) -> Set:
    """Remember two to four longer words of papers' titles, in their order."""
    able = [(paper, _WORD.findall(paper.title)) for paper in several]
    chosen = drawn([(paper, words) for paper, words in able if len(set(words)) >= 3], n)
    questions = []
    for paper, words in chosen:
        by = random.Random(f"{SEED} {paper.id}")
        at = sorted(by.sample(range(len(words)), min(MANY_WORDS, max(2, len(words) // 2))))
        questions.append(Question(" ".join(words[i] for i in at), paper.id))
    return Set("title words", "paper", tuple(questions))


def quotes(passages: Sequence[tuple[str, Text]], n: int) -> Set:
    """Remember sentences of passages, (paper's id, passage), with some of their words lost."""
    by = random.Random(SEED)
    able = [(id_, text, list(_quotable(text.text))) for id_, text in passages]
    chosen = drawn([one for one in able if one[2]], n)
    questions = []
    for id_, text, several in chosen:
        sentence = by.choice(several)
        questions.append(Question(half_remembered(sentence, by), id_, text.page))
    return Set("quoted sentences", "passage", tuple(questions))


def half_remembered(sentence: str, by: random.Random) -> str:
    """Take some words out of a sentence; of Japanese, runs of one script."""
    is_japanese = bool(_JAPANESE.search(sentence))
    pieces = _PIECES.findall(sentence) if is_japanese else sentence.split()
    n = max(1, round(KEPT * len(pieces)))
    at = sorted(by.sample(range(len(pieces)), n))
    return ("" if is_japanese else " ").join(pieces[i] for i in at)


def _quotable(text: str) -> Iterator[str]:
    for sentence in sentences(text):
        words = sentence.strip()
        if _JAPANESE.search(words):
            if 25 <= len(words) <= 150:
                yield words
        elif 8 <= len(words.split()) <= 40 and len(_WORD.findall(words)) >= 5:
            yield words
