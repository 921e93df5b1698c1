"""Name a paper's files by a pattern, and suggest a folder from what was filed before.

Names are legal, and told apart, on every file system: macOS keeps no case and may give
names decomposed, Windows reserves some. Pure: knows neither disks nor rows.
"""

from __future__ import annotations

import difflib
import itertools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reader.base.messages import say
from reader.base.text import nfc
from reader.base.words import grams
from reader.library.paper import Paper, family_name

FIELDS = ("year", "author", "title", "id")
DEFAULT_PATTERN = "{year}_{author}_{title}"

MAX_CHARS, MAX_BYTES = 80, 180
"""A file's name may have 255 bytes, its endings and a temporary one's prefix among them."""

LEAST = 8
"""Characters that a field keeps when a name is too long."""

LONGEST_LITERALS = 40

RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)
"""Names that Windows keeps for devices, whatever their case and ending."""

_EMPTY_WORDS = frozenset(
    {"a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or"}
    | {"the", "to", "via", "with"}
)


def pattern_problem(pattern: str) -> str:
    """Explain why a text cannot be the pattern of files' names; empty when it can."""
    pieces = re.split(r"\{([^{}]*)\}", pattern)
    text, fields = "".join(pieces[::2]), pieces[1::2]
    for field in fields:
        if field not in FIELDS:
            return say("pattern.no_field", field=f"{{{field}}}")
    if re.search(r"[^\w-]|[^\x00-\x7f]", text):
        wrong = next(c for c in text if re.match(r"[^\w-]|[^\x00-\x7f]", c))
        return say("pattern.character", character=wrong)
    if pattern.startswith("-"):
        return say("pattern.dash")
    if not {"title", "id"} & set(fields):
        return say("pattern.one_name")
    if len(fields) != len(set(fields)):
        return say("pattern.twice")
    if len(text) > LONGEST_LITERALS:
        return say("pattern.long")
    return ""


def file_stem(paper: Paper, pattern: str = DEFAULT_PATTERN) -> str:
    """Name a paper's files by a pattern that has no problem, without ending.

    Letters, digits, `_` and `-` only, NFC, at most 80 characters and 180 bytes of UTF-8;
    the short title is what stands before a colon, else the first four words that carry
    meaning. Never empty.
    """
    id_words = "-".join(_words(paper.id.partition(":")[2]))
    author = "".join(_words(family_name(paper.authors[0]))) if paper.authors else ""
    values = {
        "year": _year(paper),
        "author": nfc(author[:30]) or "Anon",
        "title": _short_title(paper.title),
        "id": id_words[:60].strip("-") or "unnumbered",
    }
    stem = pattern.format_map(values)
    # The title gives way first; what is left of each field still tells something.
    for field in ("title", "author", "id"):
        while (
            (len(stem) > MAX_CHARS or len(stem.encode()) > MAX_BYTES)
            and len(values[field]) > LEAST
            and f"{{{field}}}" in pattern
        ):
            values[field] = values[field][:-1]
            stem = pattern.format_map(values)
    return f"{stem}_" if is_reserved(stem) else stem


def year_of(paper: Paper) -> int | None:
    """Find the year of a paper's first version; None where nothing tells it."""
    year = _year(paper)
    return int(year) if year.isdigit() else None


def is_reserved(name: str) -> bool:
    """Check for a name that Windows cannot give to a file or folder, with any ending."""
    return unicodedata.normalize("NFKC", name).partition(".")[0].strip().casefold() in RESERVED


def fold_name(name: str) -> str:
    """Make names comparable: two that fold alike may be one file on some disk.

    Canonical caseless matching, Unicode 15, section 3.13, D145.
    """
    return nfc(unicodedata.normalize("NFD", name).casefold())


def free_stem(stem: str, is_taken: Callable[[str], bool]) -> str:
    """Choose a stem that is not taken: itself, else with -2, -3 …; asked with folded names."""
    free, n = stem, 2
    while is_taken(fold_name(free)):
        free, n = f"{stem}-{n}", n + 1
    return free


def nearest_names(name: str, known: Sequence[str], *, limit: int = 3) -> list[str]:
    """List the folders that somebody may have meant by a path, the likest first.

    Alike in spelling, or one of the path's parts is the whole of one of theirs.
    """
    own = fold_name(name)
    by_fold = {fold_name(path): path for path in known}
    near = difflib.get_close_matches(own, by_fold, n=limit, cutoff=0.6)
    last = own.rpartition("/")[2]
    near += [fold for fold in by_fold if last in fold.split("/") and fold not in near]
    first = own.partition("/")[0] + "/"
    near += [fold for fold in by_fold if fold.startswith(first) and fold not in near]
    return [by_fold[fold] for fold in near[:limit]]


def _short_title(title: str) -> str:
    head, colon, _ = title.partition(":")
    words = _words(head) if colon and len(head) <= 40 else []
    words = words or _words(title)
    telling = [w for w in words if w.lower() not in _EMPTY_WORDS] or words
    if title.isupper() and len(title.split()) > 1:
        telling = [w.capitalize() if _VOWEL.search(w) else w for w in telling]
    return nfc("".join(_capitalised(w) for w in telling[:4])[:50]) or "Untitled"


def _year(paper: Paper) -> str:
    day = paper.published_on or paper.announced_on
    if day:
        return str(day.year)
    match = re.match(r"arxiv:(?:[a-z-]+/)?(\d\d)(\d\d)", paper.id)
    if match:
        year = int(match[1])
        return str(1900 + year if year > 90 else 2000 + year)
    return "undated"


def _capitalised(word: str) -> str:
    """Write a word large, but not "mSLAM", nor a sign as "π", nor what has no capital: "ǰ"."""
    capital = word[:1].upper()
    is_name = word[:1].islower() and any(map(str.isupper, word))
    is_sign = len(word) == 1 and not unicodedata.name(word, "").startswith("LATIN")
    return word if is_name or is_sign or not capital.isalnum() else capital + word[1:]


_VOWEL = re.compile(r"[^\W\d_B-DF-HJ-NP-TV-XZ]")
"""A word in capitals without one is an acronym: XML, HMM."""


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", nfc(text))


UNFILED = "unfiled"
"""The folder of a pick that fits no topic."""


def folder_name(path: str) -> str:
    """Name a folder in a sentence or on a page: its path, in words where nothing was filed."""
    return say("folder.unfiled") if path == UNFILED else path


N_NEAREST = 8
"""Papers filed before that speak for their folders: the nearest ones."""

FEWEST_LIKE = 0.15
"""Likeness from which a paper filed before speaks at all."""

AUTHOR_WEIGHT, WORD_WEIGHT, CLASS_WEIGHT = 0.5, 0.35, 0.15
"""Against 1 for all of the nearest papers being in one folder."""


@dataclass(frozen=True, slots=True)
class FilingExample:
    """A paper that the person filed.

    key: the stem of its files. likeness: to the paper in question, 0 (nothing in common)
    to 1. authors: names as they are compared.
    """

    topic: str
    key: str
    likeness: float
    authors: frozenset[str] = frozenset()
    category: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A folder, and what speaks for it.

    like: keys of the nearest papers filed there, nearest first. authors: those who wrote
    n_by_authors papers filed there. words: of the topic in feeds.toml that the paper has.
    category: the arXiv class that most papers filed there share with it, or empty.
    """

    topic: str
    score: float
    like: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    n_by_authors: int = 0
    words: tuple[str, ...] = ()
    category: str = ""


@dataclass(frozen=True, slots=True)
class PaperToFile:
    """A paper that a folder is sought for.

    authors: as compared → as printed. category: its primary arXiv class, or empty.
    words: topic of feeds.toml → its words that the paper has.
    """

    authors: Mapping[str, str]
    category: str
    words: Mapping[str, Sequence[str]]


def suggest(
    examples: Sequence[FilingExample], wanted: PaperToFile, *, limit: int = 3
) -> list[Suggestion]:
    """Suggest folders for a paper, best first; none where nothing speaks for one."""
    near = sorted(examples, key=lambda e: -e.likeness)[:N_NEAREST]
    near = [e for e in near if e.likeness >= FEWEST_LIKE]  # chance likeness is no reason
    filed: dict[str, list[FilingExample]] = {}
    for example in examples:
        filed.setdefault(example.topic, []).append(example)
    found = [
        _judged(topic, filed.get(topic, []), near, wanted)
        for topic in dict.fromkeys([*filed, *wanted.words])
    ]
    telling = [s for s in found if s.like or s.authors or s.words]
    return sorted(telling, key=lambda s: (-s.score, s.topic))[:limit]


def _judged(
    topic: str, filed: Sequence[FilingExample], near: Sequence[FilingExample], wanted: PaperToFile
) -> Suggestion:
    authors, category = wanted.authors, wanted.category
    words = wanted.words.get(topic, ())
    here = [e for e in near if e.topic == topic]
    weight = sum(e.likeness for e in near)
    by = [e for e in filed if e.authors & authors.keys()]
    shared = [name for key, name in authors.items() if any(key in e.authors for e in by)]
    n_of_class = sum(e.category == category for e in filed) if category else 0
    part_of_class = n_of_class / len(filed) if filed else 0.0
    score = (
        (sum(e.likeness for e in here) / weight if weight else 0.0)
        + AUTHOR_WEIGHT * (1 - 0.5 ** len(by))
        + WORD_WEIGHT * (1 - 0.5 ** len(words))
        + CLASS_WEIGHT * part_of_class
    )
    return Suggestion(
        topic=topic,
        score=round(score, 3),
        like=tuple(e.key for e in here),
        authors=tuple(shared),
        n_by_authors=len(by),
        words=tuple(words),
        category=category if part_of_class > 0.5 else "",
    )


def likenesses(text: str, others: Sequence[str]) -> list[float]:
    """Compare a text with others by their words, rare ones counting more; each 0 to 1."""
    return likenesses_of_each([text], others)[0]


def likenesses_of_each(texts: Sequence[str], others: Sequence[str]) -> list[list[float]]:
    """Compare each of some texts with all others, as `likenesses` does; a row for each text.

    Cosine of tf-idf with binary tf; words are those of the full text, Japanese too.
    """
    owns = [frozenset(grams(text).split()) for text in texts]
    asked = frozenset().union(*owns)
    bags = [frozenset(grams(other).split()) for other in others]
    n_with = Counter(itertools.chain.from_iterable(bags))
    n = len(bags) + 1
    weights = {word: math.log(n / (1 + k) + 1) ** 2 for word, k in n_with.items()}
    unknown = math.log(n + 1) ** 2
    lengths = [math.fsum(map(weights.__getitem__, bag)) for bag in bags]
    # An inverted index over the asked words alone: most pairs share none.
    having: dict[str, list[int]] = {}
    for i, bag in enumerate(bags):
        for word in bag & asked:
            having.setdefault(word, []).append(i)
    rows = []
    for own in owns:
        length = math.fsum(weights.get(word, unknown) for word in own)
        shared = [0.0] * len(bags)
        for word in own & weights.keys():
            weight = weights[word]
            for i in having[word]:
                shared[i] += weight
        rows.append(
            [s / math.sqrt(length * k) if s else 0.0 for s, k in zip(shared, lengths, strict=True)]
        )
    return rows


FEWEST_FOR_BASE = 12
USUAL_COSINE = 0.8
"""What two papers of one field have in common whatever they say, for e5's vectors."""


def scaled(cosines: Sequence[float]) -> list[float]:
    """Turn cosines to examples into likenesses: 0 for what is usual among them, 1 for the same.

    A handful of them does not say what is usual.
    """
    n = len(cosines)
    base = sum(cosines) / n if n >= FEWEST_FOR_BASE else USUAL_COSINE
    return [max(0.0, (cosine - base) / (1 - base)) if base < 1 else 0.0 for cosine in cosines]
