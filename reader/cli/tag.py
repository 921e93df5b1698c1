"""`reader tag`: tag, rate and prioritise papers, and list the tags."""

from __future__ import annotations

import re
from typing import Any

import click

from reader.base.errors import UsageError
from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain
from reader.cli import build, output
from reader.cli.frame import ReaderCommand, as_json_option, command, say_errors
from reader.cli.output import answer
from reader.library.find import find_papers
from reader.library.folder import Library
from reader.library.properties import PRIORITIES, PropertyChange, rating_of
from reader.library.rows import properties
from reader.morning.tag import TagOutcome, tag
from reader.texts.paper import property_texts


class _TagCommand(ReaderCommand):
    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Read `-old` as a tag to take off: no option begins with one dash."""
        args = [f"--remove={arg[1:]}" if re.match("-[^-]", arg) else arg for arg in args]
        return super().parse_args(context, args)


class _Rating(click.ParamType):  # type: ignore[type-arg]
    name = "rating"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> int:
        if (rating := rating_of(str(value))) is None:
            self.fail(_("{text} is not a number from 1 to 5, or none.", text=value), param, context)
        return rating


@command(
    cls=_TagCommand,
    help=N_(
        "Tag papers: +TAG adds a tag, -TAG takes it off, also an imported one. Rate them, or "
        "give them a priority.\n\nWith IDs alone, show what they have. Without any, list all "
        "tags. The front matter of their notes follows, and what you write there counts here. "
        "`reader undo` takes it back."
    ),
    examples={
        "tag 2401.01234 +survey -old": N_("Add one tag, take one off"),
        "tag 2401.01234 --rating 4": N_("Rate a paper"),
    },
)
@click.argument("args", nargs=-1, metavar="[ID...] [+TAG...] [-TAG...]")
@click.option("--rating", type=_Rating(), metavar="N", help=N_("1 to 5, or none."))
@click.option(
    "--priority",
    type=click.Choice(PRIORITIES),
    help=N_("Where it stands in the queue; normal by default."),
)
@click.option("--remove", multiple=True, metavar="TAG", help=N_("The same as -TAG."))
@as_json_option
def tag_command(
    context: click.Context,
    args: tuple[str, ...],
    rating: int | None,
    priority: Any,
    remove: tuple[str, ...],
    as_json: bool,
) -> int:
    """Change or show properties of papers. Exit code 5 or 6 where a note's file was left alone."""
    ids = [arg for arg in args if not arg.startswith("+")]
    add = tuple(arg[1:] for arg in args if arg.startswith("+"))
    wanted = PropertyChange(add, remove, rating, priority)
    with build.opened(context) as library:
        if not ids and wanted == PropertyChange():
            _list(library, as_json=as_json)
            return 0
        if not ids:
            raise UsageError(
                what=_("No paper is named."), hint=_("reader tag ID +TAG; an ID is no tag.")
            )
        found = find_papers(library, ids)
        is_asked = wanted == PropertyChange()
        done = (
            TagOutcome(tuple(found)) if is_asked else tag(library, [h.row for h in found], wanted)
        )
    for held in done.several:
        if as_json:
            output.put_json(held)
            continue
        facts = _(", ").join(property_texts(held, len(held.tags))) or _("no tags, no rating")
        key = N_("{facts}: {title}")
        if not is_asked and held.row not in done.changed:
            key = N_("Unchanged ({facts}): {title}")
        text = _(key, facts=facts, title=title_text(held.paper.title))
        output.put(plain(text)) if is_asked else answer(context, text)
    return say_errors(done.problems)


def _list(library: Library, *, as_json: bool) -> None:
    found = properties.counts(library.db)
    for name, n in found.items():
        if as_json:
            output.put_json(tag=plain(name), n_papers=n)
        else:
            output.put(plain(ngettext("{tag}: {n} paper", "{tag}: {n} papers", n, tag=name)))
    if not found and not as_json:
        output.put(_("There are no tags. Add one: reader tag ID +survey"))
