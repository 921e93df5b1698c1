"""Write why a paper stands where it stands: the reasons of its place, and the terms of its sum.

Knows no screen and no page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from reader.base.messages import N_, _, ngettext
from reader.morning.values import (
    Candidate,
)
from reader.ranking.heat import FORECAST, MUCH_CITED, velocity
from reader.ranking.model import LEAST_TELLING, names_of
from reader.ranking.rank import Term, in_print, total

MOST_WORDS = 3
"""Learned words that a sentence names: the weightiest."""

A_CLASS = 0.1
"""The least that a learned word, or an arXiv class, must add to be a reason."""

AUTHOR = 0.35
"""The least that an author must add to be a reason: less comes from a single paper, often this
one."""

Verdict = Literal["own", "doubtful", "near", "wild", "in", "out"]
"""Where a paper stands: its lane; or, if it is in no list, its place in its topic."""

FORETELLS = ("record", "text", "place")
A_REASON = 0.3
"""The least that one of these must add to the forecast's log-odds to be a reason. Below: how many
of them a sentence names, the weightiest."""
MOST_FORETELLING = 2


def why(candidate: Candidate, terms: Sequence[Term]) -> str:
    """Write the reasons why a paper is in the list, in one sentence.

    terms: those of its score and, in the near lane, of its nearest topic.
    """
    # The person's own words first, then who wrote it, what it says, what it is near to, and who
    # speaks of it; what is weak is named only where there is nothing else.
    parts: list[str] = []
    for term in terms:
        if term.kind in ("told_yes", "told_no"):
            key = (
                N_("you said that it belongs to {what}")
                if term.kind == "told_yes"
                else N_("you said that it does not belong to {what}")
            )
            parts.append(_(key, what=term.what))
    if candidate.followed:
        key = (
            N_("by {name}, whom you follow")
            if candidate.is_followed_surely
            else N_("perhaps by {name}, whom you follow (or somebody with the same name)")
        )
        parts.append(_(key, name=candidate.followed))
    # Up-votes and citations are heat without a mention.
    is_silent = total(candidate.heat) <= 0 and not candidate.mentions
    talk = _foretold(terms) if is_silent else _talk(candidate, terms)
    parts += [*_words(terms), *_neighbours(terms), *talk]
    return sentence(parts or _alike(terms))


def sentence(parts: Iterable[str]) -> str:
    """Join reasons into one sentence."""
    return (_("; ").join(parts) or _("fits no topic")) + _(".")


def of_terms(terms: Sequence[Term]) -> list[str]:
    """List the reasons in a topic's score for a paper that is in no list."""
    return [*_words(terms), *_neighbours(terms)] or [*_alike(terms)]


_VERDICTS = {
    "own": N_("In: {why}"),
    "in": N_("In: {why}"),
    "doubtful": N_("Maybe: {why}"),
    "near": N_("Talked about: {why}"),
    "wild": N_("Wild card: {why}"),
    "out": N_("Out: {why}"),
}


def verdict(place: Verdict, reasons: str) -> str:
    """Write where a paper stands and why, in one sentence: "In: “ASR” in the title."."""
    return _(_VERDICTS[place], why=reasons)


def _words(terms: Sequence[Term]) -> Iterator[str]:
    title, abstract = (names_of(terms, kind) for kind in ("title", "abstract"))
    if both := [word for word in title if word in abstract]:
        yield _("{words} in title and abstract", words=_quoted(both))
    if words := [word for word in title if word not in abstract]:
        yield _("{words} in the title", words=_quoted(words))
    if scattered := names_of(terms, "scattered"):
        yield _("the words of {words} in the title", words=_quoted(scattered))
    if words := [word for word in abstract if word not in title]:
        yield _("{words} in the abstract", words=_quoted(words))
    telling = _learned(terms, LEAST_TELLING)
    if telling and not title and not abstract:
        yield _("{words}, as in other papers of this topic", words=_quoted(telling))
    if authors := names_of((t for t in terms if t.value >= AUTHOR), "author")[:1]:
        yield _("by {name}, who writes on this topic", name=authors[0])


def _alike(terms: Sequence[Term]) -> Iterator[str]:
    """Write what a paper shares with its topic's papers, where nothing else speaks for it: its
    class, or words of little weight."""
    classes = names_of((t for t in terms if t.value >= A_CLASS), "category")
    if classes:
        yield _("in {what}, like other papers of this topic", what=classes[0])
    elif words := _learned(terms, 0.0):
        yield _("{words}, as in other papers of this topic", words=_quoted(words))


def _learned(terms: Sequence[Term], least: float) -> list[str]:
    """Choose the weightiest learned words; numbers mean nothing to a person."""
    words = names_of((t for t in terms if t.value >= least), "learned")
    return [word for word in words if not word.isdecimal()][:MOST_WORDS]


_NEIGHBOURS = {
    "note": N_("similar to your note on “{what}”"),
    "seed": N_("similar to your seed “{what}”"),
    "paper": N_("similar to “{what}”, which you filed"),
    "nearness": N_("closer to {what} than most papers of the day"),
    "left": N_("from {what}, a topic that you have not read for a while"),
}


def _neighbours(terms: Sequence[Term]) -> Iterator[str]:
    for kind, key in _NEIGHBOURS.items():
        for what in names_of(terms, kind):
            yield _(key, what=what)


_FORETOLD = {
    "record": N_("earlier papers of its authors were talked about"),
    "text": N_("its text is like that of papers that were talked about"),
    "place": N_("it was submitted shortly before arXiv's daily deadline"),
}


def _foretold(terms: Sequence[Term]) -> Iterator[str]:
    """Write that nobody has spoken of a paper yet, and why somebody is likely to."""
    if not any(t.kind in FORETELLS for t in terms):
        return
    yield _("not talked about yet")
    # `heat` has multiplied the terms of the forecast by FORECAST already.
    found = [t for t in terms if t.kind in FORETELLS and t.value >= FORECAST * A_REASON]
    for term in sorted(found, key=lambda t: -t.value)[:MOST_FORETELLING]:
        if term.kind != "record" or term.what:  # else no paper of theirs was talked about
            yield _(_FORETOLD[term.kind])


def _talk(candidate: Candidate, terms: Sequence[Term]) -> Iterator[str]:
    if candidate.was_foretold:
        yield _("shown before, when it was not talked about yet")
    # Each person once, however their name is written, the weightiest first.
    names: dict[str, str] = {}
    for mention in candidate.mentions:
        names.setdefault(mention.author.casefold(), mention.author)
    weights = {
        t.what.casefold(): t.value for t in candidate.heat if t.kind in ("mention", "repost")
    }
    people = [names[name] for name in sorted(names, key=lambda n: -weights.get(n, 0.0))]
    if people:
        listed = _(", ").join(people[:2])
        key = (
            N_("mentioned by {people} and {n} more")
            if len(people) > 2
            else N_("mentioned by {people}")
        )
        yield _(key, people=listed, n=len(people) - 2)
    if candidate.n_votes and names_of(terms, "votes"):
        yield ngettext("{n} up-vote", "{n} up-votes", candidate.n_votes)
    n, months = candidate.n_citations, candidate.n_months
    if n and velocity(n, months) >= MUCH_CITED:
        yield (
            ngettext(
                "cited {n} time in {months} months",
                "cited {n} times in {months} months",
                n,
                months=months,
            )
            if months != 1
            else ngettext(
                "cited {n} time in its first month", "cited {n} times in its first month", n
            )
        )


def _quoted(words: Iterable[str]) -> str:
    return _(", ").join(_("“{what}”", what=word) for word in words)


LITTLE = 0.05
"""A learned word that adds less than this, either way, is not named: it means nothing to a
person."""


_RECORD = re.compile(r"(.*): (\d+) of (\d+)", re.DOTALL)
"""An author's earlier papers that were talked about, as a kept sum writes them."""


def sum_rows(terms: Sequence[Term]) -> Iterator[tuple[float, str]]:
    """Split a sum into (value, reason) in three digits; the rounded values add up.

    Learned words of little weight, of which there are dozens, are one row without the words.
    """
    small: list[float] = []
    for term, value in in_print(terms):
        if term.kind == "learned" and abs(term.value) < LITTLE:
            small.append(value)
        elif value:
            yield value, term_text(term)
    if small:
        yield (
            round(sum(small), 3),
            ngettext(
                "{n} more word of little weight", "{n} more words of little weight", len(small)
            ),
        )


_TERMS = {
    "start": N_("the starting value, the same for all papers"),
    "title": N_("“{what}” in the title"),
    "scattered": N_("the words of “{what}” in the title"),
    "abstract": N_("“{what}” in the abstract"),
    "learned": N_("“{what}”, learned"),
    "author": N_("author {what}"),
    "category": N_("category {what}"),
    "nearness": N_("similarity to {what}"),
    "note": N_("similarity to your note on “{what}”"),
    "seed": N_("similarity to your seed “{what}”"),
    "paper": N_("similarity to “{what}”, filed there"),
    "told_yes": N_("you said that it belongs to {what}"),
    "told_no": N_("you said that it does not belong to {what}"),
    "followed": N_("by {what}, whom you follow"),
    "taste": N_("similarity to your picks (changes the order only)"),
    "surely": N_("added because it has your own words, such as “{what}”"),
    "mention": N_("mention by {what}"),
    "repost": N_("repost by {what}"),
    "votes": N_("up-votes: {what}"),
    "citations": N_("citations per month: {what}"),
    "class": N_("how much {what} is talked about"),
    "closeness": N_("similarity to {what}"),
    "far": N_("distance from all topics: {what}"),
    "left": N_("{what}, a topic that you have not read for a while"),
    "text": N_("its text"),
    "record": N_("earlier papers of its authors that were talked about: {what}"),
    "authors": N_("authors: {what}"),
    "place": N_("arXiv papers numbered after it: {what}"),
    "days": N_("days since its announcement: {what}"),
}


def term_text(term: Term) -> str:
    """Name a term of a score, in words."""
    what = term.what
    # The forecast keeps its numbers as plain text, without a language.
    if term.kind == "record" and (counted := _RECORD.fullmatch(what)):
        author, n, of = counted.groups()
        what = _("{author}: {n} of {of}", author=author, n=n, of=of)
    if term.kind == "authors" and what.endswith("+"):
        return _("authors: {n} or more", n=what.removesuffix("+"))
    if term.kind not in _TERMS:
        return _("{kind} {what}", kind=term.kind, what=term.what)
    # Of what nothing is known the sum says that much.
    return _(_TERMS[term.kind], what=what).removesuffix(": ")


PLACES = {
    "in": N_("in"),
    "doubtful": N_("maybe"),
    "out": N_("out"),
}
"""How a paper stands to a topic, in words."""
