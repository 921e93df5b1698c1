"""Decide on papers: `pick`, `skip`, `wrong`; the queue; `merge`, `split`, `remove`; and `undo`.

Every decision is on the disk before the command confirms it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from reader.base.errors import UsageError
from reader.base.messages import N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain, wrap
from reader.cli import build, listing, output
from reader.cli.frame import WholeNumber, as_json_option, command, say_errors, settings_of
from reader.cli.output import answer, report_when_ended
from reader.library.disk import LockHolder
from reader.library.file_names import folder_name
from reader.library.folder import Library, find_paper, find_papers
from reader.library.paper import LibraryPaper
from reader.library.rows.decisions import TRASH_KEPT, Kind
from reader.morning.decide import ALREADY, LATER_TEXTS
from reader.morning.pick import (
    LATER_DAYS,
    MOST_DAYS,
    decide,
    drop,
    later,
    not_in_queue,
    pdfs_here,
    waiting_picks,
    whole_queue,
    without_put_off,
)
from reader.morning.undo import (
    UNDONE,
    ActKind,
    PastAct,
    archive_before,
    kept_since,
    past_acts,
    take_back,
)
from reader.notes.rows import notes
from reader.texts.morning import mute_texts, muted_part, skimmed_text, within_priority

if TYPE_CHECKING:
    from reader.morning.remove import TrashEntry
    from reader.morning.undo import TakenBackImport

_IDS = click.argument("ids", nargs=-1, required=True, metavar="ID...")


@command(
    help=N_(
        "Pick papers to read. Their PDFs are fetched, filed and indexed.\n\nID: an arXiv id or "
        "address, a DOI, an OpenReview or ACL Anthology address, a key, or the beginning of a "
        "title."
    ),
    examples={
        "pick 2401.01234 2402.05678": N_("Pick two papers by their arXiv ids"),
        'pick "Attention is all"': N_("Pick one by the beginning of its title"),
    },
)
@_IDS
@click.option("--no-fetch", is_flag=True, help=N_("Leave the PDFs to the next `gather`."))
def pick_command(context: click.Context, ids: tuple[str, ...], no_fetch: bool) -> int:
    """Pick papers and fetch their PDFs. Exit code 5 where one failed, 7 without the model."""
    with build.opened(context) as library:
        picked = _decide(context, library, "pick", ids)
        if no_fetch:
            return 0
        # 80 ms that no answer waits for.
        from reader.gathering.source import joined_problems
        from reader.morning.pipe import index_picks

        with (
            # A function, since the PDFs that are here are counted when the signal comes.
            report_when_ended(library, lambda: _ended_text(library)),
            build.tools(context, library) as tools,
        ):
            problems = index_picks(library, tools, [paper.row for paper in picked])
        return say_errors(joined_problems(problems))


@command(
    help=N_("""Skip papers for good: later lists do not show them.

`reader undo` takes it back."""),
    examples={
        "skip 2401.01234": N_("Skip a paper for good"),
        "skip 2401.01234 10.1109/5.771073": N_("Skip two papers, one by its DOI"),
    },
)
@_IDS
def skip_command(context: click.Context, ids: tuple[str, ...]) -> None:
    """Skip papers."""
    with build.opened(context) as library:
        _decide(context, library, "skip", ids)


def _decide(
    context: click.Context, library: Library, kind: Kind, ids: Sequence[str]
) -> list[LibraryPaper]:
    """Decide, and say of each paper what was done; returns the papers as they stand then."""
    new = {paper.row: paper for paper in decide(library, kind, ids)}
    found = {paper.row: paper for paper in find_papers(library, ids)}
    done = N_("Picked for {topic}: {title}") if kind == "pick" else N_("Skipped: {title}")
    for paper in found.values():
        text = _(
            done if paper.row in new else ALREADY[kind],
            title=title_text(paper.record.title),
            topic=folder_name(paper.topic or ""),
        )
        answer(context, text)
    return list(found.values())


@command(
    help=N_(
        "Correct the topic of a paper: it belongs to TOPIC or, without TOPIC, to none of your "
        "topics.\n\n"
        "Both topics learn from it, and no list shows the paper under the wrong topic again."
    ),
    examples={
        "wrong 2401.01234 speech/asr": N_("Move the paper to this topic"),
        "wrong 2401.01234": N_("The paper is in none of your topics"),
    },
)
@click.argument("id_", metavar="ID")
@click.argument("topic", required=False, metavar="[TOPIC]")
def wrong_command(context: click.Context, id_: str, topic: str | None) -> None:
    """Record the topic of a paper, or that it has none of them. Exit code 4: unknown topic."""
    from reader.morning.decide import wrong_topic

    with build.opened(context) as library:
        found = wrong_topic(library, find_paper(library, id_), topic or None)
        if not settings_of(context).is_quiet:
            output.put(str(found.message))


@command(
    help=N_("""List the papers that you picked and have not written up.

    High priority stands first, then the oldest. Each has the minutes that its text takes
    (the PDF, else the abstract), and whether its PDF is here."""),
    examples={
        "queue": N_("List what waits for a note, the oldest first"),
        "queue --json": N_("The same for a program"),
    },
)
@as_json_option
def queue_command(context: click.Context, as_json: bool) -> None:
    """List the queue, then the papers that were put off."""
    with build.opened(context) as library:
        whole, day = whole_queue(library), library.today()
        n_skimmed = notes.n_skimmed(library.db)
    waiting = without_put_off(whole, day)
    put_off = [queued for queued in whole if queued not in waiting]
    if as_json:
        for queued in whole:
            # A paper whose day has come keeps the day in its row, but is put off no more.
            output.put_json(queued, until=queued.until if queued in put_off else None)
        return
    width = output.width_of_terminal()
    if waiting:
        heading = _("QUEUE  {n} picked and not written up yet, oldest first", n=len(waiting))
        priorities = within_priority(one.paper.priority for one in waiting)
        output.put(output.bold(heading + priorities))
    else:
        output.put(
            _(
                N_("The queue is empty today.")
                if put_off
                else N_(
                    "The queue is empty: every paper that you picked has a note or was dropped."
                )
            )
        )
    for number, queued in enumerate(waiting, 1):
        output.put_all(listing.queued_lines(queued, width, number))
    if put_off:
        output.put()
        output.put(output.bold(_("LATER  {n} put off", n=len(put_off))))
    for number, queued in enumerate(put_off, 1):
        output.put_all(listing.queued_lines(queued, width, number, is_put_off=True))
    if n_skimmed:
        output.put_all(["", *map(output.dim, wrap(skimmed_text(n_skimmed), width))])


@command(
    help=N_("""Put a picked paper off for DAYS days, 7 by default.

    It is not in the queue until then. `reader undo` brings it back."""),
    examples={
        "later 2401.01234": N_("Put a picked paper off for 7 days"),
        "later 2401.01234 30": N_("Put it off for 30 days"),
    },
)
@click.argument("id_", metavar="ID")
@click.argument("days", type=WholeNumber(1, MOST_DAYS), default=LATER_DAYS, metavar="[DAYS]")
def later_command(context: click.Context, id_: str, days: int) -> None:
    """Put a paper of the queue off. Exit code 2 for one that is not in the queue."""
    with build.opened(context) as library:
        paper, until, is_new = later(library, id_, days)
    answer(context, _(LATER_TEXTS[is_new], title=title_text(paper.record.title), day=until))


@command(
    help=N_("""Drop papers from the queue; they count as skipped.

    `reader undo` brings them back."""),
    examples={
        "drop 2401.01234": N_("Drop a picked paper; it counts as skipped"),
        "drop 2401.01234 2402.05678": N_("Drop two papers"),
    },
)
@_IDS
def drop_command(context: click.Context, ids: tuple[str, ...]) -> None:
    """Remove papers from the queue. Exit code 2 for one that is not in the queue."""
    with build.opened(context) as library:
        for paper in drop(library, ids):
            answer(context, _("Dropped: {title}", title=title_text(paper.record.title)))


@command(
    help=N_(
        "Fetch the missing PDFs of your picks and make them searchable.\n\n    Without IDs: "
        "all that are missing, except those that failed and must wait. With IDs: these,\n    "
        "at once. `today` starts this when you quit its list. Only one runs at a time. Exit "
        "code 5:\n    a PDF could not be fetched."
    ),
    examples={
        "fetch": N_("Fetch the missing PDFs of all picks"),
        "fetch 2401.01234": N_("Try this PDF again now"),
    },
)
@click.argument("ids", nargs=-1, metavar="[ID...]")
@as_json_option
def fetch_command(context: click.Context, ids: tuple[str, ...], as_json: bool) -> int:
    """Fetch the PDFs of picks. Exit code 5 where one failed, 7 without the model."""
    with build.opened(context, must_write=True) as library:
        named = find_papers(library, ids)
        for paper in named:
            # A note ends no pick: a paper that is written up may still lack its PDF.
            if paper.state not in ("pick", "read"):
                raise not_in_queue(paper)
        # 80 ms, once the arguments are known to be good.
        from reader.cli.gather import Lines, put_end, report
        from reader.morning.pipe import fetch_picks

        with (
            report_when_ended(library, lambda: _ended_text(library)),
            build.tools(context, library, shown=Lines() if as_json else None) as tools,
        ):
            rows = [paper.row for paper in named]
            problems = fetch_picks(library, tools, rows, tell=_waiting_teller(context))
        if as_json:
            put_end(0, problems)
            return report(problems)
        code = report(problems)
        if (text := here_text(library)) and not settings_of(context).is_quiet:
            output.put(text)
        return code


def _waiting_teller(context: click.Context) -> Callable[[LockHolder | None], None]:
    """Make a function that says whom this command waits for, which may take minutes."""

    def tell(holder: LockHolder | None) -> None:
        if settings_of(context).is_quiet:
            return
        text = _("Another process is fetching PDFs; this one goes on after it.")
        if holder:
            text = _(
                "Waiting for `{command}` (process {pid}), which is fetching PDFs.",
                command=holder.command,
                pid=holder.pid,
            )
        # Standard output is for what was fetched.
        click.echo(plain(text), err=True)

    return tell


def here_text(library: Library) -> str:
    """Write in a sentence how many PDFs of the queue are here; "" for an empty queue."""
    here = pdfs_here(library, waiting_picks(library))
    if here is None:
        return ""
    if here.of == 1:
        return _(
            N_("The PDF of your pick is here.")
            if here.n
            else N_("The PDF of your pick is not here{state}."),
            state="",
        )
    return _("PDFs of your picks: {n} of {of} here.", n=here.n, of=here.of)


def _ended_text(library: Library) -> str:
    # `here_text` is "" for an empty queue, which leaves a blank at the end.
    return _("Stopped before everything was fetched. {here}", here=here_text(library)).rstrip()


@command(
    help=N_(
        "Merge two papers that are the same one. Without IDs, list pairs that may be.\n\nThe "
        "first one's title and files stay; decisions and notes of both count. `reader split` "
        "takes it back."
    ),
    examples={
        "merge": N_("List pairs that may be one paper"),
        "merge 2401.01234 10.1109/5.771073": N_("Merge two papers"),
    },
)
@click.argument("ids", nargs=-1, metavar="[ID ID]")
@as_json_option
def merge_command(context: click.Context, ids: tuple[str, ...], as_json: bool) -> None:
    """Merge two papers; without ids list the pairs that may be the same paper."""
    from reader.morning.merge import questions

    if len(ids) not in (0, 2):
        raise UsageError(
            what=_("`reader merge` takes two IDs or none, and got {n}.", n=len(ids)),
            hint=_(
                "`reader merge` lists pairs that may be one paper; `reader merge ID ID` merges two."
            ),
        )
    with build.opened(context) as library:
        if ids:
            _join(context, library, *ids)
            return
        several = questions(library)
        for question in several:
            if as_json:
                output.put_json(question)
                continue
            first, second = question.first.record, question.second.record
            for paper in (first, second):
                output.put(plain(_("{id}  {title}", id=paper.id, title=title_text(paper.title))))
            output.put("    " + plain(_("{why}", why=question.why)))
            output.put(
                "    "
                + plain(
                    _(
                        "reader merge {first} {second}   or   reader split {first} {second}",
                        first=first.id,
                        second=second.id,
                    )
                )
            )
        if not several and not as_json:
            output.put(_("No two papers here look like the same one."))


def _join(context: click.Context, library: Library, id_: str, other: str) -> None:
    from reader.morning.merge import join

    joined = join(library, id_, other)
    paper = joined.paper.record
    ids = _(", ").join(paper.ids)
    title = title_text(paper.title)
    answer(context, _("Merged into one paper: {title} ({ids})", title=title, ids=ids))
    if joined.newer:
        text = _(
            "Both had a note. The newer one, that of “{title}”, counts; the other one is an "
            "earlier revision: reader note {id} --history",
            title=title_text(joined.newer),
            id=paper.id,
        )
        answer(context, text)
    if joined.left:
        text = _(
            "{path} stays where it is. Its words are among the revisions of the note.",
            path=joined.left,
        )
        answer(context, text)
    if joined.pdf:
        text = _("Both had a PDF. That of the first one counts; {path} stays where it is.",
                 path=joined.pdf)  # fmt: skip
        answer(context, text)
    if joined.rating is not None:
        text = _("Both were rated. The later rating counts, {n} of 5; the other one was {other}.",
                 n=joined.paper.rating, other=joined.rating)  # fmt: skip
        answer(context, text)


@command(
    help=N_(
        "Split a paper that was merged into the two that it was.\n\nID: an id of the copy to "
        "take out. With two IDs: record that they are two papers, so that you are not asked "
        "again."
    ),
    examples={
        "split 2401.01234": N_("Take out the copy with this id"),
        "split 2401.01234 10.1109/5.771073": N_("Keep two papers apart for good"),
    },
)
@click.argument("id_", metavar="ID")
@click.argument("other", metavar="[ID]", required=False, default="")
def split_command(context: click.Context, id_: str, other: str) -> None:
    """Split a merged paper, or record that two papers are different."""
    from reader.morning.merge import part

    with build.opened(context) as library:
        split = part(library, id_, other)
        key = (
            N_("Now a paper of its own: {title} ({id})")
            if split.were_one
            else N_("Stays a paper of its own: {title} ({id})")
        )
        for paper in (split.first, split.second):
            answer(context, _(key, title=title_text(paper.record.title), id=paper.record.id))


_DONE: dict[ActKind, str] = {
    "pick": N_("Picked: {title}"),
    "skip": N_("Skipped: {title}"),
    "later": N_("Put off: {title}"),
    "topic": N_("Told {topic}: {title}"),
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
    title = act.source or mute_texts(act.mutes) or title_text(act.several[0].record.title)
    key = _DONE[act.kind]
    if act.kind == "restore" and act.source:
        key = N_("The library was restored; this takes it back to {title}")
    text = _(key, title=title, topic=folder_name(act.topic))
    if (more := len(act.several) - 1) > 0:
        text = _("{what} (and {n} more)", what=text, n=more)
    return text


MOST_NAMED = 10
"""Papers that `undo` names one by one; a lesson may have hundreds."""


@command(
    help=N_(
        "Undo your last act, for all papers that it changed, or the act N of `--list`.\n\nAn act "
        "can be a pick or a skip, a `later` or a `drop`, what you told `wrong` or `teach`, a "
        "`file` or `topics --move`, an `edit`, a `merge` or `split`, a `remove`, a `tag`, a "
        "`restore`, an `import`, a `mute`, or a mark or a stroke on a page. What you decided on "
        "a paper since stands. Notes, papers that you added and marked copies stay; where one of "
        "these came last, nothing is undone without N."
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
        if number is None:
            _raise_if_not_last(library)
        folder, before = library.folder, archive_before(library, number)
        if before is None:
            return _undo(context, library, number, as_json=as_json)
    # Archives, which no other decision needs.
    from reader.cli.library import restore_library
    from reader.library.backup import plan_restore

    return restore_library(context, folder, before, plan_restore(folder, before), as_json=as_json)


_KEPT = {
    "note": N_("You wrote a note since, and notes stay: {title}"),
    "add": N_("You added a paper since, which undo leaves: {title}"),
    "back": N_("You brought back a marked copy since, which stays: {title}"),
}
"""Says why the last act that can be undone is not what the person did last."""


def _raise_if_not_last(library: Library) -> None:
    """Raise UsageError where the person did something after the last act that can be undone."""
    if found := kept_since(library):
        raise UsageError(
            what=_(_KEPT[found.kind], title=title_text(found.paper.record.title)),
            hint=_(
                "To undo what you did before ({act}): reader undo {n}",
                act=plain(_act_text(found.act)),
                n=found.act.number,
            ),
        )


def _undo(context: click.Context, library: Library, number: int | None, *, as_json: bool) -> int:
    undone = take_back(library, number)
    for paper, kind in undone.several[: None if as_json else MOST_NAMED]:
        if as_json:
            output.put_json(paper, undone=kind)
            continue
        what = _(UNDONE[kind])
        answer(
            context, _("Undone ({what}): {title}", what=what, title=title_text(paper.record.title))
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
        ngettext("{n} paper", "{n} papers", taken.n_papers) if taken.n_papers else "",
        ngettext("{n} note", "{n} notes", taken.n_notes) if taken.n_notes else "",
        ngettext("{n} file", "{n} files", taken.n_files) if taken.n_files else "",
    ]
    # An import of known papers may have brought tags and ratings alone.
    message = _("Undone (import): {source}.", source=taken.source)
    if parts := list(filter(None, parts)):
        message = _(
            "Undone (import): {source}. Taken back: {parts}.",
            source=taken.source,
            parts=_(", ").join(parts),
        )
    answer(context, message)
    for paper in taken.kept[:MOST_NAMED]:
        answer(
            context,
            _("Kept, as you worked on it since: {title}", title=title_text(paper.record.title)),
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
    # 40 modules, which a pick does without.
    from reader.morning.remove import remove, trash

    with build.opened(context) as library:
        removed = remove(library, ids) if ids else None
        rows = {paper.row for paper in removed.several} if removed else None
        several = [e for e in trash(library) if rows is None or e.paper.row in rows]
        for entry in several:
            if as_json:
                output.put_json(entry, **_days(library, entry))
                continue
            key = (
                N_("Removed: {title}")
                if removed
                else N_("{act}  removed {removed_on}, until {until}: {title}")
            )
            text = _(key, title=title_text(entry.paper.record.title), act=entry.removal.act,
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
    return {"removed_on": library.day_of(at), "until": library.day_of(at + TRASH_KEPT)}
