"""Run `skip` and `undo`: what they answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.cli.decide import MOST_NAMED
from reader.cli.frame import Settings, run
from reader.library.rows import papers
from reader.ranking.rows import standings
from tests.mornings import look
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper


def test_an_act_on_many_papers_is_taken_back_with_a_few_names_and_a_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    several = [paper(n, f"On ladder {n}") for n in range(1, MOST_NAMED + 4)]
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, several, source="arXiv", on=DAY)

    def said(*args: str) -> list[str]:
        assert run(["--library", str(tmp_path), *args], Settings()) == 0
        return capsys.readouterr().out.splitlines()

    assert len(said("skip", *(p.id for p in several))) == len(several)
    undone = said("undo")
    assert len(undone) == MOST_NAMED + 1
    assert all(line.startswith("Undone (skip): On ladder") for line in undone[:-1])
    assert undone[-1] == "… and 3 more"
    assert said("undo") == ["There is nothing to undo."]


def test_undo_takes_back_nothing_older_than_a_note(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1, "On a ladder")], source="arXiv", on=DAY)

    def ran(*args: str) -> tuple[int, str, str]:
        code = run(["--library", str(tmp_path), *args], Settings())
        return code, *capsys.readouterr()

    id_ = paper(1, "On a ladder").id
    ran("pick", "--no-fetch", id_)
    ran("note", id_, "-m", "Ladders are short. Ours is longer.")
    code, out, err = ran("undo")
    assert (code, out) == (2, "")
    assert "You wrote a note since, and notes stay: On a ladder" in err
    assert "(Picked: On a ladder): reader undo 1" in " ".join(err.split())
    # By its number it is taken back, and so is what comes after the note.
    assert ran("undo", "1")[:2] == (0, "Undone (pick): On a ladder\n")
    ran("skip", id_)
    assert ran("undo")[:2] == (0, "Undone (skip): On a ladder\n")


@pytest.mark.parametrize(("kind", "done"), [("pick", "picked"), ("skip", "skipped")])
def test_what_is_decided_twice_is_recorded_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, done: str
) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    ladder, lift = paper(1, "On a ladder"), paper(2, "On a lift")
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [ladder, lift], source="arXiv", on=DAY)

    def said(*args: str) -> list[str]:
        assert run(["--library", str(tmp_path), *args], Settings()) == 0
        return capsys.readouterr().out.splitlines()

    more = ["--no-fetch"] if kind == "pick" else []
    said(kind, *more, ladder.id)
    assert said(kind, *more, ladder.id) == [f"Already {done}: On a ladder"]
    again, new = said(kind, *more, ladder.id, lift.id)
    assert again.startswith("Already ")
    assert not new.startswith("Already ")
    assert said("undo") == [f"Undone ({kind}): On a lift"]
    assert said("undo") == [f"Undone ({kind}): On a ladder"]
    assert said("undo") == ["There is nothing to undo."]


def test_what_is_put_off_twice_to_the_same_day_is_recorded_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    ladder = paper(1, "On a ladder")
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [ladder], source="arXiv", on=DAY)

    def said(*args: str) -> str:
        assert run(["--library", str(tmp_path), *args], Settings()) == 0
        return capsys.readouterr().out.strip()

    said("pick", "--no-fetch", ladder.id)
    first = said("later", ladder.id)
    assert said("later", ladder.id) == first.replace("Put off", "Already put off")
    assert said("later", ladder.id, "3").startswith("Put off until ")
    assert [said("undo") for _ in range(3)] == [
        "Undone (put off): On a ladder",
        "Undone (put off): On a ladder",
        "Undone (pick): On a ladder",
    ]


def test_an_undone_wrong_topic_is_named_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    ladder = paper(1, "Speech translation of ladders")
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [ladder], source="arXiv", on=DAY)
    # It skips the paper as well, which is one act.
    assert run(["--library", str(tmp_path), "wrong", ladder.id], Settings()) == 0
    capsys.readouterr()
    assert run(["--library", str(tmp_path), "undo"], Settings()) == 0
    assert capsys.readouterr().out == "Undone (topic): Speech translation of ladders\n"


def test_wrong_reports_the_new_topic_and_undo_takes_it_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        papers.add_papers(
            library.db, [paper(1, "Speech translation of ladders")], source="arXiv", on=DAY
        )

    def said(*args: str, code: int = 0) -> str:
        assert run(["--library", str(tmp_path), *args], Settings()) == code
        out, err = capsys.readouterr()
        return (out + err).strip()

    title = "Speech translation of ladders"
    assert said("wrong", title, "speech/recognition") == f"Moved to speech/recognition: {title}"
    assert "already listed under speech/recognition" in said(
        "wrong", title, "speech/recognition", code=2
    )
    assert "There is no topic named cooking." in said("wrong", title, "cooking", code=4)
    assert said("--quiet", "wrong", title) == ""
    assert said("undo", "--quiet") == ""
    assert said("wrong", title) == f"Not in any of your topics, so it was skipped: {title}"


def test_undoing_a_wrong_topic_leaves_the_list_in_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("READER_NOW", NOW.isoformat())
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    told, other = paper(1, "Speech translation of ladders"), paper(2, "Speech translation of ants")
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [told, other], source="arXiv", on=DAY)
        look(library, DAY, may_fold=False)
        before = standings.shown_on(library.db, DAY)
    for args in (["wrong", told.id, "speech/recognition"], ["undo"]):
        assert run(["--library", str(tmp_path), *args], Settings()) == 0
    with a_library(tmp_path) as library:
        assert standings.shown_on(library.db, DAY) == before


def test_a_title_without_its_quotes_picks_no_other_papers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    several = [paper(1, "Speech on a ladder"), paper(2, "Translation in a lift"), paper(3, "Ants")]
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, several, source="arXiv", on=DAY)

    def said(*args: str, code: int = 0) -> str:
        assert run(["--library", str(tmp_path), *args], Settings()) == code
        out, err = capsys.readouterr()
        return (out + err).strip()

    for command in ("pick", "skip", "drop", "fetch", "share", "recall"):
        told = said(command, "speech", "translation", code=2)
        assert "'speech' and 'translation' name two papers" in told
        assert "Put a title in quotes: 'speech translation'." in told
    assert said("undo") == "There is nothing to undo."
    # Whole titles, ids and more than one word are meant as they stand.
    assert len(said("skip", "ants", "speech on", several[1].id).splitlines()) == 3
