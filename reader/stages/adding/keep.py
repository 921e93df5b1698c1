"""Keep one file that was read: its paper, its place in the library, its passages, its record."""

from __future__ import annotations

import contextlib
import hashlib
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reader.errors import PdfError
from reader.library.choose import file_away
from reader.library.folder import Library, write_whole
from reader.library.recognising import Recognised, Texts
from reader.library.strays import pdf_file
from reader.paper import Held, Paper
from reader.passage import Document
from reader.phrases import say
from reader.stages.pdfs import passages_of, place_of
from reader.stages.tools import Tools
from reader.store import additions, copies, decisions, index, papers, pdfs
from reader.store.additions import Addition
from reader.store.index import PassageText
from reader.store.origins import BY_HAND


@dataclass(frozen=True, slots=True)
class File:
    """A file to add, as it was when its bytes were hashed. named: what the person named."""

    path: Path
    named: Path
    n_bytes: int
    modified_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file.

    held: the paper, None for none. candidates: those that it may be, where a person is to
    say. is_new: found out just now; else by an earlier run. is_moved: the file itself is
    gone, its bytes being in the library.
    """

    addition: Addition
    held: Held | None = None
    candidates: tuple[Held, ...] = ()
    is_new: bool = True
    is_moved: bool = False
    is_recorded: bool = True


def look_at(path: Path, named: Path) -> File:
    """Hash a file's bytes. Raises PdfError when it cannot be read."""
    try:
        status = path.stat()
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        what = say("add.unreadable", why=error.strerror or "")
        raise PdfError(file=path, what=what, hint=say("add.unreadable_hint")) from error
    return File(path, named, status.st_size, status.st_mtime_ns, digest.hexdigest())


def record(file: File, recognised: Recognised, **values: str | int | None) -> Addition:
    """Lay out what is recorded of a file."""
    given = {"outcome": "identified", "why": recognised.why, **values}
    return Addition(
        str(file.path),
        file.n_bytes,
        file.modified_ns,
        file.sha256,
        **given,  # type: ignore[arg-type]
    )


def ask_about(library: Library, file: File, recognised: Recognised) -> Added:
    """Record that a person is to say which paper a file is; nothing else is done."""
    addition = record(file, recognised, outcome="asked", hint=say("add.ask_hint"))
    additions.add_addition(library.db, addition, at=library.now())
    several = papers.papers_at(library.db, recognised.candidates)
    return Added(addition, candidates=tuple(several))


def keep_broken(library: Library, file: File, error: PdfError) -> Added:
    """Record a file that cannot be read; one that the reader did not even open is not."""
    what, hint = str(error.values.get("what", error.message)), error.hint
    addition = record(file, Recognised("none"), outcome="broken", why=what, hint=hint)
    is_recorded = error.values.get("kind") not in ("start", "no file")
    if is_recorded:
        additions.add_addition(library.db, addition, at=library.now())
    return Added(addition, is_recorded=is_recorded)


@dataclass
class Keeper:
    """What all files of one run share."""

    library: Library
    tools: Tools
    texts: Texts

    def keep(
        self, file: File, document: Document, recognised: Recognised, *, found: Paper | None = None
    ) -> Added:
        """Keep a file as what it was recognised as, or as a paper of its own.

        found: what its printed id was looked up as. Raises StoreError, and PdfError when
        the file changed since it was looked at; then nothing was kept.
        """
        held = self._here(recognised)
        if held is not None and (copy := self.copy_of(file, held, recognised)):
            return copy
        passages = passages_of(document, self.tools)
        content = _read(file)
        with self.library.db.writing():
            held = held or self._bring_in(file, recognised, found)
            self._file_away(file, held)
            (held,) = papers.papers_at(self.library.db, [held.row])
            self._place(file, content, held, recognised, passages)
            addition = self._record(file, held, recognised, found)
        self.texts.add(held.row, recognised.sketch)
        return Added(addition, held)

    def copy_of(self, file: File, held: Held, recognised: Recognised) -> Added | None:
        """Record a file whose paper has a PDF here already; None: it has none, or an older one."""
        pdf = pdfs.pdf_of(self.library.db, held.row)
        if pdf is None or pdf_file(self.library, held.row) is None:
            return None
        if recognised.version and pdf.version and recognised.version > pdf.version:
            return None
        is_older = recognised.version and pdf.version and recognised.version < pdf.version
        why = say("add.older", version=pdf.version) if is_older else recognised.why
        addition = record(file, recognised, outcome="duplicate", paper=held.row, why=why)
        additions.add_addition(self.library.db, addition, at=self.library.now())
        return Added(addition, held)

    def _here(self, recognised: Recognised) -> Held | None:
        if recognised.row is not None:
            return papers.papers_at(self.library.db, [recognised.row])[0]
        own = recognised.id or (recognised.paper.id if recognised.paper else "")
        return papers.paper_with_id(self.library.db, own) if own else None

    def _bring_in(self, file: File, recognised: Recognised, found: Paper | None) -> Held:
        """Make a paper: the registry's where there is one, else of what the page says."""
        db, paper = self.library.db, found or recognised.paper
        assert paper is not None  # noqa: S101  bytes alone are only recognised as a paper here
        if found is None and recognised.id:
            # Its number tells the year; the day is for arXiv to say.
            ids, version = (recognised.id,), recognised.version
            paper = replace(paper, ids=ids, version=version, published_on=None)
        elif found is None:
            paper = replace(paper, title=self._own_title(file, recognised, paper))
        papers.add_papers(db, [paper], source=BY_HAND, on=self.library.today())
        held = papers.paper_with_id(db, paper.id)
        assert held is not None  # noqa: S101  added just above
        if found is not None and recognised.printed and recognised.printed.doi:
            papers.add_identifier(db, recognised.printed.doi, paper)
        return held

    def _own_title(self, file: File, recognised: Recognised, paper: Paper) -> str:
        """Tell slides and supplements, and what a person says is another paper, from the paper
        whose title they have: else the two would be joined."""
        kind = recognised.printed.type if recognised.printed else "paper"
        if kind in ("slides", "supplement"):
            return f"{paper.title} ({say(f'title.{kind}')})"
        alike = copies.copies_of(self.library.db, paper) if recognised.candidates else {}
        is_one = any(match.strength == "strong" for match in alike.values())
        return f"{paper.title} ({file.path.stem})" if is_one else paper.title

    def _file_away(self, file: File, held: Held) -> None:
        topic = folder_topic(file, [t.path for t in self.library.config.topics])
        if topic and held.topic is None:
            decisions.add_filing(
                self.library.db, held.row, topic, at=self.library.now(), is_by_hand=True
            )
            held = replace(held, topic=topic)
        file_away(self.library, held)

    def _place(
        self,
        file: File,
        content: bytes,
        held: Held,
        recognised: Recognised,
        passages: Sequence[PassageText],
    ) -> None:
        """Write the bytes, then the rows: a kill in between leaves a file that is found again."""
        db = self.library.db
        path = place_of(self.library, held, file.sha256)
        write_whole(self.library.folder / path, content)
        pdf = pdfs.Pdf(
            held.row, path.as_posix(), file.sha256, recognised.version, recognised.sketch
        )
        pdfs.add_pdf(db, pdf, n_bytes=file.n_bytes, at=self.library.now())
        if passages:
            index.add_passages(db, held.row, passages, sha256=file.sha256)
        else:
            pdfs.set_wordless(db, pdf)

    def _record(
        self, file: File, held: Held, recognised: Recognised, found: Paper | None
    ) -> Addition:
        is_known = recognised.level == "strong"
        later = ""
        if found is None and recognised.row is None:
            later = recognised.id or ("" if is_known else recognised.unknown_doi)
        addition = record(
            file,
            recognised,
            outcome="identified" if is_known else "unknown",
            paper=held.row,
            why=recognised.why or say("add.own"),
            printed=later,
        )
        additions.add_addition(self.library.db, addition, at=self.library.now())
        return addition


def remove_original(library: Library, added: Added) -> bool:
    """Delete a file whose very bytes lie in the library, synced; tells whether it did.

    Looked at again: the copy's bytes, and that the file is still the one that was read.
    A link is no file of its own and stays.
    """
    addition = added.addition
    path = Path(addition.path)
    pdf = pdfs.pdf_of(library.db, addition.paper) if addition.paper is not None else None
    if pdf is None or pdf.sha256 != addition.sha256 or path.is_symlink():
        return False
    copy = library.folder / pdf.path
    with contextlib.suppress(OSError, PdfError):
        if os.path.samefile(copy, path) or look_at(copy, copy).sha256 != addition.sha256:
            return False
        status = path.stat()
        if (status.st_size, status.st_mtime_ns) == (addition.n_bytes, addition.modified_ns):
            path.unlink()
            return True
    return False


def folder_topic(file: File, topics: Sequence[str]) -> str:
    """Give the topic that the person's own folder names, the innermost one; "" for none.

    `anywhere/speech/translation/2023/x.pdf` is of `speech/translation`, whatever the case.
    """
    parts = [_fold(part) for part in file.path.parent.parts]
    n_above = len(file.named.parts) if file.named != file.path else len(parts)
    by_fold = {tuple(_fold(p) for p in topic.split("/")): topic for topic in topics}
    for end in range(len(parts), min(n_above, len(parts)) - 1, -1):
        for start in range(end):
            topic = by_fold.get(tuple(parts[start:end]))
            if topic:
                return topic
    return ""


def _fold(part: str) -> str:
    return unicodedata.normalize("NFC", part).casefold()


def _read(file: File) -> bytes:
    try:
        content = file.path.read_bytes()
    except OSError as error:
        what = say("add.unreadable", why=error.strerror or "")
        raise PdfError(
            file=file.path, what=what, hint=say("add.unreadable_hint"), kind="no file"
        ) from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise PdfError(
            file=file.path, what=say("add.changed"), hint=say("add.again"), kind="no file"
        )
    return content
