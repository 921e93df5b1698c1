"""Edit the fields of a paper, tag, rate and prioritise it.

The person's word holds until it is taken back. The front matter of the note follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reader.base.errors import ReaderError, UsageError
from reader.base.messages import Joined, lazy_gettext
from reader.base.text import plain, shorten
from reader.library.arrival import keep_arrival
from reader.library.folder import Library
from reader.library.paper import LONGEST_TAG, FieldValue, LibraryPaper, PropertyChange, clean_tag
from reader.library.reference import cleaned
from reader.library.rows import decisions, fields, papers, properties
from reader.notes.rows import exports
from reader.search.rows import index


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """A paper as it stands after an edit, the fields whose value changed, and its files that
    could not follow."""

    held: LibraryPaper
    changed: tuple[str, ...]
    problems: tuple[ReaderError, ...] = ()


def edit(library: Library, held: LibraryPaper, words: Mapping[str, str]) -> EditOutcome:
    """Change fields of a paper by hand; "" takes an earlier word back.

    What holds already is no change, and makes no act. Its files keep their names. Raises
    UsageError for a field that is not there, and for what can be no year or DOI.
    """
    db, row = library.db, held.row
    given = {field: _value(field, text) for field, text in words.items()}
    holds = fields.holding(db, [row]).get(row, {})
    paper = held.paper
    texts = {"title": paper.title, "authors": "\n".join(paper.authors), "abstract": paper.abstract}
    now = texts | {field: one.value for field, one in holds.items()}
    changed = {
        field: value
        for field, value in given.items()
        # A form sends a text back without the blanks that it came with.
        if (value != _value(field, now.get(field, "")) if value else _is_by_hand(holds.get(field)))
    }
    if not changed:
        return EditOutcome(held, ())
    act = decisions.next_act(db)
    fields.edit(db, row, changed, act=act, at=library.now(), on=library.today())
    problems = follow(library, [row])
    [held] = papers.papers_at(db, [row])
    return EditOutcome(held, tuple(changed), tuple(problems))


def _is_by_hand(value: FieldValue | None) -> bool:
    return value is not None and value.is_by_hand


def follow(library: Library, rows: Sequence[int]) -> list[ReaderError]:
    """Bring the full text and the Markdown files of papers to what holds of them now.

    Their vectors are made by the next `gather`.
    """
    # Imported here: who only tags papers, or picks them, need not wait for it.
    from reader.morning.file import export_filed

    index.add_paper_texts(library.db, rows)
    return export_filed(library, list(rows))


def _value(field: str, text: str) -> str:
    if field not in fields.FIELDS:
        raise UsageError(
            what=lazy_gettext("{field} is no field of a paper.", field=plain(field)),
            hint=lazy_gettext("The fields: {names}", names=Joined(fields.FIELDS)),
        )
    if field == "authors":
        from reader.gathering.imports.item import in_order, names_in

        several = re.split("[;\n]", text) if re.search("[;\n]", text) else names_in(text)
        return "\n".join(name for one in several if (name := plain(in_order(one))))
    value = plain(text) if field in fields.TEXTS else cleaned(field, text)
    if not value and text.strip():
        raise UsageError(
            what=lazy_gettext("{text} can be no {field}.", text=plain(text), field=field),
            hint=lazy_gettext("A year has four digits, a DOI begins with 10."),
        )
    return value


@dataclass(frozen=True, slots=True)
class TagOutcome:
    """Papers as they stand after a change. changed: rows of those that it changed. problems: notes
    whose files could not be brought along; the next export does."""

    several: tuple[LibraryPaper, ...]
    changed: frozenset[int] = frozenset()
    problems: tuple[ReaderError, ...] = ()


def tag(library: Library, rows: Iterable[int], wanted: PropertyChange) -> TagOutcome:
    """Change properties of some papers, in one act. Raises UsageError for what is no tag."""
    for one in (*wanted.add, *wanted.remove):
        if not clean_tag(one) or len(one) > LONGEST_TAG:
            raise UsageError(
                what=lazy_gettext("{text} is no tag.", text=repr(shorten(plain(one), 60))),
                hint=lazy_gettext("A tag has letters or digits, and is at most 100 long."),
            )
    db, rows = library.db, list(dict.fromkeys(rows))
    # What a hand wrote into the files first: this change is the later one.
    problems = _export(library, rows)
    with db.writing():
        changed = properties.change(
            db, rows, wanted, act=decisions.next_act(db), at=library.now(), on=library.today()
        )
        keep_arrival(library)
    if changed:
        problems = _export(library, changed)
    return TagOutcome(tuple(papers.papers_at(db, rows)), frozenset(changed), tuple(problems))


def _export(library: Library, rows: Iterable[int]) -> list[ReaderError]:
    wanted = [row for row in rows if exports.path_of(library.db, exports.note_name(row))]
    if not wanted:
        return []
    # Imported here: papers without a note, most of them, need not wait for it.
    from reader.notes.export import export_quietly

    return export_quietly(library, wanted)
