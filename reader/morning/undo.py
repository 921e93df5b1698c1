"""List what the person did last, and take it back: the last act, or any one by its number.

A later decision on the same paper stands. Where an act cannot be taken back before another one,
the error names that one. An import is taken back as a whole: what it brought goes, with the files,
and what the person added stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Literal

from reader.base.errors import NotKnown, ReaderError, UsageError
from reader.base.messages import N_, lazy_gettext
from reader.base.tex import title_text
from reader.base.text import plain
from reader.library.arrival import keep_arrival, late_moment
from reader.library.files import has_bytes
from reader.library.folder import Library, RemovedPaper
from reader.library.paper import LibraryPaper
from reader.library.rows import decisions, imports, merges, papers, pdfs
from reader.library.rows.database import Database
from reader.library.rows.decisions import Decision, KeptKind, RestoredPaper
from reader.library.rows.imports import Import
from reader.morning import merge
from reader.morning.rows import newest_mute, standing_mutes, take_mutes_back
from reader.notes.folder import ROOT as NOTES
from reader.notes.rows import exports, notes
from reader.ranking.topic import Mute
from reader.search.rows import index

ActKind = Literal[
    "pick", "skip", "drop", "later", "topic", "file", "edit", "remove", "merge", "split",
    "restore", "import", "tag", "rating", "priority", "mute", "mark", "ink", "guess",
]  # fmt: skip
"""What an act did to a paper; topic: what `wrong` or `teach` was told."""

UNDONE: dict[ActKind, str] = {
    "pick": N_("pick"),
    "skip": N_("skip"),
    "drop": N_("drop"),
    "later": N_("put off"),
    "topic": N_("topic"),
    "file": N_("filing"),
    "edit": N_("edit"),
    "remove": N_("removal"),
    "merge": N_("merge"),
    "split": N_("split"),
    "restore": N_("restore"),
    "import": N_("import"),
    "tag": N_("tag"),
    "rating": N_("rating"),
    "priority": N_("priority"),
    "mute": N_("mute"),
    "mark": N_("mark"),
    "ink": N_("ink"),
    "guess": N_("guess"),
}
"""What was taken back of a paper."""

MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class PastAct:
    """An act that stands.

    topic: of a filing, else the last that was told something, else "". several: the papers that
    it changed. source: of an import, what was imported, and of a restored library the archive
    that takes it back; they name no papers. mutes: what it muted.
    """

    number: int
    at: datetime
    kind: ActKind
    topic: str
    several: tuple[LibraryPaper, ...] = ()
    source: str = ""
    mutes: tuple[Mute, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoOutcome:
    """The outcome of an undo: papers as they stand now, each with what was taken back of it.

    problems: files that could not be moved back; the next `gather` does. imported: of an import
    that was taken back. unmuted: what is no longer muted. is_lesson: what `teach` was told, by
    which today's list was put in order.
    """

    several: tuple[tuple[LibraryPaper, ActKind], ...] = ()
    problems: tuple[ReaderError, ...] = ()
    imported: TakenBackImport | None = None
    unmuted: tuple[Mute, ...] = ()
    is_lesson: bool = False


def past_acts(library: Library) -> list[PastAct]:
    """List the last acts that stand, the newest first."""
    db = library.db
    rows = decisions.acts(db, last=MOST_LISTED)
    by_row = {h.row: h for h in papers.papers_at(db, {row.paper for row in rows})}
    found = []
    for number, group in groupby(rows, key=lambda row: row.act):
        several = list(group)
        kinds = _kinds(several)
        topics = {row.place: row.of for row in several}
        topic = topics.get("filings") or topics.get("lessons", "")
        [kind, *_unused] = kinds.values()
        at = max(row.at for row in several if row.at is not None)
        found.append(PastAct(number, at, kind, topic, tuple(by_row[row] for row in kinds)))
    for brought in imports.standing(db, limit=MOST_LISTED):
        of: ActKind = "restore" if brought.form == imports.RESTORE else "import"
        found.append(PastAct(brought.act, brought.at, of, "", source=brought.source))
    for number, muted in groupby(standing_mutes(db), key=lambda mute: mute.act):
        one, *more = muted
        found.append(PastAct(number, one.at, "mute", "", mutes=(one, *more)))
    return sorted(found, key=lambda act: -act.number)[:MOST_LISTED]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the person did after the last act, and no undo takes back: wrote a note, added a paper,
    brought back a marked copy. act: that last act."""

    kind: KeptKind
    paper: LibraryPaper
    act: PastAct


def kept_since(library: Library) -> Kept | None:
    """Find what the person did after the last act that `take_back` would take back.

    Where there is something, the act is not what the person did last.
    """
    db = library.db
    acts = past_acts(library)
    if not acts:
        return None
    kind: KeptKind = "add"
    row = None
    for brought in imports.standing(db, act=acts[0].number):
        row = imports.added_since(db, brought)
    if row is None and (newest := decisions.newest_kept(db)) and newest[2] > acts[0].at:
        kind, row = newest[0], newest[1]
    if row is None:
        return None
    [paper] = papers.papers_at(db, [merges.row_now(db, row)])
    return Kept(kind, paper, acts[0])


def stands(library: Library, number: int) -> bool:
    """Check whether there is an act of this number that `take_back` can take back: no undo."""
    return bool(decisions.act_of(library.db, number) or standing_mutes(library.db, act=number))


def undo(library: Library, *, only: Collection[int] | None = None) -> list[LibraryPaper]:
    """Take back the last act; returns its papers as they stand then, none when there is none.

    only: the papers (rows) that it may be about; an act on another one stays, and raises
    UsageError. Where a mute was the last act, there are none either.
    """
    return [paper for paper, _kind in take_back(library, only=only).several]


def take_back(
    library: Library, number: int | None = None, *, only: Collection[int] | None = None
) -> UndoOutcome:
    """Take back the act of a number, None for the last one.

    Raises NotKnown for an act that is not there or was taken back, UsageError for one that
    another act stands on. only: as in `undo`.
    """
    db = library.db
    if muted := _named_mutes(library, number):
        if only is not None and muted[0].on != library.today():
            raise _elsewhere(", ".join(mute.value for mute in muted))
        with db.writing():
            take_mutes_back(db, muted, at=library.now(), on=library.today())
            keep_arrival(library)
        return UndoOutcome(unmuted=muted)
    if only is None and (brought := _named_import(library, number)):
        return UndoOutcome(imported=undo_import(library, brought))
    return _take_back_rows(library, number, only)


def _take_back_rows(
    library: Library, number: int | None, only: Collection[int] | None
) -> UndoOutcome:
    """Take back the rows of an act on papers; what follows from them is done too."""
    db = library.db
    with db.writing():
        undone = _named_act(library, number)
        _check(library, undone)
        restored = [decisions.restored(db, d.id) for d in undone if d.place == "restored"]
        for one in restored:
            for act in range(one.first_act, undone[0].act):
                undone = [*undone, *decisions.act_of(db, act, one.paper)]
        joined = [row for d in undone if d.place == "merges" for row in merges.rows_of(db, d.id)]
        decisions.undo_rows(db, undone, at=library.now(), on=library.today())
        found = papers.papers_at(db, list(dict.fromkeys(d.paper for d in undone)))
        others = [paper for paper in found if only is not None and paper.row not in only]
        if others:
            raise _elsewhere(title_text(others[0].record.title))
        for row in {d.paper for d in undone if d.place == "markings"}:
            index.add_highlight_texts(db, row)
        merge.follow(library, {merges.row_now(db, row): None for row in joined})
        keep_arrival(library)
    problems = list[ReaderError]()
    if moved := [d.paper for d in undone if d.place in ("removals", "filings", "properties")]:
        # Imported here: it loads what writes notes, which `pick` need not wait for.
        from reader.morning.remove import came_back

        problems += came_back(library, list(dict.fromkeys(moved)))
    if edited := [merges.row_now(db, d.paper) for d in undone if d.place == "fields"]:
        from reader.morning.edit import follow

        problems += follow(library, edited)
    for one in restored:
        problems += _undo_restore(library, one)
    # `wrong` names the topic that was wrong too, or skips or files the paper; it leaves the order
    # of the list as it is.
    is_lesson = len({(d.place, d.of) for d in undone}) == 1 and undone[0].place == "lessons"
    return UndoOutcome(undone_of(found, undone), tuple(problems), is_lesson=is_lesson)


def _elsewhere(title: str) -> UsageError:
    return UsageError(
        what=lazy_gettext("Your last action was not in this list: {title}", title=plain(title)),
        hint=lazy_gettext("`reader undo` undoes it; notes are kept."),
    )


def _named_mutes(library: Library, number: int | None) -> tuple[Mute, ...]:
    """Find the mutes that are to be taken back; none for another act."""
    db, moment = library.db, late_moment(library)
    act = newest_mute(db, until=moment) if number is None else number
    if act is None:
        return ()
    if number is None:
        others = [row.act for row in decisions.last_act(db, until=moment)[:1]]
        others += [one.act for one in imports.standing(db)]
        if max(others, default=0) > act:
            return ()
    return standing_mutes(db, act=act)


def _named_act(library: Library, number: int | None) -> list[Decision]:
    if number is None:
        return decisions.last_act(library.db, until=late_moment(library))
    if found := decisions.act_of(library.db, number):
        return found
    raise NotKnown(
        what=lazy_gettext("There is no act {n} that stands.", n=number),
        hint=lazy_gettext("`reader undo --list` lists the last ones."),
    )


def _named_import(library: Library, number: int | None) -> Import | None:
    """Find the import or the restored library that is to be taken back; None for another act."""
    found = imports.standing(library.db, act=number)
    last = decisions.last_act(library.db, until=late_moment(library)) if number is None else []
    return found[0] if found and not (last and last[0].act > found[0].act) else None


def archive_before(library: Library, number: int | None) -> Path | None:
    """Find the archive that takes back the restored library which is meant; None for another act.

    All that was done since goes with it, so that it is the caller's to say so.
    """
    one = _named_import(library, number)
    return Path(one.source) if one and one.form == imports.RESTORE else None


def _undo_restore(library: Library, one: RestoredPaper) -> list[ReaderError]:
    """Bring a note back to what it was before a restore, or the paper into the trash."""
    paper = papers.papers_at(library.db, [one.paper])[0]
    from reader.library.replaced import Replacer
    from reader.morning.remove import remove
    from reader.notes.export import export, read_edits
    from reader.notes.pages import pages_of
    from reader.notes.rows import exports
    from reader.notes.write import add_note

    if not one.was_here:
        return list(remove(library, [paper.record.id]).problems)
    read_edits(library, [one.paper])
    known = notes.revisions(library.db, one.paper)
    if not known or known[-1].id != one.note:  # another revision that came since stands
        return []
    names = pages_of(library, [one.paper])
    if len(known) > 1:
        add_note(library, paper, known[-2].text)
    else:
        # The archive has it. Its file goes with it, unless a hand changes it just now.
        written = exports.exported(library.db, one.paper)
        with library.db.writing():
            exports.forget(library.db, one.paper)
            imports.delete_notes(library.db, one.paper, {one.note})
        if written:
            replacer = Replacer(library.folder, library.now())
            replacer.remove(written.path, written.content.encode())
            replacer.end()
    return export(library, only=[one.paper], pages=names).left if library.config.note.export else []


_ORDER = ("removals", "restored", "merges", "lessons", "postponed", "decisions", "filings",
          "properties", "fields", "markings", "strokes", "guesses")  # fmt: skip
"""What names an act of several rows: a removal is a skip as well, a lesson may be a filing."""

_KINDS: dict[str, ActKind] = {
    "pick": "pick",
    "skip": "skip",
    "later": "later",
    "guess": "guess",
    "file": "file",
    "edit": "edit",
    "remove": "remove",
    "merge": "merge",
    "split": "split",
    "restore": "restore",
    "tag": "tag",
    "rating": "rating",
    "priority": "priority",
    "mark": "mark",
    "ink": "ink",
}


def _kinds(rows: Sequence[Decision]) -> dict[int, ActKind]:
    """Name what was done to each paper of an act; the kinds of lessons are all `topic`."""
    kinds: dict[int, ActKind] = {}
    for row in sorted(rows, key=lambda row: (_ORDER.index(row.place), row.id)):
        kinds.setdefault(row.paper, _KINDS.get(row.kind, "topic"))
    return kinds


def undone_of(
    several: Sequence[LibraryPaper], undone: Sequence[Decision]
) -> tuple[tuple[LibraryPaper, ActKind], ...]:
    """Name what was taken back of each paper. several: the papers as they stand now."""
    kinds = _kinds(undone)
    # A skip of a paper that is a pick again was a drop.
    return tuple(
        (paper, "drop" if (kinds[paper.row], paper.state) == ("skip", "pick") else kinds[paper.row])
        for paper in several
    )


def _check(library: Library, rows: Sequence[Decision]) -> None:
    """Raise UsageError for an act that cannot be taken back as things stand."""
    db = library.db
    for row in rows:
        (paper,) = papers.papers_at(db, [merges.row_now(db, row.paper)])
        if row.place == "removals":
            if any(one.emptied_at for one in decisions.removals(db, [row.paper])):
                error = RemovedPaper(library, paper)
                raise UsageError(what=error.what, hint=error.hint)
        elif row.place in ("merges", "restored"):
            rows_now = merges.rows_of(db, row.id) if row.place == "merges" else [row.paper]
            several = papers.papers_at(db, {merges.row_now(db, one) for one in rows_now})
            for one in several:
                if one.is_removed:
                    error = RemovedPaper(library, one)
                    n = error.removal.act
                    hint = lazy_gettext("Take that back first: reader undo {n}", n=n)
                    raise UsageError(what=error.what, hint=hint)
            # Of the two, the one that was split off has to stand alone, to go back as it was.
            alone = rows_now[-1]
            if row.kind == "split" and (len(several) < 2 or merges.row_now(db, alone) != alone):
                [paper] = papers.papers_at(db, [merges.row_now(db, alone)])
                title = title_text(paper.record.title)
                raise UsageError(
                    what=lazy_gettext("Merged with another paper since: {title}", title=title),
                    hint=lazy_gettext("Split them first: reader split {id}", id=paper.record.id),
                )


@dataclass(frozen=True, slots=True)
class TakenBackImport:
    """An import that was taken back. kept: papers that stay, since something later stands on
    them; n_notes: the revisions that went."""

    source: str
    n_papers: int
    n_notes: int
    n_files: int
    kept: tuple[LibraryPaper, ...]


def undo_import(library: Library, one: imports.Import) -> TakenBackImport:
    """Take an import back.

    What the person added later stays, with the paper that it is about.
    """
    db = library.db
    with db.writing():
        shown = _shown(db)
        n_waiting = notes.delete_waiting(db, one.id)
        imports.delete_ratings(db, one)
        kept, files, n_papers, n_notes = [], list[tuple[str, str]](), 0, 0
        for row, parts in _made_by_paper(db, one).items():
            numbers = {p: {int(key) for key in parts.get(p, ())} for p in _NUMBERED}
            there = _files_of(library, row)
            written = exports.exported(db, row)
            n_notes += imports.delete_notes(db, row, numbers["note"])
            if numbers["note"] and notes.revisions(db, row):
                index.add_note_text(db, row)
            elif written and (sha256 := there.get(written.path)):
                files.append((written.path, sha256))
            imports.delete_filing(db, row, numbers["filing"])
            imports.delete_highlights(db, row, numbers["highlight"])
            if "paper" in parts:
                # A file that the person changed since keeps its paper.
                if None not in there.values() and imports.delete_paper(db, row):
                    n_papers += 1
                    files += [(path, sha256 or "") for path, sha256 in there.items()]
                else:
                    kept += papers.papers_at(db, [row])
                continue
            imports.delete_identifiers(db, row, parts.get("identifier", ()))
            for sha256 in parts.get("pdf", ()):
                if sha256 in there.values() and (path := imports.delete_pdf(db, row, sha256)):
                    files.append((path, sha256))
        imports.take_back(db, one, at=library.now())
        unnamed = [library.folder / NOTES / kept for kept in shown - _shown(db)]
    # The rows first: a kill between the two leaves files that nothing names.
    for file in [library.folder / p for p, s in files if has_bytes(library.folder / p, s)]:
        file.unlink()
    for file in unnamed:
        file.unlink(missing_ok=True)
    n_files = len(files) + len(unnamed)
    return TakenBackImport(one.source, n_papers, n_notes + n_waiting, n_files, tuple(kept))


def _shown(db: Database) -> set[str]:
    """Find the files in notes/ that any note names."""
    # Imported here: it loads what reads notes of other programs.
    from reader.gathering.imports.item import ATTACHMENTS, attachments_in

    texts = notes.texts_with(db, f"{ATTACHMENTS}/")
    return {kept for text in texts for kept in attachments_in(text)}


def _made_by_paper(db: Database, one: imports.Import) -> dict[int, dict[str, list[str]]]:
    """Group what an import made: row → part → keys."""
    found: dict[int, dict[str, list[str]]] = {}
    for made in imports.made(db, one):
        row = merges.row_now(db, made.paper)
        found.setdefault(row, {}).setdefault(made.part, []).append(made.key)
    return found


_NUMBERED = ("note", "filing", "highlight")


def _files_of(library: Library, row: int) -> dict[str, str | None]:
    """List the files of a paper that are here: path → SHA-256, None where one was changed."""
    db = library.db
    found = {p.path: p.sha256 for p in pdfs.places(db, [row], has_notes=False)}
    if written := exports.exported(db, row):
        found[written.path] = hashlib.sha256(written.content.encode()).hexdigest()
    return {
        path: sha256 if has_bytes(library.folder / path, sha256) else None
        for path, sha256 in found.items()
        if (library.folder / path).exists()
    }
