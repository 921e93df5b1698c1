"""Test `reader edit` and `refresh` as a person types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reader.library.paper import Publication
from reader.library.rows import papers
from tests.cli import said
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper
from tests.server import Answer, Server
from tests.test_docs import differences

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
        {"field": "venue", "value": "Garden Studies", "source": "by hand", "on": "2025-06-04"},
        {"field": "venue", "value": "Moss", "source": "bibtex", "on": "2025-06-04"},
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


def record(venue: str, **more: object) -> Answer:
    """Answer as the DOI registry does; written by us after CSL's documentation."""
    body = {"title": "On Bees", "container-title": venue, "issued": {"date-parts": [[2025]]}}
    return Answer(json.dumps(body | more).encode(), headers={"ETag": '"1"'})


SCHOLAR = {
    "title": "On Bees", "venue": "Moss Letters", "year": 2026, "journal": {"pages": "11-20"},
    "externalIds": {"DOI": "10.5555/a.1"}, "abstract": "They hum, it is said.",
}  # fmt: skip


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with Server() as server:
        keys = ("doi", "openreview", "acl", "semantic_scholar")
        text = "\n".join(f'{key} = "{server.url(f"/{key}")}"' for key in keys)
        with (folder / "feeds.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[resolve]\n{text}\n")
        server.script("/doi/10.5555/a.1", record("Garden Studies", volume="7"))
        server.script(f"/semantic_scholar/paper/ARXIV:{ONE}", Answer(json.dumps(SCHOLAR).encode()))
        yield server


def test_a_refresh_fills_in_and_shows_where_sources_differ(
    capsys: pytest.CaptureFixture[str], folder: Path, server: Server
) -> None:
    assert said(capsys, folder, "refresh", ONE) == (0, """\
On Bees
  abstract: They hum. (as it came); others: They hum, it is said. (Semantic
    Scholar)
  venue: Garden Studies (DOI registry); others: Moss Letters (Semantic
    Scholar), Moss (import (bibtex))
  volume: 7 (DOI registry)
  pages: 11-20 (Semantic Scholar)
  year: 2025 (DOI registry); others: 2026 (Semantic Scholar)
  DOI: 10.5555/a.1 (Semantic Scholar)
1 paper: 2 answers, 4 fields filled in, 3 conflicts
""", "")  # fmt: skip
    # The DOI that one registry told was asked for at another one.
    assert [seen.path for seen in server.seen] == [
        f"/semantic_scholar/paper/ARXIV:{ONE}", "/doi/10.5555/a.1",
    ]  # fmt: skip
    entry = said(capsys, folder, "export", ONE, "--format", "bibtex")[1]
    for line in ("@article{", "journal = {Garden Studies}", "volume = {7}", "pages = {11--20}",
                 "year = {2025}", "doi = {10.5555/a.1}"):  # fmt: skip
        assert line in entry


def test_a_persons_word_stands_against_a_refresh(
    capsys: pytest.CaptureFixture[str], folder: Path, server: Server
) -> None:
    said(capsys, folder, "edit", ONE, "venue=Mine", "abstract=My own.")
    [line] = said(capsys, folder, "refresh", ONE, "--json")[1].splitlines()
    found = json.loads(line)
    assert differences(found, "refreshed paper") == []
    assert found["id"] == f"arxiv:{ONE}"
    assert "venue" not in [one["field"] for one in found["filled"]]
    [conflict] = [one for one in found["conflicts"] if one["holds"]["field"] == "venue"]
    assert (conflict["holds"]["value"], conflict["holds"]["source"]) == ("Mine", "by hand")
    assert [one["source"] for one in conflict["others"]] == ["doi", "semantic-scholar", "bibtex"]
    shown = json.loads(said(capsys, folder, "show", ONE, "--json")[1])
    assert (shown["abstract"], shown["fields"]["venue"][0]["value"]) == ("My own.", "Mine")


def test_a_registry_that_fails_is_named_and_only_what_it_owes_is_asked_again(
    capsys: pytest.CaptureFixture[str], folder: Path, server: Server
) -> None:
    said(capsys, folder, "pick", ONE, "--no-fetch")
    server.script(f"/semantic_scholar/paper/ARXIV:{ONE}", Answer(status=403),
                  Answer(json.dumps(SCHOLAR).encode()))  # fmt: skip
    code, out, err = said(capsys, folder, "refresh")
    assert (code, out) == (5, "1 paper: 0 answers, 0 fields filled in, 0 conflicts\n")
    assert "Semantic Scholar" in err
    assert said(capsys, folder, "refresh", "--state", "pick")[0] == 0
    assert [seen.path[:4] for seen in server.seen] == ["/sem", "/sem", "/doi"]
    out = said(capsys, folder, "refresh")[1]
    assert out.splitlines()[-1].endswith("2 asked lately")
    assert len(server.seen) == 3


def test_a_record_that_is_unchanged_is_not_sent_again(
    capsys: pytest.CaptureFixture[str], folder: Path, server: Server
) -> None:
    said(capsys, folder, "refresh", ONE)
    server.script("/doi/10.5555/a.1", Answer(status=304))
    code, out, _err = said(capsys, folder, "refresh", ONE)
    assert (code, server.seen[-1].headers["if-none-match"]) == (0, '"1"')
    assert out.splitlines()[-1] == "1 paper: 2 answers, 0 fields filled in, 3 conflicts"
    said(capsys, folder, "refresh", ONE)
    assert server.seen[-1].headers["if-none-match"] == '"1"'


def test_a_registry_without_an_address_is_not_asked(
    capsys: pytest.CaptureFixture[str], folder: Path, server: Server
) -> None:
    text = (folder / "feeds.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("semantic_scholar")]
    (folder / "feeds.toml").write_text("\n".join(lines), "utf-8")
    out = said(capsys, folder, "refresh", ONE)[1]
    assert out == "1 paper: 0 answers, 0 fields filled in, 0 conflicts\n"
    assert server.seen == []


def test_ids_and_what_papers_must_fit_are_not_named_together(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert said(capsys, folder, "refresh", ONE, "--topic", "speech")[0] == 2
