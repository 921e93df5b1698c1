"""Tell which notes link to which papers: a paper is meant by its key, or by the name of its
file, which a hand may have changed; case does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from reader.library.file_names import fold_name
from reader.library.folder import Library
from reader.library.rows import papers
from reader.notes.export.files import relative
from reader.notes.rows import exports, page_entries
from reader.notes.rows.notes import papers_by_key
from reader.notes.words import links_in


class Links:
    """The links of all notes; planned: paper → path of files that are written just now."""

    def __init__(self, library: Library, planned: Mapping[int, str]) -> None:
        self._library = library
        self._planned = planned

    def targets(self, text: str) -> set[int]:
        """Give the papers that a text links to."""
        names = links_in(text) if "[[" in text else []
        found = page_entries.papers_with(self._library.db, names) if names else {}
        rows = set(found.values())
        left = {fold_name(name) for name in names if name not in found}
        if left:  # another case, or the name of a file: all are looked through
            rows |= {row for name, row in self._every_name().items() if name in left}
        return rows

    def _every_name(self) -> dict[str, int]:
        paths = exports.paths(self._library.db)
        rows = {path: exports.row_in(name) for path, name in paths.items()}
        stems = {fold_name(PurePosixPath(p).stem): row for p, row in rows.items() if row}
        keys = papers_by_key(self._library.db)
        return stems | {fold_name(key): row for key, row in keys.items()}

    def linked_from(self, row: int, folder: Path) -> tuple[tuple[str, str], ...]:
        """List the notes that link to a paper: (title, path relative to a folder), by title."""
        path = self._path_of(row)
        names = {fold_name(key) for key in page_entries.keys_of(self._library.db, row)}
        names |= {fold_name(PurePosixPath(path).stem)} if path else set()
        sources = [s for s in page_entries.sources_of(self._library.db, names) if s != row]
        paths = {source: self._path_of(source) for source in sources}
        found = (
            (held.paper.title, relative(self._library.folder / paths[held.row], folder))
            for held in papers.papers_at(self._library.db, sources)
            if paths[held.row]
        )
        return tuple(sorted(found))

    def _path_of(self, row: int) -> str:
        planned = self._planned.get(row)
        return planned or exports.path_of(self._library.db, exports.note_name(row))


def keep_links(library: Library, rows: Iterable[int]) -> None:
    """Bring what is kept of the links of some notes up to date; the first time, of all."""
    wanted = exports.noted(library.db) if page_entries.is_empty(library.db) else list(rows)
    texts = exports.newest_texts(library.db, wanted)
    now = {
        row: {fold_name(name) for name in links_in(text)} if "[[" in text else set[str]()
        for row, text in texts.items()
    }
    before = page_entries.names_of(library.db, wanted)
    changed = {row: names for row, names in now.items() if names != before.get(row, set())}
    if changed and not library.db.is_read_only:
        page_entries.set_names(library.db, changed)
