"""`reader merge` and `split`: copies of one paper joined, asked about, and parted."""

from __future__ import annotations

import click

from reader.base.errors import UsageError
from reader.base.messages import say
from reader.base.text import plain
from reader.cli import build, output
from reader.cli.frame import ReaderCommand, settings_of
from reader.morning.merge import MergeQuestion, join, part, questions


@click.command("merge", cls=ReaderCommand, help=say("help.merge"))
@click.argument("ids", nargs=-1, metavar="[ID ID]")
@click.option("--json", "as_json", is_flag=True, help=say("option.json"))
@click.pass_context
def merge_command(context: click.Context, ids: tuple[str, ...], as_json: bool) -> None:
    """Join two papers, or list those that may be one."""
    if len(ids) not in (0, 2):
        raise UsageError(what=say("merge.two", n=len(ids)), hint=say("merge.two_hint"))
    with build.opened(context) as library:
        if ids:
            joined = join(library, *ids)
            if not settings_of(context).is_quiet:
                paper = joined.held.paper
                output.put(plain(say("merged", title=paper.title, ids=", ".join(paper.ids))))
                if joined.left:
                    output.put(plain(say("merge.left", path=joined.left)))
            return
        asked = questions(library)
        for question in asked:
            if as_json:
                output.put_json(output.question_json(question))
            else:
                _put(question)
        if not asked and not as_json:
            output.put(say("merge.none"))


def _put(question: MergeQuestion) -> None:
    first, second = question.first.paper, question.second.paper
    for paper in (first, second):
        output.put(plain(say("merge.paper", id=paper.id, title=paper.title)))
    output.put("    " + plain(say("merge.why", why=question.why)))
    output.put("    " + plain(say("merge.how", first=first.id, second=second.id)))


@click.command("split", cls=ReaderCommand, help=say("help.split"))
@click.argument("id_", metavar="ID")
@click.argument("other", metavar="[ID]", required=False, default="")
@click.pass_context
def split_command(context: click.Context, id_: str, other: str) -> None:
    """Part what was joined, or keep two papers apart for good."""
    with build.opened(context) as library:
        parted = part(library, id_, other)
        if not settings_of(context).is_quiet:
            for held in parted:
                output.put(plain(say("parted", title=held.paper.title, id=held.paper.id)))
