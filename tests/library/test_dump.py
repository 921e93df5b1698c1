"""Test that a dump brings back any library, that no table is forgotten, and that a bad one is
refused whole."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.errors import UsageError
from reader.library.dump import Dump, bring_dump, is_dump
from reader.library.folder import open_library, template
from reader.library.rows.database import LATEST
from reader.library.rows.snapshot import LEFT_OUT, PATHS, DumpedTable, tables_of
from tests.export_world import EVENTS
from tests.library.test_backup import old_library
from tests.samples import NOW, new_database

NAMES = ("a", "b/c", "é 雪.md", "...", "a b/ー.pdf")
"""What stands in a column of paths."""


def fresh(folder: Path) -> Path:
    """Make a library as `reader init` does."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "feeds.toml").write_text(template(), "utf-8")
    new_database(folder).close()
    return folder


def dumped(library: Path, file: Path) -> Path:
    file.write_bytes(b"".join(Dump(library, NOW)))
    return file


def stored(library: Path) -> dict[str, list[Any]]:
    """Read all rows of reader.db but those that a dump leaves out."""
    with sqlite3.connect(library / "reader.db") as database:
        names = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        found = {
            name: sorted(database.execute(f'SELECT * FROM "{name}"'), key=repr)
            for (name,) in names.fetchall()
            if name not in LEFT_OUT
        }
    database.close()
    return found


def texts(library: Path) -> dict[str, bytes]:
    """Read the texts of a library by their paths."""
    files = [library / "feeds.toml"]
    files += [
        file for name in ("notes", "drafts", "removed") for file in (library / name).rglob("*")
    ]
    return {str(f.relative_to(library)): f.read_bytes() for f in files if f.is_file()}


class Filling:
    """Puts rows of any values into every table, as far as the table's own rules allow."""

    def __init__(self, library: Path, draw: Random, words: Sequence[str]) -> None:
        self._draw, self._words = draw, words
        self._db = sqlite3.connect(library / "reader.db", isolation_level=None)
        self._db.execute("PRAGMA foreign_keys = on")
        self._db.execute("BEGIN")

    def fill(self, n: int) -> dict[str, int]:
        """Try n rows for each table; returns how many each has."""
        for table in tables_of(self._db):
            for _ in range(n):
                self._add(table)
        tables = tables_of(self._db)
        counts = {t.name: self._db.execute(f"SELECT count(*) FROM {t.name}") for t in tables}
        found = {name: int(rows.fetchone()[0]) for name, rows in counts.items()}
        self._db.execute("COMMIT")
        self._db.close()
        return found

    def _add(self, table: DumpedTable) -> None:
        run = self._db.execute
        sql = run("SELECT sql FROM sqlite_schema WHERE name = ?", (table.name,)).fetchone()[0]
        allowed = dict(re.findall(r"CHECK \((\w+) IN \(([^)]*)\)", sql))
        links = run('SELECT "from", "table" FROM pragma_foreign_key_list(?)', (table.name,))
        parents = dict(links.fetchall())
        number = self._draw.randint(1, 40)
        row: dict[str, object] = {}
        for _n, name, kind, is_needed, _default, in_key in run(f"PRAGMA table_info({table.name})"):
            if name == "id" and kind == "INTEGER":
                row[name] = number
            elif not (is_needed or in_key) and self._draw.random() < 0.4:
                row[name] = None
            elif parent := parents.get(name):
                ids = [id_ for (id_,) in run(f"SELECT id FROM {parent}")]
                row[name] = self._draw.choice([*ids, number] if parent == table.name else ids)
            elif name in allowed:
                row[name] = self._draw.choice(re.findall(r"'([^']*)'", allowed[name]))
            else:
                row[name] = self._value(kind, is_path=(table.name, name) in PATHS)
        marks = ", ".join("?" * len(row))
        run(f"INSERT OR IGNORE INTO {table.name} VALUES ({marks})", list(row.values()))

    def _value(self, kind: str, *, is_path: bool) -> object:
        if kind == "TEXT":
            return self._draw.choice(NAMES if is_path else self._words)
        if kind == "REAL":
            return self._draw.choice((0.0, -1.5, 1e300, self._draw.random()))
        return self._draw.choice((0, 1, 2, 3, -7, 2**63 - 1))


WORDS = st.lists(st.text(st.characters(codec="utf-8")), min_size=40, max_size=60, unique=True)


def test_the_libraries_below_have_rows_in_every_table(tmp_path: Path) -> None:
    words = [f"word {n}" for n in range(60)]
    counts = Filling(fresh(tmp_path / "a"), Random(1), words).fill(30)
    assert [name for name, n in counts.items() if not n] == []


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(draw=st.randoms(use_true_random=False), words=WORDS, n=st.integers(0, 12))
def test_any_library_comes_back_as_it_was(draw: Random, words: list[str], n: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        one, two = (fresh(Path(name) / each) for each in ("one", "two"))
        Filling(one, draw, words).fill(n)
        for place in ("feeds.toml", "drafts/a.1.0.1.md", "notes/é/a b.md", "removed/3/x.md")[:n]:
            (one / place).parent.mkdir(parents=True, exist_ok=True)
            (one / place).write_bytes(draw.choice(words).encode())
        file = dumped(one, Path(name) / "all.jsonl")
        bring_dump(two, file)
        assert (stored(two), texts(two)) == (stored(one), texts(one))
        assert b"".join(Dump(two, NOW)) == file.read_bytes()
        with sqlite3.connect(two / "reader.db") as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute("PRAGMA user_version").fetchone() == (LATEST,)
        database.close()


def test_each_table_is_in_a_dump_or_left_out_with_a_reason(tmp_path: Path) -> None:
    with sqlite3.connect(fresh(tmp_path) / "reader.db") as database:
        every = database.execute(
            "SELECT m.name, c.name, c.type FROM sqlite_schema AS m, pragma_table_info(m.name) AS c"
            " WHERE m.type = 'table'"
        ).fetchall()
        tables = tables_of(database)
    database.close()
    assert {table.name for table in tables} | LEFT_OUT.keys() == {name for name, *_ in every}
    assert not {table.name for table in tables} & LEFT_OUT.keys()
    assert all(table.key for table in tables)  # else its rows have no order
    # Lines have these names beside those of the columns, and JSON has no bytes.
    assert not {"table"} & {column for _name, column, _kind in every}
    assert {kind for _name, _column, kind in every} <= {"TEXT", "INTEGER", "REAL"}


@pytest.mark.parametrize("layout", [1, 15, LATEST - 1])
def test_a_dump_of_an_older_layout_is_brought_up_to_date(layout: int, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old_library(old, layout)
    file = dumped(old, tmp_path / "old.jsonl")
    assert json.loads(file.read_bytes().partition(b"\n")[0])["layout"] == layout
    new = fresh(tmp_path / "new")
    bring_dump(new, file)
    open_library(old, now=lambda: NOW).db.close()
    one, other = stored(old), stored(new)
    assert one.pop("identity") != [] != other.pop("identity")
    assert one == other


def lines_of(tmp_path: Path) -> list[bytes]:
    """Make the lines of a small dump."""
    library = fresh(tmp_path / "small")
    with sqlite3.connect(library / "reader.db") as database:
        database.executescript(
            """
            INSERT INTO papers (id, canonical, title, arrived_on, content_hash)
                VALUES (7, 'arxiv:2401.00001', 'Snails', '2024-01-02', 'x');
            INSERT INTO decisions VALUES (1, 1, 7, 'pick', NULL, '2024-01-02', '2024-01-02');
            """
        )
    database.close()
    (library / "drafts").mkdir()
    (library / "drafts/a.7.0.1.md").write_text("half a thought", "utf-8")
    return [line + b"\n" for line in b"".join(Dump(library, NOW)).splitlines()]


Spoil = Callable[[list[bytes]], Sequence[bytes]]

BAD: dict[str, tuple[Spoil, str]] = {
    "nothing": (lambda _: [], "line 1: this is not the first line of a dump"),
    "foreign": (lambda _: [b'{"title": "a list"}\n'], "line 1: this is not the first line"),
    "newer version": (lambda a: [a[0].replace(b'"version": 1', b'"version": 2'), *a[1:]], "newer"),
    "newer layout": (lambda a: [a[0].replace(b'"layout": ', b'"layout": 9'), *a[1:]], "newer"),
    "a negative layout": (
        lambda a: [a[0].replace(b'"layout": ', b'"layout": -')],
        "the first line",
    ),
    "cut in a line": (lambda a: [*a[:-2], a[-2][:-9]], "line 6: the line breaks off"),
    "cut between lines": (lambda a: a[:-1], "line 6: the dump breaks off after it"),
    "a line is lost": (lambda a: [*a[:4], *a[5:]], "line 6: this is no line of a dump"),
    "two in one": (lambda a: [*a, *a], "line 8: the dump goes on after its end"),
    "UTF-16": (lambda a: [b"".join(a).decode().encode("utf-16")], "line 1: the text is not UTF-8"),
    "Latin-1": (lambda a: [*a[:2], a[2].replace(b"half", b"h\xe4lf"), *a[3:]], "line 3: the text"),
    "no JSON": (lambda a: [*a[:3], b"oh\n", *a[4:]], "line 4: this is no JSON"),
    "no object": (lambda a: [*a[:3], b"[1]\n", *a[4:]], "line 4: this is no line of a dump"),
    "deep": (lambda a: [*a[:3], b"[" * 100_000 + b"\n"], "line 4: this is no JSON"),
    "huge": (lambda a: [*a[:3], b'"' + b"a" * 64_000_000], "line 4: the line is longer than 64 MB"),
    "a table": (lambda a: [*a[:3], b'{"table": "x"}\n'], "line 4: there is no table 'x'"),
    "a column": (
        lambda a: [*a[:3], b'{"table": "papers", "x": 1}\n'],
        "line 4: the table papers has no column 'x'",
    ),
    "a value": (
        lambda a: [*a[:3], b'{"table": "papers", "id": true}\n'],
        "line 4: id is neither a text nor a number",
    ),
    "no title": (
        lambda a: [a[0], b'{"table": "papers", "id": 1, "canonical": "x"}\n'],
        "line 2: NOT NULL constraint failed: papers.title",
    ),
    "half a character": (
        lambda a: [a[0], a[3].replace(b"Snails", b"\\ud800")],
        "line 2: 'utf-8' codec can't encode",
    ),
    "a large number": (lambda a: [a[0], a[3].replace(b": 7", b": 1" + b"0" * 30)], "too large"),
    "no paper": (
        lambda a: [*a[:4], a[4].replace(b"2401", b"9999")],
        "line 5: no paper before it is 'arxiv:9999.00001'",
    ),
    "no decision": (
        lambda a: [*a[:4], a[4].replace(b'"pick"', b'"undo", "undoes": 9'), *a[5:]],
        "line 7: a row of decisions names a row of decisions that is not there",
    ),
    "a path out": (
        lambda a: [a[0], a[2].replace(b"drafts/", b"drafts/../../")],
        "line 2: 'drafts/../../a.7.0.1.md' is no file of a library",
    ),
    "an absolute path": (lambda a: [a[0], a[2].replace(b"drafts/", b"/etc/")], "is no file of a"),
    "a database": (
        lambda a: [a[0], b'{"file": "reader.db", "text": "x"}\n'],
        "line 2: 'reader.db' is no file of a library",
    ),
    "a program": (
        lambda a: [a[0], b'{"file": "notes/.obsidian/plugins/x.js", "text": ""}\n'],
        "is no file of a library",
    ),
    "a long name": (
        lambda a: [a[0], b'{"file": "notes/' + b"a" * 300 + b'", "text": ""}\n'],
        "line 2: its name is too long for this disk",
    ),
    "a key that leads out": (
        lambda a: [a[0], a[3].replace(b'"title"', b'"key": "../../x", "title"')],
        "line 2: '../../x' leads out of the library",
    ),
    "a file after the rows": (lambda a: [a[0], a[3], a[2]], "line 3: this is no line of a dump"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_dump_is_refused_by_its_line_and_nothing_changes(name: str, tmp_path: Path) -> None:
    spoil, said = BAD[name]
    file = tmp_path / "bad.jsonl"
    file.write_bytes(b"".join(spoil(lines_of(tmp_path))))
    library = fresh(tmp_path / "library")
    before = stored(library), texts(library)
    with pytest.raises(UsageError) as refused:
        bring_dump(library, file)
    assert said in refused.value.message
    assert refused.value.hint
    assert (stored(library), texts(library)) == before
    assert [*library.rglob("*.part")] == []


def test_a_library_that_has_rows_or_texts_of_its_own_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    file.write_bytes(b"".join(lines_of(tmp_path)))
    library = fresh(tmp_path / "used")
    bring_dump(library, file)
    with pytest.raises(UsageError, match="This library is not empty"):
        bring_dump(library, file)
    for place, text in (("feeds.toml", "[reader]\nquota = 9\n"), ("drafts/a.7.0.1.md", "mine")):
        other = fresh(tmp_path / place.replace("/", "-"))
        (other / place).parent.mkdir(exist_ok=True)
        (other / place).write_text(text, "utf-8")
        with pytest.raises(UsageError, match="is in the library already, with another text"):
            bring_dump(other, file)
        assert (other / place).read_text("utf-8") == text


def test_a_dry_run_checks_all_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    file.write_bytes(b"".join(lines_of(tmp_path)))
    library = fresh(tmp_path / "library")
    before = stored(library), texts(library)
    brought = bring_dump(library, file, is_dry=True)
    assert (brought.content.n_papers, brought.content.n_decisions) == (1, 1)
    assert (stored(library), texts(library)) == before


def test_a_dump_is_known_by_its_first_line(tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    file.write_bytes(b"".join(lines_of(tmp_path)))
    assert is_dump(file)
    file.write_text('[{"title": "asayomi-dump"}]', "utf-8")
    assert not is_dump(file)
    assert not is_dump(tmp_path)


def test_a_dump_is_of_one_moment_while_others_write(tmp_path: Path) -> None:
    library = fresh(tmp_path / "library")
    lines = iter(Dump(library, NOW))
    begun = [next(lines), next(lines)]
    with sqlite3.connect(library / "reader.db") as other:
        other.execute("INSERT INTO vote_days VALUES ('2025-06-03')")
    other.close()
    assert not [line for line in (*begun, *lines) if b"vote_days" in line]
    assert [line for line in Dump(library, NOW) if b"vote_days" in line]


def test_a_file_that_is_no_text_is_named_and_left_out(tmp_path: Path) -> None:
    library = fresh(tmp_path / "library")
    (library / "notes").mkdir()
    (library / "notes/a.png").write_bytes(b"\x89PNG")
    (library / "notes/a.canvas").write_text("{}", "utf-8")
    dump = Dump(library, NOW)
    lines = [json.loads(line) for line in dump]
    assert [line["file"] for line in lines if "file" in line] == ["feeds.toml", "notes/a.canvas"]
    assert (dump.left_out, dump.unread) == (["notes/a.png"], [])


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_killed_anywhere_the_rows_are_all_there_or_none_and_the_same_import_ends_it(
    tmp_path: Path,
) -> None:
    source = fresh(tmp_path / "source")
    Filling(source, Random(2), [f"word {n}" for n in range(60)]).fill(6)
    for n in range(3):
        (source / f"drafts/{n}.1.0.1.md").parent.mkdir(exist_ok=True)
        (source / f"drafts/{n}.1.0.1.md").write_text(f"thought {n}", "utf-8")
    file = dumped(source, tmp_path / "all.jsonl")
    n = n_killed = 0
    while True:
        n += 1
        library = fresh(tmp_path / str(n))
        before = stored(library)
        if (child := os.fork()) == 0:
            with EVENTS.at_the(n, lambda _: os.kill(os.getpid(), signal.SIGKILL)):
                bring_dump(library, file)
            os._exit(0)
        is_killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) < 0
        n_killed += is_killed
        if stored(library) == before:
            bring_dump(library, file)
            assert [*library.rglob(".asayomi-*")] == []
        assert (stored(library), texts(library)) == (stored(source), texts(source))
        if not is_killed:
            break
    assert n_killed > 10
