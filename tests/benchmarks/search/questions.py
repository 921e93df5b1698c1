"""Draw the questions: what somebody typed, and what it should find.

A note stands for what is remembered of a paper; a masked one, without the title's words and
the method's name, for what is half remembered. Titles and sentences lose some of their words
by chance, always the same ones. Questions of our own are in questions_ja.toml and
questions_en.toml, queries that mean nothing in nonsense.toml. A half of all questions, by a hash
of their papers, is kept aside: nothing was chosen on it. Knows nothing of how they are answered.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
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

_FIVE_WORDS = re.compile(r"(?:\b[A-Za-z]{3,} ){4}[A-Za-z]{3,}\b")
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

    @property
    def is_aside(self) -> bool:
        """Check whether it is of the half on which nothing was chosen."""
        digest = hashlib.sha256(f"asayomi search {self.paper}".encode()).hexdigest()
        return int(digest, 16) % 2 == 1


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


def nonsense() -> list[tuple[str, bool]]:
    """Give queries that mean nothing, with whether each is kept aside: every second one."""
    path = Path(__file__).with_name("nonsense.toml")
    queries = [q for several in tomllib.loads(path.read_text("utf-8")).values() for q in several]
    return [(query, n % 2 == 1) for n, query in enumerate(queries)]


OURS = {
    "ja": {
        "note": "our Japanese notes",
        "half": "half-remembered, Japanese",
        "katakana": "katakana terms",
        "mixed": "mixed scripts",
        "colloquial": "colloquial Japanese",
    },
    "en": {
        "half": "half-remembered, English",
        "wrong-name": "a wrong name",
        "acronym": "acronyms",
        "author-year": "author and year",
        "typo": "mistyped",
        "figure": "what a figure shows",
    },
}
"""Names of the sets of our own questions, by language and kind; those about figures are of PDFs."""


def ours(ids: Collection[str], by_file: Mapping[str, str], n: int | None = None) -> list[Set]:
    """Give our own questions about papers and PDFs, each kind apart.

    ids: of the papers of the data. by_file: PDF → id of its paper. n: so many of each kind, None
    for all. Questions about what is not in the data are left out.
    """
    found = []
    for language, names in OURS.items():
        path = Path(__file__).with_name(f"questions_{language}.toml")
        rows = tomllib.loads(path.read_text("utf-8"))["question"]
        for kind, name in names.items():
            mine = [(row["text"], row["paper"]) for row in rows if row["kind"] == kind]
            meant = [
                Question(text, by_file.get(paper, f"arxiv:{paper}"))
                for text, paper in mine
                if paper in by_file or f"arxiv:{paper}" in ids
            ]
            chosen = meant if n is None else drawn(meant, n)
            where: Kind = "passage" if kind == "figure" else "paper"
            found.append(Set(name, where, tuple(chosen)))
    return [one for one in found if one.questions]


def runs(passages: Sequence[tuple[str, Text]], n: int) -> Set:
    """Draw five words as they stand in a passage of a PDF, which say something: (id, passage)."""
    by = random.Random(SEED)
    able = [(id_, text, _FIVE_WORDS.findall(text.text)) for id_, text in passages]
    questions = []
    for id_, _unused, several in drawn([one for one in able if one[2]], n):
        questions.append(Question(by.choice(several).strip(), id_))
    return Set("five words of a page", "passage", tuple(questions))


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
