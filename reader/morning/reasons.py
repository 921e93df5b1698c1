"""Say in one plain sentence why a paper is in the list, and lay out the sum behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from reader.base.messages import say
from reader.morning.values import Candidate
from reader.ranking.heat import FORECAST, MUCH_CITED
from reader.ranking.model import LEAST_TELLING, names_of
from reader.ranking.rank import Term, in_print, total

MOST_WORDS = 3
"""Learned words that a sentence names: the weightiest."""

A_CLASS = 0.1
"""What a learned word, and an arXiv class, add at least to be a reason."""

AUTHOR = 0.35
"""What an author adds at least to be a reason: less comes from a single paper, often this one."""

Verdict = Literal["own", "doubtful", "near", "wild", "in", "out"]
"""Where a paper stands: in a lane; or, in no list, by how it stands to its topic."""

FORETELLS = ("record", "text", "place")
A_REASON = 0.3
"""What one of these adds to the forecast's log-odds at least to be a reason, and how many of
them a sentence names: the weightiest."""
MOST_FORETELLING = 2


def why(candidate: Candidate, terms: Sequence[Term]) -> str:
    """Say why a paper is in the list.

    terms: those of its score and, in the near lane, of its nearest topic.
    """
    is_silent = total(candidate.heat) <= 0 and not candidate.mentions
    talk = _foretold(terms) if is_silent else _talk(candidate, terms)
    parts = [*_told(terms), *_person(candidate), *_words(terms), *_neighbours(terms), *talk] or [
        *_alike(terms)
    ]
    return sentence(parts)


def sentence(parts: Iterable[str]) -> str:
    """Join reasons into one sentence."""
    return (say("why.joint").join(parts) or say("why.nothing")) + say("why.end")


def of_terms(terms: Sequence[Term]) -> list[str]:
    """Give what the terms of a topic's score say for a paper that is in no list."""
    return [*_words(terms), *_neighbours(terms)] or [*_alike(terms)]


def verdict(place: Verdict, reasons: str) -> str:
    """Say where a paper stands and why, in one sentence: "In: “ASR” in the title."."""
    return say(f"verdict.{place}", why=reasons)


def _person(candidate: Candidate) -> Iterator[str]:
    if candidate.followed:
        key = "why.followed" if candidate.is_followed_surely else "why.followed_perhaps"
        yield say(key, name=candidate.followed)


def _told(terms: Sequence[Term]) -> Iterator[str]:
    """Say what the person said of the paper's topic."""
    for term in terms:
        if term.kind in ("told_yes", "told_no"):
            yield say(f"why.{term.kind}", what=term.what)


def _words(terms: Sequence[Term]) -> Iterator[str]:
    title, abstract = (names_of(terms, kind) for kind in ("title", "abstract"))
    if both := [word for word in title if word in abstract]:
        yield say("why.both", words=_quoted(both))
    if words := [word for word in title if word not in abstract]:
        yield say("why.title", words=_quoted(words))
    if scattered := names_of(terms, "scattered"):
        yield say("why.scattered", words=_quoted(scattered))
    if words := [word for word in abstract if word not in title]:
        yield say("why.abstract", words=_quoted(words))
    telling = _learned(terms, LEAST_TELLING)
    if telling and not title and not abstract:
        yield say("why.learned", words=_quoted(telling))
    if authors := names_of((t for t in terms if t.value >= AUTHOR), "author")[:1]:
        yield say("why.author", name=authors[0])


def _alike(terms: Sequence[Term]) -> Iterator[str]:
    """Say of a paper that nothing else speaks for what it shares with its topic's papers: its
    class, or words of little weight."""
    classes = names_of((t for t in terms if t.value >= A_CLASS), "category")
    if classes:
        yield say("why.category", what=classes[0])
    elif words := _learned(terms, 0.0):
        yield say("why.learned", words=_quoted(words))


def _learned(terms: Sequence[Term], least: float) -> list[str]:
    """Give the weightiest learned words; a number says nothing to a person."""
    words = names_of((t for t in terms if t.value >= least), "learned")
    return [word for word in words if not word.isdecimal()][:MOST_WORDS]


def _neighbours(terms: Sequence[Term]) -> Iterator[str]:
    for kind in ("note", "seed", "paper", "nearness", "left"):
        for what in names_of(terms, kind):
            yield say(f"why.{kind}", what=what)


def _foretold(terms: Sequence[Term]) -> Iterator[str]:
    """Say that nobody has spoken of a paper, and why somebody is likely to."""
    if not any(t.kind in FORETELLS for t in terms):
        return
    yield say("why.foretold")
    found = [t for t in terms if t.kind in FORETELLS and t.value >= FORECAST * A_REASON]
    for term in sorted(found, key=lambda t: -t.value)[:MOST_FORETELLING]:
        if term.kind != "record" or term.what:  # else no paper of theirs was talked about
            yield say(f"why.foretold.{term.kind}")


def _talk(candidate: Candidate, terms: Sequence[Term]) -> Iterator[str]:
    if candidate.was_foretold:
        yield say("why.again")
    if candidate.mentions:
        people = _people(candidate)
        said = {"people": say("list").join(people[:2]), "n": len(people) - 2}
        yield say("why.mentions_more" if len(people) > 2 else "why.mentions", **said)
    if candidate.n_votes and names_of(terms, "votes"):
        yield say("why.votes", n=candidate.n_votes)
    if candidate.velocity >= MUCH_CITED:
        n, months = candidate.n_citations, candidate.n_months
        key = "why.cited" if months != 1 else "why.cited_at_once"
        yield say(key, n=n, months=months)


def _people(candidate: Candidate) -> list[str]:
    """Name who mentioned a paper, each once however their name is written, the weightiest first."""
    names: dict[str, str] = {}
    for mention in candidate.mentions:
        names.setdefault(mention.author.casefold(), mention.author)
    weights = {
        t.what.casefold(): t.value for t in candidate.heat if t.kind in ("mention", "repost")
    }
    return [names[name] for name in sorted(names, key=lambda n: -weights.get(n, 0.0))]


def _quoted(words: Iterable[str]) -> str:
    return say("list").join(say("why.quoted", what=word) for word in words)


LITTLE = 0.05
"""A learned word that adds less than this, either way, is not named: it tells a person nothing."""


_RECORD = re.compile(r"(.*): (\d+) of (\d+)", re.DOTALL)
"""An author's earlier papers that were talked about, as a kept sum has them."""


def sum_rows(terms: Sequence[Term]) -> Iterator[tuple[float, str]]:
    """Give a sum as (value, reason) in three digits; the rounded values add up.

    Learned words of little weight, of which there are dozens, are one row without the words.
    """
    small: list[float] = []
    for term, value in in_print(terms):
        if term.kind == "learned" and abs(term.value) < LITTLE:
            small.append(value)
        elif value:
            yield value, term_text(term)
    if small:
        yield round(sum(small), 3), say("why.little", n=len(small))


def term_text(term: Term) -> str:
    """Say what a term of a score is, in words."""
    what = term.what
    if term.kind == "record" and (counted := _RECORD.fullmatch(what)):
        author, n, of = counted.groups()
        what = say("term.record.of", author=author, n=n, of=of)
    try:
        # Of what nothing is known the sum says that much.
        return say(f"term.{term.kind}", what=what).removesuffix(": ")
    except KeyError:
        return say("term.other", kind=term.kind, what=term.what)
