"""Count how much a paper is talked about: people, up-votes, citations, each with its half-life.

The unit is one person who mentions a paper in their own words today. Knows no source and
no clock: the day comes in as an argument, and what is later than it does not count.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from reader.paper import Paper, PostKind
from reader.person import matches
from reader.post import Mentioned
from reader.score import Term, total

HALF_LIFE_DAYS = 7.0
"""What a person said is worth half after a week."""
VOTES_HALF_LIFE_DAYS = 90.0
"""A list's count goes on growing, so it hardly fades: what was found late is caught too."""

ROLE_MODEL = 6.0
"""As many people, or 63 up-votes: one of them brings a paper up whatever else is talked about."""
KIND_WEIGHT: Mapping[PostKind, float] = {"post": 1.0, "quote": 1.0, "reply": 0.6, "repost": 0.4}
OWN_PAPER = 0.25
"""Who posts about a paper of their own says that it is out, and little more."""
BOT = 0.1
MANY_A_DAY = 30
"""Papers that one author mentions on a day from which on it is a machine or a list."""

LIKE = 0.1
"""What each doubling of the votes for a post adds to the post's weight."""
VOTE = 1.0
LISTED = 0.25
"""What each doubling of a list's up-votes counts, and what it counts at least to stand on the
list. A vote is a click, often the submitter's own, so of few votes only n in n + 1 count: one
counts as half a person, 3 as one and a half, 15 as nearly four."""
MUCH_CITED = 5.0
"""Citations a month from which on they count, their doublings as people."""

CLASS_SHARE: Mapping[str, float] = {
    "cs.CV": 1.45, "cs.CL": 1.5, "cs.LG": 1.8, "cs.GR": 1.25, "cs.AI": 0.7, "cs.RO": 0.5,
    "cs.SD": 0.4, "eess.AS": 0.45, "cs.IR": 0.3, "cs.CY": 0.25, "cs.HC": 0.25,
}  # fmt: skip
"""How often a class's papers are talked about, to the usual 1. Of what people say and of the
citations the sixth root of it is taken back, so that a small field is not drowned by a large
one; not of a list's votes: of those each sixth cost one in forty of the papers to be caught."""
EVENING = 1 / 6

_NOBODYS: Mapping[str, str] = MappingProxyType({})

_BOT = re.compile(
    r"""(?ix) (?<![^\W_])bots?(?![^\W_])            # paper-bot, @cl_bot
    | (?-i:[a-zA-Z0-9]Bot)(?![^\W_])                  # StatMLBot
    | (?:paper|arxiv|news|feed)s?bot(?![^\W_])     # arxivbot
    | (?<![^\W_])arxiv | (?<![^\W_])daily_?papers(?![^\W_])"""
)
_SERVER = re.compile(r"(?<=.)@([\w.-]+)\Z")
"""What follows a person's name in the Fediverse: no part of it."""
_OF_BOTS = "botsin.space"


@dataclass(frozen=True, slots=True)
class Voice:
    """One post that mentions a paper.

    n_votes: the post's own; on: the day it was seen, None where unknown (it counts whole).
    is_own_paper: who posts is an author of the paper. person: whom the author is known to be,
    whatever they are called where they posted; empty: the author's name tells.
    """

    author: str
    kind: PostKind = "post"
    n_votes: int | None = None
    on: date | None = None
    is_role_model: bool = False
    is_own_paper: bool = False
    is_bot: bool = False
    person: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """All that is known of the talk about one paper.

    n_votes: the most that a list without authors counts; voted_on: the day it was seen.
    n_months: from its publication to the count of citations, None where unknown.
    category: arXiv's primary class, empty where unknown.
    """

    voices: tuple[Voice, ...] = ()
    n_votes: int | None = None
    voted_on: date | None = None
    n_citations: int | None = None
    n_months: int | None = None
    category: str = ""


def talk_of(
    paper: Paper,
    mentions: Iterable[Mentioned],
    *,
    role_models: Iterable[str] = (),
    timelines: Mapping[str, str] = _NOBODYS,
    busy: Container[str] = frozenset(),
) -> Talk:
    """Put mentions into the form that heat is counted from; votes and citations by `replace`.

    role_models: the names of people of feeds.toml; timelines: the sources that are theirs,
    with their names. busy: authors who mention MANY_A_DAY.
    """
    several, followed = tuple(mentions), tuple(role_models)
    # On a timeline people have other names than on papers: "@mio" is who it belongs to.
    people = {m.author: timelines[m.source] for m in several if m.source in timelines}
    voices = []
    for m in several:
        person = people.get(m.author) or next((p for p in followed if _is_same(p, m.author)), "")
        names = {person or m.author, m.author}
        voices.append(
            Voice(
                author=m.author,
                kind=m.kind,
                n_votes=m.n_votes,
                on=m.on,
                is_role_model=bool(person),
                is_own_paper=any(_is_same(n, author) for n in names for author in paper.authors),
                is_bot=m.author in busy or (not person and _is_bot(m.author)),
                person=person,
            )
        )
    return Talk(tuple(voices), category=paper.categories[0] if paper.categories else "")


def heat(talk: Talk, day: date) -> tuple[Term, ...]:
    """Say how hot a paper is on a day: one term a person, the votes, the citations, the class.

    Each person counts once, with their weightiest post. No talk: no terms.
    """
    people: dict[str, Term] = {}
    for voice in talk.voices:
        if voice.on and voice.on > day:
            continue
        term = _term(voice, day)
        who = (voice.person or voice.author).casefold()
        known = people.get(who)
        if known is None or term.value > known.value:
            people[who] = term
    said = [*people.values(), *_citations(talk)]
    evened = total(said) * (_evening(talk.category) - 1)
    terms = (*said, *_votes(talk, day))
    return (*terms, Term("class", talk.category, evened)) if evened else terms


def _term(voice: Voice, day: date) -> Term:
    weight = KIND_WEIGHT[voice.kind] * (ROLE_MODEL if voice.is_role_model else 1.0)
    weight *= (BOT if voice.is_bot else 1.0) * (OWN_PAPER if voice.is_own_paper else 1.0)
    weight *= 1 + LIKE * math.log2(1 + max(0, voice.n_votes or 0))
    kind = "repost" if voice.kind == "repost" else "mention"
    return Term(kind, voice.author, weight * _fading(voice.on, day, HALF_LIFE_DAYS))


def _votes(talk: Talk, day: date) -> list[Term]:
    n = talk.n_votes
    if n is None or (talk.voted_on and talk.voted_on > day):
        return []
    n = max(0, n)
    doublings = max(LISTED, math.log2(1 + n) * n / (n + 1))
    fading = _fading(talk.voted_on, day, VOTES_HALF_LIFE_DAYS)
    return [Term("votes", str(n), VOTE * doublings * fading)]


def _citations(talk: Talk) -> list[Term]:
    if not talk.n_citations or not talk.n_months:
        return []
    a_month = talk.n_citations / max(1, talk.n_months)
    return (
        [Term("citations", f"{a_month:.0f}", math.log2(1 + a_month))]
        if a_month >= MUCH_CITED
        else []
    )


def _fading(on: date | None, day: date, half_life: float) -> float:
    return 1.0 if on is None else float(0.5 ** ((day - on).days / half_life))


def _evening(category: str) -> float:
    return float(CLASS_SHARE.get(category, 1.0) ** -EVENING)


def _is_bot(author: str) -> bool:
    server = _SERVER.search(author)
    is_of_bots = server is not None and server[1].casefold() == _OF_BOTS
    return is_of_bots or bool(_BOT.search(_SERVER.sub("", author)))


def _is_same(name: str, author: str) -> bool:
    return matches(name, author) == "same"
