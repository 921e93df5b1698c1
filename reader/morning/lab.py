"""Share notes with those who use the same index, take them back, and find what others share.

Nothing is shared unless the person says so: of one paper by the tag LAB_TAG, which is kept like
any other tag, of a folder by `shared = true` of its topic in feeds.toml. What is published is
compared with that each time, so that a note that could not be sent or withdrawn is the next time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from reader.base.errors import Problem, ReaderError, SourceFailed, UsageError
from reader.base.messages import N_, Text, lazy_gettext
from reader.base.tex import title_text
from reader.base.text import sentences
from reader.library.folder import Library
from reader.library.ids import url_of
from reader.library.paper import LAB_TAG, LibraryPaper, PropertyChange
from reader.library.rows import papers
from reader.library.rows.properties import shared_with_lab
from reader.morning.edit import tag
from reader.morning.values import FoldedDays, Morning, by_lane
from reader.notes.rows import exports, notes
from reader.notes.share import is_web, shared_paper
from reader.search.indexes import SharedNote
from reader.search.shared import Failures, for_changing, searched

LONGEST = 20_000
"""Characters of a note that are shared, and that are shown of one; the rest is cut off."""

LONGEST_ID, MOST_IDS = 500, 20

WAIT_S = 2
"""How long a list or a page waits for what others share."""


@dataclass(frozen=True, slots=True)
class LabOutcome:
    """What became of some notes: a sentence for each.

    n_left_out: private places in their words that are not shared. problems: why the shared index
    was not changed yet, which the next gather does, and files that could not be brought along.
    """

    messages: tuple[Text, ...]
    n_left_out: int = 0
    problems: tuple[ReaderError, ...] = ()


def share_notes(library: Library, several: Sequence[LibraryPaper]) -> LabOutcome:
    """Share the notes of some papers, from now on also with their new words.

    Raises UsageError where there is no shared index, no note, or no public address.
    """
    _check_index(library)
    n_left_out = 0
    for paper in several:
        title = title_text(paper.record.title)
        if not _public_ids(paper):
            raise UsageError(
                what=lazy_gettext("This paper has no public address: {title}", title=title),
                hint=lazy_gettext("Only notes on papers that others can find are shared."),
            )
        shared, n = shared_paper(library, paper)
        if not shared.words:
            raise UsageError(
                what=lazy_gettext("There is no note to share: {title}", title=title),
                hint=lazy_gettext("Write one first: `reader note {id}`", id=paper.record.id),
            )
        n_left_out += n
    done, late = (
        N_("Shared with your lab: {title}"),
        N_("Not sent yet, the next gather shares it with your lab: {title}"),
    )
    outcome = _change(library, several, PropertyChange(add=(LAB_TAG,)), done, late)
    return replace(outcome, n_left_out=n_left_out)


def take_back(library: Library, several: Sequence[LibraryPaper]) -> LabOutcome:
    """Stop sharing the notes of some papers. Raises UsageError for one that its folder shares."""
    _check_index(library)
    by_topic = _shared_by_topic(library)
    for paper in several:
        if paper.row in by_topic:
            raise UsageError(
                what=lazy_gettext(
                    "All notes in the folder {topic} are shared: {title}",
                    topic=paper.topic,
                    title=title_text(paper.record.title),
                ),
                hint=lazy_gettext("Take `shared = true` of that topic out of feeds.toml."),
            )
    done, late = (
        N_("Not shared with your lab any more: {title}"),
        N_("Others still see it, the next gather takes it back: {title}"),
    )
    return _change(library, several, PropertyChange(remove=(LAB_TAG,)), done, late)


def _change(
    library: Library, several: Sequence[LibraryPaper], wanted: PropertyChange, done: str, late: str
) -> LabOutcome:
    problems = list(tag(library, [paper.row for paper in several], wanted).problems)
    error = _published(library)
    titles = [title_text(paper.record.title) for paper in several]
    messages = tuple(lazy_gettext(late if error else done, title=title) for title in titles)
    return LabOutcome(messages, 0, tuple(problems + ([error] if error else [])))


def leave(library: Library) -> int:
    """Take all that is one's own out of the shared index; returns the number of notes.

    First nothing is shared any more, here and in feeds.toml, so that no gather sends it again;
    after an error the next one withdraws what this library knows. Raises SourceFailed.
    """
    _check_index(library)
    if any(topic.shared for topic in library.config.topics):
        # Imported here for tomlkit, which no list and no page needs.
        from reader.gathering.follow import unshare_topics

        unshare_topics(library)
    if rows := shared_with_lab(library.db):
        tag(library, rows, PropertyChange(remove=(LAB_TAG,)))
    with for_changing(library) as shared:
        return shared.withdraw_notes()


def publish(library: Library) -> list[Problem]:
    """Bring the shared index to what the person shares; a failure is a problem.

    Notes of this login on papers that have none here stay: they are of another library.
    """
    if not library.config.index.url:
        return []
    error = _published(library)
    return [Problem("share", str(error.source), error)] if error else []


def _published(library: Library) -> SourceFailed | None:
    try:
        with for_changing(library) as shared:
            name = library.config.index.name or shared.login
            wanted = {note.ids[0]: note for note in _wanted(library, name)}
            there = {note.ids[0]: note for note in shared.own_notes()}
            gone = [id_ for id_ in there if id_ not in wanted and _is_of(library, there[id_])]
            if gone:
                shared.withdraw_notes(gone)
            new = [note for id_, note in wanted.items() if there.get(id_) != note]
            if new:
                shared.share_notes(new)
    except SourceFailed as error:
        return error
    return None


def is_shared(library: Library, paper: LibraryPaper) -> bool:
    """Check whether the note of a paper is shared, by itself or with its folder."""
    return paper.row in shared_with_lab(library.db) | _shared_by_topic(library)


def _wanted(library: Library, name: str) -> Iterable[SharedNote]:
    """Make what is to be published: of papers that are here and have a note with public words."""
    rows = shared_with_lab(library.db) | _shared_by_topic(library)
    for paper in papers.papers_at(library.db, exports.noted(library.db, rows) if rows else ()):
        if not (ids := _public_ids(paper)):
            continue
        shared, _ = shared_paper(library, paper)
        if words := _cut(shared.words):
            on = notes.revisions(library.db, paper.row)[-1].on_date
            yield SharedNote(ids, name, words, on)


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _shared_by_topic(library: Library) -> set[int]:
    shared = [topic.path for topic in library.config.topics if topic.shared]
    return {row for path in shared for row in exports.filed_under(library.db, path)}


def _public_ids(paper: LibraryPaper) -> tuple[str, ...]:
    """List the identifiers of a paper that lead others to it; none where its own does not."""
    public = [i for i in paper.record.ids if len(i) <= LONGEST_ID and is_web(url_of(i))]
    return tuple(public[:MOST_IDS]) if paper.record.id in public else ()


def _is_of(library: Library, note: SharedNote) -> bool:
    """Check whether a note that is published is of this library: it has one on that paper."""
    rows = set(papers.rows_with_ids(library.db, note.ids).values())
    return any(notes.revisions(library.db, row) for row in rows)


def _check_index(library: Library) -> None:
    if not library.config.index.url:
        raise UsageError(
            what=lazy_gettext("feeds.toml names no index that a lab shares."),
            hint=lazy_gettext("Write its address into feeds.toml: [index] url."),
        )


def written_on(
    library: Library,
    several: Iterable[LibraryPaper],
    failed: Failures | None = None,
    *,
    length: int = LONGEST,
) -> tuple[dict[int, tuple[SharedNote, ...]], SourceFailed | None]:
    """Find what others share on some papers: row → notes, the newest first; and what failed.

    failed: of a server, as `searched` has it. length: characters of the words that are loaded.
    """
    settings = library.config.index
    rows = {id_: paper.row for paper in several for id_ in paper.record.ids}
    found: dict[int, dict[str, SharedNote]] = {}
    if not (settings.url and rows):
        return {}, None
    # A server that only searches may know the person by another login.
    own = unquote(urlsplit(settings.url).username or "")
    with searched(library, failed, wait_s=WAIT_S) as indexes:
        if indexes.shared is None:
            return {}, indexes.error
        try:
            several_notes = indexes.shared.notes_on([*rows], length=length, without=own)
        except SourceFailed as error:
            return {}, error
    for note in several_notes:
        for row in {rows[id_] for id_ in note.ids if id_ in rows}:
            found.setdefault(row, {}).setdefault(note.login, note)
    return {row: tuple(of_row.values()) for row, of_row in found.items()}, None


Listed = TypeVar("Listed", Morning, FoldedDays)


def with_written(library: Library, shown: Morning, failed: Failures | None = None) -> Morning:
    """Mark the papers of a morning on which others share a note; without an answer say so.

    Not to be cached with the morning: others share and withdraw at any time.
    """
    found, error = written_on(library, [e.paper for e in shown.entries], failed, length=0)
    if error:
        message = lazy_gettext("It is not known who in your lab has written about these papers.")
        text = sentences([str(message), error.message])
        return replace(shown, notices=(*shown.notices, text))
    people = {row: tuple(note.who for note in of_row) for row, of_row in found.items()}

    def marked(listed: Listed) -> Listed:
        own, doubtful, near, wild = (
            tuple(replace(one, written_by=people.get(one.paper.row, ())) for one in entries)
            for entries in by_lane(listed).values()
        )
        first = wild[0] if wild else None
        return replace(listed, own=own, doubtful=doubtful, near=near, wild=first)

    if not people:
        return shown
    return replace(marked(shown), folded=marked(shown.folded) if shown.folded else None)
