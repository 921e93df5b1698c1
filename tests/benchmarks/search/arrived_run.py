"""Take one PDF that has just arrived until its passages are found by meaning.

    python arrived_run.py LIBRARY FILE

Writes how many passages it came to. Imports the installed reader alone.
"""

from __future__ import annotations

import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from reader.base.machine import cache_folder
from reader.library.folder import Library, open_library
from reader.library.paper import Paper
from reader.library.rows import papers, pdfs
from reader.morning.pipe import Tools
from reader.pdfs.fetch import extract
from reader.pdfs.text.process import PdfPool
from reader.search.encode import Encoder, encode, index_words
from reader.search.encoder import open_encoder, open_token_counter
from reader.search.encoder.models import encoder_name
from reader.search.rows import index
from tests.samples import learn_nothing, silent, talk_as_before

NOW = datetime(2025, 12, 30, 12, tzinfo=UTC)
NAME = "10.0000/arrived"


def main(folder: Path, file: Path) -> None:
    with open_library(folder, now=lambda: NOW) as library, PdfPool() as pool:
        row = _arrive(library, file)
        tools = _tools(library, pool)
        index_words(library, tools)
        problems = extract(library, tools, only=[row]) + encode(library, tools, papers=[row])
        if problems:
            raise problems[0].error
        n = index.n_passages(library.db, row)
        if not n or index.n_without_vector(library.db, tools.encoder_name):
            raise AssertionError("the PDF is not found")
    sys.stdout.write(f"{n} passages\n")


def _arrive(library: Library, file: Path) -> int:
    """Put the PDF where a fetch would have put it."""
    paper = Paper(ids=(f"doi:{NAME}",), title="The one that has just arrived")
    papers.add_papers(library.db, [paper], source="by hand", on=library.today())
    library_paper = papers.paper_with_id(library.db, paper.id)
    if library_paper is None:
        raise AssertionError("the paper is not there")
    content = file.read_bytes()
    (library.folder / "arrived.pdf").write_bytes(content)
    pdf = pdfs.Pdf(library_paper.row, "arrived.pdf", hashlib.sha256(content).hexdigest())
    pdfs.add_pdf(library.db, pdf, n_bytes=len(content), at=library.now())
    return library_paper.row


def _tools(library: Library, pool: PdfPool) -> Tools:
    model = library.config.encoder
    opened: list[Encoder] = []

    def encoder() -> Encoder:
        if not opened:
            opened.append(open_encoder(model, cache=cache_folder()))
        return opened[0]

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("what has arrived must not need this")

    return Tools(
        fetch=refuse,
        encoder=encoder,
        encoder_name=encoder_name(model, cache_folder()),
        token_counter=lambda: open_token_counter(model, cache=cache_folder()),
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


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
