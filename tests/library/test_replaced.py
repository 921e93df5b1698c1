"""Test that a file which takes the place of another loses nothing that a hand saves meanwhile."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from reader.library.replaced import ROOT, Replacer, has_kept, kept_files, let_go
from tests.library.test_database import as_reader
from tests.samples import NOW

NOTE = "notes/a/bees.md"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="files are exchanged on Linux")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / NOTE
    file.parent.mkdir(parents=True)
    file.write_bytes(b"read")
    return file


def kept(library: Path, *, days: int = 0) -> list[tuple[str, bytes, bytes | None]]:
    found = kept_files(library, NOW + timedelta(days=days))
    return [(one.path, one.content, one.before) for one in found]


def test_a_file_takes_the_place_of_what_was_read_and_nothing_stays(
    tmp_path: Path, file: Path
) -> None:
    replacer = Replacer(tmp_path, NOW)
    file.chmod(0o640)
    assert replacer.put(NOTE, b"new", b"read")
    assert not replacer.end()
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "notes"]


@pytest.mark.skipif(not hasattr(os, "chown") or os.geteuid() != 0, reason="it needs root")
def test_a_shared_folder_keeps_its_group(tmp_path: Path, file: Path) -> None:
    os.chown(file, -1, 7)
    os.chown(file.parent, -1, 8)
    file.parent.chmod(0o2775)
    replacer = Replacer(tmp_path, NOW)
    assert replacer.put(NOTE, b"new", b"read")
    assert replacer.put("notes/a/ants.md", b"new", None)
    assert (file.stat().st_gid, file.with_name("ants.md").stat().st_gid) == (7, 8)


def test_a_new_file_overwrites_none_that_came_meanwhile(tmp_path: Path, file: Path) -> None:
    replacer = Replacer(tmp_path, NOW)
    assert not replacer.put(NOTE, b"new", None)
    assert replacer.put("notes/b/ants.md", b"new", None)
    assert not replacer.end()
    assert (file.read_bytes(), has_kept(tmp_path)) == (b"read", False)


def test_a_file_that_was_deleted_meanwhile_does_not_come_back(tmp_path: Path, file: Path) -> None:
    file.unlink()
    replacer = Replacer(tmp_path, NOW)
    assert not replacer.put(NOTE, b"new", b"read")
    replacer.end()
    assert (file.exists(), has_kept(tmp_path)) == (False, False)


def test_what_was_saved_between_the_look_and_the_exchange_is_kept(
    tmp_path: Path, file: Path
) -> None:
    file.write_bytes(b"read, and saved")
    replacer = Replacer(tmp_path, NOW)
    assert replacer.put(NOTE, b"new", b"read")
    assert replacer.end()
    assert file.read_bytes() == b"new"
    assert kept(tmp_path) == [(NOTE, b"read, and saved", b"read")]
    (one,) = kept_files(tmp_path, NOW + timedelta(days=30))  # it is never deleted by itself
    let_go(one)
    assert not has_kept(tmp_path)


def test_a_file_that_is_open_stays_until_its_program_ends(tmp_path: Path, file: Path) -> None:
    replacer = Replacer(tmp_path, NOW)
    with file.open("ab", buffering=0) as handle:
        assert replacer.put(NOTE, b"new", b"read")
        assert not replacer.end()
        assert kept(tmp_path, days=6) == []
        handle.write(b", late")
        assert kept(tmp_path) == []  # it is still being written
    assert kept(tmp_path) == [(NOTE, b"read, late", b"read")]
    with file.open("ab"):
        (one,) = kept_files(tmp_path, NOW)
        with one.file.open("ab", buffering=0) as handle:
            let_go(one)
            handle.write(b", later")
    assert kept(tmp_path) == [(NOTE, b"read, late, later", b"read, late")]


def test_a_file_that_stays_open_is_kept_for_a_week(tmp_path: Path, file: Path) -> None:
    replacer = Replacer(tmp_path, NOW)
    with file.open("ab", buffering=0):
        replacer.put(NOTE, b"new", b"read")
        replacer.end()
        assert (kept(tmp_path, days=7), has_kept(tmp_path)) == ([], True)
        assert (kept(tmp_path, days=8), has_kept(tmp_path)) == ([], False)


def test_a_file_that_was_open_and_did_not_change_is_deleted(tmp_path: Path, file: Path) -> None:
    replacer = Replacer(tmp_path, NOW)
    with file.open("ab"):
        replacer.put(NOTE, b"new", b"read")
        replacer.end()
        assert has_kept(tmp_path)
    assert (kept(tmp_path), has_kept(tmp_path)) == ([], False)


def test_two_files_of_one_name_are_both_kept(tmp_path: Path, file: Path) -> None:
    replacer = Replacer(tmp_path, NOW)
    with file.open("ab", buffering=0) as first:
        replacer.put(NOTE, b"new", b"read")
        with file.open("ab", buffering=0) as second:
            replacer.put(NOTE, b"newer", b"new")
            replacer.end()
            first.write(b", one")
            second.write(b", two")
    assert sorted(kept(tmp_path)) == [(NOTE, b"new, two", b"new"), (NOTE, b"read, one", b"read")]


def test_a_removed_file_comes_back_where_it_was_saved_meanwhile(tmp_path: Path, file: Path) -> None:
    replacer = Replacer(tmp_path, NOW)
    assert not replacer.remove(NOTE, b"older")
    assert file.read_bytes() == b"read"
    assert replacer.remove(NOTE, b"read")
    assert not replacer.end()
    assert (file.exists(), has_kept(tmp_path)) == (False, False)
    assert replacer.remove(NOTE, b"read")  # somebody was faster


def test_a_removed_file_that_is_written_later_is_kept(tmp_path: Path, file: Path) -> None:
    replacer = Replacer(tmp_path, NOW)
    with file.open("ab", buffering=0) as handle:
        assert replacer.remove(NOTE, b"read")
        replacer.end()
        handle.write(b", late")
    assert kept(tmp_path) == [(NOTE, b"read, late", b"read")]


@pytest.mark.parametrize("is_other_disk", [False, True])
def test_a_link_stays_a_link_also_to_another_disk(
    tmp_path: Path, file: Path, is_other_disk: bool, request: pytest.FixtureRequest
) -> None:
    vault = request.getfixturevalue("other_disk") if is_other_disk else tmp_path / "vault"
    vault.mkdir(exist_ok=True)
    real = vault / "bees.md"
    real.write_bytes(b"read, and saved")
    file.unlink()
    file.symlink_to(real)
    replacer = Replacer(tmp_path, NOW)
    assert replacer.put(NOTE, b"new", b"read")
    assert replacer.end()
    assert (file.is_symlink(), [*vault.iterdir()]) == (True, [real])
    assert real.read_bytes() == b"new"
    (one,) = kept_files(tmp_path, NOW)
    assert one.content == b"read, and saved"
    let_go(one)
    assert replacer.remove(NOTE, b"new")
    assert (real.read_bytes(), os.path.lexists(file)) == (b"new", False)


def test_what_a_killed_run_left_in_part_goes(tmp_path: Path) -> None:
    run = tmp_path / ROOT / "2025-06-04T063000Z"
    for path in ("out/notes/.bees.md.77.part", "read/notes/bees.md", "out/notes/a/"):
        (run / path).parent.mkdir(parents=True, exist_ok=True)
        (run / path).touch() if not path.endswith("/") else (run / path).mkdir()
    assert (kept(tmp_path), has_kept(tmp_path)) == ([], False)
    run.mkdir(parents=True)
    assert (kept(tmp_path), has_kept(tmp_path)) == ([], False)


LOCKED = """
from reader.base.errors import ReadOnly
from reader.library.replaced import Replacer
from tests.samples import NOW
replacer = Replacer(folder, NOW)
for path, before in (("notes/a/bees.md", b"read"), ("notes/a/new.md", None)):
    try:
        replacer.put(path, b"new", before)
    except ReadOnly as error:
        print(error.exit_code, error.file)
replacer.end()
"""


@pytest.mark.slow
def test_a_folder_that_must_not_be_written_is_named_and_nothing_stays() -> None:
    with tempfile.TemporaryDirectory(prefix="reader-test-") as name:
        folder = Path(name)
        file = folder / NOTE
        file.parent.mkdir(parents=True)
        file.write_bytes(b"read")
        folder.chmod(0o777)
        file.parent.chmod(0o555)
        said = as_reader(LOCKED, folder)
        assert said == [f"6 {file}", f"6 {file.with_name('new.md')}"] or said == [
            "6",
            str(file),
            "6",
            str(file.with_name("new.md")),
        ]
        assert (file.read_bytes(), [*folder.iterdir()]) == (b"read", [folder / "notes"])


def test_a_new_folder_is_on_the_disk_before_a_file_in_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut would else lose the folder with the words in it."""
    synced, fsync = set[int](), os.fsync

    def watched(handle: int) -> None:
        synced.add(os.fstat(handle).st_ino)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    assert Replacer(tmp_path, NOW).put("notes/speech/bees.md", b"Bees.", None)
    for folder in (tmp_path, tmp_path / "notes", tmp_path / "notes/speech"):
        assert folder.stat().st_ino in synced
