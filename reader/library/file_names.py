"""Name a paper's files by a pattern, and suggest a folder from papers that were filed before.

Names are legal and distinct on every file system: macOS and Windows ignore case, macOS may
return names decomposed, Windows reserves some. Pure: knows neither disks nor rows.
"""

from __future__ import annotations

import difflib
import itertools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from reader.base.messages import Text, lazy_gettext
from reader.base.text import nfc
from reader.base.words import grams
from reader.library.paper import Paper, family_name

FIELDS = ("year", "author", "title", "id")
DEFAULT_PATTERN = "{year}_{author}_{title}"

KEY_FIELDS = ("year", "word", "Word", "title", "Title", "author", "Author", "id")
KEY_PATTERN = "{author}{year}{word}"
"""Of the keys by which manuscripts cite papers; see `reference.citation_keys`."""

MAX_CHARS, MAX_BYTES = 80, 180
"""The most of a file's stem. A file's name may have 255 bytes, and endings, a number and the
prefix of a temporary file are added to the stem."""

LEAST = 8
"""Characters that a field keeps when a name is too long."""

LONGEST_LITERALS = 40

RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)
"""Names that Windows keeps for devices, whatever their case and ending."""

STOP_WORDS = frozenset(
    {"a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or"}
    | {"the", "to", "via", "with"}
)


def key_pattern_problem(pattern: str) -> Text:
    """Explain why a text cannot be the pattern of citation keys; "" where it can.

    Only papers with the same first author are compared, so that it must be in it, or the id.
    """
    return pattern_problem(pattern, KEY_FIELDS, {"author", "Author", "id"})


def pattern_problem(
    pattern: str, known: Sequence[str] = FIELDS, needed: Collection[str] = ("title", "id")
) -> Text:
    """Explain why a text cannot be the pattern of files' names; "" where it can.

    known: the fields that it may have; needed: those of which it has one at least.
    """
    # The odd pieces are what stands in braces.
    pieces = re.split(r"\{([^{}]*)\}", pattern)
    text, fields = "".join(pieces[::2]), pieces[1::2]
    for field in fields:
        if field not in known:
            return lazy_gettext("there is no field {field}", field=f"{{{field}}}")
    if re.search(r"[^\w-]|[^\x00-\x7f]", text):
        wrong = next(c for c in text if re.match(r"[^\w-]|[^\x00-\x7f]", c))
        return lazy_gettext("{character!r} is not possible in a name", character=wrong)
    if pattern.startswith("-"):  # programs would read such a name as an option
        return lazy_gettext("a name cannot begin with '-'")
    if not set(needed) & set(fields):
        return lazy_gettext("many papers would get the same name")
    if len(fields) != len(set(fields)):
        return lazy_gettext("a field is in it twice")
    if len(text) > LONGEST_LITERALS:
        return lazy_gettext("it leaves too little room for the fields")
    return ""


def file_stem(paper: Paper, pattern: str = DEFAULT_PATTERN) -> str:
    """Make the stem of a paper's files from a pattern in which `pattern_problem` finds nothing.

    It has letters, digits, `_` and `-` only, in NFC, at most 80 characters and 180 bytes of
    UTF-8, and is never empty. Its title is the part before a colon, else the first four words
    that carry meaning.
    """
    id_words = "-".join(_words(paper.id.partition(":")[2]))
    author = "".join(_words(family_name(paper.authors[0]))) if paper.authors else ""
    values = {
        "year": str(year_of(paper) or "undated"),
        "author": nfc(author[:30]) or "Anon",
        "title": _short_title(paper.title),
        "id": id_words[:60].strip("-") or "unnumbered",
    }
    stem = pattern.format_map(values)
    # The title is shortened first; LEAST characters of each field still tell something.
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
    """Get the year of a paper's first version; None where neither a date nor its id has it."""
    if day := paper.published_on or paper.announced_on:
        return day.year
    if found := re.match(r"arxiv:(?:[a-z-]+/)?(\d\d)\d\d", paper.id):
        year = int(found[1])
        return 1900 + year if year > 90 else 2000 + year  # arXiv began in 1991
    return None


def is_reserved(name: str) -> bool:
    """Check whether Windows refuses a name for a file or folder, whatever its ending."""
    return unicodedata.normalize("NFKC", name).partition(".")[0].strip().casefold() in RESERVED


def fold_name(name: str) -> str:
    """Fold a name for comparison: two names that fold alike are one file on some disks.

    Canonical caseless matching, Unicode 15, section 3.13, D145.
    """
    return nfc(unicodedata.normalize("NFD", name).casefold())


def free_stem(stem: str, is_taken: Callable[[str], bool]) -> str:
    """Choose a stem that is free: the given one, else with -2, -3 … behind it.

    is_taken: is called with folded names.
    """
    free, n = stem, 2
    while is_taken(fold_name(free)):
        free, n = f"{stem}-{n}", n + 1
    return free


def nearest_names(name: str, known: Sequence[str]) -> list[str]:
    """Find the folders that somebody may have meant by a path, the most likely first.

    First those of like spelling, then those that have its last part as a part of theirs, then
    those with the same first part. Three at most.
    """
    own = fold_name(name)
    by_fold = {fold_name(path): path for path in known}
    near = difflib.get_close_matches(own, by_fold, n=3, cutoff=0.6)
    last = own.rpartition("/")[2]
    near += [fold for fold in by_fold if last in fold.split("/") and fold not in near]
    first = own.partition("/")[0] + "/"
    near += [fold for fold in by_fold if fold.startswith(first) and fold not in near]
    return [by_fold[fold] for fold in near[:3]]


def _short_title(title: str) -> str:
    head, colon, _unused = title.partition(":")
    # "Whisper: robust speech …": what stands before a colon is the name of the thing.
    words = _words(head) if colon and len(head) <= 40 else []
    telling = _telling(words or _words(title))
    # A title all in capitals is set as a name's usual capitals, but for its acronyms.
    if title.isupper() and len(title.split()) > 1:
        telling = [w.capitalize() if _VOWEL.search(w) else w for w in telling]
    return nfc("".join(_capitalised(w) for w in telling[:4])[:50]) or "Untitled"


def telling_words(title: str) -> list[str]:
    """List the words of a title that tell something; all where none does."""
    return _telling(_words(title))


def _telling(words: list[str]) -> list[str]:
    return [w for w in words if w.lower() not in STOP_WORDS] or words


def _capitalised(word: str) -> str:
    """Begin a word with a capital, except "mSLAM", signs such as "π", and "ǰ", which has none."""
    capital = word[:1].upper()
    is_name = word[:1].islower() and any(map(str.isupper, word))
    is_sign = len(word) == 1 and not unicodedata.name(word, "").startswith("LATIN")
    return word if is_name or is_sign or not capital.isalnum() else capital + word[1:]


_VOWEL = re.compile(r"[^\W\d_B-DF-HJ-NP-TV-XZ]")
"""A vowel; a word in capitals without one is an acronym: XML, HMM."""


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", nfc(text))


UNFILED = "unfiled"
"""The folder of a pick that belongs to no topic."""


def folder_name(path: str) -> Text:
    """Get the name of a folder for a screen: its path, or words for UNFILED."""
    return lazy_gettext("unfiled") if path == UNFILED else path


N_NEAREST = 8
"""The most papers filed before whose folders count for a suggestion."""

FEWEST_LIKE = 0.15
"""The least likeness of a paper filed before from which on its folder counts."""

AUTHOR_WEIGHT, WORD_WEIGHT, CLASS_WEIGHT = 0.5, 0.35, 0.15
"""The most that authors, the topic's words and the arXiv class add to a folder's score; all of
the nearest papers in that folder add 1."""


@dataclass(frozen=True, slots=True)
class FilingExample:
    """A paper that the person filed, as an example for a new one.

    key: the stem of its files. likeness: to the new paper, 0 (nothing in common) to 1.
    authors: names as `identity.name_key` folds them.
    """

    topic: str
    key: str
    likeness: float
    authors: frozenset[str] = frozenset()
    category: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested folder, and its reasons.

    like: keys of the nearest papers filed there, nearest first. authors: the paper's authors
    who wrote n_by_authors papers filed there. words: the topic's words that the paper has.
    category: the paper's arXiv class where most papers filed there share it, or empty.
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
    """A paper that needs a folder.

    authors: folded name → name as printed. category: its primary arXiv class, or empty.
    words: topic → the topic's words that the paper has.
    """

    authors: Mapping[str, str]
    category: str
    words: Mapping[str, Sequence[str]]


def suggest(examples: Sequence[FilingExample], wanted: PaperToFile) -> list[Suggestion]:
    """Suggest at most three folders for a paper, best first; empty where there is no reason."""
    near = sorted(examples, key=lambda e: -e.likeness)[:N_NEAREST]
    near = [e for e in near if e.likeness >= FEWEST_LIKE]  # chance likeness is no reason
    filed: dict[str, list[FilingExample]] = {}
    for example in examples:
        filed.setdefault(example.topic, []).append(example)
    found = [
        _suggestion(topic, filed.get(topic, []), near, wanted)
        for topic in dict.fromkeys([*filed, *wanted.words])
    ]
    # An arXiv class alone is no reason for a folder; it only adds to another one.
    telling = [s for s in found if s.like or s.authors or s.words]
    return sorted(telling, key=lambda s: (-s.score, s.topic))[:3]


def _suggestion(
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
    # The first paper of an author, or the first word, counts half of the weight, each further
    # one half of the rest.
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
    """Compare a text with others by their words; a likeness from 0 to 1 for each of them."""
    return likenesses_of_each([text], others)[0]


def likenesses_of_each(texts: Sequence[str], others: Sequence[str]) -> list[list[float]]:
    """Compare each of some texts with all others by their words; a row for each text, 0 to 1.

    The cosine of tf-idf vectors with binary tf: a word counts once, rare words count more.
    Words are those of the full-text index, Japanese too.
    """
    owns = [frozenset(grams(text).split()) for text in texts]
    every = frozenset().union(*owns)
    bags = [frozenset(grams(other).split()) for other in others]
    n_with = Counter(itertools.chain.from_iterable(bags))
    n = len(bags) + 1
    weights = {word: math.log(n / (1 + k) + 1) ** 2 for word, k in n_with.items()}
    unknown = math.log(n + 1) ** 2
    # fsum, since its result does not depend on the order, which sets do not keep.
    lengths = [math.fsum(map(weights.__getitem__, bag)) for bag in bags]
    # An inverted index over the words of `texts` alone: most pairs share no word.
    having: dict[str, list[int]] = {}
    for i, bag in enumerate(bags):
        for word in bag & every:
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
"""Fewer cosines than these do not show what is usual."""

USUAL_COSINE = 0.8
"""The cosine of e5's vectors of any two papers of one field."""


def scaled(cosines: Sequence[float]) -> list[float]:
    """Turn cosines into likenesses: 0 for their mean and below it, 1 for the same vector.

    Where they are fewer than FEWEST_FOR_BASE, USUAL_COSINE takes the place of the mean.
    """
    n = len(cosines)
    base = sum(cosines) / n if n >= FEWEST_FOR_BASE else USUAL_COSINE
    return [max(0.0, (cosine - base) / (1 - base)) if base < 1 else 0.0 for cosine in cosines]


LONGEST_PART = 255
"""Bytes of UTF-8 that the name of one folder may have, on most file systems."""


def path_problem(path: str) -> Text:
    """Explain why a text cannot be a topic's folder path; empty when it can."""
    parts = path.split("/")
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
        return lazy_gettext("the topic path {path!r} is absolute", path=path)
    if ".." in parts:
        return lazy_gettext("the topic path {path!r} leads out of the library", path=path)
    if "\\" in path:
        return lazy_gettext("the topic path {path!r} has a backslash", path=path)
    if any(not part.strip() or part.startswith(".") or part != part.strip() for part in parts):
        return lazy_gettext("the topic path {path!r} has an empty or hidden part", path=path)
    if any(ord(c) < 32 or c in '<>:"|?*\x7f' or "\ud800" <= c <= "\udfff" for c in path):
        return lazy_gettext(
            "the topic path {path!r} has a character that no folder can have", path=path
        )
    if any(part.endswith(".") or is_reserved(part) for part in parts):
        return lazy_gettext(
            "the topic path {path!r} has a part that Windows does not allow", path=path
        )
    if any(len(part.encode()) > LONGEST_PART for part in parts):
        return lazy_gettext("the topic path {path!r} has a part that is too long", path=path)
    return ""
