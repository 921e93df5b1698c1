"""Choose the reasons why a paper stands where it stands, as messages: the sentence of its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reader.base.messages import N_, Joined, Message, Text, lazy_gettext, lazy_ngettext
from reader.morning.values import Candidate
from reader.ranking.heat import FORECAST, MUCH_CITED, velocity
from reader.ranking.model import LEAST_TELLING, names_of
from reader.ranking.rank import Term, total

MOST_WORDS = 3
"""Learned words that a sentence names: the weightiest."""

A_CLASS = 0.1
"""The least that a learned word, or an arXiv class, must add to be a reason."""

AUTHOR = 0.35
"""The least that an author must add to be a reason: less comes from a single paper, often this
one."""

FORETELLS = ("record", "text", "place")
A_REASON = 0.3
"""The least that one of these must add to the forecast's log-odds to be a reason. Below: how many
of them a sentence names, the weightiest."""
MOST_FORETELLING = 2


def why(candidate: Candidate, terms: Sequence[Term]) -> Text:
    """Choose the reasons why a paper is in the list, and make one sentence of them.

    terms: those of its score and, in the near lane, of its nearest topic.
    """
    # The person's own words first, then who wrote it, what it says, what it is near to, and who
    # speaks of it; what is weak is named only where there is nothing else.
    parts: list[Text] = []
    for term in terms:
        if term.kind in ("told_yes", "told_no"):
            key = (
                N_("you said that it belongs to {what}")
                if term.kind == "told_yes"
                else N_("you said that it does not belong to {what}")
            )
            parts.append(lazy_gettext(key, what=term.what))
    if candidate.followed:
        key = (
            N_("by {name}, whom you follow")
            if candidate.is_followed_surely
            else N_("perhaps by {name}, whom you follow (or somebody with the same name)")
        )
        parts.append(lazy_gettext(key, name=candidate.followed))
    # Up-votes and citations are heat without a mention.
    is_silent = total(candidate.heat) <= 0 and not candidate.mentions
    talk = _foretold(terms) if is_silent else _talk(candidate, terms)
    parts += [*_words(terms), *_neighbours(terms), *talk]
    return sentence(parts or [*_alike(terms)])


def sentence(reasons: Sequence[Text]) -> Text:
    """Join reasons into one sentence."""
    joined = Joined(tuple(reasons), N_("; ")) if reasons else lazy_gettext("fits no topic")
    return Joined((joined, lazy_gettext(".")), "")


def of_terms(terms: Sequence[Term]) -> list[Message]:
    """List the reasons in a topic's score for a paper that is in no list."""
    return [*_words(terms), *_neighbours(terms)] or [*_alike(terms)]


def _words(terms: Sequence[Term]) -> Iterator[Message]:
    title, abstract = (names_of(terms, kind) for kind in ("title", "abstract"))
    if both := [word for word in title if word in abstract]:
        yield lazy_gettext("{words} in title and abstract", words=_quoted(both))
    if words := [word for word in title if word not in abstract]:
        yield lazy_gettext("{words} in the title", words=_quoted(words))
    if scattered := names_of(terms, "scattered"):
        yield lazy_gettext("the words of {words} in the title", words=_quoted(scattered))
    if words := [word for word in abstract if word not in title]:
        yield lazy_gettext("{words} in the abstract", words=_quoted(words))
    telling = _learned(terms, LEAST_TELLING)
    if telling and not title and not abstract:
        yield lazy_gettext("{words}, as in other papers of this topic", words=_quoted(telling))
    if authors := names_of((t for t in terms if t.value >= AUTHOR), "author")[:1]:
        yield lazy_gettext("by {name}, who writes on this topic", name=authors[0])


def _alike(terms: Sequence[Term]) -> Iterator[Message]:
    """Write what a paper shares with its topic's papers, where nothing else speaks for it: its
    class, or words of little weight."""
    classes = names_of((t for t in terms if t.value >= A_CLASS), "category")
    if classes:
        yield lazy_gettext("in {what}, like other papers of this topic", what=classes[0])
    elif words := _learned(terms, 0.0):
        yield lazy_gettext("{words}, as in other papers of this topic", words=_quoted(words))


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


def _neighbours(terms: Sequence[Term]) -> Iterator[Message]:
    for kind, key in _NEIGHBOURS.items():
        for what in names_of(terms, kind):
            yield lazy_gettext(key, what=what)


_FORETOLD = {
    "record": N_("earlier papers of its authors were talked about"),
    "text": N_("its text is like that of papers that were talked about"),
    "place": N_("it was submitted shortly before arXiv's daily deadline"),
}


def _foretold(terms: Sequence[Term]) -> Iterator[Message]:
    """Write that nobody has spoken of a paper yet, and why somebody is likely to."""
    if not any(t.kind in FORETELLS for t in terms):
        return
    yield lazy_gettext("not talked about yet")
    # `heat` has multiplied the terms of the forecast by FORECAST already.
    found = [t for t in terms if t.kind in FORETELLS and t.value >= FORECAST * A_REASON]
    for term in sorted(found, key=lambda t: -t.value)[:MOST_FORETELLING]:
        if term.kind != "record" or term.what:  # else no paper of theirs was talked about
            yield lazy_gettext(_FORETOLD[term.kind])


def _talk(candidate: Candidate, terms: Sequence[Term]) -> Iterator[Message]:
    if candidate.was_foretold:
        yield lazy_gettext("shown before, when it was not talked about yet")
    # Each person once, however their name is written, the weightiest first.
    names: dict[str, str] = {}
    for mention in candidate.mentions:
        names.setdefault(mention.author.casefold(), mention.author)
    weights = {
        t.what.casefold(): t.value for t in candidate.heat if t.kind in ("mention", "repost")
    }
    people = [names[name] for name in sorted(names, key=lambda n: -weights.get(n, 0.0))]
    if people:
        listed = Joined(tuple(people[:2]))
        key = (
            N_("mentioned by {people} and {n} more")
            if len(people) > 2
            else N_("mentioned by {people}")
        )
        yield lazy_gettext(key, people=listed, n=len(people) - 2)
    if candidate.n_votes and names_of(terms, "votes"):
        yield lazy_ngettext("{n} up-vote", "{n} up-votes", candidate.n_votes)
    n, months = candidate.n_citations, candidate.n_months
    if n and velocity(n, months) >= MUCH_CITED:
        yield (
            lazy_ngettext(
                "cited {n} time in {months} months",
                "cited {n} times in {months} months",
                n,
                months=months,
            )
            if months != 1
            else lazy_ngettext(
                "cited {n} time in its first month", "cited {n} times in its first month", n
            )
        )


def _quoted(words: Iterable[str]) -> Joined:
    return Joined(tuple(lazy_gettext("“{what}”", what=word) for word in words))
