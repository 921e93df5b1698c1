"""Add many files: leave out what was done, read the rest on all cores, keep each as it comes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reader.errors import PdfError, ReaderError
from reader.library.folder import Library
from reader.library.recognising import Recognised, Texts, recognise
from reader.paper import Held, Paper
from reader.passage import Document
from reader.phrases import say
from reader.recognition import read_print
from reader.stages.adding.complete import ask
from reader.stages.adding.keep import (
    Added,
    File,
    Keeper,
    ask_about,
    keep_broken,
    look_at,
    record,
    remove_original,
)
from reader.stages.adding.walk import Found
from reader.stages.encode import index_words
from reader.stages.resolve import BATCH
from reader.stages.tools import Tools
from reader.store import additions, merges, papers, pdfs
from reader.store.additions import Addition
from reader.store.database import lock_file


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person wants of a run.

    may_fetch: ask registries for printed ids. is_moving: delete each file whose bytes lie
    in the library.
    """

    may_fetch: bool = True
    is_moving: bool = False


def settle(
    library: Library, tools: Tools, path: Path, held: Held | None, *, named: Path | None = None
) -> Added:
    """Add one file as the paper that a person says it is; None: as one of its own.

    Raises PdfError and StoreError.
    """
    with lock_file(library.folder / "add.lock"):
        keeper = Keeper(library, tools, Texts.of(library))
        file = look_at(path, named or path)
        document = tools.read_pdf(path)
        guess = recognise(library, document, sha256=file.sha256, name=path.stem)
        if guess.printed is None:
            printed = read_print(document, id_=f"pdf:{file.sha256[:16]}", name=path.stem)
            guess = replace(guess, printed=printed)
        # What the page prints is another's, says the person: it is not looked up.
        why = say("add.by_hand")
        near = guess.candidates or ((guess.row,) if guess.row is not None else ())
        said = replace(
            guess, level="none", row=None, id="", unknown_doi="", why=why, candidates=near
        )
        if held is not None:
            said = replace(said, level="strong", row=held.row)
        added = keeper.keep(file, document, said)
        index_words(library, tools)
        return added


class Adding:
    """One run over many files. error: of the registry that could not be asked, None for none."""

    def __init__(self, library: Library, tools: Tools, found: Found, wishes: Wishes) -> None:
        self.library, self.tools, self.found, self.wishes = library, tools, found, wishes
        self.error: ReaderError | None = None
        self._keeper = Keeper(library, tools, Texts.of(library))
        self._hashed: dict[Path, File] = {}
        self._shas: set[str] = set()
        self._twins: list[File] = []
        self._failed: list[Added] = []
        self._waiting: list[tuple[File, Document, Recognised]] = []

    def run(self) -> Iterator[Added]:
        """Give what became of each file as it is done; first what earlier runs did.

        Raises Locked when another process adds, StoreError when the disk fails: what was
        given before is safe, and the next run goes on from there.
        """
        with lock_file(self.library.folder / "add.lock"):
            for added in self._all():
                is_done = added.addition.outcome in ("identified", "unknown", "duplicate")
                if self.wishes.is_moving and is_done and remove_original(self.library, added):
                    yield replace(added, is_moved=True)
                else:
                    yield added
            index_words(self.library, self.tools)

    def _all(self) -> Iterator[Added]:
        fresh: list[Path] = []
        for path in self.found.files:
            done = self._done_before(path)
            if done is None:
                fresh.append(path)
            else:
                yield done
        for n_done, added in enumerate(self._new(fresh)):
            self.tools.progress("add", n_done, len(fresh))
            yield added
        self.tools.progress("add", len(fresh), len(fresh))
        yield from self._not_here()

    def _new(self, fresh: Iterable[Path]) -> Iterator[Added]:
        for path, answer in self.tools.read_pdfs(self._to_read(fresh)):
            yield from self._take_failed()
            file = self._hashed.pop(path)
            if isinstance(answer, PdfError):
                yield keep_broken(self.library, file, answer)
            else:
                yield from self._take(file, answer)
        yield from self._take_failed()
        yield from self._flush()
        for file in self._twins:
            yield self._keep_twin(file)

    def _to_read(self, fresh: Iterable[Path]) -> Iterator[Path]:
        """Hash each file when its turn to be read comes; the same bytes are read once."""
        for path in fresh:
            try:
                file = look_at(path, self.found.files[path])
            except PdfError as error:
                file = File(path, path, 0, 0, "")
                words = PdfError(**{**error.values, "kind": "no file"})
                self._failed.append(keep_broken(self.library, file, words))
                continue
            if file.sha256 in self._shas or self._has_bytes(file):
                self._twins.append(file)
                continue
            self._shas.add(file.sha256)
            self._hashed[path] = file
            yield path

    def _has_bytes(self, file: File) -> bool:
        """Tell whether a PDF of these bytes lies in the library: then it need not be read."""
        row = additions.row_with_bytes(self.library.db, file.sha256)
        pdf = pdfs.pdf_of(self.library.db, row) if row is not None else None
        return pdf is not None and (self.library.folder / pdf.path).is_file()

    def _take_failed(self) -> Iterator[Added]:
        failed, self._failed = self._failed, []
        yield from failed

    def _take(self, file: File, document: Document) -> Iterator[Added]:
        recognised = self._recognise(file, document)
        if self.wishes.may_fetch and self.error is None and _asks_for(recognised):
            self._waiting.append((file, document, recognised))
            if len(self._waiting) >= BATCH:
                yield from self._flush()
            return
        yield self._keep(file, document, recognised)

    def _recognise(self, file: File, document: Document, found: Iterable[Paper] = ()) -> Recognised:
        return recognise(
            self.library,
            document,
            sha256=file.sha256,
            name=file.path.stem,
            texts=self._keeper.texts,
            found=found,
        )

    def _keep(
        self, file: File, document: Document, recognised: Recognised, found: Paper | None = None
    ) -> Added:
        if recognised.level == "medium":
            return ask_about(self.library, file, recognised)
        try:
            return self._keeper.keep(file, document, recognised, found=found)
        except PdfError as error:
            return keep_broken(self.library, file, error)

    def _flush(self) -> Iterator[Added]:
        """Look up what the waiting files print, and keep them as what they are."""
        waiting, self._waiting = self._waiting, []
        ids = list(dict.fromkeys(_asks_for(recognised) for _, _, recognised in waiting))
        answers: Mapping[str, Paper | None] = {}
        if ids:
            answers, self.error = ask(self.library, self.tools, ids)
        for file, document, before in waiting:
            yield self._keep_answered(file, document, _asks_for(before), answers)

    def _keep_answered(
        self, file: File, document: Document, id_: str, answers: Mapping[str, Paper | None]
    ) -> Added:
        if id_ not in answers:
            return self._keep(file, document, self._recognise(file, document))
        paper = answers[id_]
        recognised = self._recognise(file, document, [paper] if paper else [])
        if paper and recognised.id in paper.ids:
            return self._keep(file, document, recognised, paper)
        # It was misread or invented, or belongs to another paper: it is not asked for again.
        without = replace(document, doi="", stamp="")
        again = self._recognise(file, without)
        why = again.why or say("recognised.other_title" if paper else "add.no_such", id=id_)
        return self._keep(file, without, replace(again, why=why))

    def _keep_twin(self, file: File) -> Added:
        """Record a file whose very bytes another one had."""
        row = additions.row_with_bytes(self.library.db, file.sha256)
        same = Recognised("strong", row, say("recognised.bytes"))
        if row is not None:
            (held,) = papers.papers_at(self.library.db, [row])
            copy = self._keeper.copy_of(file, held, same)
            if copy is not None:
                return copy
        other = additions.addition_with_bytes(self.library.db, file.sha256)
        if other is None:
            return Added(record(file, same, outcome="duplicate", paper=row), is_recorded=False)
        again = replace(
            other, path=str(file.path), n_bytes=file.n_bytes, modified_ns=file.modified_ns
        )
        additions.add_addition(self.library.db, again, at=self.library.now())
        return Added(again)

    def _done_before(self, path: Path) -> Added | None:
        """Give what an earlier run found in a file; None where it is to be done (again).

        Again: one that changed, whose copy was deleted, or that a person is to say something
        about; and a broken one that was named itself.
        """
        known = additions.addition_of(self.library.db, str(path))
        if known is None or not _is_unchanged(path, known):
            return None
        is_named = self.found.files[path] == path
        if known.outcome == "asked" or (known.outcome == "broken" and is_named):
            return None
        if known.paper is None:
            return Added(known, is_new=False)
        (held,) = papers.papers_at(self.library.db, [merges.row_now(self.library.db, known.paper)])
        pdf = pdfs.pdf_of(self.library.db, held.row)
        if pdf is None or not (self.library.folder / pdf.path).is_file():
            return None
        return Added(known, held, is_new=False)

    def _not_here(self) -> Iterator[Added]:
        for path in self.found.absent:
            yield _not_read(path, say("add.icloud"), say("add.icloud_hint"))
        for path in self.found.closed:
            yield _not_read(path, say("add.closed"), say("add.closed_hint"))


def _not_read(path: Path, why: str, hint: str) -> Added:
    return Added(Addition(str(path), 0, 0, "", "broken", None, why, hint), is_recorded=False)


def _asks_for(recognised: Recognised) -> str:
    """Give the id to look up before a file is kept; "" where nothing would change."""
    return recognised.id or (recognised.unknown_doi if recognised.row is None else "")


def _is_unchanged(path: Path, known: Addition) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (known.n_bytes, known.modified_ns)
