"""Look up the papers that posts and topics name, by their ids and short addresses.

A short address (t.co, bit.ly) is asked for once, as an address found in content: it never leads to
a private one. The page at its end is not read, only its address.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from reader.base.errors import Incomplete, Problem, ReaderError, Reason, SourceFailed, is_unasked
from reader.base.http import Fetch, Request
from reader.base.messages import Text, lazy_ngettext
from reader.gathering.rows import sources
from reader.gathering.source import SourceTools
from reader.library.calendar import days_back
from reader.library.folder import Library
from reader.library.ids import find_ids
from reader.library.paper import Mention, Paper, Post
from reader.library.post import own_words
from reader.library.rows import failures, papers
from reader.library.rows.failures import waiting
from reader.library.rows.fields import BY_HAND

BATCH = 100
"""The number of arXiv ids in one call."""

STAGE = "resolve"

RECENT_DAYS = 60
"""Days for which an id without a paper is looked up again and again after a post named it, and
for which the answers of feeds are kept: all of them would be more each month."""

MOST_TRIES = 10
"""Tries of a short address before it is given up; they take three weeks at least."""

NO_PAPER: Reason = "no paper"
IS_OFF: Reason = "off"
"""The reasons for which an id has no paper although nothing failed."""


def resolve(library: Library, tools: SourceTools) -> list[Problem]:
    """Look up all mentioned ids without a paper, and the seeds of topics; return the problems.

    An id that its registry does not know, and one that could not be looked up, are recorded with
    different reasons, and are tried again later and later. All ids that wait after a failure are
    one problem together, since there may be hundreds.
    """
    waits = waiting(library, STAGE)
    here = papers.ids_here(library.db, waits)
    # An id that its registry does not have is no problem to report.
    failed = [f for f in waits.values() if f.reason not in (NO_PAPER, IS_OFF)]
    failed = sorted((f for f in failed if f.subject not in here), key=lambda f: f.retry_at)
    wanted = {id_ for topic in library.config.topics for id_ in topic.seeds}
    seeds = wanted - papers.rows_with_ids(library.db, wanted).keys() - waits.keys()
    ids = dict.fromkeys(sorted(seeds), BY_HAND)
    since = days_back(library.today(), RECENT_DAYS)
    ids |= sources.ids_without_paper(library.db, now=library.now(), since=since)
    # arXiv answers a hundred ids in one call, the other registries one.
    by_arxiv = {id_: source for id_, source in ids.items() if id_.startswith("arxiv:")}
    others = {id_: source for id_, source in ids.items() if id_ not in by_arxiv}
    problems = _look_up_all(library, tools, by_arxiv, at_once=BATCH)
    problems += _look_up_all(library, tools, others, at_once=1)
    if failed:
        first, n = failed[0], len(failed)
        at = library.local(first.retry_at)
        what = lazy_ngettext(
            "{n} paper linked in a post could not be looked up, next try after {at}: {error}",
            "{n} papers linked in posts could not be looked up, next try after {at}: {error}",
            n,
            at=at,
            error=first.text(),
        )
        problems.append(Problem(STAGE, f"{n} ids", Incomplete(what=what, reason=first.reason)))
    return problems


def tidy(library: Library) -> None:
    """Forget old answers of feeds, and give up what leads nowhere."""
    before = days_back(library.today(), RECENT_DAYS)
    sources.forget_answers(library.db, before=before)
    sources.give_up(library.db, before=before, most_tries=MOST_TRIES)


def is_off(library: Library, id_: str) -> bool:
    """Check whether feeds.toml turns the look-up of an id's kind off."""
    places = library.config.resolve
    bases = {"doi": places.doi, "openreview": places.openreview, "acl": places.acl}
    return not bases.get(id_.partition(":")[0], "arXiv")


def look_up(library: Library, tools: SourceTools, id_: str) -> Paper | None:
    """Look an id up in its registry; None where the registry does not know it or is off.

    Raises SourceFailed where the registry cannot be asked.
    """
    scheme = id_.partition(":")[0]
    if scheme == "arxiv":
        return next(iter(ask_arxiv(library, tools, [id_])), None)
    from reader.gathering.sources.registries import paper_by_acl, paper_by_doi, paper_by_openreview

    places = library.config.resolve
    ask: dict[str, tuple[Callable[..., Paper | None], str]] = {
        "doi": (paper_by_doi, places.doi),
        "openreview": (paper_by_openreview, places.openreview),
        "acl": (paper_by_acl, places.acl),
    }
    # Our own ids, made of a PDF's bytes or a page's address, are in no registry.
    function, base = ask.get(scheme, (paper_by_doi, ""))
    return function(tools.fetch, base, id_) if base else None


def ask_arxiv(library: Library, tools: SourceTools, ids: Sequence[str]) -> tuple[Paper, ...]:
    """Look up at most BATCH papers by id in arXiv's API, in one call. Raises SourceFailed."""
    from reader.gathering.sources.arxiv_lists import ArxivPlace, papers_by_id

    arxiv = library.config.arxiv
    place = ArxivPlace(arxiv.api_url, arxiv.delay_s, arxiv.categories)
    return papers_by_id(tools.fetch, place, ids)


def _look_up_all(
    library: Library, tools: SourceTools, named: Mapping[str, str], *, at_once: int
) -> list[Problem]:
    """Look ids up and add their papers; return the problems.

    named: id → the source that named it. at_once: ids in one call; more than one only of arXiv's.
    """
    problems: list[Problem] = []
    ids = list(named)
    for start in range(0, len(ids), at_once):
        tools.progress(STAGE, start, len(ids))
        batch = ids[start : start + at_once]
        try:
            if at_once > 1:
                found = {i: p for p in ask_arxiv(library, tools, batch) for i in p.ids}
            else:
                paper = look_up(library, tools, batch[0])
                found = {batch[0]: paper} if paper else {}
        except ReaderError as error:
            subject = f"{len(batch)} arXiv ids" if at_once > 1 else batch[0]
            problems.append(Problem(STAGE, subject, error))
            # All of the batch wait, since the failure is not about a single id.
            for id_ in () if is_unasked(error) else batch:
                _fail(library, id_, error.message, error.reason)
            continue
        for paper in dict.fromkeys(found.values()):
            batch_ids = paper.ids if at_once > 1 else batch
            source = next((named[id_] for id_ in batch_ids if id_ in named), "posts")
            papers.add_papers(library.db, [paper], source=source, on=library.today())
        for id_ in batch:
            if id_ not in found:
                _fail(library, id_, "", IS_OFF if is_off(library, id_) else NO_PAPER)
                continue
            if id_ not in found[id_].ids:  # a registry may spell it in another way
                papers.add_identifier(library.db, id_, found[id_])
            failures.clear_failure(library.db, STAGE, id_)
    if ids:
        tools.progress(STAGE, len(ids), len(ids))
    return problems


def _fail(library: Library, id_: str, message: str, reason: Reason) -> None:
    words = (message, "")
    failures.add_failure(library.db, STAGE, id_, words, now=library.now(), reason=reason)


LINKS = sources.LINK
MAX_BYTES = 4_000_000
"""The most bytes that are read, and dropped, of the page at the end of a short address; a longer
one is mostly a PDF."""


@dataclass(frozen=True, slots=True)
class ResolvedPosts:
    """Posts whose short addresses were followed.

    posts: with the papers that were found added to their mentions; their `links` are only the
    short addresses that are still to be followed.
    targets: short address → its target, of those asked for now.
    failures: short address → why it could not be followed.
    """

    posts: tuple[Post, ...]
    targets: Mapping[str, str]
    failures: Mapping[str, SourceFailed]


def follow_links(library: Library, tools: SourceTools) -> list[Problem]:
    """Follow the short addresses in posts; return one problem for each host that failed.

    An address that failed waits longer each time.
    """
    db, now, hosts = library.db, library.now(), frozenset(library.config.resolve.short_links)
    waits = sources.posts_with_open_links(db, now=now)
    todo = [(source, post) for source, listed in waits.items() for post in listed]
    known = sources.short_links(db, {link for _, post in todo for link in post.links})
    failed: dict[Text, Problem] = {}
    missed: set[str] = set()
    for n_done, (source, post) in enumerate(todo):
        tools.progress("link", n_done, len(todo))
        # One post at a time, so that what was followed before an interruption is stored.
        found = resolve_links(tools.fetch, [post], hosts=hosts, known=known, held_back=missed)
        known |= found.targets
        with db.writing():
            sources.add_posts(db, found.posts, source=source, on=library.today())
            # Also targets that are known from another post: the address is no longer open.
            led = {link: known[link] for link in post.links if link in known}
            sources.add_short_links(db, led, now=now)
        for link, error in found.failures.items():
            missed.add(link)
            if not is_unasked(error):
                words = (error.message, error.hint)
                failures.add_failure(db, LINKS, link, words, now=now, reason=error.reason)
            failed.setdefault(error.source, Problem(LINKS, link, error))
    tools.progress("link", len(todo), len(todo))
    return list(failed.values())


def resolve_links(
    fetch: Fetch,
    given: Iterable[Post],
    *,
    hosts: frozenset[str],
    known: Mapping[str, str] | None = None,
    held_back: Collection[str] = (),
) -> ResolvedPosts:
    """Follow the links of posts on some hosts.

    known: short address → target of those that are not asked for again. held_back: addresses that
    failed, which are left for later.
    """
    known = known or {}
    targets: dict[str, str] = {}
    failed: dict[str, SourceFailed] = {}
    followed: list[Post] = []
    for post in given:
        short = [link for link in post.links if is_short(link, hosts)]
        for link in short:
            # Two posts often have the same short address; it is asked for once.
            if any(link in several for several in (known, targets, failed, held_back)):
                continue
            try:
                targets[link] = _end_of(fetch, link)
            except SourceFailed as error:
                failed[link] = error
        ends = {**known, **targets}
        mentions = {mention.id: mention for mention in post.mentions}
        for link in short:
            for found in find_ids(ends.get(link, "")):
                # The mention gets the words of the address's line, else those of the beginning.
                line = next((line for line in post.text.split("\n") if link in line), "")
                words = own_words(line) or own_words(post.text[:600])
                mentions.setdefault(found.id, Mention(found.id, words))
        left = tuple(link for link in short if link not in ends)
        followed.append(replace(post, mentions=tuple(mentions.values()), links=left))
    return ResolvedPosts(tuple(followed), targets, failed)


def is_short(link: str, hosts: Collection[str]) -> bool:
    """Check whether an address is on one of the hosts, and is more than its front page."""
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return False
    return host in hosts and len(parts.path) > 1


def _end_of(fetch: Fetch, link: str) -> str:
    """Find the address that a short one leads to in the end.

    Raises SourceFailed where it leads nowhere.
    """
    # A page that refuses programs, or is too long, is a target too: the failure has its address.
    source = f"short address {urlsplit(link).hostname}"
    try:
        return fetch(Request(link, source, max_bytes=MAX_BYTES, is_trusted=False)).url
    except SourceFailed as error:
        if error.url in ("", link):
            raise
        return error.url
