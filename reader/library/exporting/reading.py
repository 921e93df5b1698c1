"""Read in what a hand wrote into a paper's file since it was left: three texts are compared.

The file as it is, the file as it was left, and the note as it stands. Words of a hand
become revisions; where the note changed too, both are kept. Writes no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reader.errors import Incomplete, UsageError
from reader.ids import parse_id
from reader.library.exporting.outcome import Exported
from reader.library.folder import Library
from reader.library.writing import add_note
from reader.note import fields, merge_words, without_blank_ends, words_of
from reader.note.frame import MARK, block_of, framed
from reader.note.front import claimed, text_at
from reader.note.mending import mended, typed_inside
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain, shorten
from reader.store import notes
from reader.store.exports import Export
from reader.store.notes import Revision


@dataclass(frozen=True, slots=True)
class Found:
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


def read_in(library: Library, held: Held, found: Found, done: Exported) -> None:
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


def _check_owner(held: Held, found: Found) -> None:
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


def _is_ours(theirs: str, known: Sequence[Revision], found: Found) -> bool:
    """Tell words that the program wrote from an edit.

    An export that was killed before it was recorded left those of a revision that came
    after the one on record.
    """
    last = found.last
    if last is not None and theirs == words_of(last.content, found.titles):
        return True
    since = (note.text for note in known if last is None or note.id >= last.note)
    return any(theirs == without_blank_ends(text) for text in since)
