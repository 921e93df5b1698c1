"""Without a network it is said once, and a source that was not tried is no answer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from reader.base.errors import Problem, SourceFailed, Unreachable
from reader.cli.demo.server import PlayServer
from reader.gathering.gather import source_names, told_together
from reader.gathering.rows import sources
from reader.gathering.source import fail
from reader.library.paper import Batch
from tests.installed import NOW, feeds_toml, run, says, states, today
from tests.samples import DAY
from tests.samples import NOW as NOW_THERE
from tests.web.site import parts_of, site

ALL = ("arXiv", "arXiv feed cs.CL", "arXiv feed eess.AS", "timeline", "blog")
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def offline(tmp_path: Path) -> Path:
    """A library whose every address is a port at which nobody listens, with a seed to look up."""
    with PlayServer((), clock=lambda: NOW) as gone:
        text = feeds_toml(gone)
        oai = f'oai_url = "{gone.url}/oai"'
    text = text.replace('oai_url = "off"', oai)
    text = text.replace('"音声翻訳"]', '"音声翻訳"]\nseeds = ["arxiv:3103.90001"]')
    folder = tmp_path / "offline"
    folder.mkdir()
    (folder / "feeds.toml").write_text(text, encoding="utf-8")
    return folder


def test_no_network_is_one_line_of_the_list(offline: Path) -> None:
    code, out, err = run("today", library=offline)
    assert (code, err) == (5, "")
    assert says(
        out,
        "NOT COMPLETE. None of the 5 sources can be reached (2031-03-03 to 2031-03-04).",
        "Is the network up? What was fetched before is all here.",
        "SOURCES 0 of 5 up to date.",
        "(no connection at 2031-03-04 17:00)",
    )
    assert out.count("reached") == 1
    assert out.count("  ! ") == 0
    assert "127.0.0.1" not in out


def test_no_network_is_one_message_of_a_gather(offline: Path) -> None:
    code, out, err = run("gather", "--no-encode", library=offline)
    assert (code, out) == (5, "")
    assert err.count("reader: ") == 1
    assert says(err, "arXiv API, arXiv feed cs.CL, arXiv feed eess.AS, timeline, blog: no answer")
    assert says(err, "Is the network up? What was fetched before is all here.")

    # What waits after it is one message too, and the list says the same as before.
    code, out, err = run("gather", "--no-encode", library=offline, now=LATER)
    assert (code, out) == (5, "")
    assert says(err, "arXiv, arXiv feed cs.CL, arXiv feed eess.AS, timeline, blog:")
    assert says(err, "no answer, not asked again before 17:1", "asks one of them now")
    assert err.count("not asked again") == 1
    # OAI-PMH was not asked before, and is named beside them.
    assert says(err, "reader: arXiv OAI-PMH: no answer")
    out = run("sources", library=offline, now=LATER).out
    assert says(out, "! arXiv failed, and rests", "failed 1 time in a row")
    assert "not asked today" not in out
    assert err.count("reader: ") == 2
    _, out, _ = run("today", "--no-fetch", library=offline, now=LATER)
    assert says(out, "NOT COMPLETE. None of the 6 sources can be reached")


def test_a_channel_that_had_nothing_to_be_asked_for_is_no_answer(offline: Path) -> None:
    _, morning = today(offline, fetch=True)
    assert states(morning) == dict.fromkeys(ALL, "failed") | {"arXiv OAI": "not needed"}
    code, out, _ = run("sources", library=offline)
    assert code == 5
    assert says(out, "Today's list lacks something: 5 of 5 sources cannot be reached.")
    assert says(out, "arXiv OAI no day to ask for · never answered")
    assert " ".join(out.split()).count("Is the network up?") == 1
    assert out.count("no answer") == 0


def test_what_was_missed_and_cannot_be_asked_for_is_no_part_of_an_answer(offline: Path) -> None:
    """OAI-PMH was said to have given a part, 0 papers, where nobody answered."""
    today(offline, fetch=True)
    run("gather", "--no-encode", library=offline, now=LATER)
    _, morning = today(offline, now=LATER, fetch=False)
    oai = [s for s in morning["sources"] if s["name"] == "arXiv OAI"]
    assert [s["state"] for s in oai if s["covers"] == "2031-03-03"] == ["failed"]


def test_a_network_that_is_up_is_not_said_to_be_down(
    fresh: Path, server: PlayServer, offline: Path
) -> None:
    """Two sources of two hosts that nobody answers at stand in a line of their own."""
    port = (offline / "feeds.toml").read_text("utf-8").partition("127.0.0.1:")[2].partition("/")[0]
    file = fresh / "feeds.toml"
    text = file.read_text("utf-8")
    for name in ("timeline.rss", "blog.json"):
        text = text.replace(server.feed_url(name), f"http://127.0.0.1:{port}/{name}")
    file.write_text(text, encoding="utf-8")
    code, out, err = run("today", library=fresh)
    assert (code, err) == (5, "")
    assert says(out, "NOT COMPLETE: timeline, blog. See below.", "SOURCES 3 of 5 up to date")
    assert says(out, "! timeline, blog: nothing came for 2031-03-04: no answer (127.0.0.1 takes")
    assert "None of" not in out
    assert "Is the network up?" not in out


def test_the_pages_say_it_once_in_the_browsers_language(offline: Path) -> None:
    parts = parts_of(offline, (offline / "feeds.toml").read_text("utf-8"))
    with parts.open_library() as library:
        for name in source_names(library.config):
            error = Unreachable(source=name, what="takes no connections")
            fail(library, name, error)
            batch = Batch(name, DAY, None, 0, "failed", error.message, reason=error.reason)
            sources.add_batch(library.db, batch, now=NOW_THERE, on=DAY)
    with site(parts) as client:
        for language, said in (("en", "None of the 6 sources"), ("ja", "取得元6件のどれにも")):
            for path in ("/", "/sources"):
                text = client.get(path, headers={"accept-language": language}).text
                assert text.count(said) == 1, (language, path)
        assert "takes no connections" not in client.get("/").text


def test_what_failed_for_another_reason_is_told_beside_it() -> None:
    silent = [Problem("gather", n, Unreachable(source=n, what=f"{n} is silent")) for n in "ab"]
    other = Problem("gather", "c", SourceFailed(source="c", what="answered 403"))
    found = [error.message for error in told_together([silent[0], other, silent[1]])]
    assert found == ["a, b: no answer (2 hosts are silent)", "c: answered 403"]
    assert told_together([silent[0], other]) == [silent[0].error, other.error]
    assert told_together([]) == []
