"""Test `reader edit` and `refresh` as a person types them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from reader.cli.frame import Settings, run
from reader.library.paper import Publication
from reader.library.rows import papers
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper

ONE = "2506.00001"
BEES = replace(
    paper(1, "On Bees", "They hum."), publication=Publication("bibtex", "Moss", year="2025")
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("READER_NOW", NOW.isoformat())
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [BEES], source="arXiv", on=DAY)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], folder: Path, *args: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(list(args), Settings(folder))
    out, err = capsys.readouterr()
    return code, out, err


def test_fields_are_edited_shown_and_undone(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    words = ("title=On Wasps", "authors=Field, Ada; Moss and Fern", "venue=Garden Studies",
             "pages=pp. 11--20", "doi=https://doi.org/10.5555/A")  # fmt: skip
    assert said(capsys, folder, "edit", ONE, *words) == (
        0, "Edited (title, authors, venue, pages, DOI): On Wasps\n", "",
    )  # fmt: skip
    shown = json.loads(said(capsys, folder, "show", ONE, "--json")[1])
    assert (shown["title"], shown["authors"]) == ("On Wasps", ["Ada Field", "Moss and Fern"])
    assert shown["fields"]["venue"] == [
        {"value": "Garden Studies", "source": "by hand", "on": "2025-06-04"},
        {"value": "Moss", "source": "bibtex", "on": "2025-06-04"},
    ]
    assert shown["fields"]["pages"][0]["value"] == "11-20"
    assert shown["fields"]["doi"][0]["value"] == "10.5555/a"
    out = said(capsys, folder, "show", ONE)[1]
    assert "venue: Garden Studies (by hand); others: Moss (import (bibtex))" in out
    assert "year: 2025 (import (bibtex))" in out
    # The full text has the new title at once.
    assert "On Wasps" in said(capsys, folder, "search", "--papers", "wasps")[1]
    assert said(capsys, folder, "edit", ONE, "venue=Garden Studies", "volume=") == (
        0, "Nothing changed: On Wasps\n", "",
    )  # fmt: skip
    out = said(capsys, folder, "undo", "--list")[1]
    assert out == "     1  2025-06-04 06:30  Edited: On Wasps\n"
    assert said(capsys, folder, "undo")[1] == "Undone (edit): On Bees\n"
    shown = json.loads(said(capsys, folder, "show", ONE, "--json")[1])
    assert (shown["title"], shown["authors"]) == ("On Bees", [*BEES.authors])
    assert [one["source"] for one in shown["fields"]["venue"]] == ["bibtex"]
    assert "On Bees" in said(capsys, folder, "search", "--papers", "bees")[1]


def test_an_empty_value_goes_back_to_what_the_sources_say(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    said(capsys, folder, "edit", ONE, "venue=Mine")
    edited = json.loads(said(capsys, folder, "edit", ONE, "venue=", "--json")[1])
    assert (edited["id"], edited["changed"]) == (f"arxiv:{ONE}", ["venue"])
    assert "venue: Moss (import (bibtex))" in said(capsys, folder, "show", ONE)[1]
    said(capsys, folder, "undo")
    assert "venue: Mine (by hand); others: Moss" in said(capsys, folder, "show", ONE)[1]


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("venue", "venue has no value."),
        ("colour=red", "colour is no field of a paper."),
        ("year=soon", "soon can be no year."),
        ("doi=abc", "abc can be no doi."),
    ],
)
def test_what_can_be_no_value_is_refused_and_nothing_changes(
    capsys: pytest.CaptureFixture[str], folder: Path, word: str, sentence: str
) -> None:
    code, out, err = said(capsys, folder, "edit", ONE, "title=New", word)
    assert (code, out) == (2, "")
    assert sentence in err
    assert "title" not in json.loads(said(capsys, folder, "show", ONE, "--json")[1])["fields"]


def test_a_note_follows_and_its_file_keeps_its_name(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    said(capsys, folder, "note", ONE, "-m", "They hum in my own words, all day.")
    said(capsys, folder, "export")
    files = [*(folder / "notes").rglob("*.md")]
    [file] = [f for f in files if 'title: "On Bees"' in f.read_text("utf-8")]
    said(capsys, folder, "edit", ONE, "title=On Wasps")
    assert 'title: "On Wasps"' in file.read_text("utf-8")
    assert sorted((folder / "notes").rglob("*.md")) == sorted(files)
    said(capsys, folder, "undo")
    assert 'title: "On Bees"' in file.read_text("utf-8")
