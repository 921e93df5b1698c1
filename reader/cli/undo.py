"""`reader undo` and `remove`: take acts back, remove papers into the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reader.base.errors import UsageError
from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain, wrap
from reader.cli import build, output
from reader.cli.frame import as_json_option, command, say_errors
from reader.cli.library import restore_library
from reader.cli.output import answer
from reader.library.backup import plan_restore
from reader.library.file_names import folder_name
from reader.library.folder import Library
from reader.library.rows.removals import KEPT
from reader.morning.remove import TrashEntry, remove, trash
from reader.morning.undo import UNDONE, ActKind, PastAct, archive_before, past_acts, take_back
from reader.texts.morning import mute_texts, muted_part

if TYPE_CHECKING:
    from reader.morning.undo_import import TakenBackImport

_DONE: dict[ActKind, str] = {
    "pick": N_("Picked: {title}"),
    "skip": N_("Skipped: {title}"),
    "later": N_("Put off: {title}"),
    "topic": N_("Told the topic: {title}"),
    "file": N_("Filed under {topic}: {title}"),
    "edit": N_("Edited: {title}"),
    "remove": N_("Removed: {title}"),
    "merge": N_("Merged: {title}"),
    "split": N_("Split: {title}"),
    "restore": N_("Restored: {title}"),
    "import": N_("Imported: {title}"),
    "tag": N_("Tagged: {title}"),
    "rating": N_("Rated: {title}"),
    "priority": N_("Given a priority: {title}"),
    "mute": N_("Muted: {title}"),
    "mark": N_("Marked: {title}"),
    "ink": N_("Drew on a page: {title}"),
    "guess": N_("Guessed: {title}"),
}


def _act_text(act: PastAct) -> str:
    """Write an act in a sentence, with the title of its first paper and how many more there are."""
    title = act.source or mute_texts(act.mutes) or title_text(act.several[0].paper.title)
    key = _DONE[act.kind]
    if act.kind == "restore" and act.source:
        key = N_("The library was restored; this takes it back to {title}")
    said = _(key, title=title, topic=folder_name(act.topic))
    if (more := len(act.several) - 1) > 0:
        said = _("{what} (and {n} more)", what=said, n=more)
    return said


MOST_NAMED = 10
"""Papers that `undo` names one by one; a lesson may have hundreds."""


@command(
    help=N_(
        "Undo your last act, for all papers that it changed, or the act N of `--list`.\n\nAn act "
        "can be a pick or a skip, a `later` or a `drop`, what you told `wrong` or `teach`, a "
        "`file` or `topics --move`, an `edit`, a `merge` or `split`, a `remove`, a `tag`, a "
        "`restore`, an `import`, a `mute`, or a mark or a stroke on a page. What you decided on "
        "a paper since stands. A note that you wrote stays."
    ),
    examples={
        "undo": N_("Undo the last act"),
        "undo --list": N_("List the last acts, each with its number"),
    },
)
@click.argument("number", type=click.IntRange(1), required=False, metavar="[N]")
@click.option("--list", "is_list", is_flag=True, help=N_("List the last 20 acts and undo nothing."))
@as_json_option
def undo_command(context: click.Context, number: int | None, is_list: bool, as_json: bool) -> int:
    """Take back an act; after a lesson, today's list is ranked again as well."""
    if is_list and number is not None:
        raise UsageError(
            what=_("--list undoes nothing, so it takes no number."),
            hint=_("Undo an act: reader undo {n}", n=number),
        )
    with build.opened(context) as library:
        if is_list:
            _list(library, as_json=as_json)
            return 0
        folder, before = library.folder, archive_before(library, number)
        if before is None:
            return _undo(context, library, number, as_json=as_json)
    return restore_library(context, folder, before, plan_restore(folder, before), as_json=as_json)


def _undo(context: click.Context, library: Library, number: int | None, *, as_json: bool) -> int:
    undone = take_back(library, number)
    for held, kind in undone.several[: None if as_json else MOST_NAMED]:
        if as_json:
            output.put_json(held, undone=kind)
            continue
        what = _(UNDONE[kind])
        answer(
            context, _("Undone ({what}): {title}", what=what, title=title_text(held.paper.title))
        )
    if (more := len(undone.several) - MOST_NAMED) > 0 and not as_json:
        answer(context, _("… and {n} more", n=more))
    if undone.imported and as_json:
        output.put_json(undone.imported, undone="import")
    elif undone.imported:
        _tell_import(context, undone.imported)
    for one in undone.unmuted:
        if as_json:
            output.put_json(one, undone="mute")
        else:
            what = muted_part(one.kind, one.value)
            answer(context, _("Undone ({what}): {title}", what=_(UNDONE["mute"]), title=what))
    if not (undone.several or undone.imported or undone.unmuted) and not as_json:
        answer(context, _("There is nothing to undo."))
    if undone.is_lesson:
        # Imported here: only taking back a lesson needs it.
        from reader.morning.teach import finish

        with build.tools(context, library) as tools:
            finish(library, tools)
    return say_errors(undone.problems)


def _tell_import(context: click.Context, taken: TakenBackImport) -> None:
    parts = [
        ngettext("{n} paper", "{n} papers", taken.n_papers),
        ngettext("{n} note", "{n} notes", taken.n_notes),
        ngettext("{n} file", "{n} files", taken.n_files),
    ]
    said = _(
        "Undone (import): {source}. Taken back: {parts}.",
        source=taken.source,
        parts=_(", ").join(parts),
    )
    answer(context, said)
    for held in taken.kept[:MOST_NAMED]:
        answer(
            context,
            _("Kept, as you worked on it since: {title}", title=title_text(held.paper.title)),
        )
    if len(taken.kept) > MOST_NAMED:
        answer(context, _("… and {n} more", n=len(taken.kept) - MOST_NAMED))


def _list(library: Library, *, as_json: bool) -> None:
    acts = past_acts(library)
    width = output.width_of_terminal()
    for act in acts:
        if as_json:
            output.put_json(act)
            continue
        begin = f"{act.number:>6}  {library.local(act.at)}  "
        output.put_all(wrap(plain(_act_text(act)), width, " " * len(begin), begin))
    if not acts and not as_json:
        output.put(_("There is nothing to undo."))


@command(
    help=N_(
        "Remove papers, with PDF, note and marks, into the trash for 90 days. Without IDs, list "
        "the trash.\n\nNo list, search or page shows them, and no source brings them again. "
        "`reader undo` or `reader add ID` brings them back as they were. After 90 days `gather` "
        "deletes their files and your words."
    ),
    examples={
        "remove 2401.01234": N_("Remove a paper into the trash"),
        "remove": N_("List what lies in the trash"),
    },
)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@as_json_option
def remove_command(context: click.Context, ids: tuple[str, ...], as_json: bool) -> int:
    """Remove papers. Exit code 4 for one that is not here, 5 or 6 where a file did not move."""
    with build.opened(context) as library:
        removed = remove(library, ids) if ids else None
        rows = {held.row for held in removed.several} if removed else None
        several = [e for e in trash(library) if rows is None or e.held.row in rows]
        for entry in several:
            if as_json:
                output.put_json(entry, **_days(library, entry))
                continue
            key = (
                N_("Removed: {title}")
                if removed
                else N_("{act}  removed {removed_on}, until {until}: {title}")
            )
            text = _(key, title=title_text(entry.held.paper.title), act=entry.removal.act,
                     **_days(library, entry))  # fmt: skip
            answer(context, text) if removed else output.put(plain(text))
        if removed and not as_json:
            key = N_("Until {until} this brings it back: reader undo {act}")
            answer(context, _(key, act=removed.act, **_days(library, several[0])))
        if not several and not as_json:
            output.put(_("The trash is empty."))
    return say_errors(removed.problems) if removed else 0


def _days(library: Library, entry: TrashEntry) -> dict[str, object]:
    at = entry.removal.at
    return {"removed_on": library.day_of(at), "until": library.day_of(at + KEPT)}
