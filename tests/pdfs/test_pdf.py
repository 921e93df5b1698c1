"""Test that PDFs are read in the order of a human reader, and that a bad one harms no caller.

The small ones are made here; the real ones (needs_data) are others' papers and stay apart.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from reader.base.errors import PdfError
from reader.library.passage import Block, Document
from reader.pdfs.text.checks import check_pdf
from reader.pdfs.text.lines import compounds, joined, tidy
from reader.pdfs.text.process import PdfReader, read_pdf
from tests.data import DATA, needs_data

LEFT, RIGHT, TOP = 60, 320, 130
WIDTH, HEIGHT = 595, 842


class Draft:
    """Build a PDF; each call writes on its last page."""

    def __init__(self) -> None:
        self.file = pymupdf.open()
        self.page()

    def page(self) -> None:
        self.file.new_page(width=WIDTH, height=HEIGHT)

    def write(self, x: float, y: float, *lines: str, size: float = 10, font: str = "tiro") -> None:
        for n, line in enumerate(lines):
            at = (x, y + 1.2 * size * n)
            self.file[-1].insert_text(at, line, fontsize=size, fontname=font)

    def save(self, path: Path, **options: Any) -> Path:
        self.file.save(path, **options)
        return path


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader(timeout_s=20) as reader:
        yield reader


def texts(document: Document, kind: str = "text") -> list[str]:
    return [b.text for page in document.pages for b in page.blocks if b.kind == kind]


LONG = "the column is wide enough that its words reach far over"


def test_one_column_is_paragraphs_headings_and_a_title(reader: PdfReader, tmp_path: Path) -> None:
    draft = Draft()
    draft.write(120, 80, "A Small Machine that Listens", size=18, font="tibo")
    draft.write(240, 104, "Ada Example", size=11)
    draft.write(LEFT, 150, "Abstract", size=12, font="tibo")
    draft.write(LEFT, 170, f"We listen; {LONG}", "and a second line ends it.")
    draft.write(LEFT, 220, "1 Introduction", size=12, font="tibo")
    draft.write(LEFT, 240, f"Speech is hard; {LONG}", "and that is all.")
    document = reader.read(draft.save(tmp_path / "one.pdf"))
    assert document.title == "A Small Machine that Listens"
    assert [(b.kind, b.text) for b in document.pages[0].blocks] == [
        ("heading", "A Small Machine that Listens"),
        ("text", "Ada Example"),
        ("heading", "Abstract"),
        ("text", f"We listen; {LONG} and a second line ends it."),
        ("heading", "1 Introduction"),
        ("text", f"Speech is hard; {LONG} and that is all."),
    ]
    assert document.pages[0].blocks[2] == Block("Abstract", "heading", size=12, is_bold=True)
    assert (document.n_pages, document.n_scanned, document.stamp) == (1, 0, "")


def two_columns(draft: Draft, *, across_first: bool) -> None:
    """Write both columns; row by row where asked, as some programs store them."""
    left = [f"left line number {n} of the column here" for n in range(20)]
    right = [f"right line number {n} of the column here" for n in range(20)]
    if across_first:
        for n in range(20):
            draft.write(LEFT, TOP + 12 * n, left[n])
            draft.write(RIGHT, TOP + 12 * n, right[n])
    else:
        draft.write(RIGHT, TOP, *right)
        draft.write(LEFT, TOP, *left)


@pytest.mark.parametrize("across_first", [True, False])
def test_two_columns_are_read_one_after_the_other_however_stored(
    reader: PdfReader, tmp_path: Path, *, across_first: bool
) -> None:
    draft = Draft()
    two_columns(draft, across_first=across_first)
    draft.write(130, 70, "A Title Across Both of the Columns", size=18, font="tibo")
    words = " ".join(texts(reader.read(draft.save(tmp_path / "two.pdf"))))
    expected = [f"{side} line number {n} of" for side in ("left", "right") for n in range(20)]
    places = [words.index(words_of_line) for words_of_line in expected]
    assert places == sorted(places)


def test_a_sentence_goes_on_in_the_next_column_and_page(reader: PdfReader, tmp_path: Path) -> None:
    draft = Draft()
    two_columns(draft, across_first=False)
    draft.write(LEFT, TOP + 240, "the left side ends within a trans-")
    draft.write(RIGHT, TOP - 12, "lation and the right side begins so")
    draft.page()
    draft.write(LEFT, TOP, "and this page ends the sentence.")
    blocks = [b for page in reader.read(draft.save(tmp_path / "c.pdf")).pages for b in page.blocks]
    assert [b.glue for b in blocks] == ["\n", "", " "]
    assert blocks[0].text.endswith("within a trans")
    assert blocks[1].text.startswith("lation and the right")


def test_hyphens_and_ligatures_are_joined(reader: PdfReader, tmp_path: Path) -> None:
    draft = Draft()
    draft.write(LEFT, TOP, "Each utter-", "ance is trans-", "lated by self-", "attention; end-to-")
    draft.write(LEFT, TOP + 48, "end models of x² need it, and self-attention helps.")
    assert texts(reader.read(draft.save(tmp_path / "h.pdf"))) == [
        "Each utterance is translated by self-attention; end-to-end models of x² need it, "
        "and self-attention helps."
    ]


def test_japanese_lines_are_joined_without_spaces(reader: PdfReader, tmp_path: Path) -> None:
    draft = Draft()
    draft.write(LEFT, 80, "小さな音声翻訳機", size=18, font="japan")
    draft.write(LEFT, TOP, "1 はじめに", size=12, font="japan")
    draft.write(
        LEFT, TOP + 20, "本稿では音声を聞いて訳す", "機械を作る。訳文は短い。", font="japan"
    )
    document = reader.read(draft.save(tmp_path / "ja.pdf"))
    assert document.title == "小さな音声翻訳機"
    assert texts(document, "heading") == ["小さな音声翻訳機", "1 はじめに"]
    assert texts(document) == ["本稿では音声を聞いて訳す機械を作る。訳文は短い。"]


def test_running_heads_and_page_numbers_go_and_what_stands_once_stays(
    reader: PdfReader, tmp_path: Path
) -> None:
    draft = Draft()
    for number in range(1, 5):
        if number > 1:
            draft.page()
        draft.write(LEFT, 40, "A. Example and B. Sample", size=8)
        draft.write(290, 815, str(number), size=9)
        draft.write(LEFT, TOP, f"Page {number} says something of its own.")
    draft.write(LEFT, 60, "A remark near the edge.", size=10)
    document = reader.read(draft.save(tmp_path / "heads.pdf"))
    assert [[b.text for b in page.blocks] for page in document.pages] == [
        ["Page 1 says something of its own."],
        ["Page 2 says something of its own."],
        ["Page 3 says something of its own."],
        ["A remark near the edge.", "Page 4 says something of its own."],
    ]
    assert document.first_page.splitlines() == [
        "A. Example and B. Sample",
        "1",
        "Page 1 says something of its own.",
    ]


def test_line_numbers_of_a_review_copy_are_removed(reader: PdfReader, tmp_path: Path) -> None:
    draft = Draft()
    for n in range(40):
        draft.write(30, TOP + 12 * n, f"{n + 1:03}", size=8, font="helv")
        draft.write(LEFT + 20, TOP + 12 * n, f"reviewed words, line {'abcd'[n % 4]} of many")
    words = " ".join(texts(reader.read(draft.save(tmp_path / "review.pdf"))))
    assert "001" not in words
    assert "040" not in words
    assert words.startswith("reviewed words, line a of many reviewed words, line b")


def test_arxivs_stamp_is_kept_apart_from_the_text(reader: PdfReader, tmp_path: Path) -> None:
    draft = Draft()
    draft.file[0].insert_text(
        (30, 600), "arXiv:2001.00001v2 [cs.CL] 1 Jan 2020", fontsize=20, rotate=90
    )
    draft.write(LEFT, 80, "A Quite Upright Title", size=16)
    draft.write(LEFT, TOP, "And upright text, of more letters.")
    document = reader.read(draft.save(tmp_path / "stamp.pdf"))
    assert document.stamp == "arXiv:2001.00001v2 [cs.CL] 1 Jan 2020"
    assert document.title == "A Quite Upright Title"
    assert texts(document) == ["And upright text, of more letters."]


def test_a_page_on_its_side_is_read_too(reader: PdfReader, tmp_path: Path) -> None:
    draft = Draft()
    for n in range(4):
        draft.file[0].insert_text((100 + 12 * n, 700), f"row {n} of it", fontsize=10, rotate=90)
    assert texts(reader.read(draft.save(tmp_path / "side.pdf"))) == [
        "row 0 of it row 1 of it row 2 of it row 3 of it"
    ]


def test_references_and_captions_are_told_from_text(reader: PdfReader, tmp_path: Path) -> None:
    draft = Draft()
    draft.write(LEFT, TOP, f"Running text first; {LONG}", "and on it goes until here.")
    draft.write(LEFT, TOP + 60, "Figure 1: A box that listens.", size=9)
    draft.write(LEFT, TOP + 100, "References", size=12, font="tibo")
    draft.write(LEFT, TOP + 120, "[1] A. Doe. A first work with a title that takes", "two lines.")
    draft.write(LEFT, TOP + 144, "[2] B. Roe. A second work.")
    document = reader.read(draft.save(tmp_path / "kinds.pdf"))
    assert texts(document, "caption") == ["Figure 1: A box that listens."]
    assert texts(document, "reference") == [
        "[1] A. Doe. A first work with a title that takes two lines.",
        "[2] B. Roe. A second work.",
    ]
    assert texts(document) == [f"Running text first; {LONG} and on it goes until here."]


def test_a_small_remark_under_all_text_is_a_footnote(reader: PdfReader, tmp_path: Path) -> None:
    draft = Draft()
    draft.write(LEFT, TOP, f"Running text; {LONG}", "and on it goes until here.")
    draft.write(LEFT, 700, "3 A remark at the foot of the page, smaller than text.", size=8)
    document = reader.read(draft.save(tmp_path / "foot.pdf"))
    assert texts(document, "footnote") == ["3 A remark at the foot of the page, smaller than text."]


def test_a_blank_page_is_not_a_scan(reader: PdfReader, tmp_path: Path) -> None:
    draft = Draft()
    draft.write(LEFT, TOP, "Only this page has words.")
    draft.page()
    document = reader.read(draft.save(tmp_path / "blank.pdf"))
    assert (document.n_pages, document.n_scanned) == (2, 0)
    assert document.pages[1].blocks == ()


def headings(document: Document) -> list[str]:
    return texts(document, "heading")


def sections(draft: Draft, *names: str, size: float = 12) -> None:
    """Write sections of two lines of text each below one another."""
    for n, name in enumerate(names):
        draft.write(LEFT, 130 + 80 * n, name, size=size, font="tibo")
        draft.write(LEFT, 150 + 80 * n, f"Words on that; {LONG}", "and that is all of it.")


def test_a_section_number_keeps_its_name_also_at_the_top_of_a_page(
    reader: PdfReader, tmp_path: Path
) -> None:
    draft = Draft()
    sections(draft, "1 Introduction", "2 Machines")
    for number in (3, 4):
        draft.page()
        draft.write(LEFT, 60, f"{number}", size=12, font="tibo")
        draft.write(LEFT + 24, 60, f"Part {'xyzab'[number]} of It", size=12, font="tibo")
        draft.write(LEFT, 80, f"Words on that; {LONG}", "and that is all of it.")
    assert headings(reader.read(draft.save(tmp_path / "top.pdf"))) == [
        "1 Introduction",
        "2 Machines",
        "3 Part a of It",
        "4 Part b of It",
    ]


def test_bold_words_that_begin_a_paragraph_are_no_heading(
    reader: PdfReader, tmp_path: Path
) -> None:
    draft = Draft()
    sections(draft, "1 Introduction", "2 Machines")
    draft.write(LEFT, 300, "How loud is it? We listened.", font="tibo")
    draft.write(LEFT + 140, 300, "At night it hums and in the morning it sings,")
    draft.write(LEFT, 312, f"as we have seen before; {LONG}.")
    assert headings(reader.read(draft.save(tmp_path / "run-in.pdf"))) == [
        "1 Introduction",
        "2 Machines",
    ]


def test_small_print_in_bold_is_no_heading_in_a_paper_with_numbers(
    reader: PdfReader, tmp_path: Path
) -> None:
    draft = Draft()
    sections(draft, "1 Introduction", "2 Machines")
    draft.write(LEFT, 300, "Noise", font="tibo")
    draft.write(LEFT + 200, 300, "Hum", font="tibo")
    draft.write(LEFT, 312, "12")
    draft.write(LEFT + 200, 312, "14")
    draft.write(LEFT, 340, "3. Turn it off at night.", font="tibo")
    draft.write(LEFT, 352, f"so that people sleep; {LONG}.")
    assert headings(reader.read(draft.save(tmp_path / "bold.pdf"))) == [
        "1 Introduction",
        "2 Machines",
    ]


def test_a_centred_heading_in_the_size_of_the_text_is_told_by_its_number(
    reader: PdfReader, tmp_path: Path
) -> None:
    draft = Draft()
    draft.write(220, TOP, "1. Introduction")
    draft.write(LEFT, TOP + 20, f"Words on that; {LONG}", f"again and again; {LONG}", "and so on.")
    draft.write(215, TOP + 70, "2. Small machines")
    draft.write(LEFT, TOP + 90, f"Words on that; {LONG}", f"again and again; {LONG}", "and so on.")
    assert headings(reader.read(draft.save(tmp_path / "centred.pdf"))) == [
        "1. Introduction",
        "2. Small machines",
    ]


def test_the_contents_come_with_the_text_as_they_would_alone(
    reader: PdfReader, tmp_path: Path
) -> None:
    draft = Draft()
    draft.write(LEFT, 80, "A Report on Nights", size=18, font="tibo")
    draft.page()
    sections(draft, "1 Introduction", "2 Machines")
    file = draft.save(tmp_path / "headings.pdf")
    contents = reader.read(file).contents
    assert [(one["title"], one["page"]) for one in json.loads(contents)] == [
        ("1 Introduction", 2),
        ("2 Machines", 2),
    ]
    assert contents.encode() == reader.facts(file, "contents")
    with pymupdf.open(file) as outlined:
        outlined.set_toc([[1, "Nights", 1]])
        outlined.save(tmp_path / "outline.pdf")
    (entry,) = json.loads(reader.read(tmp_path / "outline.pdf").contents)
    assert entry["title"] == "Nights"


def test_a_table_of_contents_is_a_table(reader: PdfReader, tmp_path: Path) -> None:
    draft = Draft()
    draft.write(LEFT, 80, "A Report on Nights", size=18, font="tibo")
    draft.write(LEFT, TOP, "Contents", size=12, font="tibo")
    names = ["1 Introduction", "2 Machines", "3 Nights", "References"]
    for n, name in enumerate(names):
        draft.write(LEFT, TOP + 20 + 14 * n, name, font="tibo")
        draft.write(500, TOP + 20 + 14 * n, str(n + 2), font="tibo")
    draft.page()
    sections(draft, "1 Introduction", "2 Machines")
    document = reader.read(draft.save(tmp_path / "contents.pdf"))
    assert texts(document, "table") == [f"{name} {n}" for n, name in enumerate(names, 2)]
    assert headings(document) == ["A Report on Nights", "1 Introduction", "2 Machines"]
    assert document.references == ()


def test_references_are_split_by_number_or_by_how_they_hang_out(
    reader: PdfReader, tmp_path: Path
) -> None:
    numbered, named = Draft(), Draft()
    for draft, marks in ((numbered, ("[1] ", "[2] ", "[3] ")), (named, ("", "", ""))):
        draft.write(LEFT, TOP, f"Running text first; {LONG}", "and on it goes until here.")
        draft.write(LEFT, TOP + 60, "References", size=12, font="tibo")
        for n, mark in enumerate(marks):
            y = TOP + 80 + 24 * n
            draft.write(LEFT, y, f"{mark}Doe, {'ABC'[n]}. A work of its own kind that has", size=9)
            draft.write(LEFT + 14, y + 11, "1999. Two lines in all and a year.", size=9)
    entries = [f"Doe, {c}. A work of its own kind that has 1999. Two lines in all and a year."
               for c in "ABC"]  # fmt: skip
    assert reader.read(named.save(tmp_path / "named.pdf")).references == tuple(entries)
    document = reader.read(numbered.save(tmp_path / "numbered.pdf"))
    assert document.references == tuple(f"[{n}] {e}" for n, e in enumerate(entries, 1))


def test_an_entry_that_a_page_parts_is_one_reference(reader: PdfReader, tmp_path: Path) -> None:
    draft = Draft()
    draft.write(LEFT, TOP, f"Running text first; {LONG}", "and on it goes until here.")
    draft.write(LEFT, 700, "References", size=12, font="tibo")
    draft.write(LEFT, 720, "[1] A. Doe. A first work.", "[2] B. Roe. A second one with a")
    draft.page()
    draft.write(LEFT, TOP, "long title. 2001.", "[3] C. Poe. A third.")
    document = reader.read(draft.save(tmp_path / "parted.pdf"))
    assert document.references == (
        "[1] A. Doe. A first work.",
        "[2] B. Roe. A second one with a long title. 2001.",
        "[3] C. Poe. A third.",
    )


def test_wide_spaces_make_no_columns_of_one(reader: PdfReader, tmp_path: Path) -> None:
    draft = Draft()
    for n in range(12):
        if n % 3:
            draft.write(LEFT, TOP + 12 * n, f"row {n} reaches over; {LONG} and more of it")
        else:
            draft.write(LEFT, TOP + 12 * n, f"row {n} has a stop here.")
            draft.write(LEFT + 118, TOP + 12 * n, "A wide space parts it from this half.")
    words = " ".join(texts(reader.read(draft.save(tmp_path / "wide.pdf"))))
    places = [words.index(f"row {n} ") for n in range(12)]
    assert places == sorted(places)
    assert "row 3 has a stop here. A wide space parts it from this half. row 4" in words


def whole_pdf(tmp_path: Path) -> bytes:
    draft = Draft()
    two_columns(draft, across_first=True)
    return draft.save(tmp_path / "whole.pdf").read_bytes()


def test_an_encrypted_file_says_that_it_needs_a_password(tmp_path: Path) -> None:
    draft = Draft()
    draft.write(LEFT, TOP, "Secret.")
    path = draft.save(
        tmp_path / "locked.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y"
    )
    with pytest.raises(PdfError) as error:
        read_pdf(path)
    assert error.value.message == f"{path}: is encrypted and needs a password"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty (0 bytes)"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "is not a PDF"),
        (b"\x00\x01\x02" * 500, "is not a PDF"),
        (b"%PDF-1.7\n", "is damaged and cannot be opened"),
    ],
    ids=["empty", "a web page", "junk", "only a header"],
)
def test_a_bad_file_is_named_with_what_is_wrong(
    reader: PdfReader, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(content)
    with pytest.raises(PdfError) as error:
        reader.read(path)
    assert error.value.message == f"{path}: {said}"
    assert error.value.hint


def test_a_file_cut_off_before_its_pages_has_no_readable_page(
    reader: PdfReader, tmp_path: Path
) -> None:
    path = tmp_path / "cut.pdf"
    path.write_bytes(whole_pdf(tmp_path)[:400])
    with pytest.raises(PdfError, match=r"has no readable page|is damaged"):
        reader.read(path)


def test_a_missing_file_is_an_error_of_that_file(reader: PdfReader, tmp_path: Path) -> None:
    with pytest.raises(PdfError, match=r"cannot be read \(no such file\)"):
        reader.read(tmp_path / "nowhere.pdf")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty (0 bytes)"),
        (b"\n <!DOCTYPE HTML><html>", "is a web page, not a PDF"),
        (b'<?xml version="1.0"?><html>', "is a web page, not a PDF"),
        (b"Too many requests", "is not a PDF"),
        (b"%PDF-1.5\n" + b"x" * 900, "is cut off: its end is missing (received 909 bytes)"),
    ],
)
def test_a_download_that_is_no_whole_pdf_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(PdfError) as error:
        check_pdf(content, name="2001.00001")
    assert error.value.message == f"2001.00001: {said}"


def test_a_whole_download_passes_and_half_of_it_does_not(tmp_path: Path) -> None:
    whole = whole_pdf(tmp_path)
    check_pdf(whole)
    check_pdf(b"\n" + whole + b"\n<!-- served in 3 ms -->")
    with pytest.raises(PdfError, match="cut off"):
        check_pdf(whole[: len(whole) // 2])


def test_the_caller_never_loads_pymupdf() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import reader.pdfs.text.process, sys; print('pymupdf' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a trans-", "lation"], "a translation"),
        (["a state-", "of-the-art"], "a state-of-the-art"),
        (["the GPT-", "4 model"], "the GPT-4 model"),
        (["soft\xad", "ware"], "software"),
        (["音声", "翻訳"], "音声翻訳"),
        (["音声の", "BLEU"], "音声の BLEU"),
        (["and", "  so   on"], "and so on"),
    ],
)
def test_lines_are_joined_as_read(lines: list[str], expected: str) -> None:
    assert joined(lines, compounds(["is state-of-the-art"])) == expected


def test_accents_that_stand_apart_go_on_their_letters() -> None:
    assert tidy("Mazi`eres, R¨as¨anen and Doll´ar") == "Mazières, Räsänen and Dollár"
    assert tidy("a ``quoted'' `word' and ~user") == "a ``quoted'' `word' and ~user"


def test_a_full_width_space_between_japanese_names_is_kept() -> None:
    assert tidy("山田 太郎\u3000鈴木 花子") == "山田太郎 鈴木花子"


def rows_of(name: str) -> list[dict[str, Any]]:
    assert DATA is not None
    return [json.loads(line) for line in (DATA / "files" / name).open(encoding="utf-8")]


def squeezed(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if not c.isspace() and c not in "-‐\xad")


def bare(heading: str) -> str:
    """Remove a heading's number: outlines often have none."""
    plain = unicodedata.normalize("NFKC", heading)
    return squeezed(re.sub(r"^(?:\d+(?:\.\d+)*|[IVX]+|[A-Z])[.:]?\s+", "", plain))


@needs_data
@pytest.mark.slow
def test_real_papers_are_read_in_order_and_by_their_titles(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Measured: abstracts 86 of 86, references 44 of 44, headings 121 of 129 (6 of the 129
    are references in a wrong outline); the floors are a little below."""
    assert DATA is not None
    monkeypatch.setenv("PATH", str(tmp_path))  # the one scan takes a minute: see test_pdf_ocr
    abstracts: list[bool] = []
    counts: list[bool] = []
    names: list[bool] = []
    titles: list[bool] = []
    with PdfReader() as reader:
        for row in rows_of("truth.jsonl"):
            path = DATA / "files" / row["file"]
            check_pdf(path.read_bytes(), name=path.name)
            document = reader.read(path)
            assert document.n_pages == row["pages"]
            assert (document.n_scanned == document.n_pages) == row["scanned"]
            if row["n_references"] is not None:
                counts.append(len(document.references) == row["n_references"])
            found = {bare(heading) for heading in headings(document)}
            names += [bare(name) in found for name in row["section_headings"] or ()]
            abstract = row["abstract_first_words"] or row["abstract_first_chars"]
            if abstract:
                blocks = [b.text for page in document.pages for b in page.blocks]
                abstracts.append(squeezed(abstract) in squeezed(" ".join(blocks)))
            if not row["scanned"]:
                titles.append(squeezed(document.title) == squeezed(row["title"]))
    assert (len(abstracts), len(counts), len(names)) == (86, 44, 129)
    assert sum(counts) >= 42
    assert sum(names) >= 117
    assert sum(abstracts) >= 84
    assert sum(titles) >= 88
