"""Play real days of arXiv from the data beside the checkout, over real HTTP.

    python -m tests.replay --data ../shared/data --now 2025-06-03T06:30+09:00 --days 7

prints the addresses for a feeds.toml and serves until Ctrl-C; GET /replay/now?at=ISO
moves its clock, so that one process can walk a week. As a library:

    with replay(DATA, now=..., first=..., last=...) as server: ...

What the data does not say is derived by these rules:

- It has the day of each paper's listing, not its submission. The papers of one listing
  day are spread evenly, in order of id, over the window that arXiv's calendar gives for
  that day (announcement.window): the n-th of m at start + (n + 1/2) / m of it, rounded
  down to a second. After a holiday the true window is longer; the rule keeps to the
  regular one.
- No listing day of the data is a Saturday or Sunday (88,450 papers looked at); one that
  were would be played on the Monday after.
- Papers without a listing day (papers_undated) are not played, and there are no
  replacements: only first versions.
- Where `categories_partial` is true the order of categories means nothing, so "new" or
  "cross" in the announcement feed is then a guess.

Recordings are served as they are under /feeds/<file name>. PDFs are those of
files/papers whose arXiv id is known (none of them from the days played); --any-pdf
serves one of these for every id.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

from reader.cli.demo.server import PlayedPaper, Reply
from reader.library.calendar import is_listing_day, window
from reader.library.paper import Paper
from tests.data import DATA
from tests.play import PlayServer


@dataclass
class Clock:
    """A moment that is moved by hand."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


class Replay(PlayServer):
    """A server whose clock can be moved, in Python or by a request."""

    def __init__(
        self, papers: Iterable[PlayedPaper], *, clock: Clock, data: Path, any_pdf: bool, port: int
    ) -> None:
        pdfs = real_pdfs(data, any_pdf=any_pdf)
        super().__init__(papers, clock=clock, feeds=recordings(data), pdfs=pdfs, port=port)
        self._moment = clock

    def move_to(self, now: datetime) -> None:
        self._moment.now = now

    def answer(self, target: str) -> Reply:
        parts = urlsplit(target)
        if parts.path != "/replay/now":
            return super().answer(target)
        asked = parse_qs(parts.query).get("at")
        try:
            if asked:
                # A bare "+" of an offset arrives as a space.
                self.move_to(moment(asked[0].replace(" ", "+")))
        except ValueError as error:
            return Reply(400, f"{error}\n".encode(), {"Content-Type": "text/plain"})
        return Reply(200, f"{self.clock().isoformat()}\n".encode(), {"Content-Type": "text/plain"})


def replay(
    data: Path,
    *,
    now: datetime,
    first: date | None = None,
    last: date | None = None,
    any_pdf: bool = False,
    port: int = 0,
) -> Replay:
    """Give a server for the listing days from `first` to `last`, its clock at `now`.

    Both days belong to it; None means as far as the data goes. A day costs about 1 MB.
    """
    papers = load(data, first=first or date.min, last=last or date.max)
    return Replay(papers, clock=Clock(now), data=data, any_pdf=any_pdf, port=port)


def load(data: Path, *, first: date, last: date) -> list[PlayedPaper]:
    """Read the papers of some listing days, reading no month that is not needed."""
    days: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for path in sorted((data / "arxiv" / "papers").glob("papers_2*.jsonl.xz")):
        month = path.name.removeprefix("papers_")[:7]
        if not f"{first:%Y-%m}" <= month <= f"{last:%Y-%m}":
            continue
        for row in _rows(path):
            day = date.fromisoformat(row["announced"])
            if first <= day <= last:
                days[_listing(day)].append(row)
    return [played for day in sorted(days) for played in spread(day, days[day])]


def spread(day: date, rows: Sequence[dict[str, Any]]) -> Iterator[PlayedPaper]:
    """Give a day's papers their submission times, by the rule at the top."""
    start, end = window(day)
    for n, row in enumerate(sorted(rows, key=lambda row: str(row["id"]))):
        at = (start + (end - start) * (n + 0.5) / len(rows)).replace(microsecond=0)
        paper = Paper(
            ids=(f"arxiv:{row['id']}",),
            title=row["title"],
            authors=tuple(row["authors"] or ()),
            abstract=row["abstract"] or "",
            categories=tuple(row["categories"] or ()),
            comment=row["comment"] or "",
            published_on=at.date(),
            announced_on=day,
            version=1,
        )
        yield PlayedPaper(paper, at)


def recordings(data: Path) -> dict[str, bytes]:
    """Read the recorded feeds, by file name."""
    folder = data / "arxiv" / "recordings"
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.suffix != ".tsv"}


def real_pdfs(data: Path, *, any_pdf: bool) -> Callable[[str], bytes | None]:
    """Give a function from arXiv id to the bytes of a real PDF, None where there is none."""
    folder = data / "files"
    lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    known: dict[str, Path] = {
        row["arxiv_id"]: folder / row["file"] for row in map(json.loads, lines) if row["arxiv_id"]
    }
    several = sorted(known.values())

    def pdf(number: str) -> bytes | None:
        if number in known:
            return known[number].read_bytes()
        return several[sum(number.encode()) % len(several)].read_bytes() if any_pdf else None

    return pdf


def moment(text: str) -> datetime:
    """Read an ISO time with its offset. Raises ValueError for one without."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} needs an offset, such as +09:00")
    return at


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description="Play real days.")
    parser.add_argument("--data", type=Path, default=DATA, help="laid out as ../shared/data")
    parser.add_argument("--now", type=moment, required=True, help="2025-06-03T06:30+09:00")
    parser.add_argument("--days", type=int, default=7, help="before and after --now")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--any-pdf", action="store_true", help="a real PDF for every id")
    asked = parser.parse_args(arguments)
    if asked.data is None or not (asked.data / "arxiv").is_dir():
        parser.error("there is no data here: name its folder with --data")
    around = timedelta(days=asked.days)
    first, last = asked.now.date() - around, asked.now.date() + around
    with replay(
        asked.data, now=asked.now, first=first, last=last, any_pdf=asked.any_pdf, port=asked.port
    ) as server:
        sys.stdout.write(feeds_toml(server))
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            Event().wait()
    return 0


def feeds_toml(server: PlayServer) -> str:
    """Write a feeds.toml whose addresses are all this server's."""
    timeline = server.feed_url("social_mastodon__feeddeck__responseTag.xml")
    blog = server.feed_url("blog_rss__Olshansk__feed_eleuther_papers.xml")
    return f"""[arxiv]
categories = ["cs.CL", "eess.AS", "cs.SD"]
{server.arxiv_toml()}
[topics."speech/translation"]
lane = "own"
words = ["speech translation", "simultaneous interpretation"]

[topics."speech/recognition"]
lane = "own"
words = ["speech recognition"]

[topics."nlp/llm"]
lane = "near"
words = ["large language model"]

[[feed]]
url = "{timeline}"
kind = "posts"

[[feed]]
url = "{blog}"
kind = "posts"
"""


def _listing(day: date) -> date:
    return day if is_listing_day(day) else _listing(day + timedelta(days=1))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    raise SystemExit(main())
