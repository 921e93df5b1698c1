"""Take an import back: what it brought goes, with the files, and what the person added stays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from reader.gathering.imports.item import ATTACHMENTS, attachments_in
from reader.library.files import has_bytes
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import filings, imports, merges, papers
from reader.library.rows.database import Database
from reader.notes.folder import ROOT as NOTES
from reader.notes.rows import exports, notes
from reader.search.rows import index


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
    found = {p.path: p.sha256 for p in filings.places(db, [row], has_notes=False)}
    if written := exports.exported(db, row):
        found[written.path] = hashlib.sha256(written.content.encode()).hexdigest()
    return {
        path: sha256 if has_bytes(library.folder / path, sha256) else None
        for path, sha256 in found.items()
        if (library.folder / path).exists()
    }
