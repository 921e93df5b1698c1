"""Check whether two names are one person's, and whether two papers are one.

Names come in any order, with initials, accents, suffixes and hyphens. Two people of one name
cannot be told apart here: a name that many have is "ambiguous". A wrong merge of papers hides
one of them for good, a missed one shows a paper twice, so a doubtful case is never "strong".
Knows neither where papers are kept nor what follows from a match.
"""

from __future__ import annotations

import functools
import hashlib
import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from reader.base.messages import Text, lazy_gettext
from reader.base.text import compiled
from reader.library.paper import HAS_CJK, FieldValue, Paper

Certainty = Literal["same", "ambiguous", "no"]


def matches(followed: str, author: str) -> Certainty:
    """Compare the name of a followed person with the name of an author as printed.

    same: family name and a whole given name agree; a middle name may be missing.
    ambiguous: only an initial agrees, or too many people have the name ("Wei Wang").
    A name in Chinese or Japanese characters agrees with itself alone.
    """
    found = {_compare(a, b) for a in _readings(followed) for b in _readings(author)}
    return "same" if "same" in found else "ambiguous" if "ambiguous" in found else "no"


@functools.lru_cache(maxsize=16_384)
def family_fold(author: str) -> str:
    """Compute the folded last word of the family name, by which authors are looked up."""
    return next(_each_reading(author)).key


def family_folds(followed: str) -> frozenset[str]:
    """Compute each `family_fold` that an author may have whom `matches` accepts."""
    folds = set()
    for name in _readings(followed):
        words = [*name.given, *name.family]
        # An author may print the name in the other order, so each end may be the family name.
        folds |= {name.key, words[0], words[-1], name.given[-1] if name.given else words[0]}
    # "Mueller" may stand as "Müller", which is folded to "muller".
    shorter = {re.sub("([aou])e", r"\1", fold).replace("ss", "s") for fold in folds}
    return frozenset(folds | shorter | {fold.replace("aa", "a") for fold in folds})


@functools.lru_cache(maxsize=65_536)
def printed_name(family: str, given: str, suffix: str = "") -> str:
    """Join the parts of a name as papers print it: Ada Field Jr., but 山田 太郎."""
    parts = (family, given) if HAS_CJK.search(family) else (given, family)
    return " ".join(filter(None, (part.strip() for part in (*parts, suffix))))


def author_key(name: str) -> str:
    """Fold a whole name: two printings that differ in case, accents or dots are one."""
    text = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c if c.isalnum() else " " for c in text if not unicodedata.combining(c))
    return " ".join(kept.split())


@functools.lru_cache(maxsize=65_536)
def name_key(author: str) -> str:
    """Fold a name to its family name and first initial, which all printings of it share."""
    name = _readings(author)[0]
    return f"{name.key} {name.given[0][:1] if name.given else ''}"


@dataclass(frozen=True, slots=True)
class _Name:
    """One reading of a name, folded: given words (initials are one letter) and family words.

    n_bound: how many given words a hyphen joins, from the first: "Wei-Chen" is not "Wei".
    is_turned: the family name is taken from the front of the printed name.
    """

    given: tuple[str, ...]
    family: tuple[str, ...]
    n_bound: int = 1
    is_turned: bool = False

    @property
    def key(self) -> str:
        return self.family[-1]


@functools.lru_cache(maxsize=16_384)
def _readings(name: str) -> tuple[_Name, ...]:
    """List the ways to read a name: as printed first, then turned, then with ü as ue."""
    return tuple(dict.fromkeys(_each_reading(name)))


def _each_reading(name: str) -> Iterator[_Name]:
    # Brackets hold an affiliation: "Søren Łoś (ETH)".
    bare = _BRACKETS.sub(" ", unicodedata.normalize("NFKC", name[:_LONGEST])).strip()
    # Nothing shows where a name in characters parts into family and given name.
    if HAS_CJK.search(bare):
        yield _Name((), (re.sub(r"[\s·・･]", "", bare).casefold(),))
        return
    for is_spelt in (False,) if bare.isascii() else (False, True):
        yield from _ordered(bare, is_spelt)


def _ordered(bare: str, is_spelt: bool) -> Iterator[_Name]:
    # "Pond, Ada": the comma says where the names meet.
    family, _unused, rest = bare.partition(",")
    groups = [found for part in rest.split() if (found := _words(part, is_spelt))]
    if groups:
        yield _Name(tuple(chain(*groups)), _words(family, is_spelt) or ("",), len(groups[0]))
        return
    raw = [w for w in bare.replace(",", " ").split() if any(c.isalnum() for c in w)]
    # Of two words the last one is the family name, even if it is "Md" or "Ii".
    raw = raw[:-1] if len(raw) > 2 and raw[-1].strip(".").casefold() in _SUFFIXES else raw
    words = [found for w in raw if (found := _words(w, is_spelt))]
    if not words:
        yield _Name((), (_fold(bare, is_spelt),))
        return
    # "Watanabe S": initials at the end belong to the given name.
    n_last = len(words)
    while n_last > 1 and all(len(w) == 1 for w in words[n_last - 1]):
        n_last -= 1
    if n_last < len(words):
        yield _Name(
            tuple(chain(*words[n_last:])), tuple(chain(*words[:n_last])), len(words[n_last])
        )
        return
    yield _Name(tuple(chain(*words[:-1])), words[-1], len(words[0]))
    if len(words) > 1 and not any(len(w) == 1 for group in words for w in group):
        yield _Name(tuple(chain(*words[1:])), words[0], len(words[1]), is_turned=True)


def _words(text: str, is_spelt: bool) -> tuple[str, ...]:
    """Split a name into its words, folded; initials come apart: "J.-L.", "JL" and "J. L." alike."""
    found = []
    for word in re.findall(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*", text):
        # Two capitals without a vowel are initials; "LI" and "WU" are names in capitals.
        if re.fullmatch(r"[B-DF-HJ-NP-TV-XZ]{2,3}", word):
            found += [c.casefold() for c in word]
        else:
            found.append(_fold(word, is_spelt))
    return tuple(found[:-1] if len(found) > 1 and found[-1] in _SUFFIXES else found)


@functools.lru_cache(maxsize=65_536)
def _fold(word: str, is_spelt: bool) -> str:
    """Fold a word to small letters without accents; is_spelt: ü becomes "ue", not "u"."""
    text = word.casefold()
    if text.isascii():
        return text.replace("'", "")
    text = unicodedata.normalize("NFC", text).translate(_SPELT if is_spelt else _PLAIN)
    # After `translate`: ø, ł and the like have no decomposition, so NFKD would drop nothing.
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if c.isalnum() and not unicodedata.combining(c))


def _compare(a: _Name, b: _Name) -> Certainty:
    if a.is_turned and b.is_turned:
        return "no"  # the two readings as printed give the same answer
    if not (a.given and b.given):
        # One word, or characters: whole names that are equal.
        return "same" if (a.given, a.family) == (b.given, b.family) else "no"
    family_a, family_b = "".join(a.family), "".join(b.family)
    given_a, given_b = a.given, b.given
    if family_a != family_b:
        # "Paola García Perera" and "García Perera, Paola": words stand on either side.
        words_a, words_b = (*given_a, *a.family), (*given_b, *b.family)
        n = max(len(a.family), len(b.family))
        if words_a[-n:] != words_b[-n:] or not (words_a[:-n] and words_b[:-n]):
            return "no"
        given_a, given_b = words_a[:-n], words_b[:-n]
    certainty = _compare_given(given_a, given_b)
    # A hyphen in one name only: "Wei-Chen" is not "Wei", and "Wei-C." may be "Wei Chen".
    if certainty == "same" and a.n_bound != b.n_bound and "".join(given_a) != "".join(given_b):
        certainty = "ambiguous" if len(given_a) == len(given_b) else "no"
    # Hundreds of authors have a name such as "Wei Wang".
    shorter = min("".join(given_a), "".join(given_b), key=len)
    is_common = a.key in _COMMON and _ONE_SYLLABLE.fullmatch(shorter)
    return "ambiguous" if certainty == "same" and is_common else certainty


def _compare_given(a: tuple[str, ...], b: tuple[str, ...]) -> Certainty:
    if "".join(a) == "".join(b) and len("".join(a)) > len(a):
        return "same"
    for one, other in zip(a, b, strict=False):
        if one != other and not (1 in (len(one), len(other)) and one[0] == other[0]):
            return "no"
    # All words that both have agree, perhaps as initials. Surely the same needs one whole word.
    return "same" if a[0] == b[0] and len(a[0]) > 1 else "ambiguous"


_LONGEST = 400
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"})
_ONE_SYLLABLE = re.compile(r"(?:zh|ch|sh|[b-df-hj-np-tv-z])?[aeiou]{1,3}(?:ng|n|r|k|m|l|p)?")
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe",
                        "þ": "th", "ß": "ss"})  # fmt: skip
_SPELT = _PLAIN | str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_COMMON = frozenset(
    # Chinese, Korean and Vietnamese family names that hundreds of thousands have.
    {"bai", "cai", "cao", "chang", "chen", "cheng", "cho", "choi", "cui", "dai", "deng",
     "ding", "dong", "du", "duan", "fan", "fang", "feng", "fu", "gao", "ge", "gong", "gu",
     "guo", "han", "hao", "he", "hong", "hou", "hu", "huang", "hwang", "jang", "jeon",
     "jeong", "ji", "jia", "jiang", "jiao", "jin", "jung", "kang", "kim", "kong", "kwon",
     "lai", "lam", "le", "lee", "lei", "li", "liang", "liao", "lim", "lin", "ling", "liu",
     "long", "lu", "luo", "lv", "ma", "mao", "meng", "nguyen", "ni", "pan", "park", "peng",
     "pham", "qian", "qiao", "qin", "qiu", "ren", "shao", "shen", "shi", "song", "su", "sun",
     "tan", "tang", "tao", "tian", "tran", "wan", "wang", "wei", "wen", "wong", "woo", "wu",
     "xia", "xiang", "xiao", "xie", "xiong", "xu", "xue", "yan", "yang", "yao", "ye", "yi",
     "yin", "yoo", "yoon", "yu", "yuan", "yue", "zeng", "zhai", "zhan", "zhang", "zhao",
     "zheng", "zhong", "zhou", "zhu", "zou"}
)  # fmt: skip


Strength = Literal["strong", "medium", "none"]

MIN_WORDS, MIN_LETTERS, MIN_CJK = 5, 25, 15
"""The least length of a title that is one paper's own: five words and 25 letters, or 15
characters of Japanese."""

MAX_YEARS = 2
"""The most years from a preprint to its proceedings."""

LIKE = 0.75
"""The share of words that two titles must have in common to be asked about."""

OTHER_ABSTRACT = 0.35
"""The share of words in common below which the abstracts of two arXiv numbers count as two."""


@dataclass(frozen=True, slots=True)
class Match:
    """How sure it is that two papers are one, and the reason in words, "" for "none"."""

    strength: Strength
    why: Text = ""


NONE = Match("none")


def same(a: Paper, b: Paper) -> Match:
    """Check whether two papers are one; the order of the two does not matter.

    strong: an identifier in common; or the same title and the same authors, unless their years
    or two ids of one registry show that they are two; or the same long title, half of the
    shorter list of authors, and years at most MAX_YEARS apart.
    medium: similar titles, and the same first author or half of the shorter list of authors.
    """
    shared = [id_ for id_ in a.ids if id_ in b.ids]
    # On arXiv, authors also give the DOI of a whole volume or of another paper, so a DOI in
    # common does not make one paper of two arXiv numbers.
    if shared and not _are_two_submissions(a, b):
        return Match("strong", lazy_gettext("both have the id {id}", id=shared[0]))
    if is_generic(a.title) or is_generic(b.title):
        return NONE
    if title_fold(a.title) == title_fold(b.title) != "":
        return _same_title(a, b)
    if _have_authors_in_common(a, b) and (how := _likeness_in_words(a, b)):
        return Match("medium", lazy_gettext("authors in common, and {how}", how=how))
    return NONE


def _same_title(a: Paper, b: Paper) -> Match:
    """Compare two papers of one title; each step is reached where those above do not decide."""
    if not (a.authors and b.authors):
        return (
            Match("medium", lazy_gettext("the same title, but one has no authors"))
            if is_telling(a.title)
            else NONE
        )
    if not _have_authors_in_common(a, b):
        return NONE
    if _are_by_the_same(a, b) and not (_have_far_years(a, b) or _are_two_in_a_registry(a, b)):
        return Match("strong", lazy_gettext("the same title and authors"))
    if not is_telling(a.title):
        return Match("medium", lazy_gettext("the same short title, and authors in common"))
    if _n_shared(a, b) * 2 < min(len(a.authors), len(b.authors)):
        return Match("medium", lazy_gettext("the same title, but few authors in common"))
    if None in (year_of(a), year_of(b)) or _have_far_years(a, b):
        return Match(
            "medium", lazy_gettext("the same title and authors, but the years do not decide it")
        )
    if _are_two_submissions(a, b) and not _are_abstracts_alike(a.abstract, b.abstract):
        return Match("medium", lazy_gettext("the same title and authors, but different abstracts"))
    return Match("strong", lazy_gettext("the same title and authors"))


def is_meant(entry: Paper, known: Paper) -> bool:
    """Check whether an entry of a bibliography without any identifier names a paper.

    The title is the same and nothing speaks against it: no author of their own, no far year.
    """
    if is_generic(entry.title) or title_fold(entry.title) != title_fold(known.title):
        return False
    are_others = entry.authors and known.authors and not _have_authors_in_common(entry, known)
    return not are_others and not _have_far_years(entry, known)


def title_fold(title: str) -> str:
    """Fold a title to its letters and digits, without case, accents, blanks, LaTeX and HTML.

    "" for a title that has neither letter nor digit.
    """
    return "".join(title_words(title))


@functools.lru_cache(maxsize=4096)
def title_words(title: str) -> tuple[str, ...]:
    """Split a title into its words, folded, without LaTeX, HTML and punctuation."""
    # In this order: entities may hide a tag, and \varepsilon is a letter before commands go.
    text = html.unescape(title[:_LONGEST_TITLE])
    text = _TAG.sub(" ", _GREEK.sub(lambda m: _LETTERS[m[1]], text))
    text = _ACCENT.sub("", text)
    text = _COMMAND.sub(" ", text)
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    # Accents of Latin letters are dropped, U+3099 is not: が and か are two letters.
    bare = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    return tuple(_WORD.findall(unicodedata.normalize("NFC", bare.translate(_DROPPED))))


def is_telling(title: str) -> bool:
    """Check whether a title is long enough to be one paper's own."""
    words = title_words(title)
    letters = "".join(words)
    n_cjk = len(_CJK_LETTERS.findall(letters))
    # Mostly Japanese: it has no blanks between words, so characters are counted.
    if n_cjk * 2 > len(letters):
        return n_cjk >= MIN_CJK
    return len(words) >= MIN_WORDS and len(letters) >= MIN_LETTERS


def is_generic(title: str) -> bool:
    """Check whether a title is one of many texts: "Preface", "Proceedings of …", "Reply to …"."""
    return bool(_GENERIC.match(" ".join(title_words(title))))


def year_of(paper: Paper) -> int | None:
    """Get the year of a paper, by its date, else by an id that has one; None without both."""
    day = paper.published_on or paper.announced_on
    if day:
        return day.year
    for id_ in paper.ids:
        if match := _YEAR_IN_ID.match(id_):
            if match["whole"]:
                return int(match["whole"])
            year = int(match["short"] or match["volume"])
            # The oldest letters of the Anthology are of 1965 (C65-…), arXiv's numbers of 1991.
            return 1900 + year if year > 60 else 2000 + year
    return None


def _are_two_submissions(a: Paper, b: Paper) -> bool:
    """Check whether both papers have arXiv numbers, and none in common."""
    of_a, of_b = ({id_ for id_ in p.ids if id_.startswith("arxiv:")} for p in (a, b))
    return bool(of_a and of_b) and not of_a & of_b


def _are_two_in_a_registry(a: Paper, b: Paper) -> bool:
    """Check whether a registry, or a journal's site, has two different ids for them.

    A column that comes back under one title has a page, or a DOI, for each time.
    """
    of_a, of_b = (set(map(_registry, p.ids)) for p in (a, b))
    return any({i for i in a.ids if _registry(i) == r}.isdisjoint(b.ids) for r in of_a & of_b)


def _registry(id_: str) -> str:
    scheme = id_.partition(":")[0]
    return id_.partition("/")[0] if scheme == "web" else scheme


def _have_far_years(a: Paper, b: Paper) -> bool:
    one, other = year_of(a), year_of(b)
    return one is not None and other is not None and abs(one - other) > MAX_YEARS


def _are_by_the_same(a: Paper, b: Paper) -> bool:
    """Check whether two papers have all of their authors in common.

    One author alone is no proof under a short title: "W. Wang" is many. A Japanese name is
    compared as a whole. What was read off a PDF's first page is no proof either.
    """
    if any(id_.startswith("pdf:") for id_ in (*a.ids, *b.ids)):
        return False
    of_a, of_b = ({name_key(name) for name in p.authors} for p in (a, b))
    is_sure = len(of_a) > 1 or is_telling(a.title) or any(map(_CJK_LETTERS.search, of_a))
    return of_a == of_b and is_sure


def _n_shared(a: Paper, b: Paper) -> int:
    return len({name_key(n) for n in a.authors} & {name_key(n) for n in b.authors})


def _have_authors_in_common(a: Paper, b: Paper) -> bool:
    if not (a.authors and b.authors):
        return False
    if name_key(a.authors[0]) == name_key(b.authors[0]):
        return True
    return _n_shared(a, b) * 2 >= min(len(a.authors), len(b.authors))


def _are_abstracts_alike(a: str, b: str) -> bool:
    """Check whether two abstracts share enough words; an unknown one is no objection."""
    of_a, of_b = (frozenset(title_words(text)) for text in (a, b))
    return not (of_a and of_b) or len(of_a & of_b) >= OTHER_ABSTRACT * len(of_a | of_b)


def _likeness_in_words(a: Paper, b: Paper) -> Text:
    """Describe how two papers' titles are alike; "" where they are not.

    Titles that differ in a number are two papers: "Part 2", a year, a model's next version. So
    are those whose names before the colon are a thing's and its variant's: "SUPERB", "SUPERB-SG".
    Two arXiv numbers must also have like abstracts: nearly all such pairs are a paper and its
    sequel.
    """
    of_a, of_b = _telling_words(a.title), _telling_words(b.title)
    if _numbers(a.title) != _numbers(b.title) or min(len(of_a), len(of_b)) < 3:
        return ""
    named = [p.title.partition(":")[0].strip() for p in (a, b) if ":" in p.title]
    if len(named) == 2 and _is_variant(*sorted(named, key=len)):
        return ""
    is_two = _are_two_submissions(a, b)
    if len(of_a & of_b) >= LIKE * len(of_a | of_b):
        if is_two and not _are_abstracts_alike(a.abstract, b.abstract):
            return ""
        return lazy_gettext("almost the same words in the title")
    if is_two:
        return ""
    # "Whisper: a preprint's subtitle" and "Whisper: another one": the name before the colon.
    heads = [title_fold(name) for name in named]
    if len(heads) == 2 and heads[0] == heads[1] and len(heads[0]) >= 4:
        return lazy_gettext("the same title before the colon")
    # A short title that is a part of a longer one: "X" and "X: an extended version".
    small, large = sorted((of_a, of_b), key=len)
    is_part = len(small) >= 4 and small <= large
    return lazy_gettext("one title is part of the other") if is_part else ""


def _is_variant(name: str, other: str) -> bool:
    """Check whether the second name is one word, the first one with something behind a hyphen."""
    return other.lower().startswith(f"{name}-".lower()) and len(other.split()) == 1


def may_be_alike(one: str, other: str) -> bool:
    """Check cheaply whether two different titles may be alike, before `same` compares them."""
    words, others = _long_words(one), _long_words(other)
    is_half = len(words & others) * 2 >= min(len(words), len(others))
    # An author may have hundreds of other papers, so the dearer tests come later.
    if not is_half and (one[:1].lower() != other[:1].lower() or _head(one) != _head(other)):
        return False
    return _numbers(one) == _numbers(other)


def _head(title: str) -> str:
    return title.lower().partition(":")[0]


@functools.lru_cache(maxsize=4096)
def _telling_words(title: str) -> frozenset[str]:
    return frozenset(title_words(title)) - _STOP_WORDS


@functools.lru_cache(maxsize=4096)
def _numbers(title: str) -> frozenset[str]:
    return frozenset(w for w in title_words(title) if w in _ROMAN or _DIGIT.search(w))


@functools.lru_cache(maxsize=16_384)
def _long_words(title: str) -> frozenset[str]:
    return frozenset(_LONG_WORD.findall(title.lower()))


_DIGIT = compiled(r"\d")
_LONG_WORD = compiled(r"\w{3,}")


_LONGEST_TITLE = 4_000
_WORD = compiled(r"[^\W_]+")
_CJK_LETTERS = compiled("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_TAG = compiled(r"</?[A-Za-z][^<>]{0,80}>")
# \"u and \v{c}: the accent goes and the letter stays; of \{ and \} the brace goes.
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
_STOP_WORDS = frozenset(
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


def text_hash(title: str, abstract: str) -> str:
    """Hash the searched text of a paper, its title and abstract."""
    return hashlib.sha256(f"{title}\n{abstract}".encode()).hexdigest()[:32]


def differing(values: Sequence[FieldValue]) -> list[FieldValue]:
    """List the values of a field that say something else than the first one, each once.

    Case, accents, blanks and punctuation make no difference.
    """
    different = {title_fold(one.value) or one.value: one for one in reversed(values)}
    return [one for one in values[1:] if one in different.values()]
