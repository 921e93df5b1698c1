"""Tag, rate and prioritise papers, and bring the front matter of their notes along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reader.base.errors import ReaderError, UsageError
from reader.base.messages import lazy_gettext
from reader.base.text import plain, shorten
from reader.library.arrival import keep_arrival
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.properties import LONGEST_TAG, PropertyChange, clean_tag
from reader.library.rows import decisions, papers, properties
from reader.notes.rows import exports


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
