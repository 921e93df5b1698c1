"""Test PDFs on the pages: sent, shown page by page, shared, and imported with marks."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pymupdf
import pytest
from starlette.testclient import TestClient

from reader.base.errors import PdfError
from reader.library.folder import Library
from reader.library.rows import highlights, papers, pdfs
from reader.library.rows.highlights import MarkedCopy
from reader.morning.pick import decide_rows
from reader.morning.pipe import Tools
from reader.pdfs.text.process import PdfPool
from reader.search.rows import index
from reader.search.rows.index import PassageText
from reader.web.files import Drawn, Uploads
from reader.web.pages import pdf as pdf_pages
from reader.web.visit import Parts
from tests import samples
from tests.hostile import packed_twice
from tests.marked_pdfs import MOSS, blank, drawing, flat, highlight, ink, marked, sticky, typeset
from tests.samples import DAY, NOW, paper
from tests.web.site import parts_of, site

SNAIL, MOSS_TITLE = "What Snails Hear through Gravel", "Moss That Waits Eleven Months"
PDF = "/pdf/arxiv:2506.00001"
SENTENCE = "Sixty turned towards the sound at once (1b)."
OTHER = "A drum of gravel carries each step to them (2a)."


@contextlib.contextmanager
def _tools(_: Library) -> Iterator[Tools]:
    with PdfPool(1) as pool:
        yield samples.tools(
            samples.Web(),
            read_pdf=pool.read,
            read_first=pool.read_first,
            read_marks=pool.marks,
            read_looks=pool.looks,
            read_word_places=pool.word_places,
        )


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    """Make two papers with PDFs, typeset and read by the real reader."""
    folder = tmp_path / "library"
    folder.mkdir()
    parts = replace(parts_of(folder), tools=_tools)
    with parts.open_library() as library:
        several = [paper(1, SNAIL), paper(2, MOSS_TITLE, authors=("Ada Field", "Bo Lind"))]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        decide_rows(library, "pick", [1, 2])
        for row, content in ((1, typeset(SNAIL)), (2, typeset(MOSS_TITLE, MOSS))):
            put(library, row, content)
    return parts


def put(library: Library, row: int, content: bytes) -> None:
    file = library.folder / f"papers/{row}.pdf"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    known = pdfs.Pdf(row, f"papers/{row}.pdf", hashlib.sha256(content).hexdigest())
    pdfs.add_pdf(library.db, known, n_bytes=len(content), at=NOW)


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    with site(parts) as client:
        yield client


def hand_in(
    client: TestClient, content: bytes, name: str = "mine.pdf", **fields: str
) -> dict[str, Any]:
    answer = client.post(
        f"{PDF}/back",
        files={"file": (name, content, "application/pdf")},
        data=fields,
        headers={"accept": "application/json"},
    )
    found: dict[str, Any] = answer.json()
    return found | {"status": answer.status_code}


def n_marks(parts: Parts) -> int:
    with parts.open_library() as library:
        return len([k for k in highlights.highlights_of(library.db, 1) if k.gone_at is None])


def test_a_pdf_comes_whole_and_in_parts_under_a_name_that_people_can_read(
    client: TestClient,
) -> None:
    whole = client.get(PDF)
    assert (whole.status_code, whole.content) == (200, typeset(SNAIL))
    assert whole.headers["content-type"] == "application/pdf"
    name = "2025_Field_WhatSnailsHearThrough.pdf"
    assert whole.headers["content-disposition"] == f'inline; filename="{name}"'
    kept = client.get(f"{PDF}?download=1").headers["content-disposition"]
    assert kept == f'attachment; filename="{name}"'
    part = client.get(PDF, headers={"range": "bytes=0-4"})
    assert (part.status_code, part.content) == (206, b"%PDF-")
    etag = whole.headers["etag"]
    assert client.get(PDF, headers={"if-none-match": etag}).status_code == 304
    head = client.head(PDF)
    assert (head.headers["content-length"], head.content) == (str(len(whole.content)), b"")


def test_the_newest_marked_copy_is_read_unless_another_is_asked_for(
    client: TestClient, parts: Parts
) -> None:
    with parts.open_library() as library:
        for n in (1, 2):
            (library.folder / f"papers/1.marked-{n}.pdf").write_bytes(b"%PDF- " + bytes([48 + n]))
            copy = MarkedCopy(1, f"papers/1.marked-{n}.pdf", str(n) * 64, 0)
            highlights.add_copy(library.db, copy, at=NOW)
    assert client.get(PDF).content == b"%PDF- 2"
    assert client.get(f"{PDF}?original=1").content == typeset(SNAIL)
    older = client.get(f"{PDF}?copy={'1' * 16}")
    assert older.content == b"%PDF- 1"
    assert "1.marked-1.pdf" in older.headers["content-disposition"]
    assert client.get(f"{PDF}?copy={'3' * 16}").status_code == 404


def test_only_files_of_the_library_are_served(
    client: TestClient, parts: Parts, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(typeset("Secret"))
    with parts.open_library() as library:
        # As a row of a foreign or broken library could say, and a link could lead.
        (library.folder / "papers/out.pdf").symlink_to(secret)
        for row, path in ((1, "papers/out.pdf"), (2, "../secret.pdf")):
            known = pdfs.Pdf(row, path, "c" * 64)
            pdfs.add_pdf(library.db, known, n_bytes=1, at=NOW)
    for id_ in ("arxiv:2506.00001", "arxiv:2506.00002"):
        for rest in ("", "/page/1", "/page/1.png"):
            assert client.get(f"/pdf/{id_}{rest}").status_code == 404
    for path in ("/pdf/../secret.pdf", "/pdf/%2e%2e/secret.pdf", "/pdf/papers/1.pdf",
                 "/pdf/..%2f..%2fetc/passwd", "/pdf/%00"):  # fmt: skip
        assert client.get(path).status_code in (400, 404)


def test_a_page_has_its_picture_and_its_words_over_it(client: TestClient) -> None:
    answer = client.get(f"{PDF}/page/2?q=snail")
    text = answer.text
    assert answer.status_code == 200
    assert "<title>Page 2 · What Snails Hear through Gravel</title>" in text
    assert text.count('class="found"') == 4
    assert "4 matches for “snail” on this page" in text
    line = re.search(r"<text ([^>]*)>We put ninety snails on wet glass and played rain", text)
    assert line
    assert 'lengthAdjust="spacingAndGlyphs"' in line[1]
    assert 'rel="prev" href="/pdf/arxiv:2506.00001/page/1?q=snail"' in text
    assert 'rel="next"' not in text
    steps = text[text.index('class="page-nav"') :]
    assert re.findall(r"icons\.svg[^#]*#(\w+)", steps)[:2] == ["previous", "next"]
    assert 'max="2" value="2"' in text
    assert 'style="' not in text
    image = re.search(r'<img src="([^"]+)"', text)
    assert image
    picture = client.get(image[1].replace("&amp;", "&"))
    assert pymupdf.Pixmap(picture.content).width == 1200
    assert picture.headers["cache-control"] == "private, max-age=31536000, immutable"


def test_a_page_asks_for_nothing_that_the_policy_refuses(client: TestClient) -> None:
    """Firefox checks a prefetch against `default-src`, and reports it in its console."""
    answer = client.get(f"{PDF}/page/1")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert 'rel="next" href="/pdf/arxiv:2506.00001/page/2"' in answer.text
    kinds = set(re.findall(r'<link rel="([^"]*)"', answer.text))
    assert kinds == {"stylesheet", "manifest", "icon", "apple-touch-icon"}


def test_a_picture_is_asked_for_once_more_only_when_its_file_changed(
    client: TestClient, parts: Parts
) -> None:
    at = f"{PDF}/page/1.png?width=600"
    first = client.get(at)
    assert first.headers["cache-control"] == "private, no-cache"
    etag = first.headers["etag"]
    assert client.get(at, headers={"if-none-match": etag}).status_code == 304
    assert client.get(f"{PDF}/page/2.png?width=600").headers["etag"] != etag
    with parts.open_library() as library:
        put(library, 1, typeset("Another Title"))
    assert client.get(at, headers={"if-none-match": etag}).status_code == 200


def test_a_picture_that_a_device_keeps_has_fewer_bytes(client: TestClient) -> None:
    at = f"{PDF}/page/1.webp?width=1200"
    seen, kept = client.get(at), client.get(f"{at}&small=1")
    assert (seen.headers["content-type"], kept.headers["content-type"]) == (
        "image/png",
        "image/webp",
    )
    assert len(kept.content) < len(seen.content)
    assert client.get(f"{PDF}/page/1.png?width=1200&small=1").headers["content-type"] == "image/png"


def test_what_a_publisher_marked_is_drawn_and_what_the_library_holds_is_not(
    client: TestClient, parts: Parts
) -> None:
    published = marked(typeset(SNAIL), highlight("Sixty turned"))
    with parts.open_library() as library:
        put(library, 1, published)

    def drawn(rest: str = "") -> bytes:
        stamp = client.get(f"{PDF}/pages.json").json()["stamp"]
        answer = client.get(f"{PDF}/page/1.webp?width=600&v={stamp}{rest}")
        assert "immutable" in answer.headers["cache-control"]
        seen.append(str(answer.url))
        return answer.content

    seen: list[str] = []
    printed = drawn()
    assert drawn("&marks=0") == printed
    # A copy has the publisher's mark and one of the person, who took it in.
    assert hand_in(client, marked(published, highlight("at once", note="Why?")))["is_done"]
    assert n_marks(parts) == 1
    assert drawn("&marks=0") == printed != drawn()
    # The same bytes are added by hand: now all marks are the person's.
    with parts.open_library() as library:
        sha256 = hashlib.sha256(published).hexdigest()
        added = pdfs.Addition("/a.pdf", len(published), 0, sha256, "duplicate", 1)
        pdfs.add_addition(library.db, added, at=NOW)
    assert drawn("&marks=0") not in (printed, drawn())
    # Other pictures have other addresses.
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("n", ["0", "3", "999999999999999999999"])
def test_a_page_that_is_not_there_is_said_with_404(client: TestClient, n: str) -> None:
    for path in (f"{PDF}/page/{n}", f"{PDF}/page/{n}.png"):
        answer = client.get(path)
        assert (answer.status_code, "has no page" in answer.text) == (404, True)


def test_without_a_script_a_page_is_found_by_its_number(client: TestClient) -> None:
    answer = client.get(f"{PDF}/page?n=2&q=rain&zoom=150")
    assert (answer.status_code, answer.url.path) == (200, f"{PDF}/page/2")
    assert answer.url.query == b"q=rain&zoom=150"
    assert client.get(f"{PDF}/page?n=x").url.path == f"{PDF}/page/1"


def test_a_file_that_harms_its_reader_leaves_the_server_unharmed(parts: Parts) -> None:
    class Harmed:
        def page_text(self, path: Path, *_: object, **__: object) -> Any:
            raise PdfError(file=path, what="took too much memory", hint="", kind="memory")

        page_image: Any = page_text
        page_part: Any = page_text
        facts: Any = page_text

        def close(self) -> None:
            pass

    with site(replace(parts, drawn=Drawn(Harmed))) as client:
        answer = client.get(f"{PDF}/page/1")
        assert answer.status_code == 422
        assert "2025_Field_WhatSnailsHearThrough.pdf: took too much memory" in answer.text
        assert str(parts.folder) not in answer.text
        assert f'href="{PDF}?download=1"' in answer.text
        for part in ("page/1.png", "page/1.json", "pages.json"):
            assert client.get(f"{PDF}/{part}").status_code == 422
        assert client.get(PDF).status_code == 200


def test_an_uploaded_marked_copy_is_imported_once(client: TestClient, parts: Parts) -> None:
    content = marked(typeset(SNAIL), highlight(SENTENCE), highlight(OTHER, page=2), sticky("Why?"))
    first = hand_in(client, content)
    assert (first["status"], first["outcome"], first["is_done"]) == (200, "imported", True)
    assert "3 highlights, 3 new, kept as papers/" in first["said"]
    again = hand_in(client, content, "the same again (2).pdf")
    assert (again["status"], again["outcome"]) == (200, "unchanged")
    assert again["said"] == "The copy has no new marks."
    assert n_marks(parts) == 3
    assert client.get(PDF).content == content
    text = client.get("/paper/arxiv:2506.00001").text
    assert "Sixty turned towards the sound at once" in text
    with parts.open_library() as library:
        assert len(highlights.copies_of(library.db, 1)) == 1


BILL = ("Electricity for June: 212 kWh. Please pay 48.20 by the first of July",)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (blank(), "it has 1 page, the PDF in the library has 2"),
        (blank(n_pages=2), "its pages are blank"),
        (
            typeset("Your Electricity Bill", BILL, n_pages=1),
            "it has 1 page, the PDF in the library has 2",
        ),
        (drawing(n_pages=2), "its pages look different from the PDF in the library"),
    ],
    ids=["blank", "two blank pages", "a bill", "pictures of something else"],
)
def test_a_file_that_does_not_show_the_paper_is_asked_about(
    client: TestClient, parts: Parts, content: bytes, why: str
) -> None:
    answer = hand_in(client, content)
    assert (answer["status"], answer["outcome"], answer["is_done"]) == (422, "asked", False)
    assert why in answer["said"]
    assert client.get(PDF).content == typeset(SNAIL)
    with parts.open_library() as library:
        assert highlights.copies_of(library.db, 1) == []
        assert highlights.returned_of(library.db, 1) == []


@pytest.mark.parametrize("sure", [pytest.param("", marks=pytest.mark.slow), "1"])
def test_a_pdf_bomb_is_refused_even_when_confirmed(
    client: TestClient, parts: Parts, sure: str
) -> None:
    answer = hand_in(client, packed_twice(), "bomb.pdf", sure=sure)
    assert (answer["status"], answer["outcome"]) == (422, "broken")
    assert answer["said"].startswith("bomb.pdf: unpacks to more than 100 MB")
    with parts.open_library() as library:
        assert highlights.copies_of(library.db, 1) == []
    assert client.get(PDF).content == typeset(SNAIL)


def test_a_copy_that_an_app_drew_anew_is_known_by_its_pages(
    client: TestClient, parts: Parts
) -> None:
    content = flat(marked(typeset(SNAIL), highlight(SENTENCE), ink()))
    answer = hand_in(client, content)
    assert (answer["status"], answer["outcome"]) == (200, "imported")
    assert client.get(PDF).content == content


def test_a_confirmed_file_is_imported_without_a_second_upload(
    client: TestClient, parts: Parts
) -> None:
    content = blank()
    answer = client.post(f"{PDF}/back", files={"file": ("mine.pdf", content, "application/pdf")})
    assert answer.status_code == 422
    assert "<h1>Is it this paper?</h1>" in answer.text
    assert "it has 1 page, the PDF in the library has 2" in answer.text
    kept = re.search(r'name="kept" value="([^"]+)"', answer.text)
    assert kept
    assert client.get(PDF).content == typeset(SNAIL)
    yes = client.post(f"{PDF}/back", data={"kept": kept[1], "sure": "1"})
    assert (yes.status_code, yes.url.path) == (200, "/paper/arxiv:2506.00001")
    assert client.get(PDF).content == content
    again = client.post(f"{PDF}/back", data={"kept": kept[1], "sure": "1"})
    assert (again.status_code, "is no longer here" in again.text) == (400, True)


def test_a_copy_is_taken_out_again_on_the_papers_page(client: TestClient, parts: Parts) -> None:
    content = marked(typeset(SNAIL), highlight(SENTENCE))
    hand_in(client, content)
    hand_in(client, blank(), sure="1")
    text = client.get("/paper/arxiv:2506.00001").text
    newest, older = re.findall(r'name="copy" value="([0-9a-f]{16})"', text)
    assert text.count(">Remove the copy of 2025-06-04</button>") == 2
    answer = client.post(f"{PDF}/remove", data={"copy": newest})
    assert answer.url.path == "/paper/arxiv:2506.00001"
    assert "Removed a marked copy of What Snails Hear through Gravel" in answer.text
    assert "Shown again, from an earlier copy: 1 highlight." in answer.text
    assert "Its file is now removed/" in answer.text
    assert (client.get(PDF).content, n_marks(parts)) == (content, 1)
    headers = {"accept": "application/json"}
    done = client.post(f"{PDF}/remove", data={"copy": older}, headers=headers)
    assert (parts.folder / done.json()["path"]).read_bytes() == content
    assert (client.get(PDF).content, n_marks(parts)) == (typeset(SNAIL), 0)
    assert client.post(f"{PDF}/remove", data={}).status_code == 404


def test_an_unreadable_file_is_not_asked_about(client: TestClient) -> None:
    answer = client.post(f"{PDF}/back", files={"file": ("a.pdf", b"<html>", "application/pdf")})
    assert (answer.status_code, "<h1>Not imported</h1>" in answer.text) == (422, True)
    assert 'name="kept"' not in answer.text
    assert hand_in(client, b"<html>")["kept"] is None


def test_files_wait_for_their_answer_for_a_while_the_newest_three() -> None:
    now = 0.0
    uploads = Uploads(lambda: now)
    folders = [TemporaryDirectory() for _ in range(5)]
    words = [uploads.keep(one, Path(one.name) / "a.pdf") for one in folders]
    assert [Path(one.name).exists() for one in folders] == [False, False, True, True, True]
    assert uploads.take(words[0]) is None
    taken = uploads.take(words[2])
    assert taken == (folders[2], Path(folders[2].name) / "a.pdf")
    assert uploads.take(words[2]) is None
    now = 901.0
    assert uploads.take(words[3]) is None
    late = TemporaryDirectory()
    uploads.keep(late, Path(late.name))
    uploads.close()
    assert not any(Path(one.name).exists() for one in (*folders[3:], late))


@pytest.mark.slow
def test_without_a_pdf_to_compare_with_a_picture_is_asked_about(
    client: TestClient, parts: Parts
) -> None:
    (parts.folder / "papers/1.pdf").unlink()
    answer = hand_in(client, drawing(n_pages=2))
    assert answer["outcome"] == "asked"
    assert "the library has no PDF of it to compare with" in answer["said"]


def test_without_a_script_the_answer_stands_on_the_papers_page(client: TestClient) -> None:
    content = marked(typeset(SNAIL), highlight(SENTENCE))
    answer = client.post(f"{PDF}/back", files={"file": ("mine.pdf", content, "application/pdf")})
    assert answer.url.path == "/paper/arxiv:2506.00001"
    assert "1 highlight, 1 new" in answer.text


def test_another_papers_pdf_is_named_with_the_way_there(client: TestClient, parts: Parts) -> None:
    content = marked(typeset(MOSS_TITLE, MOSS), highlight("It needs no root", page=1))
    answer = client.post(f"{PDF}/back", files={"file": ("mine.pdf", content, "application/pdf")})
    assert answer.status_code == 422
    assert 'href="/paper/arxiv:2506.00002#pdf"' in answer.text
    assert MOSS_TITLE in answer.text
    assert n_marks(parts) == 0
    assert hand_in(client, content, sure="1")["outcome"] == "imported"
    assert n_marks(parts) == 1


def test_a_pdf_deleted_by_hand_is_not_offered(client: TestClient, parts: Parts) -> None:
    assert "Save the PDF" in client.get("/paper/arxiv:2506.00001").text
    (parts.folder / "papers/1.pdf").unlink()
    text = client.get("/paper/arxiv:2506.00001").text
    assert ("There is no PDF yet." in text, "Save the PDF" in text) == (False, False)
    assert '<p class="muted small">papers/1.pdf is no longer here</p>' in text
    with parts.open_library() as library:
        sha256 = hashlib.sha256(typeset(SNAIL)).hexdigest()
        index.add_passages(library.db, 1, [PassageText("Snails.", 1, "")], sha256=sha256)
    gone = "papers/1.pdf is no longer here; 1 passage of it can still be found"
    assert gone in client.get("/paper/arxiv:2506.00001").text


def test_files_that_are_no_complete_pdf_are_refused(client: TestClient, parts: Parts) -> None:
    whole = typeset(SNAIL)
    said = [
        hand_in(client, b"<html>Log in", "a.pdf"),
        hand_in(client, whole[: len(whole) // 2], "b.pdf"),
        hand_in(client, b"", "c.pdf"),
        hand_in(client, b"GIF89a", "../../x/\x00<b>.exe"),
    ]
    assert [one["status"] for one in said] == [422] * 4
    assert said[0]["said"] == "a.pdf: is not a PDF"
    assert "its end is missing" in said[1]["said"]
    assert "it is still empty" in said[2]["said"]
    assert "is not a PDF" in said[3]["said"]
    assert "/" not in said[3]["said"]
    nothing = client.post(f"{PDF}/back", data={"sure": "1"})
    assert (nothing.status_code, "You did not choose a file." in nothing.text) == (400, True)
    assert n_marks(parts) == 0


def test_a_too_large_upload_is_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_pages, "MAX_UPLOAD", 1000)
    answer = client.post(
        f"{PDF}/back", files={"file": ("big.pdf", typeset(SNAIL), "application/pdf")}
    )
    assert (answer.status_code, "big.pdf: it is larger than" in answer.text) == (400, True)


def test_names_of_files_are_made_safe() -> None:
    safe = pdf_pages._safe_name
    assert [safe(name) for name in ("a b (2).pdf", "../../etc/passwd", "論文.pdf", "", ".pdf")] == [
        "a b (2).pdf", "_.._etc_passwd.pdf", "論文.pdf", "paper.pdf", "paper.pdf",
    ]  # fmt: skip
    assert len(safe("x" * 900)) < 120
