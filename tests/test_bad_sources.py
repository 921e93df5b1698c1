"""A source that fails is named, the others arrive, and the next gather brings the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installed import (
    ALL,
    NOW,
    ON_TUESDAY,
    QUIET,
    SOON,
    WATER,
    feeds,
    finish,
    ids_of,
    new_library,
    rows,
    run,
    says,
    start,
    states,
    today,
)
from tests.play import Fault, PlayServer

API, CL_FEED, AS_FEED = "/api/query", "/atom/cs.CL", "/atom/eess.AS"
POSTS, BLOG = "/feeds/timeline.rss", "/feeds/blog.json"
FAILING = (API, CL_FEED, POSTS)
"""The API, an announcement feed and a timeline fail; of each kind that can, one answers."""


def only(paths: tuple[str, ...], fault: Fault) -> Callable[[str, int], Fault | None]:
    return lambda path, _: fault if path in paths else None


PAGE = b"<!DOCTYPE html><html><body>Log in to the hotel's network</body></html>"
HALF = (
    b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'>"
    b"<totalResults>9</totalResults><entry><id>"
)

pytestmark = pytest.mark.slow
LATER = {"Retry-After": "3600"}

WAYS_TO_FAIL: dict[str, tuple[Fault, tuple[str, ...], tuple[str, ...]]] = {
    "429 with a long wait": (
        Fault(status=429, headers=LATER),
        ("answered 429: too many requests", "asked again after 2031-03-04 18:00 UTC"),
        ("answered 429: too many requests", "asked again after 2031-03-04 18:00 UTC"),
    ),
    "403": (
        Fault(status=403),
        ("answered 403: access is denied", "remove it from feeds.toml"),
        ("answered 403: access is denied", "remove it from feeds.toml"),
    ),
    "an HTML page": (
        Fault(body=PAGE),
        ("the answer is an HTML page, not Atom", "The next gather tries again."),
        ("an HTML page, not a feed", "in a browser"),
    ),
    "half a body, honestly sent": (
        Fault(body=HALF),
        ("the answer is incomplete: its Atom feed has no end", "The next gather tries again."),
        ("the feed breaks off after", "in a browser"),
    ),
    "a connection that breaks": (
        Fault(cut_after=100),
        ("127.0.0.1 broke off or is not HTTP", "The next gather tries again"),
        ("127.0.0.1 broke off or is not HTTP", "The next gather tries again"),
    ),
    "nothing at all": (
        Fault(body=b""),
        ("the answer is empty, not Atom", "The next gather tries again."),
        ("the answer is empty", "in a browser"),
    ),
}
"""How an answer fails; what is said of the API then, and of a feed."""


@pytest.mark.parametrize("way", WAYS_TO_FAIL)
def test_one_bad_source_of_each_kind_is_named_and_the_others_arrive(
    way: str, fresh: Path, server: PlayServer
) -> None:
    fault, of_api, of_feed = WAYS_TO_FAIL[way]
    server.faults = only(FAILING, fault)
    code, out, err = run("gather", "--no-encode", library=fresh)
    assert (code, out) == (5, "")
    assert says(err, "reader: arXiv:", *of_api)
    assert says(err, "reader: arXiv feed cs.CL:", *of_feed)
    assert says(err, "reader: timeline:", *of_feed)
    assert "Traceback" not in err

    # What the healthy ones gave is here: the other feed's papers, the blog's post.
    assert ids_of(fresh) == [WATER, QUIET]
    assert [r[0] for r in rows(fresh, "SELECT source FROM posts")] == ["blog"]
    code, morning = today(fresh)
    assert (code, morning["is_complete"]) == (5, False)
    assert states(morning) == {
        # A server that says when to come back is not asked for the next day before.
        "arXiv": "not asked" if "long wait" in way else "failed",
        "arXiv feed cs.CL": "failed",
        "arXiv feed eess.AS": "not checked",
        "timeline": "failed",
        "blog": "not checked",
    }

    # An hour later all of it comes.
    server.faults = lambda _path, _n: None
    assert run("gather", "--no-encode", library=fresh, now=SOON) == (0, "", "")
    assert ids_of(fresh) == ALL
    code, morning = today(fresh, now=SOON)
    assert (code, morning["is_complete"], morning["n_arrived"]) == (0, True, 6)


def test_a_list_that_is_not_complete_says_so_and_nobody_is_pestered(
    fresh: Path, server: PlayServer
) -> None:
    server.faults = only(FAILING, Fault(status=403))
    code, out, err = run("today", library=fresh)
    assert (code, err) == (5, "")
    assert says(
        out,
        "INCOMPLETE: papers may be missing from arXiv, arXiv feed cs.CL, timeline;",
        "SOURCES 2 of 5 up to date",
    )
    assert says(out, "OWN TOPICS 2 papers for you (2 new so far, some sources are missing)")
    assert says(
        out, "! arXiv feed cs.CL, timeline: nothing received for 2031-03-04:", "answered 403"
    )
    server.faults = lambda _path, _n: None
    server.requests.clear()
    code, _, err = run("gather", "--no-encode", library=fresh)
    assert (code, ids_of(fresh)) == (5, [WATER, QUIET])
    assert not [r for r in server.requests if r.partition("?")[0] in FAILING]
    line = "timeline: failed 1 time, next try after 2031-03-04 17:1"
    assert says(err, line, "`reader gather 'timeline'` asks it")
    assert run("gather", "timeline", "--no-encode", library=fresh) == (0, "", "")
    assert server.requests.count(POSTS) == 1


def test_a_server_in_trouble_is_asked_once_more_and_then_left(
    fresh: Path, server: PlayServer
) -> None:
    server.faults = lambda path, n: (
        Fault(status=500) if path == API or (path == CL_FEED and n == 1) else None
    )
    code, _, err = run("gather", "--no-encode", library=fresh)
    assert code == 5
    assert says(err, "arXiv: 127.0.0.1 answered 500: the server has a problem", "next gather")
    # The feed stumbled once and is here.
    assert ids_of(fresh) == ON_TUESDAY
    # Two days, each once more: one bad day does not hide the next, two are a server that is down.
    assert [r.partition("?")[0] for r in server.requests].count(API) == 4


def test_a_busy_server_without_a_time_is_asked_twice_more(fresh: Path, server: PlayServer) -> None:
    server.faults = only((POSTS,), Fault(status=429))
    code, _, err = run("gather", "--no-encode", library=fresh)
    assert (code, ids_of(fresh)) == (5, ALL)
    assert says(err, "timeline: 127.0.0.1 answered 429: too many requests", "next gather")
    assert server.requests.count(POSTS) == 3


@pytest.mark.slow
def test_a_source_that_hangs_is_given_up_and_the_others_arrive(
    fresh: Path, server: PlayServer
) -> None:
    server.faults = only((POSTS,), Fault(hang_s=60))
    code, _, err = run("gather", "--no-encode", library=fresh)
    assert (code, ids_of(fresh)) == (5, ALL)
    assert says(err, "timeline: no answer (127.0.0.1 did not finish its answer within 20 s)")


def test_a_network_that_is_down_loses_nothing_and_blames_every_source(
    tmp_path: Path, server: PlayServer, library: Path
) -> None:
    assert run("note", WATER, "-m", "One. Two.", library=library).code == 0
    config = library / "feeds.toml"
    text = config.read_text("utf-8")
    # A port that was free a moment ago: nothing listens there.
    with PlayServer((), clock=lambda: NOW) as gone:
        url = gone.url
    config.write_text(text.replace(server.url, url), encoding="utf-8")
    later = SOON.replace(day=5)
    code, _, err = run("gather", "--no-encode", library=library, now=later)
    assert code == 5
    names = "arXiv, arXiv feed cs.CL, arXiv feed eess.AS, timeline, blog"
    assert says(err, f"{names}: no answer (127.0.0.1 refused the", "Is the network up?", "here.")
    assert err.count("reader:") == 1
    code, out, err = run("today", library=library, now=later)
    assert (code, err) == (5, "")
    assert says(out, "0 new papers", "INCOMPLETE: None of the 5 sources can be reached")
    assert says(out, "(2031-03-05). Is the network up?", "SOURCES 0 of 5 up to date")
    assert run("today", "--no-fetch", "--date", "2031-03-04", library=library).code == 0
    assert ids_of(library) == ALL

    config.write_text(text, encoding="utf-8")
    server.clock = lambda: later
    code, _, err = run("gather", "--no-encode", library=library, now=later.replace(hour=20))
    # Nothing was announced for the fifth: the feeds say so, and nothing else is wrong.
    assert code == 5
    assert err.count("it does not have the list of 2031-03-05 yet") == err.count("reader:") == 2


def test_a_feed_without_entries_is_no_failure_but_an_empty_announcement_is_named(
    fresh: Path, server: PlayServer
) -> None:
    server.feeds = feeds() | {"timeline.rss": b"<rss version='2.0'><channel></channel></rss>"}
    atom = (
        b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'>"
        b"<published>2031-03-04T00:00:00-05:00</published></feed>"
    )
    server.faults = only((CL_FEED,), Fault(body=atom))
    code, _, err = run("gather", "--no-encode", library=fresh)
    assert code == 5
    assert says(err, "arXiv feed cs.CL: it does not have the list of 2031-03-04 yet", "next gather")
    code, morning = today(fresh)
    assert states(morning)["timeline"] == "empty"
    # A weekday's announcement holds papers: none is a feed that was not built yet.
    assert (code, states(morning)["arXiv feed cs.CL"]) == (5, "stale")
    assert ids_of(fresh) == ALL


def test_an_api_without_papers_is_not_taken_for_a_quiet_day(
    fresh: Path, server: PlayServer
) -> None:
    empty = (
        b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom' "
        b"xmlns:o='http://a9.com/-/spec/opensearch/1.1/'><o:totalResults>0</o:totalResults></feed>"
    )
    server.faults = only((API,), Fault(body=empty))
    run("gather", "--no-encode", library=fresh)
    # Each day was asked for twice; the feeds filled in what the API kept back.
    assert [r.partition("?")[0] for r in server.requests].count(API) >= 4
    assert ids_of(fresh) == ON_TUESDAY
    server.faults = lambda _path, _n: None
    assert run("gather", "--no-encode", library=fresh, now=SOON).code == 0
    assert ids_of(fresh) == ALL


def test_a_second_page_that_fails_leaves_the_day_partial_until_it_comes(
    tmp_path: Path, crowd: PlayServer
) -> None:
    library = new_library(tmp_path / "library", crowd)
    crowd.faults = lambda path, _: Fault(status=404) if "start=200" in crowd.requests[-1] else None
    code, _, err = run("gather", "arXiv", "--no-encode", library=library)
    assert code == 5
    assert says(err, "arXiv: 200 of 450 for 2031-03-04", "answered 404", "next gather")
    code, morning = today(library)
    (tuesday,) = [s for s in morning["sources"] if s["covers"] == "2031-03-04"]
    assert (tuesday["state"], tuesday["received"], tuesday["expected"]) == ("partial", 200, 450)
    assert code == 5
    crowd.faults = lambda _path, _n: None
    assert run("gather", "arXiv", "--no-encode", library=library, now=SOON).code == 0
    _, morning = today(library, now=SOON)
    assert (morning["n_arrived"], len(ids_of(library))) == (451, 451)


def test_two_gathers_at_once_the_second_says_so_and_leaves(fresh: Path, server: PlayServer) -> None:
    server.faults = only((BLOG,), Fault(hang_s=60))
    first = start("gather", "--no-encode", library=fresh)
    while BLOG not in server.requests:
        assert first.poll() is None
    code, out, err = run("gather", "--no-encode", library=fresh)
    assert (code, out) == (6, "")
    assert says(
        err,
        f"{fresh}/gather.lock is in use by `reader gather` (process {first.pid}).",
        "Wait until that process",
    )
    # The list can be read meanwhile.
    assert today(fresh)[0] in (0, 5)
    server.stopped.set()  # ends all silence
    assert finish(first).code == 0
    assert ids_of(fresh) == ALL


def test_an_entity_bomb_is_a_failed_feed(fresh: Path, server: PlayServer) -> None:
    grown = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x0 "boom">{grown}]>
    <rss version="2.0"><channel><title>t</title><item><guid>1</guid><description>&x9;
    https://arxiv.org/abs/{WATER[6:]}</description></item></channel></rss>"""
    server.feeds = feeds() | {"timeline.rss": bomb.encode()}
    code, _, err = run("gather", "--no-encode", library=fresh)
    assert (code, ids_of(fresh)) == (5, ALL)
    assert says(err, "timeline: the feed cannot be read: its entity &x9; grows without limit")
    assert states(today(fresh)[1])["timeline"] == "failed"
