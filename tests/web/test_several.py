"""Test what is done with papers that were selected in a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.morning.pick import decide_rows, put_off
from reader.morning.undo import past_acts, undo
from reader.notes.write import add_note
from reader.search.encode import index_words
from reader.web.pages.papers import FORM_NAMES
from tests import samples
from tests.samples import DAY, paper
from tests.web.site import parts_of, site

ROWS = [1, 2, 3]
IDS = [f"arxiv:2506.0000{n}" for n in ROWS]


@contextmanager
def pages(folder: Path) -> Iterator[tuple[TestClient, Library]]:
    """Open pages on one paper that was picked, one with a note, and one without a decision."""
    parts = parts_of(folder)
    with parts.open_library() as library:
        several = [paper(n, f"Garden <b>{n}</b>") for n in ROWS]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        _picked, noted = decide_rows(library, "pick", [1, 2])
        add_note(library, noted, "They hum at night. That is all they do.")
        index_words(library, samples.tools(samples.Web()))
        with site(parts) as client:
            yield client, library


def library_paper(library: Library) -> list[LibraryPaper]:
    return papers.papers_at(library.db, ROWS)


def told(html: str) -> str:
    return " ".join(re.findall(r'id="notice"[^>]*>([^<]*)', html))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"do": "skip"}, "Skipped 2 papers. Not skipped, because of a note: 1."),
        ({"do": "later"}, "Put off 1 paper until 2025-06-11. 2 are not in the queue."),
        (
            {"do": "file", "topic": "snails", "new": "1", "sure": "1"},
            "Filed 3 papers under snails.",
        ),
        ({"do": "tag", "tags": "survey, to cite", "sure": "1"}, "Tagged 3 papers."),
    ],
)
def test_an_act_on_several_papers_is_one_and_is_undone_from_the_bar(
    tmp_path: Path, fields: dict[str, str], said: str
) -> None:
    with pages(tmp_path) as (client, library):
        before, n_before, away = (
            library_paper(library),
            len(past_acts(library)),
            put_off(library, ROWS),
        )
        form = {**fields, "id": [*IDS, IDS[0]], "back": "/papers?year=2025"}
        answer = client.post("/several", data=form)
        assert (answer.url.path, answer.url.query) == ("/papers", b"year=2025")
        assert told(answer.text) == said
        assert len(past_acts(library)) == n_before + 1
        assert (library_paper(library), put_off(library, ROWS)) != (before, away)
        number = re.findall(r'id="undo-last"[^>]*>.*?name="number" value="(\d+)"', answer.text)
        client.post("/undo/act", data={"number": number})
        assert (
            [(h.state, h.topic or "unfiled", h.tags) for h in library_paper(library)],
            put_off(library, ROWS),
        ) == (
            [(h.state, h.topic or "unfiled", h.tags) for h in before],
            away,
        )


def test_without_a_script_the_boxes_belong_to_a_form(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _library):
        for address in ("/papers", "/search?q=garden", "/topics/unfiled"):
            text = client.get(address).text
            assert f'form="several" name="id" value="{IDS[0]}"' in text, address
            assert 'action="/several" id="several"' in text
            assert '<input type="checkbox" id="selecting"' in text


def test_a_topic_a_tag_and_a_form_are_asked_for_first(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        for do, head in (("file", "File 2"), ("tag", "Tag 2"), ("export", "Export 2")):
            text = client.post("/several", data={"do": do, "id": IDS[:2]}).text
            assert f'<h1 id="asked">{head} papers</h1>' in text
            assert "Garden &lt;b&gt;1" in text
        assert undo(library) == library_paper(library)[:2]  # the picks; nothing else was done


def test_every_form_is_a_file_to_save(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _library):
        for form in FORM_NAMES:
            fields = {"do": "export", "form": form, "sure": "1", "id": IDS[:2]}
            answer = client.post("/several", data=fields)
            assert re.fullmatch(
                r'attachment; filename="papers-2025-06-04\.[a-z]+"',
                answer.headers["content-disposition"],
            )
            assert "Garden" in answer.text, form
            assert "Garden <b>3" not in answer.text, form


def test_what_makes_no_sense_is_refused_and_nothing_selected_is_said(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _library):
        bad = [
            {"do": "burn", "id": IDS},
            {"do": "export", "form": "dump", "sure": "1", "id": IDS},
            {"do": "file", "topic": "../x", "sure": "1", "id": IDS},
        ]
        assert [client.post("/several", data=fields).status_code for fields in bad] == [400] * 3
        assert "No paper is selected." in client.post("/several", data={"do": "skip"}).text
        missing = client.post("/several", data={"do": "skip", "id": "arxiv:2506.99999"})
        assert missing.status_code == 404
