"""Test that confirmed rows stay, and that each fault of the store is a clear error.

Kills, full disks, locks and damage are real ones: other processes, SQLite's own limits,
bytes overwritten on the disk.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.base.errors import Damaged, DiskFull, Locked, ReaderError, ReadOnly
from reader.library.disk import holder_of, lock_file, turn
from reader.library.rows import decisions, papers
from reader.library.rows.database import LATEST, LOG_BYTES, Database, commits, forget_index
from reader.notes.rows import notes
from reader.search.rows import index
from reader.search.rows.index import PassageText
from tests.data import ROOT
from tests.samples import DAY, NOW, new_database, paper

NOBODY = 65534

START = """
import sys
import tempfile
from pathlib import Path
from reader.library.rows import decisions, papers
from reader.notes.rows import notes
from reader.library.rows.database import Database
from tests.samples import DAY, NOW, paper
folder = Path(sys.argv[1])
"""


def start(code: str, folder: Path, *args: str, user: int | None = None) -> subprocess.Popen[str]:
    """Start another process on a library; as another user where one is named."""
    run = [sys.executable, "-c", START + code, str(folder), *args]
    if user is not None:
        # Root passes modes by; this one does not.
        run = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *run]
    return subprocess.Popen(
        run,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def finish(process: subprocess.Popen[str]) -> list[str]:
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    return out.split()


def tell(process: subprocess.Popen[str]) -> None:
    """Send a line to a process that waits for one."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    return line or finish(process)[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Create a library with two papers."""
    with new_database(tmp_path) as db:
        papers.add_papers(db, [paper(1), paper(2)], source="arXiv", on=DAY)
    return tmp_path


@pytest.fixture
def db(folder: Path) -> Iterator[Database]:
    with Database(folder) as db:
        yield db


def add_note(db: Database, text: str = "Mine.") -> int:
    return notes.add_note(db, 1, text, is_written=False, at=NOW, on=DAY)


def texts(db: Database) -> list[str]:
    return [r.text for r in notes.revisions(db, 1)]


class TestOpening:
    def test_a_new_library_has_every_table_and_sqlites_safest_settings(
        self, tmp_path: Path
    ) -> None:
        with Database(tmp_path) as db:
            assert db.index_is_new
            assert not db.index_was_damaged
            pragmas = {
                name: db.read(f"PRAGMA {name}")[0][0]
                for name in ("journal_mode", "synchronous", "foreign_keys", "user_version")
            }
            assert pragmas == {
                "journal_mode": "wal",
                "synchronous": 2,  # full
                "foreign_keys": 1,
                "user_version": LATEST,
            }
            assert papers.n_papers(db) == 0
        with Database(tmp_path) as db:
            assert not db.index_is_new

    def test_a_paper_that_does_not_exist_cannot_have_a_note(self, db: Database) -> None:
        with pytest.raises(ReaderError):
            notes.add_note(db, 99, "Mine.", is_written=False, at=NOW, on=DAY)

    @pytest.mark.slow
    def test_processes_may_make_one_library_at_once(self, tmp_path: Path) -> None:
        code = """
        for n in range(8):
            sys.stdin.readline()  # all are let go together
            with Database(folder / str(n)) as db:
                print(papers.n_papers(db), flush=True)
        """
        for n in range(8):
            (tmp_path / str(n)).mkdir()
        processes = [start(textwrap.dedent(code), tmp_path) for _ in range(3)]
        for _ in range(8):
            for process in processes:
                tell(process)
            assert [answer(process) for process in processes] == ["0"] * 3
        assert [finish(process) for process in processes] == [[]] * 3

    def test_a_folder_that_is_not_there_cannot_be_written(self, tmp_path: Path) -> None:
        with pytest.raises(ReadOnly):
            Database(tmp_path / "nowhere")


class TestTransactions:
    def test_a_transaction_is_kept_whole_or_not_at_all(self, db: Database) -> None:
        def break_off() -> None:
            with db.writing():
                add_note(db)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            break_off()
        assert texts(db) == []
        with db.writing():
            add_note(db)
        assert texts(db) == ["Mine."]

    def test_an_inner_transaction_is_part_of_the_outer_one(self, db: Database) -> None:
        def break_off() -> None:
            with db.writing():
                with db.writing():
                    add_note(db)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            break_off()
        assert texts(db) == []

    def test_a_large_transaction_leaves_no_large_log_while_a_server_is_open(
        self, db: Database, folder: Path
    ) -> None:
        with Database(folder) as server:
            for text in ("x" * 3 * LOG_BYTES, "y", "z"):
                add_note(db, text)
                with db.writing():
                    db.execute("INSERT INTO idx.models VALUES (?, '', ?)", (text[:1], text))
            assert len(texts(server)) == 3
            logs = [file.stat().st_size for file in folder.glob("*-wal")]
        assert len(logs) == 2
        assert max(logs) <= LOG_BYTES

    def test_committed_rows_are_seen_by_another_connection(
        self, db: Database, folder: Path
    ) -> None:
        add_note(db)
        with Database(folder) as other:
            assert texts(other) == ["Mine."]


class TestTwoAtOnce:
    def test_a_library_that_another_holds_is_locked_and_nothing_changes(
        self, db: Database, folder: Path
    ) -> None:
        with Database(folder, busy_s=0.1) as other, db.writing():
            add_note(db, "First.")
            with pytest.raises(Locked) as caught:
                add_note(other, "Second.")
            assert caught.value.exit_code == 6
            assert caught.value.file == folder / "reader.db"
            assert texts(other) == []
        assert texts(db) == ["First."]

    def test_threads_of_one_process_take_turns_at_writing(self, db: Database, folder: Path) -> None:
        # All at once they would leave SQLite's lock to no other process.
        with Database(folder, busy_s=0.1) as other:
            with turn(folder / "reader.db", 0), pytest.raises(Locked):
                add_note(other)
            add_note(other)
        assert texts(db) == ["Mine."]

    def test_a_turn_ends_with_a_failed_transaction(self, db: Database, folder: Path) -> None:
        with pytest.raises(ReaderError), db.writing():
            db.execute("INSERT INTO no_such_table VALUES (1)")
        with turn(folder / "reader.db", 0), turn(folder / "another.db", 0):
            assert texts(db) == []

    def test_a_locked_library_can_still_be_read_and_opened(
        self, db: Database, folder: Path
    ) -> None:
        add_note(db)
        with db.writing(), Database(folder, busy_s=0.1) as other:
            assert texts(other) == ["Mine."]

    def test_a_writer_waits_for_another(self, db: Database, folder: Path) -> None:
        code = (
            "with Database(folder) as db: decisions.add_decisions(db, 'pick', [1], at=NOW, on=DAY)"
        )
        with db.writing():
            process = start("print(1, flush=True)\n" + code, folder)
            assert process.stdout
            process.stdout.readline()
            add_note(db)
        finish(process)
        assert papers.papers_at(db, [1])[0].state == "read"
        assert len(db.read("SELECT id FROM decisions")) == 1

    def test_no_decision_of_two_processes_is_lost(self, db: Database, folder: Path) -> None:
        code = """
kind, paper = sys.argv[2], int(sys.argv[3])
with Database(folder) as db:
    for _ in range(50):
        decisions.add_decisions(db, kind, [paper], at=NOW, on=DAY)
"""
        both = [start(code, folder, "pick", "1"), start(code, folder, "skip", "2")]
        for process in both:
            finish(process)
        rows = db.read("SELECT act, paper, kind FROM decisions")
        assert sorted(r["paper"] for r in rows) == [1] * 50 + [2] * 50
        assert {(r["paper"], r["kind"]) for r in rows} == {(1, "pick"), (2, "skip")}
        assert len({r["act"] for r in rows}) == 100  # no two acts were made one
        assert [h.state for h in papers.papers_at(db, [1, 2])] == ["pick", "skip"]

    def test_a_library_wide_lock_belongs_to_one_process_and_ends_with_it(
        self, tmp_path: Path
    ) -> None:
        lock = tmp_path / "gather.lock"
        code = """
from reader.base.machine import running
from reader.library.disk import lock_file
with running("reader gather"), lock_file(folder / "gather.lock"):
    print("held", flush=True)
    sys.stdin.read()
"""
        process = start(code, tmp_path)
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        who = rf"gather.lock is in use by `reader gather` \(process {process.pid}\)"
        with pytest.raises(Locked, match=who), lock_file(lock):
            pass
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)
        assert "reader gather" in lock.read_text()
        assert holder_of(lock) is None, "that process has ended"
        with lock_file(lock):
            assert lock.exists()


class TestKill:
    @pytest.mark.parametrize("n_seen", [1, 2, 3, 8, 20])
    def test_every_confirmed_note_survives_kill_9(self, folder: Path, n_seen: int) -> None:
        code = """
with Database(folder) as db:
    while True:
        row = notes.add_note(db, 1, "a" * 3000, is_written=False, at=NOW, on=DAY)
        print(row, flush=True)
"""
        process = start(code, folder)
        assert process.stdout
        confirmed = [int(process.stdout.readline()) for _ in range(n_seen)]
        os.kill(process.pid, signal.SIGKILL)
        # Not by communicate, which passes over what stdout has read ahead.
        rest = process.stdout.read()
        process.wait(timeout=30)
        confirmed += [int(line) for line in rest.split("\n")[:-1] if line]
        with Database(folder) as db:
            kept = [r.id for r in notes.revisions(db, 1)]
            assert kept[: len(confirmed)] == confirmed
            assert len(kept) <= len(confirmed) + 1  # committed, killed before it was said
            assert {len(text) for text in texts(db)} == {3000}
            assert db.read("PRAGMA integrity_check")[0][0] == "ok"

    def test_a_transaction_that_was_killed_leaves_nothing(self, folder: Path) -> None:
        code = """
with Database(folder) as db, db.writing():
    notes.add_note(db, 1, "half", is_written=False, at=NOW, on=DAY)
    print("written", flush=True)
    sys.stdin.read()
"""
        process = start(code, folder)
        assert process.stdout
        assert process.stdout.readline() == "written\n"
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)
        with Database(folder) as db:
            assert texts(db) == []
            assert add_note(db) == 1


class TestDamage:
    def test_a_damaged_index_is_rebuilt_and_the_notes_are_kept(self, folder: Path) -> None:
        with Database(folder) as db:
            add_note(db)
        (folder / "index.db").write_bytes(b"no database at all " * 500)
        with Database(folder) as db:
            assert (db.index_was_damaged, db.index_is_new) == (True, True)
            assert texts(db) == ["Mine."]
            assert index.papers_without_text(db, limit=9) == [1, 2]
        with Database(folder) as db:
            assert (db.index_was_damaged, db.index_is_new) == (False, False)

    def test_an_index_without_counts_keeps_its_texts_and_vectors(self, folder: Path) -> None:
        with Database(folder) as db:
            papers.add_papers(db, [paper(1), paper(2)], source="arXiv", on=DAY)
            index.add_paper_texts(db, [1, 2])
            (key, _), *_others = index.texts_without_vector(db, "small")
            index.add_vectors(db, "small", [(key, b"12")])
        with contextlib.closing(sqlite3.connect(folder / "index.db")) as raw:
            triggers = raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            for (name,) in triggers.fetchall():
                raw.execute(f"DROP TRIGGER {name}")
            for table in ("counts", "cited", "cited_keys", "features", "contents"):
                raw.execute(f"DROP TABLE {table}")
            raw.execute("PRAGMA user_version = 4")
        with Database(folder) as db:
            assert not db.index_is_new
            assert index.n_without_vector(db, "small") == 1
            assert index.n_without_vector(db, "other") == 2
            index.add_passages(db, 1, [PassageText("Rain.", 1, "")], sha256="a")
            assert index.n_without_vector(db, "small") == 2
        with Database(folder) as db:
            assert index.n_without_vector(db, "small") == 2

    def test_an_index_with_the_words_of_addresses_gets_its_notes_again(self, folder: Path) -> None:
        with Database(folder) as db:
            index.add_paper_texts(db, [1, 2])
            notes.add_note(db, 1, "Rain.", is_written=False, at=NOW, on=DAY)
            index.add_note_text(db, 1)
            texts = index.texts_without_vector(db, "small")
            index.add_vectors(db, "small", [(key, b"12") for key, _ in texts])
            assert index.notes_without_text(db) == []
        with contextlib.closing(sqlite3.connect(folder / "index.db")) as raw:
            raw.execute("PRAGMA user_version = 8")
        with Database(folder) as db:
            assert (db.index_is_new, index.notes_without_text(db)) == (False, [1])
            assert index.find_words(db, "note", "rain", limit=9)  # until then it stays found
            index.add_note_text(db, 1)
            assert (index.notes_without_text(db), index.n_without_vector(db, "small")) == ([], 0)

    def test_an_index_of_another_layout_is_rebuilt(self, folder: Path) -> None:
        with Database(folder) as db:
            index.add_paper_texts(db, [1, 2])
        with sqlite3.connect(folder / "index.db") as raw:
            raw.execute("PRAGMA user_version = 99")
        raw.close()
        with Database(folder) as db:
            assert (db.index_was_damaged, db.index_is_new) == (False, True)
            assert index.papers_without_text(db, limit=9) == [1, 2]

    def test_a_deleted_index_is_rebuilt(self, folder: Path) -> None:
        with Database(folder) as db:
            index.add_paper_texts(db, [1, 2])
        forget_index(folder)
        assert not (folder / "index.db").exists()
        with Database(folder) as db:
            assert db.index_is_new
            assert index.papers_without_text(db, limit=9) == [1, 2]

    def test_damage_within_the_index_leaves_the_notes_readable(self, folder: Path) -> None:
        with Database(folder) as db:
            add_note(db)
            index.add_paper_texts(db, [1, 2])
        file = folder / "index.db"
        content = bytearray(file.read_bytes())
        with contextlib.closing(sqlite3.connect(file)) as raw:
            of_words = "SELECT rootpage FROM sqlite_schema WHERE name = 'full_text_data'"
            ((page,),) = raw.execute(of_words)
        content[4096 * (page - 1) : 4096 * page] = b"\xff" * 4096
        file.write_bytes(content)
        with Database(folder) as db:
            assert texts(db) == ["Mine."]
            with pytest.raises(Damaged) as caught:
                index.find_words(db, "paper", '"gardens"', limit=9)
        assert caught.value.file == file
        assert "index --rebuild" in caught.value.hint
        forget_index(folder)
        with Database(folder) as db:
            assert texts(db) == ["Mine."]

    @pytest.mark.parametrize("content", [b"no database at all " * 500, b"SQLite format 3\0" * 40])
    def test_a_reader_db_that_is_no_database_is_damaged_and_left_as_it_is(
        self, folder: Path, content: bytes
    ) -> None:
        file = folder / "reader.db"
        file.write_bytes(content)
        with pytest.raises(Damaged) as caught:
            Database(folder)
        assert caught.value.exit_code == 6
        assert caught.value.file == file
        assert "backup" in caught.value.hint
        assert file.read_bytes() == content

    def test_a_reader_db_that_was_cut_off_is_damaged(self, folder: Path) -> None:
        file = folder / "reader.db"
        file.write_bytes(file.read_bytes()[:20_000])

        def look() -> None:
            with Database(folder) as db:
                papers.papers_at(db, [1, 2])
                notes.revisions(db, 1)

        with pytest.raises(Damaged) as caught:
            look()
        assert caught.value.file == file
        assert "backup" in caught.value.hint

    def test_a_library_of_a_newer_program_is_not_touched(self, folder: Path) -> None:
        with sqlite3.connect(folder / "reader.db") as raw:
            raw.execute(f"PRAGMA user_version = {LATEST + 1}")
        raw.close()
        with pytest.raises(Damaged) as caught:
            Database(folder)
        assert "newer version" in caught.value.message
        assert "Update asayomi" in caught.value.hint


class TestFullDisk:
    def test_on_a_full_disk_confirmed_notes_are_safe_and_the_failure_is_reported(
        self, db: Database
    ) -> None:
        add_note(db)
        n_pages = db.read("PRAGMA page_count")[0][0]
        db.read(f"PRAGMA max_page_count = {n_pages + 2}")
        with pytest.raises(DiskFull) as caught:
            add_note(db, "b" * 100_000)
        assert caught.value.exit_code == 6
        assert texts(db) == ["Mine."]
        db.read("PRAGMA max_page_count = 1000000")
        add_note(db, "After.")
        assert texts(db) == ["Mine.", "After."]

    def test_a_full_disk_within_a_transaction_undoes_all_of_it(self, db: Database) -> None:
        n_pages = db.read("PRAGMA page_count")[0][0]
        db.read(f"PRAGMA max_page_count = {n_pages + 2}")

        def act() -> None:
            with db.writing():
                decisions.add_decisions(db, "pick", [1], at=NOW, on=DAY)
                add_note(db, "b" * 100_000)

        with pytest.raises(DiskFull):
            act()
        assert papers.papers_at(db, [1])[0].state == "candidate"


READ = """
from reader.base.errors import ReadOnly
with Database(folder) as db:
    print(db.is_read_only, [r.text for r in notes.revisions(db, 1)], papers.n_papers(db))
    try:
        notes.add_note(db, 1, "no", is_written=False, at=NOW, on=DAY)
    except ReadOnly as error:
        print(error.exit_code, error.file)
"""


@pytest.fixture
def shelf() -> Iterator[Path]:
    """Create a library with a note in a folder that others may enter; pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="reader-test-") as name:
        folder = Path(name)
        with new_database(folder) as db:
            papers.add_papers(db, [paper(1), paper(2)], source="arXiv", on=DAY)
            add_note(db)
        yield folder
        folder.chmod(0o755)


def close_folder(folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)


def as_reader(code: str, folder: Path) -> list[str]:
    """Run code as a user whom file modes bind, as they do not bind root."""
    if os.geteuid() != 0:
        return finish(start(code, folder))
    if not shutil.which("setpriv"):
        pytest.skip("root passes modes by, and setpriv is not here to become somebody else")
    probe = start("print(list(folder.iterdir()))", folder, user=NOBODY)
    probe.communicate(timeout=30)
    if probe.returncode:
        pytest.skip("another user cannot read this checkout, this folder or this Python")
    return finish(start(code, folder, user=NOBODY))


class TestReadOnly:
    def test_a_library_that_cannot_be_written_is_read(self, shelf: Path) -> None:
        close_folder(shelf)
        before = sorted(file.name for file in shelf.iterdir())
        file = str(shelf / "reader.db")
        assert as_reader(READ, shelf) == ["True", "['Mine.']", "2", "6", file]
        assert sorted(file.name for file in shelf.iterdir()) == before

    @pytest.mark.slow
    def test_a_missing_index_does_not_prevent_reading(self, shelf: Path) -> None:
        forget_index(shelf)
        close_folder(shelf)
        assert as_reader(READ, shelf)[:3] == ["True", "['Mine.']", "2"]
        code = """
from reader.ranking.rows import standings
from reader.search.rows import index
with Database(folder) as db:
    print(index.papers_without_text(db, limit=9), standings.ranks_of(db, [1]), db.index_is_new)
"""
        assert as_reader(code, shelf) == ["[1,", "2]", "{}", "True"]

    def test_rows_that_are_still_in_the_write_ahead_log_are_read(self, shelf: Path) -> None:
        with Database(shelf) as db:
            add_note(db)
            close_folder(shelf)
            assert as_reader(READ, shelf)[:4] == ["True", "['Mine.',", "'Mine.']", "2"]
            shelf.chmod(0o755)

    def test_an_empty_folder_that_cannot_be_written_is_named(self, shelf: Path) -> None:
        for file in shelf.iterdir():
            file.unlink()
        close_folder(shelf)
        code = """
from reader.base.errors import ReadOnly
try:
    Database(folder)
except ReadOnly as error:
    print(error.file)
"""
        assert as_reader(code, shelf) == [str(shelf / "reader.db")]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE additions SET paper = 2 WHERE paper = 1",
        "UPDATE additions SET printed = '' WHERE printed = ? AND printed != ''",
        "UPDATE taken SET paper = 2 WHERE paper = 1",
        "SELECT * FROM taken WHERE sha256 = ?",
        "UPDATE returned SET paper = 2 WHERE paper = 1",
        "SELECT * FROM marked_copies WHERE sha256 = ?",
    ],
)
def test_a_files_row_is_found_by_an_index(db: Database, sql: str) -> None:
    plan = db.read(f"EXPLAIN QUERY PLAN {sql}", ("x",) if "?" in sql else ())
    assert [r["detail"].split()[0] for r in plan] == ["SEARCH"]


@pytest.mark.slow
def test_what_a_process_with_two_connections_writes_is_seen_by_others_that_come_and_go(
    folder: Path,
) -> None:
    """Test a process with two connections, as one that serves pages has.

    Were a file of theirs opened and closed by other means,
    their locks would go, and whoever else looks would delete the log that they write to
    (sqlite.org/howtocorrupt.html, section 2.2)."""
    look = "with Database(folder) as db: print(len(notes.revisions(db, 1)))"
    with Database(folder) as first, Database(folder) as second:
        for n, db in enumerate((first, second, first, second), 1):
            with db.writing():
                add_note(db, f"The {n}th.")
            assert finish(start(look, folder)) == [str(n)]
            assert (folder / "reader.db-wal").exists()


def test_a_write_of_another_connection_changes_the_numbers(tmp_path: Path) -> None:
    with Database(tmp_path) as here, Database(tmp_path) as there:
        before = commits(here)
        assert commits(here) == before
        papers.add_papers(there, [paper(1)], source="arXiv", on=DAY)
        after = commits(here)
        assert after != before
        papers.add_papers(there, [paper(1)], source="arXiv", on=DAY)
        papers.add_papers(here, [paper(2)], source="arXiv", on=DAY)
        assert commits(here)[1] == after[1]
