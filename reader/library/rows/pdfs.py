"""Store the files of papers: each PDF's path and sketch, its pictures, the outcome for each added
file; and where they are filed: folder, PDF, marked copies and Markdown file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

from reader.base.retell import retell
from reader.base.text import nfc
from reader.library.rows.database import REMOVED_SQL, Database, Row
from reader.library.rows.papers import STANDING_PICK_SQL, STATE_SQL


@dataclass(frozen=True, slots=True)
class Pdf:
    """The PDF of a paper; path: relative to the library, with `/`.

    version: in arXiv's stamp, None without one. sketch: of its text, empty before it was read.
    """

    paper: int
    path: str
    sha256: str
    version: int | None = None
    sketch: str = ""


def picks(db: Database) -> list[tuple[int, str]]:
    """List the picked papers and the paths of their PDFs, the oldest pick first.

    The path is "" where no PDF came yet.
    """
    # Grouped, since a paper may have been picked twice.
    rows = db.read(
        f"""
        SELECT d.paper, coalesce(pdfs.path, '') AS path
        FROM decisions AS d LEFT JOIN pdfs ON pdfs.paper = d.paper
        WHERE {STANDING_PICK_SQL} GROUP BY d.paper ORDER BY min(d.id)
        """  # noqa: S608  a constant
    )
    return [(r["paper"], r["path"]) for r in rows]


def add_pdf(db: Database, pdf: Pdf, *, n_bytes: int, at: datetime) -> None:
    """Record a PDF whose file is in its place; what was read of the same bytes before stays.

    In place of other bytes, it is recorded that what was marked so far lies on those.
    """
    with db.writing():
        db.execute(
            """
            INSERT INTO replaced_pdfs (paper, sha256, version, last_state, last_stroke, at)
            SELECT paper, sha256, version, (SELECT coalesce(max(id), 0) FROM highlights),
                (SELECT coalesce(max(id), 0) FROM strokes), ?
            FROM pdfs WHERE paper = ? AND sha256 != ?
            """,
            (at.isoformat(), pdf.paper, pdf.sha256),
        )
        _set_pdf(db, pdf, n_bytes, at)


def _set_pdf(db: Database, pdf: Pdf, n_bytes: int, at: datetime) -> None:
    # A bare column in SET is the row as it was: all right sides are computed before one is set.
    db.execute(
        """
        INSERT INTO pdfs (paper, path, sha256, n_bytes, fetched_at, version, sketch)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET path = excluded.path, n_bytes = excluded.n_bytes,
            fetched_at = excluded.fetched_at,
            version = CASE WHEN sha256 = excluded.sha256
                THEN coalesce(excluded.version, version) ELSE excluded.version END,
            sketch = CASE WHEN sha256 = excluded.sha256 AND excluded.sketch = ''
                THEN sketch ELSE excluded.sketch END,
            sha256 = excluded.sha256
        """,
        (pdf.paper, pdf.path, pdf.sha256, n_bytes, at.isoformat(), pdf.version, pdf.sketch),
    )


def set_sketch(db: Database, pdf: Pdf) -> None:
    """Record the sketch and version of a PDF that was read, if its bytes are still the same."""
    # Bytes without words get some where tesseract was installed since.
    db.execute(
        """
        UPDATE pdfs SET sketch = ?1, version = ?2,
            wordless_sha256 = CASE WHEN ?1 = '' THEN wordless_sha256 ELSE '' END
        WHERE paper = ?3 AND sha256 = ?4
        """,
        (pdf.sketch, pdf.version, pdf.paper, pdf.sha256),
    )


def set_wordless(db: Database, pdf: Pdf) -> None:
    """Record that the bytes of a PDF were read and have no words, only pictures."""
    db.execute(
        "UPDATE pdfs SET wordless_sha256 = sha256 WHERE paper = ? AND sha256 = ?",
        (pdf.paper, pdf.sha256),
    )


def forget_wordless(db: Database) -> None:
    """Forget which PDFs have no words, since the reader may have become better."""
    db.execute("UPDATE pdfs SET wordless_sha256 = '' WHERE wordless_sha256 != ''")


def sketches(db: Database) -> list[tuple[int, str]]:
    """Load (paper, sketch) for the PDFs that were read; a merged paper may have several."""
    rows = db.read(
        """
        SELECT coalesce(p.merged_into, p.id) AS paper, d.sketch
        FROM pdfs AS d JOIN papers AS p ON p.id = d.paper WHERE d.sketch != ''
        """
    )
    return [(r["paper"], r["sketch"]) for r in rows]


def pdf_of(db: Database, paper: int) -> Pdf | None:
    """Look up a paper's PDF, None where there is none yet."""
    r = db.read_one("SELECT * FROM pdfs WHERE paper = ?", (paper,))
    return _pdf(r) if r else None


def fetched_pdf(db: Database, paper: int) -> tuple[Pdf, int] | None:
    """Look up a paper's PDF and its bytes as it came; None where a person added it, or for none."""
    r = db.read_one(
        """
        SELECT * FROM pdfs WHERE paper = ?
        AND NOT EXISTS (SELECT 1 FROM additions AS a WHERE a.sha256 = pdfs.sha256)
        """,
        (paper,),
    )
    return (_pdf(r), r["n_bytes"]) if r else None


def pdfs_without_passages(db: Database) -> list[Pdf]:
    """Select the PDFs whose bytes were not split into passages, except those without words."""
    rows = db.read(
        """
        SELECT * FROM pdfs WHERE wordless_sha256 != sha256 AND NOT EXISTS (
            SELECT 1 FROM idx.texts AS t WHERE t.paper = pdfs.paper AND t.kind = 'passage'
            AND t.source_hash = pdfs.sha256)
        ORDER BY paper
        """
    )
    return [_pdf(r) for r in rows]


def _pdf(r: Row) -> Pdf:
    return Pdf(r["paper"], r["path"], r["sha256"], r["version"], r["sketch"])


def add_contents(db: Database, sha256: str, entries: str) -> None:
    """Store the contents of a PDF, as JSON; nothing where they were not listed."""
    if entries:
        db.execute("INSERT OR REPLACE INTO idx.contents VALUES (?, ?)", (sha256, entries))


def known_contents(db: Database, paper: int, path: str, n_bytes: int) -> str:
    """Load the contents of a paper's PDF as JSON; "" where they are not kept, or of another file.

    path: relative to the library. n_bytes: of the file that lies there now.
    """
    r = db.read_one(
        """
        SELECT c.entries FROM pdfs JOIN idx.contents AS c ON c.sha256 = pdfs.sha256
        WHERE pdfs.paper = ? AND pdfs.path = ? AND pdfs.n_bytes = ?
        """,
        (paper, path, n_bytes),
    )
    return r["entries"] if r else ""


FOLDER = "pictures"


@dataclass(frozen=True, slots=True)
class Picture:
    """The pictures of a PDF, and the caption of its figure.

    Their files are named by the PDF's bytes, so that a moved PDF keeps its pictures.
    """

    sha256: str
    """Of the PDF."""
    figure_page: int | None = None
    """The page of the figure, from 1; None where no figure was found."""
    caption: str = ""

    @property
    def page(self) -> str:
        """Get the path of page 1's picture, relative to the library."""
        return f"{FOLDER}/{self.sha256[:16]}-page.png"

    @property
    def figure(self) -> str:
        """Get the path of the figure's picture, relative to the library; "" without one."""
        return f"{FOLDER}/{self.sha256[:16]}-figure.png" if self.figure_page else ""

    @property
    def files(self) -> tuple[str, str]:
        """Get the paths of both; that of the figure may be empty."""
        return self.page, self.figure


def add_picture(db: Database, paper: int, picture: Picture) -> None:
    """Record the pictures of a paper's PDF that are in the folder."""
    db.execute(
        """
        INSERT INTO idx.pictures (paper, source_hash, figure_page, caption)
        VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET source_hash = excluded.source_hash,
            figure_page = excluded.figure_page, caption = excluded.caption
        """,
        (paper, picture.sha256, picture.figure_page, picture.caption),
    )


def picture_of(db: Database, paper: int) -> Picture | None:
    """Look up the pictures of a paper's PDF with its present bytes, None where there are none."""
    r = db.read_one(
        """
        SELECT i.source_hash, i.figure_page, i.caption FROM idx.pictures AS i
        JOIN pdfs ON pdfs.paper = i.paper AND pdfs.sha256 = i.source_hash WHERE i.paper = ?
        """,
        (paper,),
    )
    return _picture(r) if r else None


def figures_of(db: Database, papers: Iterable[int]) -> dict[int, str]:
    """Find the papers with a picture of a figure: paper → SHA-256 of its PDF."""
    return db.pairs(
        """
        SELECT i.paper, i.source_hash FROM json_each(?) AS wanted
        CROSS JOIN idx.pictures AS i ON i.paper = wanted.value AND i.figure_page IS NOT NULL
        JOIN pdfs ON pdfs.paper = i.paper AND pdfs.sha256 = i.source_hash
        """,
        (json.dumps(list(papers)),),
    )


def all_pdfs(db: Database) -> list[tuple[Pdf, Picture | None]]:
    """List every PDF with its pictures, None where it has none yet."""
    # The hash stands in ON and not in WHERE: a PDF whose pictures are of older bytes is listed.
    rows = db.read(
        """
        SELECT pdfs.paper, pdfs.path, pdfs.sha256, i.source_hash, i.figure_page, i.caption
        FROM pdfs LEFT JOIN idx.pictures AS i
            ON i.paper = pdfs.paper AND i.source_hash = pdfs.sha256
        ORDER BY pdfs.paper
        """
    )
    return [
        (Pdf(r["paper"], r["path"], r["sha256"]), _picture(r) if r["source_hash"] else None)
        for r in rows
    ]


def _picture(r: Row) -> Picture:
    return Picture(r["source_hash"], r["figure_page"], r["caption"])


def forget_gone(db: Database) -> None:
    """Delete the picture rows and contents of PDFs that are no paper's any more."""
    db.execute("DELETE FROM idx.pictures WHERE paper NOT IN (SELECT paper FROM pdfs)")
    db.execute("DELETE FROM idx.contents WHERE sha256 NOT IN (SELECT sha256 FROM pdfs)")


Outcome = Literal["identified", "unknown", "asked", "duplicate", "broken"]


@dataclass(frozen=True, slots=True)
class Addition:
    """The outcome for an added file; see "Outcomes of add" in docs/reference.md.

    path: absolute. modified_ns: of the file. paper: the row that it became or is a copy of, None
    for none. printed: an id in it that could not be looked up yet, "" for none.
    """

    path: str
    n_bytes: int
    modified_ns: int
    sha256: str
    outcome: Outcome
    paper: int | None = None
    why: str = ""
    hint: str = ""
    printed: str = ""


def add_addition(db: Database, addition: Addition, *, at: datetime) -> None:
    """Record the outcome for a file, in place of the one for this path before."""
    a = addition
    db.execute(
        """
        INSERT OR REPLACE INTO additions (path, n_bytes, modified_ns, sha256, outcome, paper,
                                          why, hint, printed, at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (a.path, a.n_bytes, a.modified_ns, a.sha256, a.outcome, a.paper,
         a.why, a.hint, a.printed, at.isoformat()),
    )  # fmt: skip


def addition_of(db: Database, path: str) -> Addition | None:
    """Look up the recorded outcome for a path, None where there is none."""
    row = db.read_one("SELECT * FROM additions WHERE path = ?", (path,))
    return _addition(row) if row else None


def addition_with_bytes(db: Database, sha256: str) -> Addition | None:
    """Look up the newest recorded outcome for a file with these bytes, None where there is none."""
    row = db.read_one(
        "SELECT * FROM additions WHERE sha256 = ? ORDER BY at DESC, path LIMIT 1", (sha256,)
    )
    return _addition(row) if row else None


def row_with_bytes(db: Database, sha256: str) -> int | None:
    """Find the paper of which a PDF with these bytes is known, None where there is none."""
    # In this order: its own PDF, a copy taken to the tablet, a marked copy, an added file.
    row = db.read_one(
        """
        SELECT coalesce(p.merged_into, p.id) AS row FROM (
            SELECT paper, 1 AS nth FROM pdfs WHERE sha256 = ?1
            UNION ALL SELECT paper, 2 FROM taken WHERE sha256 = ?1
            UNION ALL SELECT paper, 3 FROM marked_copies WHERE sha256 = ?1
            UNION ALL SELECT paper, 4 FROM additions WHERE sha256 = ?1 AND paper IS NOT NULL
        ) AS found JOIN papers AS p ON p.id = found.paper ORDER BY nth LIMIT 1
        """,
        (sha256,),
    )
    return int(row["row"]) if row else None


def to_complete(db: Database) -> dict[str, list[Addition]]:
    """List the printed ids that were not looked up yet: id → the added files that print it.

    The files' papers are the rows as they are read now, after merges.
    """
    rows = db.read(
        """
        SELECT a.path, a.n_bytes, a.modified_ns, a.sha256, a.outcome, a.why, a.hint, a.printed,
            coalesce(p.merged_into, p.id) AS paper
        FROM additions AS a JOIN papers AS p ON p.id = a.paper
        WHERE a.printed != '' ORDER BY a.at, a.path
        """
    )
    found: dict[str, list[Addition]] = {}
    for row in rows:
        found.setdefault(row["printed"], []).append(_addition(row))
    return found


def printed_of(db: Database, paper: int) -> list[str]:
    """List the ids that a paper's PDFs print and that were not looked up yet."""
    return db.column(
        """
        SELECT DISTINCT a.printed AS id FROM additions AS a JOIN papers AS p ON p.id = a.paper
        WHERE a.printed != '' AND coalesce(p.merged_into, p.id) = ? ORDER BY a.printed
        """,
        (paper,),
    )


def forget_printed(db: Database, ids: Iterable[str]) -> None:
    """Forget printed ids that were looked up, whatever the result."""
    # The index `additions_to_complete` holds only rows with printed != '', and SQLite uses it
    # only for statements that say so too: without it each id reads the whole table.
    db.execute_many(
        "UPDATE additions SET printed = '' WHERE printed = ? AND printed != ''",
        [(id_,) for id_ in ids],
    )


def _addition(row: Row) -> Addition:
    known = {field.name: row[field.name] for field in fields(Addition)}
    return Addition(**{**known, "why": retell(row["why"]), "hint": retell(row["hint"])})


@dataclass(frozen=True, slots=True)
class ReadingPlace:
    """Where a PDF was read last. y: the height on the page in points, from its top."""

    page: int
    y: float
    n_pages: int


def reading_place(db: Database, paper: int) -> ReadingPlace | None:
    """Look up where a paper was read last, None where it never was."""
    row = db.read_one("SELECT page, y, n_pages FROM reading_places WHERE paper = ?", (paper,))
    return ReadingPlace(row["page"], row["y"], row["n_pages"]) if row else None


def set_reading_place(db: Database, paper: int, place: ReadingPlace, *, at: datetime) -> None:
    """Record where a paper is read now, in place of what was known before."""
    db.execute(
        "INSERT OR REPLACE INTO reading_places (paper, page, y, n_pages, at)"
        " VALUES (?, ?, ?, ?, ?)",
        (paper, place.page, place.y, place.n_pages, at.isoformat()),
    )


FileKind = Literal["pdf", "marked", "note"]

# The last filing of a paper holds.
_LAST_TOPIC = "SELECT topic FROM filings WHERE paper = {paper} ORDER BY id DESC LIMIT 1"

_NEWEST = """
    SELECT f.paper, f.topic, f.is_by_hand FROM filings AS f
    JOIN (SELECT max(id) AS id FROM filings GROUP BY paper) AS last ON last.id = f.id
"""


# The folder of a path by plain bytes: `files.settle` compares those that a disk decomposed.
_IS_SETTLED = """
    NOT is_removed AND rtrim(path, replace(path, '/', ''))
        = root || '/' || coalesce(nullif(topic, ''), 'unfiled') || '/'
"""


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A file of a paper, by the rows.

    id: of its row in `marked_copies`; for the other kinds the row of `papers` that it came with,
    which may be a copy that was merged into `paper`. path: relative to the library, with `/`.
    topic: where the paper is filed, None where it is not. sha256, n_bytes: of the PDF as it came;
    empty and None where they are unknown, and for a note. is_removed: the paper is in the trash.
    """

    kind: FileKind
    id: int
    paper: int
    path: str
    topic: str | None
    sha256: str = ""
    n_bytes: int | None = None
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class TopicCount:
    """The number of papers filed under a topic, and of those with a note."""

    topic: str
    n_papers: int
    n_notes: int


@dataclass(frozen=True, slots=True)
class FiledByHand:
    """A paper whose folder the person chose; text: its title and abstract."""

    row: int
    topic: str
    key: str
    text: str
    category: str
    authors: tuple[str, ...]


def places(
    db: Database,
    papers: Iterable[int] | None = None,
    *,
    has_notes: bool = True,
    is_settled: bool = True,
) -> list[FilePlace]:
    """List the files of some papers, or of all; has_notes: their Markdown files too; is_settled:
    those too that are surely in the folder of their topic.

    Of one paper marked copies come first, then the Markdown file, its own PDF, and the PDFs of
    merged copies.
    """
    of_copies = ""
    if papers is not None:
        of_copies = (
            "WHERE (t.paper IN (SELECT value FROM json_each(?)) OR t.paper IN (SELECT id FROM"
            " papers WHERE merged_into IN (SELECT value FROM json_each(?))))"
        )
    row = "coalesce(p.merged_into, p.id)"
    topic, own_topic = _LAST_TOPIC.format(paper=row), _LAST_TOPIC.format(paper="t.paper")
    removed = f"{row} IN ({REMOVED_SQL}) AS is_removed"
    joined = f"AS t JOIN papers AS p ON p.id = t.paper {of_copies}"
    # The Markdown file of a merged copy stays where it was, since the paper has one of its own;
    # but it goes to the trash and comes back.
    is_moved = "(p.merged_into IS NULL OR is_removed OR t.path LIKE 'removed/%')"
    is_moved = f"{'AND' if of_copies else 'WHERE'} {is_moved}"
    several = [
        f"SELECT 'pdf' AS kind, 'papers' AS root, t.paper AS id, {row} AS paper, path,"  # noqa: S608
        f" ({topic}) AS topic, sha256, n_bytes, {removed} FROM pdfs {joined}",
        f"SELECT 'marked', 'papers', t.id, {row}, path, ({topic}), sha256, NULL, {removed}"  # noqa: S608
        f" FROM marked_copies {joined}",
    ]
    if has_notes:
        several.append(
            f"SELECT 'note', 'notes', t.paper, {row}, path, coalesce(({own_topic}), ({topic})),"  # noqa: S608
            f" '', NULL, {removed} FROM exports {joined} {is_moved}"
        )
    values = () if papers is None else (json.dumps([*papers]),) * (2 * len(several))
    only = "" if is_settled else f"WHERE NOT ({_IS_SETTLED})"
    found = db.read(
        "SELECT kind, id, paper, path, topic, sha256, n_bytes, is_removed"  # noqa: S608
        f" FROM ({' UNION ALL '.join(several)}) {only} ORDER BY paper, kind, id != paper, id",
        values,
    )
    return [FilePlace(*r) for r in found]


def set_path(db: Database, place: FilePlace, path: str) -> None:
    """Record the new path of a file, also in the rows that name the file by its path."""
    statement = {
        "pdf": "UPDATE pdfs SET path = ? WHERE paper = ?",
        "marked": "UPDATE marked_copies SET path = ? WHERE id = ?",
        "note": "UPDATE exports SET path = ? WHERE paper = ?",
    }[place.kind]
    with db.writing():
        db.execute(statement, (path, place.id))
        db.execute(
            "UPDATE OR REPLACE failures SET subject = ? WHERE stage = 'extract' AND subject = ?",
            (path, place.path),
        )
        # The places that marks came back from, as `pdfs.tablet.place_of` names a library's file.
        names = [f"library:{nfc(p)}" for p in (path, place.path)]
        db.execute("UPDATE OR REPLACE returned SET place = ? WHERE place = ?", names)
        db.execute("UPDATE OR REPLACE sightings SET place = ? WHERE place = ?", names)
        db.execute("UPDATE place_history SET place = ? WHERE place = ?", names)


def last_filing(db: Database, paper: int) -> tuple[str, bool] | None:
    """Look up the topic of a paper and whether the person chose it, None where it is not filed."""
    row = db.read_one(
        "SELECT topic, is_by_hand FROM filings WHERE paper = ? ORDER BY id DESC LIMIT 1", (paper,)
    )
    return (row["topic"], bool(row["is_by_hand"])) if row else None


def refile(db: Database, old: str, new: str, *, at: datetime, act: int) -> list[int]:
    """File all papers of a topic under another one, in one transaction; return the papers.

    is_by_hand stays as it was, since renaming a topic is no choice of a paper's folder.
    """
    with db.writing():
        rows = db.read(f"{_NEWEST} WHERE f.topic = ? ORDER BY f.paper", (old,))
        db.execute_many(
            "INSERT INTO filings (paper, topic, at, is_by_hand, act) VALUES (?, ?, ?, ?, ?)",
            [(r["paper"], new, at.isoformat(), r["is_by_hand"], act) for r in rows],
        )
    return [r["paper"] for r in rows]


def topic_counts(db: Database) -> list[TopicCount]:
    """Count the papers filed under each topic that has any, in the order of their names."""
    rows = db.read(
        f"""
        SELECT f.topic, count(*) AS n, count(n.paper) AS n_notes
        FROM ({_NEWEST}) AS f JOIN papers AS p ON p.id = f.paper AND p.merged_into IS NULL
        LEFT JOIN (SELECT DISTINCT paper FROM notes) AS n ON n.paper = f.paper
        GROUP BY f.topic ORDER BY f.topic
        """  # noqa: S608  a constant of this module
    )
    return [TopicCount(*r) for r in rows]


def states(db: Database) -> dict[str, dict[str, int]]:
    """Count the papers filed under each topic by their state: topic → state → number."""
    rows = db.read(
        f"""
        SELECT f.topic, {STATE_SQL} AS state, count(*) AS n
        FROM ({_NEWEST}) AS f JOIN papers AS p ON p.id = f.paper AND p.merged_into IS NULL
        GROUP BY f.topic, state
        """  # noqa: S608  constants
    )
    found: dict[str, dict[str, int]] = {}
    for r in rows:
        found.setdefault(r["topic"], {})[r["state"]] = r["n"]
    return found


def filed_last(db: Database, topics: Iterable[str], *, each: int) -> dict[str, list[int]]:
    """Select the newest papers filed under some topics, at most `each` for one: topic → rows."""
    rows = db.read(
        f"""
        SELECT topic, paper FROM (
            SELECT topic, paper, row_number() OVER (PARTITION BY topic ORDER BY paper DESC) AS n
            FROM ({_NEWEST}) WHERE topic IN (SELECT value FROM json_each(?)))
        WHERE n <= ?
        """,  # noqa: S608  a constant of this module
        (json.dumps(list(topics)), each),
    )
    found: dict[str, list[int]] = {}
    for r in rows:
        found.setdefault(r["topic"], []).append(r["paper"])
    return found


def filed_by_hand(db: Database, *, limit: int) -> list[FiledByHand]:
    """Select the papers whose folder the person chose, at most `limit`, newest filing first."""
    rows = db.read(
        """
        SELECT f.paper, f.topic, coalesce(p.key, '') AS key,
            p.title || char(10) || p.abstract AS text, p.categories,
            (SELECT json_group_array(name) FROM authors AS a WHERE a.paper = p.id) AS authors
        FROM filings AS f JOIN (SELECT max(id) AS id FROM filings GROUP BY paper) AS last
            ON last.id = f.id
        JOIN papers AS p ON p.id = f.paper AND p.merged_into IS NULL
        WHERE f.is_by_hand AND f.topic != 'unfiled' ORDER BY f.id DESC LIMIT ?
        """,
        (limit,),
    )
    return [
        FiledByHand(row, topic, key, text, classes.partition(" ")[0], tuple(json.loads(authors)))
        for row, topic, key, text, classes, authors in rows
    ]


def files(db: Database) -> dict[str, tuple[int, int]]:
    """Load the papers' PDFs as they were put last: path → (paper, size in bytes)."""
    rows = db.read("SELECT path, paper, n_bytes FROM pdfs")
    return {r["path"]: (r["paper"], r["n_bytes"]) for r in rows}


def copy_paths(db: Database) -> set[str]:
    """List the paths of the marked copies, which are kept beside the papers' own PDFs."""
    return set(db.column("SELECT path FROM marked_copies"))
