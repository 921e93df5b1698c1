"""Test the trash on the pages: removing, the list, and bringing back, without a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.library.rows import papers
from reader.morning.remove import trash
from reader.web.visit import Parts
from tests.samples import DAY, paper
from tests.web.site import parts_of, site

ONE = "arxiv:2506.00001"
WHOLE = '<span class="whole">{}</span>'


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    parts = parts_of(tmp_path)
    with parts.open_library() as library:
        papers.add_papers(library.db, [paper(1, "On Bees")], source="arXiv", on=DAY)
    return parts


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    with site(parts) as client:
        yield client


def removed(parts: Parts) -> list[str]:
    with parts.open_library() as library:
        return [entry.paper.record.id for entry in trash(library)]


def test_a_paper_is_removed_and_comes_back_by_forms_alone(client: TestClient, parts: Parts) -> None:
    page = client.get(f"/paper/{ONE}").text
    assert 'action="/trash/remove"' in page
    assert "You can bring it back for 90 days." in page
    answer = client.post("/trash/remove", data={"id": ONE})
    assert removed(parts) == [ONE]
    assert (answer.status_code, answer.url.path) == (404, f"/paper/{ONE}")
    assert "Removed: On Bees" in answer.text
    removed_on, until = (WHOLE.format(day) for day in ("2025-06-04", "2025-09-02"))
    assert f"Removed on {removed_on}. Until {until} you can bring it back" in answer.text
    assert 'action="/trash/back"' in answer.text
    listed = client.get("/trash").text
    assert f"removed {removed_on}, kept until {until}" in listed
    assert f'name="id" value="{ONE}"' in listed
    assert 'href="/trash"' in client.get("/more").text
    answer = client.post("/trash/back", data={"id": ONE})
    assert (answer.status_code, removed(parts)) == (200, [])
    assert "Brought back: On Bees" in answer.text
    assert "The trash is empty." in client.get("/trash").text
    # A second touch does no harm.
    assert "It is here: On Bees" in client.post("/trash/back", data={"id": ONE}).text


def test_an_act_that_comes_twice_is_done_once(client: TestClient, parts: Parts) -> None:
    sent = {"id": ONE, "act": "0123456789abcdef"}
    assert client.post("/trash/remove", data=sent).status_code in (200, 404)
    client.post("/trash/back", data={"id": ONE})
    client.post("/trash/remove", data=sent)
    assert removed(parts) == []


def test_other_pages_of_a_removed_paper_say_so(client: TestClient) -> None:
    client.post("/trash/remove", data={"id": ONE})
    answer = client.get(f"/note/{ONE}")
    assert answer.status_code == 404
    assert f"Removed on {WHOLE.format('2025-06-04')}" in answer.text
    assert client.post("/trash/remove", data={"id": ONE}).status_code == 404
    # Its other addresses lead to the button that brings it back, and name no command.
    note = client.get(f"/note/{ONE}")
    assert note.url.path == f"/paper/{ONE}"
    assert 'action="/trash/back"' in note.text
    sent = {"id": ONE, "kind": "pick"}
    refused = client.post("/decide", data=sent, headers={"accept": "application/json"}).json()
    assert refused["hint"] == "Open its page to bring it back."
