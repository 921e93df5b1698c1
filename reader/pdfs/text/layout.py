"""Lay out a page for the screen: its words in reading order, columns, links and figures; set a PDF
in one column, list its contents (its outline, or the headings that our extraction finds), and find
words in it.

Runs in the child. The answers are plain values for JSON; all boxes are in points from the top
left of the page as it is shown, that is after its rotation. Knows PyMuPDF.

The pieces of one column come in reading order: "kind" is "heading", "text", "caption", "footnote",
"reference" or "picture"; "level" of a heading is 2 or 3; "page" is where a piece begins. Text has
"parts", [page, glue, text], as a paragraph may go on on the next page; glue: what joins a part to
the one before it. A picture has its "box" and "of": "figure", "table", "formula" or "page".
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from reader.library.passage import Block, Document, Page
from reader.pdfs.text.answer import Tell, Unreadable, failures, unreadable
from reader.pdfs.text.blocks import body_size, has_ended, left_edge, paragraphs
from reader.pdfs.text.figures import CAPTION, Box, Look, around, find_figures, gutter
from reader.pdfs.text.headings import number_of
from reader.pdfs.text.lines import (
    IS_CJK,
    NOT_TEXT,
    Line,
    compounds,
    glued,
    line_of,
    row_groups,
    row_of,
    with_ligatures,
)
from reader.pdfs.text.pages import document_of
from reader.pdfs.text.pictures import (
    MAX_DRAWN,
    MAX_LINES,
    boxes_of,
    drawn_boxes,
    lines_with_words,
    list_of_page,
    page_of,
    words_of,
)

COLUMN_ROWS = 4
"""The fewest rows of a column; fewer are a title or a caption."""
LEAST_PICTURE = 24.0
"""The least width and height in points of a picture; smaller ones are signs and rules."""

Plain = dict[str, Any]
Numbers = list[float]


def sizes_of(pymupdf: Any, file: Any) -> list[Numbers]:
    """List the width and height of all pages, in points, as they are shown; raises Unreadable."""
    faults = failures(pymupdf)
    found: list[Numbers] = []
    try:
        for number in range(file.page_count):
            try:
                box = file[number].rect
                found.append([round(box.width, 1), round(box.height, 1)])
            except faults:
                # A broken page stands as an empty one, as large as the one before it.
                found.append(found[-1] if found else [595.0, 842.0])
    except faults as error:
        raise unreadable(error, "broken") from error
    if not found:
        raise Unreadable("no page")
    return found


def layout_of(pymupdf: Any, file: Any, number: int) -> Plain:
    """Lay out a page, from 1; raises Unreadable.

    lines: each with its "box", its "angle" in degrees clockwise (a multiple of 90), its "words"
    [x0, y0, x1, y1, word] and what joins it to the next line: "after" is " ", "" (Japanese),
    "-" (its hyphen goes, and the word goes on) or "\\n" (a paragraph ends).
    columns: their boxes in reading order. links: a box with "url", or with "page" and perhaps
    "y". figures: boxes of drawings and pictures.
    """
    page = page_of(pymupdf, file, number)
    try:
        listed = list_of_page(pymupdf, file, number)
        raw = lines_with_words(pymupdf, page, listed)
        turn = page.rotation_matrix if page.rotation else None
        lines, columns = _in_order(raw)
        texts = [" ".join([word[4] for word in line["words"]]) for line in lines]
        found = {
            "n": number,
            "width": round(page.rect.width, 1),
            "height": round(page.rect.height, 1),
            "lines": [_turned_line(pymupdf, line, turn) for line in lines],
            "columns": [_turned(pymupdf, box, turn) for box in columns],
            "links": list(_links(pymupdf, page)),
            "figures": []
            if turn
            else [_rounded(box) for box in figures_of(pymupdf, page, texts, raw, listed)],
        }
    except failures(pymupdf) as error:
        raise unreadable(error, "no page") from error
    return found


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_quoted = json.encoder.encode_basestring


# The formats of old take a third less time than new ones, and a page has hundreds of words.
_WORD = "[%.1f,%.1f,%.1f,%.1f,%s]"
_LINE = '{"box":[%.1f,%.1f,%.1f,%.1f],"angle":%d,"after":%s,"words":[%s]}'


def layout_json(page: Plain) -> str:
    """Write a page of `layout_of` as JSON, the boxes of lines and words with one decimal."""
    # To round these boxes first, and to write them as all else, takes five times as long.
    lines = []
    for line in page["lines"]:
        words = [_WORD % (x0, y0, x1, y1, _quoted(text)) for x0, y0, x1, y1, text in line["words"]]
        lines.append(_LINE % (*line["box"], line["angle"], _quoted(line["after"]), ",".join(words)))
    rest = _encode({name: value for name, value in page.items() if name != "lines"})
    return f'{rest[:-1]},"lines":[{",".join(lines)}]}}'


def _in_order(raw: Plain) -> tuple[list[Plain], list[Numbers]]:
    """Put a page's lines in reading order, and find its columns."""
    several = [line for block in raw["blocks"] for line in block.get("lines", ())][:MAX_LINES]
    made = [(_plain_line(line), line_of(line)) for line in several]
    made = [(plain, line) for plain, line in made if plain["words"]]
    upright = [line for plain, line in made if plain["angle"] == 0 and line.text]
    by_line = {id(line): plain for plain, line in made}
    body = body_size([upright])
    hyphenated = compounds(line.text for line in upright)
    ordered: list[Plain] = []
    columns: list[Numbers] = []
    last: Line | None = None
    for groups in row_groups(upright, raw["width"]):
        rows = [row_of(group) for group in groups]
        if len(rows) >= COLUMN_ROWS:
            columns.append(_around(rows))
        begins = {id(several[0]) for several in paragraphs(rows, body, left_edge(rows))}
        for row, group in zip(rows, groups, strict=True):
            is_new = id(row) in begins and (
                row is not rows[0] or has_ended(last.text if last else "")
            )
            for before, line in itertools.pairwise([last, *group]):
                assert line is not None  # noqa: S101 (only the first of all has none before)
                if before is not None:
                    is_first = line is group[0]
                    gap = (
                        ""
                        if not is_first and _touches(before, line)
                        else _glue(before, line, hyphenated)
                    )
                    ordered[-1]["after"] = "\n" if is_first and is_new else gap
                ordered.append(by_line[id(line)])
                last = line
    if ordered:
        ordered[-1]["after"] = "\n"
    # Text in other directions (stamps, labels of axes) comes last.
    return ordered + [plain for plain, line in made if plain["angle"] or not line.text], columns


def _touches(before: Line, line: Line) -> bool:
    return line.x0 - before.x1 < 0.12 * line.size


def _glue(before: Line, line: Line, hyphenated: frozenset[str]) -> str:
    text, glue = glued(before.text, line.text, hyphenated)
    return glue if text == before.text else "-"


def _plain_line(line: Plain) -> Plain:
    across, down = line["dir"]
    angle = round(math.degrees(math.atan2(down, across)) / 90) * 90 % 360
    return {
        "box": line["bbox"],
        "angle": angle,
        "words": line["words"],
        "after": "\n",
    }


def _around(rows: Sequence[Line]) -> Numbers:
    x0, y0, x1, y1 = zip(*[row[:4] for row in rows], strict=True)
    return _rounded((min(x0), min(y0), max(x1), max(y1)))


def _rounded(box: Sequence[float]) -> Numbers:
    return [round(number, 1) for number in box]


def _turned(pymupdf: Any, box: Sequence[float], turn: Any) -> Numbers:
    return _rounded(pymupdf.Rect(box) * turn) if turn else list(box)


def _turned_line(pymupdf: Any, line: Plain, turn: Any) -> Plain:
    if not turn:
        return line
    by = round(math.degrees(math.atan2(turn.b, turn.a)))
    words = [[*_turned(pymupdf, word[:4], turn), word[4]] for word in line["words"]]
    box = _turned(pymupdf, line["box"], turn)
    return line | {"box": box, "words": words, "angle": (line["angle"] + by) % 360}


def _links(pymupdf: Any, page: Any) -> Iterator[Plain]:
    """Yield the links that lead to a page of this file or to an address on the web."""
    at = page.first_link
    while at:
        link = pymupdf.utils.getLinkDict(at, page.parent)
        # With a number PyMuPDF lists all links of the page again to find the number of the next.
        at.xref = 0
        at = at.next
        box = _rounded(link["from"])
        if address := link.get("uri", ""):
            if address.casefold().startswith(("https://", "http://")):
                yield {"box": box, "url": address}
        elif link.get("page", -1) >= 0:
            to = link.get("to")
            y = {"y": round(to.y, 1)} if hasattr(to, "y") else {}
            yield {"box": box, "page": link["page"] + 1, **y}


def figures_of(
    pymupdf: Any,
    page: Any,
    texts: Iterable[str],
    read: Plain | None = None,
    listed: Any = None,
) -> list[Box]:
    """Find the drawings that have a caption, and all pictures but those of the whole page.

    texts: of the lines or blocks of the page. read: its lines where they are known, see `words_of`.
    listed: see `list_of_page`.
    """
    has_caption = any(CAPTION.match(text) for text in texts)
    if not has_caption and not page.get_images():
        return []
    whole = Box(*page.rect)
    log = boxes_of(pymupdf, page, listed)[:MAX_DRAWN]
    pictures = [Box(*box).cut(whole) for kind, box in log if kind == "fill-image"]
    found = [
        box
        for box in pictures
        if min(box.width, box.height) >= LEAST_PICTURE
        and box.width * box.height < 0.8 * whole.width * whole.height
    ]
    words = words_of(pymupdf, page, read) if has_caption else []
    if words:
        letters: Counter[tuple[float, str]] = Counter()
        for line in words:
            letters[round(line.size, 1), line.font] += len(line.text)
        body = max(letters, key=letters.__getitem__)
        drawn = drawn_boxes(log, whole)
        look = Look(whole.width, whole.height, words, drawn, body, gutter([words], whole.width))
        found += [figure.box for figure in find_figures(look)]
    return found


GAP = 14.0
"""The most points between two parts of one table or formula."""
MARGIN = 4.0
LINE, MOST_LETTERS = 14.0, 25
"""The most points and letters of what is no picture of its own."""
LONGEST_FORMULA = 240
_SIGN = re.compile("[=<>+|/^_≤≥≠≈≡∼∝∈∉⊂⊆∪∩∀∃∑∏∫√∂∇∞→←⇒↦·×÷−±⊕⊗⊙∥⟨⟩〈〉]|\\(\\d+[a-z]?\\)$")
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_FUNCTIONS = {"log", "exp", "max", "min", "arg", "argmax", "argmin", "softmax", "sin", "cos"}


def reflow_of(pymupdf: Any, file: Any, tell: Tell) -> list[Plain]:
    """Set an opened file in one column; pictured pages are not read. Raises Unreadable."""
    document = document_of(pymupdf, file, tell, n_ocr=0)
    pieces: list[Plain] = []
    for page in document.pages:
        try:
            texts = (block.text for block in page.blocks)
            figures = figures_of(pymupdf, file[page.number - 1], texts) if page.blocks else []
        except failures(pymupdf):
            figures = []
        _add_page(pieces, page, _apart(figures))
    return pieces


def _apart(figures: Sequence[Box]) -> list[Box]:
    """Join the boxes that overlap: a picture lies within its figure."""
    found: list[Box] = []
    for box in figures:
        meeting = [other for other in found if other.meets(box)]
        found = [other for other in found if other not in meeting]
        found.append(around([box, *meeting]))
    return found


def _add_page(pieces: list[Plain], page: Page, figures: list[Box]) -> None:
    boxes = [block.box for block in page.blocks if block.box]
    if not boxes:
        # Nothing to read, or turned: a scan, a wide table.
        whole = Box(0, 0, page.width, page.height)
        if page.width:
            pieces.append(_picture(page, whole, "page"))
        return
    left = figures.copy()
    apart: list[tuple[Box, Block]] = []
    for block in page.blocks:
        box = Box(*block.box) if block.box else Box(0, 0, 0, 0)
        if any(_holds(figure, box) for figure in figures) and block.kind != "caption":
            continue
        above = [f for f in left if f.y1 <= box.y0 + 6 and f.x0 < box.x1 and box.x0 < f.x1]
        if apart and (above or not (_is_picture(block) and _is_near(apart, box))):
            _add_apart(pieces, page, apart)
        for figure in sorted(above, key=lambda one: one.y0):
            pieces.append(_picture(page, figure, "figure"))
            left.remove(figure)
        if _is_picture(block):
            apart.append((box, block))
        else:
            _add_block(pieces, page, block)
    _add_apart(pieces, page, apart)
    pieces += [_picture(page, figure, "figure") for figure in left]


def _add_block(pieces: list[Plain], page: Page, block: Block) -> None:
    if block.kind == "heading":
        level = 3 if len(number_of(block.text)) > 1 else 2
        pieces.append({"kind": "heading", "page": page.number, "level": level, "text": block.text})
        return
    part = [page.number, block.glue, block.text]
    if block.kind == "text" and block.glue != "\n":
        for piece in reversed(pieces):
            if piece["kind"] == "text":
                piece["parts"].append(part)
                return
    part[1] = ""
    pieces.append({"kind": block.kind, "page": page.number, "parts": [part]})


def _add_apart(pieces: list[Plain], page: Page, apart: list[tuple[Box, Block]]) -> None:
    """Add the blocks that were collected as one picture, and forget them."""
    # A line of small letters alone is a sum's limits, whose formula stands in the text.
    is_line = len(apart) == 1 and apart[0][1].kind == "figure" and apart[0][0].height < LINE
    if apart and not (is_line and len(apart[0][1].text) < MOST_LETTERS):
        is_table = any(block.kind == "table" for _, block in apart)
        is_figure = all(block.kind == "figure" for _, block in apart)
        box = around([box for box, _ in apart]).grown(MARGIN)
        of = "table" if is_table else "figure" if is_figure else "formula"
        pieces.append(_picture(page, box.cut(Box(0, 0, page.width, page.height)), of))
    apart.clear()


def _picture(page: Page, box: Box, of: str) -> Plain:
    rounded = [int(box.x0), int(box.y0), int(box.x1) + 1, int(box.y1) + 1]
    return {"kind": "picture", "page": page.number, "box": rounded, "of": of}


def _holds(figure: Box, box: Box) -> bool:
    middle = (box.y0 + box.y1) / 2
    shared = figure.cut(box)
    return figure.y0 < middle < figure.y1 and shared.width > 0.6 * box.width


def _is_near(apart: Sequence[tuple[Box, Block]], box: Box) -> bool:
    """Check whether a block goes on with the last ones: below or beside, in their column."""
    before = around(one for one, _ in apart)
    is_beside = before.y0 - GAP < box.y0 < before.y1 + GAP
    return is_beside and before.x0 - 2 * GAP < box.x1 and box.x0 < before.x1 + 2 * GAP


def _is_picture(block: Block) -> bool:
    return block.kind in ("table", "figure") or (block.kind == "text" and is_formula(block.text))


def is_formula(text: str) -> bool:
    """Check whether a paragraph is a displayed formula: signs, and hardly a word."""
    if len(text) > LONGEST_FORMULA or IS_CJK.search(text) or not _SIGN.search(text):
        return False
    words = [word for word in _LETTERS.findall(text) if word.casefold() not in _FUNCTIONS]
    return sum(map(len, words)) < 0.4 * len("".join(text.split()))


MOST_ENTRIES = 2_000
MOST_HITS = 1_000
AROUND = 40
"""Letters that are shown before and after a hit."""

Word = tuple[float, float, float, float, str]
"""x0, y0, x1, y1 and the word."""


def contents_of(pymupdf: Any, file: Any, document: Document | None = None) -> list[Plain]:
    """List what stands where: "level" from 1, "title", "page" from 1 and perhaps "x" and "y" on it.

    document: the file's text where it was read already. Raises Unreadable.
    """
    faults = failures(pymupdf)
    try:
        outline = file.get_toc(simple=False)
    except faults:
        outline = []  # a broken outline is none
    entries = [
        {"level": level, "title": _plain(title), "page": page, **_point(file, page, to)}
        for level, title, page, to in outline[:MOST_ENTRIES]
        if 1 <= page <= file.page_count and _plain(title)
    ]
    if entries:
        return entries
    try:
        document = document or document_of(pymupdf, file, lambda *_, **__: None, n_ocr=0)
        return list(_headings(file, document))
    except faults as error:
        raise unreadable(error, "broken") from error


def _plain(text: str) -> str:
    return " ".join(NOT_TEXT.sub("", with_ligatures(text)).split())


def _point(file: Any, page: int, to: Plain) -> Plain:
    """Give the height of a destination, from the top of the page, where it names one, and where
    from the left it begins; 0 is that of all that name a height alone."""
    point = to.get("to")
    if point is None or not hasattr(point, "y"):
        return {}
    size = file[page - 1].rect
    x = {"x": round(min(point.x, size.width), 1)} if point.x > 0 else {}
    return x | {"y": round(min(max(0.0, point.y), size.height), 1)}


def _headings(file: Any, document: Document) -> Iterator[Plain]:
    for page in document.pages:
        for block in page.blocks:
            if block.kind != "heading" or (page.number == 1 and block.text == document.title):
                continue
            is_turned = file[page.number - 1].rotation
            x, y = (round(one, 1) for one in block.box[:2]) if block.box else (0.0, 0.0)
            at = {"x": x, "y": y} if block.box and not is_turned else {}
            level = max(1, len(number_of(block.text)))
            yield {"level": level, "title": block.text, "page": page.number, **at}


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
            words = _hit_words(pymupdf, page)
            text, places = _folded(words)
            texts[number] = text
            several = _on_page(pymupdf, page, words, pattern.finditer(text), places)
            hits += itertools.islice(({"page": number, **hit} for hit in several), MOST_HITS)
        if len(hits) >= MOST_HITS:
            break
    return {"hits": hits[:MOST_HITS], "are_more": len(hits) > MOST_HITS}


def _hit_words(pymupdf: Any, page: Any) -> list[list[Word]]:
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
        "".join(_joined_words(part, lambda a, b: r"\s*" if _are_japanese(a, b) else _BREAK))
        for part in folded.split()
    ]
    return re.compile(r"\s+".join(parts)) if parts else None


def _joined_words(part: str, between: Callable[[str, str], str]) -> Iterator[str]:
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
