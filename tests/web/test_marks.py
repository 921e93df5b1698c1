"""Test how a browser lists, makes, changes and removes marks, and draws."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pymupdf
import pytest
from starlette.testclient import TestClient

from reader.library.folder import Library, open_library
from reader.library.rows import highlights, papers, pdfs
from reader.morning.merge import join, part
from reader.morning.pick import decide_rows
from reader.morning.undo import take_back, undo
from reader.pdfs.mark import COLOURS
from reader.web.visit import Parts
from tests.marked_pdfs import MOSS, marked, typeset
from tests.samples import DAY, NOW, paper
from tests.web.site import parts_of, site

TITLE = "What Snails Hear through Gravel"
AT = "/pdf/arxiv:2506.00001/marks.json"
ACT = "0123456789abcdef0123456789abcdef"


HOURS = [NOW + timedelta(hours=n) for n in range(4)]


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return library_in(tmp_path)


def opened(folder: Path, clock: list[datetime]) -> Callable[[], Library]:
    return lambda: open_library(folder, now=lambda: clock[0], is_for_any_thread=True)


def library_in(tmp_path: Path) -> Parts:
    folder = tmp_path / "library"
    folder.mkdir()
    parts = parts_of(folder)
    with parts.open_library() as library:
        papers.add_papers(library.db, [paper(1, TITLE)], source="arXiv", on=DAY)
        decide_rows(library, "pick", [1])
        file = folder / "papers/1.pdf"
        file.parent.mkdir()
        file.write_bytes(typeset(TITLE))
        sha256 = hashlib.sha256(typeset(TITLE)).hexdigest()
        pdfs.add_pdf(library.db, pdfs.Pdf(1, "papers/1.pdf", sha256), n_bytes=1, at=NOW)
    return parts


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    with site(parts) as client:
        yield client


def boxes_of(words: str) -> str:
    with pymupdf.open(stream=io.BytesIO(typeset(TITLE)), filetype="pdf") as file:
        return json.dumps([tuple(box) for box in file[0].search_for(words)])


def post(client: TestClient, /, status: int = 200, **fields: Any) -> dict[str, Any]:
    answer = client.post(AT, data=fields, headers={"accept": "application/json"})
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def make(client: TestClient, words: str = "played rain", **more: Any) -> dict[str, Any]:
    return post(client, page="1", boxes=boxes_of(words), **more)


def marks(client: TestClient) -> list[tuple[str, str, str, str]]:
    found = client.get(AT).json()["marks"]
    return [(m["kind"], m["text"], m["note"], m["colour"]) for m in found]


def test_words_are_marked_changed_removed_and_undone(client: TestClient, parts: Parts) -> None:
    made = make(client, colour=COLOURS[1], note="Which rain?", act=ACT)
    assert marks(client) == [("highlight", "played rain", "Which rain?", COLOURS[1])]
    [mark] = made["marks"]
    assert (mark["id"], mark["page"], mark["name"]) == (made["id"], 1, f"asayomi-{ACT}")
    post(client, do="change", mark=str(made["id"]), note="", colour=COLOURS[3])
    assert marks(client) == [("highlight", "played rain", "", COLOURS[3])]
    # What was made offline is known by its name alone.
    gone = post(client, do="remove", mark=f"asayomi-{ACT}")
    assert gone["marks"] == []
    post(client, do="undo", number=str(gone["number"]))
    assert marks(client) == [("highlight", "played rain", "", COLOURS[3])]
    page = client.get("/paper/arxiv:2506.00001").text
    assert "played rain" in page
    with parts.open_library() as library:
        undo(library)
        undo(library)
    assert marks(client) == []


def test_an_act_that_is_sent_twice_is_done_once(client: TestClient) -> None:
    make(client, act=ACT)
    assert make(client, act=ACT)["repeated"] is True
    assert len(marks(client)) == 1


def late(client: TestClient, number: int, made: datetime, **fields: Any) -> str:
    """Send an act that was made offline; returns what is said of its outcome."""
    moments = {"made_at": made.isoformat(), "sent_at": HOURS[3].isoformat()}
    act = f"{number:032x}"
    headers = {"accept": "application/json"}
    answer = client.post(AT, data={"act": act, **moments, **fields}, headers=headers)
    assert answer.status_code == 200, answer.text
    return unquote(answer.headers.get("x-said", ""))


def test_a_late_change_of_a_mark_leaves_what_another_device_did_since(tmp_path: Path) -> None:
    clock = [HOURS[0]]
    parts = library_in(tmp_path)
    with site(replace(parts, open_library=opened(parts.folder, clock))) as client:
        number = str(make(client, act=ACT, note="Rain?")["id"])
        clock[0] = HOURS[2]
        post(client, do="change", mark=number, note="Rain in May.")
        clock[0] = HOURS[3]
        both = "these words were also changed elsewhere. Both texts were kept."
        assert both in late(client, 1, HOURS[1], do="change", mark=number, note="Rain or hail?")
        rain = ("highlight", "played rain", "Rain in May.\nRain or hail?", COLOURS[0])
        assert marks(client) == [rain]
        # Another field is changed as it was meant; a removal is not.
        assert not late(client, 2, HOURS[1], do="change", mark=number, colour=COLOURS[1])
        assert "there is a later decision" in late(client, 3, HOURS[1], do="remove", mark=number)
        assert marks(client) == [(*rain[:3], COLOURS[1])]


def test_late_changes_of_one_device_follow_each_other(tmp_path: Path) -> None:
    clock = [HOURS[0]]
    parts = library_in(tmp_path)
    with site(replace(parts, open_library=opened(parts.folder, clock))) as client:
        number = str(make(client, act=ACT, note="Rain?")["id"])
        clock[0] = HOURS[3]
        for n, (made, words) in enumerate(zip(HOURS[1:3], ("Hail?", "Snow."), strict=True), 1):
            assert not late(client, n, made, do="change", mark=number, note=words)
        assert [m[2] for m in marks(client)] == ["Snow."]
        assert not late(client, 3, HOURS[2], do="remove", mark=number)
        assert marks(client) == []


def test_marks_are_sent_again_only_when_they_changed(client: TestClient) -> None:
    etag = client.get(AT).headers["etag"]
    assert client.get(AT, headers={"if-none-match": etag}).status_code == 304
    made = make(client)
    other = client.get(AT, headers={"if-none-match": etag})
    assert (other.status_code, len(other.json()["marks"])) == (200, 1)
    post(client, do="remove", mark=str(made["id"]))
    etag = other.headers["etag"]
    assert client.get(AT, headers={"if-none-match": etag}).status_code == 200


def test_strokes_are_drawn_and_erased(client: TestClient) -> None:
    stroke = {"page": 2, "colour": COLOURS[2], "width": 1.5, "points": [1, 2, 3.5, 4.25]}
    drawn = post(client, do="draw", strokes=json.dumps([stroke]), act=ACT)
    name = f"asayomi-{ACT}-0"
    assert drawn["strokes"] == [stroke | {"name": name, "points": [1.0, 2.0, 3.5, 4.25]}]
    link = '/read?page=2">Ink on page 2</a>'
    text = client.get("/paper/arxiv:2506.00001").text
    assert link in text
    assert '<small class="numbers">0</small>' not in text
    assert post(client, do="erase", names=name)["strokes"] == []
    assert link not in client.get("/paper/arxiv:2506.00001").text


def test_a_saved_copy_has_the_marks_and_the_library_keeps_its_own(
    client: TestClient, parts: Parts
) -> None:
    make(client, "Sixty turned towards", note="So many?")
    saved = client.get("/pdf/arxiv:2506.00001?download=1").content
    with pymupdf.open(stream=io.BytesIO(saved), filetype="pdf") as file:
        assert [one.info["content"] for one in file[0].annots()] == ["So many?"]
    for address in ("/pdf/arxiv:2506.00001", "/pdf/arxiv:2506.00001?download=1&original=1"):
        assert client.get(address).content == typeset(TITLE)


@pytest.mark.parametrize("first", ["mark", "change", "remove"])
def test_what_was_taken_back_stays_so_when_a_later_act_is(
    client: TestClient, parts: Parts, first: str
) -> None:
    made = make(client, act=ACT, note="Rain?")
    changed = post(client, do="change", mark=made["id"], note="Hail?")
    removed = post(client, do="remove", mark=made["id"])
    acts = {"mark": made["number"], "change": changed["number"], "remove": removed["number"]}
    with parts.open_library() as library:
        take_back(library, acts[first])
        shown = {"mark": [], "change": [], "remove": ["Hail?"]}[first]
        assert [m[2] for m in marks(client)] == shown
        others = [act for name, act in acts.items() if name != first]
        take_back(library, others[1])
        left = {"mark": ["Hail?"], "change": ["Rain?"], "remove": ["Rain?"]}[first]
        assert [m[2] for m in marks(client)] == left
        take_back(library, others[0])
        assert marks(client) == []


def test_marks_of_another_pdf_are_not_drawn_on_this_one(client: TestClient, parts: Parts) -> None:
    make(client, act=ACT)
    drawn = [{"page": 1, "colour": COLOURS[0], "width": 2, "points": [1, 1, 9, 9]}]
    post(client, do="draw", strokes=json.dumps(drawn))
    with parts.open_library() as library:
        papers.add_papers(library.db, [paper(2, "Of Stones")], source="arXiv", on=DAY)
        content = typeset("Of Stones and of Nothing Else")
        (parts.folder / "papers/2.pdf").write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        pdfs.add_pdf(library.db, pdfs.Pdf(2, "papers/2.pdf", sha256), n_bytes=1, at=NOW)
        join(library, "2506.00002", "2506.00001")
        assert client.get(AT).json() == {"marks": [], "strokes": []}
        saved = client.get("/pdf/arxiv:2506.00002?download=1").content
        with pymupdf.open(stream=io.BytesIO(saved), filetype="pdf") as file:
            assert list(file[0].annots()) == []
        # They are listed with their words, and back on their pages after a split.
        assert [one.highlight.text for one in highlights.highlights_of(library.db, 2)] == [
            "played rain"]  # fmt: skip
        part(library, "2506.00001")
    found = client.get(AT).json()
    assert [len(found[of]) for of in ("marks", "strokes")] == [1, 1]


def shown_stamp(client: TestClient) -> str:
    """Return the stamp of the pages that a browser shows."""
    stamp: str = client.get("/pdf/arxiv:2506.00001/pages.json").json()["stamp"]
    return stamp


def test_a_mark_made_before_a_merge_has_the_words_of_the_page_that_was_shown(
    client: TestClient, parts: Parts
) -> None:
    stamp = shown_stamp(client)
    with parts.open_library() as library:
        papers.add_papers(library.db, [paper(2, "Of Stones")], source="arXiv", on=DAY)
        content = typeset("Of Stones and of Nothing Else", MOSS)
        (parts.folder / "papers/2.pdf").write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        pdfs.add_pdf(library.db, pdfs.Pdf(2, "papers/2.pdf", sha256), n_bytes=1, at=NOW)
        join(library, "2506.00002", "2506.00001")
        drawn = [{"page": 1, "colour": COLOURS[0], "width": 2, "points": [1, 1, 9, 9]}]
        made = make(client, act=ACT, stamp=stamp)
        made |= post(client, do="draw", strokes=json.dumps(drawn), stamp=stamp)
        assert [one.highlight.text for one in highlights.highlights_of(library.db, 2)] == [
            "played rain"]  # fmt: skip
        # It is not drawn over the words of the other PDF, and goes back with a split.
        assert (made["marks"], made["strokes"]) == ([], [])
        part(library, "2506.00001")
    found = client.get(AT).json()
    assert [one["text"] for one in found["marks"]] == ["played rain"]
    assert len(found["strokes"]) == 1


def add_newer(parts: Parts) -> str:
    """Put version 2, with a page before the first one, in the PDF's place; return v1's SHA-256."""
    with parts.open_library() as library:
        old = pdfs.pdf_of(library.db, 1)
        assert old is not None
        copy = highlights.MarkedCopy(1, old.path, old.sha256, 0, is_version=True)
        highlights.add_copy(library.db, copy, at=NOW)
        content = marked(typeset(TITLE), lambda document: document.new_page(0))
        (parts.folder / "papers/1-2.pdf").write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        newer = pdfs.Pdf(1, "papers/1-2.pdf", sha256, 2)
        pdfs.add_pdf(library.db, newer, n_bytes=1, at=NOW)
    return old.sha256


def test_a_mark_made_before_a_newer_version_came_is_laid_on_its_words(
    client: TestClient, parts: Parts
) -> None:
    stamp = shown_stamp(client)
    add_newer(parts)
    [found] = make(client, act=ACT, stamp=stamp)["marks"]
    assert (found["text"], found["page"]) == ("played rain", 2)


def test_what_has_no_words_stays_on_the_version_on_which_it_was_made(
    client: TestClient, parts: Parts
) -> None:
    stamp, copy = shown_stamp(client), add_newer(parts)
    make(client, act=ACT, stamp=stamp, kind="note", note="Here")
    # The empty foot of the page: an area, as of a figure.
    area = json.dumps([(300.0, 700.0, 400.0, 760.0)])
    post(client, do="mark", page=1, boxes=area, act=f"{ACT[:-1]}0", stamp=stamp)
    stroke = {"page": 1, "points": [100, 100, 120, 130]}
    post(client, do="draw", strokes=json.dumps([stroke]), act=f"{ACT[:-1]}1", stamp=stamp)
    before = client.get(AT, params={"copy": copy[:16]}).json()
    assert [(one["kind"], one["note"], one["page"]) for one in before["marks"]] == [
        ("note", "Here", 1), ("highlight", "", 1)]  # fmt: skip
    assert [one["page"] for one in before["strokes"]] == [1]
    assert client.get(AT).json() == {"marks": [], "strokes": []}
    with parts.open_library() as library:
        known = highlights.highlights_of(library.db, 1)
    assert [one.highlight.is_earlier for one in known] == [True, True]
    text = client.get("/paper/arxiv:2506.00001").text
    assert "Ink on page 1 of an earlier version" in text
    assert "/read?page=1" not in text
    beside = client.get("/note/arxiv:2506.00001/beside").text
    assert "p. 1 of an earlier version" in beside
    assert "/read?page=1" not in beside


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        (400, {"page": "1", "boxes": "[[0, 0, NaN, 1]]"}),
        (400, {"page": "1", "boxes": "[[-90, -90, -1, -1], [9000, 9000, 9999, 9999]]"}),
        (400, {"page": "1", "boxes": "[]"}),
        (400, {"page": "1", "boxes": "[[70, 70, 200, 300]]", "note": "x" * 20_001}),
        (400, {"page": "1", "boxes": "[[70, 70, 200, 300]]", "colour": "red;}"}),
        (400, {"page": "1", "boxes": "[[70, 70, 200, 300]]", "kind": "blink"}),
        (400, {"page": "-1", "boxes": "[[70, 70, 200, 300]]"}),
        (404, {"page": "99", "boxes": "[[70, 70, 200, 300]]"}),
        (404, {"do": "remove", "mark": "7"}),
        (404, {"do": "change", "mark": ""}),
        (400, {"do": "dance"}),
        (400, {"do": "draw", "strokes": json.dumps([{"page": 1, "points": [1, 2]}])}),
        (400, {"do": "draw", "strokes": '[{"page": 1, "points": [1, 2, NaN, 4]}]'}),
        (400, {"do": "draw", "strokes": json.dumps([{"page": 1, "points": [1, 2, 3]}] * 10_000)}),
    ],
)  # fmt: skip
def test_what_is_no_mark_is_refused(
    client: TestClient, status: int, fields: dict[str, Any]
) -> None:
    assert post(client, status, **fields)["error"]
    assert client.get(AT).json() == {"marks": [], "strokes": []}
