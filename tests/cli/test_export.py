"""Run `reader export` as a person does: papers as references, chosen and whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.installed import run_here

BIB = r"""
@article{a, title={Whistling Moss in Old Gardens}, author={Ada Field}, year=2019, doi={10.5555/1},
  journal={Garden Studies}, annote={My words on moss. They are two sentences.}}
@misc{c, title={Bees}, eprint={2506.00002}, archivePrefix={arXiv}}
@misc{d, title={Ants of Moss}, author={Bo Lind}, year=2020, doi={10.5555/3}}
"""
BEES, LIND, FIELD = "anon2025bees", "lind2020ants", "field2019whistling"


@pytest.fixture
def filled(library: Path, tmp_path: Path) -> Path:
    file = tmp_path / "old.bib"
    file.write_text(BIB, "utf-8")
    run_here("import", str(file), library=library)
    run_here("file", "10.5555/3", "speech/recognition", library=library)
    return library


def keys(*args: str, library: Path) -> list[str]:
    ran = run_here("export", "--format", "bibtex", *args, library=library)
    assert (ran.code, ran.err) == (0, "")
    return re.findall(r"@\w+\{(\w+),", ran.out)


def test_all_papers_are_written_or_those_that_fit(filled: Path) -> None:
    every = keys(library=filled)
    assert (len(every), set(every) >= {BEES, FIELD, LIND}) == (6, True)
    assert keys("--state", "read", library=filled) == [FIELD]
    assert keys("--topic", "speech", library=filled) == [LIND]
    assert keys("--query", "moss -whistling", library=filled) == [LIND]
    assert keys("--query", "year:2019-2020", "--state", "candidate", library=filled) == [LIND]
    assert keys("Bees", "10.5555/1", "Bees", library=filled) == [BEES, FIELD]


def test_a_file_is_written_whole_and_said(filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "refs.json"
    ran = run_here(
        "export", "--format", "csl-json", "--topic", "speech", "--to", str(file), library=filled
    )
    assert (ran.code, ran.out, ran.err) == (0, "", f"written: {file} (1 paper)\n")
    assert [item["id"] for item in json.loads(file.read_text("utf-8"))] == [LIND]


def test_what_of_a_query_is_read_in_another_way_is_said(filled: Path) -> None:
    ran = run_here("export", "--format", "ris", "--topic", "recognitio", library=filled)
    assert (ran.out, ran.err) == (
        "",
        "Nothing is filed under recognitio. Did you mean speech/recognition?\n",
    )


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["Bees"], "Notes are written all, each to its own file."),
        (["--topic", "speech"], "Notes are written all, each to its own file."),
        (["--format", "csv", "Bees", "--state", "pick"], "Give IDs, or what papers must fit"),
    ],
)
def test_what_cannot_go_together_is_refused(filled: Path, args: list[str], what: str) -> None:
    ran = run_here("export", *args, library=filled)
    assert (ran.code, ran.out, ran.err[: len(f"reader: {what}")]) == (2, "", f"reader: {what}")
