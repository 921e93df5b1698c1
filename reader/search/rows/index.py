"""Store the searchable texts in index.db, with full text and vectors, and query the full text.

All of it can be made again. A text is a paper's title and abstract, the newest revision of a
note, a highlight, or a passage of a PDF. Its `source_hash` is of the source that it was made
from, so a query finds what is missing or out of date.
Vectors are stored by encoder and hash of the text, so that nothing is encoded twice.
`reader.base.words` makes the FTS5 expressions, and quotes the words that a person typed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Literal

from reader.base.words import searchable
from reader.library.rows.database import Database, Row
from reader.library.rows.fields import BROUGHT_SQL
from reader.search.evidence import note_words

Kind = Literal["note", "highlight", "paper", "passage"]

# A highlight is found by its marked words and by its typed note.
_HIGHLIGHT_SQL = "trim(text || char(10) || note, char(10))"

# The words of a text `t`. Only passages have theirs in index.db; the others are read from
# reader.db, so that nothing is stored twice.
TEXT_SQL = f"""
    CASE t.kind WHEN 'passage' THEN t.text
    WHEN 'highlight' THEN (SELECT {_HIGHLIGHT_SQL} FROM highlights WHERE id = t.position)
    WHEN 'paper' THEN (SELECT title || char(10) || abstract FROM papers WHERE id = t.paper)
    ELSE (SELECT text FROM notes WHERE paper = t.paper ORDER BY id DESC LIMIT 1) END
"""  # noqa: S608  a constant of this module


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage of a PDF as it is indexed; page: from 1."""

    text: str
    page: int
    section: str


@dataclass(frozen=True, slots=True)
class Text:
    """A searchable text; row: `texts.id`. page, section: its place, None and "" without one.
    position: of a highlight, the state of the mark that it is."""

    row: int
    kind: Kind
    paper: int
    page: int | None
    section: str
    text: str
    position: int = field(default=0, compare=False)


def papers_without_text(db: Database, *, limit: int, after: int = 0) -> list[int]:
    """Select papers whose present title and abstract are not in the full text, at most `limit`.

    after: only papers behind this row.
    """
    return db.column(
        """
        SELECT p.id FROM papers AS p
        LEFT JOIN idx.texts AS t ON t.paper = p.id AND t.kind = 'paper' AND t.position = 0
        WHERE p.id > ? AND p.merged_into IS NULL
        AND (t.id IS NULL OR t.source_hash != p.content_hash) ORDER BY p.id LIMIT ?
        """,
        (after, limit),
    )


def notes_without_text(db: Database) -> list[int]:
    """Select papers whose newest note is not in the full text."""
    return db.column(
        """
        SELECT n.paper FROM (SELECT paper, max(id) AS id FROM notes GROUP BY paper) AS n
        LEFT JOIN idx.texts AS t ON t.paper = n.paper AND t.kind = 'note' AND t.position = 0
        WHERE t.id IS NULL OR t.source_hash != n.id
        """
    )


def is_lacking(db: Database, paper: int, kind: Kind, encoder: str) -> bool:
    """Check whether a paper has no texts of a kind, or one without a vector ("": any will do)."""
    row = db.read(
        """
        SELECT count(*) AS n, coalesce(sum(? != '' AND NOT EXISTS (
            SELECT 1 FROM idx.vectors AS v WHERE v.encoder = ? AND v.hash = t.hash)), 0) AS n_bare
        FROM idx.texts AS t WHERE t.paper = ? AND t.kind = ?
        """,
        (encoder, encoder, paper, kind),
    )[0]
    return not row["n"] or bool(row["n_bare"])


def delete_texts(db: Database, paper: int) -> None:
    """Delete the title, the abstract and the passages of a paper from the full text."""
    with db.writing(), _full_text(db) as changes:
        _drop(db, changes, "paper", paper)
        _drop(db, changes, "passage", paper)


def add_paper_texts(db: Database, papers: Iterable[int]) -> None:
    """Put the titles and abstracts of papers into the full text, in one transaction."""
    with db.writing(), _full_text(db) as changes:
        for r in db.read(
            "SELECT id, title, abstract, content_hash AS hash FROM papers"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(papers)),),
        ):
            _drop(db, changes, "paper", r["id"])
            words = {"title": r["title"], "abstract": r["abstract"]}
            changes.added.append(_add(db, "paper", r["id"], words, r["hash"], r["hash"]))


def add_note_text(db: Database, paper: int) -> None:
    """Put the newest revision of a paper's note into the full text."""
    with db.writing(), _full_text(db) as changes:
        note = db.read(
            "SELECT id, text FROM notes WHERE paper = ? ORDER BY id DESC LIMIT 1", (paper,)
        )[0]
        _drop(db, changes, "note", paper)
        text = note["text"]
        changes.added.append(
            _add(db, "note", paper, {"note": note_words(text)}, str(note["id"]), hash_of(text))
        )


def highlights_without_text(db: Database) -> list[int]:
    """Select papers with a highlight that the full text lacks, or has though it was removed."""
    return db.column(
        """
        SELECT h.paper FROM highlights AS h
        LEFT JOIN idx.texts AS t ON t.paper = h.paper AND t.kind = 'highlight'
            AND t.position = h.id
        WHERE (t.id IS NULL) = (h.gone_at IS NULL) AND h.text || h.note != ''
        GROUP BY h.paper
        """
    )


def add_highlight_texts(db: Database, paper: int) -> None:
    """Put a paper's present highlights into the full text, and take removed ones out."""
    # The words of a highlight's row never change, so texts that are there already stay.
    with db.writing(), _full_text(db) as changes:
        gone = db.read(
            """
            SELECT t.id, t.hash FROM idx.texts AS t LEFT JOIN highlights AS h ON h.id = t.position
            WHERE t.paper = ? AND t.kind = 'highlight'
            AND (h.paper IS NOT t.paper OR h.gone_at IS NOT NULL)
            """,
            (paper,),
        )
        # Removed highlights, and those that a merge or a split moved to another paper.
        _drop_rows(db, changes, gone)
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
            changes.added.append(
                _add(db, "highlight", paper, words, str(r["id"]), hash_of(r["text"]), **at)
            )


def add_passages(db: Database, paper: int, passages: Sequence[PassageText], *, sha256: str) -> None:
    """Put a PDF's passages into the full text, in place of the paper's former ones.

    sha256: of the PDF.
    """
    with db.writing(), _full_text(db) as changes:
        _drop(db, changes, "passage", paper)
        for n, passage in enumerate(passages):
            at = {"position": n, **asdict(passage)}
            words = {"passage": passage.text}
            changes.added.append(
                _add(db, "passage", paper, words, sha256, hash_of(passage.text), **at)
            )


def passages_of(db: Database, paper: int) -> list[PassageText]:
    """Load a paper's passages in the order of its PDF."""
    rows = db.read(
        "SELECT text, page, section FROM idx.texts WHERE paper = ? AND kind = 'passage'"
        " ORDER BY position",
        (paper,),
    )
    return [PassageText(r["text"], r["page"], r["section"]) for r in rows]


def passage_vectors(db: Database, encoder: str, paper: int) -> dict[str, bytes]:
    """Load the vectors of a paper's passages that are encoded: text → float16 bytes."""
    return db.pairs(
        """
        SELECT t.text, v.vector FROM idx.texts AS t
        CROSS JOIN idx.vectors AS v ON v.encoder = ? AND v.hash = t.hash
        WHERE t.paper = ? AND t.kind = 'passage'
        """,
        (encoder, paper),
    )


def n_passages(db: Database, paper: int) -> int:
    """Count a paper's passages."""
    sql = "SELECT count(*) AS n FROM idx.texts WHERE paper = ? AND kind = 'passage'"
    return db.number(sql, (paper,))


def n_not_indexed(db: Database) -> int:
    """Count the notes, highlights and papers that the full text lacks."""
    # By differences of counts where that is possible, since each is read off an index.
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
    return db.count_once("not indexed", lambda: db.number(sql), is_of_both=True)


def texts_at(db: Database, rows: Iterable[int]) -> dict[int, Text]:
    """Load texts by row; deleted ones and those of merged copies are left out."""
    found = db.read(
        f"""
        SELECT t.id, t.kind, t.paper, t.page, t.section, coalesce({TEXT_SQL}, ''), t.position
        FROM idx.texts AS t JOIN papers AS p ON p.id = t.paper AND p.merged_into IS NULL
        WHERE t.id IN (SELECT value FROM json_each(?))
        """,  # noqa: S608  a constant of this module
        (json.dumps(list(rows)),),
    )
    return {r["id"]: Text(*r) for r in found}


_HAS_NO_VECTOR = (
    "NOT EXISTS (SELECT 1 FROM idx.vectors AS v WHERE v.encoder = ? AND v.hash = t.hash)"
)


def texts_without_vector(
    db: Database, encoder: str, *, papers: Sequence[int] | None = None, limit: int = 1_000_000
) -> list[tuple[str, str]]:
    """Load (hash, text) of texts that an encoder has not encoded, each once.

    Notes and highlights come first, then passages, then papers, each newest first. papers: only
    texts of these, None for all. limit: of places; one text may have several.
    """
    if papers is not None:
        where = "t.paper IN (SELECT value FROM json_each(?)) AND"
        values: list[str | int] = [json.dumps(list(papers))]
    elif (n := n_without_vector(db, encoder)) <= limit:
        # Most are among the newest texts: the search for them ends when all are found.
        where = f"""t.id IN (
            SELECT t.id FROM idx.texts AS t WHERE {_HAS_NO_VECTOR} ORDER BY t.id DESC LIMIT ?
        ) AND"""  # noqa: S608  a constant of this module
        values = [encoder, n]
    else:
        where, values = "", []
    rows = db.read(
        f"""
        SELECT t.hash, {TEXT_SQL} AS text FROM idx.texts AS t WHERE {where} {_HAS_NO_VECTOR}
        ORDER BY t.kind = 'paper', t.kind = 'passage', t.id DESC LIMIT ?
        """,  # noqa: S608  constants of this module
        (*values, encoder, limit),
    )
    return list({r["hash"]: (r["hash"], r["text"] or "") for r in rows}.values())


def n_without_vector(db: Database, encoder: str) -> int:
    """Count the texts that an encoder has not encoded yet."""
    rows = db.read("SELECT encoder, n FROM idx.counts WHERE encoder IN ('', ?)", (encoder,))
    n = {r["encoder"]: int(r["n"]) for r in rows}
    # Where no model is known, its name is "", and no text has a vector.
    return n[""] - (n.get(encoder, 0) if encoder else 0)


def has_any(db: Database, kind: Kind) -> bool:
    """Check whether there is any text of a kind."""
    return db.read_one("SELECT 1 FROM idx.texts WHERE kind = ? LIMIT 1", (kind,)) is not None


def n_new_without_vector(db: Database, encoder: str, day: date) -> int:
    """Count the papers that sources brought on a day and an encoder has not encoded yet."""
    return db.number(
        f"""
        SELECT count(*) AS n FROM papers AS p
        WHERE p.arrived_on = ? AND p.merged_into IS NULL AND {BROUGHT_SQL} AND NOT EXISTS (
            SELECT 1 FROM idx.vectors AS v WHERE v.encoder = ? AND v.hash = p.content_hash)
        """,  # noqa: S608  a constant
        (day.isoformat(), encoder),
    )


def add_vectors(db: Database, encoder: str, vectors: Iterable[tuple[str, bytes]]) -> None:
    """Store vectors, as (hash of the text, float16 bytes), in one transaction."""
    with db.writing():
        db.execute_many(
            "INSERT INTO idx.vectors (encoder, hash, vector) VALUES (?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [(encoder, hash_, vector) for hash_, vector in vectors],
        )


def paper_vectors(db: Database, encoder: str, papers: Sequence[int]) -> dict[int, bytes]:
    """Load the vectors of papers that are encoded: paper → float16 bytes."""
    return db.pairs(
        """
        SELECT t.paper, v.vector FROM json_each(?) AS wanted
        CROSS JOIN idx.texts AS t
            ON t.paper = wanted.value AND t.kind = 'paper' AND t.position = 0
        CROSS JOIN idx.vectors AS v ON v.encoder = ? AND v.hash = t.hash
        """,  # CROSS: else SQLite reads all texts for each list of papers (100,000 take 2.6 s)
        (json.dumps(list(papers)), encoder),
    )


def has_vector(db: Database, encoder: str, text: str) -> bool:
    """Check whether an encoder has encoded exactly this text."""
    row = db.read_one(
        "SELECT 1 FROM idx.vectors WHERE encoder = ? AND hash = ?", (encoder, hash_of(text))
    )
    return row is not None


def query_vectors(db: Database, encoder: str, texts: Sequence[str]) -> list[bytes]:
    """Load the vectors of encoded queries in their order; those that have none are left out."""
    hashes = [hash_of(text) for text in texts]
    rows = db.read(
        "SELECT hash, vector FROM idx.vectors WHERE encoder = ?"
        " AND hash IN (SELECT value FROM json_each(?))",
        (encoder, json.dumps(hashes)),
    )
    found = {r["hash"]: r["vector"] for r in rows}
    return [found[hash_] for hash_ in hashes if hash_ in found]


def topic_vectors(db: Database, encoder: str, papers: Iterable[int], words: str) -> list[bytes]:
    """Load the vectors of a topic: of its words, and of some papers' titles and abstracts."""
    return db.column(
        """
        SELECT vector FROM idx.vectors WHERE encoder = ? AND hash IN (
            SELECT ? UNION
            SELECT t.hash FROM idx.texts AS t WHERE t.kind = 'paper'
            AND t.paper IN (SELECT value FROM json_each(?)))
        """,
        (encoder, hash_of(words), json.dumps(list(papers))),
    )


def hash_of(text: str) -> str:
    """Compute the hash under which a text's vectors are stored: 32 digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class _FullTextChanges:
    """What a transaction changes in the full text: rows to delete, and then rows to insert.

    hashes: of the deleted ones.
    """

    dropped: list[int] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    added: list[tuple[object, ...]] = field(default_factory=list)


@contextlib.contextmanager
def _full_text(db: Database) -> Iterator[_FullTextChanges]:
    """Collect changes of the full text, and make them at the end of a transaction.

    Each row of `texts` begins a savepoint, as the table has triggers, and at each savepoint FTS5
    writes all that it collected: in turn, 60 passages took three times as long.
    """
    changes = _FullTextChanges()
    yield changes
    db.execute_many(
        "DELETE FROM idx.full_text WHERE rowid = ?", [(row,) for row in changes.dropped]
    )
    db.execute_many(
        "INSERT INTO idx.full_text (rowid, note, title, abstract, passage, highlight)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        changes.added,
    )
    _forget_vectors(db, changes.hashes)


def _forget_vectors(db: Database, hashes: Sequence[str]) -> None:
    """Delete the vectors of those of some texts that are nowhere any more."""
    gone = """
        hash IN (SELECT value FROM json_each(?))
        AND NOT EXISTS (SELECT 1 FROM idx.texts AS t WHERE t.hash = vectors.hash)
    """
    given = (json.dumps(hashes),)
    # The files of vectors look for new ones above the last row that they know. SQLite would give
    # a new vector the number of a deleted last one, so another one gets that number; where no
    # other one is left, nothing is deleted.
    if not hashes or not db.read(f"SELECT 1 FROM idx.vectors WHERE NOT ({gone}) LIMIT 1", given):  # noqa: S608
        return
    last = db.number("SELECT max(rowid) FROM idx.vectors")
    db.execute(f"DELETE FROM idx.vectors WHERE {gone}", given)  # noqa: S608
    db.execute(
        "UPDATE idx.vectors SET rowid = ?1"
        " WHERE rowid = (SELECT max(rowid) FROM idx.vectors) AND rowid < ?1",
        (last,),
    )


def _drop(db: Database, changes: _FullTextChanges, kind: Kind, paper: int) -> None:
    sql = "SELECT id, hash FROM idx.texts WHERE paper = ? AND kind = ?"
    _drop_rows(db, changes, db.read(sql, (paper, kind)))


def _drop_rows(db: Database, changes: _FullTextChanges, rows: Sequence[Row]) -> None:
    changes.hashes.extend(r["hash"] for r in rows)
    ids = [int(r["id"]) for r in rows]
    changes.dropped.extend(ids)
    db.execute_many("DELETE FROM idx.texts WHERE id = ?", [(row,) for row in ids])


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
) -> tuple[object, ...]:
    """Insert a text; returns its row for the full text.

    words: its words by column of the full text; text: of a passage.
    """
    row = db.execute(
        """
        INSERT INTO idx.texts (kind, paper, position, page, section, text, source_hash, hash)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (kind, paper, position, page, section, text, source, hash_),
    )
    # A column without words is "" and not NULL, since bm25 counts its length.
    columns = ("note", "title", "abstract", "passage", "highlight")
    indexed = (row, *(searchable(words[c]) if c in words else "" for c in columns))
    # A text that was here before has its vectors already. They get the highest row numbers, so
    # that the files of vectors, which look there for new ones, copy them for this kind too.
    for r in db.read("SELECT encoder FROM idx.vectors WHERE hash = ?", (hash_,)):
        db.execute(
            "UPDATE idx.vectors SET rowid = (SELECT max(rowid) FROM idx.vectors) + 1"
            " WHERE hash = ? AND encoder = ?",
            (hash_, r["encoder"]),
        )
    return indexed


# bm25 weights of the columns note, title, abstract, passage, highlight: the person's own words
# count most, then titles, then words somewhere in a text.
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
    rows: Collection[int] | None = None,
    since: int = 0,
) -> list[tuple[int, float]]:
    """Rank the texts of one kind by bm25 for an FTS5 expression: (row, score), best first.

    score: FTS5's bm25 with the sign changed, so that more is better. within: the papers (rows)
    whose texts are ranked, rows: the texts; None for all. since: the row from which on texts are
    ranked.
    """
    # The plus keeps SQLite from querying the full text anew for each row.
    only = "" if within is None else f"AND +rowid IN ({_TEXTS_OF_SQL})"
    only += "" if rows is None else " AND +rowid IN (SELECT value FROM json_each(?))"
    found = db.read(
        f"""
        SELECT rowid, -bm25(full_text, {WEIGHTS}) AS score FROM idx.full_text
        WHERE full_text MATCH ? AND rowid >= ? {only} ORDER BY score DESC LIMIT ?
        """,  # noqa: S608  constants of this module
        (
            *(in_columns(kind, match), since),
            *([] if within is None else [kind, json.dumps(list(within))]),
            *([] if rows is None else [json.dumps(list(rows))]),
            limit,
        ),
    )
    return [(r["rowid"], r["score"]) for r in found]


def having(db: Database, kind: Kind, match: str, rows: Iterable[int] | None = None) -> list[int]:
    """Select the texts of one kind that fit an expression, unranked: all, or those of `rows`."""
    if rows is None:
        only, values = "", tuple[object, ...]()
    else:
        # FTS5 can skip to a range of rows, and the texts of one day have rows close together.
        wanted = list(rows)
        only = """AND rowid BETWEEN ? AND ? AND +rowid IN (SELECT value FROM json_each(?))
            ORDER BY rowid DESC"""
        values = (min(wanted, default=0), max(wanted, default=0), json.dumps(wanted))
    return db.column(
        f"SELECT rowid FROM idx.full_text WHERE full_text MATCH ? {only}",  # noqa: S608
        (in_columns(kind, match), *values),
    )


def newest_having(db: Database, kind: Kind, match: str, *, limit: int) -> list[int]:
    """Select the newest texts of one kind that fit an expression, newest first."""
    return db.column(
        "SELECT rowid FROM idx.full_text WHERE full_text MATCH ? ORDER BY rowid DESC LIMIT ?",
        (in_columns(kind, match), limit),
    )


def n_having(db: Database, match: str, *, limit: int, kind: Kind | None = None) -> int:
    """Count the texts, of one kind or of all, that fit an expression, up to `limit`."""
    sql = "SELECT count(*) AS n FROM (SELECT 1 FROM idx.full_text WHERE full_text MATCH ? LIMIT ?)"
    return db.number(sql, (match if kind is None else in_columns(kind, match), limit))


def most_used(db: Database, words: Iterable[str]) -> str:
    """Find the one of some plain words that most texts have, "" where no text has any."""
    # Each is counted only as far as it can beat the best one.
    best = (0, "")
    for word in sorted(words):
        if n := n_having(db, f'"{word}"', limit=max(100, best[0] + 1)):
            best = max(best, (n, word))
    return best[1]


def words_beginning(db: Database, beginnings: Iterable[str]) -> dict[str, int]:
    """Count the texts that have each indexed word of Latin letters with one of some beginnings."""
    # Of this connection alone: nothing is stored.
    db.read("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab(idx, full_text, row)")
    return {
        term: n
        for begin in beginnings
        for term, n in db.pairs(
            "SELECT term, doc FROM temp.words WHERE term >= ? AND term < ? || '{'",  # after "z"
            (begin, begin),
        ).items()
        if term.isascii() and term.isalpha()
    }


def rows_of(db: Database, kind: Kind, papers: Collection[int]) -> list[int]:
    """Select the texts of one kind of some papers, in the order of the papers given."""
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
    """Select the papers of some texts, each once."""
    return db.column(
        "SELECT DISTINCT paper FROM idx.texts WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(rows)),),
    )


def hashes_of(
    db: Database,
    kind: Kind,
    *,
    papers: Collection[int] | None = None,
    rows: Collection[int] | None = None,
) -> dict[int, str]:
    """Load the hashes of texts of one kind: row → hash.

    papers: only of these papers. rows: only of these texts. None for all.
    """
    of_papers = "" if papers is None else "AND paper IN (SELECT value FROM json_each(?))"
    at_rows = "" if rows is None else "AND id IN (SELECT value FROM json_each(?))"
    given = [json.dumps(list(some)) for some in (papers, rows) if some is not None]
    return db.pairs(
        f"SELECT id, hash FROM idx.texts WHERE kind = ? {of_papers} {at_rows}",  # noqa: S608
        (kind, *given),
    )


_TEXTS_OF_SQL = """
    SELECT id FROM idx.texts WHERE kind = ? AND paper IN (SELECT value FROM json_each(?))
"""


def in_columns(kind: Kind, match: str) -> str:
    """Build an expression that is limited to the columns of a kind of text."""
    return f"{{{COLUMNS[kind]}}} : ({match})"


def clear_index(db: Database) -> None:
    """Empty index.db but for the vectors, which are found by the hash of their text.

    For a reader.db that was replaced: its numbers of papers may mean other papers.
    """
    with db.writing():
        db.execute("INSERT INTO idx.full_text (full_text) VALUES ('delete-all')")
        more = ("cited", "cited_keys", "features")
        for table in ("texts", "ranks", "ranked", "models", "forecasts", "pictures", *more):
            db.execute(f"DELETE FROM idx.{table}")  # noqa: S608 (fixed names)
