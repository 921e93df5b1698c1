"""Find the words of a topic or a mute in papers: which, how often, and in how many sentences.

A topic's words file a paper, and are what a model begins with before anything was decided. Names
of authors fit a mute as those of people who are followed fit; where only a name is alike, nothing
is muted. A category is a paper's primary one. Does not know where papers are kept.
"""

from __future__ import annotations

import bisect
import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from reader.base.words import folded
from reader.library.config import CLASSES, Topic
from reader.library.identity import author_key, family_folds, matches
from reader.library.paper import Paper
from reader.library.post import PostMention

TITLE_WEIGHT = 3.0
ABSTRACT_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one paper fits one topic.

    score: the weighted number of the words below; 0 or more.
    """

    topic: str
    score: float
    title_words: tuple[str, ...]
    abstract_words: tuple[str, ...]

    @property
    def is_member(self) -> bool:
        """Check whether some word of the topic stands in the paper."""
        return self.score > 0


def fit(paper: Paper, topic: Topic, *, longer: tuple[str, ...] = ()) -> Fit:
    """Judge one paper against one topic.

    Each of the topic's words counts once in the title and once in the abstract, without
    regard to case, width, hyphens or an English plural. longer: as in `mentions`.
    """
    found = mentions(topic.words, paper.title, paper.abstract, longer=longer)
    score = TITLE_WEIGHT * len(found.title) + ABSTRACT_WEIGHT * len(found.abstract)
    return Fit(topic.path, score, tuple(found.title), tuple(found.abstract))


def fits(paper: Paper, topics: tuple[Topic, ...]) -> list[Fit]:
    """Judge one paper against several topics, of which the longest word wins."""
    return [fit(paper, topic, longer=longer_words(topic, topics)) for topic in topics]


def best(fits: Iterable[Fit]) -> Fit | None:
    """Choose the fit with the highest score, the first of equals; None when none has any."""
    return max((f for f in fits if f.score > 0), key=lambda f: f.score, default=None)


# A paper is held against one topic after another: its texts need folding once.
@functools.lru_cache(maxsize=64)
def fold(text: str) -> str:
    """Make texts comparable: NFKC, case, hyphens and white space do not count."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s\-‐-―/_]+", " ", text)


@dataclass(frozen=True, slots=True)
class Mentions:
    """Where a topic's words stand in a paper.

    title: how often each word stands there. abstract: the same for the abstract.
    n_sentences: sentences of the abstract that have one of the words. opens: the first
    sentence is one of them. scattered: a word of several parts that the title has only part by
    part ("Translation Without Sentences for Live Speech"), empty for none; looked for where the
    abstract has a word and the title none.
    """

    title: Mapping[str, int] = field(default_factory=dict)
    abstract: Mapping[str, int] = field(default_factory=dict)
    n_sentences: int = 0
    opens: bool = False
    scattered: str = ""

    @property
    def is_any(self) -> bool:
        """Check whether some word of the topic stands in the paper."""
        return bool(self.title or self.abstract)


def mentions(
    words: tuple[str, ...], title: str, abstract: str, *, longer: tuple[str, ...] = ()
) -> Mentions:
    """Find a topic's words in a title and an abstract.

    longer: words of other topics that contain one of these. Where two words overlap the
    longest counts: "speech-to-text translation" is no mention of "speech-to-text". An
    abbreviation that the paper introduces for something else ("attack success rate (ASR)")
    is no mention either, and one that follows its own word ("speech recognition (ASR)") is
    the same mention.
    """
    title, abstract = fold(title), fold(abstract)
    # Most papers have none of the words: a look for their letters spares the patterns below.
    there = tuple(w for w in words if _letters(w) in title or _letters(w) in abstract)
    if not there:
        return Mentions()
    own = tuple(w for w in there if not _means_another(w, words, f"{title} {abstract}"))
    in_title = _spans(own, longer, title)
    in_abstract = _spans(own, longer, abstract)
    ends = [end.start() for end in _SENTENCE_END.finditer(abstract)]
    sentences = {bisect.bisect_left(ends, span.start) for span in in_abstract}
    scattered = _scattered(words, title) if in_abstract and not in_title else ""
    return Mentions(
        title=dict(Counter(span.word for span in in_title)),
        abstract=dict(Counter(span.word for span in in_abstract)),
        n_sentences=len(sentences),
        opens=0 in sentences,
        scattered=scattered,
    )


@functools.lru_cache(maxsize=256)
def longer_words(topic: Topic, topics: tuple[Topic, ...]) -> tuple[str, ...]:
    """List the words of other topics that contain one of a topic's own."""
    own = {_letters(word) for word in topic.words}
    others = (word for other in topics if other.path != topic.path for word in other.words)
    return tuple(
        dict.fromkeys(
            word
            for word in others
            if _letters(word) not in own and any(word_ in _letters(word) for word_ in own)
        )
    )


class _Span(NamedTuple):
    start: int
    end: int
    word: str


def _spans(words: Sequence[str], longer: Sequence[str], text: str) -> list[_Span]:
    """Find words in a folded text, in its order; of those that overlap the longest."""
    # The longest first: what they cover is no place for shorter ones. Letters that are taken are
    # marked, since comparing each mention with each other one took 4 s for 16,000 of them.
    found: list[_Span] = []
    taken = bytearray(len(text))
    for word in sorted({*words, *longer}, key=lambda w: (-len(_letters(w)), w)):
        if _letters(word) not in text:
            continue
        for match in _pattern(word).finditer(text):
            start, end = match.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append(_Span(start, end, word))
    found.sort(key=lambda span: span.start)
    kept = []
    last_end = 0
    for span in found:
        # In brackets right behind another word, "speech recognition (ASR)", it abbreviates that.
        between = text[last_end : span.start]
        is_short_form = last_end and "(" in between and not between.strip(" (")
        if span.word in words and not is_short_form:
            kept.append(span)
        last_end = span.end
    return kept


def _means_another(word: str, words: tuple[str, ...], text: str) -> bool:
    """Check whether a folded text introduces an abbreviation for something else than the topic."""
    if not _ABBREVIATION.fullmatch(word):
        return False
    letters = _letters(word)
    others = [other for other in words if other != word]
    bracket = rf"\(\s*((?:\w+ ){{0,2}}){re.escape(letters)}s?\s*[),;:]"
    for introduced in re.finditer(bracket, text):
        before = text[: introduced.start()].split()
        # Behind more letters, "test-time scaling (P-TTS)", only words that spell it introduce it.
        if introduced[1] and "".join(part[0] for part in before[-len(letters) :]) != letters:
            continue
        # As many words before the brackets as it has letters, and one more for "of" and the like.
        phrase = " ".join(before[-len(word) - 1 :])
        return bool(phrase) and not any(_pattern(other).search(phrase) for other in others)
    return False


def _scattered(words: tuple[str, ...], title: str) -> str:
    """Return the first word all of whose parts stand in a folded title, in whatever order."""
    there = {folded(part) for part in _PART.findall(title)}
    for word in words:
        parts = _letters(word).split()
        if len(parts) > 1 and all(folded(part) in there for part in parts):
            return word
    return ""


_PART = re.compile(r"\w+")
_ABBREVIATION = re.compile(r"[A-Z][A-Z0-9]{1,5}")
_SENTENCE_END = re.compile(r"[.!?](?=\s)|[。！？]")


@functools.lru_cache(maxsize=4096)
def _letters(word: str) -> str:
    return fold(word).strip()


@functools.lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    letters = _letters(word)
    plural = "(?:s|es)?" if letters[-1:].isascii() and letters[-1:].isalpha() else ""
    # Borders are ASCII ones: a Latin word may touch Japanese ones, "ASRの改良".
    left = "(?<![a-z0-9])" if letters[:1].isascii() else ""
    right = "(?![a-z0-9])" if letters[-1:].isascii() else ""
    return re.compile(f"{left}{re.escape(letters)}{plural}{right}")


MuteKind = Literal["word", "author", "category", "source"]

IDLE = timedelta(days=90)
"""After so long without a hidden paper a mute is named as idle."""

MOST_AUTHORS = 6
"""Authors of a paper, and people who speak of it, that are offered to be muted."""


@dataclass(frozen=True, slots=True)
class Mute:
    """Something that a person does not want to see.

    at: when it was muted; on: that day. until: its last day, None for no end.
    """

    id: int
    act: int
    kind: MuteKind
    value: str
    until: date | None
    at: datetime
    on: date

    def holds(self, day: date) -> bool:
        """Check whether it counts for the list of a day."""
        return self.until is None or day <= self.until

    @property
    def key(self) -> tuple[MuteKind, str]:
        return mute_key(self.kind, self.value)


@dataclass(frozen=True, slots=True)
class MuteLine:
    """A mute, and what became of it. hid_on: the day of the last list in which it hid a paper."""

    mute: Mute
    hid_on: date | None
    state: Literal["holds", "idle", "ended"]


def mute_line(mute: Mute, hid_on: date | None, day: date) -> MuteLine:
    """Tell how a mute stands on a day: it holds, or has hidden nothing for IDLE, or has ended."""
    if not mute.holds(day):
        return MuteLine(mute, hid_on, "ended")
    return MuteLine(mute, hid_on, "idle" if day - (hid_on or mute.on) > IDLE else "holds")


def mute_key(kind: MuteKind, value: str) -> tuple[MuteKind, str]:
    """Return what is equal for two mutes of the same thing, however they were typed."""
    return kind, author_key(value) if kind == "author" else fold(value).strip()


def muting(
    mutes: Iterable[Mute], paper: Paper, origins: Sequence[str], *, is_heard: bool
) -> tuple[Mute, ...]:
    """Select the mutes that a paper falls under.

    origins: the sources that brought it: it is muted where all of them are. is_heard: a post that
    is not muted names it, so that no source is the only one.
    """
    several = tuple(mutes)
    sources = {mute.value for mute in several if mute.kind == "source"}
    is_muted = bool(origins) and not is_heard and sources.issuperset(origins)
    return tuple(
        mute
        for mute in several
        if (is_muted and mute.value in origins if mute.kind == "source" else _fits(mute, paper))
    )


def _fits(mute: Mute, paper: Paper) -> bool:
    if mute.kind == "word":
        text = f"{paper.title} {paper.abstract}".casefold()
        # To fold an abstract takes 330 µs, to look for the letters 2.
        if text.isascii() and not all(part in text for part in fold(mute.value).split()):
            return False
        return mentions((mute.value,), paper.title, paper.abstract).is_any
    if mute.kind == "author":
        return any(is_meant(mute.value, author) for author in paper.authors)
    return mute.value in paper.categories[:1]


_folds = functools.lru_cache(256)(family_folds)


def is_meant(muted: str, author: str) -> bool:
    """Check whether a mute of a name is about an author or a person who posts."""
    # `matches` takes 29 µs, the look for the letters of a family name, which few have, 1.
    letters = author.casefold().replace("'", "")
    if letters.isascii() and not any(fold in letters for fold in _folds(muted)):
        return False
    # Of a name that many have ("Wei Wang") `matches` is never sure: then the same printing counts.
    return matches(muted, author) == "same" or author_key(muted) == author_key(author)


def silencing(
    mutes: Iterable[Mute], mention: PostMention, timelines: Mapping[str, str]
) -> list[Mute]:
    """Select the mutes that a post falls under: by its source, or by who wrote it.

    timelines: sources that are somebody's own, with the person's name.
    """
    names = {mention.author, timelines.get(mention.source, mention.author)}
    return [
        mute
        for mute in mutes
        if (mute.kind == "source" and mute.value == mention.source)
        or (mute.kind == "author" and any(is_meant(mute.value, name) for name in names))
    ]


def mutable_parts(
    paper: Paper, topics: Iterable[Topic], origins: Iterable[str], posts: Sequence[PostMention]
) -> Iterator[tuple[MuteKind, str]]:
    """List what of a paper can be muted: words of topics that it has, its authors, the people who
    speak of it, its primary category, the sources that brought it."""
    found: dict[tuple[MuteKind, str], tuple[MuteKind, str]] = {}

    def offer(kind: MuteKind, values: Iterable[str]) -> None:
        for value in values:
            found.setdefault(mute_key(kind, value), (kind, value))

    for topic in topics:
        there = mentions(topic.words, paper.title, paper.abstract)
        offer("word", (*there.title, *there.abstract))
    offer("author", paper.authors[:MOST_AUTHORS])
    offer("author", list(dict.fromkeys(mention.author for mention in posts))[:MOST_AUTHORS])
    offer("category", (one for one in paper.categories[:1] if one in CLASSES))
    offer("source", (*origins, *(mention.source for mention in posts)))
    yield from found.values()
