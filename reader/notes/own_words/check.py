"""Hold a note against its paper: abstract, highlights and passages. Decides no thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.base.errors import ModelError
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.notes.own_words.judge import check
from reader.notes.own_words.texts import Check, Closeness, SourceText
from reader.pdfs.highlights import shown
from reader.pdfs.rows import highlights
from reader.search.rows import index

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reader.search.protocol import Encode


def check_note(
    library: Library, held: LibraryPaper, text: str, *, closeness: Closeness | None = None
) -> Check:
    """Tell own words from copied ones, sentence by sentence.

    closeness: what finds translations; None where there is no model, and the check says so.
    """
    return check(text, sources_of(library, held.row), closeness=closeness)


def check_typed(library: Library, held: LibraryPaper, text: str, encode: Encode | None) -> Check:
    """Do the same while somebody writes or saves: by words alone where a model fails, too.

    encode: the encoder of notes, None for none.
    """
    try:
        closeness = closeness_of(encode) if encode else None
        return check_note(library, held, text, closeness=closeness)
    except ModelError:
        return check_note(library, held, text)  # what is copied counts as such without a model


def sources_of(library: Library, row: int) -> list[SourceText]:
    """List a paper's texts. What stands in several is named by the first: the abstract, then
    what the person marked, then the PDF's passages."""
    paper = papers.papers_at(library.db, [row])[0].paper
    found = [SourceText(paper.title, "title"), SourceText(paper.abstract, "abstract")]
    for one in shown(highlights.highlights_of(library.db, row)):
        if one.gone_at is None:
            found.append(SourceText(one.highlight.text, "highlight", one.highlight.page))
    for passage in index.passages_of(library.db, row):
        found.append(SourceText(passage.text, "passage", passage.page))
    return [source for source in found if source.text.strip()]


def closeness_of(encode: Encode) -> Closeness:
    """Make what compares sentences by meaning out of the encoder of notes.

    encode: gives the encoder's name and a text's unit vector (d,).
    """
    vectors: dict[str, NDArray[np.float32]] = {}

    def vector(text: str) -> NDArray[np.float32]:
        if text not in vectors:
            vectors[text] = encode(text)[1]
        return vectors[text]

    def closeness(ours: Sequence[str], theirs: Sequence[str]) -> list[list[float]]:
        columns = [vector(text) for text in theirs]
        return [[float(vector(text) @ column) for column in columns] for text in ours]

    return closeness
