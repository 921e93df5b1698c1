"""Test what the palette finds while somebody types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from reader.library.rows import papers
from reader.morning.pick import decide_rows
from reader.morning.remove import remove
from reader.notes.write import add_note
from reader.search.encode import index_words
from tests import samples
from tests.samples import DAY, paper
from tests.web.site import parts_of, site


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    parts = parts_of(tmp_path)
    titles = ("Snails in the rain", "Rain on gravel", "雨の日の音声翻訳", "Rain of last year")
    with parts.open_library() as library:
        several = [paper(n, title) for n, title in enumerate(titles, 1)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        [library_paper] = decide_rows(library, "pick", [1])
        add_note(library, library_paper, "They slept while it poured. That is all.")
        index_words(library, samples.tools(samples.Web()))
        remove(library, [several[3].id])
    with site(parts) as client:
        yield client


def found(client: TestClient, typed: str) -> dict[str, list[str]]:
    answer: dict[str, Any] = client.get("/palette.json", params={"q": typed}).json()
    return {group["name"]: [one["text"] for one in group["items"]] for group in answer["groups"]}


def test_titles_that_begin_so_come_first_and_the_last_word_may_be_half_typed(
    client: TestClient,
) -> None:
    assert found(client, "rain")["Papers"] == ["Rain on gravel", "Snails in the rain"]
    assert found(client, "snails rai") == {"Papers": ["Snails in the rain"]}
    assert found(client, "snails rav") == {}
    assert found(client, "音声翻") == {"Papers": ["雨の日の音声翻訳"]}


def test_notes_folders_and_pages_are_found_too(client: TestClient) -> None:
    assert found(client, "poure") == {"Notes": ["Snails in the rain"]}
    assert found(client, "translation")["Folders"] == ["speech/translation"]
    assert found(client, "trash") == {"Go to": ["Trash"]}
    answer = client.get("/palette.json?q=poured").json()
    assert answer["groups"][0]["items"][0]["address"] == "/note/arxiv:2506.00001"


def test_without_words_there_are_all_pages_and_any_sign_is_taken(client: TestClient) -> None:
    assert list(found(client, "")) == ["Go to"]
    assert len(found(client, "")["Go to"]) > 10
    for typed in ('"', "*", "a OR", "NEAR(", "title:", "x" * 5000, "🐟", "' --"):
        assert client.get("/palette.json", params={"q": typed}).status_code == 200, typed
