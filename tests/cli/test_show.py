"""Run `show`: what came from outside is made plain before it is printed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader.cli.frame import Settings, run
from reader.gathering.rows import sources
from reader.library.rows import papers, pdfs
from reader.search.rows import index
from reader.search.rows.index import PassageText
from tests.installed import is_safe
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper, post

EVIL = "cs.\x1b[31mCL\u202e"


def test_foreign_categories_cannot_move_the_cursor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        given = paper(1, categories=(EVIL, "cs.SD"))
        papers.add_papers(library.db, [given], source="arXiv", on=DAY)
    assert run(["--library", str(tmp_path), "show", given.id, "--json"], Settings()) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["categories"] == ["cs.CL", "cs.SD"]
    assert is_safe(json.dumps(shown, ensure_ascii=False))


def test_a_later_version_is_shown_with_its_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def show() -> str:
        assert run(["--library", str(tmp_path), "show", paper(1).id], Settings()) == 0
        return capsys.readouterr().out

    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1, version=1)], source="arXiv", on=DAY)
        assert "seen" not in show()
        later = paper(1, "Bees Again", version=2)
        papers.add_papers(library.db, [later], source="arXiv", on=DAY + timedelta(9))
    assert f"v2, seen {DAY + timedelta(9)}" in show()


def test_a_repost_is_not_quoted_as_own_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
        said = post("1", paper(1).id)
        passed_on = replace(post("2", paper(1).id, author="Di Fern"), kind="repost")
        sources.add_posts(library.db, [said, passed_on], source="timeline", on=DAY)
    assert run(["--library", str(tmp_path), "show", paper(1).id], Settings()) == 0
    shown = capsys.readouterr().out
    assert "Cy Pond: Read this." in shown
    assert "Di Fern reposted: Read this." in shown


def test_a_pdf_deleted_by_hand_is_gone_and_a_moved_one_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def show(*args: str) -> str:
        assert run(["--library", str(tmp_path), "show", paper(1).id, *args], Settings()) == 0
        return capsys.readouterr().out

    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    file = tmp_path / "papers" / "unfiled" / "a.pdf"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"%PDF- snails")
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        pdf = pdfs.Pdf(1, "papers/unfiled/a.pdf", sha256)
        pdfs.add_pdf(library.db, pdf, n_bytes=12, at=NOW)
        index.add_passages(library.db, 1, [PassageText("Snails.", 1, "")], sha256=sha256)
    assert "papers/unfiled/a.pdf (1 passage)\n" in show()
    file.rename(file.with_name("b.pdf"))
    assert "papers/unfiled/b.pdf (1 passage)\n" in show()
    file.with_name("b.pdf").unlink()
    gone = "papers/unfiled/b.pdf is no longer here; 1 passage of it can still be found\n"
    assert gone in show()
    assert "(1 passage)" not in show()
    found = json.loads(show("--json"))
    assert (found["pdf"], found["n_passages"]) == (None, 1)


def test_a_long_caption_is_broken_into_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
        sha256 = "e" * 64
        stored = pdfs.Pdf(1, "papers/unfiled/a.pdf", sha256)
        pdfs.add_pdf(library.db, stored, n_bytes=9, at=NOW)
        caption = "Fig. 1. The gate " + "stops the invented words, " * 6
        pdfs.add_picture(library.db, 1, pdfs.Picture(sha256, 3, caption))
    assert run(["--library", str(tmp_path), "show", paper(1).id], Settings()) == 0
    lines = capsys.readouterr().out.splitlines()
    [first] = [line for line in lines if "-figure.png (page 3): Fig. 1. The gate" in line]
    assert lines[lines.index(first) + 1].startswith("  ")
    assert max(map(len, lines)) <= 80


def test_a_name_that_is_no_title_leads_to_the_search(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--library", str(folder), "show", "Field 2025"], Settings()) == 4
    said = " ".join(capsys.readouterr().err.split())
    assert "`reader search` finds it by an author's name or by other words." in said
