"""Say in sentences where a paper stands, by how much, and what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reader.library.why import Explained
from reader.phrases import say
from reader.relevance.judging import is_bare
from reader.score import Term
from reader.today.changes import Change
from reader.today.reasons import Verdict, of_terms, sentence, verdict
from reader.today.sums import term_text

DIGITS = 3


def verdict_text(found: Explained) -> str:
    """Say in one sentence where a paper stands now, and why."""
    place: Verdict = found.shelf or found.place or "out"
    parts = [found.sentence.removesuffix(say("why.end"))] if found.sentence else []
    parts = parts or of_terms(found.terms)
    if place == "out" and parts:
        parts.append(say("verdict.too_little", topic=found.topic))
    if found.alike:
        one, other = (say("why.quoted", what=word) for word in found.alike.words)
        parts.append(say("verdict.alike", n=found.alike.n, one=one, other=other))
    return verdict(place, sentence(parts))


def standing_texts(found: Explained) -> list[str]:
    """Say where a paper stands now and why, and where it stood when it was decided on, where a
    decision stands of which that is known."""
    now = verdict_text(found)
    if found.past is None:
        return [now]
    line = found.past.line
    if line.shelf:
        then = verdict(line.shelf, line.sentence or sentence(of_terms(line.terms)))
    else:
        then = say("why.then.no_list")
    is_same = then == now
    then = say("why.then.same") if is_same else then
    if not (is_same and line.position == found.position):
        then += _position_text(line.position)
    now = (now if is_same else say("why.now", text=now)) + _position_text(found.position)
    return [now, say(f"why.then.{found.past.kind}", day=found.past.on, text=then)]


def _position_text(position: int | None) -> str:
    return "" if position is None else say("why.position", place=position)


def where_text(found: Explained) -> str:
    """Say in whose list a paper stands, at which place."""
    if found.shelf is None:
        return say("why.no_list", topic=found.topic)
    where = "foretold" if found.is_foretold else found.shelf
    shelf = say(f"shelf.{where}")
    day = found.day
    text = say("why.place", place=found.position, n=found.n_shown, shelf=shelf, day=day)
    more = say("why.found", n=found.n_found) if found.n_found > found.n_shown else ""
    return text + more


def cut_text(found: Explained) -> str:
    """Say how far a paper is from the cut of its topic; "" where the talk decides."""
    if found.cut is None or found.topic is None or not found.place:
        return ""
    place = say(f"place.{found.place}")
    if _is_bare(found.terms):
        return say("why.bare", topic=found.topic, place=place)
    key = "why.cut" if found.place == "in" else "why.below"
    # Of the printed numbers, so that they add up.
    margin = abs(round(found.score, DIGITS) - round(found.cut, DIGITS))
    numbers = {"cut": f"{found.cut:.{DIGITS}f}", "margin": f"{margin:.{DIGITS}f}"}
    return say(key, topic=found.topic, place=place, **numbers)


def _is_bare(terms: Iterable[Term]) -> bool:
    """Tell whether only what was learned puts a paper where it stands, and no word on it."""
    several = list(terms)
    return is_bare(several) and not any(t.kind in ("told_yes", "told_no") for t in several)


def change_text(change: Change) -> str:
    """Say where a paper would stand if something were not, or were."""
    kind, _, what = change.what.partition("\t")
    named = term_text(Term(kind, what, 0.0)) if kind else ""
    return say(f"change.{change.kind}", what=named, place=_changed_place(change))


def _changed_place(change: Change) -> str:
    if change.cut is None or not change.place:
        return say("change.position", n=change.position, score=f"{change.score:.{DIGITS}f}")
    margin = round(change.score - change.cut, DIGITS)
    if change.place == "out" and margin >= 0:
        return say("change.nothing", place=say(f"place.{change.place}"))
    if change.is_bare:
        return say("change.bare", place=say(f"place.{change.place}"))
    key = "change.above" if change.place == "in" else "change.below"
    return say(key, place=say(f"place.{change.place}"), margin=f"{abs(margin):.{DIGITS}f}")


def other_topics_text(found: Explained) -> Iterator[str]:
    """Say how a paper stands to the topics that do not decide."""
    for rank in found.ranks:
        if rank.topic != found.topic or found.cut is None:
            numbers = {"score": f"{rank.score:.{DIGITS}f}", "cut": f"{rank.cut:.{DIGITS}f}"}
            place = say(f"place.{rank.place}")
            key = "why.other_bare" if rank.terms and _is_bare(rank.terms) else "why.other_topic"
            yield say(key, topic=rank.topic, place=place, **numbers)
