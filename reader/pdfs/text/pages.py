"""Read the pages of an opened PDF, one after the other, into a Document; runs in the child.

Pages that are pictures are read with tesseract, where it is installed: each is drawn and passed
to the `tesseract` command, a process of its own that can be ended. The library inside MuPDF can
neither be ended nor be told how a page is laid out. The result has the form of PyMuPDF's
get_text("dict"), so that the code after it treats all pages alike.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from reader.library.passage import Document, WhyUnread
from reader.pdfs.text.answer import Tell, Unreadable, failures, is_memory, unreadable
from reader.pdfs.text.blocks import Composer, body_size
from reader.pdfs.text.front import N_RAW, read_front
from reader.pdfs.text.headings import section_look
from reader.pdfs.text.lines import (
    Line,
    PageLines,
    compounds,
    is_doubtful,
    page_lines,
    runs,
    tidy,
    without_furniture,
    without_stray_blanks,
)

WANTED = ("eng", "jpn")
"""The languages of tesseract that are used, as far as they are installed."""
DPI = 200
"""Recognises as well as 300 dpi does on papers, and as fast as 150 does."""
MAX_PIXELS = 25_000_000
_IMAGES = {"fill-image", "fill-imgmask"}
PAGE_S = 45.0
"""Seconds for one pictured page."""
FILE_S = 300.0
"""Seconds for all pictured pages of one file, enough for 60 to 100 on a quiet machine."""
FIRST_S = 20.0
"""Seconds where only the first pictured pages are read, to recognise the paper."""
MIN_CHARACTERS = 120
"""A page with fewer characters and one large picture is a scan with a stamp on it."""
MIN_CONFIDENCE = 45.0
"""The least confidence of a line, of 100; lines below it are the insides of figures."""
GAP = 3
"""Heights of a word from which on a gap parts a line, as between names side by side."""

NAME_GAP = 0.75
"""Heights of a word from which on a gap parts two Japanese names. Within words gaps were up to
0.7."""
_KANJI = re.compile("[\u3400-\u9fff]{2,30}")
"""A line of kanji alone, as of names."""

Faults = tuple[type[Exception], ...]
_NO_TESSERACT: Faults = (OSError, MemoryError, subprocess.SubprocessError)
"""The exceptions of running tesseract that end the reading of one page."""


def compose(
    pages: list[PageLines], raw: Sequence[dict[str, Any]] = (), *, claimed: str = ""
) -> Document:
    """Put the lines of all pages in reading order, clean them, and join them to a Document.

    pages: all pages, an unreadable one without lines. raw: get_text("dict") of the first
    `front.N_RAW` pages; without it there are no title, authors, year and DOI. claimed: the title
    in the file's metadata, which may be of a template or another paper.
    """
    all_lines: list[list[Line]] = [page.lines for page in pages]
    body = body_size(all_lines)
    kept = without_furniture(pages, body)
    ordered = [runs(lines, page.width) for lines, page in zip(kept, pages, strict=True)]
    hyphenated = compounds(line.text for lines in kept for line in lines)
    look = section_look(row for page_runs in ordered for run in page_runs for row in run)
    composer = Composer(body, hyphenated, look)
    for number, (page, page_runs) in enumerate(zip(pages, ordered, strict=True), 1):
        composer.add(number, page_runs, (page.width, page.height))
    composed = composer.pages(pages)
    rotated = pages[0].rotated if pages else []
    stamp = next((tidy(text) for text in rotated if text.startswith("arXiv:")), "")
    printed = [line.text for line in pages[0].lines] if pages else []
    heads = set(pages[0].lines) - set(kept[0]) if pages else set()
    front = read_front(raw, pages, composed, dropped=heads, body=body, stamp=stamp, claimed=claimed)
    return Document(
        pages=composed,
        title=front.title,
        is_title_sure=front.is_title_sure,
        authors=front.authors,
        year=front.year,
        abstract=front.abstract,
        abstract_language=front.abstract_language,
        doi=front.doi,
        type=front.type,
        stamp=stamp,
        first_page="\n".join(tidy(text) for text in [*printed, *rotated]),
        n_scanned=sum(page.is_scanned for page in pages),
        n_ocr=sum(page.is_ocr for page in pages),
    )


def document_of(pymupdf: Any, file: Any, tell: Tell, *, n_ocr: int | None = None) -> Document:
    """Read an opened file; raises Unreadable.

    tell: is called before each page is read. n_ocr: the number of pictured pages to read, the
    first ones and in little time; None for all.
    """
    faults = failures(pymupdf)
    try:
        n_pages = file.page_count
    except faults as error:
        raise unreadable(error, "broken") from error
    pages, n_failed = [], 0
    raw: list[dict[str, Any]] = []
    # Without this flag MuPDF writes out ligatures (fi, ffl, …) and nothing else. NFKC would also
    # turn x² into x2 and full-width Japanese marks into ASCII.
    without = pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_PRESERVE_LIGATURES
    flags = pymupdf.TEXTFLAGS_DICT & ~without
    for number in range(n_pages):
        tell(number + 1, n_pages)
        try:
            page = file[number].get_text("dict", flags=flags)
            if number < N_RAW and is_doubtful(page):
                without_stray_blanks(page, file[number].get_text("rawdict", flags=flags))
            pages.append(page_lines(page))
        except faults as error:
            n_failed += 1
            if is_memory(error):
                raise Unreadable("memory") from error
            page = {"blocks": []}
            pages.append(PageLines([], 0, 0, []))
        if number < N_RAW:
            raw.append(page)
    if n_failed == len(pages):
        raise Unreadable("no page")
    scanned = pictured(file, pages, faults)
    file_s = FILE_S if n_ocr is None else FIRST_S
    found, why_unread = read_pages(file, scanned[:n_ocr], tell, faults, file_s=file_s)
    for number in scanned:
        page = found.get(number)
        lines = page_lines(page) if page else pages[number]
        pages[number] = lines._replace(is_scanned=True, is_ocr=page is not None)
        if page and number < len(raw):
            raw[number] = page
    claimed = (file.metadata or {}).get("title") or ""
    return replace(compose(pages, raw, claimed=claimed), why_unread=why_unread)


def pictured(file: Any, pages: Sequence[PageLines], faults: Faults) -> list[int]:
    """Find the pages, from 0, that show something but have no readable text layer.

    faults: the exceptions of PyMuPDF; a page that cannot be drawn is not returned. Where another
    program has recognised the file before, pages without text are blank, and none is returned.
    """
    found = [n for n, page in enumerate(pages) if _is_pictured(file, n, page, faults)]
    others = [n for n, page in enumerate(pages) if page.lines and n not in found]
    if found and others:
        try:
            drawn = file[others[len(others) // 2]].get_bboxlog()
        except faults:
            return found
        # Recognised text is laid invisibly over the scan.
        if any(kind == "ignore-text" for kind, _ in drawn):
            return []
    return found


def _is_pictured(file: Any, number: int, page: PageLines, faults: Faults) -> bool:
    text = "".join([line.text for line in page.lines])
    # A font without a mapping gives U+FFFD or private characters throughout.
    is_garbage = not text.isascii() and len(_UNMAPPED.findall(text)) > 0.5 * len(text)
    if is_garbage or len(text) >= MIN_CHARACTERS:
        return is_garbage
    if page.width == 0:
        return False  # it could not be read at all
    try:
        drawn = file[number].get_bboxlog()
    except faults:
        return False
    # Some scans are stored in strips, and black and white ones as masks.
    images: float = sum(
        [(box[2] - box[0]) * (box[3] - box[1]) for kind, box in drawn if kind in _IMAGES]
    ) / (page.width * page.height)
    if text:
        return images > 0.7 and page.height > page.width
    # Without text: a picture, or letters drawn as outlines. A frame and a line are no page.
    return images > 0.05 or sum(kind != "ignore-text" for kind, _ in drawn) > 20


_UNMAPPED = re.compile("[\ufffd\ue000-\uf8ff]")


@functools.cache
def languages() -> str:
    """Find the languages that tesseract has here ("eng+jpn"); "" where it is not installed."""
    command = shutil.which("tesseract")
    if command is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 (found on the PATH)
            [command, "--list-langs"], capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    installed = done.stdout.decode(errors="replace").split()
    return "+".join(language for language in WANTED if language in installed)


def read_pages(
    file: Any,
    numbers: Sequence[int],
    tell: Tell,
    faults: Faults,
    *,
    file_s: float = FILE_S,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[dict[int, dict[str, Any]], WhyUnread]:
    """Recognise pages with tesseract, in order, for at most `file_s` seconds.

    Returns the pages that were read, number from 0 → as get_text("dict") returns one; and why
    others were not, "" where all were.
    """
    if not numbers:
        return {}, ""
    known = languages()
    if not known:
        return {}, "no tesseract"
    n_pages = file.page_count
    tell(numbers[0] + 1, n_pages, file_s + 10)
    last = clock() + file_s
    found: dict[int, dict[str, Any]] = {}
    why: WhyUnread = ""
    spoken = known
    for number in numbers:
        left = last - clock()
        if left < 1:
            why = "time"
            break
        tell(number + 1, n_pages)
        try:
            picture, dpi, size = _picture(file[number])
            table = _recognise(picture, dpi, spoken, timeout_s=min(PAGE_S, left))
            if spoken != known and _confidence(table) < 70:  # a page in the other language
                table = _recognise(picture, dpi, known, timeout_s=min(PAGE_S, left))
            # The next page most likely has this one's language: a Latin page needs no Japanese.
            spoken = "eng" if _is_latin(table) and "eng" in known else known
        except faults + _NO_TESSERACT:
            why = "failed"
            continue
        found[number] = page_dict(table, *size, dpi)
    _unify_sizes([block["lines"] for page in found.values() for block in page["blocks"]])
    return found, why


def _unify_sizes(blocks: list[list[dict[str, Any]]]) -> None:
    """Set one font size for all paragraphs of about the usual size.

    Sizes that are measured in a picture vary, and only a title should stand out.
    """
    usual = round(statistics.median([_size(line) for lines in blocks for line in lines] or [0]), 1)
    for lines in blocks:
        is_short = len(lines) == 1 and len(lines[0]["spans"][0]["text"]) < 20
        if (0.5 if is_short else 0.8) * usual < _size(lines[0]) < 1.3 * usual:
            _set_size(lines, usual)


def _picture(page: Any) -> tuple[bytes, int, tuple[float, float]]:
    """Draw a page as PGM, and return it with its dpi and the page's size in points.

    Posters are drawn smaller, since their letters are larger.
    """
    width, height = page.rect.width, page.rect.height
    n_pixels = width * height * (DPI / 72) ** 2
    dpi = DPI if n_pixels <= MAX_PIXELS else max(50, int(DPI * (MAX_PIXELS / n_pixels) ** 0.5))
    picture = page.get_pixmap(dpi=dpi, colorspace="gray", alpha=False).tobytes("pgm")
    return picture, dpi, (width, height)


Table = dict[tuple[str, ...], list[list[str]]]
"""The words of each line: left, top, width, height in pixels, confidence, text."""


def _recognise(picture: bytes, dpi: int, spoken: str, *, timeout_s: float) -> Table:
    """Run tesseract on a picture; raises OSError or SubprocessError."""
    command = ["tesseract", "stdin", "stdout", "-l", spoken, "--dpi", str(dpi), "--psm", "3", "tsv"]
    done = subprocess.run(  # noqa: S603 (a command of ours, the picture on its stdin)
        command,
        input=picture,
        stdout=subprocess.PIPE,  # errors go where the worker's go, to /dev/null
        timeout=timeout_s,
        check=True,
        # tesseract with threads takes more time on all cores than on one.
        env=os.environ | {"OMP_THREAD_LIMIT": "1"},
    )
    table: Table = {}
    for line in done.stdout.decode(errors="replace").splitlines()[1:]:
        # level, page, block, paragraph, line, word, then the six of Table; level 5 is a word.
        cells = line.split("\t")
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip():
            table.setdefault(tuple(cells[2:5]), []).append(cells[6:])
    return table


def page_dict(table: Table, width: float, height: float, dpi: int) -> dict[str, Any]:
    """Turn a table of words into the form of get_text("dict").

    Each block is one of tesseract's paragraphs, and all its lines get one size.
    """
    paragraphs: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for place, words in table.items():
        if statistics.fmean([float(word[4]) for word in words]) >= MIN_CONFIDENCE:
            parts = [_line(part, 72 / dpi) for part in _parted(words)]
            paragraphs.setdefault(place[:2], []).extend(parts)
    several = [part for lines in paragraphs.values() for part in _alike(lines)]
    for lines in several:
        _set_size(lines, statistics.median(map(_size, lines)))
    blocks = [{"type": 0, "lines": lines} for lines in several]
    return {"width": width, "height": height, "blocks": blocks}


def _alike(lines: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Part long lines in much larger letters, as a title's, from the names they stand over."""
    usual = statistics.median(map(_size, lines))

    def is_large(line: dict[str, Any]) -> bool:
        return len(line["spans"][0]["text"]) >= 20 and _size(line) > 1.3 * usual

    return [list(group) for _, group in itertools.groupby(lines, key=is_large)]


def _parted(words: list[list[str]]) -> list[list[list[str]]]:
    """Part the words of a line where a gap is wider than letters: names side by side."""
    wide = GAP * statistics.median([int(word[3]) for word in words])
    parts = [words[:1]]
    for before, word in itertools.pairwise(words):
        if int(word[0]) - int(before[0]) - int(before[2]) > wide:
            parts.append([])
        parts[-1].append(word)
    return parts


def _line(words: list[list[str]], scale: float) -> dict[str, Any]:
    boxes = [[int(cell) * scale for cell in word[:4]] for word in words]
    x0, y0 = min(box[0] for box in boxes), min(box[1] for box in boxes)
    x1 = max(box[0] + box[2] for box in boxes)
    y1 = max(box[1] + box[3] for box in boxes)
    text = words[0][5]
    gap = NAME_GAP * statistics.median([box[3] for box in boxes])
    are_kanji = _KANJI.fullmatch("".join([word[5] for word in words])) is not None
    for (before, box), word in zip(itertools.pairwise(boxes), words[1:], strict=True):
        is_apart = are_kanji and box[0] - before[0] - before[2] > gap
        text += (" " if is_apart else _space(text[-1], word[5][0])) + word[5]
    # The height of words gives the font size: a Latin word is mostly as high as a capital (.72
    # of the size), a Japanese one .92. The line's own box is too high where the line is askew.
    share = 0.92 if sum(map(_is_cjk, text)) > 0.5 * len(text) else 0.72
    span = {
        "text": text,
        "font": "",
        "flags": 0,
        "size": statistics.median([box[3] for box in boxes]) / share,
        "origin": (x0, y1),
        "bbox": (x0, y0, x1, y1),
    }
    return {"dir": (1.0, 0.0), "bbox": span["bbox"], "spans": [span]}


def _space(before: str, after: str) -> str:
    """Choose the blank between two words, "" beside Japanese characters where none belongs."""
    if _is_cjk(before):
        return "" if _is_cjk(after) or after in ",.:;)]" else " "
    return "" if _is_cjk(after) and before in ",.:;([" else " "


def _confidence(table: Table) -> float:
    words = [word for line in table.values() for word in line]
    return statistics.fmean([float(word[4]) for word in words] or [100.0])


def _is_latin(table: Table) -> bool:
    text = "".join([word[5] for line in table.values() for word in line])
    return len(text) > 300 and sum(map(_is_cjk, text)) < 0.03 * len(text)


def _is_cjk(character: str) -> bool:
    return character > "\u2e80"


def _size(line: dict[str, Any]) -> float:
    size: float = line["spans"][0]["size"]
    return size


def _set_size(lines: list[dict[str, Any]], size: float) -> None:
    for line in lines:
        (span,) = line["spans"]
        span["size"] = size
        span["origin"] = (span["bbox"][0], span["bbox"][3] - 0.2 * size)
