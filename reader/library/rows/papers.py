"""Keep papers: one row each, whatever the copies, with identifiers, authors and versions."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from reader.library.file_names import fold_name, free_stem
from reader.library.identity import title_fold
from reader.library.paper import LibraryPaper, Paper, State
from reader.library.rows import merges, versions
from reader.library.rows.authors import set_authors
from reader.library.rows.database import Database
from reader.library.rows.merges import PAPER_COLUMNS, paper_of
from reader.library.rows.versions import BROUGHT_SQL

# Its last decision that was not taken back, and `read` as soon as there is a note.
STATE_SQL = """
    CASE WHEN EXISTS (SELECT 1 FROM notes WHERE notes.paper = p.id) THEN 'read' ELSE coalesce((
        SELECT kind FROM decisions AS d
        WHERE d.paper = p.id AND d.kind != 'undo'
          AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
        ORDER BY d.id DESC LIMIT 1), 'candidate') END
"""

LONGEST_NAME = 1_000
"""SQLite refuses to compare with a pattern of 50,000 bytes."""

LAST_CHARACTER = chr(sys.maxunicode)


@dataclass(frozen=True, slots=True)
class PaperCounts:
    """What became of some papers: how many were new here, how many known."""

    n_new: int = 0
    n_known: int = 0


def add_papers(db: Database, papers: Iterable[Paper], *, source: str, on: date) -> PaperCounts:
    """Bring papers in, in one transaction; a known one only learns what is new of it.

    on: the local day, kept as the day of arrival of those that are new. A copy of a paper
    that is here becomes that paper; what may be one is kept apart, and asked about.
    """
    n_new = n_known = 0
    with db.writing():
        for paper in papers:
            row = merges.row_of(db, paper)
            if row is None:
                is_new = _add(db, paper, source, on)
                n_new, n_known = n_new + is_new, n_known + (not is_new)
            else:
                _update(db, row, paper)
                _add_names(db, row, paper, source, on)
                merges.join_rows(db, row, paper, on)
                n_known += 1
    return PaperCounts(n_new, n_known)


def _add(db: Database, paper: Paper, source: str, on: date) -> bool:
    """Make a row for a paper, and join it to the one that it is a copy of.

    Returns whether it is new, and no copy.
    """
    copies = merges.copies_of(db, paper)
    strong = [other for other, match in copies.items() if match.strength == "strong"]
    arrived_on, is_nameless = on, False
    if len(strong) == 1:
        [old] = db.read("SELECT canonical, arrived_on FROM papers WHERE id = ?", strong)
        # A name made of a PDF's bytes or of an address gives way to one that others know.
        if is_nameless := old["canonical"].startswith(("pdf:", "web:")):
            # What its owner has had for months is no news.
            arrived_on = min(date.fromisoformat(old["arrived_on"]), on)
    row = db.execute(
        """
        INSERT INTO papers (canonical, title, abstract, categories, comment, published_on,
                            announced_on, arrived_on, version, pdf_url, content_hash, fold)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            paper.id,
            paper.title,
            paper.abstract,
            " ".join(paper.categories),
            paper.comment,
            _iso(paper.published_on),
            _iso(paper.announced_on),
            arrived_on.isoformat(),
            paper.version,
            paper.pdf_url,
            merges.text_hash(paper.title, paper.abstract),
            title_fold(paper.title),
        ),
    )
    set_authors(db, row, paper.authors)
    _add_names(db, row, paper, source, on)
    if len(strong) == 1:
        kept, merged = (row, strong[0]) if is_nameless else (strong[0], row)
        merges.join(db, kept, merged, why=copies[strong[0]].why, on=on)
        return False
    for other, match in copies.items():
        merges.ask(db, other, row, why=match.why, on=on)
    return True


def _update(db: Database, row: int, paper: Paper) -> None:
    """Take over a text that is newer and the row's own; never replace something by nothing."""
    [old] = db.read("SELECT version, abstract FROM papers WHERE id = ?", (row,))
    numbers = merges.arxiv_ids(db, row)
    # What arXiv says of a row's first number holds; another source fills what is blank.
    if paper.id in numbers:
        is_own = paper.id == numbers[0]
    else:
        is_own = not old["abstract"] or (old["version"] is None and not numbers)
    is_older = paper.version is not None and paper.version < (old["version"] or 0)
    is_poorer = not paper.title or (old["abstract"] and not paper.abstract)
    if not is_own or is_older or is_poorer:
        return
    # Before the row is overwritten: what the versions differ in is asked of it.
    if paper.version and paper.version > 1:
        versions.add_changes(db, row, papers_at(db, [row])[0].paper, paper)
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
        (
            paper.title,
            paper.abstract,
            merges.text_hash(paper.title, paper.abstract),
            title_fold(paper.title),
            " ".join(paper.categories),
            paper.comment,
            paper.pdf_url,
            _iso(paper.published_on),
            _iso(paper.announced_on),
            paper.version,
            row,
        ),
    )
    set_authors(db, row, paper.authors)


def _add_names(db: Database, row: int, paper: Paper, source: str, on: date) -> None:
    """Keep a paper's identifiers, the source that brought it, and its version."""
    db.execute_many(
        "INSERT INTO identifiers (id, paper) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(id_, row) for id_ in paper.ids],
    )
    db.execute(
        "INSERT INTO origins (paper, source, seen_on) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (row, source, on.isoformat()),
    )
    numbers = merges.arxiv_ids(db, row)
    # Another number of the same paper counts its versions for itself.
    if paper.version is not None and numbers[:1] in ([], [paper.id]):
        versions.add_version(db, row, paper.version, on=on)


def add_known(db: Database, papers: Iterable[Paper], *, source: str, on: date) -> int:
    """Take over newer texts of papers that are here; others are left out. Returns how many."""
    with db.writing():
        # Looked up first: `add_papers` would make rows of those that are not here.
        known = [paper for paper in papers if merges.row_of(db, paper) is not None]
        return add_papers(db, known, source=source, on=on).n_known


def add_identifier(db: Database, id_: str, paper: Paper) -> None:
    """Let a paper that is here be found by one more identifier."""
    with db.writing():
        db.execute(
            """
            INSERT INTO identifiers (id, paper) SELECT ?, paper FROM identifiers WHERE id = ?
            ON CONFLICT DO NOTHING
            """,
            (id_, paper.id),
        )


def take_name(db: Database, row: int, id_: str, *, instead: str) -> None:
    """Take an identifier off a paper that is not its paper; it is called `instead` from now on."""
    with db.writing():
        db.execute("DELETE FROM identifiers WHERE id = ? AND paper = ?", (id_, row))
        db.execute(
            "INSERT INTO identifiers (id, paper) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (instead, row),
        )
        # It may be the name of a copy that was joined to the paper.
        db.execute("UPDATE papers SET canonical = ? WHERE canonical = ?", (instead, id_))
        if not merges.arxiv_ids(db, row):
            db.execute("UPDATE papers SET version = NULL WHERE id = ?", (row,))
            db.execute("UPDATE pdfs SET version = NULL WHERE paper = ?", (row,))
            db.execute("DELETE FROM versions WHERE paper = ?", (row,))


def papers_at(db: Database, rows: Iterable[int]) -> list[LibraryPaper]:
    """List papers by row, in the order given."""
    wanted = list(rows)
    found = {
        held.row: held
        for held in _held(db, "p.id IN (SELECT value FROM json_each(?))", (json.dumps(wanted),))
    }
    return [found[row] for row in wanted if row in found]


def papers_named(db: Database, name: str, *, limit: int = 6) -> list[LibraryPaper]:
    """List the papers that a person may mean by a key or the beginning of a title.

    What fits whole comes alone, a key before a title, in any case of ASCII. Only where none
    begins so as it is typed, width, accents, blanks and signs make no difference. At most
    `limit`, newest first.
    """
    chosen = "SELECT coalesce(merged_into, id) FROM papers WHERE"
    tries: list[tuple[str, list[str]]] = []
    if len(name) <= LONGEST_NAME:
        pattern = name.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        begins = rf"{chosen} key LIKE ? ESCAPE '\' UNION {chosen} title LIKE ? ESCAPE '\'"
        tries += [(f"{chosen} key = ?", [name]), (f"{chosen} title = ? COLLATE NOCASE", [name])]
        tries += [(begins, [pattern, pattern])]
    if fold := title_fold(name):
        between = f"{chosen} fold BETWEEN ? AND ?"
        tries += [(between, [fold, fold]), (between, [fold, fold + LAST_CHARACTER])]
    # The first that finds anything holds, each answered by an index.
    for rows, values in tries:
        found = _held(db, f"p.id IN ({rows}) ORDER BY p.id DESC LIMIT ?", [*values, limit])
        if found:
            return found
    return []


def paper_with_id(db: Database, id_: str) -> LibraryPaper | None:
    """Find the paper that has this identifier."""
    rows = _held(db, "p.id = (SELECT paper FROM identifiers WHERE id = ?)", (id_,))
    return rows[0] if rows else None


def origins_of(db: Database, rows: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return the sources that papers came by, the first one first; row → names."""
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
    """List the announcement days of those of some papers that are here and have one."""
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
    row = db.read(
        """
        SELECT count(*) AS n FROM papers AS p
        WHERE p.announced_on = ? AND p.merged_into IS NULL
          AND (p.categories = ? OR p.categories LIKE ? || ' %')
          AND NOT EXISTS (SELECT 1 FROM origins AS o WHERE o.paper = p.id AND o.source = ?)
        """,
        (announced_on.isoformat(), category, category, source),
    )[0]
    return int(row["n"])


def n_arrived(db: Database, day: date) -> int:
    """Count the papers that sources brought on a local day."""
    row = db.read_one(
        f"""
        SELECT count(*) AS n FROM papers AS p
        WHERE arrived_on = ? AND merged_into IS NULL AND {BROUGHT_SQL}
        """,  # noqa: S608  a constant
        (day.isoformat(),),
    )
    return int(row["n"]) if row else 0


def n_papers(db: Database) -> int:
    """Count the papers."""
    row = db.read_one("SELECT count(*) AS n FROM papers WHERE merged_into IS NULL")
    return int(row["n"]) if row else 0


def fix_key(db: Database, row: int, stem: str) -> str:
    """Fix a paper's key, once and for ever: the stem, with -2, -3 … where it is taken."""
    with db.writing():
        old = db.read_one("SELECT key FROM papers WHERE id = ?", (row,))
        if old and old["key"]:
            return str(old["key"])
        # `Whisper.pdf` and `whisper.pdf` are one file on a Mac.
        key = free_stem(
            stem,
            lambda fold: db.read_one("SELECT 1 FROM keys WHERE fold = ?", (fold,)) is not None,
        )
        db.execute("INSERT INTO keys (fold) VALUES (?)", (fold_name(key),))
        db.execute("UPDATE papers SET key = ? WHERE id = ?", (key, row))
    return key


def _held(db: Database, where: str, values: Sequence[object]) -> list[LibraryPaper]:
    rows = db.read(
        f"""
        SELECT {PAPER_COLUMNS}, {STATE_SQL} AS state,
            (SELECT topic FROM filings WHERE paper = p.id ORDER BY id DESC LIMIT 1) AS topic
        FROM papers AS p WHERE {where}
        """,  # noqa: S608  `where` is one of this module's own constants
        values,
    )
    return [
        LibraryPaper(
            row=row["id"],
            paper=paper_of(row),
            state=cast(State, row["state"]),
            arrived_on=date.fromisoformat(row["arrived_on"]),
            topic=row["topic"],
            key=row["key"],
        )
        for row in rows
    ]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def rows_of(db: Database, ids: Iterable[str]) -> dict[str, int]:
    """Find the rows of those of some identifiers that are here: id → row."""
    rows = db.read(
        "SELECT id, paper FROM identifiers WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {r["id"]: r["paper"] for r in rows}


def ids_here(db: Database, ids: Iterable[str]) -> set[str]:
    """Find which of some identifiers a paper here has."""
    return set(rows_of(db, ids))
