"""Bring notes/ up to date, whole or for some papers, by command or by itself.

    what a hand moved is found → what a hand wrote is read in → the files follow their
    papers' topics → files are written → the pages that name their papers → what came out
    of their places is compared with what was read

Each step is safe to be killed in, and is done again by the next run. One process at a time
looks at notes/ and writes there.

Three texts are compared for what a hand wrote: the file as it is, the file as it was left, and
the note as it stands. Words of a hand become revisions; where the note changed too, both are
kept. What a hand saved while a file was replaced is in the one that came out: that one takes
the file's part, in the same run or the next one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from reader.base.errors import Incomplete, Locked, ReaderError, StoreError, UsageError
from reader.base.front_matter import fields, tolerant_value, values, yaml_of
from reader.base.messages import N_, lazy_gettext
from reader.base.text import nfc, plain, shorten
from reader.library.disk import lock_file
from reader.library.file_names import UNFILED, file_stem, fold_name
from reader.library.files import drop_empty, folder_at, move, settle
from reader.library.folder import Library
from reader.library.ids import parse_id
from reader.library.paper import LibraryPaper, PropertyChange
from reader.library.place import FEEDS
from reader.library.replaced import (
    KeptFile,
    Replacer,
    has_kept,
    kept_files,
    let_go,
    merge_late_feeds,
    stays_aside,
)
from reader.library.rows import decisions, papers, properties
from reader.notes.file import (
    MARK,
    block_of,
    framed,
    mend_front,
    new_file,
    splice,
    typed_inside,
    with_attachments,
    with_words,
    words_of,
)
from reader.notes.folder import (
    ROOT,
    ExportOutcome,
    Files,
    LateEdit,
    Writer,
    file_where_it_lies,
    find_moved,
    free_path,
    name_in,
    of_another,
    read,
    recorded_paths,
    recover,
    sample,
    without_lines,
)
from reader.notes.pages import keep_links, linked_papers, pages_of, put_pages, sheet_of
from reader.notes.rows import exports, notes
from reader.notes.rows.exports import WrittenFile
from reader.notes.sheet import HandChange, as_left, hand_change
from reader.notes.words import merge_words, without_blank_ends
from reader.notes.write import add_note
from reader.ranking.learn import file_away


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A paper's file as an export found it.

    raw: its text, None where there is none. last: as it was left, None where none is on record.
    content: what is gone on from: the text, or what a deleted file had; empty for a new file.
    text: the content with its front matter put back in order; of a file that was never ours
    with our marks below all that stands there. titles: what our heading said when it was left.
    block: of ours that a killed export may have written into it, empty for none.
    """

    paper: LibraryPaper
    path: str
    raw: str | None
    last: WrittenFile | None
    content: str
    text: str
    titles: tuple[str, ...]
    block: str = ""


def note_file(
    paper: LibraryPaper,
    path: str,
    raw: str | None,
    last: WrittenFile | None = None,
    block: str = "",
) -> NoteFile:
    """Build the value of a paper's file from what was read."""
    content = raw if raw is not None else (last.content if last else "")
    if last:
        text = mend_front(content, last.content)
    else:
        text = content if MARK.search(content) else framed(content)
    titles = last.titles if last else (paper.record.title,)
    return NoteFile(paper, path, raw, last, content, text, titles, block)


class ExportRun:
    """One run of the export, step by step."""

    def __init__(self, library: Library, done: ExportOutcome) -> None:
        self._library = library
        self._done = done
        self._files = Files(library)
        self._writer = Writer(library, done, Replacer(library.folder, library.now()))
        self._blocks: dict[str, str] = {}
        self._late: dict[str, list[LateEdit]] = {}
        self._strays: list[KeptFile] = []
        self._adopted: dict[int, str] = {}
        self._notes: dict[int, NoteFile] = {}
        self._taken: set[str] = set()
        self._is_writing = False

    def run(
        self, only: Collection[int] | None, pages: Collection[str] = ()
    ) -> dict[str, str] | None:
        """Do all steps for some papers, those that they link to, and their pages; None: all.

        pages: more of them. Returns name → path of files that changed meanwhile, for another run;
        None where none is needed.
        """
        library, db, writer = self._library, self._library.db, self._writer
        self._is_writing = True
        self._find_late_edits()
        if only is not None:
            only = {*only, *filter(None, map(exports.row_in, self._late))}
        rows = exports.noted(db, only)
        # The pages as they are now and as they will be: one that a paper leaves changes too.
        names = pages_of(library, rows) | {*pages, *self._late}
        names = {name for name in names if exports.row_in(name) is None}
        self._find(None if only is None else [*map(exports.note_name, rows), *names])
        wanted = None if only is None else [exports.note_name(row) for row in only]
        places = recorded_paths(library, wanted)
        # After the moves of a hand, which file papers anew; before anything is written.
        self._done.left += settle(library, only)
        if self._adopted or recorded_paths(library, wanted) != places:
            self._files = Files(library)  # what was read lies elsewhere now
        if only is None:
            rows = exports.noted(db)  # a file of the person's may just have become a note
        self._look_at(rows)
        if only is not None:
            self._look_at(self._linked())
        if not writer.is_stopped:
            keep_links(library, list(self._notes))
        planned = {row: note.path for row, note in self._notes.items()}
        for note in self._notes.values():
            self._write(note, planned)
        writer.flush()
        names |= pages_of(library, rows)
        if only is None:
            names |= {n for n in exports.paths(db).values() if exports.row_in(n) is None}
        if not writer.is_stopped:
            put_pages(library, writer, names, self._late)
            writer.flush()
        if not writer.is_stopped:
            self._let_go()
        writer.end()
        return writer.changed if writer.changed or writer.is_behind else None

    def read(self, rows: Collection[int]) -> None:
        """Read in edits, and write nothing."""
        rows = [row for row in rows if exports.exported(self._library.db, row)]
        self._find([exports.note_name(row) for row in rows])
        self._look_at(rows)

    def _find_late_edits(self) -> None:
        """Find what a hand wrote into files that earlier runs replaced or removed."""
        library, db = self._library, self._library.db
        unfinished = {file.path: file for file in exports.unfinished(db)}
        for kept in kept_files(library.folder, library.now()):
            # Those have their own caretakers: `follow`, and `keep_up` of bibliographies.
            if kept.path == FEEDS or kept.path.endswith(".bib"):
                continue
            text, ours = kept.content.decode(errors="replace"), unfinished.get(kept.path)
            name = exports.name_at(db, kept.path) or (ours.name if ours else name_in(library, text))
            last = exports.last_written(db, name) if name else None
            is_ours = ours is not None and (
                # Ours, perhaps in part, which a killed export had not put in place yet.
                ours.content.encode().startswith(kept.content)
                or (last is not None and text == last.content)
            )
            if is_ours or not text.strip():
                let_go(kept)
            elif text.encode() != kept.content or (exports.row_in(name) is None and last is None):
                self._strays.append(kept)
            else:
                if kept.before is not None and last:
                    last = replace(last, content=kept.before.decode())
                elif ours is None:
                    # Killed after the record: what was read is not known, but its front matter is.
                    text, last = mend_front(text, last.content) if last else text, None
                self._late.setdefault(name, []).append(LateEdit(kept, text, last))

    def _find(self, names: Collection[str] | None) -> None:
        """Find files that were moved by hand, and adopt files of the person's that name a paper."""
        library, done = self._library, self._done
        self._blocks = recover(library, self._files)
        for row, path in sorted(find_moved(library, self._files, done, names).items()):
            try:
                if now := adopt(library, row, path, self._files.read(path) or "", done):
                    self._adopted[row] = now
            except (Incomplete, StoreError) as error:
                self._writer.leave(error)

    def _look_at(self, rows: Iterable[int]) -> None:
        """Read the files of some papers, and read in their edits."""
        for paper in papers.papers_at(self._library.db, rows):
            if self._writer.is_stopped:
                return
            try:
                note = self._file_of(paper)
                if note.raw is not None and (note.last is None or note.raw != note.last.content):
                    read_in(self._library, note, self._done)
                note = self._with_properties(note)
                for edit in self._late.get(exports.note_name(paper.row), ()):
                    note = self._with_late_edit(note, edit)
            except (Incomplete, StoreError) as error:
                self._writer.leave(error)
                self._writer.unwritten.add(exports.note_name(paper.row))
                continue
            if note.raw is not None and note.last is not None and note.text != note.raw:
                self._done.mended.append(note.path)
            self._notes[paper.row] = note
            self._taken.add(fold_name(note.path))

    def _with_late_edit(self, note: NoteFile, edit: LateEdit) -> NoteFile:
        """Read in a late edit. Where nobody has touched the file that came in its place, the late
        one is gone on from, with all that is in it beside words. Raises Incomplete, StoreError."""
        last = edit.last
        if last:
            # The revision that they began from: where another came after it both are kept.
            words = words_of(last.content, last.titles)
            known = reversed(notes.revisions(self._library.db, note.paper.row))
            begun = (one.id for one in known if without_blank_ends(one.text) == words)
            last = replace(last, note=next(begun, None))
        theirs = note_file(note.paper, note.path, edit.text, last, note.block)
        is_untouched = note.last is not None and note.raw == note.last.content
        try:
            read_in(self._library, theirs, self._done)
        except Incomplete:
            if is_untouched:
                self._strays.append(edit.kept)
            raise
        note = replace(note, paper=self._with_properties(theirs).paper)
        if not is_untouched:
            return note
        return replace(note, content=theirs.content, text=theirs.text)

    def _with_properties(self, note: NoteFile) -> NoteFile:
        """Turn what a hand changed in tags, rating and priority into rows; returns the note with
        its paper as it stands then.

        Only in a run that writes: it records what it has read, which is no change any more.
        """
        library, db, row, last = self._library, self._library.db, note.paper.row, note.last
        if note.raw is None or not self._is_writing:
            return note
        lines = (yaml_of(note.text), *((yaml_of(last.content), last.front) if last else ("", "")))
        if (found := hand_change(*lines, note.paper)) == HandChange():
            return note
        with db.writing():
            [paper] = papers.papers_at(db, [row])
            found = hand_change(*lines, paper)
            if found.change != PropertyChange():
                act, at, on = decisions.next_act(db), library.now(), library.today()
                properties.change(db, [row], found.change, act=act, at=at, on=on)
                self._done.tagged.append(note.path)
                [paper] = papers.papers_at(db, [row])
        if last and note.raw != last.content:
            for error in _said_of(found, note.path, lines[0], paper):
                self._writer.leave(error)
        return replace(note, paper=paper)

    def _let_go(self) -> None:
        """Forget late edits that are in the files now, give back files that could not be read in,
        and name what is left."""
        writer, left = self._writer, list[KeptFile]()
        for kept in self._strays:
            try:
                is_back = self._is_given_back(kept)
            except (Incomplete, StoreError) as error:
                writer.leave(error)
                continue
            let_go(kept) if is_back else left.append(kept)
        for name, edits in self._late.items():
            row = exports.row_in(name)
            is_in = (row is None or row in self._notes) and name not in writer.unwritten
            for edit in edits:
                if is_in:
                    let_go(edit.kept)
                elif edit.kept not in self._strays and name not in writer.changed:
                    left.append(edit.kept)
        for kept in left:
            writer.leave(stays_aside(kept))

    def _is_given_back(self, kept: KeptFile) -> bool:
        """Put a file back into its place, unless a hand has been at the one that is there."""
        there = read(self._library, kept.path)
        name = exports.name_at(self._library.db, kept.path)
        last = exports.last_written(self._library.db, name) if name else None
        if there is not None and (last is None or there != last.content):
            return False
        before = None if there is None else there.encode()
        is_back = self._writer.replacer.put(kept.path, kept.content, before)
        self._writer.replacer.end()
        return is_back

    def _file_of(self, paper: LibraryPaper) -> NoteFile:
        """Find a paper's file and read it. The first one goes to its topic's folder, under its
        key; a file there that says that it is this paper's is its file."""
        library, files, taken = self._library, self._files, self._taken
        if not paper.key:  # an older version imported the note
            stem = file_stem(paper.record, library.config.pdf_name)
            paper = replace(paper, key=papers.fix_key(library.db, paper.row, stem))
        folder = folder_at(library, ROOT, paper.topic or UNFILED)
        last = exports.exported(library.db, paper.row)
        path = last.path if last else self._adopted.get(paper.row, "")
        if not path:
            name = exports.note_name(paper.row)
            path = free_path(
                library, f"{folder}/{paper.key}.md", taken=taken, files=files, name=name
            )
        raw = files.read(path)
        if raw is None and last is not None:
            # Deleted, and its paper filed elsewhere since: it comes back where its paper is.
            now = f"{folder}/{PurePosixPath(path).name}"
            path = path if now == path else free_path(library, now, taken=taken)
        return note_file(paper, path, raw, last, self._blocks.get(path, ""))

    def _linked(self) -> list[int]:
        """Find the papers that these link to, or did: their files name who links to them."""
        db = self._library.db
        texts = list(exports.newest_texts(db, self._notes).values())
        texts += [words_of(n.last.content) or "" for n in self._notes.values() if n.last]
        rows = linked_papers(self._library, texts) - self._notes.keys()
        return [row for row in sorted(rows) if exports.path_of(db, exports.note_name(row))]

    def _write(self, note: NoteFile, planned: dict[int, str]) -> None:
        known = notes.revisions(self._library.db, note.paper.row)
        yaml = yaml_of(note.text)
        sheet = sheet_of(
            self._library, note.paper, known, path=note.path, planned=planned, yaml=yaml
        )
        ours = sheet.ours
        if not note.content:
            content: str | None = new_file(ours, sheet.text)
        else:
            text = note.text
            if words_of(text, note.titles) != without_blank_ends(sheet.text):
                # None for damaged marks: then `splice` gives None as well, and the file is left.
                text = with_words(text, sheet.text, note.titles) or text
            before = as_left(note.last.front, yaml, note.paper) if note.last else None
            content = splice(text, ours, before=before, titles=note.titles)
        if content is None:
            self._writer.leave(without_lines(note.path))
            return
        content = with_attachments(content, note.path)
        name = exports.note_name(note.paper.row)
        file = WrittenFile(name, note.path, content, ours.front, known[-1].id)
        if content == note.raw:
            self._done.n_unchanged += 1
        self._writer.put(file, note.raw, note.last)


def read_in(library: Library, note: NoteFile, done: ExportOutcome) -> None:
    """Turn edits by hand into revisions. Raises Incomplete for a file to leave alone."""
    _check_owner(note)
    path, last = note.path, note.last
    theirs = words_of(note.text, note.titles)
    if theirs is None:
        raise without_lines(path)
    inside = ""
    if last:
        blocks = [block_of(last.content), *([note.block] if note.block else [])]
        inside = typed_inside(note.text, blocks)
    theirs = "\n\n".join(filter(None, (theirs, inside)))
    if not plain(theirs):
        done.emptied.append(path)
        return
    is_new = is_joint = False
    # In one transaction: no note comes between what is compared and what is kept, and a
    # kill between the two revisions would leave the library's own text behind.
    with library.db.writing():
        known = notes.revisions(library.db, note.paper.row)
        # An export that was killed before it was recorded left the words of a revision that
        # came after the one on record: they are no edit.
        since = (one.text for one in known if last is None or one.id >= (last.note or 0))
        before = words_of(last.content, note.titles) if last else None
        if theirs == before or theirs in map(without_blank_ends, since):
            return
        try:
            is_new = add_note(library, note.paper, theirs, came_from="file").is_new
            if known and (last is None or known[-1].id != last.note):
                joint = merge_words(known[-1].text, theirs, before or "")
                is_joint = add_note(library, note.paper, joint, came_from="file").is_new
        except UsageError as error:
            what = lazy_gettext("{path} was left alone. {what}", path=path, what=error)
            raise Incomplete(what=what) from error
    done.read_in += [path] if is_new else []
    done.merged += [path] if is_joint else []
    done.typed_inside += [path] if inside else []


def _said_of(found: HandChange, path: str, yaml: str, paper: LibraryPaper) -> Iterator[Incomplete]:
    """Explain which values of a front matter were not taken over."""
    there, kept = values(yaml), {"rating": paper.rating or "-", "priority": paper.priority}
    for key in found.conflicts:
        what = lazy_gettext(
            "{path}: {key} {theirs} was not taken over, because it was set to {kept} here since.",
            path=path, key=key, theirs=there.get(key, "-"), kept=kept[key],
        )  # fmt: skip
        yield Incomplete(what=what)
    for key in found.unread:
        what = lazy_gettext(
            "{path}: {key} {theirs} was not taken over. A rating is 1 to 5, a priority high, "
            "normal or low.",
            path=path, key=key, theirs=shorten(plain(str(there.get(key, ""))), 60),
        )  # fmt: skip
        yield Incomplete(what=what)


def _check_owner(note: NoteFile) -> None:
    """Raise Incomplete for a sample, or a file that says that it is another paper's."""
    if fields(note.text).get("sample") == "true":
        raise sample(note.path)
    if note.last is None:
        return
    id_ = tolerant_value(note.content, "id") or tolerant_value(note.content, "page")
    ids = note.paper.record.ids
    # No id, the one that we wrote last, and every id of the paper say that it is this file.
    known = ("", fields(note.last.content).get("id", ""), *ids)
    found = parse_id(id_)
    if id_ not in known and (found is None or found.id not in known):
        raise of_another(note.path, id_, note.paper.record.id)


def adopt(library: Library, row: int, path: str, content: str, done: ExportOutcome) -> str:
    """Adopt a file of the person's as the note of the paper whose id it has.

    Its words become a revision; its bytes stay, our keys and our block come later. One that
    lies in no topic's folder goes to its paper's. Returns where the file lies then, empty where
    it has no words and is not taken. Raises Incomplete, StoreError.
    """
    (paper,) = papers.papers_at(library.db, [row])
    note = note_file(paper, path, content)
    if not plain(words_of(note.text, note.titles) or ""):
        return ""
    with library.db.writing():
        # The hand's folder first: `file_away` chooses one for papers that have none.
        file_where_it_lies(library, row, path, done)
        file_away(library, papers.papers_at(library.db, [row])[0])
        (paper,) = papers.papers_at(library.db, [row])
        read_in(library, note_file(paper, path, content), done)
    done.adopted.append(path)
    (paper,) = papers.papers_at(library.db, [row])
    topic, pure = paper.topic or UNFILED, PurePosixPath(path)
    if nfc(str(pure.parent)) == nfc(f"{ROOT}/{topic}"):
        return path
    target = free_path(library, f"{folder_at(library, ROOT, topic)}/{pure.name}")
    move(library.folder / path, library.folder / target)
    drop_empty((library.folder / path).parent, library.folder / ROOT)
    return target


def export(
    library: Library, *, only: Collection[int] | None = None, pages: Collection[str] = ()
) -> ExportOutcome:
    """Bring notes/ up to date: a Markdown file for each paper that has a note, a page for
    each topic and each week.

    only: these papers, those that they link to, and their pages; None: all. pages: names of
    more pages.

    What was edited by hand since the last export is read in first, as a revision. A file
    whose markers are gone is left alone and named, as is one that cannot be written; the
    others are done. Running it again changes nothing.
    """
    done = ExportOutcome()
    with _alone(library):
        if has_kept(library.folder):
            done.left += merge_late_feeds(library.folder, library.now())
        changed = ExportRun(library, done).run(only, pages)
        for _ in range(AGAIN):
            if changed is None:
                return done
            # Somebody saved a file just now: it is read once more, and not the others.
            rows = [row for name in changed if (row := exports.row_in(name)) is not None]
            changed = ExportRun(library, done).run(rows, changed.keys())
    for path in (changed or {}).values():
        what = lazy_gettext("{path} has just changed. Run `reader export` again.", path=path)
        done.left.append(Incomplete(what=what))
    return done


AGAIN = 3
"""How often files are looked at once more that are saved all the time."""


def export_quietly(library: Library, rows: Collection[int] | None = None) -> list[ReaderError]:
    """Export automatically, unless feeds.toml says not to; returns errors of files left alone.

    rows: papers; None: those whose newest revision is in no file yet.
    """
    if not library.config.note.export or library.db.is_read_only:
        return []
    try:
        wanted = exports.behind(library.db) if rows is None else list(rows)
        is_needed = wanted or has_kept(library.folder)
        return export(library, only=wanted).left if is_needed else []
    except StoreError as error:
        return [error]


def read_edits(library: Library, rows: Collection[int], *, wait: bool = True) -> ExportOutcome:
    """Read in edits by hand in some papers' files, before an editor shows the note; writes no
    file. wait: until nobody else is at notes/; else raises Locked."""
    done = ExportOutcome()
    if not library.db.is_read_only:
        with _alone(library, wait=wait):
            ExportRun(library, done).read(rows)
    return done


def find_moved_notes(library: Library, rows: Collection[int] | None = None) -> ExportOutcome:
    """Record where the files of some papers, or all, lie after they were moved by hand; papers
    are filed where their files were put."""
    done = ExportOutcome()
    if not library.db.is_read_only:
        with _alone(library):
            every = exports.paths(library.db).values()
            names = every if rows is None else map(exports.note_name, rows)
            find_moved(library, Files(library), done, list(names))
    return done


@contextlib.contextmanager
def _alone(library: Library, *, wait: bool = True) -> Iterator[None]:
    """Let one process at a time look at notes/ and write there."""
    # A library that cannot be written has no place for a lock, and nothing is written to it.
    if library.db.is_read_only:
        yield
        return
    with lock_file(library.folder / "export.lock", wait=wait):
        yield


def progress(library: Library) -> tuple[int, int, int]:
    """Count the papers written up today and those skimmed, beside the day's quota."""
    today = library.today()
    return (*notes.n_noted_on(library.db, today), library.config.quota_on(today))


def export_one(library: Library, paper: LibraryPaper) -> ExportOutcome:
    """Bring a paper's Markdown file up to date, unless feeds.toml says not to.

    An error is in `left`: the note itself is safe.
    """
    if not library.config.note.export:
        return ExportOutcome()
    try:
        return export(library, only=[paper.row])
    except ReaderError as error:
        return ExportOutcome(left=[error])


def read_by_hand(library: Library, paper: LibraryPaper, *, wait: bool = True) -> ExportOutcome:
    """Read in edits by hand in a paper's Markdown file, before somebody continues the note.

    wait: for an export that is under way. Else the note is shown as it stands: what a hand
    wrote and what is saved meanwhile end in one revision with both.
    """
    try:
        return read_edits(library, [paper.row], wait=wait)
    except Locked:
        return ExportOutcome()
    except ReaderError as error:
        return ExportOutcome(left=[error])


ORIGINS = {
    "command": N_("command"),
    "file": N_("file"),
    "page": N_("page"),
    "joined": N_("joined"),
}
