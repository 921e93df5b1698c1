"""Test that the doctor finds what is wrong, finds nothing where nothing is, and mends safely."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.library.folder import find_paper, open_library
from reader.library.rows import failures, papers, pdfs
from reader.library.rows.database import Database
from reader.morning.doctor import ENOUGH_PAPERS
from tests.installed import NOW, SOON, ids_of, note_files, run, run_here
from tests.samples import paper

pytestmark = pytest.mark.slow


def doctor(library: Path, *args: str, code: int | None = None) -> dict[str, Any]:
    """Run it; returns the findings by their check."""
    ran = run_here("doctor", *args, "--json", library=library)
    assert ran.err == ""
    found = {line["check"]: line for line in map(json.loads, ran.out.splitlines())}
    # No model is set up in these libraries, which every run says.
    assert found.pop("model")["is_wrong"]
    found.pop("index", None)
    found.pop("workers", None)  # what this machine cannot limit
    assert ran.code == 5
    if code is not None:
        assert (code == 5) == any(one["is_wrong"] for one in found.values())
    return found


@pytest.fixture
def noted(library: Path) -> tuple[Path, str, Path]:
    """A library with a picked paper, its PDF and a note; its id, and the PDF's path."""
    id_ = ids_of(library)[0]
    assert run_here("pick", "--no-fetch", id_, library=library).code == 0
    assert run_here("note", id_, "-m", "自分の言葉で。二文目。", library=library).code == 0
    content = b"%PDF-1.4 invented"
    with open_library(library, now=lambda: NOW) as opened:
        paper = find_paper(opened, id_)
        path = f"papers/{paper.topic}/{paper.key}.pdf"
        stored = pdfs.Pdf(paper.row, path, hashlib.sha256(content).hexdigest())
        pdfs.add_pdf(opened.db, stored, n_bytes=len(content), at=NOW)
    (library / path).parent.mkdir(parents=True, exist_ok=True)
    (library / path).write_bytes(content)
    return library, id_, library / path


def test_healthy_library_has_no_finding(noted: tuple[Path, str, Path]) -> None:
    library, _id, _pdf = noted
    assert doctor(library, "--read-data") == {}


def test_missing_and_moved_pdfs_are_told_apart(noted: tuple[Path, str, Path]) -> None:
    library, _id, pdf = noted
    elsewhere = library / "papers" / "mine" / "renamed.pdf"
    elsewhere.parent.mkdir()
    pdf.rename(elsewhere)
    found = doctor(library, code=5)
    assert found.keys() == {"pdf moved"}
    assert found["pdf moved"]["can_mend"]
    fixed = run_here("doctor", "--fix", library=library)
    assert "1 moved PDF was found." in fixed.out
    assert doctor(library).keys() == {"topics"}, "`mine` is none of feeds.toml"
    assert "There was nothing to mend." in run_here("doctor", "--fix", library=library).out
    assert elsewhere.exists(), "it stays where it was put"
    elsewhere.unlink()
    assert doctor(library, code=5).keys() == {"pdf missing", "topics"}


def test_changed_pdf_is_found_by_its_bytes(noted: tuple[Path, str, Path]) -> None:
    library, _id, pdf = noted
    content = bytearray(pdf.read_bytes())
    content[-1] ^= 1
    pdf.write_bytes(content)
    assert doctor(library) == {}, "only --read-data reads it"
    found = doctor(library, "--read-data", code=5)
    assert found.keys() == {"pdf changed"}
    assert found["pdf changed"]["items"] == [pdf.relative_to(library).as_posix()]


def test_unknown_files_are_named(noted: tuple[Path, str, Path]) -> None:
    library, _id, _pdf = noted
    (library / "papers" / "stray.pdf").write_bytes(b"%PDF-1.4 somebody's")
    note = library / "notes" / "stray.md"
    note.write_text("---\nid: arxiv:2401.00009\n---\nwords\n", "utf-8")
    (library / "notes" / "mine.md").write_text("my own page\n", "utf-8")
    found = doctor(library, code=5)
    assert found["pdf unknown"]["items"] == ["papers/stray.pdf"]
    assert found["note unknown"]["items"] == ["notes/stray.md"]
    assert len(found) == 2
    assert "`reader add FILE --move`" in found["pdf unknown"]["hint"], "else it would stay there"


def test_broken_rows_and_damage_are_found(noted: tuple[Path, str, Path]) -> None:
    library, _id, _pdf = noted
    with sqlite3.connect(library / "reader.db") as database:
        database.execute("PRAGMA foreign_keys = off")
        database.execute("INSERT INTO identifiers VALUES ('arxiv:2401.00009', 4711)")
    database.close()
    found = doctor(library, code=5)
    assert found.keys() == {"reader.db"}
    assert "point" in found["reader.db"]["message"]


def test_later_moment_than_now_is_told(noted: tuple[Path, str, Path]) -> None:
    library, _id, _pdf = noted
    ran = run_here("doctor", "--json", library=library, now=NOW - timedelta(days=400))
    found = {line["check"]: line for line in map(json.loads, ran.out.splitlines())}
    assert found["clock"]["is_wrong"]


def test_old_backup_is_told_and_a_new_one_is_not(noted: tuple[Path, str, Path]) -> None:
    library, _id, _pdf = noted
    later = NOW + timedelta(days=9)
    ran = run_here("doctor", library=library, now=later)
    assert "The newest backup is 9 days old." in ran.out
    assert run_here("backup", library=library, now=later).code == 0
    assert "backup" not in run_here("doctor", library=library, now=later).out


def test_source_that_never_answered_is_told(fresh: Path) -> None:
    text = (fresh / "feeds.toml").read_text("utf-8")
    dead = '\n[[feed]]\nname = "dead"\nurl = "http://127.0.0.1:9/feed"\n'
    (fresh / "feeds.toml").write_text(text + dead, "utf-8")
    run("gather", "--no-encode", library=fresh)
    found = doctor(fresh, code=0)
    assert found["sources"]["items"] == ["dead"], "told, though a first try may lack the network"
    for _again in range(2):
        run("gather", "dead", "--no-encode", library=fresh)
    found = doctor(fresh, code=5)
    assert found["sources"]["is_wrong"]
    assert "address" in found["sources"]["hint"]


def test_arxiv_that_never_answered_has_no_address_to_check(fresh: Path) -> None:
    text = (fresh / "feeds.toml").read_text("utf-8")
    nowhere = re.sub(r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:9", text)
    (fresh / "feeds.toml").write_text(nowhere, "utf-8")
    run("gather", "arXiv", "--no-encode", library=fresh)
    found = doctor(fresh, code=0)
    assert found["sources"]["items"] == ["arXiv"]
    assert "address" not in found["sources"]["hint"]


@pytest.mark.parametrize(("day", "is_asked"), [(NOW.date(), True), (None, False)])
def test_only_announced_papers_make_a_word_look_mistyped(
    fresh: Path, day: date | None, is_asked: bool
) -> None:
    # A library that begins with an import has none of them.
    several = [
        replace(paper(n, "On moss"), ids=(f"arxiv:2506.{n:05}",), announced_on=day)
        for n in range(1, ENOUGH_PAPERS + 1)
    ]
    with Database(fresh) as db:
        papers.add_papers(db, several, source="arXiv", on=NOW.date())
    text = (fresh / "feeds.toml").read_text("utf-8")
    mistyped = text.replace(
        'words = ["speech recognition"]', 'words = ["speech recogniton", "ASR"]'
    )
    (fresh / "feeds.toml").write_text(mistyped, "utf-8")
    found = doctor(fresh).get("words", {"items": []})
    # Words that every new library has are rare, and not mistyped.
    assert found["items"] == (["speech/recognition: speech recogniton"] if is_asked else [])


def test_seed_is_wrong_only_once_it_is_known_not_to_exist(fresh: Path) -> None:
    text = (fresh / "feeds.toml").read_text("utf-8")
    words = 'words = ["speech recognition"]'
    seeded = text.replace(words, words + '\nseeds = ["arxiv:2212.08055"]')
    (fresh / "feeds.toml").write_text(seeded, "utf-8")
    assert not doctor(fresh, code=0)["seeds"]["is_wrong"], "nobody asked for it yet"
    run("gather", "--no-encode", library=fresh)
    found = doctor(fresh, code=5)
    assert found["seeds"]["is_wrong"]
    assert "failures" not in found, "told once"
    with Database(fresh) as db:
        failures.add_failure(db, "resolve", "arxiv:2506.00001", ("{what}", "{}"), now=NOW)
    plain = run_here("doctor", library=fresh).out
    assert "papers to look up: 1" in plain
    assert "resolve" not in plain


def test_left_over_file_is_put_aside(noted: tuple[Path, str, Path]) -> None:
    library, _id, _pdf = noted
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True
    )
    pid = int(ended.stdout)
    file = library / "notes" / f".a.md.{pid}.part"
    file.write_text("half")
    mine = library / "notes" / f".b.md.{os.getpid()}.part"
    mine.write_text("being written")
    found = doctor(library)
    assert found["leftovers"]["items"] == [f"notes/.a.md.{pid}.part"]
    assert run_here("doctor", "--fix", library=library).code == 5
    assert not file.exists()
    assert mine.exists()
    assert [kept.read_text() for kept in (library / "replaced").rglob("*.part")] == ["half"]
    assert doctor(library) == {}, "what was put aside is not found again"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
def test_library_that_others_can_read_is_told_and_closed(gathered: Path) -> None:
    # Not under pytest's folder, which only its owner may enter.
    with tempfile.TemporaryDirectory() as name:
        library = Path(shutil.copytree(gathered, Path(name) / "library"))
        library.chmod(0o755)
        (library / "reader.db").chmod(0o600)
        assert "permissions" not in doctor(library), "nobody else may enter its folder"
        Path(name).chmod(0o755)
        found = doctor(library, code=0)["permissions"]
        assert "feeds.toml" in found["items"]
        assert "reader.db" not in found["items"]
        fixed = run_here("doctor", "--fix", library=library)
        assert "chmod 755" in " ".join(fixed.out.split())
        assert library.stat().st_mode & 0o777 == 0o700
        assert "permissions" not in doctor(library)


def test_held_lock_is_told(noted: tuple[Path, str, Path]) -> None:
    from reader.base.machine import running
    from reader.library.disk import lock_file

    library, _id, _pdf = noted
    with lock_file(library / "gather.lock"):
        found = doctor(library)
    assert found["locks"]["items"] == ["gather.lock"]
    assert not found["locks"]["is_wrong"]
    with running("reader gather"), lock_file(library / "gather.lock"):
        [line] = doctor(library)["locks"]["items"]
    who = rf"gather\.lock: `reader gather` \(process {os.getpid()}\) since [-0-9]{{10}} [:0-9]{{5}}"
    assert re.fullmatch(who, line)


def test_network_that_a_hostile_pdf_could_reach_is_told(
    noted: tuple[Path, str, Path], tmp_path: Path
) -> None:
    """In a container that refuses namespaces, and without pyseccomp for the worker."""
    library, _id, _pdf = noted
    seccomp = pytest.importorskip("pyseccomp")
    code = """
import os, pyseccomp, sys
refused = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
refused.add_rule(pyseccomp.ERRNO(1), "unshare")
refused.load()
os.environ["PYTHONPATH"] = sys.argv.pop(1)
os.execv(sys.argv[1], sys.argv[1:])
"""
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "pyseccomp.py").write_text("raise ImportError")
    told = {}
    for modules in (tmp_path / "without", Path(seccomp.__file__).parent):
        before = (sys.executable, "-c", code, str(modules))
        ran = run("doctor", library=library, prefix=before)
        assert ran.err == ""
        told[modules.name] = "can reach the network here" in ran.out
    assert list(told.values()) == [True, False]


def test_report_has_no_word_of_the_persons(noted: tuple[Path, str, Path]) -> None:
    library, id_, pdf = noted
    (library / "papers" / "stray.pdf").write_bytes(b"%PDF-1.4 somebody's")
    ran = run_here("doctor", "--report", library=library, now=SOON)
    assert "pdf unknown: 1" in ran.out
    private = [
        id_,
        pdf.stem,
        str(library),
        "stray",
        "自分",
        *(file.stem for file in note_files(library)),
    ]
    for topic in (library / "papers").iterdir():
        private.append(topic.name)
    assert [word for word in private if word in ran.out] == []


def test_doctor_changes_nothing(noted: tuple[Path, str, Path]) -> None:
    library, _id, _pdf = noted

    def content() -> dict[str, bytes]:
        return {
            str(file): file.read_bytes()
            for file in library.rglob("*")
            if file.is_file() and not file.name.endswith((".lock", "-shm", "-wal"))
        }

    before = content()
    run("doctor", "--read-data", library=library)
    assert content() == before
