"""Bring in what another program kept: its papers, with their topics, notes, highlights and PDFs.

An import is one act. Its entries come first, a hundred in one transaction, then its PDFs, each in
its own. After a kill the same import goes on: an entry that is here is recognised and adds
nothing twice.

What is brought is the person's own: it stands in no morning's list, and is read only where it
has a note.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from reader.base.errors import PdfError, UsageError
from reader.base.messages import Text, lazy_gettext
from reader.base.text import WIKI_LINK, as_utf8, plain
from reader.gathering.imports.item import (
    ImportedLibrary,
    ImportedNote,
    ImportedPaper,
    KeptAttachment,
    LooseNote,
    UnplacedItem,
)
from reader.library.disk import lock_file, write_whole
from reader.library.file_names import file_stem, fold_name
from reader.library.folder import Library
from reader.library.highlight import Marks
from reader.library.identity import Match
from reader.library.paper import RATINGS, LibraryPaper, Paper
from reader.library.rows import (
    decisions,
    doubles,
    fields,
    highlights,
    imports,
    merges,
    papers,
    pdfs,
    properties,
)
from reader.library.rows.fields import BY_HAND
from reader.morning.added_file import FileContent, Keeper, are_in, look_at
from reader.morning.complete import AddTools
from reader.morning.edit import topic_names
from reader.morning.waiting import (
    KnownBy,
    add_words,
    hash_of,
    ids_named,
    join,
    join_waiting,
    recognised,
    waiting_note,
)
from reader.morning.waiting import keep as keep_note
from reader.notes.folder import ROOT as NOTES
from reader.notes.rows import notes
from reader.notes.words import key_of, links_in
from reader.pdfs.find import PdfSketches, Recognition, recognise
from reader.pdfs.marked_copies import ReturnedCopy, keep_marks
from reader.search.encode import index_words

AT_ONCE = 100
"""Entries in one transaction, which is what a kill may lose."""

LONG = 100_000
"""Letters of a note that is stored at once, so that no hundred of them stand in memory."""


@dataclass(frozen=True, slots=True)
class ImportedEntry:
    """The outcome of an entry: its paper, how it was known, and what it added to that.

    is_again: a new paper that an earlier run of the same import brought before it was stopped.
    """

    item: ImportedPaper
    paper: LibraryPaper
    known_by: KnownBy
    is_again: bool = False
    n_notes: int = 0
    n_highlights: int = 0
    is_rated: bool = False

    @property
    def is_new(self) -> bool:
        """Check whether this import brought the paper."""
        return not self.known_by or self.is_again


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """The outcome of an attached PDF. why: "" where it is in the library now or was before."""

    path: Path
    paper: LibraryPaper
    is_new: bool = False
    why: Text = ""

    @property
    def name(self) -> str:
        """Return the path as text, whatever its bytes."""
        return as_utf8(str(self.path))


@dataclass(frozen=True, slots=True)
class LooseNoteOutcome:
    """The outcome of a note without an entry. number: its number while it waits, 0 where it could
    not be brought. paper: the paper that it was joined to, None while it waits. is_new: this
    import brought it. known_by: "id", "title" or "pdf"; "" where it waits or was joined before."""

    place: Text
    title: str
    number: int
    is_new: bool
    paper: LibraryPaper | None = None
    known_by: KnownBy = ""


class DryRun(Exception):
    """Ends the transaction of a dry run, so that nothing of it stays."""


def place_of(source: object) -> str:
    """Name whole what is imported: the absolute path, or the address."""
    return str(source.absolute() if isinstance(source, Path) else source)


@dataclass
class Importing:
    """One run of an import.

    source: the path or address that was named. topics: collection → topic, for those that name none
    themselves; rest: the topic of papers that have no other, "" for none.
    entries, files, notes: what became of all. unplaced: what could not be brought.
    """

    library: Library
    tools: AddTools
    read: ImportedLibrary
    source: Path | str
    topics: Mapping[str, str] = field(default_factory=dict)
    rest: str = ""
    entries: list[ImportedEntry] = field(default_factory=list)
    files: list[ImportedFile] = field(default_factory=list)
    notes: list[LooseNoteOutcome] = field(default_factory=list)
    unplaced: list[UnplacedItem] = field(default_factory=list)
    n_questions: int = 0
    is_ended: bool = False
    is_dry: bool = False
    _keys: dict[str, str] = field(default_factory=dict)
    _met: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.unplaced += self.read.unplaced

    def try_out(self) -> None:
        """Find out what `run` would do with the entries; nothing is changed."""
        self.is_dry = True
        with suppress(DryRun), self.library.db.writing():
            one = self.begin()
            self._bring_linked(one)
            for item in self.read.items:
                self.bring(one, item)
            self._missing_files()
            self._bring_notes(one)
            self.is_ended = True
            raise DryRun

    def run(self) -> None:
        """Bring all in. Raises Locked while another process adds, StoreError when a disk fails:
        what was brought until then stays, and the next run goes on."""
        with lock_file(self.library.folder / "add.lock"):
            db, n_all = self.library.db, len(self.read.items) + len(self.read.notes)
            n_questions = len(merges.open_questions(db))
            one = self.begin()
            self._bring_linked(one)
            for begin in range(0, len(self.read.items), AT_ONCE):
                with db.writing():
                    for item in self.read.items[begin : begin + AT_ONCE]:
                        self.bring(one, item)
                self.tools.progress("import", len(self.entries), n_all)
            self._bring_files(one)
            self._bring_notes(one)
            index_words(self.library, self.tools)
            imports.end(db, one, at=self.library.now())
            self.n_questions = len(merges.open_questions(db)) - n_questions
            self.is_ended = True

    def begin(self) -> imports.Import:
        form, now = self.read.form, self.library.now()
        return imports.begin(self.library.db, place_of(self.source), form, at=now)

    def _bring_linked(self, one: imports.Import) -> None:
        """Bring the papers first to whose notes others link, so that the links have keys."""
        db, items = self.library.db, [item for item in self.read.items if item.name]
        texts = [note.text for item in items for note in item.notes]
        texts += [note.text for note in (self.read.notes if items else ())]
        linked = {fold_name(key) for text in texts for key in links_in(text)}
        with db.writing():
            for item in items:
                if fold_name(item.name) in linked:
                    self.bring(one, replace(item, notes=(), highlights=()))
            for paper, name in ((entry.paper, entry.item.name) for entry in self.entries):
                stem = file_stem(paper.record, self.library.config.pdf_name)
                self._keys[fold_name(name)] = papers.fix_key(db, paper.row, stem)
        self._met.clear()
        self.entries.clear()  # each is brought again, with its note
        self.unplaced = [*self.read.unplaced]

    def _linked(self, match: re.Match[str]) -> str:
        """Lead a link to a brought note to its paper; any other stays."""
        name, _, words = match[1].partition("|")
        key = self._keys.get(fold_name(key_of(name)))
        return f"[[{key}|{words or key_of(name)}]]" if key else match[0]

    def bring(self, one: imports.Import, item: ImportedPaper) -> None:
        """Bring one entry in, in the open transaction."""
        db, on = self.library.db, self.library.today()
        before = imports.newest_ids(db)
        if (placed := self.place(one, item)) is None:
            why = lazy_gettext("no paper of the library has this title; `reader add` adds one")
            self.unplaced.append(UnplacedItem(item.place, why))
            return
        row, known_by, is_again = placed
        [paper] = papers.papers_at(db, [row])
        if paper.topic is None and (topic := self.topic_of(item)):
            # The person's own collections say where it belongs, as filing by hand does.
            decisions.add_filing(db, row, topic, at=self.library.now(), is_by_hand=True)
        try:
            self._add_notes(paper, item.notes)
        except UsageError as error:  # of a note that is too large
            self.unplaced.append(UnplacedItem(item.place, error.what))
        if item.highlights:
            self._add_highlights(paper, item)
        made = imports.added_after(db, row, before)
        for part, numbers in made.items():
            imports.add_made(db, one, row, part, numbers)
        imports.add_made(db, one, row, "tag", item.tags)
        imports.add_made(db, one, row, "collection", item.collections)
        if item.cited_as:
            imports.add_citation_key(db, one, row, item.cited_as)
        is_rated = item.rating in RATINGS and properties.rate_unrated(
            db, row, item.rating, act=one.act, at=self.library.now(), on=on
        )
        [paper] = papers.papers_at(db, [row])
        n_notes, n_highlights = len(made["note"]), len(made["highlight"])
        entry = ImportedEntry(item, paper, known_by, is_again, n_notes, n_highlights, is_rated)
        self.entries.append(entry)

    def place(self, one: imports.Import, item: ImportedPaper) -> tuple[int, KnownBy, bool] | None:
        """Find or add the paper of an entry, with its ids, in the open transaction.

        Returns its row, how it was known, and whether an earlier run of this import brought it;
        None for an entry that is no paper here and adds none.
        """
        db, on = self.library.db, self.library.today()
        row, known_by, copies = recognise_entry(self.library, item.paper)
        if row is None and item.is_only_known:
            return None
        if row is None:
            row, _is_new = papers.add_new(
                db, item.paper, copies, source=BY_HAND, on=on, brought_by=one.id
            )
            imports.add_made(db, one, row, "paper", [item.place])
        else:
            ids = [i for i in item.paper.ids if not i.startswith("pdf:")]
            ids = [i for i in ids if i not in papers.ids_here(db, ids)]
            for id_ in ids:
                papers.add_identifier(db, id_, papers.papers_at(db, [row])[0].record)
            imports.add_made(db, one, row, "identifier", ids)
            fields.add(db, row, item.paper, on=on, brought_by=one.id)
        # What stands here twice is known the second time.
        is_again = bool(known_by and row not in self._met and imports.papers_of(db, one, [row]))
        self._met.add(row)
        return row, known_by, is_again

    @cached_property
    def _known_topics(self) -> Mapping[str, str]:
        return _by_name(topic_names(self.library))

    def topic_of(self, item: ImportedPaper) -> str:
        """Choose the topic of an entry: by its collections, then its tags, else `rest`."""
        for name in (*item.collections, *item.tags):
            if topic := named_topic(name, self._known_topics) or self.topics.get(name, ""):
                return topic
        return self.rest

    def _add_notes(self, paper: LibraryPaper, several: Sequence[ImportedNote]) -> None:
        """Add the notes of an entry that the paper's note does not have, each as a revision."""
        now = self.library.now()
        for note in sorted(several, key=lambda n: n.at or now):
            if plain(note.text):
                if not self.is_dry:
                    self._keep_files(note)
                text = WIKI_LINK.sub(self._linked, note.text)
                add_words(self.library, paper, replace(note, text=text))

    def _add_highlights(self, paper: LibraryPaper, item: ImportedPaper) -> None:
        nowhere = Path(f"/{self.read.form}")
        # Of each source its own place: a mark goes where its last place has it no longer.
        place = f"{self.read.form}:{place_of(self.source)}:{paper.record.id}"
        marks = ReturnedCopy(paper, place, "", "", b"", Marks(item.highlights))
        keep_marks(self.library, marks, nowhere)

    def _bring_notes(self, one: imports.Import) -> None:
        """Keep the notes without an entry, and join all that wait to the papers that are here."""
        waiting: list[tuple[LooseNote, str]] = []
        copies = Counter[str]()
        for read in self.read.notes:
            note = replace(read, text=WIKI_LINK.sub(self._linked, read.text))
            first = hash_of(note)
            sha256 = hash_of(note, copies[first])
            copies[first] += 1
            attached = [file for file in note.files if file.kept.endswith(".pdf")]
            if self.is_dry or notes.brought_note(self.library.db, sha256):
                waiting.append((note, sha256))
            elif attached:
                self._flush(one, waiting)
                self._bring_with_pdfs(one, note, sha256, attached)
            else:
                self._keep_files(note)
                waiting.append((note, sha256))
            if len(waiting) >= AT_ONCE or len(note.text) > LONG:
                self._flush(one, waiting)
        self._flush(one, waiting)
        joined = {found.note.id: found for found in join_waiting(self.library)}
        for n, outcome in enumerate(self.notes):
            if found := joined.get(outcome.number):
                self.notes[n] = replace(outcome, paper=found.paper, known_by=found.known_by)

    def _flush(self, one: imports.Import, waiting: list[tuple[LooseNote, str]]) -> None:
        """Store the notes that were collected, in one transaction. Afterwards none is left."""
        with self.library.db.writing():
            for note, sha256 in waiting:
                self.notes.append(self._keep_note(one, note, sha256))
        waiting.clear()
        n_done = len(self.entries) + len(self.notes)
        self.tools.progress("import", n_done, len(self.read.items) + len(self.read.notes))

    def _keep_note(self, one: imports.Import, note: LooseNote, sha256: str) -> LooseNoteOutcome:
        """Store a note that was not brought before, in the open transaction."""
        db = self.library.db
        self.unplaced += [UnplacedItem(note.place, why) for why in note.problems]
        outcome = LooseNoteOutcome(note.place, plain(note.title), 0, is_new=False)
        if before := notes.brought_note(db, sha256):
            number, brought_by = before
            row = notes.paper_joined(db, number)
            paper = papers.papers_at(db, [merges.row_now(db, row)])[0] if row else None
            return replace(outcome, number=number, is_new=brought_by == one.id, paper=paper)
        try:
            number = keep_note(self.library, one, note, sha256)
        except UsageError as error:
            self.unplaced.append(UnplacedItem(note.place, error.what))
            return outcome
        return replace(outcome, number=number, is_new=True)

    def _keep_files(self, note: LooseNote | ImportedNote) -> set[Path]:
        """Copy the files that a note shows into notes/, where its Markdown file shows them.

        Returns those that were not there.
        """
        written = set()
        for file in note.files:
            place = self.library.folder / NOTES / file.kept
            # Named by its bytes: what is there by that name and size is this file.
            if not place.exists() or place.stat().st_size != file.path.stat().st_size:
                with file.path.open("rb") as content:
                    write_whole(place, content)
                written.add(place)
        return written

    @cached_property
    def _keeper(self) -> Keeper:
        return Keeper(self.library, self.tools, PdfSketches.of(self.library))

    def _bring_with_pdfs(
        self, one: imports.Import, note: LooseNote, sha256: str, attached: list[KeptAttachment]
    ) -> None:
        """Bring a note with its PDFs, which become its paper's, or name the paper as `add` does.

        Of several PDFs none says which paper the note is about. A PDF that the library keeps as a
        paper's is not kept beside the note too.
        """
        db = self.library.db
        written = self._keep_files(note)
        named = {self.library.folder / NOTES / file.kept: file for file in attached}
        answers = list(self.tools.read_marked(named))
        in_papers = []
        with db.writing():
            row, known_by = recognised(self.library, ids_named(note), plain(note.title))
            text = note.text
            for path, answer in answers:
                file = named[path]
                try:
                    if isinstance(answer, PdfError):
                        raise answer
                    content = FileContent(look_at(path, path), *answer)
                    kept = self._keep_pdf(one, note, content, file.name, row)
                except PdfError as error:
                    why = lazy_gettext(
                        "{file} is kept as {path}, and is no paper's PDF: {why}",
                        file=plain(file.name),
                        path=f"{NOTES}/{file.kept}",
                        why=error.what,
                    )
                    self.unplaced.append(UnplacedItem(note.place, why))
                    continue
                if pdf_has(self.library, kept.row, content.file.sha256):
                    in_papers.append(path)
                    link = re.compile(rf"\[([^\]\n]*)\]\({re.escape(file.kept)}\)")
                    text = link.sub(r"\1", text)
                if row is None and len(attached) == 1:
                    row, known_by = kept.row, "pdf"
            outcome = self._keep_note(one, replace(note, text=text), sha256)
            if row is not None and outcome.number:
                paper = join(self.library, waiting_note(self.library, outcome.number), row)
                outcome = replace(outcome, paper=paper, known_by=known_by)
            self.notes.append(outcome)
        for path in written.intersection(in_papers):
            path.unlink(missing_ok=True)

    def _keep_pdf(
        self,
        one: imports.Import,
        note: LooseNote,
        content: FileContent,
        name: str,
        row: int | None,
    ) -> LibraryPaper:
        """Keep a PDF of a note, in the open transaction; returns its paper. Raises PdfError where
        it is not sure which one that is. row: the note's paper, None where only the PDF says it."""
        db, file = self.library.db, content.file
        if row is not None:
            why = str(lazy_gettext("it is attached to it in what was imported"))
            found = Recognition("strong", row, why)
        else:
            stem = PurePosixPath(name).stem
            found = recognise(self.library, content.document, sha256=file.sha256, name=stem,
                              texts=self._keeper.texts)  # fmt: skip
        if found.level == "medium" or found.unsure_title:
            what = lazy_gettext("it is not sure which paper it is; `reader add` asks")
            raise PdfError(file=file.path, what=what)
        before, newest = imports.newest_ids(db), imports.newest_paper(db)
        paper = self._keeper.keep(content, found).paper
        assert paper is not None  # noqa: S101  a file is kept as a paper's
        if paper.row > newest:
            imports.add_made(db, one, paper.row, "paper", [note.place])
        self._record_file(one, paper.row, content, before)
        return paper

    def _bring_files(self, one: imports.Import) -> None:
        """Copy the PDFs of the entries; one that was copied before is not read again."""
        wanted = self._missing_files()
        fresh = [path for path in wanted if not self._is_in(path)]
        self.files += [ImportedFile(p, paper) for p, paper in wanted.items() if p not in fresh]
        why_it = str(lazy_gettext("it is attached to it in what was imported"))
        for n_done, (path, answer) in enumerate(self.tools.read_marked(fresh), 1):
            paper = wanted[path]
            try:
                if isinstance(answer, PdfError):
                    raise answer
                content = FileContent(look_at(path, path), *answer)
                with self.library.db.writing():
                    before = imports.newest_ids(self.library.db)
                    row = merges.row_now(self.library.db, paper.row)
                    kept = self._keeper.keep(content, Recognition("strong", row, why_it))
                    self._record_file(one, row, content, before)
                is_other = kept.addition.outcome == "duplicate" and not kept.marked.copy
                pdf = pdfs.pdf_of(self.library.db, row)
                is_same = pdf is not None and pdf.sha256 == content.file.sha256
                why: Text = kept.addition.why if is_other and not is_same else ""
                self.files.append(ImportedFile(path, paper, is_new=not is_other, why=why))
            except PdfError as error:
                self.files.append(ImportedFile(path, paper, why=error.what))
            self.tools.progress("add", n_done, len(fresh))

    def _missing_files(self) -> dict[Path, LibraryPaper]:
        """Return the PDFs that are there, with their papers; the others are outcomes now."""
        there = {}
        for entry in self.entries:
            for path in entry.item.attached.outside:
                why = lazy_gettext("its path leads out of the folder")
                self.files.append(ImportedFile(path, entry.paper, why=why))
            for path in entry.item.attached.pdfs:
                if os.path.isfile(path):
                    there[path] = entry.paper
                else:
                    why = lazy_gettext("there is no such file")
                    self.files.append(ImportedFile(path, entry.paper, why=why))
        return there

    def _record_file(
        self,
        one: imports.Import,
        row: int,
        content: FileContent,
        before: dict[imports.Part, int],
    ) -> None:
        db = self.library.db
        pdf = pdfs.pdf_of(db, row)
        if pdf is not None and pdf.sha256 == content.file.sha256:
            imports.add_made(db, one, row, "pdf", [pdf.sha256])
        for part, numbers in imports.added_after(db, row, before).items():
            imports.add_made(db, one, row, part, numbers)

    def _is_in(self, path: Path) -> bool:
        """Check whether a file was added before, and is as it was then."""
        known = pdfs.addition_of(self.library.db, str(path))
        if known is None or known.paper is None:
            return False
        status = path.stat()
        is_as_before = (status.st_size, status.st_mtime_ns) == (known.n_bytes, known.modified_ns)
        return is_as_before and are_in(self.library, known, path, path)


def pdf_has(library: Library, row: int, sha256: str) -> bool:
    """Check whether a paper has some bytes as its PDF or as a marked copy of it."""
    pdf = pdfs.pdf_of(library.db, row)
    copies = highlights.copies_of(library.db, row)
    return sha256 in {one.sha256 for one in ([pdf] if pdf else []) + copies}


def recognise_entry(
    library: Library, paper: Paper
) -> tuple[int | None, KnownBy, Mapping[int, Match]]:
    """Find the paper of the library that an entry is, None for a new one, and what may be it."""
    db = library.db
    if (row := doubles.row_of(db, paper)) is not None:
        return merges.row_now(db, row), "id", {}
    # An entry without an id is what its title names, where nothing speaks against it.
    if paper.id.startswith("pdf:") and (row := doubles.row_with_title(db, paper)) is not None:
        return row, "title", {}
    copies = doubles.copies_of(db, paper)
    strong = [row for row, match in copies.items() if match.strength == "strong"]
    return (strong[0], "title", copies) if len(strong) == 1 else (None, "", copies)


def _by_name(topics: Sequence[str]) -> dict[str, str]:
    """Map the folded paths of topics, and their last names where only one has that, to topics."""
    last: dict[str, list[str]] = {}
    for topic in topics:
        last.setdefault(fold_name(topic.rpartition("/")[2]), []).append(topic)
    alone = {name: several[0] for name, several in last.items() if len(several) == 1}
    return alone | {fold_name(topic): topic for topic in topics}


def named_topic(collection: str, known: Mapping[str, str]) -> str:
    """Find the topic that a collection names, the innermost folder first; "" for none."""
    parts = collection.split("/")
    for end in range(len(parts), 0, -1):
        for start in range(end):
            if topic := known.get(fold_name("/".join(parts[start:end]))):
                return topic
    return ""


def unnamed_collections(library: Library, read: ImportedLibrary) -> dict[str, int]:
    """Count the papers of each collection that names no topic, without those that have a topic."""
    known = _by_name(topic_names(library))
    found: dict[str, int] = {}
    for item in read.items:
        if any(named_topic(name, known) for name in (*item.collections, *item.tags)):
            continue
        row = recognise_entry(library, item.paper)[0] if item.collections else None
        if row is None or papers.papers_at(library.db, [row])[0].topic is None:
            for name in item.collections:
                found[name] = found.get(name, 0) + 1
    return found
