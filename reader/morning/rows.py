"""Keep the lines that a list showed and what a person muted, find the papers that a device keeps
for offline use, and ask the databases what the doctor wants to know.

A decision copies the line within its own transaction, by one statement, so that a key stays
quick. Lines go after a while; what was copied is never changed and never deleted. Rows of mutes
are only ever added.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from reader.library.rows.database import REMOVED_SQL, Database
from reader.library.rows.decisions import next_act
from reader.morning.values import PastDecision, PastMention, ShownLine
from reader.ranking.rows.standings import from_text, to_text
from reader.ranking.topic import Mute, MuteKind

KEPT_DAYS = 60
"""How long a line waits for a decision that a device may send late."""


def keep_lines(db: Database, day: date, lines: Mapping[int, ShownLine]) -> None:
    """Keep the lines of a day's list, by row of the paper; writes only lines that changed.

    The same line in another language is no change: pages in two languages would write in turns.
    """
    known = {r["paper"]: tuple(r)[1:] for r in db.read(_OF_DAY, (day.isoformat(),))}
    fresh: dict[int, tuple[Any, ...]] = {}
    for paper, line in lines.items():
        # Mentions stand one a line: day, author, words, a tab between.
        mentions = "\n".join(
            f"{m.on or ''}\t{' '.join(m.author.split())}\t{' '.join(m.text.split())}"
            for m in line.mentions
        )
        values = (line.lane, line.position, line.topic, line.score, to_text(line.terms), mentions,
                  line.n_votes)  # fmt: skip
        if known.get(paper) != values:
            fresh[paper] = (*values, line.sentence)
    if not fresh:
        return
    # Python has no day before the year 1, and a clock may stand there.
    oldest = day - min(timedelta(days=KEPT_DAYS), day - date.min)
    # The models are read in the same statement: those that judged the paper for this line.
    with db.writing():
        db.execute("DELETE FROM lines WHERE day < ?", (oldest.isoformat(),))
        db.execute_many(
            """
            INSERT OR REPLACE INTO lines (paper, lane, position, topic, score, terms, mentions,
                n_votes, sentence, day, models)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
                coalesce((SELECT models FROM idx.ranked WHERE paper = ?1), ''))
            """,
            [(paper, *values, day.isoformat()) for paper, values in fresh.items()],
        )


_OF_DAY = """
    SELECT paper, lane, position, topic, score, terms, mentions, n_votes
    FROM lines WHERE day = ?
"""


def past_decision(db: Database, paper: int) -> PastDecision | None:
    """Read a paper's decision that stands, with the line that was shown then; None for none, and
    for one from before lines were kept."""
    row = db.read_one(
        """
        SELECT d.kind, d.on_date, c.* FROM decisions AS d JOIN decided AS c ON c.decision = d.id
        WHERE d.id = (
            SELECT max(k.id) FROM decisions AS k WHERE k.paper = ? AND k.kind != 'undo'
            AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = k.id))
        """,
        (paper,),
    )
    if row is None:
        return None
    day = date.fromisoformat(row["day"]) if row["day"] else None
    mentions = [line.split("\t", 2) for line in row["mentions"].split("\n") if line]
    line = ShownLine(
        row["lane"],
        row["position"],
        row["topic"],
        row["score"],
        row["sentence"],
        from_text(row["terms"]),
        tuple(
            PastMention(author, date.fromisoformat(on) if on else None, words)
            for on, author, words in mentions
        ),
        row["n_votes"],
        row["models"],
    )
    return PastDecision(row["kind"], date.fromisoformat(row["on_date"]), day, line)


def library_id(db: Database) -> str:
    """Read the id of this library, which stays the same when its folder is moved."""
    row = db.read_one("SELECT id FROM identity")
    return str(row["id"]) if row else ""


def newest_picks(db: Database, n: int) -> list[int]:
    """List the papers of the n newest picks, the newest first; some may be decided anew since."""
    rows = db.read(
        """
        SELECT paper FROM decisions AS d WHERE kind = 'pick'
        AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
        ORDER BY id DESC LIMIT ?
        """,
        (n,),
    )
    return list(dict.fromkeys(row["paper"] for row in rows))


def newest_notes(db: Database, n: int) -> list[int]:
    """List the papers of the n newest revisions of notes, the newest first."""
    rows = db.read(
        f"SELECT paper FROM notes WHERE paper NOT IN ({REMOVED_SQL}) ORDER BY id DESC LIMIT ?",  # noqa: S608
        (n,),
    )
    return list(dict.fromkeys(row["paper"] for row in rows))


def listed_on(db: Database, day: date) -> list[int]:
    """List the papers that a day's list showed, in its order."""
    sql = "SELECT paper FROM lines WHERE day = ? ORDER BY position"
    return db.column(sql, (day.isoformat(),))


def marked_words(db: Database) -> dict[int, list[str]]:
    """Load the words and typed notes of all marks: paper → texts, the newest mark first."""
    rows = db.read(
        f"""
        SELECT paper, text, note FROM highlights
        WHERE gone_at IS NULL AND paper NOT IN ({REMOVED_SQL}) ORDER BY id DESC
        """  # noqa: S608  a constant
    )
    found: dict[int, dict[str, None]] = {}
    for row in rows:
        texts = found.setdefault(row["paper"], {})
        texts.update(dict.fromkeys(filter(None, (row["text"], row["note"]))))
    return {paper: list(texts) for paper, texts in found.items()}


def texts_stamp(db: Database) -> str:
    """Return a text that changes with any list, decision, note, mark or record of a paper."""
    tables = ("papers", "decisions", "notes", "highlights", "merges", "removals", "fields")
    found = [f"SELECT max(id) AS n FROM {table}" for table in tables]  # noqa: S608
    found += ["SELECT count(gone_at) FROM highlights", "SELECT count(*) FROM changes"]
    found.append("SELECT sum(paper) FROM lines WHERE day = (SELECT max(day) FROM lines)")
    return ".".join(str(row["n"] or 0) for row in db.read(" UNION ALL ".join(found)))


def stamps(db: Database, papers: Sequence[int]) -> dict[int, str]:
    """Return for each paper a text that changes with its decisions, its note and its PDF."""
    rows = db.read(
        """
        SELECT value AS paper,
            coalesce((SELECT max(id) FROM decisions WHERE paper = value), 0) AS decision,
            coalesce((SELECT max(id) FROM notes WHERE paper = value), 0) AS note,
            coalesce((SELECT substr(sha256, 1, 8) FROM pdfs WHERE paper = value), '') AS pdf
        FROM json_each(?)
        """,
        (json.dumps(list(papers)),),
    )
    return {row["paper"]: f"{row['decision']}.{row['note']}.{row['pdf']}" for row in rows}


def damages(db: Database, schema: str, *, whole: bool) -> list[str]:
    """List what is wrong inside a database file, at most five things.

    schema: `main` is reader.db, `idx` index.db. whole: compare indexes with their tables too,
    which takes several times as long.
    """
    check = "integrity_check" if whole else "quick_check"
    found = [str(row[0]) for row in db.read(f"PRAGMA {schema}.{check}(5)")]
    return [] if found == ["ok"] else found


def n_broken_references(db: Database) -> int:
    """Count the rows of reader.db that point to rows which are not there."""
    return len(db.read("PRAGMA main.foreign_key_check"))


def counts_of(db: Database) -> dict[str, int]:
    """Count the rows of the tables that say how large a library is."""
    tables = ("papers", "notes", "decisions", "pdfs", "posts")
    found = [db.number(f"SELECT count(*) FROM {table}") for table in tables]  # noqa: S608
    return dict(zip(tables, found, strict=True))


def first_day(db: Database) -> str:
    """Find the day on which the first paper arrived, as ISO text; "" for an empty library."""
    row = db.read_one("SELECT min(arrived_on) AS day FROM papers")
    return str(row["day"] or "") if row else ""


def stored_pdfs(db: Database) -> list[tuple[str, str]]:
    """List the PDFs and marked copies with their SHA-256, by their paths."""
    sql = "SELECT path, sha256 FROM pdfs UNION SELECT path, sha256 FROM marked_copies ORDER BY path"
    return [(row["path"], row["sha256"]) for row in db.read(sql)]


def doubled_pdfs(db: Database) -> list[tuple[str, ...]]:
    """List the paths of PDFs that are the same file, of two papers or more; one for each."""
    # A merge leaves the second paper its row in `pdfs` where both have a PDF.
    rows = db.read(
        """
        SELECT json_group_array(path) AS paths FROM (
            SELECT sha256, min(path) AS path FROM pdfs JOIN papers AS p ON p.id = paper
            GROUP BY sha256, coalesce(merged_into, p.id)
        ) GROUP BY sha256 HAVING count(*) > 1
        """
    )
    return sorted(tuple(sorted(json.loads(row["paths"]))) for row in rows)


def failed_stages(db: Database, *, without: Iterable[str]) -> dict[str, int]:
    """Count the failures that wait for their next try, by stage. without: ids that are left out.

    A paper of which arXiv has no HTML failed at nothing.
    """
    return db.pairs(
        "SELECT stage, count(*) AS n FROM failures"
        " WHERE subject NOT IN (SELECT value FROM json_each(?))"
        " AND NOT (stage = 'html' AND reason = 'no paper') GROUP BY stage ORDER BY stage",
        (json.dumps(list(without)),),
    )


def n_announced(db: Database) -> int:
    """Count the papers that arXiv announced, of whatever they are: all of the watched classes."""
    return db.number("SELECT count(*) AS n FROM papers WHERE announced_on IS NOT NULL")


def never_answered(db: Database, names: Iterable[str]) -> dict[str, int]:
    """Count the failures of those of some sources that never answered, by name."""
    return db.pairs(
        "SELECT name, n_errors FROM sources WHERE succeeded_at IS NULL AND n_errors > 0"
        " AND name IN (SELECT value FROM json_each(?)) ORDER BY name",
        (json.dumps(list(names)),),
    )


def posting(db: Database, names: Iterable[str]) -> set[str]:
    """Select those of some sources of which a post came."""
    rows = db.read(
        "SELECT DISTINCT source FROM posts WHERE source IN (SELECT value FROM json_each(?))",
        (json.dumps(list(names)),),
    )
    return {row["source"] for row in rows}


_STANDING_MUTES = """
    SELECT id, act, kind, value, until_on, at, on_date FROM mutes AS m WHERE undoes IS NULL
    AND NOT EXISTS (SELECT 1 FROM mutes AS u WHERE u.undoes = m.id)
"""


def standing_mutes(db: Database, *, act: int | None = None) -> tuple[Mute, ...]:
    """List the mutes that were not taken back, the oldest first; also those that have ended.

    act: only those of this act.
    """
    rows = db.read(f"{_STANDING_MUTES} AND (?1 IS NULL OR act = ?1) ORDER BY id", (act,))
    return tuple(
        Mute(
            r["id"],
            r["act"],
            r["kind"],
            r["value"],
            date.fromisoformat(r["until_on"]) if r["until_on"] else None,
            datetime.fromisoformat(r["at"]),
            date.fromisoformat(r["on_date"]),
        )
        for r in rows
    )


def newest_mute(db: Database, *, until: datetime | None = None) -> int | None:
    """Find the last act of muting that stands, None for none. until: made by this moment."""
    moment = until.isoformat() if until else "9999"
    row = db.read_one(f"SELECT max(act) AS act FROM ({_STANDING_MUTES} AND at <= ?)", (moment,))  # noqa: S608
    return row["act"] if row else None


def add_mutes(
    db: Database,
    several: Iterable[tuple[MuteKind, str]],
    *,
    until: date | None,
    at: datetime,
    on: date,
) -> None:
    """Record mutes in one act. until: their last day, None for no end."""
    with db.writing():
        act = next_act(db)
        db.execute_many(
            """
            INSERT INTO mutes (act, kind, value, until_on, at, on_date) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                (act, kind, value, until and until.isoformat(), at.isoformat(), on.isoformat())
                for kind, value in several
            ],
        )


def take_mutes_back(db: Database, several: Sequence[Mute], *, at: datetime, on: date) -> None:
    """Take mutes back."""
    with db.writing():
        act = next_act(db)
        db.execute_many(
            """
            INSERT INTO mutes (act, kind, value, undoes, at, on_date) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [(act, m.kind, m.value, m.id, at.isoformat(), on.isoformat()) for m in several],
        )


def add_muted_day(db: Database, several: Iterable[Mute], day: date) -> None:
    """Record that mutes hid papers of a day's list; writes nothing where that is known."""
    ids = {mute.id for mute in several}
    known = set(db.column("SELECT mute FROM muted_days WHERE day = ?", (str(day),)))
    if ids - known:
        db.execute_many(
            "INSERT OR IGNORE INTO muted_days (mute, day) VALUES (?, ?)",
            [(id_, day.isoformat()) for id_ in sorted(ids - known)],
        )


def last_muted_days(db: Database) -> dict[int, date]:
    """Read the last day on which each mute (`mutes.id`) hid a paper, where it ever did."""
    rows = db.read("SELECT mute, max(day) AS day FROM muted_days GROUP BY mute")
    return {r["mute"]: date.fromisoformat(r["day"]) for r in rows}
