"""Read in what a hand wrote into the files of notes/.

Read in what a hand wrote into a paper's file since it was left: three texts are compared.

The file as it is, the file as it was left, and the note as it stands. Words of a hand
become revisions; where the note changed too, both are kept. Writes no file.

Take a file of the person's as the note of the paper whose id stands in its front matter.

Its bytes stay, our keys and our block are added. One that lies in no topic's folder goes
to its paper's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from reader.base.errors import Incomplete, UsageError
from reader.base.front_matter import claimed, fields, text_at
from reader.base.messages import say
from reader.base.text import plain, shorten
from reader.library.file_names import UNFILED
from reader.library.folder import Library
from reader.library.ids import parse_id
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.notes.export.files import ROOT, ExportOutcome, Files, file_where_it_lies, free_path
from reader.notes.file import MARK, block_of, framed, mended, typed_inside, words_of
from reader.notes.rows import notes
from reader.notes.rows.exports import Export
from reader.notes.rows.notes import Revision
from reader.notes.words import merge_words, without_blank_ends
from reader.notes.write import add_note
from reader.pdfs.move import drop_empty, folder_at, move, nfc
from reader.ranking.best_folder import file_away


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it is.

    last: as it was left, None where none is on record. title: the paper's. blocks: of ours
    that a killed export may have written into it.
    """

    path: str
    content: str
    last: Export | None
    title: str
    blocks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The content with its front matter put back in order; of a file that was never ours
        with our marks below all that stands there."""
        if self.last:
            return mended(self.content, self.last.content)
        return self.content if MARK.search(self.content) else framed(self.content)

    @property
    def titles(self) -> tuple[str, ...]:
        """What our heading said when the file was left."""
        title = text_at(self.last.front, "title") if self.last else self.title
        return () if title is None else (title,)


def read_in(library: Library, held: LibraryPaper, found: FileState, done: ExportOutcome) -> None:
    """Make revisions of what a hand wrote. Raises Incomplete for a file to leave alone."""
    _check_owner(held, found)
    theirs = words_of(found.text, found.titles)
    if theirs is None:
        raise Incomplete(what=say("export.marks", path=found.path))
    blocks = (*found.blocks, *([block_of(found.last.content)] if found.last else []))
    inside = typed_inside(found.text, blocks) if found.last else ""
    theirs = "\n\n".join(filter(None, (theirs, inside)))
    if not plain(theirs):
        done.emptied.append(found.path)
        return
    is_new = is_joint = False
    # In one transaction: no note comes between what is compared and what is kept, and a
    # kill between the two revisions would leave the library's own text behind.
    with library.db.writing():
        known = notes.revisions(library.db, held.row)
        if _is_ours(theirs, known, found):
            return
        try:
            is_new = add_note(library, held, theirs, came_from="file").is_new
            if known and (found.last is None or known[-1].id != found.last.note):
                joint = merge_words(known[-1].text, theirs)
                is_joint = add_note(library, held, joint, came_from="file").is_new
        except UsageError as error:
            what = say("export.refused", path=found.path, what=error.message)
            raise Incomplete(what=what) from error
    done.read_in += [found.path] if is_new else []
    done.merged += [found.path] if is_joint else []
    done.typed_inside += [found.path] if inside else []


def _check_owner(held: LibraryPaper, found: FileState) -> None:
    given = fields(found.text)
    if given.get("sample") == "true":
        raise Incomplete(what=say("export.sample", path=found.path))
    written = fields(found.last.content).get("id", "") if found.last else ""
    id_ = claimed(found.content, "id") or claimed(found.content, "page")
    meant = parse_id(id_)
    known = ("", written, *held.paper.ids)
    if found.last and id_ not in known and (meant is None or meant.id not in known):
        id_ = shorten(plain(id_), 80)
        raise Incomplete(what=say("export.other", path=found.path, id=id_, own=held.paper.id))


def _is_ours(theirs: str, known: Sequence[Revision], found: FileState) -> bool:
    """Tell words that the program wrote from an edit.

    An export that was killed before it was recorded left those of a revision that came
    after the one on record.
    """
    last = found.last
    if last is not None and theirs == words_of(last.content, found.titles):
        return True
    since = (note.text for note in known if last is None or note.id >= last.note)
    return any(theirs == without_blank_ends(text) for text in since)


def adopt(library: Library, files: Files, row: int, path: str, done: ExportOutcome) -> str:
    """Keep a file's words as a revision; gives where the file lies then, empty where it has
    no words and is not taken. Raises Incomplete, StoreError."""
    (held,) = papers.papers_at(library.db, [row])
    content = files.read(path) or ""
    found = FileState(path, content, None, held.paper.title)
    if not plain(words_of(found.text, found.titles) or ""):
        return ""
    with library.db.writing():
        file_where_it_lies(library, row, path, done)
        file_away(library, papers.papers_at(library.db, [row])[0])
        read_in(library, papers.papers_at(library.db, [row])[0], found, done)
    done.adopted.append(path)
    (held,) = papers.papers_at(library.db, [row])
    return _brought(library, files, path, held.topic or UNFILED)


def _brought(library: Library, files: Files, path: str, topic: str) -> str:
    """Bring a file into its topic's folder under its own name, where it is not there."""
    pure = PurePosixPath(path)
    if nfc(str(pure.parent)) == nfc(f"{ROOT}/{topic}"):
        return path
    target = free_path(library, f"{folder_at(library, ROOT, topic)}/{pure.name}", taken=())
    move(library.folder / path, library.folder / target)
    drop_empty((library.folder / path).parent, library.folder / ROOT)
    files.forget(path)
    files.forget(target)
    return target
