"""`reader edit` and `refresh`: change the fields of papers, fill them in from registries."""

from __future__ import annotations

import click

from reader.base.errors import UsageError
from reader.base.messages import N_, _
from reader.cli import build, output
from reader.cli.frame import ReaderCommand, as_json_option, say_errors
from reader.cli.output import answer
from reader.library.find import find_paper
from reader.texts.fields import FIELD_NAMES


@click.command(
    "edit",
    cls=ReaderCommand,
    help=N_(
        "Change what is known of a paper: title, authors, abstract, venue, volume, number, pages, "
        "publisher, year, doi.\n\nYour word holds: no source, import or merge changes it. An "
        "empty value takes it back to what the sources say. Authors are parted by semicolons. "
        "Files keep their names."
    ),
    examples={
        'edit 2401.01234 "venue=ACL 2024"': N_("Say where a paper was published"),
        "edit 2401.01234 venue=": N_("Go back to what the sources say"),
    },
)
@click.argument("id_", metavar="ID")
@click.argument("words", nargs=-1, required=True, metavar="FIELD=VALUE...")
@as_json_option
@click.pass_context
def edit_command(context: click.Context, id_: str, words: tuple[str, ...], as_json: bool) -> int:
    """Edit fields of a paper. Exit code 2 for a field that is not there."""
    for word in words:
        if "=" not in word:
            raise UsageError(
                what=_("{text} has no value.", text=word),
                hint=_("Write it as {text}=VALUE, in quotes where it has blanks.", text=word),
            )
    with build.opened(context) as library:
        from reader.morning.edit import edit

        given = {field.strip().lower(): text for field, _sign, text in map(_parted, words)}
        outcome = edit(library, find_paper(library, id_), given)
        if as_json:
            output.put_json(outcome)
        elif outcome.changed:
            names = _(", ").join(_(FIELD_NAMES[field]) for field in outcome.changed)
            title = outcome.held.paper.title
            answer(context, _("Edited ({fields}): {title}", fields=names, title=title))
        else:
            answer(context, _("Nothing changed: {title}", title=outcome.held.paper.title))
    return say_errors(outcome.problems)


def _parted(word: str) -> tuple[str, str, str]:
    return word.partition("=")
