"""Test that an archive brings back what the library had, and that a bad one is refused."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reader.base.errors import Damaged, Locked, ReaderError, ReadOnly, StoreError, UsageError
from reader.library import archive
from reader.library.archive import check
from reader.library.backup import back_up, outdated, plan_restore, restore
from reader.library.disk import lock_file
from reader.library.folder import make_library, open_library
from reader.library.rows import decisions, papers, pdfs
from reader.library.rows.database import LATEST, Database
from reader.library.rows.migrations import MIGRATIONS
from reader.notes.rows import notes
from tests.installed import NOBODY
from tests.samples import DAY, NOW, copy_tables, paper

LATER = NOW + timedelta(hours=3)

ON_WINDOWS = pytest.mark.skipif(os.name != "nt", reason="elsewhere these are letters of a name")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library with papers, notes, a draft, and two PDFs of the same content."""
    folder = copy_tables(tmp_path / "library")
    with make_library(folder, now=lambda: NOW) as made:
        papers.add_papers(made.db, [paper(1), paper(2), paper(3)], source="arXiv", on=DAY)
        decisions.add_decisions(made.db, "pick", [1, 2], at=NOW, on=DAY)
        notes.add_note(made.db, 1, "自分の言葉で。二文目。", is_written=True, at=NOW, on=DAY)
        for row in (1, 2):
            path = folder / f"papers/speech/p{row}.pdf"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"%PDF-1.4 the same words")
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            stored = pdfs.Pdf(row, f"papers/speech/p{row}.pdf", sha256)
            pdfs.add_pdf(made.db, stored, n_bytes=path.stat().st_size, at=NOW)
    write(folder / "notes/speech/p1.md", "自分の言葉で。二文目。\n")
    write(folder / "notes/speech/é 雪.md", "a name with a blank\n")
    write(folder / "drafts/p2.2.0.1.md", "half a thought")
    return folder


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def archive_of(library: Path, *, with_pdfs: bool = False) -> Path:
    return back_up(library, library.parent / "out", now=NOW, with_pdfs=with_pdfs).file


def content(folder: Path) -> dict[str, bytes]:
    """Read what a person made: all rows of reader.db, and the files that are not derived."""
    found = {}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if file.is_file() and path.startswith(("notes/", "drafts/", "papers/", "feeds.toml")):
            found[path] = file.read_bytes()
    with sqlite3.connect(folder / "reader.db") as database:
        found["reader.db"] = "\n".join(database.iterdump()).encode()
    database.close()
    return found


def change(library: Path) -> None:
    """Do what a person may do after the backup."""
    with open_library(library, now=lambda: LATER) as opened:
        papers.add_papers(opened.db, [paper(4)], source="arXiv", on=DAY)
        notes.add_note(opened.db, 2, "Later words. And more.", is_written=True, at=LATER, on=DAY)
    write(library / "notes/speech/p1.md", "changed\n")
    write(library / "notes/speech/p2.md", "new\n")
    (library / "notes/speech/é 雪.md").unlink()
    with open(library / "feeds.toml", "a", encoding="utf-8") as file:
        file.write("# a remark\n")
    (library / "papers/speech/p1.pdf").unlink()


def test_archive_holds_what_the_manifest_says(library: Path) -> None:
    made = back_up(library, library.parent / "out", now=NOW)
    assert made.n_bytes == made.file.stat().st_size
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in made.file.parent.iterdir()] == [made.file.name]
    with zipfile.ZipFile(made.file) as unpacked:
        assert unpacked.read("notes/speech/é 雪.md") == b"a name with a blank\n"
        fields = json.loads(unpacked.read("manifest.json"))
        names = {name for name in unpacked.namelist() if name != "manifest.json"}
    assert (fields["n_papers"], fields["n_notes"], fields["layout"]) == (3, 1, LATEST)
    in_archive = {one["member"] for one in fields["files"] if one["member"]}
    assert in_archive == names
    assert {"reader.db", "feeds.toml", "drafts/p2.2.0.1.md"} <= names
    # Of PDFs the hashes alone.
    of_pdfs = [one for one in fields["files"] if one["path"].startswith("papers/")]
    assert [one["member"] for one in of_pdfs] == ["", ""]
    assert not [path for path in names if path.startswith(("index.db", "vectors/", "files/"))]


def test_each_pdf_is_in_the_archive_once(library: Path) -> None:
    with zipfile.ZipFile(archive_of(library, with_pdfs=True)) as unpacked:
        assert len([name for name in unpacked.namelist() if name.startswith("files/")]) == 1


def test_what_a_restore_replaces_is_on_the_disk_before_it_is_replaced(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = archive_of(library)
    change(library)
    aside = library / "replaced" / f"{LATER:%Y-%m-%dT%H%M%SZ}"
    seen, fsync = [], os.fsync

    def watched(handle: int) -> None:
        if aside.exists() and os.fstat(handle).st_ino == aside.stat().st_ino:
            with sqlite3.connect(library / "reader.db") as database:
                seen.append(database.execute("SELECT count(*) FROM notes").fetchone())
            database.close()
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    restore(library, made, plan_restore(library, made), now=LATER)
    assert seen[0] == (2,)


def test_restore_brings_the_library_back_and_keeps_what_it_replaces(library: Path) -> None:
    before = content(library)
    archive = archive_of(library, with_pdfs=True)
    change(library)
    later = content(library)
    assert later != before
    plan = plan_restore(library, archive)
    assert content(library) == later, "a plan changes nothing"
    assert {(one.path, one.kind) for one in plan.changes} == {
        ("feeds.toml", "changed"),
        ("notes/speech/p1.md", "changed"),
        ("notes/speech/p2.md", "gone"),
        ("notes/speech/é 雪.md", "new"),
        ("papers/speech/p1.pdf", "new"),
    }
    aside = restore(library, archive, plan, now=LATER)
    assert content(library) == before
    assert aside is not None
    kept = content(aside)
    for path in ("feeds.toml", "notes/speech/p1.md", "notes/speech/p2.md", "reader.db"):
        assert kept[path] == later[path]


def test_restore_makes_a_library_elsewhere(library: Path, tmp_path: Path) -> None:
    archive = archive_of(library, with_pdfs=True)
    other = tmp_path / "not" / "there yet"
    plan = plan_restore(other, archive)
    assert not other.exists()
    assert plan.here is None
    assert restore(other, archive, plan, now=LATER) is None
    assert content(other) == content(library)


def test_restore_tells_which_pdfs_are_nowhere(library: Path, tmp_path: Path) -> None:
    archive = archive_of(library)
    (library / "papers/speech/p1.pdf").unlink()
    assert plan_restore(library, archive).missing == ("papers/speech/p1.pdf",)
    everywhere = plan_restore(tmp_path / "elsewhere", archive)
    assert everywhere.missing == ("papers/speech/p1.pdf", "papers/speech/p2.pdf")


def test_damaged_database_is_replaced_and_kept(library: Path) -> None:
    before = content(library)
    archive = archive_of(library)
    file = library / "reader.db"
    broken = b"no database " * 4000
    file.write_bytes(broken)
    plan = plan_restore(library, archive)
    assert plan.is_damaged
    aside = restore(library, archive, plan, now=LATER)
    assert content(library) == before
    assert aside is not None
    assert (aside / "reader.db").read_bytes() == broken


def test_draft_that_the_archive_lacks_stays(library: Path) -> None:
    archive = archive_of(library)
    write(library / "drafts/p3.3.0.1.md", "words that nobody saved yet")
    restore(library, archive, plan_restore(library, archive), now=LATER)
    assert (library / "drafts/p3.3.0.1.md").read_text() == "words that nobody saved yet"


def test_restore_waits_for_no_command(library: Path) -> None:
    archive = archive_of(library)
    plan = plan_restore(library, archive)
    with lock_file(library / "gather.lock"), pytest.raises(Locked):
        restore(library, archive, plan, now=LATER)


def test_backup_of_a_library_in_use_has_all_that_was_confirmed(library: Path) -> None:
    confirmed: list[int] = []
    is_ended = threading.Event()

    def decide() -> None:
        with Database(library) as db:
            for number in range(100, 4000):
                if is_ended.is_set():
                    return
                papers.add_papers(db, [paper(number)], source="arXiv", on=DAY)
                confirmed.append(number)

    writer = threading.Thread(target=decide)
    writer.start()
    try:
        for turn in range(5):
            n_before = len(confirmed)
            at = NOW + timedelta(seconds=turn)
            made = back_up(library, library.parent / "live", now=at)
            assert made.manifest.content.n_papers >= 3 + n_before
            check(made.file, library)
    finally:
        is_ended.set()
        writer.join()
    assert confirmed, "nothing was written meanwhile"


def test_damaged_library_makes_no_archive(library: Path) -> None:
    file = library / "reader.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])
    with pytest.raises(Damaged):
        back_up(library, library.parent / "out", now=NOW)
    assert not list((library.parent / "out").iterdir())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_flipped_bit_is_refused_or_changes_nothing(one_archive: Path, at: float, bit: int) -> None:
    whole = one_archive.read_bytes()
    position = int(at * len(whole))
    flipped = bytearray(whole)
    flipped[position] ^= 1 << bit
    file = one_archive.with_name("flipped.zip")
    file.write_bytes(flipped)
    expected = check(one_archive, one_archive.parent)
    try:
        found = check(file, one_archive.parent)
    except (StoreError, UsageError):
        return
    # Dates of members and the like: nothing that a restore reads.
    assert found == expected


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(share=st.floats(0, 1, exclude_max=True))
def test_cut_archive_is_refused(one_archive: Path, share: float) -> None:
    whole = one_archive.read_bytes()
    file = one_archive.with_name("cut.zip")
    file.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises((StoreError, UsageError)):
        check(file, one_archive.parent)


@pytest.fixture(scope="module")
def one_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    with make_library(folder / "library", now=lambda: NOW) as made:
        papers.add_papers(made.db, [paper(1), paper(2)], source="arXiv", on=DAY)
    write(folder / "library/notes/speech/p1.md", "words\n" * 40)
    return back_up(folder / "library", folder / "out", now=NOW, with_pdfs=True).file


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "folder", "other zip"])
def test_foreign_file_is_refused(kind: str, library: Path, tmp_path: Path) -> None:
    file = tmp_path / "file.zip"
    if kind == "folder":
        file.mkdir()
    elif kind == "other zip":
        with zipfile.ZipFile(file, "w") as other:
            other.writestr("holiday.jpg", b"no")
    elif kind != "missing":
        file.write_bytes(b"" if kind == "empty" else b"Dear diary, " * 50)
    before = content(library)
    with pytest.raises(ReaderError) as raised:
        plan_restore(library, file)
    assert str(file) in raised.value.message
    assert raised.value.hint
    assert content(library) == before


@pytest.mark.parametrize(
    "path",
    [
        "../evil.md",
        "/etc/evil.md",
        "notes/../../evil.md",
        "notes/./evil.md",
        pytest.param("notes\\evil.md", marks=ON_WINDOWS),
        pytest.param("notes/C:/evil.md", marks=ON_WINDOWS),
        "evil.md",
        "index.db",
        "notes//evil.md",
        "notes/.obsidian/evil.js",
        "notes/\ud800.md",
        7,
    ],
)
def test_path_out_of_the_library_is_refused(path: object, library: Path, tmp_path: Path) -> None:
    archive = archive_of(library)
    hostile = tmp_path / "hostile.zip"
    text = b"evil"
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(hostile, "w") as new:
        fields = json.loads(old.read("manifest.json"))
        sha256 = hashlib.sha256(text).hexdigest()
        entry = {"path": path, "sha256": sha256, "n_bytes": len(text), "member": "evil"}
        fields["files"].append(entry)
        for name in old.namelist():
            is_manifest = name == "manifest.json"
            new.writestr(name, json.dumps(fields) if is_manifest else old.read(name))
        new.writestr("evil", text)
    with pytest.raises(StoreError):
        plan_restore(library, hostile)


def test_member_that_unpacks_to_more_than_it_says_is_refused(library: Path, tmp_path: Path) -> None:
    archive = archive_of(library)
    bomb = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(archive) as old,
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            is_note = name == "notes/speech/p1.md"
            new.writestr(name, b"\0" * 50_000_000 if is_note else old.read(name))
    with pytest.raises(StoreError, match="damaged"):
        check(bomb, tmp_path)


def test_archive_that_unpacks_to_far_more_than_its_size_is_refused(
    library: Path, tmp_path: Path
) -> None:
    """Also one whose entries share their content, and one whose sizes add up to little."""
    archive = archive_of(library)
    text = b"\0" * 60_000_000
    entry = {"sha256": hashlib.sha256(text).hexdigest(), "n_bytes": len(text), "member": "zeros"}
    entries = [entry | {"path": f"notes/{n}.md"} for n in range(2)]
    entries.append(entry | {"path": "notes/less.md", "n_bytes": -len(text) * 2})
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        fields = json.loads(old.read("manifest.json"))
        fields["files"] += entries
        for name in old.namelist():
            is_manifest = name == "manifest.json"
            new.writestr(name, json.dumps(fields) if is_manifest else old.read(name))
        new.writestr("zeros", text)
    with pytest.raises(StoreError, match="hundreds of times its size"):
        plan_restore(tmp_path / "new", bomb)
    assert not (tmp_path / "new").exists()


def test_archive_of_a_newer_version_is_refused(library: Path, tmp_path: Path) -> None:
    with sqlite3.connect(library / "reader.db") as database:
        database.execute(f"PRAGMA user_version = {LATEST + 1}")
    database.close()
    archive = archive_of(library)
    with pytest.raises(Damaged, match="newer version"):
        plan_restore(tmp_path / "other", archive)


def test_encrypted_archive_needs_its_key(library: Path, tmp_path: Path) -> None:
    key, other = tmp_path / "key", tmp_path / "other"
    public = archive.make_key(key)
    archive.make_key(other)
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="already exists"):
        archive.make_key(key)
    made = back_up(library, tmp_path / "out", now=NOW, recipients=[public])
    assert made.file.name.endswith(".zip.age")
    stored = made.file.read_bytes()
    assert b"manifest.json" not in stored
    assert not list(library.glob(".asayomi-*"))
    with (
        pytest.raises(UsageError, match="is encrypted"),
        archive.readable(made.file, None, tmp_path),
    ):
        pass
    with pytest.raises(StoreError), archive.readable(made.file, other, tmp_path):
        pass
    with pytest.raises(UsageError), archive.readable(made.file, library / "feeds.toml", tmp_path):
        pass
    with archive.readable(made.file, key, tmp_path) as plain:
        assert check(plain, tmp_path) == made.manifest
    made.file.write_bytes(stored[:-40])
    with pytest.raises(StoreError), archive.readable(made.file, key, tmp_path):
        pass


def test_rotation_keeps_days_weeks_and_months() -> None:
    first = datetime(2028, 1, 1, 6, tzinfo=UTC)
    kept: list[datetime] = []
    for day in range(3 * 366):
        kept.append(first + timedelta(days=day))
        ended = outdated(kept)
        kept = [moment for moment in kept if moment not in ended]
        assert len(kept) <= 23
    last = kept[-1]
    assert [(last - moment).days for moment in kept[-7:]] == [6, 5, 4, 3, 2, 1, 0]
    assert len({moment.isocalendar()[:2] for moment in kept if (last - moment).days < 28}) >= 4
    assert len({(moment.year, moment.month) for moment in kept}) == 12


@given(
    st.lists(
        st.floats(0, 20 * 366).map(lambda day: NOW + timedelta(days=day)),
        min_size=1,
    )
)
def test_newest_archive_is_never_deleted(moments: list[datetime]) -> None:
    ended = outdated(moments)
    assert max(moments) not in ended
    left = [moment for moment in moments if moment not in ended]
    assert not outdated(left), "what the rotation keeps, it keeps"


def test_rotation_deletes_only_archives_of_this_library(library: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out / "asayomi-00000000-2001-01-01T000000Z.zip", "another library's")
    write(out / "holiday.zip", "somebody's")
    made = [back_up(library, out, now=NOW + timedelta(days=day)) for day in range(40)]
    assert made[39].file.name != made[38].file.name
    left = {file.name for file in out.iterdir()}
    assert {"asayomi-00000000-2001-01-01T000000Z.zip", "holiday.zip"} <= left
    assert made[39].file.name in left
    assert len(left) < 2 + 23


def test_archive_without_pdfs_ends_none_that_has_them(library: Path, tmp_path: Path) -> None:
    whole = back_up(library, tmp_path, now=NOW, with_pdfs=True)
    small = back_up(library, tmp_path, now=NOW + timedelta(minutes=1))
    assert small.deleted == ()
    again = back_up(library, tmp_path, now=NOW + timedelta(minutes=2), with_pdfs=True)
    assert again.deleted == (), "a second backup of a day deletes none"
    next_day = back_up(library, tmp_path, now=NOW + timedelta(days=1), with_pdfs=True)
    assert next_day.deleted == (whole.file,)


def old_library(folder: Path, layout: int) -> None:
    """Make a library as the version with this layout left it, with a row that must stay."""
    make_library(copy_tables(folder), now=lambda: NOW).db.close()
    for name in ("reader.db", "index.db"):
        for ending in ("", "-wal", "-shm"):
            (folder / f"{name}{ending}").unlink(missing_ok=True)
    from sqlite_utils import Database as Utils
    from sqlite_utils.migrations import Migrations

    from reader.library.rows.first_layouts import FUNCTIONS

    connection = sqlite3.connect(folder / "reader.db", isolation_level=None)
    for function in FUNCTIONS:
        connection.create_function(function.__name__, 1, function, deterministic=True)
    migrations = Migrations("reader")
    for name, statements in MIGRATIONS[:layout]:

        def apply(db: Utils, statements: list[str] = statements) -> None:
            for statement in statements:
                db.execute(statement)

        migrations(name=name)(apply)
    migrations.apply(Utils(connection))
    connection.execute(f"PRAGMA user_version = {layout}")
    connection.execute(
        "INSERT INTO papers (id, canonical, title, arrived_on, content_hash)"
        " VALUES (1, 'arxiv:2401.00001', 'Snails that Listen', '2024-01-02', 'x')"
    )
    connection.execute("INSERT INTO identifiers VALUES ('arxiv:2401.00001', 1)")
    connection.execute(
        "INSERT INTO decisions (act, paper, kind, at, on_date)"
        " VALUES (1, 1, 'pick', '2024-01-02T00:00:00+00:00', '2024-01-02')"
    )
    connection.execute(
        "INSERT INTO notes (paper, text, is_written, came_from, at, on_date)"
        " VALUES (1, '前の版の言葉。二文目。', 1, 'command',"
        " '2024-01-02T00:00:00+00:00', '2024-01-02')"
    )
    connection.close()


@pytest.mark.parametrize("layout", range(1, LATEST))
def test_each_older_layout_opens_and_leaves_a_backup(layout: int, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    old_library(folder, layout)
    with open_library(folder, now=lambda: NOW) as opened:
        (paper,) = papers.papers_at(opened.db, [1])
        assert (paper.record.title, paper.state) == ("Snails that Listen", "read")
        (note,) = notes.revisions(opened.db, 1)
        assert note.text == "前の版の言葉。二文目。"
        assert opened.db.read("PRAGMA foreign_key_check") == []
    archive = folder / f"backups/asayomi-before-layout-{layout + 1}.zip"
    assert check(archive, folder).content.layout == layout
    # Once it is migrated no further backup is made.
    archive.unlink()
    open_library(folder, now=lambda: NOW).db.close()
    assert not archive.exists()


def test_failed_migration_leaves_the_database_and_names_the_backup(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    old_library(folder, 19)
    with sqlite3.connect(folder / "reader.db") as database:
        database.execute("ALTER TABLE failures ADD COLUMN reason TEXT")  # step 20 adds it too
    database.close()
    before = content(folder)
    with pytest.raises(StoreError, match="could not be brought") as raised:
        open_library(folder, now=lambda: NOW)
    assert "asayomi-before-layout-20.zip" in raised.value.hint
    assert content(folder) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["Re: that.md", "a\\b.md", "雪か\u3099😀.md", "a" * 251 + ".md"])
def test_note_comes_back_whatever_its_name_is(name: str, library: Path) -> None:
    file = library / "notes" / name
    file.write_text("mine")
    archive = archive_of(library)
    file.unlink()
    restore(library, archive, plan_restore(library, archive), now=LATER)
    assert file.read_text() == "mine"
    assert not list(file.parent.glob("*.part"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize("kind", ["nowhere", "circle", "pipe", "bytes"])
def test_what_cannot_be_read_is_told_and_stays(kind: str, library: Path) -> None:
    file = library / "notes" / ("\udcff.md" if kind == "bytes" else "odd.md")
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "bytes":
        file.write_text("mine")
    else:
        file.symlink_to("/no/such/disk/a.md" if kind == "nowhere" else file.name)
    made = back_up(library, library.parent / "out", now=NOW)
    told = r"notes/\udcff.md" if kind == "bytes" else "notes/odd.md"
    assert made.unread == (told,)
    before = file.lstat()
    restore(library, made.file, plan_restore(library, made.file), now=LATER)
    assert file.lstat() == before


def test_archives_among_the_notes_are_in_no_archive(library: Path) -> None:
    first = back_up(library, library / "notes/old", now=NOW).file
    second = back_up(library, library / "notes/old", now=NOW + timedelta(days=1)).file
    assert not [one for one in check(second, library).files if one.path.endswith(".zip")]
    restore(library, first, plan_restore(library, first), now=LATER)
    assert second.exists()


def test_backup_is_made_before_1980(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert check(archive_of(library), library).content.n_papers == 3


@pytest.mark.parametrize("obstacle", ["folder", "link"])
def test_restore_finds_an_obstacle_before_it_begins(obstacle: str, library: Path) -> None:
    archive = archive_of(library)
    change(library)
    file = library / "notes/speech/p1.md"
    file.unlink()
    if obstacle == "folder":
        file.mkdir()
    else:
        file.symlink_to("/no/such/disk/a.md")
    before = content(library)
    with pytest.raises(StoreError, match=r"folder with this name|does not exist"):
        restore(library, archive, plan_restore(library, archive), now=LATER)
    assert content(library) == before
    assert not (library / "replaced").exists()


def test_two_restores_of_one_moment_keep_both_states(library: Path) -> None:
    archive = archive_of(library)
    kept = []
    for words in ("first\n", "second\n"):
        write(library / "notes/speech/p1.md", words)
        aside = restore(library, archive, plan_restore(library, archive), now=LATER)
        assert aside
        kept.append(aside / "notes/speech/p1.md")
    assert [file.read_text() for file in kept] == ["first\n", "second\n"]


def test_archive_before_a_layout_stays_when_another_comes(tmp_path: Path) -> None:
    library = tmp_path / "library"
    old_library(library, LATEST - 1)
    old = archive_of(library)
    with sqlite3.connect(library / "reader.db") as database:
        database.execute("UPDATE papers SET title = 'Later'")
    database.close()
    open_library(library, now=lambda: NOW).db.close()
    for _turn in range(2):
        restore(library, old, plan_restore(library, old), now=LATER)
        open_library(library, now=lambda: LATER).db.close()
    assert len(list((library / "backups").iterdir())) == 2


@pytest.fixture
def as_nobody(library: Path, tmp_path: Path) -> Iterator[None]:
    """Run a test as a user without the rights of root, who may enter the folder of the test."""
    if os.geteuid():
        yield
        return
    # Loads all modules that are needed: nobody may not read root's Python.
    archive = back_up(library, tmp_path / "loads", now=NOW).file
    restore(tmp_path / "second", archive, plan_restore(tmp_path / "second", archive), now=NOW)
    for path in [tmp_path, *tmp_path.parents[:-1]]:
        if path.name.startswith(("pytest", "popen", tmp_path.name)):  # popen: of pytest-xdist
            path.chmod(path.stat().st_mode | 0o055)
    for path in [tmp_path, library, *library.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, 0)
    yield
    os.setresuid(0, 0, 0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
@pytest.mark.usefixtures("as_nobody")
def test_library_that_cannot_be_written_is_backed_up(library: Path) -> None:
    library.chmod(0o500)
    archive = archive_of(library)
    library.chmod(0o700)
    assert check(archive, library).content.n_papers == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
@pytest.mark.usefixtures("as_nobody")
def test_restore_leaves_a_folder_that_it_may_not_enter(library: Path) -> None:
    write(library / "notes/list/a.md", "somebody's")
    (library / "notes/list").chmod(0o400)
    made = back_up(library, library.parent / "out", now=NOW)
    assert made.unread == ("notes/list/a.md",)
    assert not plan_restore(library, made.file).changes


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
@pytest.mark.usefixtures("as_nobody")
def test_restore_names_the_file_that_it_may_not_delete(library: Path) -> None:
    archive = archive_of(library)
    write(library / "notes/speech/new.md", "later")
    (library / "notes/speech").chmod(0o500)
    with pytest.raises(ReadOnly, match=r"new\.md"):
        restore(library, archive, plan_restore(library, archive), now=LATER)


def test_restore_into_a_folder_of_other_things_takes_none_away(
    library: Path, tmp_path: Path
) -> None:
    archive = archive_of(library)
    write(tmp_path / "home/notes/diary.md", "mine")
    restore(tmp_path / "home", archive, plan_restore(tmp_path / "home", archive), now=LATER)
    assert (tmp_path / "home/notes/diary.md").read_text() == "mine"
