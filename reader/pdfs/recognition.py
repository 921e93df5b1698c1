"""Decide which paper a PDF is, by its words and by the look of its pages.

A wrong paper is worse than none, so a doubtful case is asked about. What counts is what no other
file has: arXiv's own stamp, or title, authors and abstract together. Any other printed id is a
hint that the title must confirm, since page 1 names other papers too.

A copy that an app drew anew, marks and all, has no text, and a page of few words has too little:
such pages are compared by their pictures. The same text in another file is recognised by a
sketch: the smallest hash of all pieces of three words in each of 128 classes (MinHash, Broder
1997; one permutation, Li, Owen and Zhang 2012). It does not depend on bytes, page breaks, fonts,
marks, or the order of pieces. Pure functions on values; the caller knows the library.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate
from math import sqrt
from operator import mul
from statistics import median
from typing import Literal

from reader.base.messages import N_, Text, lazy_gettext
from reader.library.identity import is_generic, is_telling, same, title_fold, title_words
from reader.library.ids import find_ids, parse_id
from reader.library.paper import Paper, family_name
from reader.library.passage import Document, Type

Level = Literal["strong", "medium", "none"]

SAME_TEXT = 0.8
"""Likeness of two sketches from which on they are one text: re-saved and marked copies have .95
and more, two versions of a paper .3 to .9, different papers at most .29."""
LIKE_TEXT = 0.4
"""Likeness from which on two texts may be one paper."""

MOST_OF_ABSTRACT, SOME_OF_ABSTRACT = 0.6, 0.3
"""Shares of a known abstract's pieces of three words that are on the PDF's first pages."""

FEWEST_WORDS = 110
"""The fewest words on most pages of a paper; slides and posters have fewer."""

MOST_PAGES = 80
"""The most pages of a paper; a thesis, a book or proceedings have more."""

N_BLOCKS = 8
"""The number of blocks at the top of page 1 in which the title is looked for."""


@dataclass(frozen=True, slots=True)
class KnownPaper:
    """A paper that a PDF may be.

    row: None for one that is not in the library (looked up by a printed id). likeness: of the
    sketch of its own PDF to this one, 0 to 1.
    """

    row: int | None
    paper: Paper
    likeness: float = 0.0


@dataclass(frozen=True, slots=True)
class PdfClues:
    """What is printed in a PDF and may show which paper it is.

    stamp: the id in arXiv's stamp, "" for none. version: the one in the stamp. doi: canonical id
    of the printed DOI, which may be another paper's. hints: other ids on page 1.
    """

    stamp: str
    version: int | None
    doi: str
    hints: tuple[str, ...]
    titles: tuple[str, ...]
    """The title as read, then other texts at the top of page 1 that may be it."""
    paper: Paper
    """Title, authors, abstract and year as printed; its id is made from the bytes. Without a sure
    title its title is the file's name."""
    type: Type
    is_plain: bool
    """Whether it looks as one paper and nothing else."""
    is_part: bool
    """Whether it is slides, a supplement, or several papers, so that the stamp may be of one
    among several."""
    unsure_title: str = ""
    """A title that may be wrong, "" where it is sure or there is none."""
    words: frozenset[str] = field(repr=False, default=frozenset())
    """The words of the first two pages, and their pieces of three words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision which of some papers a PDF is.

    place: of the paper among those given, None for none of them. why: the reason in words.
    places: of those that it may be, the most likely first.
    """

    level: Level
    place: int | None = None
    why: Text = ""
    places: tuple[int, ...] = ()


def read_print(document: Document, *, id_: str, name: str) -> PdfClues:
    """Extract from a PDF's text the clues to which paper it is.

    id_: of the paper while no better one is known. name: of the file, for a PDF without a sure
    title.
    """
    stamp = next(iter(find_ids(document.stamp)), None)
    doi = parse_id(document.doi) if document.doi else None
    own = {stamp.id if stamp else "", doi.id if doi else ""}
    hints = tuple(dict.fromkeys(f.id for f in find_ids(document.first_page) if f.id not in own))
    is_arxiv = stamp is not None and stamp.id.startswith("arxiv:")
    # A second abstract behind the first references is another paper in the same file.
    has_second = has_references = False
    for page in document.pages:
        for block in page.blocks:
            has_references |= block.kind == "reference"
            is_abstract = has_references and page.number > 1 and _ABSTRACT.match(block.text)
            has_second = has_second or bool(is_abstract)
    words = _words_of("\n".join(b.text for page in document.pages[:2] for b in page.blocks))
    return PdfClues(
        stamp=stamp.id if stamp and is_arxiv else "",
        version=stamp.version if stamp and is_arxiv else None,
        doi=doi.id if doi else "",
        hints=hints,
        titles=_titles(document),
        paper=Paper(
            ids=(id_,),
            title=(document.title if document.is_title_sure else "") or name,
            authors=document.authors,
            abstract=document.abstract,
            published_on=date(document.year, 1, 1) if document.year else None,
        ),
        type=document.type,
        is_plain=_is_plain(document) and not has_second,
        is_part=has_second or document.type in ("slides", "supplement"),
        unsure_title="" if document.is_title_sure else document.title,
        words=frozenset([*words, *_pieces(words)]),
    )


def _titles(document: Document) -> tuple[str, ...]:
    """Collect texts that may be the title: as read, then one to three blocks of page 1 joined."""
    texts = [document.title]
    blocks = [b.text for b in document.pages[0].blocks[:N_BLOCKS]] if document.pages else []
    for i in range(len(blocks)):
        texts += [" ".join(blocks[i : i + n]) for n in (1, 2, 3) if i + n <= len(blocks)]
    titles: dict[str, str] = {}
    for text in texts:
        if len(text) <= _LONGEST_TITLE and (fold := title_fold(text)):
            titles.setdefault(fold, text)
    return tuple(titles.values())


def stamped_version(document: Document) -> int | None:
    """Read the version in arXiv's stamp, None where there is none."""
    stamp = next(iter(find_ids(document.stamp)), None)
    return stamp.version if stamp else None


def judge(printed: PdfClues, known: Sequence[KnownPaper]) -> Verdict:
    """Decide which of some papers a PDF is.

    known: all papers with a printed id, one of the possible titles, or a similar text; others
    may be among them.
    """
    matches = [_compare(printed, one) for one in known]
    sure = [place for place, (level, _) in enumerate(matches) if level == "strong"]
    alike = [place for place in sure if known[place].likeness >= SAME_TEXT]
    sure = [max(alike, key=lambda p: known[p].likeness)] if alike else sure
    # Several copies of one paper have one row; papers outside of the library have none, so each
    # gets a negative number.
    if len({known[p].row if known[p].row is not None else -1 - p for p in sure}) == 1:
        return Verdict("strong", sure[0], matches[sure[0]][1])
    perhaps = [place for place, (level, _) in enumerate(matches) if level != "none"]
    if not perhaps:
        return Verdict("none")
    perhaps.sort(key=lambda p: (p not in sure, -known[p].likeness))
    return Verdict("medium", None, matches[perhaps[0]][1], tuple(perhaps))


_KINDS = {
    "paper": N_("another kind of text"),
    "thesis": N_("a thesis"),
    "slides": N_("slides"),
    "supplement": N_("a supplement"),
    "other": N_("something other than a paper"),
}

_Match = tuple[Level, Text]
"""How surely a PDF is a paper, and the reason in words."""
_NO_MATCH: _Match = ("none", "")


def _compare(printed: PdfClues, one: KnownPaper) -> _Match:
    """Compare a PDF with one paper, by the surest clue that it has."""
    ids = one.paper.ids
    if printed.stamp:
        return _by_stamp(printed, one)
    title = _title_of(printed, one.paper)
    covered = _abstract_share(printed, one.paper)
    if one.likeness >= SAME_TEXT:
        return "strong", lazy_gettext(
            "its text is {percent} % the same as in a PDF of the library",
            percent=round(100 * one.likeness),
        )
    named = next((i for i in (printed.doi, *printed.hints) if i in ids), "")
    if title and named and printed.is_plain:
        # An id and a title in common may be a coincidence: an author's name or the abstract must
        # agree too.
        is_named = _share_a_name(printed, one.paper)
        is_borne_out = is_named and (covered is None or named == printed.doi)
        is_borne_out = is_borne_out or (covered is not None and covered >= SOME_OF_ABSTRACT)
        if is_borne_out and (is_named or is_telling(one.paper.title)):
            return "strong", lazy_gettext("shows {id} and the title of that paper", id=named)
    if title:
        return _by_title(printed, one, title, covered)
    if one.likeness >= LIKE_TEXT or (covered or 0) >= MOST_OF_ABSTRACT:
        return "medium", lazy_gettext("its text is much like that of a paper in the library")
    # The author forgot to change the template's DOI, or it is a translation.
    if named and named == printed.doi and _share_a_name(printed, one.paper):
        return "medium", lazy_gettext("shows {id}, but not the title of that paper", id=named)
    return _NO_MATCH


def _by_stamp(printed: PdfClues, one: KnownPaper) -> _Match:
    """Compare by arXiv's stamp, which only a page of another paper makes doubtful."""
    if printed.stamp not in one.paper.ids:
        return _NO_MATCH
    is_shown = (
        bool(_title_of(printed, one.paper))
        or _share_a_name(printed, one.paper)
        or (_abstract_share(printed, one.paper) or 0) >= SOME_OF_ABSTRACT
    )
    if printed.is_part or not is_shown:
        return "medium", lazy_gettext(
            "shows {id}, but not the title of that paper", id=printed.stamp
        )
    return "strong", lazy_gettext("arXiv stamp: {id}", id=printed.stamp)


def _by_title(printed: PdfClues, one: KnownPaper, title: str, covered: float | None) -> _Match:
    match = same(replace(printed.paper, title=title), one.paper)
    is_same_text = (covered or 0) >= MOST_OF_ABSTRACT or one.likeness >= LIKE_TEXT
    is_named = _share_a_name(printed, one.paper)
    if printed.is_plain and is_telling(title) and is_named and is_same_text:
        return "strong", lazy_gettext("the same title and author, and a matching text")
    is_other_text = covered is not None and covered < SOME_OF_ABSTRACT
    if printed.is_plain and match.strength == "strong" and not is_other_text:
        return "strong", lazy_gettext("the same title, authors and year")
    if match.strength == "none" and not is_same_text and not is_named:
        return _NO_MATCH  # the same title above another paper
    if printed.type != "paper" or not printed.is_plain:
        kind = lazy_gettext(_KINDS[printed.type])
        return "medium", lazy_gettext("the same title, but it looks like {kind}", kind=kind)
    return "medium", match.why or lazy_gettext("the same title")


def _title_of(printed: PdfClues, paper: Paper) -> str:
    """Find the printed title that is a paper's title; "" for none, and for a generic one."""
    fold = title_fold(paper.title)
    if not fold or is_generic(paper.title):
        return ""
    return next((title for title in printed.titles if title_fold(title) == fold), "")


def _abstract_share(printed: PdfClues, paper: Paper) -> float | None:
    """Compute the share of a paper's abstract that is on the first pages; None where unknown."""
    # Fewer than 20 pieces are too short an abstract to compare.
    pieces = set(_pieces(_words_of(paper.abstract)))
    return len(pieces & printed.words) / len(pieces) if len(pieces) >= 20 else None


def _share_a_name(printed: PdfClues, paper: Paper) -> bool:
    """Check whether an author of a paper is named on the first pages.

    Where the PDF's own authors are known, only these count.
    """
    if printed.paper.authors and same_people(printed.paper.authors, paper.authors):
        return True
    names = [title_fold(family_name(a)) for a in paper.authors[:3]]
    return not printed.paper.authors and any(n and n in printed.words for n in names)


def same_people(one: Sequence[str], other: Sequence[str]) -> bool:
    """Check whether two lists of authors have a family name in common."""
    names = [{title_fold(family_name(a)) for a in authors} - {""} for authors in (one, other)]
    return bool(names[0] & names[1])


def _is_plain(document: Document) -> bool:
    """Check whether a PDF looks as one paper: no slides, supplement, thesis, erratum, volume."""
    if document.type != "paper" or document.n_pages > MOST_PAGES:
        return False
    per_page = [sum(len(_WORD.findall(b.text)) for b in page.blocks) for page in document.pages]
    if not per_page or median(per_page) < FEWEST_WORDS:
        return False
    top = document.pages[0].blocks[:N_BLOCKS]
    heads = [document.title, *(b.text for b in top if len(b.text) <= _LONGEST_TITLE)]
    return not any(_OTHER_KIND.search(head) for head in heads)


def _pieces(words: Sequence[str]) -> list[str]:
    return [" ".join(words[i : i + N_WORDS]) for i in range(len(words) - N_WORDS + 1)]


def _words_of(text: str) -> list[str]:
    """Split a text into folded words; two characters of Japanese or Chinese are a word."""
    # By sentence, since `title_words` cuts a text after 4,000 characters.
    parts = re.split(r"(?<=[.。\n])\s*", text)
    return [w for part in parts for word in title_words(part) for w in _WORD.findall(word)]


_LONGEST_TITLE = 400
_CJK = "\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_WORD = re.compile(rf"[{_CJK}]{{1,2}}|[^\W_{_CJK}]+")
_ABSTRACT = re.compile(r"\s*(?:abstract\b|概要|要旨|あらまし)", re.IGNORECASE)
_OTHER_KIND = re.compile(
    r"""\b(?: supplement(?:ary|al)?\b | supporting\ information | online\ appendix
    | err?at(?:um|a)\b | corrigend | (?:publisher|author)?\ ?correction\b | retract(?:ion|ed)\b
    | comments?\ (?:on|to)\b | (?:reply|response)\ to\b | rejoinder | review\ of\b
    | ph\.?\ ?d\.?\b | dissertation | (?:master|bachelor|doctoral)[’']?s?\ | thesis
    | proceedings\ of\b.{0,80}\Z | front\ matter | table\ of\ contents | slides | poster\b
    | reading\ group | journal\ club | lecture )
    | 卒業論文 | 修士論文 | 博士論文 | 学位論文 | 正誤表 | 訂正 | 補足資料 | 目次 | 発表資料""",
    re.IGNORECASE | re.VERBOSE,
)


WIDTH, HEIGHT = 192, 256
"""Pixels of a page's picture: too few to read letters, enough to see words and their gaps."""

AROUND = 9
"""Pixels of a row whose mean is subtracted from each pixel, which leaves the begins and ends of
words. Without it other words in the same lines, or in the same template, look alike."""

SAME_PICTURE = 0.2
"""The least correlation of two pictures of one page. The first pages of 20 papers, drawn anew as
JPEG at 110 dpi with marks and ink in them, had .23 to .9; two different papers .08 at most; two
texts in one layout .18."""

SAME_WORDS = 0.6
"""The share of words that two pages have in common, of the page that has more."""

FEWEST_PAGE_WORDS = 8
"""The fewest words by which a page is compared; below, by its picture."""

MOST_DIFFERENT = 3
"""One page in so many may differ, since marks may cover it."""

Likeness = Literal["same", "partly", "n_pages", "blank", "other"]


@dataclass(frozen=True, slots=True)
class PageLook:
    """The content of a page: words, folded, with repeats; grey, WIDTH × HEIGHT levels by row."""

    words: tuple[str, ...]
    grey: bytes


@dataclass(frozen=True, slots=True)
class Looks:
    """The content of a PDF: the number of all its pages, and the look of the first ones."""

    n_pages: int
    pages: tuple[PageLook, ...]


def compare(original: Looks, copy: Looks) -> Likeness:
    """Compare the pages of a copy with those of the original.

    Returns "same"; "n_pages" where the number of pages differs; "blank" where the copy's pages
    are empty; "partly" where too few of its pages look like the original's, "other" where none
    does.
    """
    if original.n_pages != copy.n_pages:
        return "n_pages"
    if not any(_has_content(page) for page in copy.pages):
        return "blank"
    # An empty page of the original proves nothing.
    pairs = [(a, b) for a, b in zip(original.pages, copy.pages, strict=False) if _has_content(a)]
    n_same = sum(_is_same(a, b) for a, b in pairs)
    if not n_same:
        return "other"
    return "same" if MOST_DIFFERENT * (len(pairs) - n_same) <= len(pairs) else "partly"


def _has_content(page: PageLook) -> bool:
    return len(page.words) >= FEWEST_PAGE_WORDS or len(set(page.grey)) > 1


def _is_same(one: PageLook, other: PageLook) -> bool:
    most = max(len(one.words), len(other.words))
    if min(len(one.words), len(other.words)) >= FEWEST_PAGE_WORDS:
        return (Counter(one.words) & Counter(other.words)).total() >= SAME_WORDS * most
    a, b = _without_background(one.grey), _without_background(other.grey)
    both = sqrt(sum(map(mul, a, a)) * sum(map(mul, b, b)))
    return both > 0 and sum(map(mul, a, b)) >= SAME_PICTURE * both


def _without_background(grey: bytes) -> list[float]:
    """Subtract from each pixel the mean of the AROUND pixels around it, row by row."""
    found: list[float] = []
    for begin in range(0, len(grey), WIDTH):
        row = grey[begin : begin + WIDTH]
        # Sums up to each pixel: the sum of any stretch is then one difference.
        sums = [0, *accumulate(row)]
        for x, level in enumerate(row):
            left, right = max(0, x - AROUND // 2), min(len(row), x + AROUND // 2 + 1)
            found.append(level - (sums[right] - sums[left]) / (right - left))
    return found


N_PLACES = 128
"""The number of values in a sketch, one for each class of hashes."""
SHINGLE_WIDTH = 4
"""Hexadecimal digits of one value in a sketch."""

N_WORDS = 3
"""Words of one piece; two characters of Japanese or Chinese count as a word."""

FEWEST = 60
"""The fewest pieces of a text with a sketch: a title page alone is like many others."""

_NOTHING = "-" * SHINGLE_WIDTH


def sketch_of(document: Document) -> str:
    """Compute the sketch of a PDF's text: N_PLACES values of SHINGLE_WIDTH digits.

    "" for a PDF with fewer than FEWEST pieces. References and the words in figures do not
    count, since programs read them differently.
    """
    hashes = set()
    for block in (block for page in document.pages for block in page.blocks):
        if block.kind not in ("reference", "figure"):
            words = _WORD.findall(unicodedata.normalize("NFKC", block.text).casefold())
            for piece in _pieces(words):
                digest = hashlib.blake2b(piece.encode(), digest_size=8).digest()
                hashes.add(int.from_bytes(digest))
    if len(hashes) < FEWEST:
        return ""
    smallest: list[int | None] = [None] * N_PLACES
    for value in hashes:
        # The lowest bits choose the place, the others are compared.
        value, place = divmod(value, N_PLACES)
        least = smallest[place]
        if least is None or value < least:
            smallest[place] = value
    return "".join(
        _NOTHING if value is None else f"{value % 16**SHINGLE_WIDTH:0{SHINGLE_WIDTH}x}"
        for value in smallest
    )


def likeness(a: str, b: str) -> float:
    """Estimate the share of pieces that two texts have in common, of all that either has.

    a, b: sketches. Returns 0 to 1, with an error of about .04; 0 where one is unknown ("").
    """
    pairs = [pair for pair in zip(places(a), places(b), strict=False) if pair != (None, None)]
    return sum(one == two for one, two in pairs) / len(pairs) if pairs else 0.0


def places(sketch: str) -> list[str | None]:
    """Split a sketch into its values, None at places for which the text was too short."""
    values = [sketch[i : i + SHINGLE_WIDTH] for i in range(0, len(sketch), SHINGLE_WIDTH)]
    return [None if value == _NOTHING else value for value in values]
