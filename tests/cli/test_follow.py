"""Test `reader follow` on lists: what it says, in both languages, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.installed import run

LIST = "https://blog.example/feed.xml\n@ada@m.example\n@jack\n"


@pytest.fixture
def list_(tmp_path: Path) -> Path:
    file = tmp_path / "list.txt"
    file.write_text(LIST, "utf-8")
    return file


def test_a_list_is_added_and_what_is_left_out_is_said(fresh: Path, list_: Path) -> None:
    dry = run("follow", "--from", str(list_), "--dry-run", library=fresh)
    assert (dry.code, dry.err) == (5, "")
    assert "2 feeds would be added." in dry.out
    done = run("follow", "--from", str(list_), library=fresh)
    assert (done.code, done.err) == (5, "")
    assert "2 feeds added to feeds.toml." in done.out
    assert "1 left out (line 3 @jack): X has no public feed." in done.out
    assert f"The feeds.toml of before is kept: {fresh}/feeds.toml.bak" in done.out
    again = run("follow", "--from", str(list_), library=fresh)
    assert "2 are sources already: blog.example/feed.xml, @ada@m.example." in again.out


def test_the_outcome_is_printed_for_programs(fresh: Path, list_: Path) -> None:
    done = run("follow", "--from", str(list_), "--json", library=fresh)
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [(line["state"], line["line"]) for line in lines] == [
        ("brought", 1),
        ("brought", 2),
        ("left out", 3),
    ]


@pytest.mark.slow
def test_the_feeds_go_out_as_opml_and_come_back_as_known(fresh: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.opml"
    assert run("follow", "--opml", str(out), library=fresh).out == f"2 feeds written: {out}\n"
    assert run("follow", "--opml", "-", library=fresh).out == out.read_text("utf-8")
    done = run("follow", "--from", str(out), library=fresh)
    assert (done.code, done.out.splitlines()[1]) == (0, "2 are sources already: timeline, blog.")


@pytest.mark.parametrize(
    "arguments",
    [(), ("Ada", "--opml", "x"), ("--feed", "https://a.example/"), ("Ada", "--dry-run")],
)
def test_options_that_do_not_go_together_are_refused(
    fresh: Path, arguments: tuple[str, ...]
) -> None:
    before = (fresh / "feeds.toml").read_bytes()
    assert run("follow", *arguments, library=fresh).code == 2
    assert (fresh / "feeds.toml").read_bytes() == before
