"""Test the reading of Mastodon's API: words, boosts, quotes, replies, threads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from reader.base.errors import SourceFailed
from reader.gathering.sources.social import read_mastodon
from reader.library.paper import Mention, Post

AT = datetime(2025, 3, 4, 7, 30, tzinfo=UTC)
LINK = (
    '<a href="https://arxiv.org/abs/2503.00001v2"><span class="invisible">https://</span>'
    '<span class="ellipsis">arxiv.org/abs/2503.000</span><span class="invisible">01v2</span></a>'
)
ID = "arxiv:2503.00001"


def status(content: str = f"<p>Rivers talk: {LINK}</p>", **more: Any) -> dict[str, Any]:
    return {
        "id": "1", "uri": "https://social.example/users/mio/statuses/1",
        "url": "https://social.example/@mio/1", "created_at": "2025-03-04T07:30:00.000Z",
        "content": content, "spoiler_text": "", "reblog": None, "favourites_count": 3,
        "account": {"id": "7", "acct": "mio", "display_name": "Mio Hoshi"},
        "in_reply_to_id": None, "in_reply_to_account_id": None,
    } | more  # fmt: skip


def read(*statuses: dict[str, Any]) -> tuple[Post, ...]:
    return read_mastodon(json.dumps(statuses).encode(), source="Mio")


def test_a_status_with_its_link_made_whole() -> None:
    assert read(status()) == (
        Post(
            guid="https://social.example/users/mio/statuses/1",
            author="Mio Hoshi",
            text="Rivers talk: https://arxiv.org/abs/2503.00001v2",
            url="https://social.example/@mio/1",
            posted_at=AT,
            mentions=(Mention(ID, "Rivers talk"),),
            n_votes=3,
        ),
    )


def test_a_boost_is_a_repost_by_the_account_that_passed_it_on() -> None:
    ada = {"id": "8", "acct": "ada@other.example", "display_name": ""}
    first = status(account=ada, uri="https://other.example/1", url="https://other.example/@ada/1")
    boost = status("", reblog=first, uri="https://social.example/users/mio/statuses/2/activity")
    (post,) = read(boost)
    assert (post.kind, post.author, post.mentions) == (
        "repost", "Mio Hoshi", (Mention(ID, "Rivers talk"),),
    )  # fmt: skip
    assert post.guid == "https://social.example/users/mio/statuses/2/activity"
    assert post.url == "https://other.example/@ada/1"


def test_a_quote_keeps_the_own_words_about_the_paper() -> None:
    body = '<p class="quote-inline">RE: <a href="https://other.example/@ada/1">x</a></p><p>Wow.</p>'
    (post,) = read(status(body, quote={"state": "accepted", "quoted_status": status()}))
    assert (post.kind, post.mentions) == ("quote", (Mention(ID, "Wow."),))
    assert post.text == "Wow.\n\n> Rivers talk: https://arxiv.org/abs/2503.00001v2"


def test_a_quote_in_the_form_of_other_servers_is_read_too() -> None:
    (post,) = read(status("<p>Wow.</p>", quote=status()))
    assert (post.kind, post.mentions) == ("quote", (Mention(ID, "Wow."),))


def test_a_reply_counts_as_one_unless_it_continues_a_thread() -> None:
    kinds = [
        read(status(in_reply_to_id="5", in_reply_to_account_id=who))[0].kind for who in ("8", "7")
    ]
    assert kinds == ["reply", "post"]


def test_the_card_and_the_content_warning_belong_to_the_post() -> None:
    card = {"url": "https://doi.org/10.1234/river"}
    (post,) = read(status("<p>See below.</p>", card=card, spoiler_text="Rivers"))
    assert post.text == "Rivers\n\nSee below."
    assert post.mentions == (Mention("doi:10.1234/river", "Rivers See below."),)


def test_a_post_without_an_account_is_by_the_source() -> None:
    assert read(status(account={}))[0].author == "Mio"


@pytest.mark.parametrize("shape", ["statuses", "ancestors", "descendants"])
def test_a_search_and_a_context_are_read(shape: str) -> None:
    assert len(read_mastodon(json.dumps({shape: [status()]}).encode(), source="Mio")) == 1


def test_no_statuses_are_none_and_an_error_is_refused() -> None:
    assert read_mastodon(b"[]", source="Mio") == ()
    assert read_mastodon(b'{"accounts": [], "statuses": []}', source="Mio") == ()
    with pytest.raises(SourceFailed, match="not Mastodon posts"):
        read_mastodon(b'{"error": "The access token is invalid"}', source="Mio")
