"""Measure search: what it finds, and what it costs.

    python -m tests.benchmarks.search [--data DIR] [--json] [--quick] [--only SUBJECT]

    questions  what is asked: notes, half-remembered ones, title words, quoted sentences
    encoding   vectors, kept between runs
    pool       the library that is searched: drawn papers and PDFs
    ways       four ways to answer: the program's, its halves, plain bm25
    quality    how high what was meant stands
    mixed      notes and papers in one list
    cost       size, memory, time to add, a million passages
    katakana   the English words that are found for katakana words
    likeness   many vectors drawn like few
    shared     the shared index in PostgreSQL beside the own one
    pgvector   ways to keep vectors in PostgreSQL

How long a search takes from a cold start is in `speed`.
"""

from tests.benchmarks.frame import Subject
from tests.benchmarks.search import cost, katakana, mixed, pgvector, quality, shared

SUBJECTS = (
    Subject("quality", quality.measure),
    Subject("mixed", mixed.measure),
    Subject("cost", cost.measure),
    Subject("katakana", katakana.measure),
    Subject("shared", shared.measure),
    Subject("pgvector", pgvector.measure),
)
