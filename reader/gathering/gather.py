"""Ask all sources, store their answers, and count them.

arXiv is asked by its channels, which are compared with each other:

    api      each announcement day by its window of submission, with a total
    mailing  the announcement feeds: the newest mailing, also papers that were held back before
    oai      OAI-PMH: the papers announced on the days whose feed was missed

Timelines, blogs and lists of papers are asked over the network or read on this disk. A source
that fails is reported and tried again later; the others go on. The papers that came are counted
against the total that a source names, so that an empty list is never a guess. Hosts are asked at
once, each by one thread; this thread alone writes rows.

At the end: the votes of Hugging Face's daily papers of past days.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from reader.base.errors import Problem, ReaderError, SourceFailed, is_unasked
from reader.base.http import Fetch, Request, Response
from reader.base.messages import N_, Joined, Text, lazy_gettext, lazy_ngettext
from reader.base.retell import retell
from reader.base.text import plain, shorten
from reader.gathering.arxiv import (
    ARXIV,
    DAILY,
    OAI,
    announcement,
    compare_channels,
    days_lacking,
    days_without_feed,
    feed_name,
    plan_api,
    plan_oai,
    query_source,
)
from reader.gathering.resolve import is_off, is_short
from reader.gathering.rows import sources
from reader.gathering.rows.sources import SourceState, VotedPaper
from reader.gathering.source import (
    EndMark,
    Keep,
    Source,
    SourceTools,
    WaitingSource,
    Work,
    ask,
    fail,
    run_together,
    succeed,
)
from reader.gathering.wrong_clock import ServersClock, WatchedTools, mend, must_mend
from reader.library.calendar import latest_feed, latest_listing
from reader.library.config import Config, Feed, is_loopback
from reader.library.disk import lock_file
from reader.library.folder import Library, keep_said, servers_say, set_right, system_clock
from reader.library.paper import Batch, BatchState, Paper, Post
from reader.library.post import ListPage
from reader.library.rows import papers

MOST_PAGES = 50
"""The most pages of a list, enough for a venue of 50,000 papers; it ends a list of a server that
always names a next page."""

T = TypeVar("T")


def all_sources(config: Config) -> list[Source]:
    """Build the sources that feeds.toml names, arXiv's channels first, then the queries.

    arXiv has no channel without categories, and OAI-PMH only with an address.
    """
    arxiv = config.arxiv
    channels: list[Source] = []
    if arxiv.categories:
        channels.append(Source(ARXIV, arxiv.api_url, plan_api))
        channels += [announcement(config, category) for category in arxiv.categories]
    if arxiv.categories and arxiv.oai_url:
        channels.append(Source(OAI, arxiv.oai_url, plan_oai))
    channels += [query_source(config, query) for query in config.queries]
    return channels + [_feed_source(feed) for feed in config.all_feeds]


def source_names(config: Config) -> list[str]:
    """List the names of the sources, in the order of feeds.toml, arXiv's first."""
    return [source.name for source in all_sources(config)]


def gather(library: Library, tools: SourceTools, *, only: Sequence[str] = ()) -> list[Problem]:
    """Ask all sources, or those named; return the problems.

    A source that waits after failures is a problem, and is not asked unless it is named.
    Raises WrongClock where the servers contradict the clock; nothing is recorded then.
    """
    chosen = [s for s in all_sources(library.config) if not only or s.name in only]
    n_hosts = len({source.host for source in chosen})
    clock = ServersClock(library.now, n_hosts, is_played=library.now is not system_clock)
    tools = WatchedTools(clock.watching(tools.fetch), tools.progress)
    mended = _check_clock(library, tools, chosen, clock)
    problems: list[Problem] = []
    works: dict[str, Work] = {}
    unplanned: dict[str, ReaderError] = {}
    for source in chosen:
        try:
            if not only:
                _hold_back(library, source.name)
            works[source.name] = source.plan(library, tools)
        except ReaderError as error:
            unplanned[source.name] = error
    hosts = {source.name: source.host for source in chosen}
    problems += _run(library, tools, clock.once_known(run_together(works, hosts)), works)
    if theirs := clock.theirs(is_over=True):
        raise _wrong(library, theirs)
    if clock.is_right:
        keep_said(library.folder, None, library.now())
    # Recorded last, since the clock is known by now.
    problems += [_record_failure(library, name, error) for name, error in unplanned.items()]
    for batch in compare_channels(library):
        _keep(library, batch)
    # In the order of feeds.toml, not in that in which hosts answered.
    order = {source.name: n for n, source in enumerate(chosen)}
    problems.sort(key=lambda problem: order[problem.subject])
    problems += _incomplete_days(library, set(order) - {p.subject for p in problems})
    return problems + mended


MOST_SERVERS = 4
"""The most sources that are asked for the time alone."""


def _check_clock(
    library: Library, tools: SourceTools, chosen: Sequence[Source], clock: ServersClock
) -> list[Problem]:
    """Ask servers for the time where something contradicts the clock, and mend what is stored.

    Returns what was mended. Raises WrongClock where the clock is wrong, or no server says.
    """
    doubt = library.refusal()
    if doubt is None and not must_mend(library):
        return []
    places = {source.host: source for source in chosen if "://" in source.url}
    for source in list(places.values())[:MOST_SERVERS]:
        if clock.is_right or clock.theirs():
            break
        delay_s = library.config.arxiv.delay_for(source.url)
        # Only the head of the answer matters, and an error has one too.
        with contextlib.suppress(ReaderError):
            tools.fetch(Request(source.url, source.name, delay_s=delay_s))
    if clock.is_right:
        set_right(library.folder, library.now())
        doubt = None
    elif theirs := clock.theirs(is_over=True):
        doubt = _wrong(library, theirs)
    if doubt:
        raise doubt
    return mend(library) if clock.is_right else []


def _wrong(library: Library, theirs: datetime) -> ReaderError:
    """Make the error for a clock that the servers contradict, and keep what they said."""
    now = library.now()
    keep_said(library.folder, theirs, now)
    return servers_say(now, theirs, library.config.timezone)


def _run(
    library: Library,
    tools: SourceTools,
    items: Iterable[tuple[str, Keep | Exception | EndMark]],
    works: dict[str, Work],
) -> list[Problem]:
    problems: list[Problem] = []
    counted: set[str] = set()
    n_done = 0
    feeds = {feed_name(category) for category in library.config.arxiv.categories}
    for name, item in _api_first(ARXIV in works, feeds, items):
        # Works end in any order, so the bar counts those that ended.
        tools.progress("gather", n_done, len(works))
        try:
            if isinstance(item, EndMark):
                n_done += 1
            elif isinstance(item, Exception):
                # Raised here, so that a mistake of ours is not taken for a failure of the source.
                n_done += 1
                raise item
            else:
                # The answer's rows, its validators and its batches, in one transaction.
                with library.db.writing():
                    for batch in item():
                        _keep(library, batch)
                        counted.add(name)
        except ReaderError as error:
            problem = _record_failure(library, name, error, is_counted=name in counted)
            problems.append(problem)
    tools.progress("gather", len(works), len(works))
    return problems


def _api_first(
    is_awaited: bool, feeds: Set[str], items: Iterable[tuple[str, T]]
) -> Iterator[tuple[str, T]]:
    """Yield the items of announcement feeds after all items of the API, if that is asked."""
    # The day that a feed covers is found by comparison with the papers of the API.
    held_back: list[tuple[str, T]] = []
    for name, item in items:
        if is_awaited and name in feeds:
            held_back.append((name, item))
            continue
        yield name, item
        if name == ARXIV and isinstance(item, EndMark | Exception):
            is_awaited = False
            yield from held_back


def _incomplete_days(library: Library, names: Set[str]) -> list[Problem]:
    """Make a problem for each day of which a source gave too few papers, or an older list."""
    problems = []
    for batch in last_batches(library, library.today()):
        if batch.source not in names or batch.state not in ("partial", "stale"):
            continue
        n, of = batch.received, "?" if batch.expected is None else batch.expected
        error = retell(batch.error)
        what = lazy_gettext(
            "{n} of {of} for {day}. {error}", n=n, of=of, day=batch.covers, error=error
        )
        if batch.state == "stale":
            what = lazy_gettext(
                N_("it still has the list of {day}")
                if n
                else N_("it does not have the list of {day} yet"),
                day=batch.covers,
            )
        failed = SourceFailed(
            source=batch.source, what=what, hint=lazy_gettext("The next gather asks for the rest.")
        )
        problems.append(Problem("gather", batch.source, failed))
    return problems


def last_batches(library: Library, day: date) -> list[Batch]:
    """Select the last batches of each source that feeds.toml names, as of a local day.

    arXiv's API and OAI-PMH have one for each day that they covered, any other source one.
    """
    names = source_names(library.config)
    found: dict[tuple[str, date | None], Batch] = {}
    for batch in sources.batches_on(library.db, day):
        # A later batch replaces an earlier one; for daily sources each day has its own.
        found[batch.source, batch.covers if batch.source in DAILY else None] = batch
    return sorted(
        (batch for batch in found.values() if batch.source in names),
        key=lambda batch: (names.index(batch.source), batch.covers),
    )


def _hold_back(library: Library, name: str) -> None:
    # `retry_at` is the time that the server asked for (Retry-After), or one of our own.
    known = sources.source(library.db, name)
    retry_at = known.next_try(library.now())
    if retry_at and retry_at > library.now():
        at = library.local(retry_at)
        error = retell(known.error)
        raise WaitingSource(
            source=name,
            what=lazy_ngettext(
                "failed {n} time, next try after {at}: {error}",
                "failed {n} times, next try after {at}: {error}",
                known.n_errors,
                at=at,
                error=error,
            ),
            hint=lazy_gettext("`reader gather '{name}'` asks it now.", name=name),
            retry_at=retry_at,
            reason=known.reason,
            at=at,
        )


def _keep(library: Library, batch: Batch) -> None:
    sources.add_batch(library.db, batch, now=library.now(), on=library.today())


def _record_failure(
    library: Library, name: str, error: ReaderError, *, is_counted: bool = False
) -> Problem:
    """Record that a source failed, and when it may be asked again; return its problem.

    is_counted: it had batches before it failed, which show themselves what is missing.
    """
    is_held_back = isinstance(error, WaitingSource)
    if not is_held_back:
        fail(library, name, error)
    if not is_counted:
        # Each day that is due gets a batch, else the list would call the day complete.
        state: BatchState = "not asked" if is_held_back or is_unasked(error) else "failed"
        for day in _days_due(library, name):
            _keep(library, Batch(name, day, None, 0, state, error.message, reason=error.reason))
    return Problem("gather", name, error)


def _days_due(library: Library, name: str) -> list[date]:
    """List the days that a source should cover now, at least one."""
    now = library.now()
    if name == ARXIV:
        return days_lacking(library, now) or [latest_listing(now)]
    if name == OAI:
        return days_without_feed(library, now) or [latest_listing(now)]
    return [latest_feed(now) if name.startswith(ARXIV) else library.today()]


@dataclass(slots=True)
class _SourcePages:
    """The answer of a source, all its pages together.

    left_out: entries of a feed of papers that are no papers. expected: the source's own total,
    None where it has none. answer: the first one, None where nothing was asked. failures: pages
    or files that could not be read.
    """

    posts: tuple[Post, ...] = ()
    papers: tuple[Paper, ...] = ()
    left_out: tuple[Post, ...] = ()
    expected: int | None = None
    is_unchanged: bool = False
    answer: Response | None = None
    failures: list[SourceFailed] = field(default_factory=list)


def _feed_source(feed: Feed) -> Source:
    """Make the source of a [[feed]], or of a person's feed."""

    def plan(library: Library, tools: SourceTools) -> Work:
        from reader.gathering.sources.kinds import KINDS

        known = sources.source(library.db, feed.name)
        hosts = frozenset(library.config.resolve.short_links)
        is_local = KINDS[feed.kind].is_local and "://" not in feed.url

        def work() -> Iterator[Keep]:
            if is_local:
                pages = _from_disk(library, feed, known)
            else:
                pages = _from_web(tools.fetch, feed, known)
            # Only short addresses are kept among the links of posts.
            pages.posts = tuple(
                replace(post, links=tuple(link for link in post.links if is_short(link, hosts)))
                for post in pages.posts
            )
            yield lambda: _keep_pages(library, known, pages)

        return work

    return Source(feed.name, feed.url, plan)


def _from_web(fetch: Fetch, feed: Feed, known: SourceState) -> _SourcePages:
    """Read a source page by page; where a page fails, those before it count."""
    from reader.gathering.sources.kinds import KINDS

    kind = KINDS[feed.kind]
    answer = ask(fetch, known, feed.url)
    if answer.is_unchanged:
        return _SourcePages(is_unchanged=True, answer=answer)
    pages = _SourcePages(answer=answer)
    # Validators are of the first page; later pages are asked for without.
    for _unused in range(MOST_PAGES):
        content_type = answer.headers.get("content-type", "")
        page = kind.read(
            answer.content, source=feed.name, content_type=content_type, url=answer.url
        )
        pages.posts += page.posts
        pages.papers += page.papers
        if feed.kind == "papers":
            pages.left_out += tuple(post for post in page.posts if not post.mentions)
        pages.expected = page.total
        # A page without entries ends the list, whatever next page it names.
        if not page.next_url or not page.posts:
            break
        try:
            answer = ask(fetch, SourceState(feed.name), page.next_url)
        except SourceFailed as error:
            pages.failures.append(error)
            break
    return pages


def _from_disk(library: Library, feed: Feed, known: SourceState) -> _SourcePages:
    from reader.gathering.sources.kinds import KINDS, local_path, read_local

    path = local_path(feed.url, library.folder)
    local = read_local(path, KINDS[feed.kind], source=feed.name, etag=known.etag)
    n = len(local.posts)
    return _SourcePages(
        posts=local.posts,
        expected=n + local.n_missing if local.n_missing else None,
        is_unchanged=local.is_unchanged,
        # A hash of the files' names, sizes and times is stored in place of a server's ETag.
        answer=Response(feed.url, 200, b"", {"etag": local.etag}),
        failures=list(local.failures),
    )


def _left_out_text(posts: Sequence[Post]) -> str:
    """Count the entries that are no papers, and name the first three."""
    titles = [title for post in posts if (title := shorten(plain(post.text), 40))]
    named: list[Text] = [*titles[:3]]
    if n := len(posts) - len(titles):
        named.append(lazy_gettext("{n} without a title", n=n))
    shown = Joined(named, N_("; "))
    text = lazy_ngettext(
        "{n} entry left out (no title, or neither authors nor abstract): {titles}",
        "{n} entries left out (no title, or neither authors nor abstract): {titles}",
        len(posts),
        titles=shown,
    )
    return str(text)


def _keep_pages(library: Library, known: SourceState, pages: _SourcePages) -> list[Batch]:
    """Store the papers and posts of a source, and return its batch."""
    day, db = library.today(), library.db
    new = [
        paper
        for paper in pages.papers
        if papers.paper_with_id(db, paper.id) is None
        # A DOI without an abstract is looked up instead, since its registry may have one.
        and (not paper.id.startswith("doi:") or paper.abstract or is_off(library, paper.id))
    ]
    papers.add_papers(db, new, source=known.name, on=day)
    sources.add_posts(db, pages.posts, source=known.name, on=day)
    if pages.failures:
        # Its validators are not stored, so that the next gather asks for all of it again.
        fail(library, known.name, pages.failures[0])
    else:
        succeed(library, known, pages.answer)
    if pages.is_unchanged:
        return [Batch(known.name, day, None, 0, "unchanged")]
    # Distinct entries, since a list that changes while it is read has some twice.
    n, expected = len({post.guid for post in pages.posts}), pages.expected
    n -= len({post.guid for post in pages.left_out})
    if pages.left_out and expected is None and not n:
        expected = len(pages.left_out)
    state: BatchState = "not checked" if n else "empty"
    if pages.failures or (expected or 0) > n:
        state = "partial"
    elif expected is not None:
        state = "complete"
    errors = [failure.message for failure in pages.failures]
    if pages.left_out:
        errors.append(_left_out_text(pages.left_out))
    elif expected is not None and expected > n and not errors:
        n_unread = expected - n
        unread = lazy_ngettext("{n} entry cannot be read", "{n} entries cannot be read", n_unread)
        errors.append(str(unread))
    return [Batch(known.name, day, expected, n, state, "; ".join(errors))]


DAILY_PAPERS = Feed("Hugging Face", "https://huggingface.co/api/daily_papers", "hf")
"""Asked where feeds.toml names no feed of this kind."""

VOTES_DELAY_S = 1.0
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
    known, today = sources.days_with_votes(library.db), library.today()
    days = (today - timedelta(days=n) for n in range(1, (today - since).days + 1))
    return [day for day in days if day not in known]


def import_votes(library: Library, tools: SourceTools, since: date) -> VotesOutcome:
    """Ask for the pages of all days from one on that were not read yet, for the records of authors.

    What an author's earlier papers came to tells most of whether a new one will be talked about,
    and a new library knows none. Nothing of it is a paper of the library, so no list, queue or
    search shows it. One day after another, the newest first, each in one transaction: a run that
    was cut short is continued by the next one. A day that fails is a problem, and the others
    go on. Raises Locked while sources are asked.
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
            sources.add_votes(library.db, day, found)
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
    from reader.gathering.sources.social import read_hf

    delay_s = 0.0 if is_loopback(place.hostname) else VOTES_DELAY_S
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
