"""Measure the pages: how soon they are there, what they weigh, whether many readers do harm.

    python -m tests.benchmarks.web [--data DIR] [--json] [--quick] [--only SUBJECT]

    house      the library that is served, and the real `reader serve` in front of it
    asking     a client that keeps its connection, and what the server's process spends
    server     time to answer today and a search, memory at rest
    readers    two hundred at once, while notes are saved
    paint      what Chromium sees: first byte, first paint, whole page; what pages weigh

Seconds on the clock are meant for a quiet machine; beside them stand CPU seconds.
"""

from tests.benchmarks.frame import Subject
from tests.benchmarks.web import paint, readers, server

SUBJECTS = (
    Subject("server", server.measure),
    Subject("readers", readers.measure),
    Subject("paint", paint.measure),
)
