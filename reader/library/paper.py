"""Define papers, posts, mentions and batches: frozen values, and a few functions on them.

They are valid once they are made. They know nothing of the formats that they were read from,
nor of rows.

Also what a person sorts papers by: tags, a rating, a priority. A tag is known by its fold: case,
width and the blanks that no tag of Obsidian can have do not count. Imported tags and one's own
are the same thing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from reader.base.errors import Reason
from reader.base.text import plain

State = Literal["candidate", "pick", "skip", "read"]
BatchState = Literal[
    "complete",  # as many as the source said there are
    "not checked",  # answered, but the source gives no total to count against
    "unchanged",  # the source says that nothing is new since it was last read
    "empty",  # answered, with nothing in it
    "not needed",  # there was nothing to ask for, so nothing is missing
    "partial",  # fewer than the source said there are
    "stale",  # an older batch than the one that is due
    "not out yet",  # empty, and not sure to stay so: late, or a holiday
    "failed",  # not answered, or not in a form that can be read
    "not asked",  # not yet asked today, or waiting after failures
]

PostKind = Literal[
    "post",  # own words
    "repost",  # somebody else's words passed on, which are not the opinion of who did so
    "quote",  # own words above a post of somebody else
    "reply",
]

Priority = Literal["high", "normal", "low"]
PropertyKind = Literal["tag", "rating", "priority"]

PRIORITIES: tuple[Priority, ...] = get_args(Priority)
"""Three are enough to put a queue in order; what is not set is normal."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What one source says of how a paper was published; "" where it says nothing.

    source: its name in `rows.fields.ORDER`, or the form of an import. pages: "1-10".
    year: four digits. doi: "10.…".
    """

    source: str
    venue: str = ""
    volume: str = ""
    number: str = ""
    pages: str = ""
    publisher: str = ""
    year: str = ""
    doi: str = ""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """What a source says in one field of a paper.

    authors: a name a line. on: the local day on which it said so, None for what came with the
    paper. is_by_hand: the person said it.
    """

    field: str
    value: str
    source: str
    on: date | None
    is_by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper, one whatever its copies and versions.

    ids: every known identifier with its scheme ("arxiv:2401.01234", "doi:10.…"), without a
    version, the canonical one first; never empty.
    """

    ids: tuple[str, ...]
    title: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    categories: tuple[str, ...] = ()
    """arXiv's own classes, the primary one first."""
    comment: str = ""
    published_on: date | None = None
    """The UTC day of the first version, None where the source does not have it."""
    announced_on: date | None = None
    """arXiv's mailing day, None where unknown or not from arXiv."""
    version: int | None = None
    """The newest arXiv version seen, None where the source does not have it."""
    pdf_url: str = ""
    """The address of a PDF outside of arXiv, empty where none is known."""
    publication: Publication | None = None
    """What its source says of its publication; a paper of the library is loaded without it."""

    @property
    def id(self) -> str:
        """Return the canonical identifier."""
        return self.ids[0]


@dataclass(frozen=True, slots=True)
class LibraryPaper:
    """A paper in a library.

    row: `papers.id`. record: its title, authors and the rest that sources say of it. arrived_on:
    the local day on which it entered the library.
    """

    row: int
    record: Paper
    state: State
    arrived_on: date
    topic: str | None = None
    """The topic that it is filed under, None before a pick."""
    key: str | None = None
    """The stem of its files, fixed at the first filing, None before it."""
    is_removed: bool = False
    """It lies in the trash."""
    tags: tuple[str, ...] = ()
    """Imported ones and the person's own, each once."""
    rating: int | None = None
    """From 1 to 5, None for none."""
    priority: Priority = "normal"

    @property
    def listed_on(self) -> date:
        """The day that announced the paper, else that of its arrival.

        After days away all papers arrive on one.
        """
        return self.record.announced_on or self.arrived_on


@dataclass(frozen=True, slots=True)
class FirstKnown:
    """What was known of a paper first: its row, id, title, first author and day."""

    row: int
    id: str
    title: str
    author: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Mention:
    """The fact that a post points at a paper."""

    id: str
    """The identifier that the post has, in its canonical form."""
    sentence: str = ""
    """The post's own words around the link; empty where there is nothing but the link."""


@dataclass(frozen=True, slots=True)
class Post:
    """A social item, or an entry of a blog's feed."""

    guid: str
    """Unique within its source."""
    author: str
    """The person who wrote it, or passed it on; empty for an entry of a list, which has none."""
    text: str
    """Plain text, no markup, control characters removed."""
    url: str
    posted_at: datetime | None
    mentions: tuple[Mention, ...] = ()
    kind: PostKind = "post"
    links: tuple[str, ...] = ()
    """Addresses in it that hold no id; a short link may lead to one."""
    n_votes: int | None = None
    """Up-votes, None where the source does not count them."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The papers that one channel returned for one announcement day, counted.

    covers: the announcement day. expected: the source's own total, None where it has none.
    received: distinct papers that arrived.
    category: the arXiv class that is counted, empty for all papers of the source.
    digest: a hash of the papers' ids, by which the same list under another day is recognised;
    empty where that cannot happen.
    error, reason: why it failed, in words and as the value that the program compares.
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
    """The number of a paper's citations by one source; n_influential: None where it has none."""

    n: int
    n_influential: int | None = None


@dataclass(frozen=True, slots=True)
class NewestCount:
    """The newest citation count of a paper in a library.

    row: `papers.id`. on: the day of the count. published_on: None where unknown; then nothing
    shows how fast the citations came.
    """

    row: int
    n: int
    on: date
    published_on: date | None


@dataclass(frozen=True, slots=True)
class PersonName:
    """The parts of a name; `family` alone is filled where it is kept whole."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""


def name_parts(author: str) -> PersonName:
    """Split a name as arXiv prints it: the last word is the family name, "van" before it a
    particle, "Jr." behind it a suffix.

    "Inaguma, Hirofumi" has the family name "Inaguma"; "Ada de la Cruz" and "Cruz, Ada de la"
    have "Cruz" with the particle "de la". A name in Chinese, Japanese or Korean characters is
    kept whole, since nothing shows surely where its parts meet.
    """
    words = author.replace(",", " ").split()
    if HAS_CJK.search(author) or not words:
        return PersonName(author.strip())
    # Of two words the last one is the family name, even if it is "Ii".
    suffixes = [w for w in words if w.rstrip(".").lower() in _SUFFIXES] if len(words) > 2 else []
    family, comma, rest = author.partition(",")
    given, last = (rest.replace(",", " ").split(), family.split()) if comma else (words, [])
    given, last = ([w for w in part if w not in suffixes] for part in (given, last))
    if not (given and last):
        given, last = (given + last)[:-1], (given + last)[-1:]
    particle = _particles(given)
    given = given[: len(given) - len(particle)]
    while len(last) > 1 and last[0] in _PARTICLES:
        particle.append(last.pop(0))
    return PersonName(*(" ".join(part) for part in (last, given, particle, suffixes)))


def family_name(author: str) -> str:
    """Extract the family name with its particles; one in characters whole, without blanks."""
    if HAS_CJK.search(author):
        return re.sub(r"[\s·・･,、]", "", author)
    name = name_parts(author)
    return f"{name.particle} {name.family}".strip()


def _particles(words: list[str]) -> list[str]:
    """Extract the particles at the end ("van", "de la"); with a capital, "Van" is a given name."""
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


LAB_TAG = "shared-with-lab"
"""The tag of a note that its person shares with the lab. No import can bring it: what others wrote
into a file shares nothing."""

RATINGS = range(1, 6)

LONGEST_TAG = 100
"""Characters."""


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """What is to be changed of a paper. rating: 0 for none. None leaves a value as it is."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    rating: int | None = None
    priority: Priority | None = None


def clean_tag(text: str) -> str:
    """Read a tag as a person types it, also with Obsidian's #; "" where nothing is left."""
    tag = unicodedata.normalize("NFC", plain(text)).strip().strip("#/,").strip()
    return tag if any(c.isalnum() or not c.isascii() for c in tag) else ""


def front_tag(tag: str) -> str:
    """Write a tag as it stands in a front matter, where it can have no blank."""
    return re.sub(r"[\s,#]+", "-", clean_tag(tag))


def tag_fold(tag: str) -> str:
    """Fold a tag, for comparing."""
    return unicodedata.normalize("NFKC", front_tag(tag)).casefold()


def is_within(fold: str, outer: str) -> bool:
    """Check whether a folded tag is another one, or one inside of it: asr, speech/asr."""
    return f"/{outer}/" in f"/{fold}/"


def tags_in(text: str) -> tuple[str, ...]:
    """Read tags between commas, each once."""
    tags = filter(None, map(clean_tag, re.split("[,、，]", text)))
    return tuple({tag_fold(tag): tag for tag in tags}.values())


def to_become(before: Iterable[str], after: Iterable[str]) -> PropertyChange:
    """Find the change that makes one list of tags another."""
    old, new = ({tag_fold(tag): tag for tag in tags} for tags in (before, after))
    return PropertyChange(
        add=tuple(tag for fold, tag in new.items() if fold not in old),
        remove=tuple(tag for fold, tag in old.items() if fold not in new),
    )


def completions(typed: str, known: Iterable[str]) -> list[str]:
    """Choose the known tags that begin as the last one of a typed list, else have it inside."""
    last = tag_fold(re.split("[,、，]", typed)[-1])
    taken = {tag_fold(tag) for tag in tags_in(typed)} - {last}
    several = {tag: tag_fold(tag) for tag in known}
    found = [tag for tag, fold in several.items() if fold not in taken]
    begin = [tag for tag in found if several[tag].startswith(last)]
    return begin + [tag for tag in found if tag not in begin and last in several[tag]]


def rating_of(text: str) -> int | None:
    """Read a rating, 1 to 5, or 0 for none; None for anything else."""
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    if text in ("", "none"):
        return 0
    return int(text) if text.isdecimal() and len(text) == 1 and int(text) in RATINGS else None


def priority_of(text: str) -> Priority | None:
    """Read a priority, normal for none; None for anything else."""
    text = text.strip().casefold() or "normal"
    return next((one for one in PRIORITIES if one == text), None)


def ratings_in(value: str) -> tuple[int, int] | None:
    """Read the ratings that a filter asks for: 4, >3, >=3, <3, 2-4, 2-, -4, none.

    Returns the first and the last one, (0, 0) for papers without one; None for anything else.
    """
    if value.casefold() == "none":
        return 0, 0
    first, last = RATINGS[0], RATINGS[-1]
    if found := re.fullmatch(r"(>=|<=|>|<|=)?([0-9])", value):
        n = int(found[2])
        ranges = {">": (n + 1, last), ">=": (n, last), "<": (first, n - 1), "<=": (first, n)}
        low, high = ranges.get(found[1] or "", (n, n))
    elif (found := re.fullmatch(r"([0-9])?(?:-|\.\.)([0-9])?", value)) and any(found.groups()):
        low, high = int(found[1] or first), int(found[2] or last)
    else:
        return None
    return (low, high) if first <= low <= high <= last else None
