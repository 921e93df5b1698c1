"""Find the PDFs of papers, also those that somebody moved, and recognise which paper a PDF is.

A PDF that was moved or renamed by hand within papers/ is recognised by its bytes; where an app
rewrote it, by its name and the text in it. A PDF that was moved into another topic's folder
files its paper there. No other folder is searched, and nothing is fetched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from reader.base.errors import PdfError
from reader.base.messages import Text, lazy_gettext
from reader.base.text import nfc
from reader.library.disk import files_below
from reader.library.file_names import file_stem, fold_name, path_problem
from reader.library.files import lost_files, settle, sha256_of
from reader.library.folder import Library
from reader.library.identity import is_generic, title_fold
from reader.library.paper import Paper
from reader.library.passage import Document
from reader.library.place import REMOVED
from reader.library.rows import decisions, doubles, highlights, papers, pdfs
from reader.library.rows.pdfs import FilePlace
from reader.pdfs.recognition import (
    LIKE_TEXT,
    KnownPaper,
    Level,
    PdfClues,
    judge,
    likeness,
    places,
    read_print,
    sketch_of,
)

Read = Callable[[Path], Document]


def pdf_file(library: Library, row: int, *, read: Read | None = None) -> Path | None:
    """Find a paper's PDF, also where it was moved within papers/; None where there is none.

    read: see `find_moved`. Where the library cannot be written, the new path is not recorded.
    """
    pdf = pdfs.pdf_of(library.db, row)
    if pdf is None:
        return None
    file = library.folder / pdf.path
    if not file.is_file():
        found = find_moved(library, [row], read=read)
        here = next((path for place, path in found.items() if place.kind == "pdf"), pdf.path)
        now = pdfs.pdf_of(library.db, row)
        file = library.folder / (here if library.db.is_read_only or not now else now.path)
    return file if file.is_file() else None


def fetched_file(library: Library, row: int) -> tuple[Path, str] | None:
    """Find a paper's PDF where it was fetched, and its SHA-256: its marks are its publisher's.

    None where a person added it, or marked it in place, by its size: those are the person's.
    """
    known = pdfs.fetched_pdf(library.db, row)
    if known is None:
        return None
    pdf, n_bytes = known
    file = library.folder / pdf.path
    try:
        return (file, pdf.sha256) if file.stat().st_size == n_bytes else None
    except OSError:
        return None


def marked_file(library: Library, row: int, *, read: Read | None = None) -> Path | None:
    """Find the newest marked copy of a paper, also where it was moved within papers/.

    read: see `find_moved`. Returns None where there is none.
    """
    if not highlights.marked_of(library.db, row):
        return None
    found = find_moved(library, [row], read=read)
    # `find_moved` records the new paths, which the rows read below then have, unless the library
    # cannot be written.
    seen = {place.sha256: path for place, path in found.items() if library.db.is_read_only}
    copies = reversed(highlights.marked_of(library.db, row))
    files = (library.folder / seen.get(copy.sha256, copy.path) for copy in copies)
    return next((file for file in files if file.is_file()), None)


def file_to_read(
    library: Library, row: int, *, is_original: bool = False, read: Read | None = None
) -> Path | None:
    """Find the PDF that a person reads: the newest marked copy, else the paper's own.

    is_original: only the paper's own. read: see `find_moved`. Returns None where there is none.
    """
    file = None if is_original else marked_file(library, row, read=read)
    return file or pdf_file(library, row, read=read)


def find_moved(
    library: Library, rows: Collection[int] | None = None, *, read: Read | None = None
) -> Mapping[FilePlace, str]:
    """Find PDFs that are not at their recorded paths, anywhere in papers/.

    They are recognised by their bytes, whatever their names; with `read` also by their name,
    where the bytes changed and the text is recognised as the paper. A paper whose PDF is in
    another topic's folder is filed there, and its other files follow. papers/ is searched only
    where a PDF is missing.
    rows: of some papers, None for all. Returns file → new path.
    """
    wanted = pdfs.places(library.db, rows, has_notes=False)
    absent = lost_files(library, [p.path for p in wanted])
    lost = [p for p in wanted if p.path in absent]
    if not lost:
        return {}
    # A file that a row of another paper names, and that is there, is no stray.
    every = wanted if rows is None else pdfs.places(library.db, has_notes=False)
    strays = _Strays(library, {fold_name(p.path) for p in set(every) - set(lost)})
    found = {p: path for p in lost if (path := strays.find(p))}
    if read is not None:
        left = [p for p in lost if p not in found]
        found |= {p: path for p in left if (path := strays.find_by_name(p, read))}
    if not found or library.db.is_read_only:
        return found
    with library.db.writing():
        # The paper's own PDF comes last: where a marked copy was moved elsewhere, it decides.
        for place, path in sorted(found.items(), key=lambda item: item[0].kind == "pdf"):
            pdfs.set_path(library.db, place, path)
            before, topic = (_topic_in(library, p) for p in (place.path, path))
            if topic and fold_name(topic) not in (fold_name(before), fold_name(place.topic or "")):
                (paper,) = papers.papers_at(library.db, [place.paper])
                stem = file_stem(paper.record, library.config.pdf_name)
                papers.fix_key(library.db, paper.row, stem)
                decisions.add_filing(
                    library.db, paper.row, topic, at=library.now(), is_by_hand=True
                )
    # An error here is not lost: the next gather calls `settle` for all papers and reports it.
    settle(library, {p.paper for p in found})
    return found


def _topic_in(library: Library, path: str) -> str:
    """Get the topic of the folder that a PDF is in; "" where that can be no topic."""
    if path.startswith(f"{REMOVED}/"):
        return ""
    folder = nfc(str(PurePosixPath(path).parent)).removeprefix("papers").removeprefix("/")
    known = {fold_name(t.path): t.path for t in library.config.topics}
    return "" if path_problem(folder) else known.get(fold_name(folder), folder)


class _Strays:
    """The PDFs in papers/ that no row names; each is hashed once, and only where its size fits."""

    def __init__(self, library: Library, named: Collection[str]) -> None:
        self._library = library
        self._sizes: dict[str, int] = {}
        self._by_path: dict[str, str] = {}
        self._by_name: dict[str, list[str]] = {}
        self._by_hash: dict[int | None, dict[str, list[str]]] = {}
        # Of the trash: a restored reader.db may be from before a removal.
        folders = [library.folder / "papers", *(library.folder / REMOVED).glob("[0-9]*/")]
        for file in (file for folder in folders for file in files_below(folder, ".pdf")):
            path = Path(file.path).relative_to(library.folder).as_posix()
            if file.is_file() and fold_name(path) not in named:
                self._sizes[path] = file.stat().st_size
                self._by_path[nfc(path)] = path
                self._by_name.setdefault(_name(path), []).append(path)

    def find(self, place: FilePlace) -> str:
        """Find the path of a file that is surely this one, "" for none."""
        # First the same path with decomposed letters, as a disk of a Mac has it, then the same
        # bytes, those with the same name before others.
        name = _name(place.path)
        same = sorted(self._same_bytes(place), key=lambda path: (_name(path) != name, path))
        paths = [self._by_path.get(nfc(place.path), ""), *same]
        path = next((path for path in paths if path in self._sizes), "")
        # A file is found for one row only.
        self._sizes.pop(path, None)
        return path

    def find_by_name(self, place: FilePlace, read: Read) -> str:
        """Find the path of a file of the same name and other bytes that is the same paper."""
        for path in self._by_name.get(_name(place.path), []):
            if path not in self._sizes:
                continue
            try:
                document = read(self._library.folder / path)
            except PdfError:
                continue
            name = PurePosixPath(path).name
            seen = recognise(self._library, document, sha256=self._sha256(path), name=name)
            if place.paper == seen.row or place.paper in seen.candidates:
                self._sizes.pop(path)
                return path
        return ""

    def _same_bytes(self, place: FilePlace) -> list[str]:
        """Find the paths of the files that have the bytes of a recorded file."""
        # An unknown size (None) fits every file.
        if place.n_bytes not in self._by_hash:
            found = self._by_hash.setdefault(place.n_bytes, {})
            for path in sorted(self._sizes):
                if place.n_bytes in (None, self._sizes[path]):
                    found.setdefault(self._sha256(path), []).append(path)
        return self._by_hash[place.n_bytes].get(place.sha256, [])

    def _sha256(self, path: str) -> str:
        try:
            return sha256_of(self._library.folder / path)
        except OSError:
            return ""  # a file that cannot be read is not found


def _name(path: str) -> str:
    return fold_name(PurePosixPath(path).name)


@dataclass(frozen=True, slots=True)
class Recognition:
    """The paper that a PDF was recognised as.

    level: "strong", it is the paper `row`, or, where row is None, the paper `id`, which is not
    in the library; "medium", it may be one of `candidates`, and a person is asked; "none".
    why: the reason in words. candidates: rows, the most likely first; empty for "strong".
    """

    level: Level
    row: int | None = None
    why: Text = ""
    candidates: tuple[int, ...] = ()
    id: str = ""
    """Strong without a row: the paper's id, from arXiv's stamp."""
    version: int | None = None
    """The version in arXiv's stamp, None without one."""
    printed: PdfClues | None = None
    """The clues on the page; None where the bytes were enough."""
    sketch: str = ""
    """A sketch of the text, see `recognition.sketch_of`."""
    unknown_doi: str = ""
    """A printed DOI of no paper in the library, which can be looked up."""

    @property
    def unsure_title(self) -> str:
        """Get the title of an unknown paper, where it may be wrong; else ""."""
        is_unknown = self.level == "none" and self.printed is not None
        return self.printed.unsure_title if is_unknown and self.printed else ""

    @property
    def paper(self) -> Paper | None:
        """Get the paper as the page prints it, None where the bytes were enough."""
        return self.printed.paper if self.printed else None


@dataclass
class PdfSketches:
    """The sketches of the library's PDFs, with an index that finds similar ones.

    Make one for a run over many PDFs, and `add` what the run adds to the library.
    """

    _sketches: list[tuple[int, str]] = field(default_factory=list)
    """Row and sketch; a paper merged of copies has one for each of their PDFs."""
    _having: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    """(place, value) → the numbers of the sketches that have this value there."""

    @classmethod
    def of(cls, library: Library) -> PdfSketches:
        """Read all sketches of a library."""
        texts = cls()
        for row, sketch in pdfs.sketches(library.db):
            texts.add(row, sketch)
        return texts

    def add(self, row: int, sketch: str) -> None:
        """Add the sketch of a paper's PDF; an empty one is ignored."""
        if not sketch:
            return
        number = len(self._sketches)
        self._sketches.append((row, sketch))
        for n, value in enumerate(places(sketch)):
            if value is not None:
                self._having.setdefault((n, value), []).append(number)

    def like(self, sketch: str) -> dict[int, float]:
        """Find the rows whose text is similar to a sketch: row → likeness, 0 to 1."""
        # Only the 20 that share the most values are compared in full.
        shared = Counter(
            number
            for n, value in enumerate(places(sketch))
            if value is not None
            for number in self._having.get((n, value), ())
        )
        found: dict[int, float] = {}
        for number, n in shared.most_common(20):
            row, here = self._sketches[number]
            if n > 2 and (alike := likeness(here, sketch)) >= LIKE_TEXT / 2:
                found[row] = max(alike, found.get(row, 0.0))
        return found


def pdf_id(sha256: str) -> str:
    """Make the id of a paper of which only a PDF is known."""
    return f"pdf:{sha256[:16]}"


def recognise(
    library: Library,
    document: Document,
    *,
    sha256: str,
    name: str,
    texts: PdfSketches | None = None,
    found: Iterable[Paper] = (),
) -> Recognition:
    """Recognise which paper a PDF is, by its bytes, what is printed on it, and its text.

    name: of the file. texts: made once where many are recognised, None to read them here.
    found: papers that the printed ids were looked up as, whether in the library or not.
    """
    row = pdfs.row_with_bytes(library.db, sha256)
    if row is not None:
        return Recognition("strong", row, lazy_gettext("the same file as a PDF in the library"))
    printed = read_print(document, id_=pdf_id(sha256), name=name)
    sketch = sketch_of(document)
    known = known_papers(library, printed, (texts or PdfSketches.of(library)).like(sketch))
    here = {id_ for one in known for id_ in one.paper.ids}
    known += [KnownPaper(None, paper) for paper in found if paper.id not in here]
    verdict = judge(printed, known)
    rows = tuple(dict.fromkeys(r for p in verdict.places if (r := known[p].row) is not None))
    # Nothing in the library to ask about.
    level: Level = "none" if verdict.level == "medium" and not rows else verdict.level
    row, id_, why = None, "", verdict.why
    if verdict.place is not None:
        row, id_ = known[verdict.place].row, known[verdict.place].paper.id
    # arXiv's own stamp is believed also for a paper that is not in the library.
    elif level == "none" and printed.stamp and not printed.is_part and not verdict.why:
        level, id_ = "strong", printed.stamp
        why = lazy_gettext("arXiv stamp: {id}", id=printed.stamp)
    doi = printed.doi if printed.doi not in here else ""
    id_ = id_ if row is None else ""
    return Recognition(level, row, why, rows, id_, printed.version, printed, sketch, doi)


def known_papers(library: Library, printed: PdfClues, alike: dict[int, float]) -> list[KnownPaper]:
    """List the papers in the library that a PDF may be, by id, title or text."""
    ids = [i for i in (printed.stamp, printed.doi, *printed.hints, printed.paper.id) if i]
    folds = [title_fold(t) for t in printed.titles if not is_generic(t)]
    named = doubles.papers_named(library.db, ids, folds)
    others = [row for row in alike if row not in {row for row, _ in named}]
    like = [(paper.row, paper.record) for paper in papers.papers_at(library.db, others)]
    return [KnownPaper(row, paper, alike.get(row, 0.0)) for row, paper in [*named, *like]]
