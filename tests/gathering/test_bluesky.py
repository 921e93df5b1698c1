"""Test the reading of Bluesky's API: facets by bytes, cards, quotes, reposts, threads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from reader.base.errors import SourceFailed
from reader.gathering.sources.social import read_bluesky
from reader.library.paper import Mention, Post

AT = datetime(2025, 3, 4, 7, 30, tzinfo=UTC)
ID = "arxiv:2503.00001"
URL = "https://arxiv.org/abs/2503.00001"
MIO = {"did": "did:plc:mio", "handle": "mio.example", "displayName": "Mio Hoshi"}
ADA = {"did": "did:plc:ada", "handle": "ada.example", "displayName": ""}


def facet(text: str, shown: str, uri: str) -> dict[str, Any]:
    start = len(text[: text.index(shown)].encode())
    end = start + len(shown.encode())
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": uri}
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def post(
    text: str, *, author: dict[str, str] = MIO, key: str = "k1", **record: Any
) -> dict[str, Any]:
    made = {"text": text, "createdAt": "2025-03-04T07:30:00.000Z"} | record
    return {
        "uri": f"at://{author['did']}/app.bsky.feed.post/{key}", "cid": "c", "author": author,
        "record": made, "likeCount": 4, "indexedAt": "2025-03-04T07:30:01.000Z",
    }  # fmt: skip


def read(*views: dict[str, Any]) -> tuple[Post, ...]:
    return read_bluesky(json.dumps({"feed": views, "cursor": "x"}).encode(), source="Mio")


def test_a_shortened_link_becomes_whole_though_facets_count_bytes() -> None:
    text = "庭が聞く 🌱 arxiv.org/abs/2503.000...\nGood, slowly."
    shown = "arxiv.org/abs/2503.000..."
    assert read({"post": post(text, facets=[facet(text, shown, URL)])}) == (
        Post(
            guid="at://did:plc:mio/app.bsky.feed.post/k1",
            author="Mio Hoshi",
            text=f"庭が聞く 🌱 {URL}\nGood, slowly.",
            url="https://bsky.app/profile/mio.example/post/k1",
            posted_at=AT,
            mentions=(Mention(ID, "庭が聞く 🌱"),),
            n_votes=4,
        ),
    )


def test_a_link_behind_words_is_found_where_it_stands() -> None:
    text = "First <this>. Then the garden grew on me. And more."
    (found,) = read({"post": post(text, facets=[facet(text, "the garden", URL)])})
    assert found.mentions == (Mention(ID, "Then the garden grew on me."),)
    assert found.text == text


def test_a_card_is_mentioned_by_the_words_above_it() -> None:
    card = {"$type": "app.bsky.embed.external", "external": {"uri": URL, "title": "T"}}
    (found,) = read({"post": post("Rivers talk.", embed=card)})
    assert found.mentions == (Mention(ID, "Rivers talk."),)


def test_a_quote_mentions_what_it_quotes_by_its_own_words() -> None:
    value = {"text": "Out now", "embed": {"external": {"uri": URL}}}
    view = {"record": {"uri": "at://did:plc:ada/app.bsky.feed.post/k9", "value": value}}
    (found,) = read({"post": post("Wow.") | {"embed": view}})
    assert (found.kind, found.text, found.mentions) == (
        "quote", "Wow.\n\n> Out now", (Mention(ID, "Wow."),),
    )  # fmt: skip


def test_a_list_or_a_feed_below_a_post_makes_no_quote() -> None:
    view = {"record": {"uri": "at://did:plc:ada/app.bsky.graph.list/k9", "value": {"text": "x"}}}
    assert read({"post": post("Wow.") | {"embed": view}})[0].kind == "post"


def test_a_repost_is_by_the_one_who_passed_it_on() -> None:
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": MIO}
    (found,) = read({"post": post(f"Out: {URL}", author=ADA), "reason": reason})
    assert (found.kind, found.author, found.mentions) == (
        "repost", "Mio Hoshi", (Mention(ID, "Out"),),
    )  # fmt: skip
    assert found.guid == "at://did:plc:ada/app.bsky.feed.post/k1#repost-did:plc:mio"
    assert found.url == "https://bsky.app/profile/ada.example/post/k1"


def test_a_pinned_post_is_a_post() -> None:
    reason = {"$type": "app.bsky.feed.defs#reasonPin"}
    assert read({"post": post("Hello"), "reason": reason})[0].kind == "post"


def test_a_reply_counts_as_one_unless_it_continues_a_thread() -> None:
    kinds = [
        read({"post": post("x", reply={"parent": {"uri": f"at://{who}/app.bsky.feed.post/k"}})})[0]
        for who in ("did:plc:ada", "did:plc:mio")
    ]
    assert [found.kind for found in kinds] == ["reply", "post"]


def test_wrong_facets_leave_the_text_as_it_is() -> None:
    wrong = [{"index": {"byteStart": 2, "byteEnd": 99}, "features": [{"uri": URL}]},
             {"index": {"byteStart": 3, "byteEnd": 1}, "features": [{"uri": URL}]}]  # fmt: skip
    assert read({"post": post("Hello <b>", facets=wrong)})[0].text == "Hello <b>"


@pytest.mark.parametrize(
    "answer",
    [
        {"posts": [post("Hello")]},
        {"thread": {"post": post("Hello"), "replies": []}},
        {"post": post("Hello")},
        post("Hello"),
        [post("Hello")],
    ],
)
def test_every_shape_of_answer_is_read(answer: object) -> None:
    found = read_bluesky(json.dumps(answer).encode(), source="Mio")
    assert [p.text for p in found] == ["Hello"]


def test_an_empty_feed_is_none_and_an_error_is_refused() -> None:
    assert read() == ()
    with pytest.raises(SourceFailed, match="not Bluesky posts"):
        read_bluesky(b'{"error": "InvalidRequest", "message": "Profile not found"}', source="Mio")
