"""Write why a paper stands where it stands, the terms of its sum, and what would change it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from reader.base.messages import N_, Joined, Text, _, ngettext
from reader.base.retell import retell
from reader.morning.lanes import of_terms, sentence
from reader.ranking.model import LEARNED, Place, Term, in_print, is_bare, taste_of
from reader.texts.morning import mute_texts

if TYPE_CHECKING:
    from reader.morning.why import Explanation, ScoreChange

Verdict = Literal["own", "doubtful", "near", "wild", "in", "out"]
"""Where a paper stands: its lane; or, if it is in no list, its place in its topic."""


_VERDICTS = {
    "own": N_("In: {why}"),
    "in": N_("In: {why}"),
    "doubtful": N_("Maybe: {why}"),
    "near": N_("Talked about: {why}"),
    "wild": N_("Wild card: {why}"),
    "out": N_("Out: {why}"),
}


def verdict(place: Verdict, reasons: Text) -> str:
    """Write where a paper stands and why, in one sentence: "In: “ASR” in the title."."""
    return _(_VERDICTS[place], why=reasons)


DIGITS = 3


def verdict_text(found: Explanation) -> str:
    """Write where a paper stands now, and why, in one sentence."""
    if found.muted_by:
        return _("A mute hides it: {what}.", what=mute_texts(found.muted_by))
    place: Verdict = found.lane or found.place or "out"
    parts: list[Text] = [*of_terms(found.terms)]
    if found.sentence:
        parts = [str(found.sentence).removesuffix(_("."))]
    if is_sorted_out(found):
        # Today's list keeps its place, but it is in none of the own topics.
        return verdict("out", sentence(parts))
    if place == "out" and parts:
        why = Joined(parts, N_("; "))
        parts = [_("{why}; not enough for {topic}", why=why, topic=found.topic)]
    if found.alike:
        one, other = (_("“{what}”", what=word) for word in found.alike.words)
        parts.append(
            ngettext(
                "you picked {n} paper with {one} and {other}",
                "you picked {n} papers with {one} and {other}",
                found.alike.n,
                one=one,
                other=other,
            )
        )
    return verdict(place, sentence(parts))


def is_sorted_out(found: Explanation) -> bool:
    """Check whether the person said that a paper is of none of the topics of its lane."""
    return found.found is not None and found.found.entry.is_sorted_out


def standing_texts(found: Explanation) -> list[str]:
    """Write where a paper stands now and why, and where it stood when it was decided on, if that
    is known."""
    now, position = verdict_text(found), None if is_sorted_out(found) else found.position
    if found.past is None:
        return [now]
    line, kept = found.past.line, retell(found.past.line.sentence)
    if line.lane:
        then = verdict(line.lane, kept or sentence(of_terms(line.terms)))
    else:
        then = _("It was in no list.")
    is_same = then == now or (
        line.lane is not None
        and line.lane == found.lane
        and not (found.alike or is_sorted_out(found))
        and str(found.sentence) == kept
    )
    then = _("the same.") if is_same else then
    if not (is_same and line.position == found.position):
        then = with_position(then, line.position)
    return [with_position(now, position), _(_WHEN[found.past.kind], day=found.past.on, text=then)]


_WHEN = {
    "pick": N_("When you picked it ({day}): {text}"),
    "skip": N_("When you skipped it ({day}): {text}"),
}


def with_position(text: str, position: int | None) -> str:
    """Add the place in a lane; between Japanese sentences no blank stands."""
    if position is None:
        return text
    return text + ("" if text.endswith("。") else " ") + _("Place {place}.", place=position)


_LANES = {
    "own": N_("own topics"),
    "doubtful": N_("maybe yours"),
    "near": N_("talked about"),
    "foretold": N_("likely to be talked about"),
    "wild": N_("wild card"),
}


def where_text(found: Explanation) -> str:
    """Name the list in which a paper stands, and its place there."""
    if found.lane is None:
        return _("In no list; the closest topic is {topic}.", topic=found.topic)
    lane = _(_LANES["foretold" if found.is_foretold else found.lane])
    text = _(
        "{lane}: {place} of {n}, {day}",
        place=found.position,
        n=found.n_shown,
        lane=lane,
        day=found.day,
    )
    more = _(", chosen from {n}", n=found.n_found) if found.n_found > found.n_shown else ""
    return text + more


def cut_text(found: Explanation) -> str:
    """Describe how far a paper is from the cut of its topic; "" where the talk decides."""
    if found.cut is None or found.topic is None or not found.place:
        return ""
    place = _(PLACES[found.place])
    if _is_bare(found.terms):
        return _(
            "has none of the words of {topic}; judged by what was learned: {place}",
            topic=found.topic,
            place=place,
        )
    # Of the printed numbers, so that they add up.
    margin = round(found.score, DIGITS) - round(found.cut, DIGITS)
    key = (
        N_("threshold of {topic}: {cut}; {place}, {margin} above it")
        if margin >= 0
        else N_("threshold of {topic}: {cut}; {place}, {margin} below it")
    )
    cut, taste = f"{found.cut:.{DIGITS}f}", round(taste_of(found.terms), DIGITS)
    if taste:
        # The cut has it too, so that it differs from paper to paper.
        once_more = f"{taste:+.{DIGITS}f}"
        cut = _("{cut} ({taste} of it changes only the order)", cut=cut, taste=once_more)
    numbers = {"cut": cut, "margin": f"{abs(margin):.{DIGITS}f}"}
    return _(key, topic=found.topic, place=place, **numbers)


def _is_bare(terms: Iterable[Term]) -> bool:
    """Check whether only learned words decide a paper's place, and no word of the person's."""
    several = list(terms)
    return is_bare(several) and not any(t.kind in ("told_yes", "told_no") for t in several)


def change_text(change: ScoreChange) -> str:
    """Write where a paper would stand after a change."""
    kind, _unused, what = change.what.partition("\t")
    named = term_text(Term(kind, what, 0.0)) if kind else ""
    if change.cut is None or not change.place:
        score = f"{change.score:.{DIGITS}f}"
        then = _("place {n}, with a total of {score}", n=change.position, score=score)
    elif change.place == "out" and round(change.score - change.cut, DIGITS) >= 0:
        then = _("{place}, because nothing would speak for it", place=_(PLACES[change.place]))
    elif change.is_bare:
        then = _("{place}, judged only by what was learned", place=_(PLACES[change.place]))
    else:
        then = _distance(change.place, change.score - change.cut)
    return _(_CHANGES[change.kind], what=named, place=then)


def _distance(place: Place, margin: float) -> str:
    """Write a place with its distance to the threshold: "maybe, 0.960 below the threshold"."""
    margin = round(margin, DIGITS)
    key = (
        N_("{place}, {margin} above the threshold")
        if margin >= 0
        else N_("{place}, {margin} below the threshold")
    )
    return _(key, place=_(PLACES[place]), margin=f"{abs(margin):.{DIGITS}f}")


_CHANGES = {
    "without": N_("without {what}: {place}"),
    "more": N_("with one more person mentioning it: {place}"),
    "now": N_("ranked anew now: {place}"),
    "pick": N_("after a pick: {place}"),
    "skip": N_("after a skip: {place}"),
    "undecided": N_("without your decision: {place}"),
}


def other_topics_text(found: Explanation) -> Iterator[str]:
    """Write how a paper stands to the topics that do not decide, one text each."""
    for rank in found.ranks:
        if rank.topic != found.topic or found.cut is None:
            if rank.terms and _is_bare(rank.terms):
                place = _("{place}, none of its words", place=_(PLACES[rank.place]))
            else:
                place = _distance(rank.place, rank.score - rank.cut)
            yield _("{topic}: {place}", topic=rank.topic, place=place)


LITTLE = 0.05
"""What was learned and adds less than this, either way, is not named: it means nothing to a
person."""


_RECORD = re.compile(r"(.*): (\d+) of (\d+)", re.DOTALL)
"""An author's earlier papers that were talked about, as a kept sum writes them."""


def sum_rows(terms: Sequence[Term]) -> Iterator[tuple[float, str]]:
    """Split a sum into (value, reason) in three digits; the rounded values add up.

    What was learned and has little weight, dozens of words and authors, is one row without names.
    """
    small: list[float] = []
    for term, value in in_print(terms):
        if term.kind in LEARNED and abs(term.value) < LITTLE:
            small.append(value)
        elif value:
            yield value, term_text(term)
    if small:
        yield (
            round(sum(small), 3),
            ngettext(
                "{n} more part of little weight", "{n} more parts of little weight", len(small)
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
    "taste": N_("what was learned, once more (changes only the order)"),
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
