"""Look up Japanese words in JMdict, as the package jamdict-data brings it.

That package is optional (`asayomi[ja]`): a SQLite file of 325 MB, which is read in place. None of
its code is imported, and nothing is written.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

from reader.base.errors import Incomplete
from reader.base.messages import N_

FILE = "jamdict.db"
TABLES = {"Kanji", "Kana", "KJP", "KNP", "Sense", "SenseGloss"}


class DictionaryUnread(Incomplete):
    """A dictionary that is installed and cannot be read."""

    message_text = N_(
        "The Japanese dictionary cannot be read, so everyday Japanese words are not looked for in "
        "English ({path}: {why})."
    )
    hint_text = N_("Install it again: pip install --force-reinstall --no-cache-dir jamdict-data")


_ENTRIES_SQL = """
    SELECT text, idseq, ID AS spelling, 'KJP' AS kind FROM Kanji WHERE text {0}
    UNION ALL SELECT text, idseq, ID, 'KNP' FROM Kana WHERE text {0}
"""


@contextmanager
def open_dictionary() -> Iterator[sqlite3.Connection | None]:
    """Open the dictionary for reading, None where it is not installed.

    Raises DictionaryUnread where its file is missing, cut off or damaged, also while it is read.
    """
    spec = find_spec("jamdict_data")
    folders = (spec.submodule_search_locations or []) if spec else []
    if not folders:
        yield None
        return
    path = Path(folders[0]) / FILE
    try:
        # Immutable: the file belongs to a package, and its folder may not be writable.
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            names = {row[0] for row in db.execute("SELECT name FROM sqlite_schema")}
            if lacking := TABLES - names:
                raise sqlite3.DatabaseError(f"no such table: {min(lacking)}")
            yield db
    except sqlite3.DatabaseError as error:
        raise DictionaryUnread(path=path, why=error) from error


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
