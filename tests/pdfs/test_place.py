"""Test where a library is looked for, and that its language is known before it is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.base.errors import UsageError
from reader.library.place import find_folder, language_of


class TestFinding:
    def test_the_folder_of_the_command_line_comes_first(self, tmp_path: Path) -> None:
        (tmp_path / "feeds.toml").touch()
        found = find_folder(Path("~/x"), {"READER_LIBRARY": "/y"}, tmp_path)
        assert found == Path.home() / "x"

    def test_then_the_folder_of_the_environment(self, tmp_path: Path) -> None:
        (tmp_path / "feeds.toml").touch()
        assert find_folder(None, {"READER_LIBRARY": "~/y"}, tmp_path) == Path.home() / "y"

    def test_then_the_nearest_folder_above_that_has_a_feeds_toml(self, tmp_path: Path) -> None:
        within = tmp_path / "a" / "b"
        within.mkdir(parents=True)
        for folder in (tmp_path, tmp_path / "a"):
            (folder / "feeds.toml").touch()
        assert find_folder(None, {"READER_LIBRARY": ""}, within) == tmp_path / "a"
        assert find_folder(None, {}, tmp_path) == tmp_path

    def test_at_last_the_folder_reader_in_the_home(self, tmp_path: Path) -> None:
        (tmp_path / "feeds.toml").mkdir()
        assert find_folder(None, {}, tmp_path) == Path.home() / "reader"

    def test_a_home_that_does_not_exist_is_an_error(self, tmp_path: Path) -> None:
        for given, environ in ((Path("~no-such-user/x"), {}), (None, {"READER_LIBRARY": "~n-s-u"})):
            with pytest.raises(UsageError, match="there is no such home"):
                find_folder(given, environ, tmp_path)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ('[reader]\nlanguage = "ja"\n', "ja"),
        ("[reader]\nquota = 2\n  language='ja' # ours\n", "ja"),
        ('reader.language = "ja"\n', "ja"),
        ('[reader]\nlanguage = "ja"\nquota = "two"\n[[feed\n', "ja"),
        ('[reader]\nlanguage = "en"\n', "en"),
        ('[reader]\n# language = "ja"\n', "en"),
        ("", "en"),
    ],
)
def test_the_language_is_found_whatever_else_is_wrong(
    text: str, language: str, tmp_path: Path
) -> None:
    (tmp_path / "feeds.toml").write_text(text)
    assert language_of(tmp_path, {}) == language


def test_without_a_library_the_language_is_english(tmp_path: Path) -> None:
    assert language_of(tmp_path, {}) == "en"


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LANG": "jam_JM"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_ALL": "", "LC_MESSAGES": "ja_JP.UTF-8"}, "ja"),
    ],
)
def test_without_a_file_the_environment_has_the_language(
    tmp_path: Path, environ: dict[str, str], language: str
) -> None:
    assert language_of(tmp_path, environ) == language
    (tmp_path / "feeds.toml").write_text("[reader]\n")
    assert language_of(tmp_path, environ) == "en"
