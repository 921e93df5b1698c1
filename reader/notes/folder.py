"""Read and write the folder notes/: find files that were moved by hand, and write others safely.

A file is known by the id in its front matter, wherever it lies. Who moves one into another
topic's folder files the paper there. What nobody here knows is not touched.

Files are written so that a kill at any moment leaves no doubt about whose words stand in them:
what is about to be written is recorded first, then written beside its place and renamed, then
recorded as written. What a killed export left in between the next one settles, before it looks
at anything else.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from reader.base.errors import DiskFull, Incomplete, ReaderError, StoreError, os_reason
from reader.base.front_matter import single_value, tolerant_value
from reader.base.messages import lazy_gettext
from reader.base.text import nfc, plain, shorten
from reader.library.disk import files_below
from reader.library.file_names import fold_name, path_problem
from reader.library.files import existing, is_evicted
from reader.library.folder import Library
from reader.library.ids import parse_id
from reader.library.replaced import KeptFile, Replacer
from reader.library.rows import decisions, papers
from reader.library.rows.merges import row_now
from reader.notes.file import block_of
from reader.notes.rows import exports
from reader.notes.rows.exports import WrittenFile
from reader.notes.words import MAX_BYTES

ROOT = "notes"

WEEKS = "weeks"
"""The folder of the weeks' pages, in notes/."""

AT_ONCE = 64
"""Files recorded in one transaction: each record waits for the disk."""


def read(library: Library, path: str) -> str | None:
    """Read a file as it is, newlines and all; None where there is none. Raises Incomplete."""
    file = library.folder / path
    try:
        return file.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):
        # iCloud takes files off the disk: they are not deleted, and must not be written anew.
        if is_evicted(file):
            raise Incomplete(
                what=lazy_gettext(
                    "{path} is only in iCloud. Open it once there, and export again.", path=path
                )
            ) from None
        return None
    except OSError as error:
        what = lazy_gettext(
            "{path} cannot be read ({what}), so it was left alone.",
            path=path,
            what=os_reason(error),
        )
        raise Incomplete(what=what) from error
    except UnicodeDecodeError:
        raise Incomplete(
            what=lazy_gettext("{path} is not UTF-8, so it was left alone.", path=path)
        ) from None


class Files:
    """The files of notes/ as they were when they were first looked at; each is read once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._texts: dict[str, str | Incomplete | None] = {}

    def read(self, path: str) -> str | None:
        """Return a file's text, None where there is none. Raises Incomplete."""
        if path not in self._texts:
            try:
                self._texts[path] = read(self._library, path)
            except Incomplete as error:
                self._texts[path] = error  # kept too: each file is read once in a run
        text = self._texts[path]
        if isinstance(text, Incomplete):
            raise text
        return text

    def name_at(self, path: str) -> str:
        """Name the file that lies at a path by what stands in it: `note 12`, a page's name; empty
        for one that is not known here."""
        try:
            text = self.read(path)
        except Incomplete:
            return ""
        return name_in(self._library, text or "")


def name_in(library: Library, text: str) -> str:
    """Name a file by what stands in it, as `Files.name_at` does."""
    if not text or single_value(text, "sample") == "true":
        return ""
    if page := tolerant_value(text, "page"):
        return page if exports.path_of(library.db, page) else ""
    # Without a front matter the id stands in the first link of our block.
    id_ = tolerant_value(text, "id") or block_of(text).partition("](")[0].rpartition("[")[2]
    found = parse_id(id_)
    paper = papers.paper_with_id(library.db, found.id) if found else None
    return exports.note_name(paper.row) if paper else ""


def relative(path: str, page: str) -> str:
    """Return the relative path from a file of notes/ to another file; both as in the library."""
    folder, _, name = path.rpartition("/")
    between = _between(folder, page.rpartition("/")[0])
    return name if between == "." else f"{between}/{name}"


# A page lists many files of few folders; the way from one to another took a third of its time.
@functools.lru_cache(maxsize=1_024)
def _between(folder: str, start: str) -> str:
    return Path(os.path.relpath(folder or ".", start or ".")).as_posix()


def free_path(
    library: Library,
    path: str,
    *,
    taken: Collection[str] = frozenset(),
    files: Files | None = None,
    name: str = "",
) -> str:
    """Find a path at which nothing lies and nothing is recorded: this one, else with -2, -3, …
    behind the name. taken: more paths that are not free, folded. name: whose file may lie there."""
    pure = PurePosixPath(path)
    free, n = path, 2
    while True:
        # A Mac's disk may have the name in another composition: what is there is recorded.
        there = existing(library.folder / free)
        found = there.relative_to(library.folder).as_posix() if there else free
        is_named = fold_name(found) in taken or exports.name_at(library.db, found) not in ("", name)
        if not is_named and there is None and not is_evicted(library.folder / free):
            return found
        if not is_named and there and files and files.name_at(found) == name:
            return found
        free, n = str(pure.with_name(f"{pure.stem}-{n}{pure.suffix}")), n + 1


@dataclass(slots=True)
class ExportOutcome:
    """The report of an export, with paths relative to the library.

    read_in: files edited by hand, now revisions; merged: those whose note had changed in
    the library too, so that both are kept; typed_inside: those with words between the
    program's marks, which stand beside the others now; mended: those whose front matter
    was put back in order; emptied: those whose words were deleted, and came back; moved:
    (from, to) of files that a hand moved or renamed; filed: (path, topic) where that filed
    the paper; adopted: files of the person's that became a paper's note; tagged: those whose
    tags, rating or priority a hand changed; pages: those of topics and weeks that were written;
    removed: those of which nothing was left to say; left: what was not written, and why.
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
    tagged: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    left: list[ReaderError] = field(default_factory=list)


def without_lines(path: str) -> Incomplete:
    """Make the error for a file whose lines of the program are missing or damaged."""
    return Incomplete(
        what=lazy_gettext(
            "{path} was left alone: its lines `<!-- reader:… -->` are missing or damaged. Put "
            "them back, or move the file away, and export again.",
            path=path,
        )
    )


def sample(path: str) -> Incomplete:
    """Make the error for a file that is a sample."""
    what = lazy_gettext("{path} is a sample, so it was left alone. Move it away.", path=path)
    return Incomplete(what=what)


def of_another(path: str, id_: str, own: str) -> Incomplete:
    """Make the error for the file of `own` that says that it is another one's. id_: as it says."""
    return Incomplete(
        what=lazy_gettext(
            "{path} was left alone: its front matter has the id {id}, but it is the file of "
            "{own}. Put that id back, or move the file away, and export again.",
            path=path,
            id=shorten(plain(id_), 80),
            own=own,
        )
    )


@dataclass(frozen=True, slots=True)
class LateEdit:
    """What a hand wrote into a file while the program replaced it, or later.

    last: the file as the program had read it, None where that is not known.
    """

    kept: KeptFile
    text: str
    last: WrittenFile | None


@dataclass(slots=True)
class Writer:
    """Collects files to be written, and writes many at once.

    is_stopped: something that every other file would meet too was met, such as a full disk;
    nothing more is written. changed: name → path of files that somebody saved since they were read,
    to be looked at again. is_behind: somebody wrote into a file that was replaced just now.
    unwritten: names of files of which the new content is not on the disk.
    """

    library: Library
    done: ExportOutcome
    replacer: Replacer
    is_stopped: bool = False
    is_behind: bool = False
    changed: dict[str, str] = field(default_factory=dict)
    unwritten: set[str] = field(default_factory=set)
    _waiting: list[tuple[WrittenFile, str | None]] = field(default_factory=list)
    _recorded: list[WrittenFile] = field(default_factory=list)

    def leave(self, error: ReaderError) -> None:
        """Record that a file is left alone; stop where all others would fail in the same way."""
        self.done.left.append(error)
        databases = (self.library.db.path, self.library.db.index_path)
        is_of_both = isinstance(error, StoreError) and error.file in databases
        if isinstance(error, DiskFull) or is_of_both:
            self.is_stopped = True

    def put(self, file: WrittenFile, found: str | None, last: WrittenFile | None) -> None:
        """Write a file, or only record it where it has that content already.

        found: what it held when it was read, None for no file. last: as it is on record.
        """
        if file.content != found:
            self._waiting.append((file, found))
        elif file != last:
            self._recorded.append(file)
        if len(self._waiting) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write the files that were collected. Afterwards none is waiting."""
        waiting, self._waiting = self._waiting, []
        recorded, self._recorded = self._recorded, []
        if self.is_stopped:
            return
        try:
            # Before any byte: a kill from here on is settled by `recover`.
            if waiting:
                exports.begin(self.library.db, (file for file, _ in waiting))
            written = [file for file, found in waiting if self._write(file, found)]
            names = [file.name for file, _ in waiting]
            self.unwritten |= set(names) - {file.name for file in written}
            if waiting or recorded:
                exports.finish(self.library.db, [*recorded, *written], names)
            self.is_behind |= self.replacer.settle()
        except StoreError as error:
            self.leave(error)
            self.is_stopped = True

    def end(self) -> None:
        """Leave no empty folder behind what was replaced."""
        try:
            self.is_behind |= self.replacer.end()
        except StoreError as error:
            self.leave(error)

    def _write(self, file: WrittenFile, found: str | None) -> bool:
        """Write one file; returns whether it was written."""
        if self.is_stopped:
            return False
        try:
            # Somebody may have saved the file since it was read; their words go first.
            before = None if found is None else found.encode()
            is_same = read(self.library, file.path) == found
            if not is_same or not self.replacer.put(file.path, file.content.encode(), before):
                self.changed[file.name] = file.path
                return False
        except (Incomplete, StoreError) as error:
            self.leave(error)
            return False
        (self.done.pages if file.note is None else self.done.written).append(file.path)
        return True


def recover(library: Library, files: Files) -> dict[str, str]:
    """Finish what a killed export was about to write: files that were written are recorded.

    Returns path → block of ours that may stand in a file which a hand edited since.
    """
    db = library.db
    left = exports.unfinished(db)
    if not left or db.is_read_only:
        return {}
    written, blocks = [], dict[str, str]()
    for file in left:
        try:
            found = files.read(file.path)
        except Incomplete:
            continue
        if found == file.content:
            written.append(file)
        elif found is not None:
            blocks[file.path] = block_of(file.content)
            last = exports.last_written(db, file.name)
            # Our new block in it shows that it was written before a hand edited it.
            if block_of(found) == blocks[file.path] != block_of(last.content if last else ""):
                written.append(file)
    exports.finish(db, written, [file.name for file in left])
    return blocks


def recorded_paths(library: Library, names: Collection[str] | None) -> dict[str, str]:
    """Return name → path of the files that are recorded, among some names or all."""
    if names is None:
        return {name: path for path, name in exports.paths(library.db).items()}
    found = {name: exports.path_of(library.db, name) for name in names}
    return {name: path for name, path in found.items() if path}


def find_moved(
    library: Library, files: Files, done: ExportOutcome, names: Collection[str] | None = None
) -> dict[int, str]:
    """Record where files lie that were moved, renamed or swapped by hand.

    names: of the files that matter; None: all, and then copies are named too. Returns
    paper → file for files of the person's that have the id of a paper without a file.
    """
    recorded, merged = recorded_paths(library, names), exports.merged(library.db)
    lost = {
        name: path
        for name, path in recorded.items()
        if name not in merged and _is_lost(library, files, name, path)
    }
    if names is None:
        _name_edits_of_merged(
            library, files, done, {n: recorded[n] for n in merged & set(recorded)}
        )
    elif not lost:
        return {}
    every = recorded if names is None else recorded_paths(library, None)
    # The walk through the folder is the slow part: only where something is lost, or for all.
    strays = _strays(library, files, every, lost.keys())
    moved = dict[str, str]()
    for name, old in lost.items():
        if paths := strays.get(name):
            # A file that has kept its name is likelier the moved one than one with another.
            stem = fold_name(PurePosixPath(old).name)
            order = [
                (fold_name(PurePosixPath(p).name) != stem, nfc(p) != nfc(old), p) for p in paths
            ]
            moved[name] = min(order)[2]
            paths.remove(moved[name])
    _record_moves(library, every, moved, done)
    return {} if names is not None else _adoptable(strays, every, every | moved, done)


def _name_edits_of_merged(
    library: Library, files: Files, done: ExportOutcome, merged: Mapping[str, str]
) -> None:
    """Report the files of merged papers that were edited since: a merge leaves them as they were,
    and only a split reads them again. merged: name → path."""
    for name, path in sorted(merged.items()):
        with contextlib.suppress(Incomplete):  # what cannot be read was not edited as text
            text, last = files.read(path), exports.last_written(library.db, name)
            row = exports.row_in(name) or 0
            other = exports.path_of(library.db, exports.note_name(row_now(library.db, row)))
            if text is None or last is None or text == last.content or other in ("", path):
                continue
            what = lazy_gettext(
                "{path} is the file of a paper that was merged, so what you changed in it was not "
                "read in. Write it into {other}.",
                path=path,
                other=other,
            )
            done.left.append(Incomplete(what=what))


def _adoptable(
    strays: Mapping[str, Sequence[str]],
    every: Container[str],
    now: Mapping[str, str],
    done: ExportOutcome,
) -> dict[int, str]:
    """Choose a stray for each paper without a file: paper → file. Further ones are reported.

    every: the names that have a file recorded. now: name → where its file lies.
    """
    # Where another's file should lie it is named when that one is read.
    places = {nfc(path) for path in now.values()}
    adoptable = dict[int, str]()
    for name, paths in sorted(strays.items()):
        paths = [path for path in paths if nfc(path) not in places]
        if name not in every and paths:
            first, *paths = sorted(paths)
            row = exports.row_in(name)
            adoptable |= {} if row is None else {row: first}
        else:
            first = now.get(name, "")
        for path in paths:
            done.left.append(
                Incomplete(
                    what=lazy_gettext(
                        "{path} has the id of a paper whose file is {other}. It was left alone, "
                        "and its text is not in the library. Delete one of the two, or remove the "
                        "id from one.",
                        path=path,
                        other=first,
                    )
                )
            )
    return adoptable


def _is_lost(library: Library, files: Files, name: str, path: str) -> bool:
    """Check whether a file is not at its place, or another one lies there."""
    file = library.folder / path
    if not os.path.lexists(file):
        return not is_evicted(file)
    return files.name_at(path) not in ("", name)


def _strays(
    library: Library, files: Files, recorded: dict[str, str], lost: Collection[str]
) -> dict[str, list[str]]:
    """Find the files that lie where none is recorded, or another's is: name → their paths."""
    at_place = {nfc(path) for name, path in recorded.items() if name not in lost}
    found: dict[str, list[str]] = {}
    for file in files_below(library.folder / ROOT, ".md"):
        path = Path(file.path).relative_to(library.folder).as_posix()
        if nfc(path) in at_place:
            continue
        with contextlib.suppress(OSError):  # a link that leads nowhere
            # A note has MAX_BYTES at most, and our lines beside it.
            if not file.is_file() or file.stat().st_size > 2 * MAX_BYTES:
                continue
            name = files.name_at(path)
            own = library.folder / recorded[name] if name in recorded and name not in lost else None
            # Two names of one file: a link, or a disk without case.
            is_same = own is not None and own.exists() and own.samefile(file.path)
            if name and not is_same:
                found.setdefault(name, []).append(path)
    return found


def _record_moves(
    library: Library, recorded: dict[str, str], moved: dict[str, str], done: ExportOutcome
) -> None:
    """Record name → path of moved files; another file recorded at such a path gets a new place."""
    if library.db.is_read_only or not moved:
        return
    places = set(moved.values())
    taken = {fold_name(path) for path in places}
    with library.db.writing():
        # First, as a path is recorded once: A's file that lies at B's place takes it from B.
        for name, path in recorded.items():
            if path in places and name not in moved:
                exports.set_path(library.db, name, free_path(library, path, taken=taken))
        for name, path in moved.items():
            exports.set_path(library.db, name, path)
            old, row = recorded[name], exports.row_in(name)
            if nfc(old) != nfc(path):
                done.moved.append((old, path))
            topic = _topic_at(library, path)
            if row is not None:
                file_where_it_lies(library, row, path, done, before=old)
            elif (
                name.startswith("topic ")
                and topic
                and fold_name(f"topic {topic}") != fold_name(name)
            ):
                # Somebody renamed the folder: the page is the new topic's, if that has none.
                exports.rename_page(library.db, name, f"topic {topic}")


def file_where_it_lies(
    library: Library, row: int, path: str, done: ExportOutcome, *, before: str = ""
) -> None:
    """File a paper under the topic in whose folder its file was put by hand, if that is one."""
    (paper,) = papers.papers_at(library.db, [row]) or (None,)
    topic = _topic_at(library, path)
    # A file that was renamed within its folder, or lies where its paper is filed, files nothing.
    known = {fold_name(t) for t in (_topic_at(library, before), (paper and paper.topic) or "")}
    if paper is None or not topic or fold_name(topic) in known:
        return
    decisions.add_filing(library.db, row, topic, at=library.now(), is_by_hand=True)
    done.filed.append((path, topic))


def _topic_at(library: Library, path: str) -> str:
    """Return the topic in whose folder a file lies; empty where the folder cannot be one."""
    folder = nfc(str(PurePosixPath(path).parent)).removeprefix(ROOT).removeprefix("/")
    known = {fold_name(t.path): t.path for t in library.config.topics}
    # notes/weeks holds our pages, unless feeds.toml has a topic of that name.
    if path_problem(folder) or (folder == WEEKS and WEEKS not in known):
        return ""
    return known.get(fold_name(folder), folder)
