"""Test that a class unknown to arXiv is reported with the nearest one, and not asked for."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from tests.installed import NOW, run, says, states, today
from tests.play import PlayServer
from tests.samples import FEEDS_TOML
from tests.web.site import parts_of, site

pytestmark = pytest.mark.slow

WARNING = "arXiv has no category"
SAID = f"{WARNING} eess.ASS, so nothing is asked for it. Did you mean eess.AS?"


def name_classes(library: Path, classes: str) -> None:
    file = library / "feeds.toml"
    text = re.sub(r"categories = .*", f"categories = {classes}", file.read_text("utf-8"))
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def mistyped(fresh: Path) -> Path:
    name_classes(fresh, '["cs.CL", "eess.ASS"]')
    return fresh


def test_an_unknown_class_is_a_warning_in_every_command_that_reports_completeness(
    mistyped: Path, server: PlayServer
) -> None:
    code, out, err = run("gather", "--no-encode", library=mistyped)
    assert (code, out) == (0, "")
    assert says(err, SAID)
    code, out, err = run("today", library=mistyped)
    assert (code, err) == (0, "")
    assert says(out, SAID)
    code, out, _ = run("sources", library=mistyped)
    assert code == 0
    assert says(out, SAID)
    assert "feed eess.ASS" not in out
    assert not [r for r in server.requests if "ASS" in r]
    _, morning = today(mistyped)
    assert list(states(morning)) == ["arXiv", "arXiv feed cs.CL", "timeline", "blog"]


def test_where_nothing_can_be_asked_no_list_is_called_complete(fresh: Path) -> None:
    text = '[arxiv]\ncategories = ["eess.ASS"]\n[topics."a/b"]\nlane = "own"\nwords = ["x"]\n'
    (fresh / "feeds.toml").write_text(text, encoding="utf-8")
    _, out, _ = run("today", library=fresh)
    assert "complete" not in out
    _, out, _ = run("sources", library=fresh)
    assert "complete" not in out
    assert says(out, "There are no sources yet. Add an arXiv category or a feed to feeds.toml.")


def test_a_later_gather_has_nothing_to_ask_again(mistyped: Path, server: PlayServer) -> None:
    settled = NOW.replace(hour=20)
    run("gather", "--no-encode", library=mistyped, now=settled)
    server.requests.clear()
    run("gather", "--no-encode", library=mistyped, now=settled.replace(minute=30))
    assert not [r for r in server.requests if r.startswith("/api/query")]


def test_a_class_of_arxivs_is_not_warned_of(fresh: Path) -> None:
    for command in ("today", "sources"):
        _, out, err = run(command, library=fresh)
        assert WARNING not in " ".join((out + err).split())


def test_the_sources_page_shows_the_warning_too(tmp_path: Path) -> None:
    text = FEEDS_TOML.replace('["cs.CL"]', '["cs.CL", "eess.ASS"]')
    with site(parts_of(tmp_path, text)) as client:
        assert SAID in unescape(client.get("/sources").text)
        assert SAID in unescape(client.get("/").text)
