"""List the contents of an opened PDF, and find words in all of it; runs in the child.

The contents are the file's outline, or the headings that our extraction finds. The answers are
plain values for JSON, boxes in points as in `layout`. Knows PyMuPDF.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

from reader.pdfs.text.answer import failures, unreadable
from reader.pdfs.text.headings import number_of
from reader.pdfs.text.lines import IS_CJK, NOT_TEXT, with_ligatures
from reader.pdfs.text.pages import document_of

MOST_ENTRIES = 2_000
MOST_HITS = 1_000
AROUND = 40
"""Letters that are shown before and after a hit."""

Plain = dict[str, Any]
Word = tuple[float, float, float, float, str]
"""x0, y0, x1, y1 and the word."""


def contents_of(pymupdf: Any, file: Any) -> list[Plain]:
    """List what stands where: "level" from 1, "title", "page" from 1 and perhaps "y" on it.

    Raises Unreadable.
    """
    faults = failures(pymupdf)
    try:
        outline = file.get_toc(simple=False)
    except faults:
        outline = []  # a broken outline is none
    entries = [
        {"level": level, "title": _plain(title), "page": page, **_height(file, page, to)}
        for level, title, page, to in outline[:MOST_ENTRIES]
        if 1 <= page <= file.page_count and _plain(title)
    ]
    if entries:
        return entries
    try:
        return list(_headings(pymupdf, file))
    except faults as error:
        raise unreadable(error, "broken") from error


def _plain(text: str) -> str:
    return " ".join(NOT_TEXT.sub("", with_ligatures(text)).split())


def _height(file: Any, page: int, to: Plain) -> Plain:
    """Give the height of a destination, from the top of the page, where it names one."""
    point = to.get("to")
    if point is None or not hasattr(point, "y"):
        return {}
    return {"y": round(min(max(0.0, point.y), file[page - 1].rect.height), 1)}


def _headings(pymupdf: Any, file: Any) -> Iterator[Plain]:
    document = document_of(pymupdf, file, lambda *_, **__: None, n_ocr=0)
    for page in document.pages:
        for block in page.blocks:
            if block.kind != "heading" or (page.number == 1 and block.text == document.title):
                continue
            is_turned = file[page.number - 1].rotation
            y = {"y": round(block.box[1], 1)} if block.box and not is_turned else {}
            level = max(1, len(number_of(block.text)))
            yield {"level": level, "title": block.text, "page": page.number, **y}


def hits_of(pymupdf: Any, file: Any, query: str, texts: dict[int, str]) -> Plain:
    """Find words in all pages, in any case, also across lines and hyphens at their ends.

    texts: of the pages that were searched before, by number; others are added. Reading all
    pages takes nearly all of the time, and one who types asks again and again.
    Returns the "hits", each with its "page", its "boxes" and the text "before" and "after" it,
    and whether there "are_more". Raises Unreadable.
    """
    faults = failures(pymupdf)
    pattern = _pattern(query)
    hits: list[Plain] = []
    if pattern is None:
        return {"hits": hits, "are_more": False}
    try:
        n_pages = file.page_count
    except faults as error:
        raise unreadable(error, "broken") from error
    for number in range(1, n_pages + 1):
        with contextlib.suppress(*faults):  # a page that cannot be read has no hits
            if number in texts and not pattern.search(texts[number]):
                continue
            page = file[number - 1]
            words = _words(pymupdf, page)
            text, places = _folded(words)
            texts[number] = text
            several = _on_page(pymupdf, page, words, pattern.finditer(text), places)
            hits += itertools.islice(({"page": number, **hit} for hit in several), MOST_HITS)
        if len(hits) >= MOST_HITS:
            break
    return {"hits": hits[:MOST_HITS], "are_more": len(hits) > MOST_HITS}


def _words(pymupdf: Any, page: Any) -> list[list[Word]]:
    flags = pymupdf.TEXTFLAGS_WORDS & ~pymupdf.TEXT_PRESERVE_LIGATURES
    several = itertools.groupby(page.get_text("words", flags=flags), key=lambda word: word[5:7])
    return [[word[:5] for word in group] for _, group in several]


def _on_page(
    pymupdf: Any,
    page: Any,
    words: list[list[Word]],
    matches: Iterator[re.Match[str]],
    places: list[Place],
) -> Iterator[Plain]:
    for found in matches:
        several = _boxes(words, places[found.start() : found.end()])
        if page.rotation:
            several = [list(pymupdf.Rect(box) * page.rotation_matrix) for box in several]
        yield {
            "boxes": [[round(x, 1) for x in box] for box in several],
            "before": _shown(words, places, max(0, found.start() - AROUND), found.start()),
            "text": _shown(words, places, found.start(), found.end()),
            "after": _shown(words, places, found.end(), min(len(places), found.end() + AROUND)),
        }


Place = tuple[int, int, int] | None
"""The numbers of line, word and letter; None for what stands between words."""


def _folded(lines: list[list[Word]]) -> tuple[str, list[Place]]:
    """Join words to a text in which case and width do not matter, with the place of each letter.

    A blank stands between two words, a line's end between two lines.
    """
    letters: list[str] = []
    places: list[Place] = []
    for at, line in enumerate(lines):
        for n, word in enumerate(line):
            for k, letter in enumerate(word[4]):
                for folded in _fold(letter):
                    letters.append(folded)
                    places.append((at, n, k))
            letters.append("\n" if n == len(line) - 1 else " ")
            places.append(None)
    return "".join(letters), places


@functools.lru_cache(maxsize=10_000)
def _fold(letter: str) -> str:
    return unicodedata.normalize("NFKC", letter).casefold()


_BREAK = "(?:[-\u2010\xad]?\n)?"
"""Within a word: a line may end, with a hyphen that is no part of it."""


def _pattern(query: str) -> re.Pattern[str] | None:
    """Write a query as an expression for a text of `_folded`; None for one without letters."""
    folded = "".join(map(_fold, _plain(query)))
    parts = [
        "".join(_joined(part, lambda a, b: r"\s*" if _are_japanese(a, b) else _BREAK))
        for part in folded.split()
    ]
    return re.compile(r"\s+".join(parts)) if parts else None


def _joined(part: str, between: Callable[[str, str], str]) -> Iterator[str]:
    for before, letter in itertools.pairwise(["", *part]):
        if before:
            yield between(before, letter)
        yield re.escape(letter)


def _are_japanese(before: str, letter: str) -> bool:
    return bool(IS_CJK.match(before) and IS_CJK.match(letter))


def _boxes(lines: list[list[Word]], places: list[Place]) -> list[list[float]]:
    """Compute a box for each line of a hit; of a part of a word by its share of letters."""
    found: list[list[float]] = []
    known = [place for place in places if place is not None]
    for _, group in itertools.groupby(known, key=lambda place: place[0]):
        several = list(group)
        (line, first, begin), (_, last, end) = several[0], several[-1]
        words = lines[line][first : last + 1]
        x0, _, x1, _, text = words[0]
        left = x0 + (x1 - x0) * begin / len(text)
        x0, _, x1, _, text = words[-1]
        right = x0 + (x1 - x0) * (end + 1) / len(text)
        found.append([left, min(w[1] for w in words), right, max(w[3] for w in words)])
    return found


def _shown(lines: list[list[Word]], places: list[Place], begin: int, end: int) -> str:
    text = ""
    before: Place = None
    for place in places[begin:end]:
        if place is None:
            text += " "
        elif place != before:  # one letter may be folded to two
            line, word, letter = place
            text += lines[line][word][4][letter]
        before = place
    return text
