"""Test the following of short addresses: once each, never to private ones, failures kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from reader.base.errors import SourceFailed
from reader.base.http import Request, Response
from reader.base.http.client import Client
from reader.gathering.resolve import MAX_BYTES, ResolvedPosts, is_short, resolve_links
from reader.library.paper import Mention, Post
from tests.server import Server, Time

HOSTS = frozenset({"t.example", "b.example"})
ID = "arxiv:2503.00001"


@dataclass
class Shortener:
    """Answer as a client does that has followed the redirects."""

    targets: dict[str, str | SourceFailed]
    asked: list[Request] = field(default_factory=list)

    def fetch(self, request: Request) -> Response:
        self.asked.append(request)
        target = self.targets[request.url]
        if isinstance(target, SourceFailed):
            raise target
        return Response(target, 200, b"")


def post(guid: str, text: str, *links: str) -> Post:
    return Post(guid, "Mio", text, "https://mio.example", None, links=links)


def test_a_short_address_becomes_a_mention_with_the_words_around_it() -> None:
    web = Shortener({"https://t.example/a": "https://arxiv.org/abs/2503.00001v2"})
    given = post("1", "Hello.\nRivers talk: https://t.example/a\nBye.", "https://t.example/a",
                 "https://rain.example/x")  # fmt: skip
    found = resolve_links(web.fetch, [given], hosts=HOSTS)
    assert found == ResolvedPosts(
        posts=(replace(given, mentions=(Mention(ID, "Rivers talk"),), links=()),),
        targets={"https://t.example/a": "https://arxiv.org/abs/2503.00001v2"},
        failures={},
    )
    assert web.asked == [
        Request(
            "https://t.example/a", "short address t.example", max_bytes=MAX_BYTES, is_trusted=False
        )
    ]


def test_an_address_is_asked_for_once_for_all_posts_and_never_when_known() -> None:
    web = Shortener({"https://t.example/a": "https://rain.example/"})
    known = {"https://t.example/b": "https://doi.org/10.1234/river"}
    given = [post(n, "x", "https://t.example/a", "https://t.example/b") for n in ("1", "2")]
    found = resolve_links(web.fetch, given, hosts=HOSTS, known=known)
    assert [p.mentions for p in found.posts] == [(Mention("doi:10.1234/river", "x"),)] * 2
    assert [p.links for p in found.posts] == [(), ()]
    assert found.targets == {"https://t.example/a": "https://rain.example/"}
    assert len(web.asked) == 1


def test_what_failed_stays_a_link_to_follow_and_what_is_held_back_is_not_asked() -> None:
    failure = SourceFailed(source="t.example", what="no answer")
    web = Shortener({"https://t.example/a": failure})
    given = post("1", "x", "https://t.example/a", "https://t.example/b")
    found = resolve_links(web.fetch, [given], hosts=HOSTS, held_back={"https://t.example/b"})
    assert found == ResolvedPosts((given,), {}, {"https://t.example/a": failure})


def test_an_end_that_turns_programs_away_is_an_end_where_it_is_named() -> None:
    away = SourceFailed(
        source="x", what="403", url="https://dl.acm.org/doi/10.1145/3394171.3413532"
    )
    web = Shortener({"https://t.example/a": away})
    found = resolve_links(web.fetch, [post("1", "", "https://t.example/a")], hosts=HOSTS)
    assert found.posts[0].mentions == (Mention("doi:10.1145/3394171.3413532", ""),)


def test_a_paper_that_the_post_names_already_is_not_mentioned_twice() -> None:
    web = Shortener({"https://t.example/a": "https://arxiv.org/pdf/2503.00001"})
    given = replace(post("1", "x", "https://t.example/a"), mentions=(Mention(ID, "First."),))
    (found,) = resolve_links(web.fetch, [given], hosts=HOSTS).posts
    assert found.mentions == (Mention(ID, "First."),)


def test_without_hosts_nothing_is_asked_and_nothing_is_left_to_follow() -> None:
    given = post("1", "x", "https://t.example/a")
    assert resolve_links(Shortener({}).fetch, [given], hosts=frozenset()) == ResolvedPosts(
        (replace(given, links=()),), {}, {}
    )


def test_only_addresses_on_the_hosts_are_short() -> None:
    short = ("https://t.example/a", "http://www.b.example/x?y", "HTTPS://T.EXAMPLE/a")
    others = ("https://t.example/", "https://t.example", "https://at.example/a", "https://[x/a",
              "https://t.example.evil.org/a", "ftp:x", "")  # fmt: skip
    assert [link for link in (*short, *others) if is_short(link, HOSTS)] == list(short)


def test_a_short_address_never_leads_to_a_private_one() -> None:
    clock = Time()
    with (
        Server() as server,
        Client(clock=clock.clock, sleep=clock.sleep, monotonic=clock.monotonic) as client,
    ):
        link = server.url("/a")
        found = resolve_links(client.fetch, [post("1", "x", link)], hosts=frozenset({"127.0.0.1"}))
        assert "private network" in found.failures[link].message
        assert found.posts[0].links == (link,)
