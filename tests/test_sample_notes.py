"""notes/ in this repository is what `reader export` writes, and is nobody's note."""

from __future__ import annotations

import html
import re
from pathlib import Path

import click
import pytest

from reader.cli.frame import Settings, run
from reader.library.folder import make_library
from reader.library.paper import Paper
from reader.library.rows.papers import add_papers, papers_named
from reader.notes.export import export
from reader.notes.write import add_note
from tests.data import ROOT
from tests.picture import PICTURE, readme_block, sample_block, sample_screen
from tests.sample_notes import exported_samples


def test_the_sample_notes_are_what_export_writes(tmp_path: Path) -> None:
    kept = {
        file.relative_to(ROOT / "notes").as_posix(): file.read_text("utf-8")
        for file in (ROOT / "notes").rglob("*.md")
    }
    assert exported_samples(tmp_path) == kept
    assert len(kept) == 6  # a page for each of two topics and for the week


def test_the_block_in_the_readme_is_the_real_screen(tmp_path: Path) -> None:
    assert readme_block() == sample_block(tmp_path)
    assert len(readme_block().splitlines()) == 24


def test_the_picture_in_the_readme_is_the_real_screen(tmp_path: Path) -> None:
    drawn = html.unescape(re.sub("<[^>]+>", "", PICTURE.read_text("utf-8"))).replace("\xa0", " ")
    lines = [click.unstyle(line).strip() for line in sample_screen(tmp_path)]
    missing = [
        line for line in lines if line and line.replace(" ", "") not in drawn.replace(" ", "")
    ]
    assert missing == []


def test_a_sample_is_never_read_in_as_someones_note(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with make_library(tmp_path / "library") as library:
        paper = Paper(ids=("arxiv:2611.90999",), title="Quiet Trains", authors=("Ada Pome",))
        add_papers(library.db, [paper], source="by hand", on=library.today())
        (library_paper,) = papers_named(library.db, "Quiet")
        add_note(library, library_paper, "Trains are quiet. I checked.")
        export(library)
        (file,) = (library.folder / "notes" / "unfiled").glob("20*.md")
        sample = '---\ntitle: "Quiet Trains"\nsample: true\n---\n\nNot mine.\n'
        file.write_text(sample, encoding="utf-8")
    assert run(["export"], Settings(library=tmp_path / "library")) == 5
    assert "is a sample, so it was left alone" in capsys.readouterr().err
    assert file.read_text("utf-8") == sample
