"""Test how a library is found, opened and made, and how a file is written whole."""

from __future__ import annotations

import errno
import os
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from reader.base.errors import ConfigError, DiskFull, NoLibrary, ReadOnly, StoreError, UsageError
from reader.library.disk import disk_error, write_whole
from reader.library.feeds_file import parse
from reader.library.folder import (
    Library,
    make_library,
    open_library,
    read_config,
    system_clock,
    template,
)
from tests.data import ROOT
from tests.samples import FEEDS_TOML, NOW, new_database

needs_full_device = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="no /dev/full to be full"
)


class TestConfiguration:
    def test_a_folder_without_feeds_toml_is_no_library(self, tmp_path: Path) -> None:
        with pytest.raises(NoLibrary) as caught:
            open_library(tmp_path)
        assert caught.value.message == f"There is no library at {tmp_path}: no feeds.toml there."
        assert list(tmp_path.iterdir()) == []

    def test_an_error_in_feeds_toml_names_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "feeds.toml"
        file.write_text("[reader]\nqouta = 3\n")
        with pytest.raises(ConfigError) as caught:
            read_config(file)
        assert caught.value.message == f"{file}, line 2: reader.qouta: unknown key"

    def test_a_file_of_another_encoding_is_named_with_its_line(self, tmp_path: Path) -> None:
        file = tmp_path / "feeds.toml"
        file.write_bytes(b"# \xc3\xa4\n# \xe4\n")
        with pytest.raises(ConfigError) as caught:
            read_config(file)
        assert caught.value.message == f"{file}, line 2: text: not UTF-8"

    def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(self, tmp_path: Path) -> None:
        file = tmp_path / "feeds.toml"
        file.write_bytes(b"\xef\xbb\xbf" + FEEDS_TOML.replace("\n", "\r\n").encode())
        assert read_config(file) == parse(FEEDS_TOML)

    def test_a_folder_in_place_of_feeds_toml_is_reported(self, tmp_path: Path) -> None:
        (tmp_path / "feeds.toml").mkdir()
        with pytest.raises(ConfigError) as caught:
            read_config(tmp_path / "feeds.toml")
        assert "file: Is a directory" in caught.value.message


class TestMaking:
    def test_a_new_library_is_the_template_and_empty_databases(self, tmp_path: Path) -> None:
        folder = tmp_path / "a" / "b"
        with make_library(folder, now=lambda: NOW) as library:
            assert library.config == parse(template())
            assert library.db.index_is_new
        assert (folder / "feeds.toml").read_text("utf-8") == template()
        with open_library(folder) as again:
            assert again.config == library.config

    def test_nothing_is_overwritten(self, tmp_path: Path) -> None:
        (tmp_path / "feeds.toml").write_text("mine")
        with pytest.raises(UsageError) as caught:
            make_library(tmp_path)
        assert "already exists" in caught.value.message
        assert (tmp_path / "feeds.toml").read_text() == "mine"

    @pytest.mark.parametrize("place", ["file", "file/below"])
    def test_a_file_is_no_place_for_a_library(self, tmp_path: Path, place: str) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(UsageError) as caught:
            make_library(tmp_path / place)
        assert caught.value.message == f"{tmp_path / place} is not a folder."

    @needs_full_device
    def test_a_full_disk_is_reported_and_leaves_no_half_of_a_library(self, tmp_path: Path) -> None:
        os.symlink("/dev/full", tmp_path / f".feeds.toml.{os.getpid()}.part")
        with pytest.raises(DiskFull) as caught:
            make_library(tmp_path)
        assert caught.value.file == tmp_path / "feeds.toml"
        assert list(tmp_path.iterdir()) == []
        make_library(tmp_path).db.close()
        assert (tmp_path / "feeds.toml").read_text("utf-8") == template()


class TestTime:
    def test_today_is_the_local_date_of_feeds_toml(self, tmp_path: Path) -> None:
        late = datetime(2025, 6, 4, 20, 0, tzinfo=UTC)
        text = FEEDS_TOML.replace('timezone = "UTC"', 'timezone = "Asia/Tokyo"')
        with Library(tmp_path, parse(text), new_database(tmp_path), lambda: late) as library:
            assert library.today() == date(2025, 6, 5)

    def test_the_systems_clock_is_aware(self) -> None:
        assert system_clock().utcoffset() == timedelta(0)
        assert system_clock().tzinfo == UTC


class TestWritingAFile:
    def test_a_file_is_written_whole_and_no_temporary_file_is_left(self, tmp_path: Path) -> None:
        file = tmp_path / "a" / "b.md"
        for content in (b"old", b"new"):
            write_whole(file, content)
            assert file.read_bytes() == content
        assert [f.name for f in file.parent.iterdir()] == ["b.md"]

    def test_new_folders_are_on_the_disk_before_it_ends(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A power cut loses a folder whose name was not synced, with the file in it."""
        synced, fsync = set[int](), os.fsync

        def watched(handle: int) -> None:
            synced.add(os.fstat(handle).st_ino)
            fsync(handle)

        monkeypatch.setattr(os, "fsync", watched)
        write_whole(tmp_path / "a" / "b" / "c.md", b"x")
        for folder in (tmp_path, tmp_path / "a", tmp_path / "a" / "b"):
            assert folder.stat().st_ino in synced

    def test_a_place_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "a").touch()
        file = tmp_path / "a" / "b.md"
        with pytest.raises(StoreError) as caught:
            write_whole(file, b"x")
        assert caught.value.message == f"{file}: there is a file where its folder should be"
        assert caught.value.hint == "Move that file away and run the command again."

    def test_each_obstacle_has_its_own_error_text(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        for name, what in (
            ("x" * 300, "its name is too long for this disk"),
            ("folder", "there is a folder with this name"),
        ):
            with pytest.raises(StoreError) as caught:
                write_whole(tmp_path / name, b"x")
            assert caught.value.message == f"{tmp_path / name}: {what}"

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("EACCES", ReadOnly),
            ("EPERM", ReadOnly),
            ("EROFS", ReadOnly),
            ("ENOSPC", DiskFull),
            ("EDQUOT", DiskFull),
            ("EIO", StoreError),
        ],
    )
    def test_rights_and_a_full_disk_are_told_from_the_rest(
        self, code: str, kind: type[StoreError]
    ) -> None:
        number = getattr(errno, code)
        error = disk_error(OSError(number, os.strerror(number)), Path("a.md"))
        assert type(error) is kind
        assert (error.message == "a.md: Input/output error") == (code == "EIO")

    def test_a_link_stays_a_link_and_its_target_is_written(self, tmp_path: Path) -> None:
        vault, file = tmp_path / "vault" / "mine.md", tmp_path / "notes" / "b.md"
        for folder in (vault.parent, file.parent):
            folder.mkdir()
        vault.write_bytes(b"old")
        file.symlink_to(vault)
        write_whole(file, b"new")
        assert (file.readlink(), vault.is_symlink(), vault.read_bytes()) == (vault, False, b"new")
        assert [f.name for f in (*vault.parent.iterdir(), *file.parent.iterdir())] == [
            "mine.md",
            "b.md",
        ]

    def test_a_link_that_leads_to_no_file_is_left_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "b.md"
        for leads_to in ("unmounted/b.md", "b.md", ".", "/dev/null"):
            file.symlink_to(leads_to)
            with pytest.raises(StoreError) as caught:
                write_whole(file, b"x")
            assert caught.value.message == f"{file}: it is a link to a file that does not exist"
            assert os.readlink(file) == leads_to
            file.unlink()
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o444])
    def test_a_file_keeps_the_mode_that_it_has(self, tmp_path: Path, mode: int) -> None:
        file = tmp_path / "b.md"
        file.write_bytes(b"old")
        file.chmod(mode)
        write_whole(file, b"new")
        assert (stat.S_IMODE(file.stat().st_mode), file.read_bytes()) == (mode, b"new")

    @pytest.mark.skipif(os.name != "posix", reason="only there a folder can be synced")
    def test_the_file_and_then_its_folder_are_brought_to_the_disk(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: list[int] = []
        monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
        file = tmp_path / "b.md"
        write_whole(file, b"x")
        assert synced == [file.stat().st_ino, tmp_path.stat().st_ino]

    @needs_full_device
    def test_a_full_disk_is_reported_and_the_old_file_stays(self, tmp_path: Path) -> None:
        file = tmp_path / "b.md"
        file.write_bytes(b"old")
        # What is written beside its place goes to a device that is always full.
        os.symlink("/dev/full", tmp_path / f".b.md.{os.getpid()}.part")
        with pytest.raises(DiskFull):
            write_whole(file, b"new")
        assert file.read_bytes() == b"old"
        assert [f.name for f in tmp_path.iterdir()] == ["b.md"]


def test_the_template_lies_in_the_package_and_at_the_root_of_the_project() -> None:
    assert (ROOT / "feeds.toml").read_text("utf-8") == template()
