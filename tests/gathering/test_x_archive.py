"""Test the reading of an archive of X: its script, whole links and reposts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from reader.base.errors import SourceFailed
from reader.gathering.sources.kinds import read_x_archive
from reader.library.paper import Mention, Post

AT = datetime(2025, 3, 4, 7, 30, tzinfo=UTC)
ID = "arxiv:2503.00001"


def link(short: str, whole: str) -> dict[str, object]:
    return {"urls": [{"url": short, "expanded_url": whole, "display_url": "arxiv.org/abs/2503…"}]}


def script(*items: object, name: str = "tweets") -> bytes:
    return f"window.YTD.{name}.part0 = {json.dumps(items)}".encode()


TWEETS = (
    {"tweet": {
        "id_str": "11", "full_text": "Rivers &amp; rain talk: https://t.co/aBc",
        "favorite_count": "3",
        "created_at": "Tue Mar 04 07:30:00 +0000 2025",
        "entities": link("https://t.co/aBc", "https://arxiv.org/abs/2503.00001")}},
    {"tweet": {"id_str": "12", "full_text": "RT @ada: Out now https://t.co/x",
               "entities": link("https://t.co/x", "https://arxiv.org/pdf/2503.00001")}},
    {"tweet": {"id_str": "13", "full_text": "So true https://t.co/y",
               "entities": link("https://t.co/y", "https://twitter.com/ada/status/99")}},
    {"tweet": {"id_str": "14", "full_text": "and more", "in_reply_to_status_id_str": "11"}},
    {"tweet": {"id_str": "15", "full_text": "@ada yes", "in_reply_to_status_id_str": "98"}},
)  # fmt: skip


def test_tweets_are_read_with_their_links_whole() -> None:
    posts = read_x_archive(script(*TWEETS), source="Mio on X")
    assert posts[0] == Post(
        guid="11",
        author="Mio on X",
        text="Rivers & rain talk: https://arxiv.org/abs/2503.00001",
        url="https://x.com/i/status/11",
        posted_at=AT,
        mentions=(Mention(ID, "Rivers & rain talk"),),
        n_votes=3,
    )
    assert [(post.kind, post.mentions) for post in posts[1:]] == [
        ("repost", (Mention(ID, "RT @ada: Out now"),)),
        ("quote", ()),
        ("post", ()),
        ("reply", ()),
    ]


def test_the_older_form_without_a_wrapper_is_read_too() -> None:
    (post,) = read_x_archive(script(TWEETS[0]["tweet"], name="tweet"), source="Mio on X")
    assert post.mentions == (Mention(ID, "Rivers & rain talk"),)


def test_what_was_liked_counts_as_passed_on() -> None:
    like = {"like": {"tweetId": "7", "fullText": "Rivers talk arxiv.org/abs/2503.00001",
                     "expandedUrl": "https://twitter.com/i/web/status/7"}}  # fmt: skip
    assert read_x_archive(script(like, name="like"), source="Mio on X") == (
        Post(
            "like-7", "Mio on X", "Rivers talk arxiv.org/abs/2503.00001",
            "https://twitter.com/i/web/status/7", None, (Mention(ID, "Rivers talk"),), "repost",
        ),
    )  # fmt: skip


def test_an_archive_without_tweets_is_empty_and_other_files_of_it_are_refused() -> None:
    assert read_x_archive(b"window.YTD.tweets.part0 = [ ]", source="Mio on X") == ()
    with pytest.raises(SourceFailed, match="not tweets or likes"):
        read_x_archive(script({"account": {"email": "x"}}, name="account"), source="Mio on X")
    with pytest.raises(SourceFailed, match=r"not tweets\.js"):
        read_x_archive(b"[]", source="Mio on X")
