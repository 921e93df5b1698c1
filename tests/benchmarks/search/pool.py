"""Build the library that questions are put to: papers drawn with the wanted ones, and PDFs.

Everything goes through the program's own stages and store, so that what is searched is
what a person would have.
"""

from __future__ import annotations

import functools
import hashlib
import random
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NoReturn

from reader.base.errors import PdfError
from reader.library.folder import Library, make_library
from reader.library.paper import Paper
from reader.library.rows import papers
from reader.morning.pipe import Tools
from reader.pdfs.fetch import passages_of
from reader.pdfs.text.process import PdfPool
from reader.search.encode import encode, index_words
from reader.search.rows import index
from tests.benchmarks.frame import DataMissing
from tests.benchmarks.library import rows_of
from tests.benchmarks.pdfs.truth import Truth
from tests.benchmarks.search.encoding import Indexing, Model
from tests.samples import learn_nothing, silent, talk_as_before

SEED = 5
DAY = date(2025, 12, 30)


@dataclass(frozen=True, slots=True)
class Pool:
    """A library whose every text has a vector. rows: of its papers, by id."""

    library: Library
    encoder: Model
    rows: dict[str, int]


@functools.cache
def all_papers(data: Path) -> tuple[Paper, ...]:
    """Read every paper of the data, always in the same order. Raises DataMissing."""
    files = sorted((data / "arxiv" / "papers").glob("papers_*.xz"))
    found = {row["id"]: row for path in files for row in rows_of(path)}
    if not found:
        raise DataMissing(f"there are no papers in {data / 'arxiv' / 'papers'}")
    return tuple(
        Paper(
            ids=(f"arxiv:{id_}",),
            title=row["title"],
            authors=tuple(row["authors"] or ()),
            abstract=row["abstract"] or "",
            version=1,
        )
        for id_, row in sorted(found.items())
    )


def drawn(several: Sequence[Paper], wanted: Collection[str], n: int) -> list[Paper]:
    """Give the wanted papers and others up to `n`, drawn at random; a larger draw holds a
    smaller one."""
    order = random.Random(SEED).sample(range(len(several)), len(several))
    chosen = {paper.id: paper for paper in several if paper.id in wanted}
    for i in order:
        if len(chosen) >= n:
            break
        chosen.setdefault(several[i].id, several[i])
    return list(chosen.values())


def paper_of(truth: Truth, abstract: str = "") -> Paper:
    """Give the paper of a PDF; one without a printed id gets one made of its name."""
    name = hashlib.sha256(truth.file.encode()).hexdigest()[:12]
    ids = tuple(sorted(truth.ids)) or (f"doi:10.0000/{name}",)
    return Paper(ids=ids, title=truth.title, authors=truth.authors, abstract=abstract)


@contextmanager
def opened(
    folder: Path, several: Sequence[Paper], pdfs: Sequence[Truth], encoder: Model
) -> Iterator[Pool]:
    """Make a library of papers, and of PDFs with all their passages, in a new folder."""
    with make_library(folder) as library, PdfPool() as pool:
        tools = tools_of(encoder, pool)
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        added = [*several, *_add_pdfs(library, tools, pdfs)]
        index_words(library, tools)
        if problems := encode(library, tools):
            raise problems[0].error
        yield Pool(library, encoder, _rows(library, added))


def tools_of(encoder: Model, pool: PdfPool) -> Tools:
    """Give tools that read PDFs and encode, and reach nothing else."""

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("building a library must not need this")

    return Tools(
        fetch=refuse,
        encoder=lambda: Indexing(encoder),
        encoder_name=encoder.name,
        token_counter=lambda: encoder.count_tokens,
        check_pdf=refuse,
        read_pdf=pool.read,
        read_pdfs=pool.read_all,
        read_marks=refuse,
        read_looks=refuse,
        read_word_places=refuse,
        read_first=refuse,
        read_marked=refuse,
        read_pictures=refuse,
        fit_topic=learn_nothing,
        fit_talk=talk_as_before,
        progress=silent,
    )


def _add_pdfs(library: Library, tools: Tools, pdfs: Sequence[Truth]) -> list[Paper]:
    """Add the papers of PDFs with their passages and the abstracts that are read in them."""
    answers = dict(tools.read_pdfs([truth.path for truth in pdfs]))
    added: list[Paper] = []
    for truth in pdfs:
        path, answer = truth.path, answers[truth.path]
        if isinstance(answer, PdfError):
            raise answer
        # As when a person adds a PDF: a library whose papers are titles alone is found otherwise.
        added.append(paper_of(truth, answer.abstract))
        papers.add_papers(library.db, added[-1:], source="arXiv", on=DAY)
        paper = papers.paper_with_id(library.db, added[-1].id)
        if paper is not None and index.n_passages(library.db, paper.row) == 0:
            cut = passages_of(answer, tools)
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            index.add_passages(library.db, paper.row, cut, sha256=sha256)
    return added


def _rows(library: Library, several: Sequence[Paper]) -> dict[str, int]:
    found = {p.id: papers.paper_with_id(library.db, p.id) for p in several}
    return {id_: paper.row for id_, paper in found.items() if paper is not None}
