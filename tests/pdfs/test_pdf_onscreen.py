"""Test one page for a screen: its picture, its words with places, and bad files."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest
from PIL import Image, ImageChops, ImageStat

from reader.base.errors import PdfError
from reader.morning.browse_library import boxes_of
from reader.pdfs.text.answer import PageText
from reader.pdfs.text.process import PdfPool, PdfReader
from tests.data import DATA, needs_data
from tests.hostile import bomb, good
from tests.marked_pdfs import blank, highlight, in_several_fonts, marked, sticky


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader(timeout_s=30) as reader:
        yield reader


def pixels(content: bytes) -> pymupdf.Pixmap:
    return pymupdf.Pixmap(content)


def test_the_words_of_a_page_stand_where_they_are_printed(
    reader: PdfReader, tmp_path: Path
) -> None:
    file = good(tmp_path / "a.pdf", "Snails hear gravel.", n_pages=3)
    page = reader.page_text(file, 2)
    (line,) = page.lines
    assert (page.n_pages, page.width, page.height, page.turn) == (3, 595, 842, ())
    assert (line.text, line.x, line.y, line.angle, line.size) == (
        "Snails hear gravel.", 72, 90, 0, 11,
    )  # fmt: skip
    assert [word for _, _, word in line.words] == ["Snails", "hear", "gravel."]
    assert line.words[0][0] == 72
    assert line.words[-1][1] == pytest.approx(72 + line.length)
    top, bottom = line.height
    assert top < 90 < bottom


def test_words_of_several_fonts_stay_apart_when_they_are_copied(
    reader: PdfReader, tmp_path: Path
) -> None:
    content = marked(blank(), in_several_fonts("where there is a distribution"))
    (tmp_path / "a.pdf").write_bytes(content)
    page = reader.page_text(tmp_path / "a.pdf", 1)
    (line,) = page.lines
    assert line.text == "where there is a distribution"
    assert [word for _, _, word in line.words] == line.text.split()
    # A search finds each of them at its place.
    top, bottom = line.height
    for x0, x1, word in (line.words[0], line.words[-1]):
        (box,) = boxes_of(page, word)
        assert box == pytest.approx((x0, top, x1, bottom))
    assert boxes_of(page, "wherethere") == []


def test_a_ligature_is_written_out_where_words_are_copied(
    reader: PdfReader, tmp_path: Path
) -> None:
    with pymupdf.open() as file:
        page = file.new_page()
        page.insert_font(fontname="F0", fontbuffer=pymupdf.Font("tiro").buffer)
        page.insert_text((72, 90), "The \ufb01eld of snails", fontname="F0")
        file.save(tmp_path / "a.pdf")
    (line,) = reader.page_text(tmp_path / "a.pdf", 1).lines
    assert line.text == "The field of snails"
    assert [word for _, _, word in line.words] == line.text.split()


@needs_data
@pytest.mark.slow
def test_the_lines_of_real_pages_have_their_words_and_the_blanks_between(
    reader: PdfReader,
) -> None:
    assert DATA is not None
    n_lines, run_together = 0, []
    for path in sorted((DATA / "files" / "papers").glob("*.pdf")):
        try:
            lines = reader.page_text(path, 1).lines
        except PdfError:
            continue  # encrypted ones
        for line in lines:
            # Fonts that do not say which letters their glyphs are give control characters.
            if line.words and line.text.isprintable():
                n_lines += 1
                if line.text.split() != [part for _, _, w in line.words for part in w.split()]:
                    run_together.append(line.text)
    assert n_lines > 4_000
    assert len(run_together) <= n_lines / 500, run_together


def test_a_turned_page_says_how_it_is_turned(reader: PdfReader, tmp_path: Path) -> None:
    file = pymupdf.open()
    page = file.new_page()
    page.insert_text((72, 90), "Upright on a turned page")
    page.insert_text((300, 400), "Along the edge", rotate=90)
    page.set_rotation(90)
    file.save(tmp_path / "a.pdf")
    found = reader.page_text(tmp_path / "a.pdf", 1)
    assert (found.width, found.height) == (842, 595)
    a, b, c, d, e, f = found.turn
    level, upright = found.lines
    # Where the text begins on the page as it is shown.
    assert (a * level.x + c * level.y + e, b * level.x + d * level.y + f) == (842 - 90, 72)
    assert (level.angle, upright.angle, upright.words) == (0, -90, ())


JPEG = b"\xff\xd8"


def picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def is_sixteen(content: bytes) -> bool:
    """Check for a PNG in sixteen greys: its head says four bits for a pixel."""
    return content.startswith(b"\x89PNG") and content[24] == 4 and picture(content).mode == "L"


@pytest.mark.parametrize("width", [600, 601])
def test_sixteen_greys_are_the_nearest_to_what_is_drawn(
    reader: PdfReader, tmp_path: Path, width: int
) -> None:
    file = good(tmp_path / "a.pdf")
    got = picture(reader.page_image(file, 1, width)).convert("L")
    with pymupdf.open(file) as opened:
        page = opened[0]
        zoom = width / page.rect.width
        drawn = page.get_pixmap(
            matrix=pymupdf.Matrix(zoom, zoom), alpha=False, colorspace=pymupdf.csGRAY
        )
    expected = Image.frombytes("L", (drawn.width, drawn.height), drawn.samples)
    assert got.size == expected.size
    # Half of a step of 17, and a rounding.
    assert max(ImageChops.difference(got, expected).tobytes()) <= 9


def test_a_page_is_drawn_as_wide_as_it_is_asked_for(reader: PdfReader, tmp_path: Path) -> None:
    file = good(tmp_path / "a.pdf")
    image = picture(reader.page_image(file, 1, 600))
    assert image.size == (600, 850)
    assert is_sixteen(reader.page_image(file, 1, 600))  # letters alone
    assert 2 <= len(image.getcolors() or ()) <= 16
    with pymupdf.open(file) as opened:
        opened[0].add_highlight_annot(opened[0].search_for("Fine")[0])
        opened.save(tmp_path / "marked.pdf")
    assert picture(reader.page_image(tmp_path / "marked.pdf", 1, 600)).mode == "RGB"
    assert reader.page_image(tmp_path / "marked.pdf", 1, 600, form="quick").startswith(JPEG)
    # Without its marks, and with them again: the same file stays open between the two.
    ask = functools.partial(reader.page_image, tmp_path / "marked.pdf", 1, 600)
    assert is_sixteen(ask(is_unmarked=True))
    assert picture(ask()).mode == "RGB"
    # What a device keeps is WebP where that is smaller, and looks the same.
    kept, seen = ask(form="small"), ask(form="quick")
    assert kept.startswith(b"RIFF")
    assert len(kept) < len(seen)
    assert max(ImageStat.Stat(ImageChops.difference(picture(kept), picture(seen))).rms) < 12
    kept, seen = (reader.page_image(file, 1, 600, form=form) for form in ("small", "png"))
    assert kept.startswith(b"RIFF")
    assert len(kept) < len(seen)
    assert picture(kept).convert("L").tobytes() == picture(seen).convert("L").tobytes()
    # What is small in sixteen greys is no JPEG.
    assert reader.page_image(file, 1, 600, form="quick") == reader.page_image(file, 1, 600)


def test_the_marks_of_the_printed_paper_stay_where_those_of_its_copy_are_hidden(
    reader: PdfReader, tmp_path: Path
) -> None:
    printed, copy = tmp_path / "printed.pdf", tmp_path / "copy.pdf"
    content = good(printed, "Snails hear gravel.").read_bytes()
    content = marked(content, highlight("hear"), sticky("Corrected."))
    printed.write_bytes(content)
    copy.write_bytes(marked(content, highlight("Snails"), sticky("Why?", at=(300, 300))))
    ask = functools.partial(reader.page_image, copy, 1, 600, is_unmarked=True)
    assert ask(printed=printed) == reader.page_image(printed, 1, 600)
    assert is_sixteen(ask())
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7")
    assert ask(printed=tmp_path / "broken.pdf") == ask(printed=tmp_path / "gone.pdf") == ask()


def test_greys_of_a_photo_or_a_shade_are_all_kept(reader: PdfReader, tmp_path: Path) -> None:
    with pymupdf.open() as file:
        page = file.new_page(width=300, height=300)
        for n in range(256):
            page.draw_rect((0, n, 300, n + 1), color=None, fill=(n / 255,) * 3)
        file.save(tmp_path / "shade.pdf")
    ask = functools.partial(reader.page_image, tmp_path / "shade.pdf", 1, 600)
    assert (picture(ask()).mode, is_sixteen(ask())) == ("L", False)
    assert ask(form="quick").startswith(JPEG)


@pytest.mark.parametrize(("colour", "is_grey"), [((35, 31, 32), True), ((35, 31, 60), False)])
def test_black_mixed_for_print_is_no_colour(
    reader: PdfReader, tmp_path: Path, colour: tuple[int, int, int], is_grey: bool
) -> None:
    with pymupdf.open() as file:
        file.new_page().insert_text(
            (72, 90), "Letters alone", fontsize=20, color=tuple(part / 255 for part in colour)
        )
        file.save(tmp_path / "mixed.pdf")
    assert is_sixteen(reader.page_image(tmp_path / "mixed.pdf", 1, 1200)) == is_grey


def test_a_strip_of_any_height_takes_few_pixels(reader: PdfReader, tmp_path: Path) -> None:
    file = pymupdf.open()
    file.new_page(width=20, height=14_000)
    file.save(tmp_path / "strip.pdf")
    image = pixels(reader.page_image(tmp_path / "strip.pdf", 1, 2400))
    assert image.width * image.height <= 12_100_000


@pytest.mark.parametrize("page", [0, 2, 10**30])
def test_a_page_past_the_end_is_an_error(reader: PdfReader, tmp_path: Path, page: int) -> None:
    file = good(tmp_path / "a.pdf")
    for ask in (lambda: reader.page_text(file, page), lambda: reader.page_image(file, page, 600)):
        with pytest.raises(PdfError) as error:
            ask()
        assert error.value.kind == "past the end"
    assert reader.page_text(file, 1).n_pages == 1


@pytest.mark.slow
def test_an_endless_page_ends_when_its_time_is_over_and_others_go_on(tmp_path: Path) -> None:
    endless, fine = bomb(tmp_path / "bomb.pdf"), good(tmp_path / "a.pdf")
    with PdfPool(1, timeout_s=1) as pool:
        with pytest.raises(PdfError) as error:
            pool.page_image(endless, 1, 600)
        assert error.value.kind in ("time", "memory", "crash")
        assert isinstance(pool.page_text(fine, 1), PageText)


def test_a_file_that_is_no_pdf_is_named_as_that(reader: PdfReader, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"<html>Log in")
    with pytest.raises(PdfError) as error:
        reader.page_image(tmp_path / "a.pdf", 1, 600)
    assert error.value.kind == "not a pdf"
