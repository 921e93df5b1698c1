"""Find again the PDFs that a hand moved or renamed within papers/.

Known by their bytes; by their name and what is printed in them, where an app rewrote
them. Who moves a PDF into another topic's folder files the paper there. Looks into no
other folder, and deletes and fetches nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

from reader.config import path_problem
from reader.errors import PdfError
from reader.filing import file_stem, fold_name
from reader.library.folder import Library
from reader.library.moving import is_here, nfc, settle, sha256_of
from reader.library.recognising import recognise
from reader.library.walking import files_below
from reader.passage import Document
from reader.store import decisions, filings, highlights, papers, pdfs
from reader.store.filings import Place

Read = Callable[[Path], Document]


def pdf_file(library: Library, row: int, *, read: Read | None = None) -> Path | None:
    """Give a paper's PDF, wherever in papers/ it was moved; None where there is none.

    read: see `find_moved`. Where the library cannot be written the place is not kept.
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


def marked_file(library: Library, row: int, *, read: Read | None = None) -> Path | None:
    """Give the marked copy of a paper that came last, wherever in papers/ it was moved; None
    where there is none. read: see `find_moved`."""
    if not highlights.marked_of(library.db, row):
        return None
    found = find_moved(library, [row], read=read)
    # Where they may have been moved on since, the rows know; one that cannot be written does not.
    seen = {place.sha256: path for place, path in found.items() if library.db.is_read_only}
    copies = reversed(highlights.marked_of(library.db, row))
    files = (library.folder / seen.get(copy.sha256, copy.path) for copy in copies)
    return next((file for file in files if file.is_file()), None)


def file_to_read(
    library: Library, row: int, *, is_original: bool = False, read: Read | None = None
) -> Path | None:
    """Give the PDF that a person reads: the marked copy that came last, else the paper's own,
    and only that where the original is asked for; None where there is none. read: see
    `find_moved`."""
    file = None if is_original else marked_file(library, row, read=read)
    return file or pdf_file(library, row, read=read)


def find_moved(
    library: Library, rows: Collection[int] | None = None, *, read: Read | None = None
) -> Mapping[Place, str]:
    """Find the PDFs that are not where they should be, anywhere in papers/.

    Known by their bytes, whatever their names; by their name, where the bytes changed,
    only if `read` is given and what is read is recognised as the paper. One that lies in
    another topic's folder is filed there from now on, the other files with it. Returns
    file → new path. papers/ is walked only when something is missing.
    """
    wanted = filings.places(library.db, rows, has_notes=False)
    # Asked by text first: 20,000 paths made as objects take .2 s.
    root = f"{library.folder}/"
    missing = [p for p in wanted if not os.path.isfile(root + p.path)]
    lost = [p for p in missing if not is_here(library.folder / p.path)]
    if not lost:
        return {}
    every = wanted if rows is None else filings.places(library.db, has_notes=False)
    strays = _Strays(library, {fold_name(p.path) for p in set(every) - set(lost)})
    found = {p: path for p in lost if (path := strays.find(p))}
    if read is not None:
        left = [p for p in lost if p not in found]
        found |= {p: path for p in left if (path := strays.find_by_name(p, read))}
    if found and not library.db.is_read_only:
        _record(library, found)
        # What cannot follow now is named by the next gather, which settles all.
        settle(library, {p.paper for p in found})
    return found


def _record(library: Library, found: Mapping[Place, str]) -> None:
    """Keep where files were found; who moved the PDF or a marked copy of it filed the paper."""
    with library.db.writing():
        # The PDF itself comes last: where both were moved it has the last word.
        for place, path in sorted(found.items(), key=lambda item: item[0].kind == "pdf"):
            filings.set_path(library.db, place, path)
            before, topic = (_topic_in(library, p) for p in (place.path, path))
            known = {fold_name(t) for t in (before, place.topic or "")}
            if not topic or fold_name(topic) in known:
                continue
            (held,) = papers.papers_at(library.db, [place.paper])
            stem = file_stem(held.paper, library.config.pdf_name)
            papers.fix_key(library.db, held.row, stem)
            decisions.add_filing(library.db, held.row, topic, at=library.now(), is_by_hand=True)


def _topic_in(library: Library, path: str) -> str:
    """Give the topic in whose folder a PDF lies; empty where the folder cannot be one."""
    folder = nfc(str(PurePosixPath(path).parent)).removeprefix("papers").removeprefix("/")
    known = {fold_name(t.path): t.path for t in library.config.topics}
    return "" if path_problem(folder) else known.get(fold_name(folder), folder)


class _Strays:
    """The PDFs in papers/ that no row names, each hashed once and only where its size fits."""

    def __init__(self, library: Library, named: Collection[str]) -> None:
        self._library = library
        self._sizes: dict[str, int] = {}
        self._by_path: dict[str, str] = {}
        self._by_name: dict[str, list[str]] = {}
        self._by_hash: dict[int | None, dict[str, list[str]]] = {}
        for path, n_bytes in _pdfs_below(library.folder / "papers", library.folder):
            if fold_name(path) not in named:
                self._sizes[path] = n_bytes
                self._by_path[nfc(path)] = path
                self._by_name.setdefault(_name(path), []).append(path)

    def find(self, place: Place) -> str:
        """Find a file that is this one for sure; empty for none."""
        # A disk that came from a Mac has the same name with its letters taken apart.
        paths = [self._by_path.get(nfc(place.path), ""), *self._same_bytes(place)]
        path = next((path for path in paths if path in self._sizes), "")
        self._sizes.pop(path, None)
        return path

    def find_by_name(self, place: Place, read: Read) -> str:
        """Find a file that has this one's name and other bytes, and is the same paper."""
        for path in self._by_name.get(_name(place.path), []):
            if path in self._sizes and self._is_paper(path, place, read):
                self._sizes.pop(path)
                return path
        return ""

    def _same_bytes(self, place: Place) -> list[str]:
        """List the files with a file's bytes, those with its name first."""
        if place.n_bytes not in self._by_hash:
            found = self._by_hash.setdefault(place.n_bytes, {})
            for path in sorted(self._sizes):
                if place.n_bytes in (None, self._sizes[path]):
                    found.setdefault(self._sha256(path), []).append(path)
        same = self._by_hash[place.n_bytes].get(place.sha256, [])
        return sorted(same, key=lambda path: (_name(path) != _name(place.path), path))

    def _is_paper(self, path: str, place: Place, read: Read) -> bool:
        try:
            document = read(self._library.folder / path)
        except PdfError:
            return False
        name = PurePosixPath(path).name
        seen = recognise(self._library, document, sha256=self._sha256(path), name=name)
        return place.paper == seen.row or place.paper in seen.candidates

    def _sha256(self, path: str) -> str:
        try:
            return sha256_of(self._library.folder / path)
        except OSError:
            return ""  # not to be read: it is not found


def _name(path: str) -> str:
    return fold_name(PurePosixPath(path).name)


def _pdfs_below(folder: Path, library: Path) -> Iterator[tuple[str, int]]:
    """Walk a folder: (path relative to the library, bytes) of its PDFs."""
    for file in files_below(folder, ".pdf"):
        if file.is_file():
            yield Path(file.path).relative_to(library).as_posix(), file.stat().st_size
