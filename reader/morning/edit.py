"""Edit, tag, rate and file papers, suggest folders, and list and move whole topics.

The person's word holds until it is taken back, and the front matter of the note follows.
Suggestions are learned from the person's filings and never carried out. A folder need not be in
feeds.toml: topics there say which papers are gathered, folders as fine as the person likes hold
them.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from reader.base.errors import NotKnown, ReaderError, UsageError
from reader.base.messages import N_, Joined, lazy_gettext
from reader.base.text import nfc, plain, shorten
from reader.library.arrival import keep_arrival
from reader.library.config import Lane
from reader.library.file_names import (
    UNFILED,
    FilingExample,
    PaperToFile,
    Suggestion,
    file_stem,
    fold_name,
    likenesses,
    nearest_names,
    path_problem,
    scaled,
    suggest,
)
from reader.library.files import is_here, settle
from reader.library.folder import Library
from reader.library.identity import name_key
from reader.library.paper import LONGEST_TAG, FieldValue, LibraryPaper, PropertyChange, clean_tag
from reader.library.reference import cleaned
from reader.library.rows import decisions, fields, papers, pdfs, properties
from reader.library.rows.pdfs import FiledByHand
from reader.notes.rows import exports
from reader.ranking.rows import labels
from reader.ranking.topic import best, fits
from reader.search.rows import index

if TYPE_CHECKING:
    from reader.pdfs.find import Read


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """A paper as it stands after an edit, the fields whose value changed, and its files that
    could not follow."""

    paper: LibraryPaper
    changed: tuple[str, ...]
    problems: tuple[ReaderError, ...] = ()


def edit(library: Library, paper: LibraryPaper, words: Mapping[str, str]) -> EditOutcome:
    """Change fields of a paper by hand; "" takes an earlier word back.

    What holds already is no change, and makes no act. Its files keep their names. Raises
    UsageError for a field that is not there, and for what can be no year or DOI.
    """
    db, row = library.db, paper.row
    given = {field: _value(field, text) for field, text in words.items()}
    holds = fields.holding(db, [row]).get(row, {})
    record = paper.record
    texts = {
        "title": record.title,
        "authors": "\n".join(record.authors),
        "abstract": record.abstract,
    }
    now = texts | {field: one.value for field, one in holds.items()}
    changed = {
        field: value
        for field, value in given.items()
        # A form sends a text back without the blanks that it came with.
        if (value != _value(field, now.get(field, "")) if value else _is_by_hand(holds.get(field)))
    }
    if not changed:
        return EditOutcome(paper, ())
    act = decisions.next_act(db)
    fields.edit(db, row, changed, act=act, at=library.now(), on=library.today())
    problems = follow(library, [row])
    [paper] = papers.papers_at(db, [row])
    return EditOutcome(paper, tuple(changed), tuple(problems))


def _is_by_hand(value: FieldValue | None) -> bool:
    return value is not None and value.is_by_hand


def follow(library: Library, rows: Sequence[int]) -> list[ReaderError]:
    """Bring the full text and the Markdown files of papers to what holds of them now.

    Their vectors are made by the next `gather`.
    """
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


PAPERS_EACH, MOST_FOLDERS = 10, 50
"""Papers of each folder, and folders, that are compared with the topics: it takes a moment."""

MOST_EXAMPLES = 1_000
"""The most papers from which suggestions are learned: those filed last."""


@dataclass(frozen=True, slots=True)
class FilingOutcome:
    """The outcome of filing: the paper as it stands, its folder before (None: none), files moved
    as (from, to) relative to the library, and errors of files that could not be moved."""

    paper: LibraryPaper
    before: str | None
    moved: tuple[tuple[str, str], ...]
    problems: tuple[ReaderError, ...]


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic, and how much is filed there.

    lane: None for a folder that is not in feeds.toml. below: the topic of feeds.toml whose
    folder it is in, or empty. nearest: where it is neither, the topic of feeds.toml that
    its papers fit best, else the one with the most similar name; may be empty.
    """

    path: str
    lane: Lane | None
    n_papers: int
    n_pdfs: int
    n_notes: int
    below: str = ""
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class TopicMove:
    """The outcome of moving a topic: papers filed anew, files moved, and errors."""

    topic: str
    rows: tuple[int, ...]
    n_files: int
    problems: tuple[ReaderError, ...]


def file_paper(
    library: Library,
    paper: LibraryPaper,
    topic: str,
    *,
    may_be_new: bool = False,
) -> FilingOutcome:
    """File a paper under a topic, as `file_papers`."""
    return file_papers(library, [paper], topic, may_be_new=may_be_new)[0]


def file_papers(
    library: Library,
    several: Sequence[LibraryPaper],
    topic: str,
    *,
    may_be_new: bool = False,
    read: Read | None = None,
) -> list[FilingOutcome]:
    """File papers under a topic in one act, and bring their PDFs and Markdown files there.

    The rows come first, so that what a kill leaves undone is done by the next run. Raises
    NotKnown, UsageError.
    """
    path = find_topic(library, topic, may_be_new=may_be_new)
    db, rows = library.db, [paper.row for paper in several]
    # Where a hand moved one first, it is found, and this filing has the last word.
    _find_moved(library, rows, read=read)
    before = {(p.kind, p.id): p.path for p in pdfs.places(db, rows)}
    with db.writing():
        act, at = decisions.next_act(db), library.now()
        for paper in several:
            papers.fix_key(db, paper.row, file_stem(paper.record, library.config.pdf_name))
            # A folder that the person named before is not filed a second time.
            if pdfs.last_filing(db, paper.row) != (path, True):
                decisions.add_filing(db, paper.row, path, at=at, is_by_hand=True, act=act)
    found = []
    for paper, now in zip(several, papers.papers_at(db, rows), strict=True):
        # The row stands: what cannot be moved now is moved by the next `gather`.
        problems = settle(library, [paper.row])
        after = pdfs.places(db, [paper.row])
        moved = [(before[p.kind, p.id], p.path) for p in after if before[p.kind, p.id] != p.path]
        found.append(FilingOutcome(now, paper.topic, tuple(moved), tuple(problems)))
    return found


def _find_moved(
    library: Library, rows: Sequence[int] | None = None, *, read: Read | None = None
) -> None:
    """Find the files of papers, by default of all, that a hand moved."""
    # Imported here: 30 ms, for which tagging and picking need not wait.
    from reader.notes.export import find_moved_notes
    from reader.pdfs.find import find_moved

    find_moved(library, rows, read=read)
    find_moved_notes(library, rows)


def export_filed(library: Library, rows: list[int]) -> list[ReaderError]:
    """Update the folder and the PDF in the papers' Markdown files, where there are any; edits by
    hand are read in first."""
    there = {p.paper for p in pdfs.places(library.db, rows) if p.kind == "note"}
    if not there:
        return []
    # Imported here, as in `_export`.
    from reader.notes.export import export

    return export(library, only=there).left


def export_topic(library: Library, topic: str) -> list[ReaderError]:
    """Do so for all papers of a topic, also those that an earlier, killed run moved there."""
    return export_filed(library, [p.paper for p in pdfs.places(library.db) if p.topic == topic])


def find_topic(library: Library, text: str, *, may_be_new: bool = False) -> str:
    """Find the topic or folder that a person means, whatever its case.

    Raises UsageError for a text that can be no folder, NotKnown for a folder that is not there
    yet, unless it may be new.
    """
    text = nfc(text.strip().strip("/"))
    if problem := path_problem(text):
        raise UsageError(
            what=lazy_gettext("{what}.", what=problem),
            hint=lazy_gettext("A topic is a folder path: speech/translation."),
        )
    known = topic_names(library)
    # Reversed: of names that differ in case alone the first one stays, those of feeds.toml.
    found = {fold_name(path): path for path in reversed(known)}.get(fold_name(text))
    if found is not None:
        return found
    is_folder = any((library.folder / root / text).is_dir() for root in ("papers", "notes"))
    if may_be_new or is_folder:
        return text
    near = nearest_names(text, known)
    hint = (
        lazy_gettext("Similar: {near}. --new makes a new folder.", near=Joined(near, N_(", ")))
        if near
        else lazy_gettext("`reader topics` lists them; --new makes a new folder.")
    )
    raise NotKnown(what=lazy_gettext("There is no topic or folder {topic}.", topic=text), hint=hint)


def topic_names(library: Library) -> list[str]:
    """List the topics of feeds.toml, then the other folders that hold papers."""
    in_use = [count.topic for count in pdfs.topic_counts(library.db)]
    return list(dict.fromkeys([t.path for t in library.config.topics] + in_use + [UNFILED]))


def suggestions(library: Library, paper: LibraryPaper, *, encoder: str = "") -> list[Suggestion]:
    """Suggest up to three folders for a paper, from earlier filings by the person and from the
    words of feeds.toml; best first.

    encoder: whose vectors are compared; words are where it is empty or the paper has no vector.
    """
    filed = [f for f in pdfs.filed_by_hand(library.db, limit=MOST_EXAMPLES) if f.row != paper.row]
    alike = _likenesses(library, paper, filed, encoder)
    examples = [
        FilingExample(f.topic, f.key, like, frozenset(map(name_key, f.authors)), f.category)
        for f, like in zip(filed, alike, strict=True)
    ]
    wanted = PaperToFile(
        authors={name_key(author): author for author in paper.record.authors},
        category=paper.record.categories[0] if paper.record.categories else "",
        words={
            f.topic: tuple(dict.fromkeys([*f.title_words, *f.abstract_words]))
            for f in fits(paper.record, library.config.topics)
            if f.score > 0
        },
    )
    return suggest(examples, wanted)


def _likenesses(
    library: Library, paper: LibraryPaper, filed: list[FiledByHand], encoder: str
) -> list[float]:
    rows = [f.row for f in filed]
    vectors = index.paper_vectors(library.db, encoder, [paper.row, *rows]) if encoder else {}
    if paper.row not in vectors or not any(row in vectors for row in rows):
        return likenesses(f"{paper.record.title}\n{paper.record.abstract}", [f.text for f in filed])
    import numpy as np

    there = [row for row in rows if row in vectors]
    kept = np.stack([np.frombuffer(vectors[row], np.float16) for row in there])
    own = np.frombuffer(vectors[paper.row], np.float16).astype(np.float32)
    cosines = scaled([float(cosine) for cosine in kept.astype(np.float32) @ own])
    by_row = dict(zip(there, cosines, strict=True))
    return [by_row.get(row, 0.0) for row in rows]


def topics(library: Library) -> list[TopicLine]:
    """List the topics of feeds.toml in its order, then the other folders that hold papers.

    What a hand moved is found first.
    """
    _find_moved(library)
    counts = {count.topic: count for count in pdfs.topic_counts(library.db)}
    configured = {topic.path: topic.lane for topic in library.config.topics}
    others = sorted(counts.keys() - configured.keys(), key=lambda t: (t == UNFILED, t))
    # From the outermost folder inwards, so that the nearest topic above stays in the dict.
    below = {
        path: str(parent)
        for path in others
        for parent in reversed(PurePosixPath(path).parents)
        if str(parent) in configured
    }
    strange = [path for path in others if is_strange(path, configured)]
    nearest = _nearest(library, strange)
    # A PDF that a hand deleted, or in the trash, is not counted.
    every = pdfs.places(library.db, has_notes=False)
    here = (p for p in every if p.kind == "pdf" and not p.is_removed)
    paths = {(p.topic or "", p.paper): p.path for p in here}
    # Looked up as text first, as in `find_moved`: 20,000 paths made as objects take .2 s.
    root = f"{library.folder}/"
    n_pdfs = Counter(
        topic
        for (topic, _), path in paths.items()
        if os.path.isfile(root + path) or is_here(library.folder / path)
    )
    lines = []
    for path in [*configured, *others]:
        count = counts.get(path)
        n_papers, n_notes = (count.n_papers, count.n_notes) if count else (0, 0)
        numbers = (n_papers, n_pdfs[path], n_notes)
        lane, near = configured.get(path), nearest.get(path, "")
        lines.append(TopicLine(path, lane, *numbers, below.get(path, ""), near))
    return lines


def is_strange(folder: str, topics: Container[str]) -> bool:
    """Check whether a folder of papers is no topic of feeds.toml, nor below one.

    topics: the paths of those in feeds.toml.
    """
    above = map(str, PurePosixPath(folder).parents)
    return not (folder == UNFILED or folder in topics or any(path in topics for path in above))


def strange_topics(library: Library) -> list[TopicLine]:
    """List the folders with papers that are in no topic of feeds.toml: nothing new comes there, and
    what is filed there teaches no topic."""
    return [one for one in topics(library) if not (one.lane or one.below or one.path == UNFILED)]


def _nearest(library: Library, paths: list[str]) -> dict[str, str]:
    """Choose for each folder the topic of feeds.toml that most of its papers fit by their words,
    else the one with the most similar name."""
    # The names first; where papers fit a topic by their words, these decide.
    known = [topic.path for topic in library.config.topics]
    found = {path: next(iter(nearest_names(path, known)), "") for path in paths}
    rows = pdfs.filed_last(library.db, paths[:MOST_FOLDERS], each=PAPERS_EACH)
    every = papers.papers_at(library.db, [row for of_topic in rows.values() for row in of_topic])
    by_words = {h.row: best(fits(h.record, library.config.topics)) for h in every}
    for path, of_topic in rows.items():
        if votes := Counter(f.topic for row in of_topic if (f := by_words.get(row))):
            found[path] = votes.most_common(1)[0][0]
    return found


def move_topic(
    library: Library,
    old: str,
    new: str,
    *,
    may_be_new: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> TopicMove:
    """File all papers of one topic under another, and bring their files there.

    Killed anywhere, the same call (or a gather) goes on. Raises NotKnown where nothing is
    filed under the first and nothing was left to move.
    """
    source = nfc(old.strip().strip("/"))
    target = find_topic(library, new, may_be_new=may_be_new)
    used = {fold_name(c.topic): c.topic for c in reversed(pdfs.topic_counts(library.db))}
    # As it is written first: a topic may be moved to its own name in another case.
    source = source if source in used.values() else used.get(fold_name(source), source)
    if source == target:
        raise UsageError(
            what=lazy_gettext("The old and the new topic are the same: {topic}.", topic=target),
            hint=lazy_gettext("`reader topics` lists the topics."),
        )
    before = {(p.kind, p.id): p.path for p in pdfs.places(library.db)}
    _find_moved(library)
    with library.db.writing():
        act, now = decisions.next_act(library.db), library.now()
        rows = pdfs.refile(library.db, source, target, at=now, act=act)
        # What `teach` was told of a topic goes with it.
        n_taught = labels.rename_topic(
            library.db, source, target, act=act, at=now, on=library.today()
        )
    problems = settle(library, progress=progress)
    there = [p for p in pdfs.places(library.db) if p.topic == target]
    moved = [p for p in there if before.get((p.kind, p.id)) != p.path]
    if not (rows or moved or problems or n_taught):
        raise NotKnown(
            what=lazy_gettext("Nothing is filed under {topic}.", topic=source),
            hint=lazy_gettext("`reader topics` lists the topics."),
        )
    touched = dict.fromkeys([*rows, *(p.paper for p in moved)])
    return TopicMove(target, tuple(touched), len(moved), tuple(problems))
