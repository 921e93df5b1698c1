"""Store the versions of papers and what sources and the person say in their fields.

Chooses which value holds, and finds the papers that sources brought, not a hand: one that somebody
adds by hand is theirs already, so it is no news of its day and nothing that they have to look at.

Rows are only ever added, and stay with the copy that they were made for; a paper has those of its
copies too. What holds of title, authors and abstract is also written into the paper itself, which
lists and search read: so what came with the paper is kept as a row as soon as another value holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from reader.library.identity import family_fold, text_hash, title_fold
from reader.library.paper import FieldValue, Paper
from reader.library.rows.database import REMOVED_SQL, Database, Row

BY_HAND = "by hand"
"""The name of the source of papers that a person added."""

TEXTS = ("title", "authors", "abstract")
FIELDS = (*TEXTS, "venue", "volume", "number", "pages", "publisher", "year", "doi")

AS_RECEIVED = "as it came"
"""The source of the text that the paper itself came with, the newest version's."""

ORDER = (BY_HAND, AS_RECEIVED, "acl", "doi", "dblp", "openreview", "openalex", "semantic-scholar")
"""Whose value holds: the first one that says something. All imports come after these; of two
values of one rank the newer one holds."""

_STANDING = """
    f.undoes IS NULL AND NOT EXISTS (SELECT 1 FROM fields AS u WHERE u.undoes = f.id)
"""

_GROUP = """
    SELECT value FROM json_each(?1) UNION
    SELECT id FROM papers WHERE merged_into IN (SELECT value FROM json_each(?1))
"""
"""Some papers with their copies."""


def add(db: Database, row: int, paper: Paper, *, on: date, brought_by: int | None = None) -> None:
    """Record what a source says of the publication of a paper, and an abstract of its own.

    brought_by: the import (`imports.id`) that it is taken back with.
    """
    publication = paper.publication
    if publication is None:
        return
    texts = {field: getattr(publication, field) for field in FIELDS if field not in TEXTS}
    if paper.abstract != _texts_of(db, row)["abstract"]:
        texts["abstract"] = paper.abstract
    with db.writing():
        new = [
            (row, field, value, publication.source, brought_by, on.isoformat())
            for field, value in texts.items()
            if value and value != _last(db, row, field, publication.source)
        ]
        db.execute_many(
            "INSERT INTO fields (paper, field, value, source, import, on_date)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            new,
        )
        if "abstract" in texts:
            settle(db, row)


def edit(
    db: Database, paper: int, values: Mapping[str, str], *, act: int, at: datetime, on: date
) -> None:
    """Record what the person says of a paper, as an act; "" takes an earlier word back."""
    with db.writing():
        db.execute_many(
            "INSERT INTO fields (paper, field, value, source, act, at, on_date)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (paper, field, value, BY_HAND, act, at.isoformat(), on.isoformat())
                for field, value in values.items()
            ],
        )
        settle(db, paper)


def take_back(
    db: Database, several: Sequence[tuple[int, int]], *, act: int, at: datetime, on: date
) -> None:
    """Take back edits, in the open transaction. several: (`fields.id`, its paper as it is now)."""
    db.execute_many(
        """
        INSERT INTO fields (paper, field, value, source, act, undoes, at, on_date)
        SELECT paper, field, '', source, ?, id, ?, ? FROM fields WHERE id = ?
        """,
        [(act, at.isoformat(), on.isoformat(), number) for number, _paper in several],
    )
    for paper in {paper for _number, paper in several}:
        settle(db, paper)


def forget_import(db: Database, number: int) -> None:
    """Delete what an import (`imports.id`) said, in the open transaction."""
    rows = db.read(
        """
        SELECT DISTINCT coalesce(p.merged_into, p.id) AS paper FROM fields AS f
        JOIN papers AS p ON p.id = f.paper WHERE f.import = ?
        """,
        (number,),
    )
    db.execute("DELETE FROM fields WHERE import = ?", (number,))
    for row in rows:
        settle(db, row["paper"])


def field_values(db: Database, papers: Iterable[int]) -> dict[int, dict[str, list[FieldValue]]]:
    """Load what sources say of some papers: row → field → values, each source's last, the one that
    holds first."""
    found: dict[int, dict[str, list[FieldValue]]] = {}
    by_paper: dict[int, list[Row]] = {}
    wanted = list(papers)
    for row in _rows(db, wanted):
        by_paper.setdefault(row["now"], []).append(row)
    for paper, rows in by_paper.items():
        by_field = {field: _ordered(rows, paper, field) for field in FIELDS}
        found[paper] = {field: values for field, values in by_field.items() if values}
    return found


def holding(db: Database, papers: Iterable[int]) -> dict[int, dict[str, FieldValue]]:
    """Load the value that holds in each field of some papers: row → field → value."""
    by_field = field_values(db, papers)
    return {row: {f: values[0] for f, values in of.items()} for row, of in by_field.items()}


def papers_by_venue(db: Database, words: str) -> set[int]:
    """Find the papers in whose venue some words stand, whichever source says so.

    Case is ignored for ASCII. An earlier word of the person's that was taken back does not count.
    """
    pattern = words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    rows = db.read(
        rf"""
        SELECT DISTINCT coalesce(p.merged_into, p.id) AS paper
        FROM fields AS f JOIN papers AS p ON p.id = f.paper
        WHERE f.field = 'venue' AND f.value LIKE '%' || ? || '%' ESCAPE '\' AND {_STANDING}
        """,  # noqa: S608  a constant
        (pattern,),
    )
    candidates = [r["paper"] for r in rows]
    holds = holding(db, candidates)
    return {row for row in candidates if words.lower() in holds[row]["venue"].value.lower()}


@dataclass(frozen=True, slots=True)
class AskedSource:
    """When a source was asked for a paper, and the validators of its answer."""

    on: date
    etag: str
    last_modified: str


def last_requests(db: Database, papers: Iterable[int]) -> dict[tuple[int, str], AskedSource]:
    """Load which sources were asked for some papers: (row, source) → the last time."""
    rows = db.read(
        "SELECT * FROM refreshed WHERE paper IN (SELECT value FROM json_each(?))",
        (json.dumps(list(papers)),),
    )
    return {
        (r["paper"], r["source"]): AskedSource(
            date.fromisoformat(r["on_date"]), r["etag"], r["last_modified"]
        )
        for r in rows
    }


def add_asked(db: Database, paper: int, source: str, one: AskedSource) -> None:
    """Record that a source was asked for a paper, in the open transaction."""
    db.execute(
        "INSERT OR REPLACE INTO refreshed (paper, source, on_date, etag, last_modified)"
        " VALUES (?, ?, ?, ?, ?)",
        (paper, source, one.on.isoformat(), one.etag, one.last_modified),
    )


def add_first_texts(db: Database, paper: int, new: Paper) -> None:
    """Keep the text that a source brought for a paper, where another value may hold of it."""
    with db.writing():
        kept = _received(db, paper)
        texts = {"title": new.title, "authors": "\n".join(new.authors), "abstract": new.abstract}
        for field in kept:
            if texts[field] and texts[field] != kept[field]:
                _keep(db, paper, field, texts[field])
        if kept:
            settle(db, paper)


def as_received(db: Database, row: int, paper: Paper) -> Paper:
    """Return a paper of the library without the person's words, as its source has it."""
    kept = _received(db, row)
    authors = tuple(kept["authors"].split("\n")) if kept.get("authors") else paper.authors
    title, abstract = kept.get("title", paper.title), kept.get("abstract", paper.abstract)
    return replace(paper, title=title, authors=authors, abstract=abstract)


def lift(db: Database, paper: int, *, before: int | None = None) -> None:
    """Write the text that a paper came with back into it, until `settle` is called.

    before: a paper that is merged into it next, whose words will hold of this one.
    """
    kept, now = _received(db, paper), _texts_of(db, paper)
    for row in _rows(db, [before]) if before else ():
        field = row["field"]
        if row["source"] == BY_HAND and field in TEXTS and field not in kept:
            kept[field] = now[field]
            _keep(db, paper, field, now[field])
    for field, value in kept.items():
        _write(db, paper, field, value)


def settle(db: Database, paper: int, *, is_lifted: bool = False) -> None:
    """Write what holds of title, authors and abstract into the paper, in the open transaction.

    is_lifted: it was lifted, and what stands in it now is what it came with.
    """
    if not _rows(db, [paper]):
        return
    now, kept = _texts_of(db, paper), _received(db, paper)
    for field in kept if is_lifted else ():
        if now[field] != kept[field]:
            kept[field] = now[field]
            _keep(db, paper, field, now[field])
    rows = _rows(db, [paper])
    for field in now:
        values = _ordered(rows, paper, field)
        if field not in kept:
            if not values:
                continue
            _keep(db, paper, field, now[field])
            # Without a word of the person's the text that is there holds, unless it is blank.
            if now[field] and not values[0].is_by_hand:
                continue
        value = values[0].value if values else kept.get(field, "")
        if value != now[field]:
            _write(db, paper, field, value)


def _rows(db: Database, papers: Sequence[int]) -> list[Row]:
    return db.read(
        f"""
        SELECT coalesce(p.merged_into, p.id) AS now, f.* FROM papers AS p
        JOIN fields AS f ON f.paper = p.id WHERE p.id IN ({_GROUP}) AND {_STANDING} ORDER BY f.id
        """,  # noqa: S608  constants
        (json.dumps(list(papers)),),
    )


def _ordered(rows: Iterable[Row], paper: int, field: str) -> list[FieldValue]:
    """Order what is said in a field: the last value of each source, the one that holds first."""
    last: dict[str, Row] = {}
    first_rows: dict[bool, Row] = {}
    for row in rows:
        if row["field"] == field and row["source"] == AS_RECEIVED:
            first_rows[row["paper"] == paper] = row
        elif row["field"] == field:
            last[row["source"]] = row
    # The paper's own text goes before that of a copy, unless it is blank.
    for own in (False, True):
        if own in first_rows and first_rows[own]["value"]:
            last[AS_RECEIVED] = first_rows[own]
    ranks = {source: n for n, source in enumerate(ORDER)}
    several = sorted(last.values(), key=lambda r: (ranks.get(r["source"], len(ORDER)), -r["id"]))
    return [
        FieldValue(
            field,
            row["value"],
            row["source"],
            date.fromisoformat(row["on_date"]) if row["on_date"] else None,
            is_by_hand=row["source"] == BY_HAND,
        )
        for row in several
        if row["value"]
    ]


def _last(db: Database, paper: int, field: str, source: str) -> str | None:
    row = db.read_one(
        "SELECT value FROM fields WHERE paper = ? AND field = ? AND source = ?"
        " ORDER BY id DESC LIMIT 1",
        (paper, field, source),
    )
    return row["value"] if row else None


def _received(db: Database, paper: int) -> dict[str, str]:
    """Load the kept texts that a paper itself came with: field → the newest."""
    return db.pairs(
        "SELECT field, value FROM fields WHERE paper = ? AND source = ? ORDER BY id",
        (paper, AS_RECEIVED),
    )


def _keep(db: Database, paper: int, field: str, value: str) -> None:
    db.execute(
        "INSERT INTO fields (paper, field, value, source) VALUES (?, ?, ?, ?)",
        (paper, field, value, AS_RECEIVED),
    )


def _texts_of(db: Database, paper: int) -> dict[str, str]:
    [row] = db.read("SELECT title, abstract FROM papers WHERE id = ?", (paper,))
    names = db.read("SELECT name FROM authors WHERE paper = ? ORDER BY position", (paper,))
    return {
        "title": row["title"],
        "authors": "\n".join(r["name"] for r in names),
        "abstract": row["abstract"],
    }


def _write(db: Database, paper: int, field: str, value: str) -> None:
    if field == "authors":
        db.execute("DELETE FROM authors WHERE paper = ?", (paper,))
        set_authors(db, paper, value.split("\n") if value else ())
        return
    db.execute(f"UPDATE papers SET {field} = ? WHERE id = ?", (value, paper))  # noqa: S608
    texts = _texts_of(db, paper)
    db.execute(
        "UPDATE papers SET content_hash = ?, fold = ? WHERE id = ?",
        (text_hash(texts["title"], texts["abstract"]), title_fold(texts["title"]), paper),
    )


def set_authors(db: Database, row: int, authors: Sequence[str]) -> None:
    """Replace the authors of a paper; an empty list changes nothing."""
    if not authors:
        return
    db.execute_many(
        """
        INSERT INTO authors (paper, position, name, family_fold) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET name = excluded.name, family_fold = excluded.family_fold
        """,
        [(row, i, name, family_fold(name)) for i, name in enumerate(authors)],
    )
    # A later version may have fewer authors.
    db.execute("DELETE FROM authors WHERE paper = ? AND position >= ?", (row, len(authors)))


CHANGING = ("title", "authors", "abstract", "comment")
"""The fields of a Paper that a later version may change."""


def add_version(db: Database, row: int, number: int, *, on: date) -> None:
    """Record the day on which a version was seen first, and the notes that existed then."""
    # The number of the newest note, since nothing else orders the two tables within a day.
    db.execute(
        """
        INSERT INTO versions (paper, number, seen_on, after_note)
        VALUES (?, ?, ?, (SELECT coalesce(max(id), 0) FROM notes)) ON CONFLICT DO NOTHING
        """,
        (row, number, on.isoformat()),
    )


def add_changes(db: Database, row: int, old: Paper, paper: Paper) -> None:
    """Record the fields that a later version (paper) changed against the one before (old).

    A second source may add changes to the same version, or take one back.
    """
    if old.version is None:
        return
    before = {f: _field(old, f) for f in CHANGING}
    after = {f: _field(paper, f) for f in CHANGING}
    db.execute_many(
        """
        INSERT INTO changes (paper, number, field, before, after) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET after = excluded.after
        """,
        [
            (row, paper.version, field, before[field], after[field])
            for field in CHANGING
            if after[field] and after[field] != before[field]
        ],
    )
    db.execute("DELETE FROM changes WHERE paper = ? AND before = after", (row,))


def versions_of(db: Database, row: int) -> list[tuple[int, date]]:
    """List the arXiv versions of a paper that were seen: (number, day), in order."""
    rows = db.read("SELECT number, seen_on FROM versions WHERE paper = ? ORDER BY number", (row,))
    return [(r["number"], date.fromisoformat(r["seen_on"])) for r in rows]


def new_versions(db: Database, day: date) -> list[tuple[int, int]]:
    """List (paper, version) for the new versions of a day that deserve a look.

    These are later versions of papers that have a note, but none written since the version came.
    Notes are numbered as they come. Of a version that was seen before layout 18 the day alone
    is known: a note of that day counts as later where a source had brought something before it.
    """
    rows = db.read(
        f"""
        SELECT paper, max(number) AS number FROM versions AS v WHERE seen_on = ? AND number > 1
          AND paper NOT IN ({REMOVED_SQL})
          AND EXISTS (SELECT 1 FROM notes AS n WHERE n.paper = v.paper
            AND CASE WHEN after_note IS NULL THEN n.on_date <= v.seen_on
                ELSE n.id <= after_note END)
          AND EXISTS (SELECT 1 FROM versions AS o WHERE o.paper = v.paper AND o.number < v.number)
          AND NOT EXISTS (
            SELECT 1 FROM notes AS n WHERE n.paper = v.paper
            AND CASE WHEN after_note IS NOT NULL THEN n.id > after_note
                ELSE n.on_date > v.seen_on OR n.on_date = v.seen_on AND n.at >= (
                  SELECT min(at) FROM batches WHERE on_date = v.seen_on AND received > 0) END)
        GROUP BY paper ORDER BY paper
        """,  # noqa: S608  a constant
        (day.isoformat(),),
    )
    return [(r["paper"], r["number"]) for r in rows]


def changed_fields(db: Database, day: date) -> dict[int, tuple[str, ...]]:
    """List what the later versions seen on a day changed: row → names of fields, in order."""
    rows = db.read(
        """
        SELECT DISTINCT c.paper, c.field FROM changes AS c
        JOIN versions AS v ON v.paper = c.paper AND v.number = c.number WHERE v.seen_on = ?
        """,
        (day.isoformat(),),
    )
    changed: dict[int, set[str]] = {}
    for r in rows:
        changed.setdefault(r["paper"], set()).add(r["field"])
    return {row: tuple(f for f in CHANGING if f in fields) for row, fields in changed.items()}


def _field(paper: Paper, field: str) -> str:
    value = getattr(paper, field)
    return ", ".join(value) if isinstance(value, tuple) else " ".join(str(value).split())


BROUGHT_SQL = f"""
    EXISTS (SELECT 1 FROM origins AS o WHERE o.paper = p.id AND o.source != '{BY_HAND}'
            AND o.seen_on <= p.arrived_on)
"""  # noqa: S608  a constant
"""A condition that is true for a paper `p` that a source brought on the day of its arrival."""


def papers_from_sources(db: Database, rows: Iterable[int]) -> set[int]:
    """Select those of some papers that a source brought, and no hand before it."""
    found = db.read(
        f"""
        SELECT p.id FROM papers AS p
        WHERE p.id IN (SELECT value FROM json_each(?)) AND {BROUGHT_SQL}
        """,  # noqa: S608  a constant
        (json.dumps(list(rows)),),
    )
    return {r["id"] for r in found}


def n_brought(db: Database, first: date, last: date) -> int:
    """Count the papers that sources brought from one day to another, both included."""
    return db.number(
        f"""
        SELECT count(*) AS n FROM papers AS p
        WHERE arrived_on BETWEEN ? AND ? AND merged_into IS NULL AND {BROUGHT_SQL}
        """,  # noqa: S608  a constant
        (first.isoformat(), last.isoformat()),
    )
