"""`reader why`: the whole sum behind a paper's place, and what would change it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import click

from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand
from reader.library.choose import find_paper
from reader.library.why import Explained, changes, explain
from reader.phrases import say
from reader.plain import plain
from reader.score import Term, in_print
from reader.today.changes import Change

DIGITS = 3


@click.command("why", cls=ReaderCommand, help=say("help.why"))
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def why_command(context: click.Context, id_: str, as_json: bool) -> None:
    """Explain one paper."""
    with build.opened(context) as library:
        found = explain(library, find_paper(library, id_))
        others = changes(library, found, build.fit_topic)
        if as_json:
            output.put_json(_explained_json(found, others))
            return
        width = screen.width_of_terminal()
        # Line by line: the sum is read while models are fitted, which takes seconds.
        for line in itertools.chain(
            screen.paper_lines(found.held, width),
            _sum_lines(found, width),
            _change_lines(found, others, width),
        ):
            output.put(line)


def _explained_json(found: Explained, others: Iterable[Change]) -> dict[str, Any]:
    """Give the fields of an explanation; its terms add up to its score."""
    terms = in_print(found.terms, 4)
    return output.paper_json(found.held) | {
        "topic": found.held.topic or found.topic,
        "shelf": found.shelf,
        "date": found.day,
        "position": found.position,
        "n_shown": found.n_shown,
        "n_found": found.n_found,
        "score": round(found.score, 4),
        "cut": None if found.cut is None else round(found.cut, 4),
        "place": found.place,
        "why": plain(found.sentence),
        "terms": [
            {"kind": term.kind, "what": plain(term.what), "value": value} for term, value in terms
        ],
        "changes": [_change_json(change) for change in others],
        "topics": [
            {
                "topic": rank.topic,
                "score": round(rank.score, 4),
                "cut": round(rank.cut, 4),
                "place": rank.place,
            }
            for rank in found.ranks
        ],
    }


def _change_json(change: Change) -> dict[str, Any]:
    kind, _, what = change.what.partition("\t")
    return {
        "kind": change.kind,
        "term": {"kind": kind, "what": plain(what)} if kind else None,
        "score": round(change.score, 4),
        "place": change.place,
        "position": change.position,
    }


def _sum_lines(found: Explained, width: int) -> Iterator[str]:
    yield from screen.wrap(plain(_where(found)), width)
    yield from screen.wrap(plain(found.sentence), width) if found.sentence else ()
    yield ""
    yield from screen.sum_lines(found.terms, width)
    if found.cut is not None and found.topic is not None and found.place:
        text = _cut(found.topic, found.score, found.cut, found.place)
        yield from screen.wrap(plain(text), width, screen.SUM_INDENT)
    yield ""


def _change_lines(found: Explained, others: Iterable[Change], width: int) -> Iterator[str]:
    for change in others:
        yield from screen.wrap(plain(_changed(change)), width, "    ", "")
    for rank in found.ranks:
        if rank.topic != found.topic or found.cut is None:
            numbers = {"score": f"{rank.score:.{DIGITS}f}", "cut": f"{rank.cut:.{DIGITS}f}"}
            place = say(f"place.{rank.place}")
            text = say("why.other_topic", topic=rank.topic, place=place, **numbers)
            yield from screen.wrap(plain(text), width, "    ", "")


def _where(found: Explained) -> str:
    if found.shelf is None:
        return say("why.no_list", topic=found.topic)
    where = "foretold" if found.is_foretold else found.shelf
    shelf = say(f"shelf.{where}")
    day = found.day
    text = say("why.place", place=found.position, n=found.n_shown, shelf=shelf, day=day)
    more = say("why.found", n=found.n_found) if found.n_found > found.n_shown else ""
    return text + more


def _cut(topic: str, score: float, cut: float, place: str) -> str:
    key = "why.cut" if place == "in" else "why.below"
    numbers = {"cut": f"{cut:.{DIGITS}f}", "margin": f"{abs(score - cut):.{DIGITS}f}"}
    return say(key, topic=topic, place=say(f"place.{place}"), **numbers)


def _changed(change: Change) -> str:
    kind, _, what = change.what.partition("\t")
    place = say(f"place.{change.place}") if change.place else ""
    if change.position is not None:
        place = say("change.position", n=change.position)
    named = screen.term_text(Term(kind, what, 0.0)) if kind else ""
    score = f"{change.score:.{DIGITS}f}"
    return say(f"change.{change.kind}", what=named, score=score, place=place)
