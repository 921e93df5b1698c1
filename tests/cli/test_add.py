"""Run `reader add` on folders of real, invented PDFs: killed, read-only, full, asked, piped."""

from __future__ import annotations

import json
import os
import pty
import random
import signal
from collections import Counter
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from tests.installed import (
    LIFT,
    NOBODY,
    NOW,
    READER,
    WATER,
    environment,
    finish,
    rows,
    run,
    run_here,
    says,
    shown,
    start,
    today,
)
from tests.play import Fault, PlayServer
from tests.terminal import OnTerminal, on_terminal

WORDS = [a + b + c for a in ("ka", "mo", "ri") for b in ("ven", "lo", "tu") for c in "dfgkmnst"]


def text(seed: str, n: int) -> str:
    draw = random.Random(seed)
    words = [draw.choice(WORDS) for _ in range(n)]
    return " ".join(w + "." if i % 12 == 11 else w for i, w in enumerate(words))


def make(
    file: Path,
    title: str,
    *,
    authors: str = "Uma Vale, Wim Yarrow",
    stamp: str = "",
    foot: str = "",
    body: str = "",
) -> Path:
    """Make a PDF of two pages with a title, authors, an abstract and a text."""
    file.parent.mkdir(parents=True, exist_ok=True)
    seed = body or title
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_textbox((72, 60, 540, 110), title, fontsize=18, align=1)
        page.insert_textbox((72, 115, 540, 140), authors, fontsize=11, align=1)
        page.insert_textbox((72, 150, 540, 170), "Abstract", fontsize=12, fontname="hebo")
        page.insert_textbox((72, 172, 540, 300), text(f"{seed} a", 90), fontsize=10)
        page.insert_textbox((72, 310, 540, 330), "1 Introduction", fontsize=12, fontname="hebo")
        page.insert_textbox((72, 332, 540, 760), text(f"{seed} 1", 300), fontsize=10)
        if stamp:
            page.insert_text((30, 600), stamp, fontsize=18, rotate=90)
        if foot:
            page.insert_text((72, 800), foot, fontsize=8)
        page = pdf.new_page()
        page.insert_textbox((72, 60, 540, 760), text(f"{seed} 2", 500), fontsize=10)
        pdf.save(file)
    return file


def titled(n: int) -> str:
    draw = random.Random(n)
    return " ".join(draw.choice(WORDS).capitalize() for _ in range(7))


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


def added(library: Path, *args: str, input: bytes | None = None) -> tuple[int, list[Any]]:
    told = ("add", *args, "--json")
    ran = run(*told, library=library, input=input) if input else run_here(*told, library=library)
    code, out, _ = ran
    return code, [json.loads(line) for line in out.splitlines()]


@pytest.mark.slow
def test_a_folder_becomes_papers_with_their_pdfs_and_is_left_alone(
    library: Path, shelf: Path
) -> None:
    make(shelf / "speech" / "recognition" / "x.pdf", titled(1))
    make(shelf / "water.pdf", "Speech recognition under water", authors="Ada Neverwas")
    (shelf / "broken.pdf").write_bytes(b"%PDF-1.7\nno")
    (shelf / "page.pdf").write_bytes(b"<!DOCTYPE html><html></html>")
    (shelf / "notes.txt").write_text("mine")
    before = {f: f.read_bytes() for f in shelf.rglob("*") if f.is_file()}
    code, out, err = run_here("add", "--no-fetch", str(shelf), library=library)
    assert (code, err) == (5, "")
    assert says(out, "UNCLEAR which paper is it? (1)", "water.pdf", WATER, "BROKEN not added (2)")
    assert says(out, "ADDED not recognised, kept under the title in the PDF (1)")
    assert says(out, f"{shelf}/speech/recognition/x.pdf → [Vale] {titled(1)} → ")
    assert says(out, "Result: 1 not recognised, 1 unclear, 2 broken.")
    assert says(out, "1 other file", "Next: run `reader index`")
    assert "page.pdf: is not a PDF" in out
    assert says(out, "→ It may be a web page saved under that name: fetch it again.")
    code, out, _ = run_here("add", "--no-fetch", str(shelf), library=library)
    assert (code, out) == (
        5,
        "Nothing new: 4 files were done in earlier runs. Of these, 1 still unclear, 2 broken; "
        "--json lists them.\n",
    )
    assert {f: f.read_bytes() for f in shelf.rglob("*") if f.is_file()} == before
    make(shelf / "again.pdf", "Something else", body=titled(1))
    again, objects = added(library, "--no-fetch", str(shelf))
    by_name = {Path(o["path"]).name: o for o in objects}
    new = sorted(name for name, o in by_name.items() if o["is_new"])
    assert (again, new) == (5, ["again.pdf"])
    assert {name: o["outcome"] for name, o in by_name.items()} == {
        "x.pdf": "unknown",
        "water.pdf": "asked",
        "again.pdf": "duplicate",
        "broken.pdf": "broken",
        "page.pdf": "broken",
    }
    own = by_name["x.pdf"]
    assert (own["title"], own["topic"]) == (titled(1), "speech/recognition")
    assert (library / own["pdf"]).read_bytes() == before[shelf / "speech/recognition/x.pdf"]
    assert shown(library, own["id"])["n_passages"] > 1
    assert says(run_here("search", titled(1), library=library).out, titled(1))
    assert not rows(library, "SELECT * FROM failures WHERE stage = 'extract'")


def test_added_papers_are_not_in_todays_list(library: Path, shelf: Path) -> None:
    _, before = today(library)
    make(shelf / "a.pdf", "Speech Translation for Very Quiet Plants")
    assert run_here("add", "--no-fetch", str(shelf), library=library).code == 0
    _, after = today(library)
    assert after == before


@pytest.mark.slow
def test_after_a_kill_it_continues_and_repeats_nothing(library: Path, shelf: Path) -> None:
    for n in range(60):
        make(shelf / f"{n % 7}" / f"{n:02}.pdf", titled(n))
    process = start("add", "--no-fetch", "--json", str(shelf), library=library)
    assert process.stdout is not None
    seen = [json.loads(process.stdout.readline()) for _ in range(20)]
    os.kill(process.pid, signal.SIGKILL)
    finish(process)
    code, objects = added(library, "--no-fetch", str(shelf))
    assert (code, len(objects)) == (0, 60)
    done_before = {o["path"] for o in objects if not o["is_new"]}
    assert {o["path"] for o in seen} <= done_before
    assert len(done_before) < 60
    assert Counter(o["outcome"] for o in objects) == Counter(unknown=60)
    assert {o["title"] for o in objects} == {titled(n) for n in range(60)}
    n_papers = rows(library, "SELECT count(*) FROM papers WHERE canonical LIKE 'pdf:%'")
    n_pdfs = rows(library, "SELECT count(*), count(DISTINCT path) FROM pdfs")
    assert (n_papers, n_pdfs) == ([(60,)], [(60, 60)])
    assert len(list((library / "papers").rglob("*.pdf"))) == 60
    assert not list((library / "papers").rglob(".*"))
    texts = rows(library, "SELECT count(DISTINCT paper) FROM texts WHERE kind = 'passage'",
                 database="index.db")  # fmt: skip
    assert texts == [(60,)]


def test_a_stamped_pdf_is_looked_up_at_once_and_else_by_the_next_gather(
    library: Path, shelf: Path, server: PlayServer
) -> None:
    number = LIFT.removeprefix("arxiv:")
    make(shelf / "a.pdf", "Speech translation in a lift", authors="Ada Neverwas",
         stamp=f"arXiv:{number}v1 [cs.CL] 3 Mar 2031")  # fmt: skip
    server.faults = lambda path, _: Fault(status=503)
    code, objects = added(library, str(shelf))
    assert (code, [(o["outcome"], o["id"]) for o in objects]) == (0, [("identified", LIFT)])
    assert shown(library, LIFT)["pdf"] == objects[0]["pdf"]


def test_a_file_is_said_to_be_a_paper_or_one_of_its_own(library: Path, shelf: Path) -> None:
    file = make(shelf / "a.pdf", titled(1))
    code, objects = added(library, str(file), "--as", WATER)
    assert (code, objects[0]["id"], objects[0]["why"]) == (0, WATER, "you said so")
    other = make(shelf / "b.pdf", titled(2))
    code, objects = added(library, str(other), "--as", "new")
    assert (code, objects[0]["title"]) == (0, titled(2))
    code, _, err = run_here("add", str(shelf), "--as", "new", library=library)
    assert (code, says(err, "--as takes one file, but 2 files were named")) == (2, True)


@pytest.mark.slow
def test_paths_and_ids_come_from_standard_input(library: Path, shelf: Path) -> None:
    file = make(shelf / "a b.pdf", titled(1))
    given = f"{WATER}\n\n{file}\n".encode()
    code, objects = added(library, "--no-fetch", "-", input=given)
    assert (code, [o["path"] for o in objects]) == (0, [None, str(file)])
    assert objects[0]["id"] == WATER


def test_missing_paths_are_reported(library: Path, shelf: Path) -> None:
    for text_ in (str(shelf / "none.pdf"), "none.pdf", str(shelf / "none")):
        code, out, err = run_here("add", text_, library=library)
        assert (code, out) == (4, "")
        assert says(err, f"{text_} does not exist")
    assert run_here("add", "three words here", library=library).code == 2
    assert run_here("add", str(shelf), library=library).out == "No PDFs found (0 other files).\n"


def test_existing_paths_are_added_although_others_are_missing(library: Path, shelf: Path) -> None:
    file = make(shelf / "a.pdf", titled(1))
    missing = str(shelf / "none.pdf")
    given = ("add", "--no-fetch", missing, str(file), WATER, "doi:10.5555/nowhere")
    code, out, err = run_here(*given, library=library)
    assert code == 4
    assert says(err, f"{missing} does not exist", "doi:10.5555/nowhere")
    assert says(out, "Already in the library: [", WATER, f"{file} → [Vale] {titled(1)} →")


@pytest.mark.parametrize("below", ["", "papers", "papers/speech"])
def test_the_librarys_own_pdfs_are_not_added_and_said_to_be_its_own(
    library: Path, below: str
) -> None:
    make(library / "papers" / "speech" / "a.pdf", titled(1))
    code, out, _ = run_here("add", "--no-fetch", str(library / below), library=library)
    own = library / (below or "papers")
    assert (code, says(out, f"PDFs in {own} are the library's own, so they are not added.")) == (
        0,
        True,
    )


def test_a_paper_that_was_here_is_not_new(library: Path) -> None:
    code, [one] = added(library, WATER)
    assert (code, one["outcome"], one["is_new"]) == (0, "identified", False)


def test_marks_come_in_and_a_marked_copy_is_kept(library: Path, shelf: Path) -> None:
    file = make(shelf / "a.pdf", titled(1))
    with pymupdf.open(file) as pdf:
        x0, y0, x1, y1, first, *_ = pdf[1].get_text("words")[0]
        pdf[1].add_highlight_annot(pymupdf.Rect(x0, y0, x1, y1))
        pdf.save(shelf / "marked.pdf")
    code, out, _ = run_here("add", "--no-fetch", str(file), library=library)
    assert (code, says(out, f"{file} → [Vale] {titled(1)} → ")) == (0, True)
    code, out, _ = run_here("add", "--no-fetch", str(shelf), library=library)
    assert says(out, f"{shelf}/marked.pdf is [Vale] {titled(1)}: a marked copy, kept as papers/")
    assert says(
        out, "1 duplicate", "Files with marks: 1 (1 highlight).", "Done in earlier runs: 1 file."
    )
    marks = run_here("highlights", titled(1), "--json", library=library).out.splitlines()
    assert [json.loads(line)["text"] for line in marks] == [first]
    code, objects = added(library, "--no-fetch", str(shelf))
    assert [(o["is_new"], o["n_highlights"]) for o in objects] == [(False, 0), (False, 0)]


def test_a_doi_that_waits_to_be_looked_up_is_shown(library: Path, shelf: Path) -> None:
    make(shelf / "a.pdf", titled(1), foot="https://doi.org/10.5555/leaf.1")
    _, objects = added(library, "--no-fetch", str(shelf))
    out = run_here("show", objects[0]["id"], library=library).out
    assert says(out, "added by hand on", "DOI printed in the PDF: 10.5555/leaf.1. `reader gather`")
    assert shown(library, objects[0]["id"])["to_look_up"] == ["doi:10.5555/leaf.1"]


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become somebody else")
def test_a_read_only_library_is_refused_at_once(library: Path, shelf: Path) -> None:
    make(shelf / "a.pdf", titled(1))
    for path in (library, *library.iterdir()):
        path.chmod(0o555 if path.is_dir() else 0o444)
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    for folder in (library, *library.parents):
        if "pytest-of-" in str(folder):  # pytest's own folders
            folder.chmod(0o755)
    code, out, err = run("add", str(shelf), library=library, prefix=become)
    assert (code, out) == (6, "")
    assert says(err, "cannot be written")


@pytest.mark.slow
def test_on_a_terminal_it_asks_and_an_answer_is_kept(library: Path, shelf: Path) -> None:
    make(shelf / "a.pdf", "Speech recognition under water", authors="Ada Neverwas")
    make(shelf / "b.pdf", titled(3))
    terminal, stdin = pty.openpty()
    process = start("add", "--no-fetch", str(shelf), library=library, stdin=stdin, stdout=stdin)
    os.close(stdin)
    os.write(terminal, b"1\n")  # read when it asks
    heard = b""
    while True:
        try:
            heard += os.read(terminal, 4096)
        except OSError:  # its end
            break
    code, _, err = finish(process)
    os.close(terminal)
    assert (code, says(err, "Which paper?")) == (0, True)
    assert shown(library, WATER)["pdf"]


def unsure(file: Path, subject: str = "Rain") -> Path:
    """Make a PDF whose largest words are not surely its title: nothing of a paper is below."""
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((72, 80), f"Notes on {subject} and Other Weather", fontsize=18)
        page.insert_textbox((72, 120, 540, 760), text(subject, 400), fontsize=10)
        pdf.save(file)
    return file


def test_a_pdf_without_a_title_is_told_to_have_the_files_name(library: Path, shelf: Path) -> None:
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_textbox((72, 72, 540, 760), text("Beetle", 400), fontsize=10)
        pdf.save(shelf / "scan-08.pdf")
    make(shelf / "x.pdf", titled(1))
    code, out, _ = run_here("add", "--no-fetch", str(shelf), library=library)
    assert code == 0
    assert says(out, "kept under the title in the PDF (1)", "x.pdf → [Vale]")
    assert says(out, "ADDED not recognised, kept under the file's name (1)", "08.pdf → scan-08")
    _, outcomes = added(library, "--no-fetch", str(shelf))
    why = {Path(one["path"]).name: one["why"] for one in outcomes}
    assert why["scan-08.pdf"] == "not recognised, kept under the file's name"


@pytest.mark.slow
def test_a_title_that_is_not_sure_yields_to_the_files_name_and_is_told(
    library: Path, shelf: Path
) -> None:
    unsure(shelf / "scan-07.pdf")
    code, out, _ = run_here("add", "--no-fetch", str(shelf), library=library)
    assert code == 0
    assert says(out, "title not sure, kept under the file's name (1)")
    assert says(out, "scan-07.pdf → scan-07 → ", "title, perhaps: “Notes on Rain and")
    _, [again] = added(library, "--no-fetch", str(unsure(shelf.parent / "other.pdf", "Wind")))
    assert (again["outcome"], again["title"], again["unsure_title"]) == (
        "unknown",
        "other",
        "Notes on Wind and Other Weather",
    )


def test_an_english_abstract_before_a_japanese_text_is_told(library: Path, shelf: Path) -> None:
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((120, 80), "雨を聞く静かな機械の設計", fontsize=18, fontname="japan")
        page.insert_text((220, 110), "雨野 花子", fontsize=11, fontname="japan")
        page.insert_text((72, 150), "Abstract", fontsize=12, fontname="hebo")
        for at in range(4):
            line = "the rain of the town is heard by the machines that we made for this"
            page.insert_text((72, 170 + 14 * at), line, fontsize=10)
        page.insert_text((72, 250), "1. はじめに", fontsize=12, fontname="japan")
        for at in range(20):
            line = "静かな機械は雨の音を長く聞くことができる。"
            page.insert_text((72, 270 + 14 * at), line, fontsize=10, fontname="japan")
        pdf.save(shelf / "rain.pdf")
    _, out, _ = run_here("add", "--no-fetch", str(shelf), library=library)
    assert says(out, "雨を聞く静かな機械の設計", "abstract in English, text not")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("y\r", "Notes on Rain and Other Weather"),
        ("n\r", "scan-07"),
        ("Rain and Wind\r", "Rain and Wind"),
    ],
)
def test_on_a_terminal_a_title_that_is_not_sure_is_asked_for(
    library: Path, shelf: Path, typed: str, title: str
) -> None:
    unsure(shelf / "scan-07.pdf")
    with _on_a_terminal(library, shelf) as terminal:
        terminal.until("Its title?")
        terminal.press(typed)
        assert terminal.end() == 0
    assert rows(library, "SELECT title FROM papers WHERE canonical LIKE 'pdf:%'") == [(title,)]


def _on_a_terminal(library: Path, shelf: Path) -> AbstractContextManager[OnTerminal]:
    command = [READER, "add", "--no-fetch", str(shelf)]
    env = environment(library, NOW, {"TERM": "xterm-256color"})
    return on_terminal(command, env, columns=100, lines=40)


@pytest.mark.slow
@pytest.mark.parametrize("is_stopped", [False, True])
def test_on_a_terminal_the_report_replaces_the_bars(
    library: Path, shelf: Path, is_stopped: bool
) -> None:
    for n in range(40 if is_stopped else 2):
        make(shelf / f"{n}.pdf", titled(n))
    with _on_a_terminal(library, shelf) as terminal:
        terminal.until("━")
        if is_stopped:
            terminal.until(lambda t: bool(rows(library, "SELECT 1 FROM additions")))
            terminal.press("\x03")
        assert terminal.end() == (130 if is_stopped else 0)
        lines = [line for line in terminal.lines() if line]
    # Nothing may have been counted yet when it is stopped.
    assert lines[0].startswith(("ADDED ", "Stopped.") if is_stopped else "ADDED ")
    assert not any("━" in line for line in lines)
    assert ("Stopped. Everything counted above is saved" in " ".join(lines)) is is_stopped
