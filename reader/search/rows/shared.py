"""Store and search texts that many people share, in PostgreSQL with pgvector.

Words are those of index.db: `searchable` makes them, PostgreSQL keeps them as a tsvector and finds
the candidates, and they are scored by the formula of FTS5's bm25. All that is added is added in one
transaction under one lock, so that of two who add the same step one finds it done.
It imports psycopg, so it is imported only where feeds.toml names a shared index.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from reader.base.words import searchable
from reader.library.paper import Paper
from reader.search.evidence import WordStatistics, bm25
from reader.search.indexes import (
    LOOKED_AT,
    MANY,
    SHARED_KINDS,
    IndexEntry,
    IndexKey,
    Ranked,
    SharedKind,
    SharedNote,
    WordQuery,
    weighted,
)
from reader.search.rows.index import Kind, Text
from reader.search.rows.shared_server import (
    CONNECT_S,
    connected,
    families_of,
    translated,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ADDING = 0x61736179
"""The number of the lock for adding."""

EXACT = 20_000
"""The number of vectors of a kind up to which all are compared; from here on HNSW is used."""

CANDIDATES = 2
"""How many times as many texts are scored as are asked for: PostgreSQL ranks them first, without
their lengths."""

SHORT = 8
"""The most words of a query for which PostgreSQL ranks by how often a text has each; with more, by
which it has alone: of 20 best texts for whole notes the same 20, in a seventeenth of the time."""

LONGEST_WORD, LONGEST_TEXT = 200, 16_000
"""Characters of a word, and words of a text, that are indexed: what a tsvector can hold."""

MOST_NOTES = 500
"""Shared notes that are loaded at once, the newest."""

ADD_S = 600
"""Seconds that one batch may take."""


@dataclass
class SharedIndex:
    """A connection to a shared index. It remembers the texts that it found, by row."""

    connection: psycopg.Connection[Any]
    place: str
    timeout_s: float
    found: dict[int, Text] = field(default_factory=dict)
    _encoders: dict[str, tuple[int, int]] = field(default_factory=dict)

    # What is there, and adding to it.

    def missing(self, encoder: str, wanted: Sequence[IndexKey]) -> list[IndexKey]:
        """Select the steps that are not done; a step of an older version counts as done."""
        with self._translated():
            done = {
                (id_, version, kind)
                for id_, version, kind in self.connection.execute(
                    """
                    SELECT w.id, w.version, w.kind
                    FROM unnest(%s::text[], %s::int[], %s::text[]) AS w(id, version, kind)
                    JOIN identifiers AS i ON i.id = w.id
                    JOIN steps AS s ON s.paper = i.paper AND s.version >= w.version
                        AND s.kind = w.kind AND s.encoder = %s
                    """,
                    (
                        [key.paper for key in wanted],
                        [key.version for key in wanted],
                        [key.kind for key in wanted],
                        encoder,
                    ),
                )
            }
        return [key for key in wanted if (key.paper, key.version, key.kind) not in done]

    def add(self, encoder: str, entries: Sequence[IndexEntry]) -> None:
        """Add steps in one transaction; those that are done stay as they are."""
        with self._translated(), self.connection.transaction():
            self.connection.execute(f"SET LOCAL statement_timeout = '{ADD_S}s'")
            self.connection.execute("SELECT pg_advisory_xact_lock(%s)", (ADDING,))
            rows = self._paper_rows([entry.paper for entry in entries])
            batch = _Batch(self._steps(rows.values()), encoder)
            for entry in entries:
                batch.take(rows[entry.paper.id], entry, self._texts_of)
            self._write(batch)

    def delete(self, papers: Sequence[str]) -> None:
        """Delete papers with all that belongs to them."""
        with self._translated(), self.connection.transaction():
            self.connection.execute("SELECT pg_advisory_xact_lock(%s)", (ADDING,))
            self.connection.execute(
                "DELETE FROM papers WHERE id IN (SELECT paper FROM identifiers WHERE id = ANY(%s))",
                (list(papers),),
            )

    def index_vectors(self, least: int = EXACT) -> None:
        """Make the HNSW index of each encoder and kind that has at least so many vectors."""
        with self._translated(), self.connection.transaction():
            self.connection.execute("SET LOCAL statement_timeout = 0")
            self.connection.execute(
                "SELECT index_vectors(e.id, k.kind, %s) FROM encoders AS e, text_counts AS k",
                (least,),
            )

    def _paper_rows(self, papers: Iterable[Paper]) -> dict[str, int]:
        """Find the row of each paper by its canonical identifier; papers that are new get one.

        An arXiv paper is not found by a DOI that a paper with another arXiv number has.
        """
        several = {paper.id: paper for paper in papers}
        known: dict[int, set[str]] = {}
        for row, id_ in self.connection.execute(
            "SELECT paper, id FROM identifiers WHERE paper IN"
            " (SELECT paper FROM identifiers WHERE id = ANY(%s))",
            ([id_ for paper in several.values() for id_ in paper.ids],),
        ):
            known.setdefault(row, set()).add(id_)
        rows = {id_: row for row, ids in known.items() for id_ in ids}
        found: dict[str, int] = {}
        new: list[tuple[int, Paper]] = []
        numbers = self._numbers("papers", len(several))
        for paper in several.values():
            own = _arxiv(paper.ids)
            at = (rows[i] for i in paper.ids if i in rows)
            fits = (r for r in at if not own or not (o := _arxiv(known[r])) or own & o)
            row = next(fits, None)
            if row is None:
                row = next(numbers)
                new.append((row, paper))
            elif paper.version:
                self._update(row, paper)
            found[paper.id] = row
            known.setdefault(row, set()).update(
                i for i in paper.ids if rows.setdefault(i, row) == row
            )
        self._write_papers(new)
        wanted = [(i, found[p.id], n) for p in several.values() for n, i in enumerate(p.ids)]
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO identifiers (id, paper, position) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                wanted,
            )
        return found

    def _write_papers(self, new: Iterable[tuple[int, Paper]]) -> None:
        self._copy(
            "papers (id, title, authors, families, abstract, categories, published_on,"
            " announced_on, version)",
            (
                (
                    row,
                    _clean(paper.title),
                    [_clean(author) for author in paper.authors],
                    families_of(map(_clean, paper.authors)),
                    _clean(paper.abstract),
                    list(paper.categories),
                    paper.published_on,
                    paper.announced_on,
                    paper.version or 0,
                )
                for row, paper in new
            ),
        )

    def _update(self, row: int, paper: Paper) -> None:
        self.connection.execute(
            "UPDATE papers SET title = %s, authors = %s, families = %s, abstract = %s, version = %s"
            " WHERE id = %s AND version < %s",
            (
                _clean(paper.title),
                [_clean(author) for author in paper.authors],
                families_of(map(_clean, paper.authors)),
                _clean(paper.abstract),
                paper.version,
                row,
                paper.version,
            ),
        )

    def _steps(self, rows: Iterable[int]) -> dict[tuple[int, str], set[tuple[int, str]]]:
        """Load what is done: (paper, kind) → (version, encoder)."""
        done: dict[tuple[int, str], set[tuple[int, str]]] = {}
        for row, version, kind, encoder in self.connection.execute(
            "SELECT paper, version, kind, encoder FROM steps WHERE paper = ANY(%s)", (list(rows),)
        ):
            done.setdefault((row, kind), set()).add((version, encoder))
        return done

    def _texts_of(self, row: int, version: int, kind: str) -> list[tuple[int, str]]:
        return self.connection.execute(
            "SELECT id, text FROM texts WHERE paper = %s AND version = %s AND kind = %s"
            " ORDER BY position",
            (row, version, kind),
        ).fetchall()

    def _write(self, batch: _Batch) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "DELETE FROM texts WHERE paper = %s AND kind = %s AND version <= %s", batch.replaced
            )
            cursor.executemany(
                "DELETE FROM steps WHERE paper = %s AND kind = %s AND version = %s", batch.replaced
            )
            cursor.executemany(
                "INSERT INTO versions (paper, number) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                {step[:2] for step in batch.steps},
            )
        numbers = self._numbers("texts", len(batch.texts))
        # The vectors of a text come behind it, and are written when its number is known.
        texts, vectors = [], list(batch.vectors)
        for row, (values, vector) in zip(numbers, batch.texts, strict=True):
            texts.append((row, *values))
            if vector:
                vectors.append((row, values[2], vector))
        columns = "id, paper, version, kind, position, page, section, text, words, n_words"
        self._copy(f"texts ({columns})", texts)
        if vectors:
            encoder = self._encoder(batch.encoder, d=len(vectors[0][2]) // 2)
            self._copy(
                "vectors (text, encoder, kind, vector)",
                (
                    (row, encoder, kind, _as_text(struct.unpack(f"<{len(kept) // 2}e", kept)))
                    for row, kind, kept in vectors
                ),
            )
        self._copy("steps (paper, version, kind, encoder)", batch.steps)

    def _numbers(self, table: str, n: int) -> Iterator[int]:
        rows = self.connection.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            (table, n),
        )
        return iter([number for (number,) in rows])

    def _copy(self, target: str, rows: Iterable[Sequence[object]]) -> None:
        command = f"COPY {target} FROM STDIN"
        with self.connection.cursor() as cursor, cursor.copy(command.encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def _encoder(self, name: str, *, d: int) -> int:
        self.connection.execute(
            "INSERT INTO encoders (name, d) VALUES (%s, %s) ON CONFLICT DO NOTHING", (name, d)
        )
        row = self.connection.execute("SELECT id FROM encoders WHERE name = %s", (name,)).fetchone()
        return int(row[0]) if row else 0

    # What people share of their own.

    @property
    def login(self) -> str:
        return self.connection.info.user

    def own_notes(self) -> list[SharedNote]:
        """Load all that this login shares."""
        with self._translated():
            found = self.connection.execute(
                "SELECT ids, name, words, on_date, login FROM shared_notes"
                " WHERE login = session_user ORDER BY paper"
            ).fetchall()
        return [SharedNote(tuple(row[0]), *row[1:]) for row in found]

    def notes_on(self, ids: Sequence[str], *, length: int, without: str = "") -> list[SharedNote]:
        """Load what others share on some papers, the newest first.

        ids: identifiers of the papers. length: characters of the words that are loaded.
        without: another login of the same person.
        """
        with self._translated():
            found = self.connection.execute(
                "SELECT ids, name, left(words, %s), on_date, login FROM shared_notes"
                " WHERE ids && %s::text[] AND login NOT IN (session_user, %s)"
                " ORDER BY on_date DESC, login LIMIT %s",
                (length, list(ids), without, MOST_NOTES),
            ).fetchall()
        return [SharedNote(tuple(row[0]), *row[1:]) for row in found]

    def share_notes(self, notes: Sequence[SharedNote]) -> None:
        """Share notes under this login, or their new words. PostgreSQL lets nobody take another."""
        with self._translated(), self.connection.transaction():
            self.connection.cursor().executemany(
                "INSERT INTO shared_notes (login, paper, ids, name, words, on_date)"
                " VALUES (session_user, %s, %s, %s, %s, %s) ON CONFLICT (login, paper) DO UPDATE"
                " SET ids = excluded.ids, name = excluded.name, words = excluded.words,"
                " on_date = excluded.on_date",
                [(note.ids[0], list(note.ids), note.name, note.words, note.on) for note in notes],
            )

    def withdraw_notes(self, papers: Sequence[str] | None = None) -> int:
        """Delete what this login shares on some papers, by their first identifiers; None: on all.

        Returns the number of notes.
        """
        with self._translated():
            return self.connection.execute(
                "DELETE FROM shared_notes WHERE login = session_user"
                " AND (%s::text[] IS NULL OR paper = ANY(%s))",
                (papers, papers),
            ).rowcount

    # Searching.

    def by_words(self, kind: SharedKind, words: WordQuery, *, limit: int) -> Ranked:
        """Rank by bm25; PostgreSQL chooses the candidates, by their words without their length."""
        known = self.statistics(kind, [*words.required, *words.counts]).chosen()
        texts = self._candidates(kind, words, known, limit=CANDIDATES * limit)
        scores = [(t.row, bm25(weighted(t), known)) for t in texts]
        return sorted(scores, key=lambda item: (-item[1], -item[0]))[:limit]

    def statistics(self, kind: SharedKind, terms: Sequence[str]) -> WordStatistics:
        """Count the texts that have each term, of phrases up to MANY and one more."""
        plain = {term: term.strip('"') for term in terms if " " not in term and term[-1] != "*"}
        having = dict.fromkeys(terms, 0)
        with self._translated():
            n, n_words = self.connection.execute(
                "SELECT coalesce(sum(n_texts), 0)::bigint, coalesce(sum(n_words), 0)::bigint"
                " FROM text_counts"
            ).fetchone() or (0, 0)
            counts = dict(
                self.connection.execute(
                    "SELECT word, n_texts FROM word_counts WHERE kind = %s AND word = ANY(%s)",
                    (kind, list(plain.values())),
                ).fetchall()
            )
            having |= {term: counts.get(word, 0) for term, word in plain.items()}
            if phrases := [term for term in having if term not in plain]:
                command = " UNION ALL ".join([_SQL_N[kind]] * len(phrases))
                values = [v for term in phrases for v in (term, _tsquery(term), MANY + 1)]
                having |= dict(self.connection.execute(command, values).fetchall())
        return WordStatistics(n, n_words / n if n else 1.0, having)

    def newest_having(self, kind: SharedKind, term: str, *, limit: int) -> list[Text]:
        """Load the texts of a kind with a term that came last, these first."""
        with self._translated():
            values = _tsquery(term), limit
            found = self.connection.execute(_SQL_NEWEST_HAVING[kind], values).fetchall()
        return self._remember(found)

    def _candidates(
        self, kind: SharedKind, words: WordQuery, known: WordStatistics, *, limit: int
    ) -> list[Text]:
        scored = list(known.having)
        rare = [term for term in scored if known.having[term] <= MANY]
        matching = [f"({_tsquery(term)})" for term in words.required or rare or scored]
        if not matching:
            return []
        without = "".join(f" & !({_tsquery(term)})" for term in words.left_out)
        command = _SQL_RANKED[kind] if words.required or rare else _SQL_NEWEST[kind]
        if not words.required and len(rare) > SHORT:
            command, scored = _SQL_SUMMED[kind], rare
        with self._translated():
            rows = self.connection.execute(
                command,
                {
                    "match": f"({(' & ' if words.required else ' | ').join(matching)}){without}",
                    "terms": [_tsquery(term) for term in scored],
                    "each": [f"({_tsquery(term)}){without}" for term in scored],
                    "weights": [known.weight(term) for term in scored],
                    "looked_at": LOOKED_AT,
                    "limit": limit,
                },
            ).fetchall()
        return self._remember(rows)

    def by_vector(
        self, kind: SharedKind, encoder: str, vector: NDArray[np.float32], *, limit: int
    ) -> Ranked:
        """Rank by the cosine; all vectors are compared where no HNSW index was made."""
        with self._translated():
            if encoder not in self._encoders:
                row = self.connection.execute(
                    "SELECT id, d FROM encoders WHERE name = %s", (encoder,)
                ).fetchone()
                if row is None:
                    return []
                self._encoders[encoder] = row
            id_, d = self._encoders[encoder]
            if d != len(vector):
                return []
            # As literals, since the condition has to be that of the partial index.
            command = sql.SQL(
                "SELECT text, vector::halfvec({d}) <#> {asked}::halfvec({d}) AS far FROM vectors"
                " WHERE encoder = {encoder} AND kind = {kind} ORDER BY far LIMIT {limit}"
            ).format(
                d=sql.Literal(d),
                asked=sql.Literal(_as_text(vector.tolist())),
                encoder=sql.Literal(id_),
                kind=sql.Literal(kind),
                limit=sql.Literal(limit),
            )
            return [(row, -far) for row, far in self.connection.execute(command)]

    def n_by_family(self, folds: Iterable[str]) -> dict[str, int]:
        """Count the papers by each folded family name that anybody has, up to MANY."""
        folds = list(folds)
        command = " UNION ALL ".join([_SQL_N_BY] * len(folds))
        values = [value for fold in folds for value in (fold, [fold], MANY)]
        with self._translated():
            found = self.connection.execute(command, values).fetchall() if folds else []
        return {fold: n for fold, n in found if n}

    def by_families(
        self, folds: Iterable[str], year: int | None, *, limit: int
    ) -> list[tuple[int, int, bool]]:
        """Select titles and abstracts by family names: (text, families, of the year).

        Those with the most of the families come first, then those of the year, then the newest.
        """
        with self._translated():
            return self.connection.execute(
                _SQL_BY_FAMILIES, {"folds": list(folds), "year": year, "limit": limit}
            ).fetchall()

    def texts_at(self, rows: Sequence[int]) -> dict[int, Text]:
        """Load texts by row; those that a search by words found are here already."""
        lacking = [row for row in rows if row not in self.found]
        if lacking:
            with self._translated():
                self._remember(self.connection.execute(_SQL_TEXTS, (lacking,)).fetchall())
        return {row: self.found[row] for row in rows if row in self.found}

    def papers_at(self, rows: Iterable[int]) -> dict[int, tuple[Paper, date]]:
        """Load papers by row, with the day on which each came here."""
        with self._translated():
            found = self.connection.execute(_SQL_PAPERS, (list(rows),)).fetchall()
        return {
            row: (
                Paper(
                    tuple(ids),
                    title,
                    authors=tuple(authors),
                    abstract=abstract,
                    categories=tuple(categories),
                    published_on=published_on,
                    announced_on=announced_on,
                    version=version or None,
                ),
                added_on,
            )
            for row, ids, title, authors, abstract, categories, published_on, announced_on, version,
            added_on in found
        }  # fmt: skip

    def _remember(self, rows: Iterable[tuple[int, Kind, int, int | None, str, str]]) -> list[Text]:
        texts = [Text(*row) for row in rows]
        self.found |= {text.row: text for text in texts}
        return texts

    def _translated(self) -> contextlib.AbstractContextManager[None]:
        return translated(self.place, self.timeout_s)


@dataclass
class _Batch:
    """What one transaction writes. texts: values of their columns, and the vector or b""."""

    done: Mapping[tuple[int, str], set[tuple[int, str]]]
    encoder: str
    replaced: list[tuple[int, str, int]] = field(default_factory=list)
    steps: list[tuple[int, int, str, str]] = field(default_factory=list)
    texts: list[tuple[tuple[Any, ...], bytes]] = field(default_factory=list)
    vectors: list[tuple[int, str, bytes]] = field(default_factory=list)

    def take(self, row: int, entry: IndexEntry, texts_of: Any) -> None:
        """Decide what becomes of one step."""
        version, kind = entry.key.version, entry.kind
        done = self.done.get((row, kind), set())
        encoder = self.encoder if entry.vectors else ""
        if (version, encoder) in done:
            return
        wanted = dict.fromkeys([(version, ""), (version, encoder)])
        if done and version < max(done)[0]:
            self.steps += [(row, v, kind, e) for v, e in wanted if (v, e) not in done]
            return
        if (version, "") in done:
            there = texts_of(row, version, kind)
            if [text for _, text in there] == [_clean(one.text) for one in entry.texts]:
                self.steps.append((row, version, kind, encoder))
                pairs = zip(there, entry.vectors, strict=True)
                self.vectors += [(id_, kind, vector) for (id_, _), vector in pairs]
                return
        # New, or these vectors are of other texts than those that are here.
        self.replaced.append((row, kind, version))
        self.steps += [(row, v, kind, e) for v, e in wanted]
        vectors = entry.vectors or (b"",) * len(entry.texts)
        for n, (one, vector) in enumerate(zip(entry.texts, vectors, strict=True)):
            text = _clean(one.text)
            values = (row, version, kind, n, one.page or None, one.section, text)
            self.texts.append(((*values, *_tsvector(kind, text)), vector))


@contextlib.contextmanager
def opened(
    url: str, *, timeout_s: float, may_change: bool = False, connect_s: int = CONNECT_S
) -> Iterator[SharedIndex]:
    """Connect to a shared index, as `connected` does, and close it at the end."""
    connection, place = connected(
        url, timeout_s=timeout_s, may_change=may_change, connect_s=connect_s
    )
    with contextlib.closing(connection):
        yield SharedIndex(connection, place, timeout_s)


def _arxiv(ids: Iterable[str]) -> set[str]:
    return {id_ for id_ in ids if id_.startswith("arxiv:")}


def _clean(text: str) -> str:
    """Leave out zero bytes, which PostgreSQL cannot store."""
    return text.replace("\0", "")


def _tsvector(kind: str, text: str) -> tuple[str, int]:
    """Write the words of a text as a tsvector, and count them; words of titles have weight A."""
    title, _unused, rest = text.partition("\n") if kind == "paper" else ("", "", text)
    places: dict[str, list[str]] = {}
    n = 0
    for part, weight in ((title, "A"), (rest, "")):
        words = searchable(part).split()
        # One place is left free, so that no phrase goes on from the title to the abstract.
        for place, word in enumerate(words[:LONGEST_TEXT], n + (1 if weight else 2)):
            if len(word) <= LONGEST_WORD:
                places.setdefault(word, []).append(f"{place}{weight}")
        n += len(words)
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items()), n


def _tsquery(term: str) -> str:
    """Write a term of FTS5, a word, a phrase or a beginning, as a tsquery."""
    words = term.rstrip("*").strip('"').split()
    return " <-> ".join(f"'{word}'" for word in words) + (":*" if term.endswith("*") else "")


def _as_text(numbers: Iterable[float]) -> str:
    return "[" + ",".join(f"{number:.6g}" for number in numbers) + "]"


_SCORE = """
    (SELECT sum(u.weight * ts_rank('{0.4, 0, 0, 1}', t.words, u.term))
     FROM unnest(%(terms)s::text[]::tsquery[], %(weights)s::float8[]) AS u(term, weight))
"""

_TEXT_COLUMNS = "t.id, t.kind, t.paper, t.page, t.section, t.text"


def _by_kind(command: str) -> dict[SharedKind, str]:
    """Write a command for each kind, since its index of words is one of its own."""
    command = command.replace("COLUMNS", _TEXT_COLUMNS).replace("SCORE", _SCORE)
    return {kind: command.replace("KIND", f"'{kind}'") for kind in SHARED_KINDS}


_SQL_N = _by_kind("""
    SELECT %s, count(*) FROM (
        SELECT 1 FROM texts WHERE kind = KIND AND words @@ %s::tsquery LIMIT %s) AS found
""")

_SQL_NEWEST_HAVING = _by_kind("""
    SELECT COLUMNS FROM texts AS t WHERE t.kind = KIND AND t.words @@ %s::tsquery
    ORDER BY t.id LIMIT %s
""")

_SQL_RANKED = _by_kind("""
    SELECT COLUMNS FROM (
        SELECT t.id, SCORE AS score FROM texts AS t
        WHERE t.kind = KIND AND t.words @@ %(match)s::tsquery
        ORDER BY score DESC, t.id DESC LIMIT %(limit)s
    ) AS best JOIN texts AS t USING (id)
""")

_SQL_SUMMED = _by_kind("""
    SELECT COLUMNS FROM (
        SELECT found.id, sum(u.weight) AS score
        FROM unnest(%(each)s::text[]::tsquery[], %(weights)s::float8[]) AS u(term, weight),
            LATERAL (SELECT id FROM texts WHERE kind = KIND AND words @@ u.term) AS found
        GROUP BY found.id ORDER BY score DESC, found.id DESC LIMIT %(limit)s
    ) AS best JOIN texts AS t USING (id)
""")

_SQL_NEWEST = _by_kind("""
    SELECT COLUMNS FROM (
        SELECT t.id, SCORE AS score FROM (
            SELECT * FROM texts WHERE kind = KIND AND words @@ %(match)s::tsquery
            ORDER BY id LIMIT %(looked_at)s
        ) AS t ORDER BY score DESC, t.id DESC LIMIT %(limit)s
    ) AS best JOIN texts AS t USING (id)
""")

_SQL_N_BY = """
    SELECT %s, count(*) FROM (SELECT 1 FROM papers WHERE families && %s::text[] LIMIT %s) AS found
"""

_SQL_BY_FAMILIES = """
    SELECT t.id,
        (SELECT count(*) FROM unnest(p.families) AS f(name) WHERE f.name = ANY(%(folds)s)) AS n,
        coalesce(extract(year FROM coalesce(p.published_on, p.announced_on, p.added_on))
            = %(year)s, false) AS is_of_year
    FROM papers AS p JOIN texts AS t ON t.paper = p.id AND t.kind = 'paper'
    WHERE p.families && %(folds)s::text[]
    ORDER BY n DESC, is_of_year DESC, p.added_on DESC, p.id LIMIT %(limit)s
"""

_SQL_TEXTS = f"SELECT {_TEXT_COLUMNS} FROM texts AS t WHERE t.id = ANY(%s)"  # noqa: S608
_SQL_PAPERS = """
    SELECT p.id, array_agg(i.id ORDER BY i.position, i.id), p.title, p.authors, p.abstract,
        p.categories, p.published_on, p.announced_on, p.version, p.added_on
    FROM papers AS p JOIN identifiers AS i ON i.paper = p.id WHERE p.id = ANY(%s) GROUP BY p.id
"""
