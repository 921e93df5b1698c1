"""`reader why`: explain where a paper stands, in one sentence or with the whole sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from reader.base.messages import N_, _
from reader.base.text import plain
from reader.cli import build, listing, output, screen
from reader.cli.frame import as_json_option, command
from reader.library.find import find_paper
from reader.morning.why import Explanation, ScoreChange, changes, explain
from reader.texts.why import (
    change_text,
    cut_text,
    other_topics_text,
    standing_texts,
    verdict_text,
    where_text,
)


@command(
    help=N_(
        "Explain why a paper is in the list, or why not.\n\n    One sentence says where it "
        "stands now, another one where it stood when you decided on it."
    ),
    examples={
        "why 2401.01234": N_("Explain its place in one sentence"),
        "why 2401.01234 --all": N_("Show the sum behind its rank"),
    },
)
@click.argument("id_", metavar="ID")
@click.option(
    "--all",
    "is_whole",
    is_flag=True,
    help=N_("Also show the sum behind its rank, what would change the rank, and the other topics."),
)
@as_json_option
def why_command(context: click.Context, id_: str, is_whole: bool, as_json: bool) -> None:
    """Explain the place of a paper."""
    with build.opened(context) as library:
        found = explain(library, find_paper(library, id_))
        others = changes(library, found, build.fit_topic)
        if as_json:
            verdict = plain(verdict_text(found))
            output.put_json(found, sentence=verdict, changes=list(others))
            return
        # Printed line by line: the sum can be read while models are fitted, which takes seconds.
        output.put_all(_lines(found, others if is_whole else None, screen.width_of_terminal()))


def _lines(found: Explanation, others: Iterable[ScoreChange] | None, width: int) -> Iterator[str]:
    """Lay out an explanation. others: what would change the score; None leaves the sum out."""
    yield from screen.paper_lines(found.held, width)
    yield ""
    for text in standing_texts(found):
        yield from screen.wrap(plain(text), width)
    yield ""
    if others is None:
        yield from screen.wrap(
            _(
                "The sum, and what would change this rank: reader why {id} --all",
                id=plain(found.held.paper.id),
            ),
            width,
        )
        return
    yield from screen.wrap(plain(where_text(found)), width)
    yield from listing.sum_lines(found.terms, width)
    if text := cut_text(found):
        yield from screen.wrap(plain(text), width, listing.SUM_INDENT)
    yield ""
    for text in map(change_text, others):
        yield from screen.wrap(plain(text), width, "    ", "")
    if topics := list(other_topics_text(found)):
        yield from ("", _("Other topics:"))
        for text in topics:
            yield from screen.wrap(plain(text), width, "    ", "  ")
