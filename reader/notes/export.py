"""Bring notes/ up to date: read in what a hand wrote, then write the files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reader.base.errors import Incomplete, ReaderError, StoreError, UsageError
from reader.base.front_matter import claimed, fields, text_at
from reader.base.messages import say
from reader.base.text import plain, shorten
from reader.library.file_names import UNFILED
from reader.library.folder import Library
from reader.library.ids import parse_id
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.library.rows.database import lock_file
from reader.notes import folder, pages
from reader.notes.file import (
    MARK,
    block_of,
    framed,
    mended,
    splice,
    typed_inside,
    with_words,
    words_of,
)
from reader.notes.folder import (
    ROOT,
    ExportOutcome,
    Files,
    Writer,
    befalls_all,
    file_where_it_lies,
    free_path,
    note_path,
    recover,
)
from reader.notes.pages import Links, keep_links, sheet_of
from reader.notes.rows import exports, notes
from reader.notes.rows.exports import Export, WrittenFile
from reader.notes.rows.notes import Revision
from reader.notes.sheet import render
from reader.notes.words import merge_words, without_blank_ends
from reader.notes.write import add_note
from reader.pdfs.move import drop_empty, folder_at, move, nfc, settle
from reader.ranking.best_folder import file_away


def names_of(rows: Iterable[int]) -> list[str]:
    return [exports.note_name(row) for row in rows]


@dataclass(slots=True)
class _State:
    """One paper's file in this export. raw: its text when it was read; None: there is none.
    is_foreign: a file that was never ours."""

    held: LibraryPaper
    last: Export | None
    path: str
    raw: str | None
    text: str | None
    titles: tuple[str, ...]


class ExportRun:
    """One run, in its steps."""

    def __init__(self, library: Library, done: ExportOutcome) -> None:
        self._library = library
        self._done = done
        self._files = Files(library)
        self._blocks: dict[str, str] = {}
        self._states: dict[int, _State] = {}
        self._adopted: dict[int, str] = {}
        self._is_stopped = False

    def run(self, only: Collection[int] | None) -> None:
        db = self._library.db
        rows = exports.noted(db) if only is None else exports.noted_among(db, only)
        before = self._pages_of(rows)
        self._find(None if only is None else [*names_of(rows), *before])
        self._settle(only)
        # Noted anew: a file of the person's may just have become a note.
        rows = exports.noted(db) if only is None else rows
        self._look_at(rows)
        links = Links(self._library, {})
        if only is not None:
            self._look_at(self._linked(links))
        if not self._is_stopped:
            keep_links(self._library, self._states)
        links = Links(self._library, self._planned())
        writer = Writer(self._library, self._done, self._is_stopped)
        for state in self._states.values():
            self._write(state, links, writer)
        writer.flush()
        names = self._pages_of(rows) | before
        names |= {name for name, _ in exports.pages(db)} if only is None else set()
        if not writer.is_stopped:
            pages.put_pages(self._library, self._files, writer, names, self._done)
            writer.flush()

    def read(self, rows: Collection[int]) -> None:
        """Read in edits alone."""
        rows = [row for row in rows if exports.exported(self._library.db, row)]
        self._find(names_of(rows))
        self._look_at(rows)

    def _find(self, names: Collection[str] | None) -> None:
        library, done = self._library, self._done
        self._blocks = recover(library, self._files)
        new = folder.find_moved(library, self._files, done, names)
        for row, path in sorted(new.items()):
            try:
                now = adopt(library, self._files, row, path, done)
            except (Incomplete, StoreError) as error:
                self._leave(error)
                continue
            self._adopted |= {row: now} if now else {}

    def _settle(self, only: Collection[int] | None) -> None:
        before = self._paths(only)
        self._done.left += settle(self._library, only)
        if self._paths(only) != before:
            self._files = Files(self._library)

    def _paths(self, only: Collection[int] | None) -> dict[str, str]:
        if only is None:
            return exports.paths(self._library.db)
        return {name: exports.path_of(self._library.db, name) for name in names_of(only)}

    def _pages_of(self, rows: Collection[int]) -> set[str]:
        """Name the pages on which papers stand, and stood when their files were written."""
        names = pages.names_for(exports.entries(self._library.db, rows))
        for row in rows:
            last = exports.exported(self._library.db, row)
            topic = text_at(last.front, "topic") if last else None
            names |= {f"topic {topic}"} if topic else set()
        return names

    def _leave(self, error: ReaderError) -> None:
        self._done.left.append(error)
        self._is_stopped = self._is_stopped or befalls_all(self._library, error)

    def _look_at(self, rows: Iterable[int]) -> None:
        """Read the files of some papers, and read in what a hand wrote in them."""
        for held in papers.papers_at(self._library.db, rows):
            if self._is_stopped:
                return
            try:
                self._states[held.row] = self._looked_at(held)
            except (Incomplete, StoreError) as error:
                self._leave(error)

    def _looked_at(self, held: LibraryPaper) -> _State:
        last = exports.exported(self._library.db, held.row)
        path = last.path if last else self._adopted.get(held.row, "")
        path = path or note_path(self._library, held, self._files, taken=self._planned().values())
        raw = self._files.read(path)
        if raw is None and last is not None:
            # Deleted, and its paper filed elsewhere since: it comes back where its paper is.
            path = self._place_of_deleted(held, path)
        block = self._blocks.get(path)
        content = raw if raw is not None else (last.content if last else "")
        found = FileState(path, content, last, held.paper.title, (block,) if block else ())
        if raw is not None and (last is None or raw != last.content):
            read_in(self._library, held, found, self._done)
        if raw is not None and last is not None and found.text != raw:
            self._done.mended.append(path)
        text = found.text if content else None
        return _State(held, last, path, raw, text, found.titles)

    def _place_of_deleted(self, held: LibraryPaper, path: str) -> str:
        place = folder_at(self._library, ROOT, held.topic or UNFILED)
        now = f"{place}/{PurePosixPath(path).name}"
        if now == path:
            return path
        return free_path(self._library, now, taken=self._planned().values())

    def _planned(self) -> dict[int, str]:
        return {row: state.path for row, state in self._states.items()}

    def _linked(self, links: Links) -> list[int]:
        """List the papers that these link to, or did: their files name who links to them."""
        rows = set[int]()
        for state in self._states.values():
            newest = notes.revisions(self._library.db, state.held.row)[-1].text
            old = words_of(state.last.content) if state.last else ""
            rows |= links.targets(newest) | links.targets(old or "")
        return [row for row in sorted(rows - self._states.keys()) if self._has_file(row)]

    def _has_file(self, row: int) -> bool:
        return exports.exported(self._library.db, row) is not None

    def _write(self, state: _State, links: Links, writer: Writer) -> None:
        known = notes.revisions(self._library.db, state.held.row)
        at = Path(os.path.dirname(self._library.folder / state.path))
        sheet = sheet_of(self._library, state.held, known, folder=at, links=links)
        ours = sheet.ours
        if state.text is None:
            content: str | None = render(sheet)
        else:
            text = state.text
            if words_of(text, state.titles) != without_blank_ends(sheet.text):
                text = with_words(text, sheet.text, state.titles) or text
            before = state.last.front if state.last else None
            content = splice(text, ours, before=before, titles=state.titles)
        if content is None:
            self._leave(Incomplete(what=say("export.marks", path=state.path)))
            return
        name = exports.note_name(state.held.row)
        put = WrittenFile(name, state.path, content, ours.front, known[-1].id)
        if content != state.raw:
            writer.put(put, state.raw)
            return
        self._done.n_unchanged += 1
        now = Export(state.held.row, put.path, content, known[-1].id, put.front)
        if now != state.last:
            writer.record(put)


def export(library: Library, *, only: Collection[int] | None = None) -> ExportOutcome:
    """Bring notes/ up to date: a Markdown file for each paper that has a note, a page for
    each topic and each week.

    only: these papers, those that they link to, and their pages; None: all.

    What was edited by hand since the last export is read in first, as a revision. A file
    whose markers are gone is left alone and named, as is one that cannot be written; the
    others are done. Running it again changes nothing.
    """
    done = ExportOutcome()
    with _alone(library):
        ExportRun(library, done).run(only)
    return done


def export_quietly(library: Library, rows: Collection[int] | None = None) -> list[ReaderError]:
    """Export without being told, unless feeds.toml says not to; gives what was left alone.

    rows: papers; None: those whose newest revision is in no file yet.
    """
    if not library.config.note.export or library.db.is_read_only:
        return []
    try:
        wanted = exports.behind(library.db) if rows is None else list(rows)
        return export(library, only=wanted).left if wanted else []
    except StoreError as error:
        return [error]


def read_edits(library: Library, rows: Collection[int], *, wait: bool = True) -> ExportOutcome:
    """Read in what a hand wrote in some papers' files, and write nothing: before an editor
    shows the note. wait: until nobody else is at notes/; else raises Locked."""
    done = ExportOutcome()
    if not library.db.is_read_only:
        with _alone(library, wait=wait):
            ExportRun(library, done).read(rows)
    return done


def find_moved_notes(library: Library, rows: Collection[int] | None = None) -> ExportOutcome:
    """Record where the files of some papers, or all, lie after a hand moved them; papers are
    filed where it put their files."""
    done = ExportOutcome()
    if not library.db.is_read_only:
        with _alone(library):
            names = exports.paths(library.db).values() if rows is None else names_of(rows)
            folder.find_moved(library, Files(library), done, list(names))
    return done


@contextlib.contextmanager
def _alone(library: Library, *, wait: bool = True) -> Iterator[None]:
    """Let one process at a time look at notes/ and write there."""
    if library.db.is_read_only:
        yield
        return
    with lock_file(library.folder / "export.lock", wait=wait):
        yield


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it is.

    last: as it was left, None where none is on record. title: the paper's. blocks: of ours
    that a killed export may have written into it.
    """

    path: str
    content: str
    last: Export | None
    title: str
    blocks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The content with its front matter put back in order; of a file that was never ours
        with our marks below all that stands there."""
        if self.last:
            return mended(self.content, self.last.content)
        return self.content if MARK.search(self.content) else framed(self.content)

    @property
    def titles(self) -> tuple[str, ...]:
        """What our heading said when the file was left."""
        title = text_at(self.last.front, "title") if self.last else self.title
        return () if title is None else (title,)


def read_in(library: Library, held: LibraryPaper, found: FileState, done: ExportOutcome) -> None:
    """Make revisions of what a hand wrote. Raises Incomplete for a file to leave alone."""
    _check_owner(held, found)
    theirs = words_of(found.text, found.titles)
    if theirs is None:
        raise Incomplete(what=say("export.marks", path=found.path))
    blocks = (*found.blocks, *([block_of(found.last.content)] if found.last else []))
    inside = typed_inside(found.text, blocks) if found.last else ""
    theirs = "\n\n".join(filter(None, (theirs, inside)))
    if not plain(theirs):
        done.emptied.append(found.path)
        return
    is_new = is_joint = False
    # In one transaction: no note comes between what is compared and what is kept, and a
    # kill between the two revisions would leave the library's own text behind.
    with library.db.writing():
        known = notes.revisions(library.db, held.row)
        if _is_ours(theirs, known, found):
            return
        try:
            is_new = add_note(library, held, theirs, came_from="file").is_new
            if known and (found.last is None or known[-1].id != found.last.note):
                joint = merge_words(known[-1].text, theirs)
                is_joint = add_note(library, held, joint, came_from="file").is_new
        except UsageError as error:
            what = say("export.refused", path=found.path, what=error.message)
            raise Incomplete(what=what) from error
    done.read_in += [found.path] if is_new else []
    done.merged += [found.path] if is_joint else []
    done.typed_inside += [found.path] if inside else []


def _check_owner(held: LibraryPaper, found: FileState) -> None:
    given = fields(found.text)
    if given.get("sample") == "true":
        raise Incomplete(what=say("export.sample", path=found.path))
    written = fields(found.last.content).get("id", "") if found.last else ""
    id_ = claimed(found.content, "id") or claimed(found.content, "page")
    meant = parse_id(id_)
    known = ("", written, *held.paper.ids)
    if found.last and id_ not in known and (meant is None or meant.id not in known):
        id_ = shorten(plain(id_), 80)
        raise Incomplete(what=say("export.other", path=found.path, id=id_, own=held.paper.id))


def _is_ours(theirs: str, known: Sequence[Revision], found: FileState) -> bool:
    """Tell words that the program wrote from an edit.

    An export that was killed before it was recorded left those of a revision that came
    after the one on record.
    """
    last = found.last
    if last is not None and theirs == words_of(last.content, found.titles):
        return True
    since = (note.text for note in known if last is None or note.id >= last.note)
    return any(theirs == without_blank_ends(text) for text in since)


def adopt(library: Library, files: Files, row: int, path: str, done: ExportOutcome) -> str:
    """Keep a file's words as a revision; gives where the file lies then, empty where it has
    no words and is not taken. Raises Incomplete, StoreError."""
    (held,) = papers.papers_at(library.db, [row])
    content = files.read(path) or ""
    found = FileState(path, content, None, held.paper.title)
    if not plain(words_of(found.text, found.titles) or ""):
        return ""
    with library.db.writing():
        file_where_it_lies(library, row, path, done)
        file_away(library, papers.papers_at(library.db, [row])[0])
        read_in(library, papers.papers_at(library.db, [row])[0], found, done)
    done.adopted.append(path)
    (held,) = papers.papers_at(library.db, [row])
    return _brought(library, files, path, held.topic or UNFILED)


def _brought(library: Library, files: Files, path: str, topic: str) -> str:
    """Bring a file into its topic's folder under its own name, where it is not there."""
    pure = PurePosixPath(path)
    if nfc(str(pure.parent)) == nfc(f"{ROOT}/{topic}"):
        return path
    target = free_path(library, f"{folder_at(library, ROOT, topic)}/{pure.name}", taken=())
    move(library.folder / path, library.folder / target)
    drop_empty((library.folder / path).parent, library.folder / ROOT)
    files.forget(path)
    files.forget(target)
    return target
