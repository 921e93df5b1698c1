"""Test that lists of what somebody follows become feeds, each once, or a clear word."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.base.errors import UsageError
from reader.gathering.follow import MOST_FEEDS, follow_list, read_list
from reader.gathering.imports.feeds import (
    LONGEST,
    NO_FEED_OF_X,
    FollowedFeed,
    FollowList,
    SkippedLine,
    read_follow_list,
    write_opml,
)
from reader.library.config import Feed
from reader.library.folder import Library, read_config
from tests.data import DATA, needs_data
from tests.samples import FEEDS_TOML, a_library

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>mine</title></head><body>
<outline text="研究">
  <outline text="Speech">
    <outline type="rss" text="A &amp; B" xmlUrl="https://a.example/feed?x=1&y=2"/>
  </outline>
  <outline xmlurl="feed://b.example/rss" title="B &eacute;"/>
</outline>
<outline text="a page" type="link" url="https://c.example/"/>
<outline text="old" xmlUrl="ftp://d.example/rss"/>
<outline text="cs.CL" xmlUrl="http://export.arxiv.org/rss/cs.CL"/>
<outline text="venue" category="x,openreview" xmlUrl="https://e.example/notes"/>
</body></opml>
"""
OF_OPML = FollowList(
    (
        FollowedFeed("https://a.example/feed?x=1&y=2", "A & B", "posts", "研究/Speech", 5),
        FollowedFeed("https://b.example/rss", "B é", "posts", "研究", 7),
        FollowedFeed("http://export.arxiv.org/rss/cs.CL", "cs.CL", "papers", "", 11),
        FollowedFeed("https://e.example/notes", "venue", "openreview", "", 12),
    ),
    (
        SkippedLine(9, "a page", "There is no address of a feed (xmlUrl)."),
        SkippedLine(10, "ftp://d.example/rss", "This is no web address."),
    ),
)


def read(text: str, encoding: str = "utf-8") -> FollowList:
    """Read a list, with its reasons in words."""
    found = read_follow_list(text.encode(encoding), file="list")
    left_out = (SkippedLine(one.line, one.text, str(one.why)) for one in found.left_out)
    return FollowList(found.feeds, tuple(left_out))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_opml_is_read_with_folders_kinds_and_lines(encoding: str) -> None:
    assert read(OPML, encoding) == OF_OPML


def test_opml_that_names_its_encoding_is_read_by_it() -> None:
    text = '<?xml version="1.0" encoding="Shift_JIS"?><opml><body><outline text="音声" xmlUrl="https://a.example/"/></body></opml>'
    assert read(text, "cp932").feeds == (FollowedFeed("https://a.example/", "音声"),)


def test_a_csv_of_mastodon_names_accounts_by_their_feeds() -> None:
    text = (
        "Account address,Show boosts,Notify on new posts,Languages\r\n"
        'ada@m.example,true,false,"en, ja"\r\n'
        "nobody,true,false,\r\n"
        "Bo_L@M.example,false,false,\r\n"
    )
    assert read(text) == FollowList(
        (
            FollowedFeed("https://m.example/@ada.rss", "@ada@m.example", line=2),
            FollowedFeed("https://m.example/@Bo_L.rss", "@Bo_L@M.example", line=4),
        ),
        (SkippedLine(3, "nobody", "This is no account and no web address."),),
    )


def test_a_text_names_an_account_or_a_feed_in_each_line() -> None:
    text = """# mine
@ada@m.example

https://m.example/@bo
mio.bsky.social
https://bsky.app/profile/cy.example
did:plc:abc234
https://blog.example/feed.xml
@jack
https://x.com/jill
"""
    bsky = "https://bsky.app/profile/{}/rss".format
    assert read(text) == FollowList(
        (
            FollowedFeed("https://m.example/@ada.rss", "@ada@m.example", line=2),
            FollowedFeed("https://m.example/@bo.rss", "@bo@m.example", line=4),
            FollowedFeed(bsky("mio.bsky.social"), "mio.bsky.social", line=5),
            FollowedFeed(bsky("cy.example"), "cy.example", line=6),
            FollowedFeed(bsky("did:plc:abc234"), "did:plc:abc234", line=7),
            FollowedFeed("https://blog.example/feed.xml", line=8),
        ),
        (
            SkippedLine(9, "@jack", str(NO_FEED_OF_X)),
            SkippedLine(10, "https://x.com/jill", str(NO_FEED_OF_X)),
        ),
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            'window.YTD.following.part0 = [\n{"following": {"accountId": "12", '
            '"userLink": "https://twitter.com/intent/user?user_id=12"}},\n'
            '{"following": {"accountId": "13"}}]',
            [(2, "12"), (3, "13")],
        ),
        ("name,screen_name\nAda,ada\nBo,bo.l\n", [(2, "ada"), (3, "bo.l")]),
        ("@ada\n@bo", [(1, "@ada"), (2, "@bo")]),
    ],
)
def test_accounts_of_x_are_counted_and_left_out(text: str, names: list[tuple[int, str]]) -> None:
    found = read(text)
    assert found.feeds == ()
    assert [(one.line, one.text) for one in found.left_out] == names
    assert {one.why for one in found.left_out} == {str(NO_FEED_OF_X)}


def test_a_following_list_of_bluesky_is_read_without_its_owner() -> None:
    page = {
        "subject": {"did": "did:plc:me", "handle": "me.example"},
        "follows": [
            {"did": "did:plc:a", "handle": "ada.example", "displayName": "Ada"},
            {"did": "did:plc:b", "handle": "bo.example"},
        ],
    }
    bsky = "https://bsky.app/profile/{}/rss".format
    assert read(json.dumps(page, indent=1)).feeds == (
        FollowedFeed(bsky("ada.example"), "Ada", line=9),
        FollowedFeed(bsky("bo.example"), "bo.example", line=14),
    )
    more = read(json.dumps({"follows": page["follows"], "cursor": "3k"}))
    assert len(more.feeds) == 2
    assert [(one.text, one.why) for one in more.left_out] == [
        ("3k", "There are more: save the next page too, with &cursor= and this.")
    ]
    records = [{"$type": "app.bsky.graph.follow", "subject": "did:plc:a", "createdAt": "2026"}]
    assert read(json.dumps(records)).feeds == (FollowedFeed(bsky("did:plc:a"), "did:plc:a"),)


BOMB = """<?xml version="1.0"?>
<!DOCTYPE opml [
<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
]><opml><body><outline xmlUrl="https://a.example/&b;"/></body></opml>"""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (OPML.encode()[:300], "list, line 7: the file is cut or broken here"),
        (BOMB.encode(), "list, line 3: it declares entities"),
        (OPML.encode("cp932", "replace"), "list, line 3: this is not UTF-8"),
        ("Account address,語\nada@m.example,語\n".encode("cp932"), "line 1: this is not UTF-8"),
        (b'<?xml version="1.0" encoding="klingon"?><opml/>', "line 1: this is not KLINGON"),
        (b"<!DOCTYPE html>\n<html><body>Log in", "list, line 1: this is a web page"),
        (b"<rss version='2.0'><channel/></rss>", "list, line 1: this is a feed"),
        (b"<svg/>", "list, line 1: this is no OPML"),
        (b"<opml>" + b"<outline>" * 2000, "list, line 1: the file is cut or broken here"),
        (b"<opml><body/></opml>", "list: nobody and nothing to follow"),
        (b"", "list: nobody and nothing to follow"),
        (b"Dear Ada,\nhow are you?\n", "list: nobody and nothing to follow"),
        (b'{"follows": [\n{"handle": "a.b"}', "list, line 2: the file is cut or broken here"),
        (b"[" * 100_000, "list, line 1: the file is cut or broken here"),
        (b'Account address\n"ada@m.example\n', "list, line 2: the file is cut or broken here"),
        (b"ada@m.example\nbo\0", "list, line 2: this is no text"),
        (b"PK\x03\x04...", "list: this is a packed archive"),
        (b"\x3a\xa2eroots\x81\xd8", "list: this is Bluesky's archive"),
    ],
)
def test_what_is_no_list_is_refused_with_its_place_and_a_remedy(content: bytes, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_follow_list(content, file="list")
    assert said in caught.value.message
    assert caught.value.hint


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_list_or_a_clear_word(content: bytes) -> None:
    with contextlib.suppress(UsageError):
        read_follow_list(content, file="list")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        yield library


def feeds_of(library: Library) -> list[Feed]:
    return list(read_config(library.folder / "feeds.toml").feeds)


def test_new_feeds_are_added_behind_everything_that_was_there(library: Library) -> None:
    file = library.folder / "feeds.toml"
    before = "# mine\n" + FEEDS_TOML + "# the end"
    file.write_text(before, "utf-8")
    done = follow_list(library, read_follow_list(OPML.encode(), file="list"))
    after = file.read_text("utf-8")
    assert after.removeprefix(before) == (
        '\n\n# 研究/Speech\n[[feed]]\nname = "A & B"\nurl = "https://a.example/feed?x=1&y=2"\n'
        '\n# 研究\n[[feed]]\nname = "B é"\nurl = "https://b.example/rss"\n'
        '\n[[feed]]\nname = "venue"\nurl = "https://e.example/notes"\nkind = "openreview"\n'
    )
    assert done.old_file
    assert done.old_file.read_text("utf-8") == before
    # The class is watched already.
    assert [(feed.name, name) for feed, name in done.known] == [("cs.CL", "arXiv feed cs.CL")]
    assert len(done.left_out) == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/timeline.rss",
        "https://127.0.0.1:9/timeline.rss/",
        "HTTP://127.0.0.1:9/timeline.rss#top",
    ],
)
def test_an_address_is_known_however_it_is_written(library: Library, url: str) -> None:
    before = (library.folder / "feeds.toml").read_bytes()
    done = follow_list(library, FollowList((FollowedFeed(url, "again"),)))
    assert [name for _feed, name in done.known] == ["timeline"]
    assert done.old_file is None
    assert (library.folder / "feeds.toml").read_bytes() == before


def test_the_same_list_twice_adds_nothing(library: Library) -> None:
    found = read_follow_list(OPML.encode(), file="list")
    follow_list(library, found)
    before = (library.folder / "feeds.toml").read_bytes()
    done = follow_list(library, found)
    assert (done.brought, len(done.known)) == ((), 4)
    assert (library.folder / "feeds.toml").read_bytes() == before


def test_a_feed_twice_in_a_list_is_one(library: Library) -> None:
    urls = ("https://a.example/rss", "http://www.A.example/rss/", "https://a.example:443/rss")
    done = follow_list(library, FollowList(tuple(FollowedFeed(url, "a") for url in urls)))
    assert (len(done.brought), len(done.known)) == (1, 2)


def test_names_are_made_distinct(library: Library) -> None:
    feeds = [
        FollowedFeed(f"https://a.example/{n}", name)
        for n, name in enumerate(
            ["timeline", "arXiv news", "", "a\x1b[1mb", 'q"\\uote', "timeline"]
        )
    ]
    follow_list(library, FollowList(tuple(feeds)))
    assert [feed.name for feed in feeds_of(library)][1:] == [
        "timeline (a.example/0)",
        "a.example/1",
        "a.example/2",
        "a\x1b[1mb",
        'q"\\uote',
        "timeline (a.example/5)",
    ]


def test_a_dry_run_and_too_many_feeds_change_nothing(library: Library) -> None:
    before = sorted(library.folder.iterdir()), (library.folder / "feeds.toml").read_bytes()
    several = [FollowedFeed(f"https://a{n}.example/") for n in range(MOST_FEEDS + 1)]
    assert (
        len(follow_list(library, FollowList(tuple(several[1:])), is_dry_run=True).brought) == 2000
    )
    with pytest.raises(UsageError, match="new feeds in the list: 2,001"):
        follow_list(library, FollowList(tuple(several)))
    after = sorted(library.folder.iterdir()), (library.folder / "feeds.toml").read_bytes()
    assert after == before


def test_a_file_that_is_too_long_or_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.opml"
    with pytest.raises(UsageError, match="No such file"):
        read_list(file)
    with file.open("wb") as opened:
        opened.truncate(LONGEST + 1)
    with pytest.raises(UsageError, match="longer than 20 MB"):
        read_list(file)


def test_what_is_written_as_opml_is_read_back() -> None:
    feeds = [
        Feed("A & <B>", "https://a.example/?x=1&y=2"),
        Feed("音声", "https://b.example/", "papers"),
    ]
    found = read_follow_list(write_opml(feeds, title="mine"), file="list")
    assert [Feed(feed.name, feed.url, feed.kind) for feed in found.feeds] == feeds


@needs_data
@pytest.mark.parametrize("name", ["blogs.opml", "ai_news.opml"])
def test_real_lists_have_the_feeds_of_their_manifest(library: Library, name: str) -> None:
    assert DATA
    lines = (DATA / "files" / "libraries_truth.jsonl").read_text("utf-8").splitlines()
    [truth] = [row for row in map(json.loads, lines) if row["file"] == f"libraries/{name}"]
    found = read_list(DATA / "files" / "libraries" / name)
    assert (len(found.feeds), found.left_out) == (truth["feeds"], ())
    done = follow_list(library, found)
    assert len(done.brought) == truth["distinct_feeds"]
    assert len(feeds_of(library)) == truth["distinct_feeds"] + 1
