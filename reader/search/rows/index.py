"""Keep index.db: texts to search, their full text and vectors; and ask the full text.

All of it can be remade. A text is a paper's title and abstract, the newest revision of a
note, a highlight, or a passage of a PDF. Its `source_hash` is of what it was made from, so
what is missing or out of date is a query.
Vectors are kept by encoder and content: nothing is encoded twice.
Expressions of the full text are made by `reader.base.words`, which quotes what a person typed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from reader.base.words import searchable
from reader.library.rows.database import Database, Row
from reader.library.rows.versions import BROUGHT_SQL

Kind = Literal["note", "highlight", "paper", "passage"]

# A highlight is found by the marked words and by what was typed at them.
_HIGHLIGHT_SQL = "trim(text || char(10) || note, char(10))"

# What a text says: only a passage keeps its own words in index.db.
TEXT_SQL = f"""
    CASE t.kind WHEN 'passage' THEN t.text
    WHEN 'highlight' THEN (SELECT {_HIGHLIGHT_SQL} FROM highlights WHERE id = t.position)
    WHEN 'paper' THEN (SELECT title || char(10) || abstract FROM papers WHERE id = t.paper)
    ELSE (SELECT text FROM notes WHERE paper = t.paper ORDER BY id DESC LIMIT 1) END
"""  # noqa: S608  a constant of this module


@dataclass(frozen=True, slots=True)
class PassageText:
    """A piece of a PDF as it is indexed; page counts from 1."""

    text: str
    page: int
    section: str


@dataclass(frozen=True, slots=True)
class Text:
    """One searchable text with where it stands."""

    row: int
    kind: Kind
    paper: int
    page: int | None
    section: str
    text: str


def papers_without_text(db: Database, *, limit: int) -> list[int]:
    """List papers whose title and abstract are not in the full text as they are now."""
    rows = db.read(
        """
        SELECT p.id FROM papers AS p
        LEFT JOIN idx.texts AS t ON t.paper = p.id AND t.kind = 'paper' AND t.position = 0
        WHERE p.merged_into IS NULL AND (t.id IS NULL OR t.source_hash != p.content_hash) LIMIT ?
        """,
        (limit,),
    )
    return [r["id"] for r in rows]


def notes_without_text(db: Database) -> list[int]:
    """List papers whose newest note is not in the full text."""
    rows = db.read(
        """
        SELECT n.paper FROM (SELECT paper, max(id) AS id FROM notes GROUP BY paper) AS n
        LEFT JOIN idx.texts AS t ON t.paper = n.paper AND t.kind = 'note' AND t.position = 0
        WHERE t.id IS NULL OR t.source_hash != n.id
        """
    )
    return [r["paper"] for r in rows]


def add_paper_texts(db: Database, papers: Iterable[int]) -> None:
    """Put titles and abstracts into the full text, in one transaction."""
    with db.writing():
        for r in db.read(
            "SELECT id, title, abstract, content_hash AS hash FROM papers"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(papers)),),
        ):
            _drop(db, "paper", r["id"])
            words = {"title": r["title"], "abstract": r["abstract"]}
            _add(db, "paper", r["id"], words, r["hash"], r["hash"])


def add_note_text(db: Database, paper: int) -> None:
    """Put the newest revision of a paper's note into the full text."""
    with db.writing():
        note = db.read(
            "SELECT id, text FROM notes WHERE paper = ? ORDER BY id DESC LIMIT 1", (paper,)
        )[0]
        _drop(db, "note", paper)
        text = note["text"]
        _add(db, "note", paper, {"note": text}, str(note["id"]), hash_of(text))


def highlights_without_text(db: Database) -> list[int]:
    """List papers of whose highlights the full text has one too few or one too many."""
    rows = db.read(
        """
        SELECT h.paper FROM highlights AS h
        LEFT JOIN idx.texts AS t ON t.paper = h.paper AND t.kind = 'highlight'
            AND t.position = h.id
        WHERE (t.id IS NULL) = (h.gone_at IS NULL) AND h.text || h.note != ''
        GROUP BY h.paper
        """
    )
    return [r["paper"] for r in rows]


def add_highlight_texts(db: Database, paper: int) -> None:
    """Put a paper's highlights into the full text as they are now; removed ones are not found.

    A row of theirs never changes, so those that are there already are left as they are.
    """
    with db.writing():
        gone = db.read(
            """
            SELECT t.id FROM idx.texts AS t LEFT JOIN highlights AS h ON h.id = t.position
            WHERE t.paper = ? AND t.kind = 'highlight'
            AND (h.paper IS NOT t.paper OR h.gone_at IS NOT NULL)
            """,
            (paper,),
        )
        # A highlight of a joined paper moves to the other one, and its text with it.
        _drop_rows(db, gone)
        for r in db.read(
            f"""
            SELECT id, page, {_HIGHLIGHT_SQL} AS text FROM highlights AS h
            WHERE paper = ? AND gone_at IS NULL AND text || note != '' AND NOT EXISTS (
                SELECT 1 FROM idx.texts AS t WHERE t.paper = h.paper AND t.kind = 'highlight'
                AND t.position = h.id)
            ORDER BY id
            """,  # noqa: S608  a constant of this module
            (paper,),
        ):
            at = {"position": r["id"], "page": r["page"]}
            words = {"highlight": r["text"]}
            _add(db, "highlight", paper, words, str(r["id"]), hash_of(r["text"]), **at)


def add_passages(db: Database, paper: int, passages: Sequence[PassageText], *, sha256: str) -> None:
    """Put a PDF's passages into the full text, in place of what stood there before."""
    with db.writing():
        _drop(db, "passage", paper)
        for n, passage in enumerate(passages):
            at = {"position": n, **asdict(passage)}
            words = {"passage": passage.text}
            _add(db, "passage", paper, words, sha256, hash_of(passage.text), **at)


def passages_of(db: Database, paper: int) -> list[PassageText]:
    """List a paper's passages as its PDF has them, in order."""
    rows = db.read(
        "SELECT text, page, section FROM idx.texts WHERE paper = ? AND kind = 'passage'"
        " ORDER BY position",
        (paper,),
    )
    return [PassageText(r["text"], r["page"], r["section"]) for r in rows]


def n_passages(db: Database, paper: int) -> int:
    """Count a paper's passages."""
    sql = "SELECT count(*) AS n FROM idx.texts WHERE paper = ? AND kind = 'passage'"
    return int(db.read(sql, (paper,))[0]["n"])


def n_not_indexed(db: Database) -> int:
    """Count notes, highlights and papers that the full text lacks, as after index.db was
    deleted."""
    sql = """
        SELECT max(0, (SELECT count(*) FROM papers)
                    - (SELECT count(*) FROM papers WHERE merged_into IS NOT NULL)
                    - (SELECT count(*) FROM idx.texts WHERE kind = 'paper'))
             + max(0, (SELECT count(DISTINCT paper) FROM notes)
                    - (SELECT count(*) FROM idx.texts WHERE kind = 'note'))
             + (SELECT count(*) FROM highlights AS h
                WHERE gone_at IS NULL AND text || note != '' AND NOT EXISTS (
                    SELECT 1 FROM idx.texts AS t WHERE t.paper = h.paper
                    AND t.kind = 'highlight' AND t.position = h.id)) AS n
    """
    return db.count_once("not indexed", lambda: int(db.read(sql)[0]["n"]), is_of_both=True)


def texts_at(db: Database, rows: Iterable[int]) -> dict[int, Text]:
    """Read texts by row; those that are gone or of joined papers are left out."""
    found = db.read(
        f"""
        SELECT t.id, t.kind, t.paper, t.page, t.section, {TEXT_SQL} AS text
        FROM idx.texts AS t JOIN papers AS p ON p.id = t.paper AND p.merged_into IS NULL
        WHERE t.id IN (SELECT value FROM json_each(?))
        """,  # noqa: S608  a constant of this module
        (json.dumps(list(rows)),),
    )
    return {
        r["id"]: Text(r["id"], r["kind"], r["paper"], r["page"], r["section"], r["text"] or "")
        for r in found
    }


def texts_without_vector(
    db: Database, encoder: str, *, papers: Sequence[int] | None = None, limit: int = 1_000_000
) -> list[tuple[str, str]]:
    """List (hash, text) of what this encoder has not encoded; notes and highlights first, then
    passages, then papers.

    papers: only texts of these, None for all.
    """
    only = "" if papers is None else "AND t.paper IN (SELECT value FROM json_each(?))"
    rows = db.read(
        f"""
        SELECT t.hash, {TEXT_SQL} AS text FROM idx.texts AS t
        WHERE NOT EXISTS (SELECT 1 FROM idx.vectors AS v WHERE v.encoder = ? AND v.hash = t.hash)
        {only} ORDER BY t.kind = 'paper', t.kind = 'passage', t.id DESC LIMIT ?
        """,  # noqa: S608  constants of this module
        (encoder, *([] if papers is None else [json.dumps(list(papers))]), limit),
    )
    return list({r["hash"]: (r["hash"], r["text"] or "") for r in rows}.values())


def n_without_vector(db: Database, encoder: str) -> int:
    """Count the texts that this encoder has not encoded yet."""
    # In order, two indexes are merged, in a third of the time of a look-up for each text;
    # LIMIT keeps SQLite from dropping the order.
    sql = """
        SELECT count(*) AS n FROM (
            SELECT hash FROM idx.texts
            EXCEPT SELECT hash FROM idx.vectors WHERE encoder = ?
            ORDER BY hash LIMIT -1) AS missing
        CROSS JOIN idx.texts AS t ON t.hash = missing.hash
    """
    return db.count_once(f"without vector {encoder}", lambda: int(db.read(sql, (encoder,))[0]["n"]))


def has_any(db: Database, kind: Kind) -> bool:
    """Tell whether there is any text of a kind."""
    return db.read_one("SELECT 1 FROM idx.texts WHERE kind = ? LIMIT 1", (kind,)) is not None


def n_new_without_vector(db: Database, encoder: str, day: date) -> int:
    """Count the papers that sources brought on a day and this encoder has not encoded yet."""
    row = db.read(
        f"""
        SELECT count(*) AS n FROM papers AS p
        WHERE p.arrived_on = ? AND p.merged_into IS NULL AND {BROUGHT_SQL} AND NOT EXISTS (
            SELECT 1 FROM idx.vectors AS v WHERE v.encoder = ? AND v.hash = p.content_hash)
        """,  # noqa: S608  a constant
        (day.isoformat(), encoder),
    )[0]
    return int(row["n"])


def add_vectors(db: Database, encoder: str, vectors: Iterable[tuple[str, bytes]]) -> None:
    """Keep (hash, float16 bytes), in one transaction."""
    with db.writing():
        db.execute_many(
            "INSERT INTO idx.vectors (encoder, hash, vector) VALUES (?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [(encoder, hash_, vector) for hash_, vector in vectors],
        )


def paper_vectors(db: Database, encoder: str, papers: Sequence[int]) -> dict[int, bytes]:
    """Read the vectors of papers' titles and abstracts, where they are encoded, by paper."""
    rows = db.read(
        """
        SELECT t.paper, v.vector FROM json_each(?) AS wanted
        CROSS JOIN idx.texts AS t
            ON t.paper = wanted.value AND t.kind = 'paper' AND t.position = 0
        CROSS JOIN idx.vectors AS v ON v.encoder = ? AND v.hash = t.hash
        """,  # CROSS: else all texts are gone through for each list of papers (2.6 s of 100,000)
        (json.dumps(list(papers)), encoder),
    )
    return {r["paper"]: r["vector"] for r in rows}


def has_vector(db: Database, encoder: str, text: str) -> bool:
    """Tell whether this encoder has encoded exactly this text."""
    row = db.read_one(
        "SELECT 1 FROM idx.vectors WHERE encoder = ? AND hash = ?", (encoder, hash_of(text))
    )
    return row is not None


def topic_vectors(db: Database, encoder: str, papers: Iterable[int], words: str) -> list[bytes]:
    """Read the vectors that tell what a topic is about: of its words, and of its papers."""
    rows = db.read(
        """
        SELECT vector FROM idx.vectors WHERE encoder = ? AND hash IN (
            SELECT ? UNION
            SELECT t.hash FROM idx.texts AS t WHERE t.kind = 'paper'
            AND t.paper IN (SELECT value FROM json_each(?)))
        """,
        (encoder, hash_of(words), json.dumps(list(papers))),
    )
    return [r["vector"] for r in rows]


def hash_of(text: str) -> str:
    """Return what a text's vectors are kept under: 32 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _drop(db: Database, kind: Kind, paper: int) -> None:
    sql = "SELECT id FROM idx.texts WHERE paper = ? AND kind = ?"
    _drop_rows(db, db.read(sql, (paper, kind)))


def _drop_rows(db: Database, rows: Iterable[Row]) -> None:
    ids = [(r["id"],) for r in rows]
    db.execute_many("DELETE FROM idx.full_text WHERE rowid = ?", ids)
    db.execute_many("DELETE FROM idx.texts WHERE id = ?", ids)


def _add(
    db: Database,
    kind: Kind,
    paper: int,
    words: Mapping[str, str],
    source: str,
    hash_: str,
    *,
    position: int = 0,
    page: int | None = None,
    section: str = "",
    text: str = "",
) -> None:
    """Insert one text, and its words by column of the full text."""
    row = db.execute(
        """
        INSERT INTO idx.texts (kind, paper, position, page, section, text, source_hash, hash)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (kind, paper, position, page, section, text, source, hash_),
    )
    # Every column is set: one without words is empty, not null, as bm25 counts its length.
    columns = ("note", "title", "abstract", "passage", "highlight")
    db.execute(
        "INSERT INTO idx.full_text (rowid, note, title, abstract, passage, highlight)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (row, *(searchable(words.get(column, "")) for column in columns)),
    )
    # A text that was here before has its vectors already. They move behind all others, where
    # those who keep a copy of them look for what is new.
    for r in db.read("SELECT encoder FROM idx.vectors WHERE hash = ?", (hash_,)):
        db.execute(
            "UPDATE idx.vectors SET rowid = (SELECT max(rowid) FROM idx.vectors) + 1"
            " WHERE hash = ? AND encoder = ?",
            (hash_, r["encoder"]),
        )


# bm25 weights of the columns note, title, abstract, passage, highlight: the person's own words
# first, then what a title says, before what stands somewhere in a text.
WEIGHTS = "8.0, 5.0, 2.0, 1.0, 4.0"

COLUMNS: dict[Kind, str] = {
    "note": "note",
    "highlight": "highlight",
    "paper": "title abstract",
    "passage": "passage",
}
"""The columns of the full text that a kind of text fills."""


def find_words(
    db: Database,
    kind: Kind,
    match: str,
    *,
    limit: int,
    within: Collection[int] | None = None,
    since: int = 0,
) -> list[tuple[int, float]]:
    """Rank the texts of one kind by bm25 for an FTS5 expression: (row, score), best first.

    score: bm25 as FTS5 has it with its sign turned: more is better. within: papers' rows, only
    whose texts are ranked; None for all. since: the row from which on texts are ranked.
    """
    # The plus keeps SQLite from asking the full text anew for each row.
    only = "" if within is None else f"AND +rowid IN ({_TEXTS_OF_SQL})"
    rows = db.read(
        f"""
        SELECT rowid, -bm25(full_text, {WEIGHTS}) AS score FROM idx.full_text
        WHERE full_text MATCH ? AND rowid >= ? {only} ORDER BY score DESC LIMIT ?
        """,  # noqa: S608  constants of this module
        (
            *(_of(kind, match), since),
            *([] if within is None else [kind, json.dumps(list(within))]),
            limit,
        ),
    )
    return [(r["rowid"], r["score"]) for r in rows]


def having(db: Database, kind: Kind, match: str, rows: Iterable[int] | None = None) -> list[int]:
    """List the texts of one kind that fit an expression, unranked: all, or those of `rows`."""
    if rows is None:
        only, values = "", tuple[object, ...]()
    else:
        # A range of rows is passed over within the full text: those of one day stand
        # together, the newest at the end.
        wanted = list(rows)
        only = """AND rowid BETWEEN ? AND ? AND +rowid IN (SELECT value FROM json_each(?))
            ORDER BY rowid DESC"""
        values = (min(wanted, default=0), max(wanted, default=0), json.dumps(wanted))
    found = db.read(
        f"SELECT rowid FROM idx.full_text WHERE full_text MATCH ? {only}",  # noqa: S608
        (_of(kind, match), *values),
    )
    return [r["rowid"] for r in found]


def newest_having(db: Database, kind: Kind, match: str, *, limit: int) -> list[int]:
    """List the texts of one kind that fit an expression and came last, unranked."""
    found = db.read(
        "SELECT rowid FROM idx.full_text WHERE full_text MATCH ? ORDER BY rowid DESC LIMIT ?",
        (_of(kind, match), limit),
    )
    return [r["rowid"] for r in found]


def n_having(db: Database, match: str, *, limit: int, kind: Kind | None = None) -> int:
    """Count the texts, of one kind or of all, that fit an expression; at most `limit`."""
    sql = "SELECT count(*) AS n FROM (SELECT 1 FROM idx.full_text WHERE full_text MATCH ? LIMIT ?)"
    return int(db.read(sql, (match if kind is None else _of(kind, match), limit))[0]["n"])


def most_used(db: Database, words: Iterable[str]) -> str:
    """Choose that of some plain words which most texts have; empty where none has any."""
    best = (0, "")
    for word in sorted(words):
        if n := n_having(db, f'"{word}"', limit=max(100, best[0] + 1)):
            best = max(best, (n, word))
    return best[1]


def rows_of(db: Database, kind: Kind, papers: Collection[int]) -> list[int]:
    """List the texts of one kind that papers have, in the order of the papers given."""
    found: dict[int, list[int]] = {}
    for r in db.read(
        """
        SELECT id, paper FROM idx.texts
        WHERE kind = ? AND paper IN (SELECT value FROM json_each(?)) ORDER BY position
        """,
        (kind, json.dumps(list(papers))),
    ):
        found.setdefault(r["paper"], []).append(r["id"])
    return [row for paper in papers for row in found.get(paper, ())]


def papers_of(db: Database, rows: Iterable[int]) -> list[int]:
    """List the papers that some texts belong to, each once."""
    found = db.read(
        "SELECT DISTINCT paper FROM idx.texts WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(rows)),),
    )
    return [r["paper"] for r in found]


def hashes_of(
    db: Database,
    kind: Kind,
    *,
    papers: Collection[int] | None = None,
    rows: Collection[int] | None = None,
) -> dict[int, str]:
    """Map texts' rows to the hashes by which their vectors are kept: of papers' texts, or of
    those at `rows`, or of those that are both."""
    of_papers = "" if papers is None else "AND paper IN (SELECT value FROM json_each(?))"
    at_rows = "" if rows is None else "AND id IN (SELECT value FROM json_each(?))"
    given = [json.dumps(list(some)) for some in (papers, rows) if some is not None]
    found = db.read(
        f"SELECT id, hash FROM idx.texts WHERE kind = ? {of_papers} {at_rows}",  # noqa: S608
        (kind, *given),
    )
    return {r["id"]: r["hash"] for r in found}


_TEXTS_OF_SQL = """
    SELECT id FROM idx.texts WHERE kind = ? AND paper IN (SELECT value FROM json_each(?))
"""


def _of(kind: Kind, match: str) -> str:
    return f"{{{COLUMNS[kind]}}} : ({match})"
