"""Compare marked copies with a simple model, over any order of hand-ins and removals.

The model: each place (a file, or a paper's page) has what came from it, in order. Its last
copy's marks stand. A copy that is removed has never come, wherever it came from.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.library.folder import Library
from reader.library.highlight import Highlight
from reader.library.rows import highlights, papers, pdfs
from reader.morning.pipe import Tools
from reader.pdfs.back import back, handed_in
from reader.pdfs.marked_copies import remove_copy
from tests import samples
from tests.pdfs.test_returning import (
    RAIN,
    SLEPT,
    SNAILS,
    STICKY,
    library_paper,
    pdf,
    put,
    read_looks,
    read_marks,
    read_pdf,
    there,
)
from tests.samples import DAY, FEEDS_TOML, NOW, Clock, a_library, paper

RED_RAIN = replace(RAIN, colour="#ff0000")
UNMARKED = 0
MARKS = ((), (RAIN,), (RAIN, SLEPT), (SLEPT, STICKY), (RED_RAIN,), (), (STICKY,), (RAIN, STICKY))
"""What is marked in each copy; the first is the paper's own PDF, of which no copy is kept."""
GROWN = 7, 1
"""The first of them paints what the second does, and has all its marks: it takes its place. All
others paint something of their own."""
PAGE, FILES = "page", ("a.pdf", "b.pdf", "c.pdf")


def content(n: int) -> bytes:
    drawn = GROWN[1] if n == GROWN[0] else n
    return pdf(*MARKS[n], ink=(drawn,)) if n != UNMARKED else pdf()


@dataclass
class Model:
    came: dict[str, list[int]] = field(default_factory=dict)
    """Place → the copies that came from it, the newest last."""
    lies: dict[str, int] = field(default_factory=dict)
    """Place → what lies there, if it was removed or not; nothing lies at a page."""
    kept: list[int] = field(default_factory=list)
    """The copy that came last at the end."""
    states: list[Highlight] = field(default_factory=list)
    """Each state of a mark, as it came first."""

    def hand(self, place: str, n: int) -> None:
        last = self.lies.get(place)
        elsewhere = [k for p, came in self.came.items() if p != place for k in came]
        is_grown = (n, last) == GROWN and last in self.kept and last not in elsewhere
        if is_grown and n not in self.kept:
            self.kept.remove(GROWN[1])
            self.came[place] = [n if k == GROWN[1] else k for k in self.came[place]]
        self.came.setdefault(place, []).append(n)
        self.lies[place] = n
        if n != UNMARKED:
            self.kept = [*(k for k in self.kept if k != n), n]
        self.states += [mark for mark in MARKS[n] if mark not in self.states]

    def remove(self, n: int) -> None:
        self.kept.remove(n)
        self.came = {place: [k for k in came if k != n] for place, came in self.came.items()}
        for came in filter(None, [self.came.get(PAGE)]):
            self.lies[PAGE] = came[-1]

    def standing(self) -> set[Highlight]:
        """Of two states of one mark the newer one is shown."""
        states = {mark for came in self.came.values() if came for mark in MARKS[came[-1]]}
        if {RAIN, RED_RAIN} <= states:
            states.remove(min(RAIN, RED_RAIN, key=self.states.index))
        return states


@contextmanager
def a_world(folder: Path, clock: Clock) -> Iterator[tuple[Library, Tools]]:
    tools = samples.tools(
        samples.Web(), read_pdf=read_pdf, read_marks=read_marks, read_looks=read_looks
    )
    (folder / "library").mkdir()
    with a_library(folder / "library", FEEDS_TOML, now=clock) as library:
        papers.add_papers(library.db, [paper(1, SNAILS)], source="arXiv", on=DAY)
        put(library.folder / "papers/snails.pdf", pdf())
        known = pdfs.Pdf(1, "papers/snails.pdf", hashlib.sha256(pdf()).hexdigest())
        pdfs.add_pdf(library.db, known, n_bytes=len(pdf()), at=NOW)
        yield library, tools


Act = tuple[str, int]
"""A place and the copy that is handed in there; or `last`/`any` and which copy is removed."""
acts = st.one_of(
    st.tuples(st.sampled_from((PAGE, *FILES)), st.integers(0, len(MARKS) - 1)),
    st.tuples(st.sampled_from(("last", "any")), st.integers(0, len(MARKS) - 1)),
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(acts, min_size=1, max_size=12))
@example([("a.pdf", 1), ("last", 0), ("b.pdf", 1), ("b.pdf", 3), ("last", 0)])
@example([("a.pdf", 1), ("b.pdf", 3), ("b.pdf", 6), ("a.pdf", 2), ("any", 2)])
@example([("a.pdf", 1), ("a.pdf", 3), ("a.pdf", 6), ("any", 0), ("last", 0)])
@example([("page", 1), ("page", 3), ("page", 1), ("last", 0), ("last", 0)])
@example([("a.pdf", 1), ("a.pdf", 3), ("b.pdf", 3), ("last", 0), ("b.pdf", 3), ("c.pdf", 3)])
@example([("a.pdf", 1), ("a.pdf", 0), ("a.pdf", 2), ("last", 0)])
@example([("page", 1), ("page", 7), ("page", 3), ("last", 0), ("last", 0)])
def test_the_marks_that_stand_are_those_of_the_last_copy_of_each_place(
    sequence: list[Act],
) -> None:
    clock, model = Clock(), Model()
    with tempfile.TemporaryDirectory() as name, a_world(Path(name), clock) as (library, tools):
        for place, n in sequence:
            clock.now += timedelta(seconds=1)
            if place in ("last", "any"):
                if model.kept:
                    n = model.kept[-1 if place == "last" else n % len(model.kept)]
                    _remove(library, tools, n, by_name=place == "any")
                    model.remove(n)
            else:
                _hand(library, tools, Path(name, "pad", place), n)
                model.hand(place, n)
            assert set(there(library)) == model.standing()
            copies = highlights.marked_of(library.db, 1)
            assert [(library.folder / c.path).read_bytes() for c in copies] == [
                content(k) for k in model.kept
            ]


def _hand(library: Library, tools: Tools, file: Path, n: int) -> None:
    put(file, content(n))
    if file.name == PAGE:
        brought = handed_in(library, tools, file, library_paper(library), is_sure=True)
    else:
        (brought,) = back(library, tools, file, known=library_paper(library))
    assert brought.error is None


def _remove(library: Library, tools: Tools, n: int, *, by_name: bool) -> None:
    sha256 = hashlib.sha256(content(n)).hexdigest() if by_name else ""
    before = set(there(library))
    removed = remove_copy(library, tools, library_paper(library), sha256=sha256)
    assert (library.folder / removed.path).read_bytes() == content(n)
    now = set(there(library))
    words = {mark.text for mark in now}, {mark.text for mark in before}
    assert removed.n_gone == len(words[1] - words[0])
    assert removed.n_again == len(words[0] - words[1])
