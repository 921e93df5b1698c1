"""Test `reader init`: the language of a new library."""

from __future__ import annotations

from pathlib import Path

from tests.installed import run, says


def test_a_library_made_in_japanese_speaks_it(tmp_path: Path) -> None:
    code, out, _ = run("init", str(tmp_path / "new"), env={"LANG": "ja_JP.UTF-8"})
    assert (code, says(out, "ライブラリを")) == (0, True)
    text = (tmp_path / "new" / "feeds.toml").read_text("utf-8")
    before, line = text.partition("\ntimezone")[2].splitlines()[:2]
    assert line.startswith('language = "ja"  ')
    assert line.index("#") == len("timezone") + before.index("#")  # below each other
    # It goes on speaking it, wherever it is opened.
    assert says(run("sources", library=tmp_path / "new").out, "取得元")


def test_elsewhere_the_language_is_left_to_the_browsers(tmp_path: Path) -> None:
    code, out, _ = run("init", str(tmp_path / "new"))
    assert (code, says(out, "A library was made in")) == (0, True)
    assert '\n# language = "ja"  ' in (tmp_path / "new" / "feeds.toml").read_text("utf-8")
