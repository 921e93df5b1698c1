"""Tell whether an author is a person whom somebody follows, by the names alone.

Names come in any order, with initials, accents, suffixes and hyphens. Whether two
people share one name nobody can see here: a name that many share is "ambiguous".
Pure functions on strings.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Certainty = Literal["same", "ambiguous", "no"]


def matches(followed: str, author: str) -> Certainty:
    """Compare a name that is followed with an author's as printed.

    same: family name and a whole given name agree; a middle name may be missing.
    ambiguous: only an initial agrees, or too many people have the name ("Wei Wang").
    A name in Chinese or Japanese characters agrees with itself alone.
    """
    found = {_compare(a, b) for a in _readings(followed) for b in _readings(author)}
    return "same" if "same" in found else "ambiguous" if "ambiguous" in found else "no"


def family_fold(author: str) -> str:
    """Give the last word of the family name, folded: what authors are looked up by."""
    return _readings(author)[0].key


def family_folds(followed: str) -> frozenset[str]:
    """Give every `family_fold` under which an author may stand whom `matches` accepts."""
    folds = set()
    for name in _readings(followed):
        words = [*name.given, *name.family]
        # Of a name in the other order the family's last word is the given name's.
        folds |= {name.key, words[0], words[-1], name.given[-1] if name.given else words[0]}
    # "Mueller" may stand as "Müller", which is folded to "muller".
    shorter = {re.sub("([aou])e", r"\1", fold).replace("ss", "s") for fold in folds}
    return frozenset(folds | shorter | {fold.replace("aa", "a") for fold in folds})


@functools.lru_cache(maxsize=65_536)
def name_key(author: str) -> str:
    """Give what two printings of one author's name share: family name and first initial."""
    name = _readings(author)[0]
    return f"{name.key} {name.given[0][:1] if name.given else ''}"


@dataclass(frozen=True, slots=True)
class _Name:
    """One reading of a name, folded: given words (initials are one letter), family words.

    n_bound: how many given words a hyphen binds to the first: "Wei-Chen" is no "Wei".
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
    """Give the ways to read a name: as printed first, then turned, then with ü as ue."""
    return tuple(dict.fromkeys(_read(name)))


def _read(name: str) -> Iterator[_Name]:
    bare = _BRACKETS.sub(" ", unicodedata.normalize("NFKC", name[:_LONGEST])).strip()
    if _CJK.search(bare):
        yield _Name((), (re.sub(r"[\s·・･]", "", bare).casefold(),))
        return
    yield from _ordered(bare, False)
    if not bare.isascii():
        yield from _ordered(bare, True)


def _ordered(bare: str, is_spelt: bool) -> Iterator[_Name]:
    family, _, rest = bare.partition(",")
    groups = [found for part in rest.split() if (found := _words(part, is_spelt))]
    if groups:
        yield _Name(_joined(groups), _words(family, is_spelt) or ("",), len(groups[0]))
        return
    raw = [w for w in bare.replace(",", " ").split() if any(c.isalnum() for c in w)]
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
        yield _Name(_joined(words[n_last:]), _joined(words[:n_last]), len(words[n_last]))
        return
    yield _Name(_joined(words[:-1]), words[-1], len(words[0]))
    if len(words) > 1 and not any(len(w) == 1 for group in words for w in group):
        yield _Name(_joined(words[1:]), words[0], len(words[1]), is_turned=True)


def _joined(groups: list[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(word for group in groups for word in group)


def _words(text: str, is_spelt: bool) -> tuple[str, ...]:
    """Take a name's words, folded; initials come apart: "J.-L.", "JL" and "J. L." alike."""
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
    """Fold a word: no case, no accents; is_spelt: ü as "ue" and not as "u"."""
    text = word.casefold()
    if text.isascii():
        return text.replace("'", "")
    text = unicodedata.normalize("NFC", text).translate(_SPELT if is_spelt else _PLAIN)
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if c.isalnum() and not unicodedata.combining(c))


def _compare(a: _Name, b: _Name) -> Certainty:
    if a.is_turned and b.is_turned:
        return "no"  # the two as printed say the same
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
    if certainty == "same" and a.n_bound != b.n_bound and "".join(given_a) != "".join(given_b):
        certainty = "ambiguous" if len(given_a) == len(given_b) else "no"
    if certainty == "same" and _is_shared_by_many(
        a.key, min("".join(given_a), "".join(given_b), key=len)
    ):
        return "ambiguous"
    return certainty


def _compare_given(a: tuple[str, ...], b: tuple[str, ...]) -> Certainty:
    if "".join(a) == "".join(b) and len("".join(a)) > len(a):
        return "same"
    for one, other in zip(a, b, strict=False):
        if one != other and not (1 in (len(one), len(other)) and one[0] == other[0]):
            return "no"
    # "Yuhsiang" and "Yu" share no whole name: then the first words must be equal.
    return "same" if a[0] == b[0] and len(a[0]) > 1 else "ambiguous"


def _is_shared_by_many(family: str, given: str) -> bool:
    """Tell whether a name is one of those that hundreds of authors have: "Wei Wang"."""
    return family in _COMMON and bool(_ONE_SYLLABLE.fullmatch(given))


_LONGEST = 400
_CJK = re.compile("[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
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
