"""Test that scanned pages are recognised, read where tesseract is installed, and lose no file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from reader.library.passage import Document
from reader.pdfs.text.lines import PageLines, page_lines
from reader.pdfs.text.pages import FILE_S, Table, languages, page_dict, pictured, read_pages
from reader.pdfs.text.process import PdfPool, PdfReader, read_pdf
from tests.data import DATA, needs_data

needs_tesseract = pytest.mark.skipif(
    not {"eng", "jpn"} <= set(languages().split("+")),
    reason="tesseract with English and Japanese is not installed",
)
FAULTS = (RuntimeError,)
EMPTY = PageLines([], 595, 842, [])


def scan(path: Path, *pages: Sequence[tuple[float, str]], font: str = "helv") -> Path:
    """Print lines (font size, text) and photograph the pages."""
    pictures = pymupdf.open()
    for lines in pages:
        page = pymupdf.open().new_page()
        y = 90.0
        for size, text in lines:
            page.insert_text((70, y), text, fontsize=size, fontname=font)
            y += 1.6 * size
        pixels = page.get_pixmap(dpi=150, colorspace="gray")
        pictures.new_page().insert_image(page.rect, stream=pixels.tobytes("png"))
    pictures.save(path)
    return path


def texts(document: Document) -> list[str]:
    return [block.text for page in document.pages for block in page.blocks]


@pytest.fixture
def without_tesseract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("PATH", str(tmp_path))
    languages.cache_clear()
    yield
    languages.cache_clear()


@pytest.mark.usefixtures("without_tesseract")
def test_without_tesseract_the_pictured_pages_are_counted_and_the_reason_given(
    tmp_path: Path,
) -> None:
    document = read_pdf(scan(tmp_path / "scan.pdf", [(12, "Seen, not read.")], []))
    assert (document.n_pages, document.n_scanned, document.n_ocr) == (2, 2, 0)
    assert document.why_unread == "no tesseract"
    assert texts(document) == []


@pytest.mark.slow
@needs_tesseract
def test_an_english_scan_is_read_with_its_title_larger_than_its_text(tmp_path: Path) -> None:
    lines = ["The instrument hears how the wind moves over barley and", "writes it down each day."]
    path = scan(
        tmp_path / "scan.pdf",
        [(22, "Measuring the Quiet Wind"), *((11, line) for line in lines)],
    )
    document = read_pdf(path)
    assert (document.n_scanned, document.n_ocr, document.why_unread) == (1, 1, "")
    assert texts(document) == ["Measuring the Quiet Wind", " ".join(lines)]
    title, text = document.pages[0].blocks
    assert title.size > 1.5 * text.size


@pytest.mark.slow
@needs_tesseract
def test_a_japanese_scan_has_no_stray_spaces(tmp_path: Path) -> None:
    path = scan(
        tmp_path / "scan.pdf", [(14, "麦畑の風を聞いて記録する装置を作った。")] * 3, font="japan"
    )
    text = "".join(texts(read_pdf(path)))
    assert "風を聞いて記録する装置" in text
    assert " " not in text.strip()


@pytest.mark.slow
@needs_tesseract
def test_which_page_is_being_recognised_is_told(tmp_path: Path) -> None:
    path = scan(tmp_path / "scan.pdf", [(14, "One page.")], [(14, "And another.")])
    told: list[tuple[Path, int, int]] = []
    with PdfReader(tell=lambda *page: told.append(page)) as reader:
        reader.read(path)
    assert sorted(set(told)) == [(path, 1, 2), (path, 2, 2)]


@pytest.mark.slow
@needs_tesseract
def test_only_the_first_pictures_are_read_where_no_more_is_asked_for(tmp_path: Path) -> None:
    path = scan(tmp_path / "scan.pdf", *[[(14, f"This is page number {n}.")] for n in range(3)])
    with PdfPool(1) as pool:
        for n_ocr, read in ((0, []), (1, ["This is page number 0."])):
            document = pool.read_first(path, n_ocr)
            assert (document.n_scanned, document.n_ocr, texts(document)) == (3, n_ocr, read)


@needs_tesseract
def test_pages_with_a_text_layer_are_not_read_again(tmp_path: Path) -> None:
    path = scan(tmp_path / "scan.pdf", [(14, "Only this page is a picture.")])
    file = pymupdf.open(path)
    file.new_page().insert_text((70, 90), "This one has letters of its own.")
    file.save(tmp_path / "both.pdf")
    document = read_pdf(tmp_path / "both.pdf")
    assert (document.n_scanned, document.n_ocr) == (1, 1)
    assert texts(document) == [
        "Only this page is a picture.",
        "This one has letters of its own.",
    ]


@needs_tesseract
def test_when_the_time_is_over_what_was_read_is_kept(tmp_path: Path) -> None:
    path = scan(tmp_path / "long.pdf", *[[(14, f"This is page number {n}.")] for n in range(3)])
    seconds = iter([0.0, 1.0, FILE_S - 0.5])
    said: list[tuple[int, int, float]] = []

    def tell(page: int, of: int, more_s: float = 0.0) -> None:
        said.append((page, of, more_s))

    with pymupdf.open(path) as file:
        found, why = read_pages(file, [0, 1, 2], tell, FAULTS, clock=lambda: next(seconds))
    assert (list(found), why) == ([0], "time")
    assert said == [(1, 3, FILE_S + 10), (1, 3, 0.0)]


def test_a_file_without_pictured_pages_asks_for_nothing() -> None:
    assert read_pages(None, [], lambda *_: None, FAULTS) == ({}, "")


class TestPictured:
    def of(self, draw: Any, lines: PageLines = EMPTY) -> list[int]:
        with pymupdf.open() as file:
            page = file.new_page()
            draw(page)
            return pictured(file, [lines], FAULTS)

    def test_a_blank_page_is_no_picture(self) -> None:
        assert self.of(lambda page: None) == []
        assert self.of(lambda page: page.draw_line((70, 70), (500, 70))) == []

    def test_a_page_whose_letters_are_outlines_is_a_picture(self) -> None:
        def outlines(page: Any) -> None:
            for n in range(40):
                page.draw_circle((70 + 10 * n, 90), 4)

        assert self.of(outlines) == [0]

    def test_a_stamped_scan_is_a_picture_and_a_page_with_a_figure_is_not(self) -> None:
        pixels = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 60, 80)).tobytes("png")

        def full(page: Any) -> None:
            page.insert_image(page.rect, stream=pixels)

        assert self.of(full, lines_of("Downloaded by a library.")) == [0]
        assert self.of(full, lines_of("A page of words on a tinted ground. " * 5)) == []

    def test_a_page_in_a_font_without_mapping_is_a_picture(self) -> None:
        assert self.of(lambda page: None, lines_of("\ufffd\ue003 " * 90)) == [0]
        assert self.of(lambda page: None, lines_of("naïve words " * 90)) == []


def lines_of(text: str) -> PageLines:
    span = {"text": text, "font": "F", "flags": 0, "size": 10.0, "origin": (70, 90)}
    line = {"dir": (1, 0), "bbox": (70, 80, 500, 92), "spans": [span]}
    return page_lines({"width": 595, "height": 842, "blocks": [{"type": 0, "lines": [line]}]})


def test_words_become_lines_in_points_and_what_is_unsure_goes() -> None:
    table: Table = {
        ("1", "1", "1"): [
            ["200", "100", "60", "20", "96.1", "Two"],
            ["270", "100", "90", "20", "91.0", "words"],
        ],
        ("2", "1", "1"): [["10", "900", "30", "90", "12.5", "~|/"]],
    }
    (block,) = page_dict(table, 595, 842, 200)["blocks"]
    (line,) = block["lines"]
    assert line["bbox"] == pytest.approx((72, 36, 129.6, 43.2))
    (span,) = line["spans"]
    assert (span["text"], span["size"]) == ("Two words", pytest.approx(10))


def test_a_title_in_one_paragraph_with_its_authors_keeps_its_size() -> None:
    lines = ((40, "Quiet Machines That Listen"), (20, "by"), (20, "Ada Example"))
    table: Table = {("1", "1", str(at)): [["0", str(60 * at), "400", str(height), "90", text]]
             for at, (height, text) in enumerate(lines)}  # fmt: skip
    blocks = page_dict(table, 595, 842, 200)["blocks"]
    sizes = [[round(line["spans"][0]["size"]) for line in block["lines"]] for block in blocks]
    assert sizes == [[20], [10, 10]]


def test_names_side_by_side_in_one_line_are_parted() -> None:
    words = [["100", "0", "60", "20", "90", "Ada"], ["170", "0", "120", "20", "90", "Example"]]
    far = [["400", "0", "60", "20", "90", "Ben"], ["470", "0", "100", "20", "90", "Other"]]
    (block,) = page_dict({("1", "1", "1"): [*words, *far]}, 595, 842, 200)["blocks"]
    assert [line["spans"][0]["text"] for line in block["lines"]] == ["Ada Example", "Ben Other"]


def test_a_gap_between_two_japanese_names_is_a_blank() -> None:
    def read(*words: tuple[int, str]) -> str:
        cells = [[str(x), "0", str(30 * len(text)), "30", "90", text] for x, text in words]
        (block,) = page_dict({("1", "1", "1"): cells}, 595, 842, 200)["blocks"]
        text: str = block["lines"][0]["spans"][0]["text"]
        return text

    assert read((100, "雨野"), (170, "花子"), (255, "風間"), (317, "太郎")) == "雨野花子 風間太郎"
    assert read((100, "雨野"), (185, "の"), (240, "音")) == "雨野の音"


def test_tesseract_is_looked_for_on_the_path() -> None:
    assert bool(languages()) <= (shutil.which("tesseract") is not None)


@needs_data
@needs_tesseract
@pytest.mark.slow
def test_the_real_scan_is_read_in_its_time(tmp_path: Path) -> None:
    """Read a quarter of its pages: none is left because the time of a file is over."""
    assert DATA is not None
    truths = [json.loads(line) for line in (DATA / "files" / "truth.jsonl").open(encoding="utf-8")]
    (truth,) = [truth for truth in truths if truth["scanned"]]
    n_pages = truth["pages"] // 4
    with pymupdf.open(DATA / "files" / truth["file"]) as opened:
        opened.select(range(n_pages))
        opened.save(tmp_path / "scan.pdf")
    document = read_pdf(tmp_path / "scan.pdf")
    assert document.n_scanned == document.n_ocr == document.n_pages == n_pages
    assert document.title == truth["title"]
