"""`reader why`: where a paper stands, in one sentence; with `--all` the sum behind it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import click

from reader.base.messages import say
from reader.base.text import plain
from reader.cli import build, output, screen
from reader.cli.frame import ReaderCommand
from reader.library.find import find_paper
from reader.morning.values import PastDecision
from reader.morning.why import (
    Explanation,
    ScoreChange,
    change_text,
    changes,
    cut_text,
    explain,
    other_topics_text,
    standing_texts,
    verdict_text,
    where_text,
)
from reader.ranking.rank import in_print


@click.command("why", cls=ReaderCommand, help=say("help.why"))
@click.argument("id_", metavar="ID")
@click.option("--all", "is_whole", is_flag=True, help=say("option.why_all"))
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def why_command(context: click.Context, id_: str, is_whole: bool, as_json: bool) -> None:
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
            _sentence_lines(found, width),
            _whole_lines(found, others, width) if is_whole else _hint_lines(found, width),
        ):
            output.put(line)


def _explained_json(found: Explanation, others: Iterable[ScoreChange]) -> dict[str, Any]:
    """Give the fields of an explanation; its terms add up to its score."""
    terms = in_print(found.terms, 4)
    return output.paper_json(found.held) | {
        "topic": found.held.topic or found.topic,
        "shelf": found.lane,
        "date": found.day,
        "position": found.position,
        "n_shown": found.n_shown,
        "n_found": found.n_found,
        "score": round(found.score, 4),
        "cut": None if found.cut is None else round(found.cut, 4),
        "place": found.place,
        "why": plain(found.sentence),
        "sentence": plain(verdict_text(found)),
        "decided": _decided_json(found.past) if found.past else None,
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


def _decided_json(past: PastDecision) -> dict[str, Any]:
    """Give the fields of a decision with what stood on the screen then."""
    line = past.line
    return {
        "kind": past.kind,
        "on": past.on,
        "date": past.day,
        "lane": line.lane,
        "position": line.position,
        "topic": line.topic or None,
        "score": None if line.score is None else round(line.score, 4),
        "sentence": plain(line.sentence),
        "terms": [
            {"kind": term.kind, "what": plain(term.what), "value": value}
            for term, value in in_print(line.terms, 4)
        ],
        "mentions": [
            {"author": plain(m.author), "on": m.on, "text": plain(m.text)} for m in line.mentions
        ],
        "votes": line.n_votes,
        "model": line.models or None,
    }


def _change_json(change: ScoreChange) -> dict[str, Any]:
    kind, _, what = change.what.partition("\t")
    return {
        "kind": change.kind,
        "term": {"kind": kind, "what": plain(what)} if kind else None,
        "score": round(change.score, 4),
        "cut": None if change.cut is None else round(change.cut, 4),
        "place": change.place,
        "position": change.position,
    }


def _sentence_lines(found: Explanation, width: int) -> Iterator[str]:
    yield ""
    for text in standing_texts(found):
        yield from screen.wrap(plain(text), width)
    yield ""


def _hint_lines(found: Explanation, width: int) -> Iterator[str]:
    yield from screen.wrap(say("why.all", id=plain(found.held.paper.id)), width)


def _whole_lines(found: Explanation, others: Iterable[ScoreChange], width: int) -> Iterator[str]:
    yield from _sum_lines(found, width)
    yield from _change_lines(found, others, width)


def _sum_lines(found: Explanation, width: int) -> Iterator[str]:
    yield from screen.wrap(plain(where_text(found)), width)
    yield from screen.sum_lines(found.terms, width)
    if text := cut_text(found):
        yield from screen.wrap(plain(text), width, screen.SUM_INDENT)
    yield ""


def _change_lines(found: Explanation, others: Iterable[ScoreChange], width: int) -> Iterator[str]:
    for change in others:
        yield from screen.wrap(plain(change_text(change)), width, "    ", "")
    for text in other_topics_text(found):
        yield from screen.wrap(plain(text), width, "    ", "")
