"""Know the files of the folder notes/: what lies there, what a hand moved, and write them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from reader.base.errors import DiskFull, Incomplete, ReaderError, StoreError
from reader.base.front_matter import claimed, single_value
from reader.base.messages import say
from reader.library.feeds_file import path_problem
from reader.library.file_names import UNFILED, fold_name
from reader.library.files import files_below, is_evicted
from reader.library.folder import Library, write_whole
from reader.library.ids import parse_id
from reader.library.paper import LibraryPaper
from reader.library.rows import decisions, papers
from reader.notes.file import block_of
from reader.notes.rows import exports
from reader.notes.rows.exports import WrittenFile
from reader.notes.words import MAX_BYTES
from reader.pdfs.move import existing, folder_at, nfc

ROOT = "notes"


class Files:
    """The files of notes/ as they were when they were first looked at in this export."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._texts: dict[str, str | Incomplete | None] = {}
        self._names: dict[str, str] = {}

    def read(self, path: str) -> str | None:
        """Give a file's text, None where there is none. Raises Incomplete."""
        if path not in self._texts:
            try:
                self._texts[path] = read(self._library, path)
            except Incomplete as error:
                self._texts[path] = error
        text = self._texts[path]
        if isinstance(text, Incomplete):
            raise text
        return text

    def forget(self, path: str) -> None:
        """Read a file anew the next time: it was moved."""
        self._texts.pop(path, None)

    def name_at(self, path: str) -> str:
        """Say whose file lies at a path by what stands in it: `note 12`, a page; empty for
        nobody's that is known here."""
        try:
            text = self.read(path)
        except Incomplete:
            return ""
        return self.name_in(text) if text else ""

    def name_in(self, text: str) -> str:
        if single_value(text, "sample") == "true":
            return ""
        if page := claimed(text, "page"):
            return page if exports.path_of(self._library.db, page) else ""
        id_ = claimed(text, "id") or block_of(text).partition("](")[0].rpartition("[")[2]
        if id_ not in self._names:
            found = parse_id(id_)
            held = papers.paper_with_id(self._library.db, found.id) if found else None
            self._names[id_] = exports.note_name(held.row) if held else ""
        return self._names[id_]


def read(library: Library, path: str) -> str | None:
    """Read a file as it is, newlines and all; None where there is none. Raises Incomplete."""
    file = library.folder / path
    try:
        return file.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):
        if is_evicted(file):
            raise Incomplete(what=say("export.evicted", path=path)) from None
        return None
    except OSError as error:
        what = say("export.unreadable", path=path, what=error.strerror)
        raise Incomplete(what=what) from error
    except UnicodeDecodeError:
        raise Incomplete(what=say("export.encoding", path=path)) from None


def markdown_in(library: Library) -> Iterator[str]:
    """Walk notes/: paths relative to the library, folder by folder."""
    for file in files_below(library.folder / ROOT, ".md"):
        if _is_small_file(file):
            yield Path(file.path).relative_to(library.folder).as_posix()


def _is_small_file(file: os.DirEntry[str]) -> bool:
    try:
        return file.is_file() and file.stat().st_size <= 2 * MAX_BYTES
    except OSError:
        return False  # a link that leads nowhere


WEEKS = "weeks"
"""The folder of the weeks' pages, in notes/."""

INDEX = "index"
"""What the page of a topic is called, in the topic's folder."""


def relative(file: Path, folder: Path) -> str:
    """Give the way from a folder to a file, `/` between its parts."""
    return Path(os.path.relpath(file, folder)).as_posix()


def page_path(library: Library, name: str) -> str:
    """Give where a page lies that was never written: `<topic>/index.md`, `weeks/<week>.md`."""
    kind, _, what = name.partition(" ")
    if kind == "week":
        return f"{folder_at(library, ROOT, WEEKS)}/{what}.md"
    return f"{folder_at(library, ROOT, what)}/{INDEX}.md"


def note_path(library: Library, held: LibraryPaper, files: Files, *, taken: Collection[str]) -> str:
    """Give where the first file of a paper goes: to its topic's folder, under its key.

    A file there that says that it is this paper's is its file; any other stays, and -2 is
    put behind the name.
    """
    path = f"{folder_at(library, ROOT, held.topic or UNFILED)}/{held.key}.md"
    name = exports.note_name(held.row)
    return free_path(library, path, taken=taken, files=files, name=name)


def free_path(
    library: Library,
    path: str,
    *,
    taken: Collection[str],
    files: Files | None = None,
    name: str = "",
) -> str:
    """Give a path at which nothing lies and nothing is recorded, the first one where it can
    be; name: whose file may lie there."""
    pure = PurePosixPath(path)
    folds = {fold_name(p) for p in taken}
    free, n = path, 2
    while True:
        there = existing(library.folder / free)
        found = there.relative_to(library.folder).as_posix() if there else free
        is_named = fold_name(found) in folds or exports.name_at(library.db, found) not in ("", name)
        if not is_named and there is None and not is_evicted(library.folder / free):
            return found
        if not is_named and there and files and files.name_at(found) == name:
            return found
        free, n = str(pure.with_name(f"{pure.stem}-{n}{pure.suffix}")), n + 1


@dataclass(slots=True)
class ExportOutcome:
    """What an export did, paths relative to the library.

    read_in: files edited by hand, now revisions; merged: those whose note had changed in
    the library too, so that both are kept; typed_inside: those with words between the
    program's marks, which stand beside the others now; mended: those whose front matter
    was put back in order; emptied: those whose words were deleted, and came back; moved:
    (from, to) of files that a hand moved or renamed; filed: (path, topic) where that filed
    the paper; adopted: files of the person's that became a paper's note; pages: those of
    topics and weeks that were written; removed: those of which nothing was left to say;
    left: what was not written, and why.
    """

    written: list[str] = field(default_factory=list)
    n_unchanged: int = 0
    read_in: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    typed_inside: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    filed: list[tuple[str, str]] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    left: list[ReaderError] = field(default_factory=list)


def befalls_all(library: Library, error: ReaderError) -> bool:
    """Tell what every other file would meet too: a full disk, a database that is held."""
    databases = (library.db.path, library.db.index_path)
    return isinstance(error, DiskFull) or error.values.get("file") in databases


def find_moved(
    library: Library, files: Files, done: ExportOutcome, names: Collection[str] | None = None
) -> dict[int, str]:
    """Record where files lie that were moved, renamed or swapped by hand.

    names: of the files that matter; None: all, and then copies are named too. Returns
    paper → file for files of the person's that have the id of a paper without a file.
    """
    recorded, merged = _recorded(library, names), exports.merged(library.db)
    lost = {
        name: path
        for name, path in recorded.items()
        if name not in merged and _is_lost(library, files, name, path)
    }
    if names is not None and not lost:
        return {}
    every = recorded if names is None else _recorded(library, None)
    strays = _strays(library, files, every, set(lost))
    moved, displaced = dict[str, str](), dict[str, str]()
    for name, path in lost.items():
        if found := sorted(strays.get(name, ()), key=lambda p: _likeness(library, name, path, p)):
            moved[name] = found[0]
            strays[name].remove(found[0])
    for name, path in every.items():
        if path in moved.values() and name not in moved:
            displaced[name] = path
    _record(library, every, moved, displaced, done)
    if names is not None:
        return {}
    # Where another's file should lie it is named when that one is read.
    places = {nfc(path) for path in (every | moved).values()}
    strays = {name: [p for p in paths if nfc(p) not in places] for name, paths in strays.items()}
    _name_copies(strays, every | moved, done)
    rows = {exports.row_in(name): paths for name, paths in strays.items() if name not in every}
    return {row: min(paths) for row, paths in rows.items() if row is not None and paths}


def _recorded(library: Library, names: Collection[str] | None) -> dict[str, str]:
    """Give name → path of what was exported."""
    if names is None:
        return {name: path for path, name in exports.paths(library.db).items()}
    found = {name: exports.path_of(library.db, name) for name in names}
    return {name: path for name, path in found.items() if path}


def _is_lost(library: Library, files: Files, name: str, path: str) -> bool:
    """Tell a file that is not at its place, or another one lies there."""
    file = library.folder / path
    if not os.path.lexists(file):
        return not is_evicted(file)
    there = files.name_at(path)
    return bool(there) and there != name


def _strays(
    library: Library, files: Files, recorded: dict[str, str], lost: set[str]
) -> dict[str, list[str]]:
    """Give whose they are → the files that lie where none is recorded, or another's is."""
    at_place = {nfc(path): name for name, path in recorded.items() if name not in lost}
    found: dict[str, list[str]] = {}
    for path in markdown_in(library):
        if nfc(path) in at_place:
            continue
        name = files.name_at(path)
        own = recorded.get(name, "")
        if not name or (name not in lost and own and _is_one_file(library, own, path)):
            continue
        found.setdefault(name, []).append(path)
    return found


def _is_one_file(library: Library, one: str, other: str) -> bool:
    """Tell two names of one file: a link, or a disk without case."""
    try:
        return os.path.samefile(library.folder / one, library.folder / other)
    except OSError:
        return False


def _likeness(library: Library, name: str, old: str, path: str) -> tuple[bool, bool, str]:
    """Order the files that one may have become: the same name first, else by path."""
    names = (PurePosixPath(p).name for p in (old, path))
    return len({fold_name(n) for n in names}) > 1, nfc(old) != nfc(path), path


def _record(
    library: Library,
    recorded: dict[str, str],
    moved: dict[str, str],
    displaced: dict[str, str],
    done: ExportOutcome,
) -> None:
    if library.db.is_read_only or not moved:
        return
    with library.db.writing():
        for name, path in displaced.items():
            exports.set_path(library.db, name, free_path(library, path, taken=moved.values()))
        for name, path in moved.items():
            exports.set_path(library.db, name, path)
            old, row = recorded[name], exports.row_in(name)
            if nfc(old) != nfc(path):
                done.moved.append((old, path))
            if row is not None:
                file_where_it_lies(library, row, path, done, before=old)
            elif name.startswith("topic "):
                _give_page(library, name, path)


def file_where_it_lies(
    library: Library, row: int, path: str, done: ExportOutcome, *, before: str = ""
) -> None:
    """File a paper under the topic in whose folder a hand put its file, if that is one."""
    (held,) = papers.papers_at(library.db, [row]) or (None,)
    topic = _topic_at(library, path)
    known = {fold_name(t) for t in (_topic_at(library, before), (held and held.topic) or "")}
    if held is None or not topic or fold_name(topic) in known:
        return
    decisions.add_filing(library.db, row, topic, at=library.now(), is_by_hand=True)
    done.filed.append((path, topic))


def _give_page(library: Library, name: str, path: str) -> None:
    """Let a topic's page that was moved into another topic's folder be that one's, if it has
    none: somebody renamed the folder."""
    topic = _topic_at(library, path)
    if topic and fold_name(f"topic {topic}") != fold_name(name):
        exports.rename_page(library.db, name, f"topic {topic}")


def _topic_at(library: Library, path: str) -> str:
    """Give the topic in whose folder a file lies; empty where the folder cannot be one."""
    folder = nfc(str(PurePosixPath(path).parent)).removeprefix(ROOT).removeprefix("/")
    known = {fold_name(t.path): t.path for t in library.config.topics}
    if path_problem(folder) or (folder == WEEKS and WEEKS not in known):
        return ""
    return known.get(fold_name(folder), folder)


def _name_copies(
    strays: dict[str, list[str]], recorded: dict[str, str], done: ExportOutcome
) -> None:
    """Say which files have the id of a paper whose file is another one; neither is lost."""
    for name, paths in sorted(strays.items()):
        others: Iterable[str] = paths if name in recorded else sorted(paths)[1:]
        first = recorded[name] if name in recorded else min(paths, default="")
        for path in others:
            done.left.append(Incomplete(what=say("export.copy", path=path, other=first)))


AT_ONCE = 64
"""Files recorded in one transaction."""


@dataclass(slots=True)
class Writer:
    """Collects what is to be written, and writes it by the dozen.

    is_stopped: something that would befall every other file too was met; nothing more is
    written.
    """

    library: Library
    done: ExportOutcome
    is_stopped: bool = False
    _waiting: list[tuple[WrittenFile, str | None]] = field(default_factory=list)
    _recorded: list[WrittenFile] = field(default_factory=list)

    def put(self, put: WrittenFile, found: str | None) -> None:
        """Write a file that held `found` when it was read, None for no file."""
        self._waiting.append((put, found))
        if len(self._waiting) >= AT_ONCE:
            self.flush()

    def record(self, put: WrittenFile) -> None:
        """Record what a file holds that needs no writing."""
        self._recorded.append(put)

    def flush(self) -> None:
        """Write what was collected. Afterwards nothing is waiting."""
        waiting, self._waiting = self._waiting, []
        recorded, self._recorded = self._recorded, []
        if self.is_stopped or not (waiting or recorded):
            return
        try:
            if waiting:
                exports.begin(self.library.db, (put for put, _ in waiting))
            written = [put for put, found in waiting if self._is_written(put, found)]
            names = [put.name for put, _ in waiting]
            exports.finish(self.library.db, [*recorded, *written], names)
        except StoreError as error:
            self.done.left.append(error)
            self.is_stopped = True

    def _is_written(self, put: WrittenFile, found: str | None) -> bool:
        if self.is_stopped:
            return False
        try:
            # Somebody may have saved the file since it was read; their words go first.
            if read(self.library, put.path) != found:
                raise Incomplete(what=say("export.changed", path=put.path))
            write_whole(self.library.folder / put.path, put.content.encode())
        except (Incomplete, StoreError) as error:
            self.done.left.append(error)
            self.is_stopped = befalls_all(self.library, error)
            return False
        is_page = exports.row_in(put.name) is None
        (self.done.pages if is_page else self.done.written).append(put.path)
        return True


def recover(library: Library, files: Files) -> dict[str, str]:
    """Settle what a killed export was about to write: what was written is recorded.

    Returns path → block of ours that may stand in a file which a hand edited since.
    """
    left = exports.unfinished(library.db)
    if not left or library.db.is_read_only:
        return {}
    written, blocks = [], dict[str, str]()
    for put in left:
        try:
            found = files.read(put.path)
        except Incomplete:
            continue
        if found == put.content:
            written.append(put)
        elif found is not None:
            blocks[put.path] = block_of(put.content)
            written += [put] if _is_edited_since(library, put, found) else []
    exports.finish(library.db, written, [put.name for put in left])
    return blocks


def _is_edited_since(library: Library, put: WrittenFile, found: str) -> bool:
    """Tell a file that was written before a hand edited it, by our block in it."""
    row = exports.row_in(put.name)
    if row is not None:
        exported = exports.exported(library.db, row)
        before = exported.content if exported else ""
    else:
        page = exports.page(library.db, put.name)
        before = page.content if page else ""
    return block_of(found) == block_of(put.content) != block_of(before)
