"""Run `file` and `topics` as installed: what they say, and what a kill at any moment leaves."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from reader.library.folder import find_paper, open_library
from reader.morning.edit import file_paper
from reader.morning.pick import decide
from reader.notes.write import add_note
from tests.conftest import played
from tests.installed import (
    HUMS,
    LADDER,
    LIFT,
    NOW,
    QUIET,
    WATER,
    copy_library,
    is_page,
    is_safe,
    new_library,
    rows,
    run,
    run_here,
    says,
    shown,
    start,
)
from tests.play import PlayServer
from tests.test_killed import files_in, is_whole, kill_when

KEY = "2031_Neverwas_SpeechRecognitionUnderWater"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, gathered: Path) -> Path:
    """Make a pick with its PDF and an exported note; each test gets a copy."""
    file = pymupdf.open()
    file.new_page().insert_text((60, 90), "Under water the vowels arrive first.")
    pdf = bytes(file.tobytes())
    with played() as server:
        server.pdfs = lambda _: pdf
        library = copy_library(gathered, tmp_path_factory.mktemp("picked") / "library", server)
        assert run_here("pick", WATER, library=library).code == 7  # the model is missing
        assert run_here("note", WATER, "-m", "Fish hear. Water sings.", library=library).code == 0
        assert run_here("export", library=library).code == 0
    return library


@pytest.fixture
def picked(made: Path, tmp_path: Path, server: PlayServer) -> Path:
    """Copy that library for one test; its server has the same PDF."""
    pdf = next((made / "papers").rglob("*.pdf")).read_bytes()
    server.pdfs = lambda _: pdf
    return copy_library(made, tmp_path / "library", server)


def paths(library: Path) -> list[str]:
    return sorted(
        file.relative_to(library).as_posix()
        for root in ("papers", "notes")
        for file in (library / root).rglob("*")
        if file.is_file() and not is_page(file)
    )


def as_json(library: Path, *args: str) -> list[Any]:
    code, out, err = run_here(*args, "--json", library=library)
    assert (code, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.slow
def test_a_paper_is_filed_and_its_files_follow(picked: Path) -> None:
    code, out, err = run_here("file", WATER, "Speech/Translation", library=picked)
    assert (code, err) == (0, "")
    assert out == (
        "Filed under speech/translation: Speech recognition under water\n"
        f"    now notes/speech/translation/{KEY}.md\n"
        f"    now papers/speech/translation/{KEY}.pdf\n"
    )
    assert paths(picked) == [
        f"notes/speech/translation/{KEY}.md",
        f"papers/speech/translation/{KEY}.pdf",
    ]
    note = (picked / f"notes/speech/translation/{KEY}.md").read_text("utf-8")
    assert f"../../../papers/speech/translation/{KEY}.pdf" in note
    assert "Fish hear. Water sings." in note
    assert run_here("file", WATER, "speech/translation", "--quiet", library=picked) == (0, "", "")
    assert run_here("export", library=picked) == (0, "1 note in notes/ is up to date.\n", "")


def test_several_papers_are_filed_at_once_or_none(picked: Path) -> None:
    code, out, err = run_here("file", WATER, LIFT, WATER, "nlp/llm", library=picked)
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if line.startswith("Filed")] == [
        "Filed under nlp/llm: Speech recognition under water",
        f"Filed under nlp/llm: {shown(picked, LIFT)['title']}",
    ]
    assert paths(picked) == [f"notes/nlp/llm/{KEY}.md", f"papers/nlp/llm/{KEY}.pdf"]
    told = as_json(picked, "file", WATER, LIFT, "speech/recognition")
    assert [one["topic"] for one in told] == ["speech/recognition"] * 2
    code, out, _ = run_here("file", WATER, "arxiv:9999.99999", "nlp/llm", library=picked)
    assert (code, out, shown(picked, WATER)["topic"]) == (4, "", "speech/recognition")


def test_topics_counts_pdfs_where_they_were_moved_by_hand(picked: Path) -> None:
    (picked / "papers/nlp/llm").mkdir(parents=True)
    file = picked / f"papers/speech/recognition/{KEY}.pdf"
    file.rename(picked / "papers/nlp/llm/fish.pdf")
    assert run_here("topics", library=picked).out.splitlines() == [
        "speech/translation: papers 0 · PDFs 0 · notes 0",
        "speech/recognition: papers 0 · PDFs 0 · notes 0",
        "nlp/llm: papers 1 · PDFs 1 · notes 1",
    ]
    assert paths(picked) == [f"notes/nlp/llm/{KEY}.md", "papers/nlp/llm/fish.pdf"]


def test_topics_counts_nothing_of_the_trash(picked: Path) -> None:
    line = "speech/recognition: papers 1 · PDFs 1 · notes 1"
    assert line in run_here("topics", library=picked).out.splitlines()
    assert run_here("remove", WATER, library=picked).code == 0
    line = "speech/recognition: papers 0 · PDFs 0 · notes 0"
    assert line in run_here("topics", library=picked).out.splitlines()


def test_suggestions_have_reasons_and_change_nothing(picked: Path) -> None:
    assert run_here("file", LIFT, "speech/lifts", "--new", library=picked).code == 0
    before = rows(picked, "SELECT * FROM filings")
    code, out, err = run_here("file", LADDER, library=picked)
    assert (code, err) == (0, "")
    assert says(
        out,
        "Speech translation on a ladder",
        "speech/lifts: like 2031_Neverwas_SpeechTranslationLift, filed there; "
        "1 paper there by Ada Neverwas, Émile Nulle-Part",
        f'reader file {LADDER} "speech/lifts"',
        "speech/translation: words: speech translation",
    )
    [told] = as_json(picked, "file", LADDER)
    assert [s["topic"] for s in told["suggestions"]] == ["speech/lifts", "speech/translation"]
    assert told["topic"] is None
    assert rows(picked, "SELECT * FROM filings") == before


def test_an_unknown_topic_is_named_with_the_nearest_ones(picked: Path) -> None:
    code, out, err = run_here("file", WATER, "speech/recogniton", library=picked)
    assert (code, out) == (4, "")
    assert says(
        err, "There is no topic or folder speech/recogniton.", "Similar: speech/recognition"
    )
    code, _, err = run_here("file", WATER, "../up", "--new", library=picked)
    assert (code, says(err, "leads out of the library", "A topic is a folder path")) == (2, True)
    code, _, err = run_here("file", WATER, "--new", library=picked)
    assert (code, says(err, "--new is for a new topic")) == (2, True)
    code, _, err = run_here("file", WATER, "evil\x1b[31m", library=picked)
    assert code == 2
    assert is_safe(err)


def test_a_pdf_moved_by_hand_is_opened_and_not_fetched_again(
    picked: Path, server: PlayServer
) -> None:
    (picked / "papers/nlp/llm").mkdir(parents=True)
    moved = picked / "papers/nlp/llm/fish.pdf"
    (picked / f"papers/speech/recognition/{KEY}.pdf").rename(moved)
    assert run_here("open", WATER, "--print", library=picked) == (0, f"{moved}\n", "")
    assert (shown(picked, WATER)["topic"], shown(picked, WATER)["pdf"]) == (
        "nlp/llm",
        "papers/nlp/llm/fish.pdf",
    )
    n = len(server.requests)
    run_here("gather", library=picked)
    assert [r for r in server.requests[n:] if r.startswith("/pdf/")] == []
    assert paths(picked) == [f"notes/nlp/llm/{KEY}.md", "papers/nlp/llm/fish.pdf"]


def test_topics_are_shown_and_one_that_was_renamed_is_moved(picked: Path) -> None:
    feeds = picked / "feeds.toml"
    feeds.write_text(feeds.read_text("utf-8").replace("speech/recognition", "speech/asr"), "utf-8")
    code, out, err = run_here("topics", library=picked)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "speech/translation: papers 0 · PDFs 0 · notes 0",
        "speech/asr: papers 0 · PDFs 0 · notes 0",
        "nlp/llm: papers 0 · PDFs 0 · notes 0",
        "speech/recognition: papers 1 · PDFs 1 · notes 1 · not in feeds.toml",
        "    nearest topic: speech/asr; to move them: "
        'reader topics --move "speech/recognition" "speech/asr"',
    ]
    code, out, err = run_here(
        "topics", "--move", "speech/recognition", "speech/asr", library=picked
    )
    assert (code, err) == (0, "")
    assert out == "1 paper filed under speech/asr; files moved: 2.\n"
    assert paths(picked) == [f"notes/speech/asr/{KEY}.md", f"papers/speech/asr/{KEY}.pdf"]
    assert [t["topic"] for t in as_json(picked, "topics")] == [
        "speech/translation",
        "speech/asr",
        "nlp/llm",
    ]
    code, _, err = run_here("topics", "--move", "speech/recognition", "speech/asr", library=picked)
    assert (code, says(err, "Nothing is filed under speech/recognition")) == (4, True)


def _strange(library: Path) -> list[str]:
    """The folders that the doctor names as in no topic."""
    lines = map(json.loads, run_here("doctor", "--json", library=library).out.splitlines())
    return [item for line in lines if line["check"] == "topics" for item in line["items"]]


def test_a_folder_renamed_by_hand_is_told_to_be_no_topic_and_either_remedy_works(
    picked: Path,
) -> None:
    (picked / "notes/speech/recognition").rename(picked / "notes/speech/asr")
    out = run_here("export", library=picked).out
    assert says(
        out,
        f"filed by its folder: notes/speech/asr/{KEY}.md (speech/asr)",
        "speech/asr is not in feeds.toml, so no new paper comes there. To go back: "
        'reader topics --move "speech/asr" "speech/recognition". To rename speech/recognition: '
        "write speech/asr in its place in feeds.toml, then: "
        'reader topics --move "speech/recognition" "speech/asr"',
    )
    assert "feeds.toml" not in run_here("export", library=picked).out, "once is enough"
    assert _strange(picked) == ["speech/asr"]
    feeds = picked / "feeds.toml"
    feeds.write_text(feeds.read_text("utf-8").replace("speech/recognition", "speech/asr"), "utf-8")
    assert _strange(picked) == []
    assert paths(picked) == [f"notes/speech/asr/{KEY}.md", f"papers/speech/asr/{KEY}.pdf"]


def test_a_pattern_names_new_files_and_no_old_ones(picked: Path) -> None:
    feeds = picked / "feeds.toml"
    text = feeds.read_text("utf-8").replace("[reader]", '[reader]\npdf_name = "{author}-{title}"')
    feeds.write_text(text, "utf-8")
    assert run_here("pick", HUMS, "--no-fetch", library=picked).code == 0
    assert shown(picked, HUMS)["key"] == "Neverwas-LargeLanguageModelThat"
    assert shown(picked, WATER)["key"] == KEY
    feeds.write_text(text.replace("{author}-{title}", "{author}"), "utf-8")
    code, _, err = run_here("topics", library=picked)
    assert (code, says(err, "line 2: reader.pdf_name: many papers would get the same name")) == (
        3,
        True,
    )


def test_a_read_only_library_is_reported_and_nothing_moves(picked: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root writes everywhere")
    before = paths(picked)
    picked.chmod(0o555)
    try:
        assert run("topics", library=picked).code == 0
        assert run("file", WATER, "nlp/llm", library=picked).code == 6
    finally:
        picked.chmod(0o755)
    assert paths(picked) == before


def many(library: Path, n: int) -> None:
    """File many papers, each with a PDF and an exported note."""
    # In one transaction, which is faster.
    with open_library(library, now=lambda: NOW) as opened, opened.db.writing():
        for number in range(1, n + 1):
            paper = find_paper(opened, f"arxiv:3103.{90000 + number}")
            add_note(opened, paper, f"Number {number} says this. And that.")
    assert run("export", library=library).code == 0


@pytest.mark.slow
def test_killed_while_a_topic_moves_the_same_command_or_a_gather_goes_on(
    tmp_path: Path, crowd: PlayServer
) -> None:
    library = new_library(tmp_path / "library", crowd)
    run("gather", "--no-encode", library=library)
    many(library, 120)
    move = ("topics", "--move", "speech/translation", "nlp/llm")
    there = library / "notes/nlp/llm"

    def n() -> int:
        return len([f for f in there.glob("*.md") if not is_page(f)]) if there.is_dir() else 0

    kill_when(start(*move, library=library), lambda: n() > 30)
    assert len(files_in(library, "notes")) in (120, 121)  # one may have two names
    edited = max(f for f in there.glob("*.md") if not is_page(f))
    edited.write_text(edited.read_text("utf-8") + "\nMine.\n", "utf-8")

    code, out, err = run(*move, library=library)
    assert (code, err) == (0, "")
    assert says(out, "papers filed under nlp/llm")
    assert (n(), len(files_in(library, "notes"))) == (120, 120)
    assert edited.read_text("utf-8").endswith("Mine.\n")
    assert rows(library, "SELECT count(*) FROM exports WHERE path LIKE 'notes/nlp/llm/%'") == [
        (120,)
    ]
    # What the killed run moved is brought up to date too: its links, its topic.
    assert run("export", library=library) == (0, "120 notes in notes/ are up to date.\n", "")
    assert len(files_in(library, "notes")) == 120
    assert is_whole(library)


@pytest.mark.slow
def test_killed_at_any_moment_of_filing_nothing_is_lost_or_doubled(
    tmp_path: Path, server: PlayServer, picked: Path
) -> None:
    content = (picked / f"papers/speech/recognition/{KEY}.pdf").read_bytes()
    for n in range(8):
        library = copy_library(picked, tmp_path / f"library{n}", server)
        process = start("file", WATER, "nlp/llm", library=library)
        time.sleep(0.12 + 0.04 * n)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert run("file", WATER, "nlp/llm", library=library).code == 0
        assert paths(library) == [f"notes/nlp/llm/{KEY}.md", f"papers/nlp/llm/{KEY}.pdf"]
        assert (library / f"papers/nlp/llm/{KEY}.pdf").read_bytes() == content
        assert rows(library, "SELECT count(*) FROM filings WHERE topic = 'nlp/llm'") == [(1,)]
        assert is_whole(library)


def test_two_filings_at_once_leave_each_file_once(picked: Path) -> None:
    both = [start("file", WATER, topic, library=picked) for topic in ("nlp/llm", "unfiled")]
    for process in both:
        process.communicate(timeout=60)
    topic = shown(picked, WATER)["topic"]
    assert run_here("file", WATER, topic, library=picked).code == 0
    assert paths(picked) == [f"notes/{topic}/{KEY}.md", f"papers/{topic}/{KEY}.pdf"]


def test_a_new_filing_counts_for_suggestions(picked: Path) -> None:
    with open_library(picked, now=lambda: NOW) as opened:
        decide(opened, "pick", [QUIET])
        file_paper(opened, find_paper(opened, QUIET), "speech/translation")
    [told] = as_json(picked, "file", LIFT)
    assert told["suggestions"][0]["topic"] == "speech/translation"
    assert told["suggestions"][0]["words"] == ["speech translation"]
