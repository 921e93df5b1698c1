"""Test that a migration that is killed at any statement is finished by the next opening."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from reader.library.folder import open_library
from reader.library.rows.database import LATEST, migrate
from tests.library.test_backup import old_library
from tests.samples import NOW

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here"),
]


def is_killed(file: Path, n: int, *, n_steps: int) -> bool:
    """Migrate a reader.db in a process that ends at the n-th statement that writes.

    n_steps: the steps after which it ends anyway. Returns whether it came to the statement.
    """
    if (pid := os.fork()) == 0:
        left, steps = n, n_steps

        def count(sql: str) -> None:
            nonlocal left, steps
            left -= not sql.startswith(("select", "--"))
            steps -= sql == "BEGIN"
            if not left or steps < 0:
                os._exit(0 if left else 9)

        connection = sqlite3.connect(file, isolation_level=None)
        connection.execute("PRAGMA journal_mode = wal")
        connection.set_trace_callback(count)
        migrate(connection)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9


def dump(folder: Path) -> list[str]:
    """Dump a reader.db, but for what each migration makes anew: moments and the identity."""
    with open_library(folder, now=lambda: NOW):
        pass
    database = sqlite3.connect(folder / "reader.db")
    lines = [
        line
        for line in database.iterdump()
        if not line.startswith(('INSERT INTO "identity"', 'INSERT INTO "_sqlite_migrations"'))
    ]
    names = database.execute("SELECT name FROM _sqlite_migrations ORDER BY name").fetchall()
    damages = database.execute("PRAGMA integrity_check").fetchall()
    database.close()
    return [*lines, str(names), str(damages)]


@pytest.mark.parametrize(
    ("layout", "n_steps", "each"),
    [
        *((layout, 1, 1) for layout in range(1, LATEST)),
        # Each step is killed at each statement from its own layout: a few show that it may be a
        # later one of several too.
        (1, LATEST, 11),
    ],
)
def test_killed_at_any_statement_the_next_opening_migrates(
    layout: int, n_steps: int, each: int, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    old_library(old, layout)
    shutil.copytree(old, tmp_path / "whole")
    expected = dump(tmp_path / "whole")
    folder, n = tmp_path / "killed", 1
    while True:
        shutil.copytree(old, folder)
        if not is_killed(folder / "reader.db", n, n_steps=n_steps):
            break
        assert dump(folder) == expected, f"killed at statement {n}"
        shutil.rmtree(folder)
        n += each
    assert n > 6
