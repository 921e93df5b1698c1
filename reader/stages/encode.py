"""Keep the index current: full text first, then vectors for what has none."""

from __future__ import annotations

from reader.errors import ModelError
from reader.library.folder import Library
from reader.stages.rank import topic_text
from reader.stages.tools import Encoder, Problem, Tools
from reader.store import index
from reader.store.vector_files import append

TEXTS_AT_ONCE = 2000
"""Papers put into the full text in one transaction."""

VECTORS_AT_ONCE = 64
"""Texts encoded before their vectors are kept: what a kill can cost is seconds."""


def index_words(library: Library, tools: Tools) -> None:
    """Put new and changed papers, notes and highlights into the full text."""
    for paper in index.notes_without_text(library.db):
        index.add_note_text(library.db, paper)
    for paper in index.highlights_without_text(library.db):
        index.add_highlight_texts(library.db, paper)
    n_done = 0
    while rows := index.papers_without_text(library.db, limit=TEXTS_AT_ONCE):
        index.add_paper_texts(library.db, rows)
        n_done += len(rows)
        tools.progress("words", n_done, n_done)


def encode(library: Library, tools: Tools, *, papers: list[int] | None = None) -> list[Problem]:
    """Make the vectors that are missing: all, or those of some papers.

    Resumable: what was encoded is kept in small transactions. A model that is missing or
    broken is one problem; full text works without it.
    """
    waiting = index.texts_without_vector(library.db, tools.encoder_name, papers=papers)
    topics = [] if papers is not None else _topics_without_vector(library, tools)
    if not waiting and not topics:
        return []
    try:
        encoder = tools.encoder()
        _encode_topics(library, encoder, topics)
        for start in range(0, len(waiting), VECTORS_AT_ONCE):
            tools.progress("encode", start, len(waiting))
            part = waiting[start : start + VECTORS_AT_ONCE]
            vectors = encoder.encode_passages([text for _, text in part])
            kept = [
                (h, v.astype("float16").tobytes()) for (h, _), v in zip(part, vectors, strict=True)
            ]
            index.add_vectors(library.db, encoder.name, kept)
        append(library.db, encoder.name)
    except ModelError as error:
        return [Problem("encode", f"{len(waiting)} texts", error)]
    tools.progress("encode", len(waiting), len(waiting))
    return []


def _topics_without_vector(library: Library, tools: Tools) -> list[str]:
    texts = [topic_text(t) for t in library.config.topics if t.words]
    return [t for t in texts if not index.has_vector(library.db, tools.encoder_name, t)]


def _encode_topics(library: Library, encoder: Encoder, texts: list[str]) -> None:
    kept = [
        (index.hash_of(text), encoder.encode_query(text).astype("float16").tobytes())
        for text in texts
    ]
    index.add_vectors(library.db, encoder.name, kept)
