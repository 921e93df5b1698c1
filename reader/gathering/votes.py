"""Import the votes of Hugging Face's daily papers of past days, for the records of authors.

What an author's earlier papers came to tells most of whether a new one will be talked about, and
a new library knows none. This asks for the page of each past day and keeps what a record needs:
a paper's identifier, its day, its up-votes and its authors. Nothing of it is a paper of the
library, so no list, queue or search shows it.

One day after another, the newest first, each in one transaction: a run that was cut short is
continued by the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from reader.base.errors import Problem, SourceFailed
from reader.base.http import Request
from reader.base.messages import lazy_gettext
from reader.gathering.rows import posts
from reader.gathering.rows.posts import VotedPaper
from reader.gathering.source import SourceTools
from reader.gathering.sources.social import read_hf
from reader.library.config import Feed, is_loopback
from reader.library.disk import lock_file
from reader.library.folder import Library
from reader.library.post import ListPage

DAILY_PAPERS = Feed("Hugging Face", "https://huggingface.co/api/daily_papers", "hf")
"""Asked where feeds.toml names no feed of this kind."""

DELAY_S = 1.0
"""The least seconds between two days, of which a year may be asked for."""

A_DAY_S = 1.5
"""About how long a day takes, its answer included."""

MOST_A_DAY = 100
"""The most papers that an answer has."""

GIVE_UP = 3
"""After so many days in a row that failed no further one is asked for."""


@dataclass(slots=True)
class VotesOutcome:
    """What one run imported.

    n_skipped: entries without an arXiv id or without authors. n_left: days that failed or were
    not asked for, which the next run asks for.
    """

    n_days: int = 0
    n_papers: int = 0
    n_votes: int = 0
    n_skipped: int = 0
    n_left: int = 0
    problems: list[Problem] = field(default_factory=list)


def source_of_votes(library: Library) -> Feed:
    """Return the feed that has the votes: that of feeds.toml, else Hugging Face itself."""
    return next((f for f in library.config.all_feeds if f.kind == "hf"), DAILY_PAPERS)


def days_to_import(library: Library, since: date) -> list[date]:
    """List the days from one on whose page was not read yet, newest first; today is not over."""
    known, today = posts.days_with_votes(library.db), library.today()
    days = (today - timedelta(days=n) for n in range(1, (today - since).days + 1))
    return [day for day in days if day not in known]


def import_votes(library: Library, tools: SourceTools, since: date) -> VotesOutcome:
    """Ask for the pages of all days from one on that were not read yet.

    A day that fails is a problem, and the others go on. Raises Locked while sources are asked.
    """
    feed = source_of_votes(library)
    done, n_failed = VotesOutcome(), 0
    with lock_file(library.folder / "gather.lock"):
        days = days_to_import(library, since)
        for n, day in enumerate(days):
            tools.progress("votes", n, len(days))
            try:
                page = _page(tools, feed, day)
            except SourceFailed as error:
                done.problems.append(Problem("votes", day.isoformat(), error))
                n_failed += 1
                if n_failed >= GIVE_UP:
                    break
                continue
            n_failed = 0
            found = _voted(page)
            posts.add_votes(library.db, day, found)
            done.n_days += 1
            done.n_papers += len(found)
            done.n_votes += sum(voted.n_votes for voted in found)
            done.n_skipped += len(page.posts) - len(found)
        tools.progress("votes", done.n_days, len(days))
    done.n_left = len(days) - done.n_days
    return done


def _page(tools: SourceTools, feed: Feed, day: date) -> ListPage:
    place = urlsplit(feed.url)
    query = dict(parse_qsl(place.query)) | {"date": day.isoformat(), "limit": str(MOST_A_DAY)}
    url = urlunsplit(place._replace(query=urlencode(query)))
    delay_s = 0.0 if is_loopback(place.hostname) else DELAY_S
    name = lazy_gettext("{source} (votes of {day})", source=feed.name, day=day)
    answer = tools.fetch(Request(url, name, delay_s=delay_s, accept="application/json"))
    page = read_hf(answer.content, source=str(name))
    # A server that does not know `date` sends today's list for every day.
    dated = [post.posted_at.date() for post in page.posts if post.posted_at]
    if dated and min(dated) > day + timedelta(days=1):
        what = lazy_gettext("the answer has the papers of {day}", day=min(dated))
        raise SourceFailed(source=name, what=what)
    return page


def _voted(page: ListPage) -> list[VotedPaper]:
    authors = {paper.id: paper.authors for paper in page.papers}
    found = {
        mention.id: VotedPaper(mention.id, post.n_votes or 0, authors[mention.id])
        for post in page.posts
        for mention in post.mentions
        if authors.get(mention.id)
    }
    return list(found.values())
