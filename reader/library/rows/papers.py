"""Store and find papers: one row each, with identifiers, authors and versions.

Also what the references and citation keys of papers are made from.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from reader.library.file_names import fold_name, free_stem
from reader.library.identity import (
    Certainty,
    Match,
    family_fold,
    family_folds,
    matches,
    text_hash,
    title_fold,
)
from reader.library.paper import FirstKnown, LibraryPaper, Paper, State
from reader.library.rows import doubles, fields, merges
from reader.library.rows.database import Database, Row
from reader.library.rows.doubles import PAPER_COLUMNS, paper_of
from reader.library.rows.fields import BROUGHT_SQL, set_authors
from reader.library.rows.properties import Properties, properties_of

# A paper with a note is `read`; else its state is the last decision that was not taken back.
STATE_SQL = """
    CASE WHEN EXISTS (SELECT 1 FROM notes WHERE notes.paper = p.id) THEN 'read' ELSE coalesce((
        SELECT kind FROM decisions AS d
        WHERE d.paper = p.id AND d.kind != 'undo'
          AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
        ORDER BY d.id DESC LIMIT 1), 'candidate') END
"""

STANDING_PICK_SQL = """
    d.kind = 'pick' AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
    AND NOT EXISTS (
        SELECT 1 FROM decisions AS l WHERE l.paper = d.paper AND l.id > d.id AND l.kind = 'skip'
        AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = l.id))"""
"""The condition for a row `d` of decisions: a pick that was not taken back, and that no standing
skip follows."""

LONGEST_NAME = 1_000
"""The longest name that is compared with LIKE: SQLite refuses patterns of 50,000 bytes."""

LAST_CHARACTER = chr(sys.maxunicode)


@dataclass(frozen=True, slots=True)
class PaperCounts:
    """How many of some papers were new in the library, and how many known."""

    n_new: int = 0
    n_known: int = 0


def add_papers(db: Database, papers: Iterable[Paper], *, source: str, on: date) -> PaperCounts:
    """Add papers in one transaction; a known one takes over what is new.

    on: the local day, kept as the day of arrival of the new ones. A copy of a known paper is
    merged into it; a possible copy stays apart, and becomes a question.
    """
    n_new = n_known = 0
    with db.writing():
        for paper in papers:
            row = doubles.row_of(db, paper)
            if row is None:
                _row, is_new = add_new(db, paper, source=source, on=on)
                n_new, n_known = n_new + is_new, n_known + (not is_new)
            else:
                _update(db, row, paper)
                _add_names(db, row, paper, source, on)
                fields.add(db, row, paper, on=on)
                doubles.join_rows(db, row, paper, on)
                n_known += 1
    return PaperCounts(n_new, n_known)


def add_new(
    db: Database,
    paper: Paper,
    copies: Mapping[int, Match] | None = None,
    *,
    source: str,
    on: date,
    brought_by: int | None = None,
) -> tuple[int, bool]:
    """Add a paper of which no id is known, in the open transaction; merge it with a sure copy.

    copies: `doubles.copies_of`, asked for where it is None. brought_by: the import (`imports.id`)
    that says it. Returns the row that it is read as, and whether it is new, and no copy.
    """
    copies = doubles.copies_of(db, paper) if copies is None else copies
    strong = [other for other, match in copies.items() if match.strength == "strong"]
    arrived_on, is_nameless = on, False
    # A copy of several papers at once is merged into none of them: each pair becomes a question.
    if len(strong) == 1:
        [old] = db.read("SELECT canonical, arrived_on FROM papers WHERE id = ?", strong)
        # An id made of a PDF's bytes or of an address gives way to one that others know.
        is_nameless = old["canonical"].startswith(("pdf:", "web:"))
        # A paper in the trash takes its copies in.
        if is_nameless := is_nameless and not merges.is_removed(db, strong[0]):
            # A paper that its owner has had for months is no news of today.
            arrived_on = min(date.fromisoformat(old["arrived_on"]), on)
    row = db.execute(
        """
        INSERT INTO papers (title, abstract, content_hash, fold, categories, comment, pdf_url,
                            published_on, announced_on, version, canonical, arrived_on)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (*_columns(paper), paper.id, arrived_on.isoformat()),
    )
    set_authors(db, row, paper.authors)
    _add_names(db, row, paper, source, on)
    fields.add(db, row, paper, on=on, brought_by=brought_by)
    if len(strong) == 1:
        kept, merged = (row, strong[0]) if is_nameless else (strong[0], row)
        merges.join(db, kept, merged, why=str(copies[strong[0]].why), on=on)
        return kept, False
    for other, match in copies.items():
        merges.ask(db, other, row, why=str(match.why), on=on)
    return row, True


def _columns(paper: Paper) -> tuple[object, ...]:
    """List a paper's values in the order of both statements that write them."""
    return (
        paper.title,
        paper.abstract,
        text_hash(paper.title, paper.abstract),
        title_fold(paper.title),
        " ".join(paper.categories),
        paper.comment,
        paper.pdf_url,
        _iso(paper.published_on),
        _iso(paper.announced_on),
        paper.version,
    )


def _update(db: Database, row: int, paper: Paper) -> None:
    """Take over the text of a newer version; a blank never replaces a text."""
    [old] = db.read("SELECT version, abstract FROM papers WHERE id = ?", (row,))
    numbers = doubles.arxiv_ids(db, row)
    # arXiv's text under the row's first number is taken; another source only fills blanks.
    if paper.id in numbers:
        is_own = paper.id == numbers[0]
    else:
        is_own = not old["abstract"] or (old["version"] is None and not numbers)
    is_older = paper.version is not None and paper.version < (old["version"] or 0)
    is_poorer = not paper.title or (old["abstract"] and not paper.abstract)
    if not is_own or is_older or is_poorer:
        return
    # Before the row is overwritten, since the changes are found by comparing with it.
    if paper.version and paper.version > 1:
        before = fields.as_received(db, row, papers_at(db, [row])[0].record)
        fields.add_changes(db, row, before, paper)
    db.execute(
        """
        UPDATE papers SET title = ?, abstract = ?, content_hash = ?, fold = ?,
            categories = coalesce(nullif(?, ''), categories),
            comment = coalesce(nullif(?, ''), comment),
            pdf_url = coalesce(nullif(?, ''), pdf_url),
            published_on = coalesce(published_on, ?),
            announced_on = coalesce(announced_on, ?),
            version = coalesce(?, version)
        WHERE id = ?
        """,
        (*_columns(paper), row),
    )
    set_authors(db, row, paper.authors)
    fields.add_first_texts(db, row, paper)


def _add_names(db: Database, row: int, paper: Paper, source: str, on: date) -> None:
    """Record a paper's identifiers, the source that brought it, and its version."""
    db.execute_many(
        "INSERT INTO identifiers (id, paper) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(id_, row) for id_ in paper.ids],
    )
    db.execute(
        "INSERT INTO origins (paper, source, seen_on) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (row, source, on.isoformat()),
    )
    numbers = doubles.arxiv_ids(db, row)
    # A second arXiv number of the same paper counts its own versions from 1.
    if paper.version is not None and numbers[:1] in ([], [paper.id]):
        fields.add_version(db, row, paper.version, on=on)


def add_known(db: Database, papers: Iterable[Paper], *, source: str, on: date) -> int:
    """Take over newer texts of known papers and leave out all others; return how many are known."""
    with db.writing():
        # Looked up first, since `add_papers` would add the others.
        known = [paper for paper in papers if doubles.row_of(db, paper) is not None]
        return add_papers(db, known, source=source, on=on).n_known


def add_identifier(db: Database, id_: str, paper: Paper) -> None:
    """Add one more identifier to a known paper; nothing where another paper has it already."""
    db.execute(
        """
        INSERT INTO identifiers (id, paper) SELECT ?, paper FROM identifiers WHERE id = ?
        ON CONFLICT DO NOTHING
        """,
        (id_, paper.id),
    )


def take_name(db: Database, row: int, id_: str, *, instead: str) -> None:
    """Remove a wrong identifier from a paper, and give it the identifier `instead`."""
    with db.writing():
        db.execute("DELETE FROM identifiers WHERE id = ? AND paper = ?", (id_, row))
        db.execute(
            "INSERT INTO identifiers (id, paper) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (instead, row),
        )
        # By the identifier and not by the row: a copy that was merged may be named by it.
        db.execute("UPDATE papers SET canonical = ? WHERE canonical = ?", (instead, id_))
        # Versions are arXiv's: without a number of arXiv's left, they were the wrong paper's.
        if not doubles.arxiv_ids(db, row):
            db.execute("UPDATE papers SET version = NULL WHERE id = ?", (row,))
            db.execute("UPDATE pdfs SET version = NULL WHERE paper = ?", (row,))
            db.execute("DELETE FROM versions WHERE paper = ?", (row,))


def papers_at(db: Database, rows: Iterable[int]) -> list[LibraryPaper]:
    """Load the papers of some rows, in the order given; unknown rows are left out."""
    wanted = list(rows)
    found = {
        paper.row: paper
        for paper in _select(db, "p.id IN (SELECT value FROM json_each(?))", (json.dumps(wanted),))
    }
    return [found[row] for row in wanted if row in found]


def papers_named(db: Database, name: str, *, limit: int = 6) -> list[LibraryPaper]:
    """Find the papers whose key or title is a name, or begins with it; newest first.

    A whole key goes before a whole title, and either before a beginning; case is ignored for
    ASCII. Only where nothing begins as it is typed, titles are compared without width, accents,
    blanks and signs. At most `limit`.
    """
    chosen = "SELECT coalesce(merged_into, id) FROM papers WHERE"
    tries: list[tuple[str, list[str]]] = []
    if len(name) <= LONGEST_NAME:
        # % and _ are wildcards of LIKE.
        pattern = name.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        begins = rf"{chosen} key LIKE ? ESCAPE '\' UNION {chosen} title LIKE ? ESCAPE '\'"
        tries += [(f"{chosen} key = ?", [name]), (f"{chosen} title = ? COLLATE NOCASE", [name])]
        tries += [(begins, [pattern, pattern])]
    if fold := title_fold(name):
        between = f"{chosen} fold BETWEEN ? AND ?"
        tries += [(between, [fold, fold]), (between, [fold, fold + LAST_CHARACTER])]
    # The first one that finds anything is the answer; an index serves each.
    for rows, values in tries:
        found = _select(db, f"p.id IN ({rows}) ORDER BY p.id DESC LIMIT ?", [*values, limit])
        if found:
            return found
    return []


def papers_begun(db: Database, typed: str, *, limit: int) -> list[LibraryPaper]:
    """Find papers whose title begins with what is being typed, in the order of their titles."""
    if not (fold := title_fold(typed)):
        return []
    rows = db.read(
        """
        SELECT coalesce(merged_into, id) AS row FROM papers
        WHERE fold BETWEEN ? AND ? ORDER BY fold LIMIT ?
        """,
        (fold, fold + LAST_CHARACTER, limit),
    )
    return papers_at(db, [r["row"] for r in rows])


def paper_with_id(db: Database, id_: str) -> LibraryPaper | None:
    """Look up the paper that has an identifier, None where no paper has it."""
    rows = _select(db, "p.id = (SELECT paper FROM identifiers WHERE id = ?)", (id_,))
    return rows[0] if rows else None


def rows_with_ids(db: Database, ids: Iterable[str]) -> dict[str, int]:
    """Look up the papers that have some identifiers: identifier → row; none for an unknown one."""
    return db.pairs(
        "SELECT id, paper FROM identifiers WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )


def ids_of(db: Database, rows: Iterable[int]) -> set[str]:
    """Load the ids of some papers, each paper's own one."""
    sql = "SELECT canonical FROM papers WHERE id IN (SELECT value FROM json_each(?))"
    return set(db.column(sql, (json.dumps(list(rows)),)))


def origins_of(db: Database, rows: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Load the sources that brought some papers, the earliest first; row → names."""
    found: dict[int, tuple[str, ...]] = {}
    for r in db.read(
        """
        SELECT paper, source FROM origins WHERE paper IN (SELECT value FROM json_each(?))
        ORDER BY seen_on, source
        """,
        (json.dumps(list(rows)),),
    ):
        found[r["paper"]] = (*found.get(r["paper"], ()), r["source"])
    return found


def announced_days(db: Database, ids: Sequence[str]) -> list[date]:
    """Load the announcement days of some papers by their ids.

    One for each paper that is in the library and has such a day; in no order.
    """
    rows = db.read(
        """
        SELECT p.announced_on AS day FROM identifiers AS i JOIN papers AS p ON p.id = i.paper
        WHERE i.id IN (SELECT value FROM json_each(?)) AND p.announced_on IS NOT NULL
        """,
        (json.dumps(list(ids)),),
    )
    return [date.fromisoformat(r["day"]) for r in rows]


def n_not_from(db: Database, source: str, category: str, *, announced_on: date) -> int:
    """Count the papers of a primary class and announcement day that a source did not bring."""
    return db.number(
        """
        SELECT count(*) AS n FROM papers AS p
        WHERE p.announced_on = ? AND p.merged_into IS NULL
          AND (p.categories = ? OR p.categories LIKE ? || ' %')  -- the first class is primary
          AND NOT EXISTS (SELECT 1 FROM origins AS o WHERE o.paper = p.id AND o.source = ?)
        """,
        (announced_on.isoformat(), category, category, source),
    )


def n_arrived(db: Database, day: date) -> int:
    """Count the papers that sources, not a hand, brought on a local day."""
    return db.number(
        f"""
        SELECT count(*) AS n FROM papers AS p
        WHERE arrived_on = ? AND merged_into IS NULL AND {BROUGHT_SQL}
        """,  # noqa: S608  a constant
        (day.isoformat(),),
    )


def kept_rows(db: Database) -> set[int]:
    """Select the papers that a person did something with: picked, wrote up, filed, tagged, added
    or imported. Skipped ones are not among them, nor those whose pick was taken back: the folder
    that the pick chose stays, and is no choice of the person."""
    found = db.read(
        f"""
        SELECT p.id FROM papers AS p
        WHERE p.merged_into IS NULL AND {STATE_SQL} != 'skip' AND (
            {STATE_SQL} != 'candidate' OR NOT {BROUGHT_SQL}
            OR (SELECT is_by_hand FROM filings WHERE paper = p.id ORDER BY id DESC LIMIT 1)
            OR p.id IN (SELECT paper FROM additions)
            OR p.id IN (SELECT paper FROM properties))
        """  # noqa: S608  constants
    )
    return {r["id"] for r in found}


def n_papers(db: Database) -> int:
    """Count the papers, merged copies as one."""
    return db.number("SELECT count(*) AS n FROM papers WHERE merged_into IS NULL")


def fix_key(db: Database, row: int, stem: str) -> str:
    """Return a paper's key, fixing it once: the stem, with -2, -3 … where that is taken."""
    with db.writing():
        old = db.read_one("SELECT key FROM papers WHERE id = ?", (row,))
        if old and old["key"]:
            return str(old["key"])
        # Keys are compared folded: `Whisper.pdf` and `whisper.pdf` are one file on a Mac.
        key = free_stem(
            stem,
            lambda fold: db.read_one("SELECT 1 FROM keys WHERE fold = ?", (fold,)) is not None,
        )
        db.execute("INSERT INTO keys (fold) VALUES (?)", (fold_name(key),))
        db.execute("UPDATE papers SET key = ? WHERE id = ?", (key, row))
    return key


def _select(db: Database, where: str, values: Sequence[object]) -> list[LibraryPaper]:
    """Select the papers `p` that meet an SQL condition, with state and topic."""
    rows = db.read(
        f"""
        SELECT {PAPER_COLUMNS}, {STATE_SQL} AS state,
            (SELECT topic FROM filings WHERE paper = p.id ORDER BY id DESC LIMIT 1) AS topic
        FROM papers AS p WHERE {where}
        """,  # noqa: S608  `where` is one of this module's own constants
        values,
    )
    known, none = properties_of(db, (row["id"] for row in rows)), Properties()
    several = ((row, known.get(row["id"], none)) for row in rows)
    return [
        LibraryPaper(
            row=row["id"],
            record=paper_of(row),
            state=cast(State, row["state"]),
            arrived_on=date.fromisoformat(row["arrived_on"]),
            topic=row["topic"],
            key=row["key"],
            is_removed=row["merged_into"] == row["id"],
            tags=own.tags,
            rating=own.rating,
            priority=own.priority,
        )
        for row, own in several
    ]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def ids_here(db: Database, ids: Iterable[str]) -> set[str]:
    """Select those of some identifiers that a paper in the library has."""
    return set(rows_with_ids(db, ids))


def papers_by(
    db: Database, names: Iterable[str], *, arrived_on: date, since: date | None = None
) -> dict[int, tuple[str, Certainty]]:
    """Find the papers of a day that one of some people wrote, or may have written.

    since: the first of several days, of which `arrived_on` is the last; None for one day.
    Returns row → name as followed, and how sure it is that the author is this person.
    """
    by_fold: dict[str, list[str]] = {}
    for name in names:
        for fold in family_folds(name):
            by_fold.setdefault(fold, []).append(name)
    if not by_fold:
        return {}
    # CROSS JOIN keeps SQLite from beginning with the authors: one family name may have 60,000
    # rows, a day a few hundred papers. MATERIALIZED lets the last condition, which needs the
    # rows of papers themselves, see the few that are left.
    rows = db.read(
        """
        WITH written AS MATERIALIZED (
            SELECT a.paper, a.name, a.family_fold FROM papers AS p
            CROSS JOIN authors AS a ON a.paper = p.id
            WHERE p.arrived_on BETWEEN ? AND ?
              AND a.family_fold IN (SELECT value FROM json_each(?)))
        SELECT w.paper, w.name, w.family_fold FROM written AS w JOIN papers AS p ON p.id = w.paper
        WHERE p.merged_into IS NULL
        """,
        ((since or arrived_on).isoformat(), arrived_on.isoformat(), json.dumps(list(by_fold))),
    )
    found: dict[int, tuple[str, Certainty]] = {}
    for r in rows:
        for name in by_fold[r["family_fold"]]:
            certainty = matches(name, r["name"])
            # A sure author goes before one who may be somebody else.
            if certainty == "same" or (certainty == "ambiguous" and r["paper"] not in found):
                found[r["paper"]] = (name, certainty)
    return found


def authors_like(db: Database, name: str) -> dict[str, Certainty]:
    """Find the authors in the library whom a name may mean: name as printed → how sure."""
    rows = db.read(
        "SELECT DISTINCT name FROM authors WHERE family_fold IN (SELECT value FROM json_each(?))"
        " ORDER BY name",
        (json.dumps(list(family_folds(name))),),
    )
    certainties = {r["name"]: matches(name, r["name"]) for r in rows}
    return {author: found for author, found in certainties.items() if found != "no"}


def n_by_family(db: Database, folds: Iterable[str], *, limit: int = 1_000) -> dict[str, int]:
    """Count the authorships of some folded family names, each up to `limit`.

    Names that no author has are left out.
    """
    found = {}
    for fold in sorted(folds):
        sql = "SELECT count(*) FROM (SELECT 1 FROM authors WHERE family_fold = ? LIMIT ?)"
        if n := db.number(sql, (fold, limit)):
            found[fold] = n
    return found


def families_from(db: Database, beginning: str) -> list[str]:
    """List the folded family names that begin with some letters."""
    # A range and not LIKE, so that the index serves it; U+10FFFF is the last character there is.
    return db.column(
        "SELECT DISTINCT family_fold FROM authors WHERE family_fold >= ? AND family_fold < ?",
        (beginning, beginning + "\U0010ffff"),
    )


def papers_by_families(
    db: Database, folds: Iterable[str], year: int | None, *, limit: int
) -> list[tuple[int, int, bool]]:
    """Select the papers of authors with some folded family names: (row, families, of the year).

    Papers with the most of the families come first, then those of the year, then the newest.
    year: None for any. A paper without a date counts as of the year in which it arrived.
    """
    rows = db.read(
        """
        SELECT p.id, w.n, strftime('%Y', coalesce(p.published_on, p.announced_on, p.arrived_on)) = ?
            AS is_of_year
        FROM (
            SELECT paper, count(DISTINCT family_fold) AS n FROM authors
            WHERE family_fold IN (SELECT value FROM json_each(?)) GROUP BY paper) AS w
        JOIN papers AS p ON p.id = w.paper
        WHERE p.merged_into IS NULL
        ORDER BY w.n DESC, is_of_year DESC, p.arrived_on DESC, p.id DESC LIMIT ?
        """,
        (str(year), json.dumps(list(folds)), limit),
    )
    return [(r["id"], r["n"], bool(r["is_of_year"])) for r in rows]


def newest_by_family(db: Database, folds: Iterable[str], *, limit: int) -> list[int]:
    """Select the papers (rows) of authors with some folded family names, the newest first."""
    return db.column(
        """
        SELECT p.id FROM papers AS p
        WHERE p.merged_into IS NULL AND p.id IN (
            SELECT paper FROM authors WHERE family_fold IN (SELECT value FROM json_each(?)))
        ORDER BY p.arrived_on DESC, p.id DESC LIMIT ?
        """,
        (json.dumps(list(folds)), limit),
    )


def copies_of(db: Database, rows: Collection[int]) -> dict[int, list[Paper]]:
    """Load the copies that were merged into some papers: row of the paper → copies."""
    found: dict[int, list[Paper]] = {}
    for r in db.read(
        f"""
        SELECT {PAPER_COLUMNS} FROM papers AS p
        WHERE p.merged_into IN (SELECT value FROM json_each(?)) AND p.merged_into != p.id
        ORDER BY p.id
        """,  # noqa: S608  a constant
        (json.dumps(list(rows)),),
    ):
        found.setdefault(r["merged_into"], []).append(paper_of(r))
    return found


def imported_keys(db: Database) -> dict[int, str]:
    """Load the citation keys that imports brought, row → key; of a copy for the paper it became."""
    found = db.read(
        """
        SELECT coalesce(p.merged_into, p.id) AS paper, k.key FROM citation_keys AS k
        JOIN papers AS p ON p.id = k.paper ORDER BY p.merged_into IS NOT NULL, k.id
        """
    )
    # Backwards, so that of several keys the first one of the paper itself stays.
    return {r["paper"]: r["key"] for r in reversed(found)}


_KNOWN = """
    p.id, p.canonical, coalesce(p.published_on, p.announced_on) AS day, coalesce((
        SELECT before FROM changes WHERE paper = p.id AND field = 'title'
        ORDER BY number LIMIT 1), (
        SELECT value FROM fields WHERE paper = p.id AND source = 'as it came' AND field = 'title'
        ORDER BY id LIMIT 1), p.title) AS title
"""


def first_known(db: Database, rows: Collection[int]) -> list[FirstKnown]:
    """Load what was known first of some papers, and of all with a first author of their names.

    Copies and removed papers too: their keys stay taken, so that no other key ever changes.
    """
    own = json.dumps(list(rows))
    folds = db.read(
        """
        SELECT DISTINCT family_fold FROM authors
        WHERE position = 0 AND paper IN (SELECT value FROM json_each(?))
        """,
        (own,),
    )
    # Where a hand changed the authors, those that the paper came with name it.
    first_rows = db.read(
        f"""
        SELECT {_KNOWN}, f.value AS author, min(f.id) FROM fields AS f
        JOIN papers AS p ON p.id = f.paper
        WHERE f.source = 'as it came' AND f.field = 'authors' GROUP BY p.id
        """  # noqa: S608  a constant
    )
    wanted_folds = {r["family_fold"] for r in folds}
    wanted_folds |= {
        family_fold(r["author"].partition("\n")[0]) for r in first_rows if r["id"] in rows
    }
    # CROSS JOIN keeps SQLite from beginning with all papers.
    found = db.read(
        f"""
        SELECT {_KNOWN}, a.name AS author FROM authors AS a CROSS JOIN papers AS p ON p.id = a.paper
        WHERE a.family_fold IN (SELECT value FROM json_each(?)) AND a.position = 0
        """,  # noqa: S608  a constant
        (json.dumps([*wanted_folds]),),
    )
    nameless = "NOT EXISTS (SELECT 1 FROM authors WHERE paper = p.id)"
    select = f"SELECT {_KNOWN}, '' AS author FROM papers AS p WHERE {nameless}"  # noqa: S608
    wanted = f"{select} AND p.id IN (SELECT value FROM json_each(?)) LIMIT 1"  # noqa: S608
    found += db.read(select) if db.read(wanted, (own,)) else []
    return [_first_known(row) for row in {row["id"]: row for row in (*found, *first_rows)}.values()]


def _first_known(row: Row) -> FirstKnown:
    author = row["author"].partition("\n")[0]
    day = date.fromisoformat(row["day"]) if row["day"] else None
    return FirstKnown(row["id"], row["canonical"], row["title"], author, day)
