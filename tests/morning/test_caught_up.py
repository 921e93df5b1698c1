"""Test days whose sources answered later: complete, with the place of what was missed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from reader.gathering.rows import sources
from reader.library.paper import Batch
from tests.installed import NOW, PAPERS, copy_library, feeds, feeds_toml, paper, run, says, today
from tests.play import Fault, PlayServer
from tests.samples import DAY, FEEDS_TOML
from tests.web.site import parts_of, site

pytestmark = pytest.mark.slow

TUESDAY, WEDNESDAY = NOW.date(), (NOW + timedelta(days=1)).date()


def played() -> PlayServer:
    """Play papers on Friday too, so that a new library begins with two whole days."""
    friday = paper(8, "Speech translation on a hill", day=date(2031, 2, 28))
    return PlayServer((*PAPERS, friday), clock=lambda: NOW, feeds=feeds())


@pytest.fixture
def server() -> Iterator[PlayServer]:
    with played() as server:
        yield server


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a library for which everything came on Monday; OAI-PMH is asked too."""
    folder = tmp_path_factory.mktemp("monday")
    with played() as server:
        oai = next(line for line in server.arxiv_toml().splitlines() if line.startswith("oai_url"))
        text = feeds_toml(server).replace('oai_url = "off"', oai)
        (folder / "feeds.toml").write_text(text, encoding="utf-8")
        gather(folder, server, NOW - timedelta(days=1))
    return folder


@pytest.fixture
def library(tmp_path: Path, server: PlayServer, monday: Path) -> Path:
    return copy_library(monday, tmp_path / "library", server)


def gather(library: Path, server: PlayServer, now: datetime) -> int:
    server.clock = lambda: now
    return run("gather", "--no-encode", library=library, now=now).code


def is_complete(library: Path, now: datetime) -> bool:
    _, out, _ = run("today", "--no-fetch", "--date", f"{TUESDAY}", library=library, now=now)
    assert ("INCOMPLETE" in out) != ("all sources complete" in out)
    return "INCOMPLETE" not in out


def test_a_day_without_a_network_is_complete_once_it_was_caught_up(
    library: Path, server: PlayServer
) -> None:
    server.faults = lambda _path, _n: Fault(status=404)
    assert gather(library, server, NOW) == 5
    assert not is_complete(library, NOW)
    server.faults = lambda _path, _n: None
    later = NOW + timedelta(days=1)
    assert not is_complete(library, later)
    gather(library, server, later)
    assert is_complete(library, later)
    _, out, _ = run("today", "--no-fetch", "--date", f"{TUESDAY}", library=library, now=later)
    assert says(
        out, f"Papers missed on this day arrived on {WEDNESDAY}; they are in that day's list."
    )
    assert says(out, "SOURCES 6 of 6 up to date")


def test_a_day_on_which_nobody_asked_is_complete_once_it_was_caught_up(
    library: Path, server: PlayServer
) -> None:
    later = NOW + timedelta(days=1)
    assert not is_complete(library, later)
    gather(library, server, later)
    assert is_complete(library, later)
    assert today(library, now=later)[1]["n_arrived"] > 0


@pytest.mark.parametrize("day", ["2031-03-02", "2031-02-28"])
def test_a_day_before_the_library_began_lacks_nothing(library: Path, day: str) -> None:
    code, out, _ = run("today", "--no-fetch", "--date", day, library=library)
    assert code == 0
    assert says(out, "OWN TOPICS 0 papers for you (0 new, before the library began)")
    assert says(out, "This library began on 2031-03-03; no source was asked before that.")
    for word in (
        "INCOMPLETE",
        "complete",
        "not asked on",
        "Papers missed on",
        "SOURCES",
        "so far",
    ):
        assert word not in out
    _, out, _ = run("today", "--no-fetch", "--date", day, "--json", library=library)
    shown = json.loads(out)
    assert (shown["is_complete"], shown["sources"]) == (True, [])


def test_the_librarys_first_day_is_complete(
    library: Path,
) -> None:
    _, out, _ = run("today", "--no-fetch", "--date", "2031-03-03", library=library)
    assert says(out, "all sources complete", "SOURCES")
    assert "began" not in out


@pytest.mark.parametrize("is_whole", [True, False])
def test_the_list_and_the_sources_count_the_same_sources(
    fresh: Path, server: PlayServer, is_whole: bool
) -> None:
    """OAI-PMH, where there was nothing to ask for, is in neither count, which is said."""
    file = fresh / "feeds.toml"
    text = file.read_text("utf-8").replace('oai_url = "off"', f'oai_url = "{server.url}/oai"')
    file.write_text(text, encoding="utf-8")
    if not is_whole:
        server.faults = lambda path, _n: Fault(status=404) if "timeline" in path else None
    gather(fresh, server, NOW)
    _, out, _ = run("today", "--no-fetch", library=fresh)
    assert says(out, "SOURCES 5 of 5" if is_whole else "SOURCES 4 of 5")
    _, out, _ = run("sources", library=fresh)
    assert says(out, "arXiv OAI nothing to ask for today")
    rest = "Not needed today: arXiv OAI."
    if is_whole:
        assert says(out, f"Today's list is complete. Sources up to date: 5. {rest}")
        assert "never answered" not in out
    else:
        head = "Today's list is incomplete. Sources with something missing: 1 of 5."
        assert says(out, f"{head} {rest}")
    with site(parts_of(fresh, now=lambda: NOW)) as client:
        page = unescape(client.get("/sources").text)
        assert (
            "nothing is missing from 5 sources" if is_whole else "missing from 1 of 5 sources"
        ) in page
        assert rest in page
        assert page.count('class="chip">not needed<') == 1
        assert ("5 of 5 up to date" if is_whole else "4 of 5 up to date") in client.get("/").text


def test_a_library_that_never_asked_anybody_has_not_begun(
    tmp_path: Path, server: PlayServer
) -> None:
    (tmp_path / "feeds.toml").write_text(feeds_toml(server), encoding="utf-8")
    _, out, _ = run("today", "--no-fetch", "--date", "2031-03-03", library=tmp_path)
    assert says(out, "INCOMPLETE")
    assert "began" not in out


def test_a_class_that_was_added_later_is_not_missing_from_the_days_before(
    library: Path, server: PlayServer
) -> None:
    file = library / "feeds.toml"
    text = file.read_text("utf-8").replace('"eess.AS"]', '"eess.AS", "cs.SD"]')
    file.write_text(text, encoding="utf-8")
    gather(library, server, NOW)
    _, out, _ = run("today", "--no-fetch", "--date", "2031-03-03", library=library)
    assert says(out, "all sources complete")


def test_the_page_of_a_day_before_the_library_began_says_so(tmp_path: Path) -> None:
    parts = parts_of(tmp_path, FEEDS_TOML)
    with parts.open_library() as library:
        batch = Batch("timeline", DAY, None, 1, "not checked")
        sources.add_batch(library.db, batch, now=library.now(), on=DAY)
    with site(parts) as client:
        page = unescape(client.get("/?date=2025-06-03").text)
        # Lines do not end within a date.
        page = page.replace('<span class="whole">2025-06-04</span>', "2025-06-04")
        assert "Before the library began: 0 papers for you (0 new)." in page
        assert "on this day" not in page, "said once that nothing was asked"
        assert "This library began on 2025-06-04; no source was asked before that." in page
        assert "INCOMPLETE" not in page
        assert 'href="/sources"' not in page.partition("<main")[2].partition("</main>")[0]
        assert "began" not in client.get("/").text


def test_papers_that_never_came_are_still_missing(library: Path, server: PlayServer) -> None:
    server.faults = lambda path, _n: Fault(status=404) if "timeline" in path else None
    gather(library, server, NOW)
    later = NOW + timedelta(days=1)
    gather(library, server, later)
    _, out, _ = run("today", "--no-fetch", "--date", f"{TUESDAY}", library=library, now=later)
    assert says(
        out,
        "INCOMPLETE: papers may be missing from timeline;",
        "! timeline: nothing received for 2031-03-04:",
    )
    assert "Papers missed on" not in out


def test_a_missed_feed_without_a_replacement_is_still_missing(
    library: Path, server: PlayServer
) -> None:
    file = library / "feeds.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace(f'oai_url = "{server.url}', f'# oai_url = "{server.url}'), "utf-8")
    text = file.read_text("utf-8").replace("[arxiv]\n", '[arxiv]\noai_url = "off"\n')
    file.write_text(text, "utf-8")
    server.faults = lambda path, _n: Fault(status=404) if "/atom/cs.CL" in path else None
    gather(library, server, NOW)
    server.faults = lambda _path, _n: None
    later = NOW + timedelta(days=1)
    gather(library, server, later)
    _, out, _ = run("today", "--no-fetch", "--date", f"{TUESDAY}", library=library, now=later)
    assert says(out, "INCOMPLETE: papers may be missing from arXiv feed cs.CL;")


def test_a_saturday_without_a_gather_lacks_nothing_that_friday_had(
    tmp_path: Path, server: PlayServer
) -> None:
    folder = tmp_path / "another"
    folder.mkdir()
    oai = next(line for line in server.arxiv_toml().splitlines() if line.startswith("oai_url"))
    text = feeds_toml(server).replace('oai_url = "off"', oai)
    (folder / "feeds.toml").write_text(text, encoding="utf-8")
    gather(folder, server, NOW - timedelta(days=4))
    monday = NOW - timedelta(days=1)
    gather(folder, server, monday)
    _, out, _ = run("today", "--no-fetch", "--date", "sat", library=folder, now=monday)
    assert says(out, "Saturday, 1 March 2031", "all sources complete")
    assert "INCOMPLETE" not in out
