"""Test backup, restore and the daily archive as a person runs them: whole commands."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.library.folder import open_library
from reader.library.highlight import Highlight
from reader.library.rows import decisions, highlights
from tests.installed import (
    NOBODY,
    NOW,
    environment,
    finish,
    ids_of,
    rows,
    run,
    run_here,
    start,
)

pytestmark = pytest.mark.slow

WORDS = "雑音の中でも訳せる。ただし遅い。"


def archives(folder: Path) -> list[Path]:
    return sorted(folder.glob("asayomi-*.zip"))


def noted(library: Path) -> str:
    """Write a note on a paper; returns its id."""
    id_ = ids_of(library)[0]
    assert run_here("note", id_, "-m", WORDS, library=library).code == 0
    return id_


def notes_of(library: Path) -> list[str]:
    return [text for (text,) in rows(library, "SELECT text FROM notes ORDER BY id")]


def made(library: Path, *args: str) -> Any:
    ran = run_here("backup", *args, "--json", library=library)
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def dump(library: Path) -> list[str]:
    """List all rows, but for the acts of restores, by which they are taken back."""
    with sqlite3.connect(library / "reader.db") as database:
        lines = list(database.iterdump())
    restored = re.compile(r"INSERT INTO \"(imports\" VALUES\(.*,'restore',|used_ids\")")
    return [line for line in lines if not restored.match(line)]


def texts(library: Path) -> dict[str, bytes]:
    return {
        file.relative_to(library).as_posix(): file.read_bytes()
        for file in [library / "feeds.toml", *(library / "notes").rglob("*.md")]
    }


def test_backup_and_restore_as_the_guide_says(library: Path, tmp_path: Path) -> None:
    id_ = noted(library)
    run_here("note", ids_of(library)[1], "-m", "Short.", library=library)  # skimmed
    ran = run("backup", str(tmp_path / "disk"), library=library)
    (file,) = archives(tmp_path / "disk")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Backup made and checked: {file} (")
    assert "1 written note, without PDFs" in ran.out
    then = dump(library), texts(library)

    run_here("note", id_, "-m", "Later, and worse. Much worse.", library=library)
    run_here("skip", ids_of(library)[1], library=library)
    later = dump(library), texts(library)
    dry = run("restore", str(file), "--dry-run", library=library)
    assert dry.code == 0
    assert "Nothing was changed." in dry.out
    assert "decisions: 1 → 0" in dry.out
    assert (dump(library), texts(library)) == later

    done = run("restore", str(file), library=library)
    assert (done.code, done.err) == (0, "")
    assert (dump(library), texts(library)) == then
    (aside,) = (library / "replaced").iterdir()
    assert f"What was replaced is in {aside}." in done.out
    assert dump(aside) == later[0]
    # The index knows nothing of the papers before, and search works again after `index`.
    assert run("index", library=library).code in (0, 7)
    assert "雑音" in run("search", "雑音", "--notes", library=library).out


def test_a_restore_tells_the_moment_of_the_archive_in_the_zone_of_the_library(
    library: Path, tmp_path: Path
) -> None:
    text = (library / "feeds.toml").read_text("utf-8")
    (library / "feeds.toml").write_text(text.replace('"UTC"', '"Asia/Tokyo"'), "utf-8")
    file = made(library)["file"]
    moment = f"{NOW + timedelta(hours=9):%Y-%m-%d %H:%M}"
    dry = run_here("restore", file, "--dry-run", library=library)
    assert dry.out.splitlines()[0] == f"The archive is of {moment}."
    # Beside a feeds.toml that cannot be read, the time is that of the computer.
    (library / "feeds.toml").write_text("[reader", "utf-8")
    dry = run_here("restore", file, "--dry-run", library=library)
    assert dry.out.splitlines()[0] == f"The archive is of {NOW.astimezone():%Y-%m-%d %H:%M}."


def test_after_a_restore_no_id_means_another_note_or_mark(library: Path, tmp_path: Path) -> None:
    id_ = noted(library)
    run_here("backup", str(tmp_path / "disk"), library=library)
    (file,) = archives(tmp_path / "disk")

    def made() -> tuple[int, int, int]:
        """Write a note and mark words; return their ids, and the number of the last act."""
        run_here("note", id_, "-m", "Later, and worse. Much worse.", library=library)
        run_here("skip", ids_of(library)[1], library=library)
        with open_library(library, now=lambda: NOW) as opened, opened.db.writing():
            mark = Highlight(1, 0, "highlight", "rain")
            state = highlights.add_highlight(opened.db, 1, mark, mark=None, at=NOW)
            last = opened.db.number("SELECT max(id) FROM notes")
            return last, state, decisions.next_act(opened.db) - 1

    lost = made()
    for _ in range(2):
        run_here("restore", str(file), library=library)
        again = made()
        assert all(new > old for new, old in zip(again, lost, strict=True))
        lost = again


def test_restore_into_a_new_folder_opens_there(library: Path, tmp_path: Path) -> None:
    noted(library)
    file = made(library)["file"]
    ran = run("restore", file, str(tmp_path / "second"))
    assert ran.code == 0
    assert "What was replaced" not in ran.out
    assert notes_of(tmp_path / "second") == [WORDS]
    assert run("today", "--no-fetch", "--json", library=tmp_path / "second").code == 0


def test_restore_only_brings_one_paper_back(library: Path) -> None:
    id_ = noted(library)
    file = made(library)["file"]
    run_here("note", id_, "-m", "Later, and worse. Much worse.", library=library)
    other = ids_of(library)[1]
    run_here("skip", other, library=library)
    ran = run_here("restore", file, "--only", id_, library=library)
    assert ran.code == 0
    assert "Its note is back, as the newest revision." in ran.out
    assert notes_of(library) == [WORDS, "Later, and worse. Much worse.", WORDS]
    assert rows(library, "SELECT kind FROM decisions") == [("skip",)], "the rest stays"
    again = run_here("restore", file, "--only", id_, library=library)
    assert "nothing of it that is missing here" in again.out
    assert len(notes_of(library)) == 3


def test_restore_only_brings_back_a_paper_that_is_gone(library: Path, tmp_path: Path) -> None:
    id_ = noted(library)
    file = made(library)["file"]
    other = tmp_path / "other"
    assert run("init", str(other)).code == 0
    ran = run("restore", file, "--only", id_, library=other)
    assert (ran.code, ran.err) == (0, "")
    assert "counts as added today" in ran.out
    assert notes_of(other) == [WORDS]
    (title,) = rows(other, "SELECT title FROM papers")
    assert title in rows(library, "SELECT title FROM papers")
    missing = run("restore", file, "--only", "2999.99999", library=other)
    assert missing.code == 4
    assert f"is not in {file}" in missing.err


def test_restore_only_brings_tags_and_edits_back_and_undo_takes_them(library: Path) -> None:
    id_ = noted(library)
    run_here("tag", id_, "+survey", "+old", "--rating", "4", library=library)
    run_here("edit", id_, "venue=Garden Studies", "volume=3", library=library)
    file = made(library)["file"]
    run_here("tag", id_, "-survey", "--rating", "none", "--priority", "low", library=library)
    run_here("edit", id_, "venue=", "volume=4", library=library)
    ran = run_here("restore", file, "--only", id_, "--json", library=library)
    came = json.loads(ran.out)
    assert (came["has_tags"], came["edited"], came["has_note"]) == (True, ["venue"], False)

    def known() -> tuple[set[str], object, object, list[str]]:
        one = json.loads(run_here("show", id_, "--json", library=library).out)
        said = run_here("export", id_, "--format", "bibtex", library=library).out
        lines = [line for line in said.splitlines() if "journal" in line or "volume" in line]
        return set(one["tags"]), one["rating"], one["priority"], [line.strip() for line in lines]

    back = ["journal = {Garden Studies},", "volume = {4},"]
    assert known() == ({"survey", "old"}, 4, "low", back)
    assert run_here("undo", library=library).code == 0
    assert known() == ({"old"}, None, "low", ["volume = {4},"])


@pytest.mark.parametrize("args", [("--only", "x", "--dry-run"), ()])
def test_wrong_command_lines_say_so(args: tuple[str, ...], library: Path) -> None:
    ran = run_here("restore", "/no/such/archive.zip", *args, library=library)
    assert ran.code == 2
    assert len(ran.err.splitlines()) <= 3


def test_restore_killed_anywhere_is_finished_by_the_same_command(
    library: Path, tmp_path: Path
) -> None:
    id_ = noted(library)
    file = made(library, str(tmp_path / "disk"), "--pdfs")["file"]
    then = dump(library), texts(library)
    run_here("note", id_, "-m", "Later, and worse. Much worse.", library=library)
    later = notes_of(library)
    whole = tmp_path / "whole"
    shutil.copytree(library, whole)
    began = time.monotonic()
    assert run("restore", file, library=whole).code == 0
    seconds = time.monotonic() - began
    chance = random.Random(5)
    n_killed = 0
    for turn in range(6):
        one = tmp_path / f"killed{turn}"
        shutil.copytree(library, one)
        process = start("restore", file, library=one)
        try:
            process.wait(timeout=chance.uniform(0.1, 0.9) * seconds)
        except Exception:  # noqa: BLE001  (it runs still)
            os.kill(process.pid, signal.SIGKILL)
            n_killed += 1
        finish(process)
        # Whatever was reached: each word of before is in the library or beside it.
        kept = [one, *(one / "replaced").glob("*")]
        words = [text for at in kept if (at / "reader.db").exists() for text in notes_of(at)]
        assert set(later) <= set(words)
        again = run("restore", file, library=one, now=NOW + timedelta(seconds=1))
        assert again.code == 0, again.err
        assert (dump(one), texts(one)) == then
        parts = [file for file in one.rglob("*.part") if "replaced" not in file.parts]
        assert not parts
    assert n_killed, "no run was killed"


@pytest.mark.parametrize("command", [("gather", "--no-encode"), ("today",)])
def test_gather_and_today_make_one_archive_a_day(library: Path, command: tuple[str, ...]) -> None:
    shutil.rmtree(library / "backups", ignore_errors=True)
    for hours in (0, 1, 24):  # more would contradict the clock of the servers played
        ran = run(*command, library=library, now=NOW + timedelta(hours=hours))
        assert ran.code in (0, 5)
    assert len(archives(library / "backups")) == 2


def test_gather_makes_none_where_it_is_off(library: Path) -> None:
    shutil.rmtree(library / "backups", ignore_errors=True)
    with open(library / "feeds.toml", "a", encoding="utf-8") as file:
        file.write("\n[backup]\ndaily = false\n")
    assert run("gather", "--no-encode", library=library).code == 0
    assert not (library / "backups").exists()


def test_gather_says_that_no_backup_could_be_made(library: Path) -> None:
    shutil.rmtree(library / "backups", ignore_errors=True)
    (library / "backups").write_text("a file in the way")
    ran = run("gather", "--no-encode", library=library)
    assert ran.code == 6
    assert "backups" in ran.err
    assert len(ids_of(library)) > 1, "what was gathered stands"


def test_file_that_cannot_be_read_is_named(library: Path, tmp_path: Path) -> None:
    noted(library)
    secret = library / "notes" / "secret.md"
    secret.write_text("not for everybody")
    for path in [library, *library.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)
    for path in [tmp_path, *tmp_path.parents]:
        if path.stat().st_uid == os.getuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    os.chown(secret, 0, 0)
    secret.chmod(0)
    (tmp_path / "disk").mkdir()
    os.chown(tmp_path / "disk", NOBODY, NOBODY)
    as_nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    ran = run("backup", str(tmp_path / "disk"), library=library, prefix=as_nobody)
    assert ran.code == 5
    assert "since it cannot be read: notes/secret.md" in ran.err
    assert len(archives(tmp_path / "disk")) == 1


def test_encrypted_archives_from_the_key_to_the_restore(library: Path, tmp_path: Path) -> None:
    noted(library)
    ran = run("backup", "--make-key", str(tmp_path / "key"))
    assert ran.code == 0
    (line,) = [line for line in ran.out.splitlines() if line.startswith("encrypt_to")]
    with open(library / "feeds.toml", "a", encoding="utf-8") as file:
        file.write(f"\n[backup]\n{line}\n")
    archive = made(library)["file"]
    assert archive.endswith(".age")
    refused = run("restore", archive, str(tmp_path / "second"))
    assert (refused.code, "--key FILE" in refused.err) == (2, True)
    done = run("restore", archive, str(tmp_path / "second"), "--key", str(tmp_path / "key"))
    assert done.code == 0
    assert notes_of(tmp_path / "second") == [WORDS]
    assert not list(tmp_path.rglob("*.part"))


def test_wrong_public_key_is_refused_with_its_place(library: Path, tmp_path: Path) -> None:
    with open(library / "feeds.toml", "a", encoding="utf-8") as file:
        file.write('\n[backup]\nencrypt_to = ["age1oops"]\n')
    ran = run("backup", str(tmp_path / "disk"), library=library)
    assert ran.code == 2
    assert "backup.encrypt_to" in ran.err
    assert not list((tmp_path / "disk").iterdir())


def test_japanese_library_speaks_japanese(library: Path) -> None:
    text = (library / "feeds.toml").read_text("utf-8")
    (library / "feeds.toml").write_text(text.replace("[reader]", '[reader]\nlanguage = "ja"', 1))
    ran = run("backup", library=library, env=environment(library, NOW, None))
    assert ran.code == 0
    assert "控えを作り、検査しました" in ran.out


def test_restore_under_a_wrong_clock_is_a_whole_one(library: Path) -> None:
    id_ = noted(library)
    file = made(library)["file"]
    run_here("note", id_, "-m", "Later, and worse. Much worse.", library=library)
    ran = run_here("restore", file, library=library, now=datetime(2015, 1, 1, tzinfo=UTC))
    assert ran.code == 0
    assert "Restored." in ran.out
    assert notes_of(library) == [WORDS]


def test_archive_of_a_clock_that_was_ahead_stops_no_daily_one(library: Path) -> None:
    for file in archives(library / "backups"):
        file.unlink()
    assert run_here("backup", library=library, now=NOW + timedelta(days=300)).code == 0
    assert run("gather", "--no-encode", library=library).code in (0, 5)
    assert len(archives(library / "backups")) == 2


def test_restore_only_of_an_empty_name_restores_nothing(library: Path) -> None:
    id_ = noted(library)
    file = made(library)["file"]
    run_here("note", id_, "-m", "Later, and worse. Much worse.", library=library)
    assert run_here("restore", file, "--only", "", library=library).code in (2, 4)
    assert len(notes_of(library)) == 2
