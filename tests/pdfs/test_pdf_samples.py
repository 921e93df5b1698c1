"""Test the fronts of sample PDFs: invented papers in the layouts of LaTeX classes and of Writer."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pymupdf
import pytest

from reader.library.passage import Document
from reader.pdfs.text.pages import document_of
from tests.benchmarks.pdfs import compare

SAMPLES = Path(__file__).with_name("samples")


class Case(NamedTuple):
    truth: dict[str, Any]
    read: Document

    @property
    def is_right(self) -> bool:
        return compare.bare(self.read.title) == compare.bare(self.truth["title"])


def read(truth: dict[str, Any]) -> Case:
    with pymupdf.open(SAMPLES / truth["file"]) as file:
        return Case(truth, document_of(pymupdf, file, lambda *_: None))


@cache
def cases(*, are_scanned: bool) -> list[Case]:
    lines = (SAMPLES / "truth.jsonl").read_text("utf-8").splitlines()
    truths = [json.loads(line) for line in lines]
    return [read(truth) for truth in truths if truth["is_scanned"] is are_scanned]


def test_of_twenty_titles_nineteen_are_exact_at_least() -> None:
    titled = [case for case in cases(are_scanned=False) if case.truth["title"]]
    assert sum(case.is_right for case in titled) >= 0.95 * len(titled)


def test_no_wrong_title_is_told_as_sure() -> None:
    wrong = [case for case in cases(are_scanned=False) if not case.is_right]
    assert [case.truth["file"] for case in wrong if case.read.is_title_sure] == []


def test_pages_of_contents_and_text_have_no_title() -> None:
    untitled = [case for case in cases(are_scanned=False) if not case.truth["title"]]
    assert len(untitled) > 9
    assert [case.read.title for case in untitled if case.read.title] == []


def test_first_authors_stand_first() -> None:
    named = [case for case in cases(are_scanned=False) if case.truth["authors"]]
    hits = [
        [compare.name(name) for name in case.read.authors[:1]]
        == [compare.name(case.truth["authors"][0])]
        for case in named
    ]
    assert sum(hits) >= 0.95 * len(hits)


def test_english_abstracts_before_another_text_are_told() -> None:
    told = {case.truth["file"]: case.read.abstract_language for case in cases(are_scanned=False)}
    assert told == {
        case.truth["file"]: case.truth["abstract_language"] for case in cases(are_scanned=False)
    }


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_the_title_of_a_scan_is_read_but_never_sure() -> None:
    scans = cases(are_scanned=True)
    assert sum(case.is_right for case in scans) >= 2
    assert not any(case.read.is_title_sure for case in scans)
