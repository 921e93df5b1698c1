"""Invent a year of arXiv and of feeds, the same each time, and answer requests from it."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from hashlib import sha256
from itertools import accumulate

from reader.base.errors import SourceFailed
from reader.base.http import Request, Response
from reader.cli.demo.server import PlayedPaper, Reply
from reader.library.calendar import is_listing_day
from reader.library.paper import Paper
from tests.play import PlayServer
from tests.replay import spread

SEED = 20250602
OLD_PER_DAY = 380
TOPICS = ("speech translation", "speech recognition", "large language model")
N_SHOWN = 3
"""Posts in a feed."""
NEW_DAYS = 7
"""How old a paper is at most that a post names."""
MEMORY = "http://127.0.0.1:9"
"""The address of a world that answers without a network."""


def moment(day: date) -> datetime:
    """Give the morning of a day, after arXiv's feed of it was made."""
    return datetime.combine(day, time(7), UTC)


@functools.cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """Invent words, and how often each is used: the n-th one of n times as seldom as the first."""
    draw = random.Random(SEED)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u")]
    found = ["".join(draw.choices(syllables, k=draw.randint(1, 4))) for _ in range(4_000)]
    return found, list(accumulate(1 / n for n in range(1, len(found) + 1)))


def words(draw: random.Random, n: int) -> str:
    """Write n invented words."""
    known, often = _vocabulary()
    return " ".join(draw.choices(known, cum_weights=often, k=n))


def _record(number: str, draw: random.Random) -> dict[str, object]:
    about = f" {draw.choice(TOPICS)}" if draw.random() < 0.1 else ""
    return {
        "id": number,
        "title": words(draw, 8).capitalize() + about,
        "authors": [words(draw, 2).title() for _ in range(draw.randint(1, 6))],
        "abstract": words(draw, 120).capitalize() + ".",
        "categories": ["cs.CL"],
        "comment": "",
    }


def old_papers(n: int, before: date) -> Iterator[tuple[date, list[Paper]]]:
    """Invent n papers of the days before one, by day, oldest first."""
    days: list[date] = []
    day = before
    while len(days) * OLD_PER_DAY < n:
        day -= timedelta(days=1)
        if is_listing_day(day):
            days.append(day)
    draw = random.Random(SEED)
    for at, day in enumerate(reversed(days)):
        numbers = range(at * OLD_PER_DAY, min((at + 1) * OLD_PER_DAY, n))
        rows = [_record(f"15{1 + k // 90_000:02}.{1 + k % 90_000:05}", draw) for k in numbers]
        yield day, [played.paper for played in spread(day, rows)]


class World(PlayServer):
    """arXiv and feeds from `first` to `last`; `/now/DAY` moves its clock.

    Half of the posts name a new paper; one in thirty names a paper that its registry does not
    know, and one a short address that leads nowhere.
    """

    def __init__(self, first: date, last: date, n_feeds: int, per_day: int) -> None:
        self.now = moment(first)
        self._n_feeds = n_feeds
        # Feeds name papers from before the first day too.
        back = 7 * N_SHOWN + NEW_DAYS
        days = (first + timedelta(days=n) for n in range(-back, (last - first).days + 1))
        self._numbers = {
            day: [f"{day:%y%m}.{day.day:02}{n:03}" for n in range(per_day)]
            for day in filter(is_listing_day, days)
        }
        several: list[PlayedPaper] = []
        for day, numbers in self._numbers.items():
            if day >= first:
                draw = random.Random(f"{SEED} {day}")
                several += spread(day, [_record(number, draw) for number in numbers])
        super().__init__(several, clock=lambda: self.now, pdfs=lambda number: number.encode())

    def feeds_toml(self, url: str = MEMORY) -> str:
        """Write a feeds.toml that names all of them. url: where they are served."""
        feeds = "".join(
            f'[[feed]]\nname = "feed {n}"\nurl = "{url}/feeds/{n}.rss"\n'
            for n in range(self._n_feeds)
        )
        arxiv = self.arxiv_toml().replace(self.url, url)
        topics = "".join(
            f'[topics."speech/{t.split()[-1]}"]\nlane = "{lane}"\nwords = ["{t}"]\n'
            for t, lane in zip(TOPICS, ("own", "own", "near"), strict=True)
        )
        return (
            f'[arxiv]\ncategories = ["cs.CL"]\n{arxiv}'
            f'[resolve]\ndoi = "{url}/doi/"\nshort_links = ["127.0.0.1"]\n'
            f'[tablet]\nfolder = "../tablet"\n[backup]\nfolder = "backups"\n{topics}{feeds}'
        )

    def answer(self, target: str) -> Reply:
        if target.startswith("/now/"):
            self.now = moment(date.fromisoformat(target.removeprefix("/now/")))
            return Reply(200)
        if target.startswith("/feeds/"):
            body = self._feed(int(target.removeprefix("/feeds/").partition(".")[0]))
            headers = {
                "Content-Type": "application/rss+xml",
                "ETag": f'"{sha256(body).hexdigest()[:16]}"',
            }
            return Reply(200, body, headers)
        return super().answer(target)

    def fetch(self, request: Request) -> Response:
        """Answer a request without a network, as the client does."""
        reply = self.answer(request.url.removeprefix(MEMORY))
        headers = {name.lower(): value for name, value in reply.headers.items()}
        headers["date"] = format_datetime(self.now, usegmt=True)
        if reply.status != 200:
            what = f"HTTP {reply.status}"
            raise SourceFailed(
                source=request.source, what=what, status=reply.status, url=request.url
            )
        if request.etag and request.etag == headers.get("etag"):
            return Response(request.url, 304, b"", headers)
        return Response(request.url, 200, reply.body, headers)

    def _feed(self, feed: int) -> bytes:
        """Write a feed: its last three posts, of which one comes each week."""
        today = self.now.date()
        last = today - timedelta(days=(today.toordinal() + feed) % 7)
        items = "".join(self._item(feed, last - timedelta(weeks=n)) for n in range(N_SHOWN))
        title = f"<title>Feed {feed}</title>"
        return f'<rss version="2.0"><channel>{title}{items}</channel></rss>'.encode()

    @functools.lru_cache(maxsize=50_000)  # noqa: B019  there is one world in a process
    def _item(self, feed: int, day: date) -> str:
        draw = random.Random(f"{SEED} {feed} {day}")
        new = (day - timedelta(days=n) for n in range(NEW_DAYS))
        out = [number for one in new for number in self._numbers.get(one, ())]
        said = words(draw, 300 if feed % 5 == 0 else 30)
        kind = (feed * 37 + day.toordinal() // 7 * 11) % 100
        if kind < 50 and out:
            said += f" https://arxiv.org/abs/{draw.choice(out)}"
        elif kind < 53:
            said += f" https://doi.org/10.9999/{feed}.{day:%Y%m%d}"
        elif kind < 56:
            said += f" {MEMORY}/s/{feed}-{day:%Y%m%d}"
        return (
            f"<item><guid>{feed}-{day}</guid><author>Person {feed}</author>"
            f"<pubDate>{format_datetime(moment(day) - timedelta(hours=3))}</pubDate>"
            f"<link>https://people.example/{feed}/{day}</link>"
            f"<description>{said}</description></item>"
        )
