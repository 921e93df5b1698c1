"""Follow the short addresses in posts: what they lead to becomes a mention."""

from __future__ import annotations

from reader.library.folder import Library
from reader.stages.source_tools import SourceTools
from reader.stages.tools import Problem
from reader.store import posts, sources

STAGE = posts.LINK


def follow_links(library: Library, tools: SourceTools) -> list[Problem]:
    """Follow what is not followed yet, a post at a time; returns the first failure of a host.

    An address that failed waits longer each time; what the post says stays here meanwhile.
    """
    from reader.sources.short_links import resolve_links

    db, now, hosts = library.db, library.now(), frozenset(library.config.resolve.short_links)
    waiting = posts.posts_with_open_links(db, now=now)
    todo = [(source, post) for source, listed in waiting.items() for post in listed]
    known = posts.short_links(db, {link for _, post in todo for link in post.links})
    failed: dict[str, Problem] = {}
    missed: set[str] = set()
    for n_done, (source, post) in enumerate(todo):
        tools.progress("link", n_done, len(todo))
        found = resolve_links(tools.fetch, [post], hosts=hosts, known=known, held_back=missed)
        known |= found.targets
        with db.writing():
            posts.add_posts(db, found.posts, source=source, on=library.today())
            led = {link: known[link] for link in post.links if link in known}
            posts.add_short_links(db, led, now=now)
        for link, error in found.failures.items():
            missed.add(link)
            sources.add_failure(db, STAGE, link, (error.message, error.hint), now=now)
            failed.setdefault(str(error.values.get("source", "")), Problem(STAGE, link, error))
    tools.progress("link", len(todo), len(todo))
    return list(failed.values())
