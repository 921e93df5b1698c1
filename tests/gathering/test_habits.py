"""Test how the texts that services add to a person's words are recognised."""

from __future__ import annotations

from reader.gathering.sources.feed import tidy
from reader.library.paper import Mention, Post
from reader.library.post import PostParts, make_post

A = "https://arxiv.org/abs/2503.00001"
ID = "arxiv:2503.00001"
STATUS = "http://nitter.example/mio/status/1733542748857483570#m"


def tidied(said: PostParts, owner: str = "Mio / @mio") -> Post:
    return make_post(tidy(said, owner))


def told(post: Post) -> tuple[str, str, tuple[Mention, ...]]:
    return post.kind, post.author, post.mentions


def test_a_retweet_in_nitter_is_by_the_one_who_passed_it_on() -> None:
    said = PostParts(
        STATUS, "@ada", f"<p>Rivers talk {A}</p>", title=f"RT by @mio: Rivers talk {A}"
    )
    post = tidied(said)
    assert told(post) == ("repost", "@mio", (Mention(ID, "Rivers talk"),))
    assert post.text == f"Rivers talk {A}"


def test_a_reply_in_nitter_counts_as_one_unless_it_is_to_oneself() -> None:
    for who, kind in (("ada", "reply"), ("Mio", "post")):
        said = PostParts(STATUS, "@mio", f"<p>Yes, {A}</p>", title=f"R to @{who}: Yes, {A}")
        assert told(tidied(said)) == (kind, "@mio", (Mention(ID, "Yes"),))


def test_a_quote_in_nitter_stands_below_a_line() -> None:
    html = (
        f"<p>So good!</p>\n<hr/>\n<blockquote>\n<b>Ada (@ada)</b>\n<p>\n<p>Out now: {A}</p>\n</p>\n"
        "<footer>\n— <cite><a href='http://nitter.example/ada/status/1#m'>x</a></cite></footer>"
        "</blockquote>"
    )
    post = tidied(PostParts(STATUS, "@mio", html, title="So good!"))
    assert told(post) == ("quote", "@mio", (Mention(ID, "So good!"),))
    assert post.text.startswith("So good!\n\n> Ada (@ada)")


def test_a_pinned_post_is_a_post() -> None:
    assert tidied(PostParts(STATUS, "@mio", "<p>Hello</p>", title="Pinned: Hello")).text == "Hello"


def test_what_bridges_write_of_boosts_is_known() -> None:
    for title in (f"Mio boosted Ada Field: Rivers {A}", f"Mio reposted Ada Field: Rivers {A}"):
        post = tidied(PostParts("g", "Ada Field", f"<p>Rivers {A}</p>", title=title))
        assert told(post) == ("repost", "Mio", (Mention(ID, "Rivers"),))
    post = tidied(PostParts("g", "x", f"<p>RT @ada: Rivers talk {A}</p>"), owner="Mio")
    assert told(post)[:2] == ("repost", "Mio")


def test_a_title_that_only_speaks_of_boosting_is_an_own_post() -> None:
    for title in ("How we boosted accuracy: a story", "Boosted trees: a review", "RT-1: robots"):
        post = tidied(PostParts("g", "Mio", "<p>Words.</p>", title=title))
        assert (post.kind, post.author, post.text) == ("post", "Mio", f"{title}\n\nWords.")


def test_tumblr_tells_a_bare_reblog_from_one_with_words() -> None:
    head = '<p><a class="tumblr_blog" href="https://ada.example/1">ada</a>:</p>'
    quoted = f"<blockquote><p>Rivers talk {A}</p></blockquote>"
    bare = tidied(PostParts("g", "", head + quoted), owner="Mio")
    assert told(bare) == ("repost", "Mio", (Mention(ID, "Rivers talk"),))
    own = tidied(PostParts("g", "", f"{head}{quoted}<p>Read this.</p>"), owner="Mio")
    assert told(own) == ("quote", "Mio", (Mention(ID, "Read this."),))


def test_reddit_has_the_link_at_the_end_and_the_words_in_the_title() -> None:
    tail = (
        ' &#32; submitted by &#32; <a href="https://www.reddit.com/user/mio"> /u/mio </a> <br/>'
        f'<span><a href="{A}">[link]</a></span> &#32; <span>'
        '<a href="https://www.reddit.com/r/rain/comments/1/x/">[comments]</a></span>'
    )
    post = tidied(PostParts("t3_1", "/u/mio", tail, title="[R] Rivers talk"), owner="Rain")
    assert told(post) == ("post", "/u/mio", (Mention(ID, "[R] Rivers talk"),))
    assert post.text == "[R] Rivers talk"


def test_lemmy_counts_points_and_names_its_people_by_address() -> None:
    body = (
        'submitted by <a href="https://l.example/u/mio">mio</a> to '
        '<a href="https://l.example/c/rain">rain</a><br>12 points | '
        f'<a href="https://l.example/post/1">3 comments</a><br><a href="{A}">{A}</a><p>Slow.</p>'
    )
    post = tidied(PostParts("g", "https://l.example/u/mio", body, title="Rivers talk"), owner="L")
    assert told(post) == ("post", "@mio@l.example", (Mention(ID, "Rivers talk Slow."),))
    assert post.n_votes == 12


def test_hnrss_counts_points() -> None:
    body = (
        f'<p>Article URL: <a href="{A}">{A}</a></p>\n<p>Comments URL: '
        '<a href="https://news.ycombinator.com/item?id=1">x</a></p>\n<p>Points: 77</p>\n'
        "<p># Comments: 5</p>"
    )
    post = tidied(PostParts("g", "mio", body, title="Rivers talk"), owner="HN")
    assert told(post) == ("post", "mio", (Mention(ID, "Rivers talk"),))
    assert (post.n_votes, post.text) == (77, "Rivers talk")


def test_a_tag_feed_of_mastodon_tells_its_people_apart() -> None:
    said = PostParts(
        "g", "#speech", "<p>x</p>", url="https://social.example/@mio/111544891736153138"
    )
    assert tidied(said, "#speech").author == "@mio@social.example"
    assert tidied(said, "Mio").author == "#speech"
