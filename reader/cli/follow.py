"""`reader follow`: one more person whose papers and posts come every morning."""

from __future__ import annotations

import click

from reader.base.messages import say
from reader.base.text import plain
from reader.cli import build, output
from reader.cli.frame import ReaderCommand, settings_of
from reader.gathering.follow import FollowOutcome, follow

N_SHOWN = 8
"""Authors of like names that are shown; the others are counted."""


@click.command("follow", cls=ReaderCommand, help=say("help.follow"))
@click.argument("name", metavar="NAME")
@click.option("--feed", "feeds", multiple=True, metavar="URL", help=say("option.feed"))
@click.pass_context
def follow_command(context: click.Context, name: str, feeds: tuple[str, ...]) -> None:
    """Follow a person."""
    with build.opened(context) as library:
        followed = follow(library, name, feeds)
    if not settings_of(context).is_quiet:
        output.put(say("followed", name=followed.name))
        if followed.is_ambiguous:
            output.put(plain(_many(followed)))


def _many(followed: FollowOutcome) -> str:
    sure = [a for a, certainty in followed.authors.items() if certainty == "same"]
    names = sure + [a for a in followed.authors if a not in sure]
    n_more = len(names) - N_SHOWN
    shown = say("list").join(names[:N_SHOWN]) + (say("follow.more", n=n_more) if n_more > 0 else "")
    return say("follow.many", names=shown)
