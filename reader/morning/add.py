"""Add many files: skip those that were added, read the others on all cores, keep each at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reader.base.errors import NotKnown, PdfError, Problem, ReaderError, os_reason
from reader.base.messages import N_, Text, lazy_gettext
from reader.base.text import plain
from reader.gathering.resolve import BATCH
from reader.library.disk import lock_file
from reader.library.files import has_bytes, is_here
from reader.library.folder import Library
from reader.library.highlight import Marks
from reader.library.paper import LibraryPaper, Paper
from reader.library.passage import Document
from reader.library.rows import highlights, merges, papers, pdfs
from reader.library.rows.pdfs import Addition
from reader.morning.added_file import (
    File,
    FileContent,
    FileMarks,
    FileOutcome,
    Keeper,
    are_in,
    ask_about,
    bytes_of,
    import_marks,
    keep_broken,
    key_of,
    look_at,
    record,
)
from reader.morning.complete import AddTools, Registries
from reader.morning.remove import back_from_trash
from reader.morning.waiting import join_waiting
from reader.pdfs.fetch import PdfTools, extract_left
from reader.pdfs.find import PdfSketches, Recognition, recognise
from reader.pdfs.recognition import read_print
from reader.search.encode import index_words


@dataclass
class FilesToAdd:
    """The files below some paths. files: the PDFs, each with the folder or file that was named.

    own: folders in which the library keeps its own PDFs, which are left out.
    closed: folders that may not be read. absent: PDFs that are in iCloud and not on this
    disk. n_other: files that are no PDFs; n_hidden: files and folders whose names begin
    with a dot.
    """

    files: dict[Path, Path] = field(default_factory=dict)
    own: list[Path] = field(default_factory=list)
    closed: list[Path] = field(default_factory=list)
    absent: list[Path] = field(default_factory=list)
    n_other: int = 0
    n_hidden: int = 0
    _by_key: dict[str, Path] = field(default_factory=dict)
    """The files whose names are no UTF-8, by the text under which they are recorded."""

    def add(self, path: Path, named: Path) -> None:
        self.files.setdefault(path, named)
        if (key := key_of(path)) != str(path):
            self._by_key[key] = path

    def path_of(self, key: str) -> Path:
        """Return the file that is recorded under a text."""
        return self._by_key.get(key) or Path(key)


def find_files(library: Library, paths: Sequence[Path]) -> FilesToAdd:
    """List the PDFs that paths name: the files themselves, and all below the folders.

    Links to folders are followed, each folder once, whatever circles they make. What the
    library itself keeps is left out. Raises NotKnown for a path where nothing is.
    """
    found = FilesToAdd()
    # By device and inode, which links and other spellings of a path share.
    own = {_place(library.folder / name) for name in ("papers", "pictures", "vectors")} - {None}
    seen: set[tuple[int, int]] = set()
    for named in paths:
        path = Path(os.path.abspath(named))
        if not os.path.lexists(path):
            raise NotKnown(
                what=lazy_gettext("{path} does not exist.", path=plain(str(named))),
                hint=lazy_gettext("Name a PDF, a folder of PDFs, or an id."),
            )
        if not path.is_dir():
            found.add(path, path)
            continue
        if any(_place(folder) in own for folder in path.parents):
            found.own.append(path)
            continue
        # Walked without recursion: a folder may be a thousand deep.
        waiting = [path]
        while waiting:
            here = waiting.pop()
            place = _place(here)
            if place is None or place in seen:
                continue
            seen.add(place)
            if place in own:
                found.own.append(here)
                continue
            waiting += reversed(_look_into(here, path, found))
    return found


def _look_into(folder: Path, named: Path, found: FilesToAdd) -> list[Path]:
    """Sort the entries of a folder; returns the folders in it, by name."""
    try:
        with os.scandir(folder) as entries:
            several = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        found.closed.append(folder)
        return []
    folders = []
    for entry in several:
        name = entry.name.lower()
        # In place of a file that iCloud took off the disk it leaves ".NAME.pdf.icloud".
        if name.startswith(".") and name.endswith(".pdf.icloud"):
            found.absent.append(folder / entry.name[1 : -len(".icloud")])
        elif name.startswith("."):
            found.n_hidden += 1
        elif os.path.isdir(entry):  # False for a link that leads round and round
            folders.append(folder / entry.name)
        elif name.endswith(".pdf"):
            found.add(folder / entry.name, named)
        else:
            found.n_other += 1
    return folders


def _place(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def remove_original(library: Library, added: FileOutcome, path: Path) -> Text:
    """Delete a file whose bytes are in the library; returns why it stays, "" if it is gone.

    Checked just before: the bytes of the copy, and that the file is still the one that was
    read. A link is no file of its own and stays.
    """
    addition = added.addition
    if addition.outcome in ("asked", "broken"):
        return lazy_gettext(
            N_("it is unclear which paper it is")
            if addition.outcome == "asked"
            else N_("it could not be read")
        )
    if added.marked.error is not None:
        return lazy_gettext("its marks could not be read")
    if path.is_symlink():
        return lazy_gettext("it is a link")
    copies: list[Path] = []
    if addition.paper is not None:
        row = merges.row_now(library.db, addition.paper)
        pdf = pdfs.pdf_of(library.db, row)
        written: list[pdfs.Pdf | highlights.MarkedCopy] = [pdf] if pdf else []
        written += highlights.copies_of(library.db, row)
        copies = [library.folder / w.path for w in written if w.sha256 == addition.sha256]
    if not copies:
        return lazy_gettext("the library has another copy of this paper, not this file")
    if not any(copy.is_file() for copy in copies):
        return lazy_gettext("the copy in the library is not on this disk right now")
    try:
        # The library's own file, by another path or link: there is no second one.
        if any(os.path.samefile(copy, path) for copy in copies if copy.is_file()):
            return lazy_gettext("it is the library's own file")
        if not any(has_bytes(copy, addition.sha256) for copy in copies):
            return lazy_gettext("the copy in the library has changed")
        status = path.stat()
        if (status.st_size, status.st_mtime_ns) != (addition.n_bytes, addition.modified_ns):
            return lazy_gettext("it changed after it was read")
        path.unlink()
    except OSError as error:
        return lazy_gettext("it cannot be deleted ({why})", why=os_reason(error))
    return ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of a run.

    may_fetch: ask registries for printed ids. is_moving: delete each file whose bytes lie
    in the library. may_ask: somebody answers which title a file has, where that is not sure;
    else it is kept under the file's name.
    """

    may_fetch: bool = True
    is_moving: bool = False
    may_ask: bool = False


def settle(
    library: Library,
    tools: AddTools,
    path: Path,
    paper: LibraryPaper | None,
    *,
    named: Path | None = None,
    title: str = "",
) -> FileOutcome:
    """Add one file as the paper that a person names; None: as a paper of its own.

    title: the one that the person gives it, "" for the printed one or the file's name.
    Raises PdfError and StoreError.
    """
    with lock_file(library.folder / "add.lock"):
        keeper = Keeper(library, tools, PdfSketches.of(library))
        file = look_at(path, named or path)
        document = tools.read_pdf(path)
        read = FileContent(file, document, marks_in(tools, path))
        guess = recognise(library, document, sha256=file.sha256, name=file.stem)
        printed = guess.printed
        if printed is None:
            printed = read_print(document, id_=f"pdf:{file.sha256[:16]}", name=file.stem)
        if title:
            record = replace(printed.paper, title=title)
            printed = replace(printed, paper=record, unsure_title="")
        # The person says that the printed id is another paper's, so it is not looked up.
        why = str(lazy_gettext("you said so"))
        near = guess.candidates or ((guess.row,) if guess.row is not None else ())
        decided = replace(
            guess,
            level="none",
            row=None,
            id="",
            unknown_doi="",
            why=why,
            candidates=near,
            printed=printed,
        )
        if paper is not None:
            decided = replace(decided, level="strong", row=paper.row)
        added = keeper.keep(read, decided)
        join_waiting(library)
        index_words(library, tools)
        return replace(added, paper=added.paper and back_from_trash(library, added.paper))


def marks_in(tools: PdfTools, path: Path) -> Marks | PdfError:
    """Read one file's marks; where they cannot be read the error takes their place."""
    try:
        return tools.read_marks(path)
    except PdfError as error:
        return error


class Adding:
    """One run over many files.

    error: of the registry that could not be asked, None for none. n_reread: PDFs that an
    earlier run left without passages, read now; problems: those that could not be.
    """

    def __init__(
        self, library: Library, tools: AddTools, found: FilesToAdd, wishes: Wishes
    ) -> None:
        self.library, self.tools, self.found, self.wishes = library, tools, found, wishes
        self._registries = Registries(library, tools)
        self._keeper = Keeper(library, tools, PdfSketches.of(library))
        self._hashed: dict[Path, File] = {}
        self._shas: set[str] = set()
        self._twins: list[File] = []
        self._failed: list[FileOutcome] = []
        self._unread: dict[str, FileOutcome] = {}
        self.n_reread = 0
        self.problems: list[Problem] = []
        self._waiting: list[tuple[FileContent, Recognition]] = []

    @property
    def error(self) -> ReaderError | None:
        return next(iter(self._registries.errors.values()), None)

    def run(self) -> Iterator[FileOutcome]:
        """Add each file, and yield its outcome as it is done; first those of earlier runs.

        Raises Locked when another process adds, StoreError when the disk fails: files that were
        yielded before are safe, and the next run continues from there.
        """
        # Held to the end: two runs over the same folder would each make papers of their own.
        with lock_file(self.library.folder / "add.lock"):
            self.n_reread, self.problems = extract_left(self.library, self.tools)
            for found in self._all():
                added = found
                if found.paper is not None:
                    # What is added again is brought back from the trash.
                    [paper] = papers.papers_at(self.library.db, [found.paper.row])
                    added = replace(found, paper=back_from_trash(self.library, paper))
                if self.wishes.is_moving:
                    file = self.found.path_of(added.addition.path)
                    stayed = remove_original(self.library, added, file)
                    yield replace(added, is_moved=not stayed, stayed=stayed)
                else:
                    yield added
            join_waiting(self.library)
            index_words(self.library, self.tools)

    def _all(self) -> Iterator[FileOutcome]:
        # All before the first is given: `--move` then deletes what a link may lead to.
        before = {path: self._done_before(path) for path in self.found.files}
        yield from filter(None, before.values())
        fresh = [path for path, done in before.items() if done is None]
        self.tools.progress("add", 0, len(fresh))
        for n_done, added in enumerate(self._new(fresh), 1):
            self.tools.progress("add", n_done, len(fresh))
            yield added
        for why, hint, several in (
            (
                lazy_gettext("is in iCloud, not on this disk"),
                lazy_gettext("Open it once, or keep its folder downloaded; then add it again."),
                self.found.absent,
            ),
            (
                lazy_gettext("is a folder that you may not read"),
                lazy_gettext("Check its permissions, then add it again."),
                self.found.closed,
            ),
        ):
            for path in several:
                addition = Addition(key_of(path), 0, 0, "", "broken", None, str(why), str(hint))
                yield FileOutcome(addition, is_recorded=False)

    def _new(self, fresh: Iterable[Path]) -> Iterator[FileOutcome]:
        # The pool asks `_to_read` for files ahead of its answers; what cannot be hashed is given
        # between two of them.
        for path, answer in self.tools.read_marked(self._to_read(fresh)):
            yield from self._take_failed()
            file = self._hashed.pop(path)
            if isinstance(answer, PdfError):
                yield self._keep_broken(file, answer)
                continue
            read = FileContent(file, *answer)
            recognised = self._recognise(read)
            if not (self.wishes.may_fetch and _id_to_look_up(recognised)):
                yield self._keep(read, recognised)
                continue
            self._waiting.append((read, recognised))
            if len(self._waiting) >= BATCH:
                yield from self._flush()
        yield from self._take_failed()
        yield from self._flush()
        # Twins last: by now the first of each bytes is kept, or known to be broken.
        yield from map(self._keep_twin, self._twins)

    def _to_read(self, fresh: Iterable[Path]) -> Iterator[Path]:
        """Hash each file just before it is read; twins and bytes that the library has are not
        read."""
        db = self.library.db
        for path in fresh:
            try:
                file = look_at(path, self.found.files[path])
            except PdfError as error:
                # No bytes were read: nothing is recorded, and the next run tries again.
                file = File(path, path, 0, 0, "")
                words = PdfError(file=path, what=error.what, hint=error.hint, kind="no file")
                self._failed.append(keep_broken(self.library, file, words))
                continue
            row = pdfs.row_with_bytes(db, file.sha256)
            pdf = pdfs.pdf_of(db, row) if row is not None else None
            if file.sha256 in self._shas or (pdf and is_here(self.library.folder / pdf.path)):
                self._twins.append(file)
                continue
            self._shas.add(file.sha256)
            self._hashed[path] = file
            yield path

    def _take_failed(self) -> Iterator[FileOutcome]:
        failed, self._failed = self._failed, []
        yield from failed

    def _recognise(self, read: FileContent, found: Iterable[Paper] = ()) -> Recognition:
        return recognise(
            self.library,
            read.document,
            sha256=read.file.sha256,
            name=read.file.stem,
            texts=self._keeper.texts,
            found=found,
        )

    def _keep(
        self, read: FileContent, recognised: Recognition, found: Paper | None = None
    ) -> FileOutcome:
        is_title_asked = self.wishes.may_ask and found is None and recognised.unsure_title
        if recognised.level == "medium" or is_title_asked:
            return ask_about(self.library, read.file, recognised)
        try:
            return self._keeper.keep(read, recognised, found=found)
        except PdfError as error:
            return self._keep_broken(read.file, error)

    def _keep_broken(self, file: File, error: PdfError) -> FileOutcome:
        added = keep_broken(self.library, file, error)
        if not added.is_recorded:
            self._unread[file.sha256] = added
        return added

    def _flush(self) -> Iterator[FileOutcome]:
        """Look up the printed ids of the waiting files, and keep the files."""
        waiting, self._waiting = self._waiting, []
        ids = list(dict.fromkeys(_id_to_look_up(recognised) for _, recognised in waiting))
        answers = self._registries.ask(ids)
        for read, before in waiting:
            id_ = _id_to_look_up(before)
            paper = answers.get(id_)
            recognised = self._recognise(read, [paper] if paper else [])
            if id_ not in answers or (paper and recognised.id in paper.ids):
                yield self._keep(read, recognised, paper)
                continue
            # It was misread or invented, or belongs to another paper: it is not asked for again.
            without = replace(read, document=replace(read.document, doi="", stamp=""))
            again = self._recognise(without)
            why = again.why or lazy_gettext(
                N_("shows {id}, but not the title of that paper")
                if paper
                else N_("shows {id}, which its registry does not know"),
                id=id_,
            )
            yield self._keep(without, replace(again, why=str(why)))

    def _keep_twin(self, file: File) -> FileOutcome:
        """Record a file that has the same bytes as another one."""
        row = pdfs.row_with_bytes(self.library.db, file.sha256)
        same = Recognition(
            "strong", row, str(lazy_gettext("the same file as a PDF in the library"))
        )
        if row is not None:
            (paper,) = papers.papers_at(self.library.db, [row])
            if self._keeper.has_pdf(paper, same):
                read = FileContent(file, Document(()), marks_in(self.tools, file.path))
                try:
                    return self._keeper.keep_copy(read, paper, same)
                except PdfError as error:
                    return keep_broken(self.library, file, error)
        # The first one was not recorded, as another day it may be read: nor is this one.
        if file.sha256 in self._unread:
            first = self._unread[file.sha256]
            return replace(first, addition=replace(first.addition, path=file.key))
        other = pdfs.addition_with_bytes(self.library.db, file.sha256)
        if other is None:
            return FileOutcome(
                record(file, same, outcome="duplicate", paper=row), is_recorded=False
            )
        again = replace(other, path=file.key, n_bytes=file.n_bytes, modified_ns=file.modified_ns)
        is_new = pdfs.addition_of(self.library.db, again.path) != again
        pdfs.add_addition(self.library.db, again, at=self.library.now())
        return FileOutcome(again, is_new=is_new)

    def _done_before(self, path: Path) -> FileOutcome | None:
        """Look up the outcome of a file in an earlier run; None where it is to be added (again).

        Again: a file that changed, whose copy was deleted, or that a person was asked about; and
        a broken one that was named itself. Its marks are brought in where it was added without
        them, as after a kill.
        """
        db, named = self.library.db, self.found.files[path]
        known = pdfs.addition_of(db, key_of(path))
        if known is None or known.outcome == "asked":
            return None
        if known.outcome == "broken" and named == path:
            return None
        try:
            status = os.stat(path)
        except OSError:
            return None
        if (status.st_size, status.st_mtime_ns) != (known.n_bytes, known.modified_ns):
            return None
        if known.paper is None:
            return FileOutcome(known, is_new=False)
        (paper,) = papers.papers_at(db, [merges.row_now(db, known.paper)])
        pdf = pdfs.pdf_of(db, paper.row)
        if pdf is None or not is_here(self.library.folder / pdf.path):
            return None
        added = FileOutcome(known, paper, is_new=False)
        if are_in(self.library, known, path, named):
            return added
        file = File(path, named, known.n_bytes, known.modified_ns, known.sha256)
        try:
            content, marks = bytes_of(file), self.tools.read_marks(path)
        except PdfError as error:
            return replace(added, marked=FileMarks(error=error))
        marked = import_marks(self.library, file, paper=paper, marks=marks, content=content)
        return replace(added, marked=marked)


def _id_to_look_up(recognised: Recognition) -> str:
    """Return the id to look up before a file is kept; "" where nothing would change."""
    return recognised.id or (recognised.unknown_doi if recognised.row is None else "")
