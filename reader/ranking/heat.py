"""Count how much a paper is talked about, and put the near lane in its order.

People, up-votes and citations count, each with its half-life. The unit is one person who
mentions a paper in their own words today; the order of papers of near topics and the choice
of the wild card are sums of terms in it. Knows no source and no clock: the day comes in as an
argument, and what is later than it does not count.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from reader.library.calendar import is_listing_day
from reader.library.identity import matches
from reader.library.paper import Paper, PostKind
from reader.library.post import PostMention
from reader.ranking.model import Term, total

HALF_LIFE_DAYS = 7.0
"""After a week a post is worth half."""
VOTES_HALF_LIFE_DAYS = 90.0
"""A list's count keeps growing, so it hardly fades: papers that were found late are caught too."""

ROLE_MODEL = 6.0
"""Counts as this many people, or as 63 up-votes: a role model brings a paper up whatever else is
talked about."""
KIND_WEIGHT: Mapping[PostKind, float] = {"post": 1.0, "quote": 1.0, "reply": 0.6, "repost": 0.4}
OWN_PAPER = 0.25
"""Somebody who posts about a paper of their own says that it is out, and little more."""
BOT = 0.1
MANY_A_DAY = 30
"""An author who mentions this many papers on one day is a machine or a list."""

LIKE = 0.1
"""The part by which each doubling of a post's votes raises its weight."""
VOTE = 1.0
LISTED = 0.25
"""What each doubling of a list's up-votes counts, and what it counts at least to stand on the
list. A vote is a click, often the submitter's own, so of few votes only n in n + 1 count: one
counts as half a person, 3 as one and a half, 15 as nearly four."""
MUCH_CITED = 5.0
"""Citations a month from which on a paper is much cited, and their doublings count as people:
sixty in its first year. Chosen, not measured: no counts of real papers were at hand."""

DAYS_A_MONTH = 30.4

CLASS_SHARE: Mapping[str, float] = {
    "cs.CV": 1.45, "cs.CL": 1.5, "cs.LG": 1.8, "cs.GR": 1.25, "cs.AI": 0.7, "cs.RO": 0.5,
    "cs.SD": 0.4, "eess.AS": 0.45, "cs.IR": 0.3, "cs.CY": 0.25, "cs.HC": 0.25,
}  # fmt: skip
"""How often a class's papers are talked about, to the usual 1. Of what people say and of the
citations the sixth root of it is taken back, so that a small field is not drowned by a large
one; not of a list's votes: of those each sixth cost one in forty of the papers to be caught."""
EVENING = 1 / 6

_BOT = re.compile(
    r"""(?ix) (?<![^\W_])bots?(?![^\W_])            # paper-bot, @cl_bot
    | (?-i:[a-zA-Z0-9]Bot)(?![^\W_])                  # StatMLBot
    | (?:paper|arxiv|news|feed)s?bot(?![^\W_])     # arxivbot
    | (?<![^\W_])arxiv | (?<![^\W_])daily_?papers(?![^\W_])"""
)
_SERVER = re.compile(r"(?<=.)@([\w.-]+)\Z")
"""The server behind a person's name in the Fediverse, which is no part of the name."""
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
    mentions: Iterable[PostMention],
    *,
    role_models: Iterable[str],
    timelines: Mapping[str, str],
    busy: Container[str],
) -> Talk:
    """Turn mentions into the input of `heat`; votes and citations are set with `replace`.

    role_models: the names of people of feeds.toml; timelines: the sources that are theirs,
    with their names. busy: authors who mention MANY_A_DAY.
    """
    several, followed = tuple(mentions), tuple(role_models)
    # On a timeline people have other names than on papers: "@mio" is who it belongs to.
    people = {m.author: timelines[m.source] for m in several if m.source in timelines}
    voices = []
    for m in several:
        person = people.get(m.author) or next((p for p in followed if _is_same(p, m.author)), "")
        # By either name: who posts as somebody else on a timeline may still be an author.
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
    """Compute how hot a paper is on a day: one term a person, the votes, the citations, the class.

    Each person counts once, with their weightiest post. No talk: no terms.
    """
    people: dict[str, Term] = {}
    for voice in talk.voices:
        if voice.on and voice.on > day:
            continue
        weight = KIND_WEIGHT[voice.kind] * (ROLE_MODEL if voice.is_role_model else 1.0)
        weight *= (BOT if voice.is_bot else 1.0) * (OWN_PAPER if voice.is_own_paper else 1.0)
        weight *= 1 + LIKE * math.log2(1 + max(0, voice.n_votes or 0))
        weight *= _fading(voice.on, day, HALF_LIFE_DAYS)
        # One person with accounts in several places is one person.
        who = (voice.person or voice.author).casefold()
        if who not in people or weight > people[who].value:
            kind = "repost" if voice.kind == "repost" else "mention"
            people[who] = Term(kind, voice.author, weight)
    terms = list(people.values())
    a_month = velocity(talk.n_citations, talk.n_months)
    if a_month >= MUCH_CITED:
        terms.append(Term("citations", f"{a_month:.0f}", math.log2(1 + a_month)))
    # Of the votes, which come now, the class takes nothing back.
    evened = total(terms) * (float(CLASS_SHARE.get(talk.category, 1.0) ** -EVENING) - 1)
    if talk.n_votes is not None and not (talk.voted_on and talk.voted_on > day):
        n = max(0, talk.n_votes)
        doublings = max(LISTED, math.log2(1 + n) * n / (n + 1))
        fading = _fading(talk.voted_on, day, VOTES_HALF_LIFE_DAYS)
        terms.append(Term("votes", str(n), VOTE * doublings * fading))
    if evened:
        terms.append(Term("class", talk.category, evened))
    return tuple(terms)


def velocity(n_citations: int | None, n_months: int | None) -> float:
    """Compute the citations a month; 0 where either number is unknown."""
    return n_citations / max(n_months, 1) if n_citations and n_months else 0.0


def months_between(first: date | None, last: date) -> int | None:
    """Count the months from a publication on, the one that runs included; None for none."""
    return None if first is None else max(1, math.ceil((last - first).days / DAYS_A_MONTH))


def listing_days(first: date, last: date) -> int:
    """Count the days from one to another, both included, under which arXiv lists papers."""
    n = max(0, (last - first).days + 1)
    return sum(is_listing_day(first + timedelta(days=i)) for i in range(n))


def _fading(on: date | None, day: date, half_life: float) -> float:
    return 1.0 if on is None else float(0.5 ** ((day - on).days / half_life))


def _is_bot(author: str) -> bool:
    # A server's name says nothing of the person, but for the one that is for bots alone.
    server = _SERVER.search(author)
    is_of_bots = server is not None and server[1].casefold() == _OF_BOTS
    return is_of_bots or bool(_BOT.search(_SERVER.sub("", author)))


def _is_same(name: str, author: str) -> bool:
    return matches(name, author) == "same"


CATCH_DAYS = 21
"""For this many days after its arrival a paper may join the near lane because it became hot."""

FORECAST = 0.06
"""The weight of a log-odds unit of the forecast, beside one person who talks about the paper."""

SILENCE = 2.6
A_DAY = 0.04
"""On its first morning nobody can have talked about a paper, and the forecast speaks for it.
From the second on talk must: a new paper of equal promise stands above one that has fewer than
seven up-votes and nobody's words, and each further day lets it sink a little. Who speaks of a
paper ends its silence: one person today takes all of this back, a repost .4 of it."""

AGREED = 0.9
"""The share of the distance to the near topics that each person after the first takes away. One
person talks about many things; two who name the same paper say that it is worth a look, whatever
its topic."""

N_FORETOLD = 6
"""Places of a morning that papers of which nobody has spoken may take, where a forecast is all
that speaks for them: the fewest with which ten places catch what they should (docs/ranking.md)."""

LIKELY = 0.0
"""The least log-odds of a foretold paper: half of the papers above it were talked about later."""

HOT = 0.8
"""The least heat of a wild card: that of one person in their own words, of any class, today or
yesterday. A machine's post or one repost is less."""

FARTHEST = 0.02
LEFT = 1.0
"""What a direction that the person left adds to a wild card."""

Row = TypeVar("Row", bound=Hashable)

_NONE: Mapping[Any, float] = MappingProxyType({})


def near_score(
    heat_terms: Sequence[Term],
    forecast_terms: Sequence[Term],
    closeness: float | None,
    *,
    n_days: int,
) -> tuple[Term, ...]:
    """Add up heat, forecast and closeness to the near topics, in the unit of heat, a person.

    closeness: 0 far … 1 in the midst of a near topic, None: not asked for; its logarithm
    joins, after people who agree have made the distance smaller. n_days: since the paper
    was announced.
    """
    terms = _joined(heat_terms, forecast_terms, n_days)
    if closeness is not None:
        # FARTHEST keeps the logarithm finite: −5.6 at most, nearly a role model's word.
        far = 1 - min(1.0, max(FARTHEST, closeness))
        near = 1 - far * (1 - AGREED) ** max(0.0, _people(heat_terms) - 1)
        terms.append(Term("closeness", f"{near:.2f}", math.log2(near)))
    return tuple(terms)


def wild_score(
    heat_terms: Sequence[Term],
    forecast_terms: Sequence[Term],
    closeness: float,
    *,
    left: str,
    n_days: int,
) -> tuple[Term, ...]:
    """Score a wild card: hot, and far from everything known or of a direction that was left.

    closeness: to the nearest topic, own or near, 0 … 1; left: the topic that the person left.
    """
    terms = _joined(heat_terms, forecast_terms, n_days)
    if left:
        terms.append(Term("left", left, LEFT))
    else:
        far = min(1.0, max(FARTHEST, 1 - closeness))
        terms.append(Term("far", f"{far:.2f}", math.log2(far)))
    return tuple(terms)


def is_hot(heat_terms: Sequence[Term]) -> bool:
    """Check whether a paper is talked about enough for a wild card."""
    return total(heat_terms) >= HOT


def is_likely(forecast_terms: Sequence[Term]) -> bool:
    """Check whether a forecast alone may bring a paper up, on its first morning."""
    return bool(forecast_terms) and total(forecast_terms) >= LIKELY


def caught(
    talked: Mapping[Row, float],
    foretold: Mapping[Row, float] = _NONE,
    again: Mapping[Row, float] = _NONE,
    *,
    cap: int,
    n_foretold: int = N_FORETOLD,
) -> list[Row]:
    """Choose a morning's near papers by their scores, of those that no list held for its talk.

    talked: what is talked about; foretold: new papers of which nobody has spoken, at most
    `n_foretold`, in places that no higher score takes; again: talked about, and shown before
    as foretold, in what is left. Returns them in the order talked, again, foretold, each the
    highest first; equal scores keep the order in which they came.
    """
    # Places are taken by score alone; what is only foretold has a limit of its own besides.
    hoped = dict.fromkeys(_highest(foretold)[: max(0, n_foretold)])
    scores = {**talked, **{row: foretold[row] for row in hoped}}
    chosen = _highest(scores)[: max(0, cap)]
    back = _highest(again)[: max(0, cap - len(chosen))]
    silent = [row for row in chosen if row in hoped]
    return [*(row for row in chosen if row not in hoped), *back, *silent]


def _highest(scores: Mapping[Row, float]) -> list[Row]:
    return sorted(scores, key=lambda row: -scores[row])


def closeness_of(margin: float) -> float:
    """Turn a topic's score above its cut (log-odds) into a closeness of 0 … 1."""
    # Beyond 60 a float is 0 or 1 anyway, and the exponential would overflow at 710.
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, margin))))


def _joined(heat_terms: Sequence[Term], forecast_terms: Sequence[Term], n_days: int) -> list[Term]:
    foretold = [Term(t.kind, t.what, FORECAST * t.value) for t in forecast_terms]
    # Nobody can have spoken yet on the first morning: silence counts from the second on.
    days = max(0, n_days)
    silence = max(0.0, 1 - _people(heat_terms)) * (SILENCE + A_DAY * days) if days else 0.0
    waiting = [Term("days", str(days), -silence)] if silence else []
    return [*heat_terms, *foretold, *waiting]


def _people(heat_terms: Sequence[Term]) -> float:
    """Add up the people who speak of a paper, each as much as they count."""
    return math.fsum(t.value for t in heat_terms if t.kind in ("mention", "repost"))
