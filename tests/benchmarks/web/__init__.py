"""Measure the pages: how soon they are there, what they weigh, whether many readers do harm.

    python -m tests.benchmarks.web [--data DIR] [--json] [--quick] [--only SUBJECT]

    house      the library that is served, and the real `reader serve` in front of it
    asking     a client that keeps its connection, and what the server's process spends
    server     time to answer today and a search, memory at rest
    pages      CPU for each kind of page
    readers    two hundred at once, while notes are saved
    typed      frames that take too long while one types in a note
    paint      what Chromium sees: first byte, first paint, whole page; what pages weigh
    reading    the page on which a PDF is read: first page, scroll, memory, CPU, selected words

Seconds on the clock are meant for a quiet machine; beside them stand CPU seconds.
"""

from tests.benchmarks.frame import Subject
from tests.benchmarks.web import pages, paint, readers, reading, server, typed

SUBJECTS = (
    Subject("server", server.measure),
    Subject("pages", pages.measure),
    Subject("readers", readers.measure),
    Subject("paint", paint.measure),
    Subject("reading", reading.measure),
    Subject("typed", typed.measure),
)
