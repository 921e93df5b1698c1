"""Look up Japanese words in JMdict, as the package jamdict-data brings it.

That package is optional (`asayomi[ja]`): a SQLite file of 325 MB, which is read in place. None of
its code is imported, and nothing is written.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from importlib.util import find_spec
from pathlib import Path

FILE = "jamdict.db"
TABLES = {"Kanji", "Kana", "KJP", "KNP", "Sense", "SenseGloss"}

_ENTRIES_SQL = """
    SELECT text, idseq, ID AS spelling, 'KJP' AS kind FROM Kanji WHERE text {0}
    UNION ALL SELECT text, idseq, ID, 'KNP' FROM Kana WHERE text {0}
"""


def open_dictionary() -> sqlite3.Connection | None:
    """Open the dictionary for reading, None where it is not installed, or not whole."""
    spec = find_spec("jamdict_data")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        # Immutable: the file belongs to a package, and its folder may not be writable.
        address = f"{(Path(folder) / FILE).as_uri()}?mode=ro&immutable=1"
        try:
            db = sqlite3.connect(address, uri=True)
        except sqlite3.OperationalError:
            continue  # the package unpacks the file when it is installed, which may have failed
        if _is_whole(db):
            return db
        db.close()
    return None


def _is_whole(db: sqlite3.Connection) -> bool:
    try:
        return {row[0] for row in db.execute("SELECT name FROM sqlite_schema")} >= TABLES
    except sqlite3.DatabaseError:
        return False


def headwords(db: sqlite3.Connection, words: Collection[str]) -> set[str]:
    """Select those of some words that have an entry."""
    sql = _ENTRIES_SQL.format("IN (SELECT value FROM json_each(?1))")
    return {row[0] for row in db.execute(sql, (json.dumps(list(words)),))}


def glosses(db: sqlite3.Connection, word: str) -> list[str]:
    """Load the English of a word's most usual entry, sense by sense."""
    sql = f"""
        SELECT g.text FROM Sense AS s JOIN SenseGloss AS g ON g.sid = s.ID
        WHERE g.lang IN ('', 'eng') AND s.idseq = (
            SELECT idseq FROM ({_ENTRIES_SQL.format("= ?1")}) AS e ORDER BY (
                SELECT count(*) FROM KJP WHERE e.kind = 'KJP' AND kid = spelling
            ) + (SELECT count(*) FROM KNP WHERE e.kind = 'KNP' AND kid = spelling) DESC, idseq
            LIMIT 1)
        ORDER BY s.ID, g.rowid
    """  # noqa: S608  a constant of this module
    return [row[0] for row in db.execute(sql, (word,))]
