"""Test `share --lab`, `--take-back` and `--leave`, and what `today` and `show` say of a lab."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.search.indexes import SharedNote
from reader.search.rows.shared import opened
from tests.installed import TUESDAY, WATER, is_safe, run
from tests.postgres import Server, add_people, needs_postgres, new_lab, served

MARK = "Someone here has written about this: Ada Field (ada)"
WORDS = "They count the rain.\x1b]0;owned\x07 \u202eIt is new."


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with served() as server:
        add_people(server)
        yield server


@pytest.fixture
def lab(postgres: Server) -> str:
    return new_lab(postgres)


@pytest.fixture
def shared(library: Path, postgres: Server, lab: str) -> Path:
    """A library of bo's that shares an index."""
    feeds = library / "feeds.toml"
    feeds.write_text(f'{feeds.read_text()}\n[index]\nurl = "{postgres.url(lab, "bo")}"\n')
    return library


@pytest.mark.slow
class TestCommands:
    pytestmark = needs_postgres

    def test_a_note_is_shared_taken_back_and_all_is_left(
        self, shared: Path, postgres: Server, lab: str
    ) -> None:
        code, _out, err = run("share", WATER, "--lab", library=shared)
        assert (code, "There is no note to share" in err) == (2, True)
        run("note", WATER, "-m", "See /home/bo/x. It is a fine idea.", library=shared)
        code, out, err = run("share", WATER, "--lab", library=shared)
        assert (code, out.startswith("Shared with your lab: ")) == (0, True)
        assert "Private parts left out of your words: 1." in err
        query = "SELECT login, name, words FROM asayomi.shared_notes"
        assert postgres.ask(lab, query) == "bo|bo|See … It is a fine idea."
        # The decision stands in the note's Markdown file, and what a hand says there counts.
        [note] = [f for f in (shared / "notes").rglob("*.md") if "shared-with-lab" in f.read_text()]
        note.write_text(note.read_text().replace("shared-with-lab", "rain"))
        assert run("export", library=shared).code == 0
        assert run("index", library=shared).code in (0, 7)
        assert postgres.ask(lab, query) == ""
        assert run("share", WATER, "--lab", library=shared).code == 0
        code, out, _err = run("share", WATER, "--take-back", library=shared)
        assert (code, out.startswith("Not shared with your lab any more: ")) == (0, True)
        assert postgres.ask(lab, query) == ""
        assert run("share", WATER, "--lab", library=shared).code == 0
        code, out, _err = run("share", "--leave", library=shared)
        text = "1 note taken out of the shared index. Your own library keeps it.\n"
        assert (code, out) == (0, text)
        assert postgres.ask(lab, query) == ""
        for args in (("--lab",), (WATER, "--leave"), (WATER, "--lab", "--html", "x.html")):
            assert run("share", *args, library=shared).code == 2

    def test_today_and_show_name_who_wrote_and_say_when_nobody_knows(
        self, shared: Path, postgres: Server, lab: str
    ) -> None:
        today = ("today", "--no-fetch", "--date", str(TUESDAY))
        with opened(postgres.url(lab, "ada"), timeout_s=10) as index:
            index.share_notes([SharedNote((WATER,), "Ada Field", WORDS, TUESDAY)])
            assert MARK in run(*today, library=shared).out
            listed = json.loads(run(*today, "--json", library=shared).out)
            [entry] = [one for one in listed["own"] if one["id"] == WATER]
            assert entry["written_by"] == ["Ada Field (ada)"]
            _code, out, _err = run("show", WATER, library=shared)
            assert f"NOTE of Ada Field (ada), {TUESDAY}\nThey count the rain. It is new." in out
            assert is_safe(out)
            shown = json.loads(run("show", WATER, "--json", library=shared).out)
            [note] = shown["lab_notes"]
            assert (note["name"], note["on"]) == ("Ada Field (ada)", str(TUESDAY))
            index.withdraw_notes()
        assert "written about" not in run(*today, library=shared).out
        assert "NOTE of" not in run("show", WATER, library=shared).out
        postgres.stop()
        try:
            code, out, _err = run(*today, library=shared)
            assert WATER in out
            assert "It is not known who in your lab has written" in " ".join(out.split())
            code, out, err = run("share", "--leave", library=shared)
            assert (code, "no answer" in err or "No such file" in err) == (5, True)
        finally:
            postgres.start()
