"""List the kinds of source that a [[feed]] can be, and what reads each.

A dict of plain functions. What the last column of `reader sources` says of a kind stands
here too: whether it was ever tried on bytes that a server sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from reader.paper import Paper, Post
from reader.sources import scholar, x_archive
from reader.sources.acl_volume import acl_papers, acl_total, read_acl
from reader.sources.biorxiv import biorxiv_next, biorxiv_papers, biorxiv_total, read_biorxiv
from reader.sources.bluesky import read_bluesky
from reader.sources.hf import hf_papers, read_hf
from reader.sources.hn import read_hn
from reader.sources.isca import isca_papers, read_isca
from reader.sources.journal import entry_papers, read_entries
from reader.sources.mastodon import read_mastodon
from reader.sources.openreview import (
    openreview_next,
    openreview_papers,
    openreview_total,
    read_openreview,
)
from reader.sources.reddit import read_reddit
from reader.sources.timeline import read_posts


class Read(Protocol):
    """Turn an answer into posts; raises SourceFailed for what is not of the kind."""

    def __call__(
        self, content: bytes, *, source: str, content_type: str = ""
    ) -> tuple[Post, ...]: ...


class ReadPapers(Protocol):
    """Turn an answer into all that it says of its papers."""

    def __call__(
        self, content: bytes, *, source: str, content_type: str = ""
    ) -> tuple[Paper, ...]: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of source is read.

    papers: gives the papers whole, where the answer has them: then none need be looked up.
    total: how many entries the source says there are, all pages together.
    next_url: the address of the page after one, "" after the last.
    is_local: the address may be a path; `files` are then read of a folder.
    """

    read: Read
    tried_on: Literal["real bytes", "documented format"]
    note: str
    papers: ReadPapers | None = None
    total: Callable[[bytes], int | None] | None = None
    next_url: Callable[[str, bytes], str] | None = None
    is_local: bool = False
    files: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "posts": Kind(read_posts, "real bytes", "RSS, Atom or JSON Feed of people who post"),
    "papers": Kind(
        read_entries,
        "real bytes",
        "RSS, Atom or JSON Feed whose entries are papers",
        papers=entry_papers,
    ),
    "mastodon": Kind(read_mastodon, "real bytes", "statuses as Mastodon's API gives them"),
    # Its recordings were written by hand after the real ones, by a project that uses them.
    "bluesky": Kind(read_bluesky, "documented format", "posts as Bluesky's public API gives them"),
    "hf": Kind(read_hf, "real bytes", "Hugging Face's daily papers, with votes", papers=hf_papers),
    "hn": Kind(read_hn, "documented format", "Hacker News: search at hn.algolia.com, or hnrss"),
    "reddit": Kind(read_reddit, "real bytes", "Reddit: RSS; its JSON was not tried"),
    "x-archive": Kind(
        x_archive.read_x_archive,
        "documented format",
        "tweets.js and like.js of an archive of X",
        is_local=True,
        files=x_archive.FILES,
    ),
    "scholar": Kind(
        scholar.read_scholar,
        "documented format",
        "mails of Google Scholar's alerts: .eml, mbox, or a folder of them",
        total=scholar.scholar_total,
        is_local=True,
        files=scholar.FILES,
    ),
    "openreview": Kind(
        read_openreview,
        "documented format",
        "a venue's notes at OpenReview",
        papers=openreview_papers,
        total=openreview_total,
        next_url=openreview_next,
    ),
    "acl": Kind(
        read_acl,
        "documented format",
        "a volume or event of the ACL Anthology: page, XML or .bib",
        papers=acl_papers,
        total=acl_total,
    ),
    "isca": Kind(
        read_isca,
        "documented format",
        "a conference's page of the ISCA archive",
        papers=isca_papers,
    ),
    "biorxiv": Kind(
        read_biorxiv,
        "documented format",
        "bioRxiv's or medRxiv's API",
        papers=biorxiv_papers,
        total=biorxiv_total,
        next_url=biorxiv_next,
    ),
}
