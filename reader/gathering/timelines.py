"""Ask timelines, blogs and lists of papers, over the network or on this disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from reader.base.errors import SourceFailed
from reader.base.http.wire import Fetch, Response
from reader.base.messages import say
from reader.base.text import plain, shorten
from reader.gathering.resolve import is_off
from reader.gathering.rows import posts, sources
from reader.gathering.rows.sources import SourceState as Known
from reader.gathering.source import Keep, Source, SourceTools, Work, ask, fail, host_of, succeed
from reader.library.config import Feed
from reader.library.folder import Library
from reader.library.paper import Batch, BatchState, Paper, Post
from reader.library.rows import papers

MOST_PAGES = 50
"""Pages of one list: a venue of 50,000 papers. A server that always names a next page stops."""


@dataclass(slots=True)
class _SourcePages:
    """What one source gave, all its pages together.

    expected: its own total, None where it gives none. failures: what could not be read.
    left_out: of a feed of papers, the entries that are none.
    """

    posts: tuple[Post, ...] = ()
    papers: tuple[Paper, ...] = ()
    left_out: tuple[Post, ...] = ()
    expected: int | None = None
    is_unchanged: bool = False
    answer: Response | None = None
    failures: list[SourceFailed] = field(default_factory=list)


def timeline_source(feed: Feed) -> Source:
    """Make the source of one [[feed]], or of one of a person's."""

    def plan(library: Library, tools: SourceTools) -> Work:
        from reader.gathering.sources.kinds import KINDS

        known, hosts = sources.source(library.db, feed.name), library.config.resolve.short_links
        kind = KINDS[feed.kind]
        is_local = kind.is_local and "://" not in feed.url
        read: Callable[[], _SourcePages] = (
            (lambda: _from_disk(library, feed, known))
            if is_local
            else (lambda: _from_web(tools.fetch, feed, known))
        )

        def work() -> Iterator[Keep]:
            from reader.gathering.sources.short_links import keep_short

            came = read()
            came.posts = keep_short(came.posts, frozenset(hosts))
            yield lambda: _keep(library, known, came)

        return work

    return Source(feed.name, host_of(feed.url), plan)


def _from_web(fetch: Fetch, feed: Feed, known: Known) -> _SourcePages:
    """Read a source page by page; a page that fails leaves what came before it."""
    from reader.gathering.sources.kinds import KINDS

    kind = KINDS[feed.kind]
    answer = ask(fetch, known, feed.url)
    if answer.is_unchanged:
        return _SourcePages(is_unchanged=True, answer=answer)
    came = _SourcePages(answer=answer)
    for _ in range(MOST_PAGES):
        content_type = answer.headers.get("content-type", "")
        page = kind.read(
            answer.content, source=feed.name, content_type=content_type, url=answer.url
        )
        came.posts += page.posts
        came.papers += page.papers
        if feed.kind == "papers":
            came.left_out += tuple(post for post in page.posts if not post.mentions)
        came.expected = page.total
        if not page.next_url or not page.posts:
            break
        try:
            answer = ask(fetch, Known(feed.name), page.next_url)
        except SourceFailed as error:
            came.failures.append(error)
            break
    return came


def _from_disk(library: Library, feed: Feed, known: Known) -> _SourcePages:
    from reader.gathering.sources.kinds import KINDS, local_path, read_local

    path = local_path(feed.url, library.folder)
    local = read_local(path, KINDS[feed.kind], source=feed.name, etag=known.etag)
    n = len(local.posts)
    return _SourcePages(
        posts=local.posts,
        expected=n + local.n_missing if local.n_missing else None,
        is_unchanged=local.is_unchanged,
        answer=Response(feed.url, 200, b"", {"etag": local.etag}),
        failures=list(local.failures),
    )


def _keep(library: Library, known: Known, came: _SourcePages) -> list[Batch]:
    day = library.today()
    new = [p for p in came.papers if papers.paper_with_id(library.db, p.id) is None
           and not _is_looked_up(library, p)]  # fmt: skip
    papers.add_papers(library.db, new, source=known.name, on=day)
    posts.add_posts(library.db, came.posts, source=known.name, on=day)
    if came.failures:
        # Its validators are not kept: the next gather asks for the whole again.
        fail(library, known.name, came.failures[0])
    else:
        succeed(library, known, came.answer)
    if came.is_unchanged:
        return [Batch(known.name, day, None, 0, "unchanged")]
    n, expected = len({post.guid for post in came.posts}), came.expected
    n -= len({post.guid for post in came.left_out})
    if came.left_out and expected is None and not n:
        expected = len(came.left_out)
    state: BatchState = "not checked" if n else "empty"
    if came.failures or (expected or 0) > n:
        state = "partial"
    elif expected is not None:
        state = "complete"
    errors = [failure.message for failure in came.failures]
    if expected is not None and expected > n and not (errors or came.left_out):
        errors.append(say("answer.unread", n=expected - n))
    if came.left_out:
        errors.append(_left_out_text(came.left_out))
    error = "; ".join(errors)
    return [Batch(known.name, day, expected, n, state, error)]


def _is_looked_up(library: Library, paper: Paper) -> bool:
    """Tell whether a DOI's own record is asked for, since a list has no abstract."""
    return paper.id.startswith("doi:") and not paper.abstract and not is_off(library, paper.id)


def _left_out_text(posts: tuple[Post, ...]) -> str:
    """Count the entries of a list that are no papers, with the first few titles."""
    titles = [title for post in posts if (title := shorten(plain(post.text), 40))]
    n_untitled = len(posts) - len(titles)
    named = [*titles[:3], *([say("feed.untitled", n=n_untitled)] if n_untitled else [])]
    return say("feed.left_out", n=len(posts), titles="; ".join(named))
