"""Test triage: one paper at a time, from where the person stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.testclient import TestClient

from reader.library.folder import Library
from reader.library.rows import papers
from reader.morning.pick import decide
from tests.samples import DAY, paper
from tests.web.site import parts_of, site

ONE, TWO, THREE = (f"arxiv:2506.0000{n}" for n in (1, 2, 3))


@contextmanager
def pages(folder: Path) -> Iterator[tuple[TestClient, Library]]:
    parts = parts_of(folder)
    with parts.open_library() as library:
        several = [
            paper(n, f"Speech translation, {n}", "We wait for $\\sqrt{2}$ words. " * n)
            for n in (1, 2, 3)
        ]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        with site(parts) as client:
            yield client, library


def sheets(text: str) -> list[tuple[str, bool]]:
    """Return the papers on a page of triage, and whether each is visible."""
    found = re.findall(r'<li class="sheet card" data-id="([^"]+)"[^>]*?( hidden)?>', text)
    return [(id_, not hidden) for id_, hidden in found]


def test_the_first_paper_is_seen_and_the_others_wait_behind_it(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        text = client.get("/triage").text
    assert sheets(text) == [(ONE, True), (TWO, False), (THREE, False)]
    assert "0 of 3 decided" in text
    assert "<msqrt>" in text
    buttons = re.findall(r'<a class="button quiet" data-key="."[^>]*>(.)', text)
    assert buttons, "what else there is to do with a paper"
    assert set(buttons) == {"<"}, "an icon before each text, or before none"
    assert "x\u00a0wrong\u00a0topic\u00a0· " in text  # no line ends within a key's words


def test_it_goes_on_below_the_newest_decision_of_any_device(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        client.get("/")
        decide(library, "skip", [TWO])
        text = client.get("/triage").text
    assert sheets(text) == [(THREE, True), (ONE, False)]
    assert "1 of 3 decided" in text


def test_a_form_decides_and_the_next_paper_is_there(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        fields = {"id": ONE, "kind": "pick", "back": "/triage"}
        text = client.post("/decide", data=fields).text
        assert sheets(text)[0] == (TWO, True)
        text = client.post("/undo", data={"back": "/triage"}).text
    assert sheets(text)[0] == (ONE, True)


def test_later_goes_on_and_comes_back_to_what_was_left(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        text = client.get(f"/triage?after={ONE}").text
        assert sheets(text)[0] == (TWO, True)
        assert f'href="/triage?after={TWO}"' in text
        text = client.get(f"/triage?after={THREE}").text
    assert sheets(text)[0] == (ONE, True)


def test_a_paper_that_is_not_here_is_refused(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        for name in ("at", "after"):
            refused = client.get(f"/triage?{name}=nope")
            assert refused.status_code == 400
            assert f"The address asks for {name}=nope, which is not known." in refused.text


def test_a_decided_paper_is_seen_again_where_it_is_asked_for(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        decide(library, "skip", [TWO])
        text = client.get(f"/triage?at={TWO}").text
    assert sheets(text)[0] == (TWO, True)
    assert 'name="seen" value="skip"' in text


def test_at_the_end_it_says_so_and_can_be_undone(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        decide(library, "skip", [ONE, TWO, THREE])
        text = client.get("/triage").text
    assert sheets(text) == []
    assert "All papers are decided" in text
    assert 'action="/undo"' in text


def test_an_empty_day_has_nothing_to_decide_on(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        text = client.get("/triage?date=2024-01-01").text
    assert "There is nothing to decide." in text


def test_the_rest_names_what_waits(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        decide(library, "pick", [ONE])
        text = client.get("/triage").text
    form = text[text.index('action="/skip-rest"') :]
    assert re.findall(r'name="id" value="([^"]+)"', form) == [TWO, THREE]
