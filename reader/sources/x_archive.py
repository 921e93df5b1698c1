"""Read the archive of an account of X that its owner asked for: tweets.js or like.js.

Each file is a script that sets a list ("window.YTD.tweets.part0 = [ … ]"). The archive
does not name its owner in these files: the author is the source. Fields after the
README.txt of the archive; not tried on real bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from html import unescape

from reader.paper import Post, PostKind
from reader.phrases import say
from reader.sources.feed import not_but, refusal
from reader.sources.json_answer import Thing, count, inner, not_this, objects, read_json
from reader.sources.json_answer import text as field
from reader.sources.post import Said, make_posts

FILES = ("tweets.js", "tweets-part*.js", "tweet.js", "like.js")
"""What of an archive's folder `data` is read."""

_HEAD = re.compile(rb"\A\s*(?:\xef\xbb\xbf)?window\.YTD\.\w+\.part\d+\s*=\s*(?=\[)")


def read_x_archive(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read one file of an archive. What the person liked counts as passed on."""
    head = _HEAD.match(content)
    if head is None:
        raise refusal(source, not_but("answer.no_tweets", content))
    items = objects(read_json(content[head.end() :].rstrip().rstrip(b";"), source=source))
    likes = [like for item in items if (like := inner(item, "like"))]
    tweets = [inner(item, "tweet") or item for item in items if not inner(item, "like")]
    tweets = [tweet for tweet in tweets if "full_text" in tweet or "text" in tweet]
    if items and not (likes or tweets):
        raise not_this(source, say("kind_of.x"))
    own = frozenset(field(tweet, "id_str", "id") for tweet in tweets)
    said = [_tweet(tweet, source, own) for tweet in tweets]
    return make_posts([*said, *(_like(like, source) for like in likes)])


def _tweet(tweet: Thing, source: str, own: frozenset[str]) -> Said:
    id_ = field(tweet, "id_str", "id")
    links = _links(tweet)
    return Said(
        guid=id_,
        author=source,
        body=_whole_links(field(tweet, "full_text", "text"), links),
        is_html=False,
        url=f"https://x.com/i/status/{id_}" if id_ else "",
        posted_at=_moment(field(tweet, "created_at")),
        links=tuple(whole for _, whole in links),
        kind=_kind(tweet, [whole for _, whole in links], own),
        n_votes=count(tweet, "favorite_count"),
    )


def _like(like: Thing, source: str) -> Said:
    id_ = field(like, "tweetId")
    return Said(
        guid=f"like-{id_}",
        author=source,
        body=unescape(field(like, "fullText")),
        is_html=False,
        url=field(like, "expandedUrl"),
        kind="repost",
    )


def _links(tweet: Thing) -> list[tuple[str, str]]:
    """Give (short, whole) of each link; t.co is not asked, since the archive knows."""
    found = objects(inner(tweet, "entities").get("urls"))
    pairs = [(field(link, "url"), field(link, "expanded_url")) for link in found]
    return [(short, whole) for short, whole in pairs if short and whole]


def _whole_links(text: str, links: Iterable[tuple[str, str]]) -> str:
    for short, whole in links:
        text = text.replace(short, whole)
    return unescape(text)


_STATUS = re.compile(r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/\w+/status/\d+")
_PASSED_ON = re.compile(r"RT @\w{1,20}: ")


def _kind(tweet: Thing, links: list[str], own: frozenset[str]) -> PostKind:
    if _PASSED_ON.match(field(tweet, "full_text", "text")):
        return "repost"
    if any(_STATUS.match(link) for link in links):
        return "quote"
    to = field(tweet, "in_reply_to_status_id_str", "in_reply_to_status_id")
    return "reply" if to and to not in own else "post"


def _moment(written: str) -> datetime | None:
    """Read "Wed Oct 10 20:19:24 +0000 2018"."""
    try:
        return datetime.strptime(written, "%a %b %d %H:%M:%S %z %Y")
    except ValueError:
        return None
