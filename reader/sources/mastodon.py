"""Read statuses as Mastodon's API gives them: an account's, a tag's or a list's timeline.

`/api/v1/accounts/<id>/statuses`, `/api/v1/timelines/…`, one status, a search, or a status's
context. Fields after docs.joinmastodon.org/entities/Status; other servers of the Fediverse
answer in the same form.
"""

from __future__ import annotations

import re
from dataclasses import replace

from reader.paper import Post
from reader.phrases import say
from reader.sources.json_answer import Thing, count, inner, moment_of, not_this, objects, read_json
from reader.sources.json_answer import text as field
from reader.sources.post import Said, make_posts


def read_mastodon(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read statuses in their order. Raises SourceFailed for what holds none.

    A boost is a repost by the account that passed it on, with the words of the first
    author; a thread that goes on under one's own status is a post, not a reply.
    """
    answer = read_json(content, source=source, content_type=content_type)
    statuses = _statuses(answer)
    if not statuses and answer != [] and not _is_empty_search(answer):
        raise not_this(source, say("kind_of.mastodon"))
    # Who is not named is the source: only an entry of a list is nobody's.
    return make_posts(
        said if said.author else replace(said, author=source) for said in map(_said, statuses)
    )


def _statuses(answer: object) -> list[Thing]:
    if isinstance(answer, dict) and "content" not in answer:
        found = [answer.get(name) for name in ("statuses", "ancestors", "descendants")]
        listed = [status for part in found for status in objects(part)]
    else:
        listed = objects([answer] if isinstance(answer, dict) else answer)
    return [status for status in listed if "content" in status or "reblog" in status]


def _is_empty_search(answer: object) -> bool:
    return isinstance(answer, dict) and answer.get("statuses", answer.get("ancestors")) == []


def _said(status: Thing) -> Said:
    boosted = inner(status, "reblog")
    said = _own(boosted or status)
    if boosted:
        # The boost has an identity of its own: the same status may be boosted by several.
        guid = field(status, "uri", "url", "id")
        return replace(said, guid=guid, author=_author(status), kind="repost")
    quote = inner(status, "quote")
    quoted = inner(quote, "quoted_status") or (quote if "content" in quote else {})
    if quoted:
        body = _RE_LINE.sub("", said.body)
        return replace(said, body=body, quoted=field(quoted, "content"), kind="quote")
    to = field(status, "in_reply_to_account_id")
    is_reply = bool(field(status, "in_reply_to_id")) and to != field(inner(status, "account"), "id")
    return replace(said, kind="reply") if is_reply else said


# What Mastodon 4.5 puts before a quote for servers that do not know quotes.
_RE_LINE = re.compile(r'\A\s*<p class="quote-inline">.*?</p>', re.DOTALL)


def _own(status: Thing) -> Said:
    return Said(
        guid=field(status, "uri", "url", "id"),
        author=_author(status),
        title=field(status, "spoiler_text"),
        body=field(status, "content"),
        url=field(status, "url", "uri"),
        posted_at=moment_of([field(status, "created_at")]),
        links=(field(inner(status, "card"), "url"),),
        n_votes=count(status, "favourites_count"),
    )


def _author(status: Thing) -> str:
    account = inner(status, "account")
    return field(account, "display_name") or f"@{field(account, 'acct', 'username')}".rstrip("@")
