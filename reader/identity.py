"""Tell whether two papers are one: strongly, perhaps, or not.

A wrong merge hides a paper for good, a missed one shows it twice: so everything here
leans towards "none". Pure functions on papers; knows neither where they are kept nor
what is done about it.
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from reader.lazily import compiled
from reader.paper import Paper
from reader.person import name_key
from reader.phrases import say

Strength = Literal["strong", "medium", "none"]

MIN_WORDS, MIN_LETTERS, MIN_CJK = 5, 25, 15
"""A title that says enough: five words and 25 letters, or 15 characters of Japanese."""

MAX_YEARS = 2
"""From a preprint to its proceedings."""

LIKE = 0.75
"""Share of words that two titles must have in common to be asked about."""

OTHER_ABSTRACT = 0.35
"""Two arXiv numbers whose abstracts have a smaller share of words in common are asked about."""


@dataclass(frozen=True, slots=True)
class Match:
    """How sure it is that two papers are one, and why, in words."""

    strength: Strength
    why: str = ""


NONE = Match("none")


def same(a: Paper, b: Paper) -> Match:
    """Compare two papers; the order does not matter.

    strong: an identifier in common; the same title and all of the same authors, where neither
    years nor numbers of one registry say that they are two; or the same telling title, half
    of the shorter list of authors and years at most two apart. medium: a title much like the
    other's, and the same first author or half of the authors.
    """
    shared = [id_ for id_ in a.ids if id_ in b.ids]
    # Authors also put the DOI of a whole volume, or another paper's, beside their number.
    if shared and not _are_two_submissions(a, b):
        return Match("strong", say("same.identifier", id=shared[0]))
    if is_generic(a.title) or is_generic(b.title):
        return NONE
    if title_fold(a.title) == title_fold(b.title) != "":
        return _same_title(a, b)
    if _have_authors_in_common(a, b) and (how := _alike(a, b)):
        return Match("medium", say("same.alike", how=how))
    return NONE


def _same_title(a: Paper, b: Paper) -> Match:
    if not (a.authors and b.authors):
        return Match("medium", say("same.no_authors")) if is_telling(a.title) else NONE
    if not _have_authors_in_common(a, b):
        return NONE
    if _are_by_the_same(a, b) and not (_have_far_years(a, b) or _are_two_in_a_registry(a, b)):
        return Match("strong", say("same.title"))
    if not is_telling(a.title):
        return Match("medium", say("same.short"))
    if _n_shared(a, b) * 2 < min(len(a.authors), len(b.authors)):
        return Match("medium", say("same.few_authors"))
    if None in (year_of(a), year_of(b)) or _have_far_years(a, b):
        return Match("medium", say("same.years"))
    if _are_two_submissions(a, b) and not _say_the_same(a.abstract, b.abstract):
        return Match("medium", say("same.abstracts"))
    return Match("strong", say("same.title"))


def title_fold(title: str) -> str:
    """Give a title's fingerprint: its letters and digits, without case, accents, spaces.

    "" for a title that has none. Hyphens, spaces, LaTeX and HTML make no difference.
    """
    return "".join(title_words(title))


@functools.lru_cache(maxsize=4096)
def title_words(title: str) -> tuple[str, ...]:
    """Take a title's words, folded, out of LaTeX, HTML and punctuation."""
    text = html.unescape(title[:_LONGEST])
    text = _TAG.sub(" ", _GREEK.sub(lambda m: _LETTERS[m[1]], text))
    text = _ACCENT.sub("", text)
    text = _COMMAND.sub(" ", text)
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    # Accents of Latin letters go; the voicing marks of kana are letters' own.
    bare = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    return tuple(_WORD.findall(unicodedata.normalize("NFC", bare.translate(_DROPPED))))


def is_telling(title: str) -> bool:
    """Tell whether a title is long enough to be one paper's own."""
    words = title_words(title)
    letters = "".join(words)
    n_cjk = len(_CJK.findall(letters))
    if n_cjk * 2 > len(letters):
        return n_cjk >= MIN_CJK
    return len(words) >= MIN_WORDS and len(letters) >= MIN_LETTERS


def is_generic(title: str) -> bool:
    """Tell whether a title belongs to many: "Preface", "Proceedings of …", "Reply to …"."""
    return bool(_GENERIC.match(" ".join(title_words(title))))


def year_of(paper: Paper) -> int | None:
    """Give the year that a paper is of: of its date, else of an identifier that tells."""
    day = paper.published_on or paper.announced_on
    if day:
        return day.year
    for id_ in paper.ids:
        if match := _YEAR_IN_ID.match(id_):
            if match["whole"]:
                return int(match["whole"])
            year = int(match["short"] or match["volume"])
            return 1900 + year if year > 60 else 2000 + year
    return None


def _are_two_submissions(a: Paper, b: Paper) -> bool:
    """Tell whether arXiv itself counts two: each has a number that the other has not."""
    of_a, of_b = ({id_ for id_ in p.ids if id_.startswith("arxiv:")} for p in (a, b))
    return bool(of_a and of_b) and not of_a & of_b


def _are_two_in_a_registry(a: Paper, b: Paper) -> bool:
    """Tell whether a registry, or a journal's site, counts two: a column that comes back under
    one title has a page for each."""
    of_a, of_b = (set(map(_registry, p.ids)) for p in (a, b))
    return any({i for i in a.ids if _registry(i) == r}.isdisjoint(b.ids) for r in of_a & of_b)


def _registry(id_: str) -> str:
    scheme = id_.partition(":")[0]
    return id_.partition("/")[0] if scheme == "web" else scheme


def _have_far_years(a: Paper, b: Paper) -> bool:
    one, other = year_of(a), year_of(b)
    return one is not None and other is not None and abs(one - other) > MAX_YEARS


def _are_by_the_same(a: Paper, b: Paper) -> bool:
    """Tell whether two papers have all of their authors in common.

    One author alone is no proof under a short title: "W. Wang" is many. A Japanese name is
    compared as a whole. What was read off a PDF's first page is no proof either.
    """
    if any(id_.startswith("pdf:") for id_ in (*a.ids, *b.ids)):
        return False
    of_a, of_b = ({name_key(name) for name in p.authors} for p in (a, b))
    is_sure = len(of_a) > 1 or is_telling(a.title) or any(map(_CJK.search, of_a))
    return of_a == of_b and is_sure


def _n_shared(a: Paper, b: Paper) -> int:
    return len({name_key(n) for n in a.authors} & {name_key(n) for n in b.authors})


def _have_authors_in_common(a: Paper, b: Paper) -> bool:
    if not (a.authors and b.authors):
        return False
    if name_key(a.authors[0]) == name_key(b.authors[0]):
        return True
    return _n_shared(a, b) * 2 >= min(len(a.authors), len(b.authors))


def _say_the_same(a: str, b: str) -> bool:
    """Compare two abstracts by their words; one that is not known says nothing against."""
    of_a, of_b = (frozenset(title_words(text)) for text in (a, b))
    return not (of_a and of_b) or len(of_a & of_b) >= OTHER_ABSTRACT * len(of_a | of_b)


def _alike(a: Paper, b: Paper) -> str:
    """Say how two papers' titles are alike; empty: they are not.

    Titles that differ in a number are two: "Part 2", a year, a model's next version. Of
    two arXiv numbers more is asked: nearly all such pairs are a paper and its sequel.
    """
    of_a, of_b = (set(title_words(p.title)) - _EMPTY for p in (a, b))
    if _numbers(of_a) != _numbers(of_b) or min(len(of_a), len(of_b)) < 3:
        return ""
    is_two = _are_two_submissions(a, b)
    if len(of_a & of_b) >= LIKE * len(of_a | of_b):
        return "" if is_two and not _say_the_same(a.abstract, b.abstract) else say("same.words")
    if is_two:
        return ""
    heads = [title_fold(p.title.partition(":")[0]) for p in (a, b) if ":" in p.title]
    if len(heads) == 2 and heads[0] == heads[1] and len(heads[0]) >= 4:
        return say("same.head")
    small, large = sorted((of_a, of_b), key=len)
    return say("same.part") if len(small) >= 4 and small <= large else ""


def _numbers(words: set[str]) -> set[str]:
    return {w for w in words if any(c.isdigit() for c in w) or w in _ROMAN}


_LONGEST = 4_000
_WORD = compiled(r"[^\W_]+")
_CJK = compiled("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_TAG = compiled(r"</?[A-Za-z][^<>]{0,80}>")
_ACCENT = compiled(r"""\\(?:["'`^~=.]|[uvHckdbtr](?=\{))|(?<=\\)[{}]""")
_COMMAND = compiled(r"\\[A-Za-z]+\*?")
_DROPPED = str.maketrans("", "", "{}$'’`ʼ\u200b\u00ad")
_LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
    "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ",
    "psi": "ψ", "omega": "ω",
}  # fmt: skip
_GREEK = compiled(r"\\(?:var)?(" + "|".join(_LETTERS) + r")(?![A-Za-z])")
_ROMAN = frozenset({"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"})
_EMPTY = frozenset(
    {"a", "an", "and", "are", "as", "at", "by", "can", "do", "does", "for", "from", "how", "in"}
    | {"is", "of", "on", "or", "the", "their", "to", "toward", "towards", "using", "via", "what"}
    | {"with", "you"}
)
_GENERIC = compiled(
    r"""(?: (?:guest\ )? editorials? | (?:publisher|author)?\ ?correction | preface | foreword
    | err?at(?:um|a) | corrigend(?:um|a) | retraction | addendum | front\ ?matter | back\ ?matter
    | table\ of\ contents | contents | (?:author|subject)?\ ?index | introduction | conclusions?
    | abstracts? | program(?:me)? | organi[sz]ation | (?:program|organizing)\ committee | obituary
    | in\ memoriam | news | book\ reviews? | acknowledge?ments? | untitled | title | discussion
    | rejoinder | 巻頭言 | 編集後記 | 目次 | まえがき | はじめに | 序文 | 正誤表 | 訂正 | 会告
    | 書評 | 表紙 | 特集にあたって ) \Z
    | (?: proceedings\ of | (?:guest\ )?editorial\ | reply\ (?:to|on)\b | response\ to\b
    | comments?\ on\b | (?:publisher\ |author\ )?correction\ (?:to|for)\b | err?at(?:um|a)\b
    | corrigend(?:um|a)\b | retraction\b | retracted\b | addendum\b | rejoinder\b
    | introduction\ to\ (?:the\ )? (?:special|this)\b | preface\ (?:to|of)\b
    | foreword\ (?:to|of)\b )""",
    re.VERBOSE,
)
_YEAR_IN_ID = compiled(
    r"arxiv:(?:[a-z-]+/)?(?P<short>\d\d)|acl:(?:(?P<whole>(?:19|20)\d\d)\.|[A-Z](?P<volume>\d\d)-)"
)
