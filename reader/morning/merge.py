"""Merge copies of one paper, split them again, and ask about pairs that are not sure."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reader.base.errors import Ambiguous, Incomplete, UsageError
from reader.base.messages import N_, Joined, lazy_gettext
from reader.base.retell import retell
from reader.base.text import plain
from reader.library.file_names import file_stem
from reader.library.folder import Library, find_paper
from reader.library.ids import parse_id
from reader.library.paper import LibraryPaper
from reader.library.rows import decisions, doubles, merges, papers, pdfs
from reader.notes.rows import exports, notes
from reader.search.rows import index


@dataclass(frozen=True, slots=True)
class MergeQuestion:
    """Two papers that may be one, and the reason."""

    first: LibraryPaper
    second: LibraryPaper
    why: str
    asked_on: date


@dataclass(frozen=True, slots=True)
class MergeOutcome:
    """The outcome of a merge.

    left: the merged paper's Markdown file, which stays as it is. newer: where both papers had a
    note, the title of the one whose note is shown from now on. pdf: where both had a PDF, the
    merged one's, which stays as it is. rating: where both were rated, and not the same, the one
    that does not count; else None.
    """

    paper: LibraryPaper
    left: str = ""
    newer: str = ""
    pdf: str = ""
    rating: int | None = None


def questions(library: Library) -> list[MergeQuestion]:
    """List the pairs that may be one paper and that nobody decided on yet.

    Rows with the same title from before papers were compared are looked for first.
    """
    if not library.db.is_read_only:
        for first, second, match in doubles.pairs(library.db):
            merges.ask(library.db, first, second, why=str(match.why), on=library.today())
    pairs = merges.open_questions(library.db)
    rows = [row for q in pairs for row in (q.first, q.second)]
    by_row = {h.row: h for h in papers.papers_at(library.db, rows)}
    return [
        MergeQuestion(by_row[q.first], by_row[q.second], retell(q.why), q.asked_on) for q in pairs
    ]


def _same_paper(library: Library, paper: LibraryPaper) -> UsageError:
    hint = lazy_gettext(
        N_("`reader split ID` splits a merged paper.")
        if merges.merges_of(library.db, paper.row)
        else N_(
            "`reader merge` lists pairs that may be one paper; `reader merge ID ID` merges two."
        )
    )
    return UsageError(
        what=lazy_gettext("Both IDs are the same paper: {id}.", id=paper.record.id), hint=hint
    )


def join(library: Library, kept: str, merged: str) -> MergeOutcome:
    """Make two papers one: the first one's title and files stay, everything of both counts.

    Raises NotFound, and UsageError when they are one already; Incomplete when the
    Markdown file of the second holds words that were not read in yet.
    """
    one, two = (find_paper(library, text) for text in (kept, merged))
    if one.row == two.row:
        raise _same_paper(library, one)
    left = _left_file(library, one, two)
    noted = [(number, paper.record.title) for paper in (one, two)
             if (number := notes.newest_id(library.db, paper.row))]  # fmt: skip
    newer = max(noted)[1] if len(noted) == 2 else ""
    files = [pdf.path for paper in (one, two) if (pdf := pdfs.pdf_of(library.db, paper.row))]
    # Where a split by hand keeps the two apart, this merge takes it back.
    with library.db.writing():
        act = decisions.next_act(library.db)
        merges.join(
            library.db,
            one.row,
            two.row,
            why=str(lazy_gettext("by hand")),
            on=library.today(),
            undoes=merges.last_split(library.db, one.row, two.row),
            by=merges.ByHand(act, library.now().isoformat()),
        )
        _index_notes(library, one.row)
    [joined] = papers.papers_at(library.db, [one.row])
    ratings = {paper.rating for paper in (one, two)} - {joined.rating, None}
    return MergeOutcome(
        joined,
        left,
        newer,
        pdf=files[1] if len(files) == 2 else "",
        rating=ratings.pop() if ratings else None,
    )


def _left_file(library: Library, one: LibraryPaper, two: LibraryPaper) -> str:
    """Get the path of the second one's Markdown file where both have one, else "".

    Raises Incomplete where the file holds words that were not read in yet.
    """
    theirs = exports.exported(library.db, two.row)
    if theirs is None or exports.exported(library.db, one.row) is None:
        return ""
    # No file, or none that can be read: nothing of it is lost by a merge.
    with contextlib.suppress(OSError):
        if (library.folder / theirs.path).read_bytes() != theirs.content.encode():
            raise Incomplete(
                what=lazy_gettext(
                    "{path} has words of yours that were not read in yet. Run `reader export`, "
                    "then this again.",
                    path=theirs.path,
                )
            )
        return theirs.path
    return ""


@dataclass(frozen=True, slots=True)
class Split:
    """Two papers that were split; were_one: they were one paper before."""

    first: LibraryPaper
    second: LibraryPaper
    were_one: bool


def part(library: Library, text: str, other: str = "") -> Split:
    """Split a merged paper into two again, as they were; or keep two that may be one apart.

    text: any identifier of the copy that goes, or of a paper with one copy only. Raises
    NotFound, Ambiguous when there are several copies, UsageError when there is none.
    """
    one = find_paper(library, text)
    two = find_paper(library, other) if other else one
    why, db = str(lazy_gettext("by hand")), library.db
    with db.writing():
        by = merges.ByHand(decisions.next_act(db), library.now().isoformat())
        if one.row != two.row:
            merges.keep_apart(db, one.row, two.row, why=why, on=library.today(), by=by)
            return Split(one, two, were_one=False)
        merge = _named_merge(library, one, [text, other])
        merges.part(db, merge, why=why, on=library.today(), by=by)
        # The paper that kept it may itself be a copy of another one.
        rows = [merges.row_now(db, merge.kept), merge.merged]
        follow(library, rows)
    first, second = papers.papers_at(db, rows)
    return Split(first, second, were_one=True)


def follow(library: Library, rows: Iterable[int]) -> None:
    """Index the notes anew of papers that were merged or split, and name those that need it.

    rows: of the papers as they stand now.
    """
    for row in rows:
        _index_notes(library, row)
        (paper,) = papers.papers_at(library.db, [row])
        # A copy that was merged before it was filed has no name for files of its own.
        if paper.topic and not paper.key:
            papers.fix_key(library.db, row, file_stem(paper.record, library.config.pdf_name))


def _named_merge(library: Library, paper: LibraryPaper, texts: list[str]) -> merges.Merge:
    """Choose the merge to take back: the one that brought an identifier, else the only one."""
    # An identifier names the copy that came with it; a title or key leaves the only merge.
    for found in filter(None, (parse_id(plain(text)) for text in texts)):
        if merge := merges.merge_that_brought(library.db, found.id):
            return merge
    standing = merges.merges_of(library.db, paper.row)
    if not standing:
        raise UsageError(
            what=lazy_gettext("{id} was not merged with another paper.", id=paper.record.id),
            hint=lazy_gettext("`reader split ID ID` records that two papers are not the same one."),
        )
    if len(standing) > 1:
        raise Ambiguous(
            what=paper.record.id,
            n=lazy_gettext("{n}", n=len(standing) + 1),
            several=Joined(paper.record.ids[1:], N_("; ")),
        )
    return standing[0]


def _index_notes(library: Library, row: int) -> None:
    if notes.newest_id(library.db, row):
        index.add_note_text(library.db, row)
