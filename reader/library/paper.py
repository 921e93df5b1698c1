"""Define what a paper, a post, a mention and a batch are.

Frozen values, valid once made, and the few plain functions on them. They know nothing
of where they came from on the wire, nor of rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from reader.base.errors import Reason

State = Literal["candidate", "pick", "skip", "read"]
BatchState = Literal[
    "complete",  # as many as the source said there are
    "not checked",  # answered, but the source gives no total to count against
    "unchanged",  # the source says that nothing is new since it was last read
    "empty",  # answered, with nothing in it
    "not needed",  # there was nothing to ask it for: neither an answer nor a gap
    "partial",  # fewer than the source said there are
    "stale",  # an older batch than the one that is due
    "not out yet",  # empty, and not sure to stay so: late, or a holiday
    "failed",  # not answered, or not in a form that can be read
    "not asked",  # not yet today, or held back after failures
]

PostKind = Literal[
    "post",  # own words
    "repost",  # somebody else's words passed on: they say nothing of the one who did
    "quote",  # own words about a post that stands below them
    "reply",
]


@dataclass(frozen=True, slots=True)
class Paper:
    """The intellectual thing, whatever its copies.

    ids: every identifier known, scheme first ("arxiv:2401.01234", "doi:10.…"), the
    canonical one first; never empty; without version.
    """

    ids: tuple[str, ...]
    title: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    categories: tuple[str, ...] = ()
    """arXiv's own classes, the primary one first."""
    comment: str = ""
    published_on: date | None = None
    """UTC day of the first version, None where the source does not say."""
    announced_on: date | None = None
    """arXiv's mailing day, None where unknown or not from arXiv."""
    version: int | None = None
    """The newest arXiv version seen, None where the source does not say."""
    pdf_url: str = ""
    """Where the PDF is when it is not arXiv's; empty where none is known."""

    @property
    def id(self) -> str:
        return self.ids[0]


@dataclass(frozen=True, slots=True)
class LibraryPaper:
    """A paper as one library holds it."""

    row: int
    paper: Paper
    state: State
    arrived_on: date
    topic: str | None = None
    """Where it is filed, None before a pick."""
    key: str | None = None
    """The stem of its files, fixed at the first filing."""


@dataclass(frozen=True, slots=True)
class Mention:
    """The fact that a post points at a paper."""

    id: str
    """Identifier as the post gave it, normalised."""
    sentence: str = ""
    """The post's own words around the link; empty when there is nothing but the link."""


@dataclass(frozen=True, slots=True)
class Post:
    """A social item, or an entry of a blog's feed."""

    guid: str
    """Unique within its source."""
    author: str
    """Who wrote it; of a repost who passed it on. Empty: nobody, an entry of a list."""
    text: str
    """Plain text, no markup, control characters removed."""
    url: str
    posted_at: datetime | None
    mentions: tuple[Mention, ...] = ()
    kind: PostKind = "post"
    links: tuple[str, ...] = ()
    """Addresses in it that hold no id as they stand: short links may lead to one."""
    n_votes: int | None = None
    """Up-votes where the source counts them, None where it does not."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one channel gave for one announcement day, counted.

    expected: what the source says there is, None where it gives no total.
    received: distinct papers that arrived.
    category: the arXiv class that is counted, empty for all that the source gave.
    digest: names the papers that came, so that the same list under another day is
    recognised; empty where that cannot happen.
    reason: why it failed, as far as the program asks.
    """

    source: str
    covers: date
    expected: int | None
    received: int
    state: BatchState
    error: str = ""
    category: str = ""
    digest: str = ""
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class CitationCount:
    """How often a paper is cited, as one source knows it; influential where it says."""

    n: int
    n_influential: int | None = None


@dataclass(frozen=True, slots=True)
class NewestCount:
    """The newest count of a paper in a library.

    published_on: None where unknown, and then no count says how fast it came.
    """

    row: int
    n: int
    on: date
    published_on: date | None


def family_name(author: str) -> str:
    """Find the family name in a name as arXiv prints it: the last word, its particles too.

    "Inaguma, Hirofumi" gives "Inaguma", "Ada de la Cruz" and "Cruz, Ada de la" "de la Cruz";
    a trailing "Jr." or "III" does not count. Of a name in Chinese, Japanese or Korean
    characters it is the whole without blanks: nothing tells surely where its parts meet.
    """
    if HAS_CJK.search(author):
        return re.sub(r"[\s·・･,、]", "", author)
    family, comma, given = author.partition(",")
    words = [word for word in author.split() if word.rstrip(".").lower() not in _SUFFIXES]
    if comma:
        return " ".join([*_particles(given.split()), family.strip()])
    return " ".join([*_particles(words[:-1]), words[-1]]) if words else author.strip()


def _particles(words: list[str]) -> list[str]:
    """Return the particles at the end: "van", "de la"; a capital makes a given name of one."""
    n = 0
    while n < len(words) and words[-1 - n] in _PARTICLES:
        n += 1
    return words[len(words) - n :]


HAS_CJK = re.compile("[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_SUFFIXES = {"jr", "sr", "ii", "iii"}
_PARTICLES = frozenset(
    {"'t", "af", "al", "av", "bin", "da", "das", "de", "degli", "del", "della", "den", "der"}
    | {"des", "di", "do", "dos", "du", "el", "ibn", "la", "las", "le", "los", "ten", "ter"}
    | {"van", "vom", "von", "zu", "zum", "zur"}
)
