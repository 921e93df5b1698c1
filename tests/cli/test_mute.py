"""Run `reader mute`, `unmute` and what shows what is muted, with the installed command."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.installed import HUMS, NOW, WATER, run, run_here, today

ADA = "ada@nowhere.example (Ada)"
"""Who speaks of HUMS, as the feed writes it."""


def lines(library: Path, *args: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in run_here(*args, "--json", library=library).out.split("\n")
            if line]  # fmt: skip


@pytest.mark.slow
def test_a_paper_is_muted_shown_on_request_and_brought_back(library: Path) -> None:
    [hums] = today(library)[1]["near"]
    assert hums["id"] == HUMS
    ran = run("mute", "humming", "hum", "--days", "30", library=library)
    assert ran[::2] == (0, "")
    assert ran.out == "".join(
        f"Muted: word “{word}” until 2031-04-02\n" for word in ("humming", "hum")
    )
    morning = today(library)[1]
    assert (morning["near"], morning["n_talked"]) == ([], 0)
    [muted] = morning["muted"]
    assert muted == hums | {"muted_by": muted["muted_by"]}
    assert [one["value"] for one in muted["muted_by"]] == ["hum"]
    printed = run("today", "--no-fetch", library=library).out
    assert "MUTED  1 paper hidden (word “hum” 1): reader today --muted" in printed
    asked = run("today", "--no-fetch", "--muted", library=library).out
    assert HUMS in asked
    assert "muted: word “hum”" in asked
    assert WATER not in asked
    assert "A mute hides it: word “hum”" in run_here("why", HUMS, library=library).out
    assert HUMS in run_here("search", "hums", library=library).out
    states = [(one["value"], one["hid_on"] is not None) for one in lines(library, "mute", "--list")]
    assert states == [("humming", False), ("hum", True)]
    assert run_here("undo", library=library).out.count("Undone (mute)") == 2
    assert today(library)[1]["near"] == [hums]
    assert "MUTED" not in run_here("today", "--no-fetch", library=library).out


@pytest.mark.slow
def test_a_mute_ends_by_itself_and_the_doctor_names_it(library: Path) -> None:
    until = f"{NOW:%Y-%m-%d}"
    ran = run_here("mute", "--author", ADA, "--until", until, library=library)
    assert ran.out == f"Muted: author {ADA} until {until}\n"
    [muted] = today(library)[1]["muted"]
    assert muted["id"] == HUMS
    later = NOW + timedelta(days=1)
    assert today(library, now=later)[1]["muted"] == []
    ended = run_here("mute", "--list", library=library, now=later).out
    assert ended == f"author {ADA} until {until}: has ended\n"
    found = run_here("doctor", library=library, now=later).out
    assert "1 mute has ended, or has hidden nothing for 90 days." in found
    assert "mute has ended" not in run_here("doctor", library=library).out
    assert run_here("unmute", "--author", ADA.upper(), library=library, now=later).code == 0
    assert "mute has ended" not in run_here("doctor", library=library, now=later).out


def test_papers_of_own_topics_stay_here_complete_and_marked(library: Path) -> None:
    before = today(library)[1]
    ran = run_here("mute", "speech", "音声翻訳", "--category", "eess.as", library=library)
    assert ran.code == 0
    after = today(library)[1]
    assert [e["id"] for e in after["own"]] == [e["id"] for e in before["own"]]
    assert all(e["muted_by"] for e in after["own"])
    assert (after["n_arrived"], after["is_complete"]) == (
        before["n_arrived"], before["is_complete"])  # fmt: skip
    printed = run_here("today", "--no-fetch", library=library).out
    assert f"OWN TOPICS  {len(before['own'])} papers for you" in printed
    assert printed.count("muted: word “") == len(before["own"])


def test_what_cannot_be_muted_is_refused(library: Path) -> None:
    for args in (
        ("mute",),
        ("mute", "--list", "word"),
        ("mute", "word", "--until", "tomorrow"),
        ("mute", "word", "--until", "2001-01-01"),
        ("mute", "word", "--until", "9999-01-01", "--days", "3"),
        ("mute", "--category", "cs.X"),
        ("unmute",),
    ):
        assert run_here(*args, library=library).code == 2, args
    assert run_here("unmute", "word", library=library).code == 4
    assert run_here("mute", "--list", library=library).out == "Nothing is muted.\n"
