"""Test the cache of drawn pages: drawn once, bounded, failures not repeated."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reader.base.errors import PdfError
from reader.pdfs.text.answer import PageText, PictureForm
from reader.web.files import FAILED_S, WIDTHS, Drawn, width_for

FILE = Path("a.pdf")


@dataclass
class Hand:
    """A fake drawer: waits while its gate is shut, and counts the calls."""

    asked: list[tuple[str, int, int]] = field(default_factory=list)
    gate: threading.Event | None = None
    fails: bool = False
    n_closed: int = 0

    def page_text(self, path: Path, page: int) -> PageText:
        self.asked.append((path.name, page, 0))
        return PageText(3, 600, 800, (), ())

    def page_image(
        self,
        path: Path,
        page: int,
        width: int,
        *,
        form: PictureForm,
        is_unmarked: bool = False,
        printed: Path | None = None,
    ) -> bytes:
        self.asked.append((path.name, page, width))
        if self.gate:
            self.gate.wait(10)
        if self.fails:
            raise PdfError(file="a.pdf", what="took too long", hint="", kind="time")
        return bytes(width)

    def page_part(self, path: Path, page: int, width: int, box: Sequence[int]) -> bytes:
        self.asked.append((path.name, page, width))
        return bytes(box)

    def facts(self, path: Path, task: str, **asked: int | str) -> bytes:
        self.asked.append((path.name, int(asked.get("page", 0)), 0))
        return b"of " + task.encode()

    def close(self) -> None:
        self.n_closed += 1


def test_a_page_is_drawn_once_until_its_file_changes() -> None:
    hand = Hand()
    drawn = Drawn(lambda: hand)
    for stamp in ("1", "1", "2"):
        assert drawn.image(FILE, stamp, 1, 600) == bytes(600)
        assert drawn.text(FILE, stamp, 1).n_pages == 3
        assert drawn.facts(FILE, stamp, "layout", page=2) == b"of layout"
    assert hand.asked == [("a.pdf", 1, 600), ("a.pdf", 1, 0), ("a.pdf", 2, 0)] * 2


def test_kept_pages_stay_within_the_limit() -> None:
    hand = Hand()
    drawn = Drawn(lambda: hand, most_bytes=2000)
    for page in (1, 2, 3, 1, 4, 1, 2):
        drawn.image(FILE, "1", page, 600)
    assert [page for _, page, _ in hand.asked] == [1, 2, 3, 4, 2]


def test_a_page_requested_several_times_at_once_is_drawn_once() -> None:
    hand = Hand(gate=threading.Event())
    drawn = Drawn(lambda: hand)
    with ThreadPoolExecutor(4) as threads:
        several = [threads.submit(drawn.image, FILE, "1", 1, 600) for _ in range(4)]
        assert hand.gate is not None
        hand.gate.set()
        assert [one.result() for one in several] == [bytes(600)] * 4
    assert len(hand.asked) == 1


def test_a_failed_page_is_not_retried_for_a_while() -> None:
    hand, now = Hand(fails=True), [0.0]
    drawn = Drawn(lambda: hand, clock=lambda: now[0])
    for at in (0.0, FAILED_S - 1, FAILED_S + 1):
        now[0] = at
        with pytest.raises(PdfError):
            drawn.image(FILE, "1", 1, 600)
    assert len(hand.asked) == 2
    hand.fails = False
    assert drawn.image(FILE, "1", 2, 600) == bytes(600)


def test_processes_start_with_the_first_page_and_end_on_close() -> None:
    started: list[Hand] = []

    def start() -> Hand:
        started.append(Hand())
        return started[-1]

    drawn = Drawn(start)
    drawn.close()
    assert started == []
    drawn.image(FILE, "1", 1, 600)
    drawn.close()
    assert [hand.n_closed for hand in started] == [1]


@pytest.mark.parametrize(
    ("asked", "width"),
    [("", 900), ("1", 240), ("241", 600), ("601", 900), ("2400", 2400), ("99999", 2400),
     ("-3", 900), ("1e9", 900), ("9" * 400, 900)],
)  # fmt: skip
def test_only_some_widths_are_drawn(asked: str, width: int) -> None:
    assert width_for(asked) == width
    assert width in WIDTHS
