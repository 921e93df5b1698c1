"""Test that slow hosts together hold a gather up for `gather.wait_s` at most, and are named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.installed import ALL, NOW, SOON, ids_of, new_library, rows, run_here, says, states, today
from tests.play import PlayServer
from tests.server import Answer, Server

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>slow</title>
<item><guid>1</guid><description>Read arxiv.org/abs/3103.90003 tonight.</description></item>
</channel></rss>"""

DATE = {"Date": format_datetime(NOW, usegmt=True)}
SLOW = ("slow 1", "slow 2", "slow 3")
WHOLE = Answer(FEED, headers=DATE)


@pytest.fixture
def slow() -> Iterator[dict[str, Server]]:
    """Three hosts that send a byte every 0.05 s: 10 s for a feed."""
    with ExitStack() as stack:
        found = {name: stack.enter_context(Server()) for name in SLOW}
        for host in found.values():
            host.script("/feed", Answer(FEED, headers=DATE, drip_s=0.05))
        yield found


@pytest.fixture
def library(tmp_path: Path, server: PlayServer, slow: dict[str, Server]) -> Path:
    folder = new_library(tmp_path / "library", server)
    asked = [(name, host.url("/feed")) for name, host in slow.items()]
    # Another address of a slow host, which is asked after it.
    asked.append(("behind", slow["slow 1"].url("/behind")))
    slow["slow 1"].script("/behind", WHOLE)
    feeds = "".join(f'\n[[feed]]\nname = "{name}"\nurl = "{url}"\n' for name, url in asked)
    file = folder / "feeds.toml"
    file.write_text(f"{file.read_text('utf-8')}\n[gather]\nwait_s = 3\n{feeds}", "utf-8")
    return folder


def test_slow_hosts_are_named_and_go_on_next_time(library: Path, slow: dict[str, Server]) -> None:
    code, _, err = run_here("gather", "--no-encode", library=library)
    # All of the others is here.
    assert (code, ids_of(library)) == (5, ALL)
    for name in SLOW:
        assert says(err, f"{name}: 127.0.0.1 did not finish its answer within the 3 s for all")
    assert says(err, "behind: not asked: the 3 s for all sources were over", "next gather")
    assert {seen.path for seen in slow["slow 1"].seen} == {"/feed"}
    _, morning = today(library)
    assert states(morning) == {
        **dict.fromkeys(("arXiv",), "complete"),
        **dict.fromkeys(("arXiv feed cs.CL", "arXiv feed eess.AS"), "complete"),
        **dict.fromkeys(("timeline", "blog"), "not checked"),
        **dict.fromkeys(SLOW, "failed"),
        "behind": "not asked",
    }
    assert not morning["is_complete"]
    told = run_here("sources", library=library)
    assert told.code == 5
    assert says(told.out, "slow 1", "failed", "did not finish its answer within the 3 s")
    assert says(told.out, "behind", "not asked today", "the 3 s for all sources were over")
    # What was not asked did not fail, and the next gather has both.
    assert rows(library, "SELECT name FROM sources WHERE n_errors > 0 ORDER BY name") == [
        (name,) for name in SLOW
    ]
    for host in slow.values():
        host.script("/feed", WHOLE)
    assert run_here("gather", "--no-encode", library=library, now=SOON)[::2] == (0, "")
    assert states(today(library, now=SOON)[1])["behind"] == "not checked"
    assert rows(library, "SELECT count(*) FROM posts WHERE source LIKE 'slow%'") == [(3,)]


def test_a_source_that_is_named_has_no_limit(library: Path, slow: dict[str, Server]) -> None:
    slow["slow 1"].script("/feed", Answer(FEED, headers=DATE, hang_s=3.2))
    assert run_here("gather", "slow 1", "--no-encode", library=library) == (0, "", "")
    assert rows(library, "SELECT source, state FROM batches") == [("slow 1", "not checked")]
