"""Tell the names of people from all else that stands below a title, by their letters.

Pure functions on strings: knows no places on the page. A line is names only if each part
of it is one, so that no affiliation, e-mail or sentence is taken for an author.
"""

from __future__ import annotations

import re
import unicodedata

from reader.pdf.front.cells import MARK
from reader.pdf.front.words import (
    ABSTRACT_NOUN,
    ACRONYMS,
    CJK_NO_NAME,
    DEGREES,
    NO_NAMES,
    PARTICLES,
    PLACES,
)
from reader.pdf.join import tidy

_CJK = "\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAS_CJK = re.compile(f"[{_CJK}]")
_SPLIT = re.compile(rf"[{MARK},;·•∙⋅●|&、，；/]+|\s(?:and|AND|und|et|y)(?=\s|$)|^(?:and|AND)\s")
_SPLIT_CJK = re.compile(rf"[{MARK},;·•∙⋅●|&、，；・/]+|\s(?:and|と)\s")
_LABEL = re.compile(
    r"^\s*(?:(?:presented\s+|written\s+|submitted\s+)?by\b|authors?\s*[:：]|speakers?\s*[:：]"
    r"|presenters?\s*[:：]|name\s*[:：]|著\s*者\s*[:：]?|発\s*表\s*者\s*[:：]?|氏\s*名\s*[:：]?|作者\s*[:：])\s*:?\s*",
    re.IGNORECASE,
)
_ENDS = " \t*∗⁎†‡§¶‖∥#$^+:.⋆★☆⇤\u2709()[]{}<>\"“”'’‘`-–—~|_∞○◯◎°\ufffc\ufffd"
_EDGES = _ENDS.replace(".", "")
_DIGITS = re.compile(
    r"(?:[\d*∗†‡§¶#$⇤]+[,\s]*)+$|^[\d*∗†‡§¶#$⇤]+\s*|\([^()]{0,60}\)?$|\[[^\[\]]*\]$"
)
_LETTER = re.compile(r"(?<=[^\W\d_]{2})\s[a-f]$")  # a mark that is not raised: "Ada Example a"
_INITIAL = r"[^\W\d_]\.?(?:-?[^\W\d_]\.)*(?:(?<=\.)[^\W\d_])?"
_TOKEN = re.compile(
    rf"{_INITIAL}|[“\"'‘(][^\W\d_]+[”\"'’)]|[^\W\d_]{{1,3}}\."
    r"|(?:[^\W\d_]\.)*[^\W\d_](?:[^\W\d_]|['’‘`´¨˜ˆˇ˘˙\u0300-\u036f‐-])*[^\W\d_][.'’]?"
)
_NUMBER = re.compile(r"^(?=\S*\d)[A-Za-z0-9-]+[\s\u3000]+")
_NAME_CJK = re.compile(f"[{_CJK}]{{1,6}}(?:[ \u3000・][{_CJK}]{{1,6}})?")


def names_in(marked: str) -> list[str] | None:
    """List the names that a cell holds, None where it holds anything else.

    marked: as in `Cell.marked`.
    """
    if _HAS_CJK.search(unicodedata.normalize("NFKC", marked)):
        return _names_cjk(marked)
    found, rest = _leading(marked)
    return found if found and not rest else None


def names_before(marked: str) -> list[str] | None:
    """List names that capitals set off: "ADA EXAMPLE and BEN OTHER, Some University"."""
    found, rest = _leading(marked)
    is_set_off = all(name.upper() in marked for name in found) and not rest.isupper()
    return found if found and rest and is_set_off else None


def names_loosely(marked: str) -> list[str] | None:
    """List names where a page has none in plain form: turned round, or with affiliations.

    "Example, Ada B. and Other, Ben"; "Ada Example, University of Somewhere".
    """
    if "@" in marked or "http" in marked:
        return None
    text = tidy_accents(marked.replace(MARK, " "))
    turned = [_TURNED.fullmatch(part.strip(_EDGES)) for part in _PERSONS.split(text)]
    names = [f"{found[2]} {found[1]}" for found in turned if found]
    has_initial = any(re.search(r"\b[^\W\d_]\b", name) for name in names)
    if len(names) == len(turned) > 1 and all(map(is_name, names)) and (has_initial or ";" in text):
        return [_cased(name) for name in names]
    found, rest = _leading(marked)
    words = {word.lower().strip(".,") for word in rest.split()}
    return found if found and words & NO_NAMES else None


_PERSONS = re.compile(r"\s*;\s*|,?\s+(?:and|&)\s+")
_TURNED = re.compile(r"([^\W\d_][^,\d]{1,30}),\s*([^\W\d_][^,\d]{0,30})")


def _leading(marked: str) -> tuple[list[str], str]:
    """Give the names that a line begins with, and the first part that is none."""
    if "@" in marked or "http" in marked or "www." in marked:
        return [], marked
    text = MARK.join([tidy_accents(part) for part in marked.split(MARK)])
    found: list[str] = []
    n_odd = 0
    for part in _SPLIT.split(_LABEL.sub("", unicodedata.normalize("NFKC", text), count=1)):
        name = _bare(part)
        is_mark = len(name) == 1 and name.islower()
        if not name or is_mark or name.lower().replace(".", "") in DEGREES:
            continue
        if not is_name(name):
            is_among = len(found) > 2 * n_odd + (0 if MARK in marked else 1)
            if not (is_among and _is_odd_name(name)):
                return found, name
            n_odd += 1
            found.append(_cased(name))
            continue
        found += [_cased(one) for one in _two(name)]
    return found, ""


def is_name(name: str) -> bool:
    """Say whether these words, in Latin or a like script, can be one person's name."""
    tokens = name.split()
    if len(tokens) == 1:
        return bool(_INITIALS_ON.fullmatch(name))
    if len(tokens) > 6 or len(name) > 50 or name.lower() in PLACES:
        return False
    if tokens[-1] in PARTICLES or not any(len(token.strip(".")) > 1 for token in tokens):
        return False
    return all(
        (token.lower() in PARTICLES and (at or len(tokens) > 2)) or _is_part(token)
        for at, token in enumerate(tokens)
    )


def _is_part(token: str) -> bool:
    """Say whether a word can be a part of a name: capital, and none that names never have."""
    low = token.lower().strip(".,'’")
    if low in NO_NAMES or token in ACRONYMS or not _TOKEN.fullmatch(token):
        return False
    if any(ABSTRACT_NOUN.fullmatch(piece) for piece in low.split("-")):
        return False
    first = token.strip("“\"'‘(")[0]
    return first.isupper() or low.upper() == low or bool(_ELISION.match(token))


_INITIALS_ON = re.compile(r"(?:[^\W\d_]\.){1,3}[^\W\d_]{2,}")  # "A.B.Example"
_ELISION = re.compile(r"[dlDLO]['’][^\W\d_]|al-[A-Z]|el-[A-Z]")


def _is_odd_name(name: str) -> bool:
    """Say whether words may be a name within a list of names, though not alone.

    People with one name, names typed in small letters, letters that a font has lost.
    """
    tokens = name.split()
    is_word = len(tokens) < 4 and len(name) > 2 and not any(c.isdigit() for c in name)
    lows = [token.lower().strip(".,'’") for token in tokens]
    return (
        is_word
        and name[0].isalpha()
        and not any(
            low in NO_NAMES or ABSTRACT_NOUN.fullmatch(low) or token in ACRONYMS
            for low, token in zip(lows, tokens, strict=True)
        )
    )


def _two(name: str) -> list[str]:
    """Part two names that only a gap held apart: "Ada Example Ben C. Other"."""
    tokens = name.split()
    initials = [at for at, token in enumerate(tokens) if len(token.rstrip(".")) == 1]
    if len(tokens) < 5 or len(initials) != 1 or any(t.lower() in PARTICLES for t in tokens):
        return [name]
    at = initials[0] - 1 if initials[0] > 2 else initials[0] + 2
    return [" ".join(tokens[:at]), " ".join(tokens[at:])]


def tidy_accents(text: str) -> str:
    """Put accents that old fonts set apart onto their letters: "C¸ akıcı", "O˘guz"."""
    for accent, combining in _BEFORE.items():
        if accent in text:
            text = re.sub(rf"{accent}\s?([^\W\d_])", rf"\1{combining}", text)
    if "`" in text and "'" not in text and "’" not in text:
        text = re.sub(r"(?<=[^\W\d_])\s?`([AEIOUaeiou])", "\\1\u0300", text)
    if "()" in text:  # one publisher's old fonts: "Mart()n", and "simpli#ed" in titles
        text = re.sub(r"(?<=[a-z])\(\)(?=[a-z])", "í", text)
    if "¸" in text:
        text = re.sub(r"([A-Za-z])\s?¸\s?", "\\1\u0327", text)
    return unicodedata.normalize("NFC", tidy(text))


_BEFORE = {"˘": "\u0306", "˙": "\u0307", "˝": "\u030b", "˚": "\u030a"}


def _bare(part: str) -> str:
    """Take away marks, numbers, brackets and titles around a name."""
    name, before = part.strip(_EDGES), ""
    while name != before:
        before = name
        name = _LETTER.sub("", _DIGITS.sub("", name)).strip(_EDGES)
        first, _, rest = name.partition(" ")
        if first.lower().rstrip(".") in _TITLES:
            name = rest
    return " ".join(name.lstrip(".").split())


_TITLES = {"dr", "prof", "professor", "mr", "mrs", "ms", "ing", "dipl-ing", "by", "and", "rev"}


def _cased(name: str) -> str:
    """Write "DYLAN P. THURSTON" as "Dylan P. Thurston"."""
    if not name.isupper() or len(name) < 4:
        return name
    tokens = []
    for token in name.split():
        is_initial = len(token) < 3 or "." in token
        tokens.append(token if is_initial else token.title().replace("'S", "'s"))
    return " ".join(tokens)


def _names_cjk(marked: str) -> list[str] | None:
    if "@" in marked or "http" in marked:
        return None
    text = MARK.join([unicodedata.normalize("NFKC", part) for part in marked.split(MARK)])
    found: list[str] = []
    bare = _APART_CJK.sub(MARK, _NUMBER.sub("", _LABEL.sub("", text, count=1).strip()))
    for part in _SPLIT_CJK.split(bare):
        name = part.strip(_ENDS + "\u3000")
        if not name:
            continue
        persons = _persons(name)
        if persons is None:
            return None
        found += persons
    return found or None


_APART_CJK = re.compile(r"\([^()]*\)?|\[[^\[\]]*\]|[\d*∗†‡§¶※]+(?:[,\s]*[\d*∗†‡§¶※]+)*")


def _persons(words: str) -> list[str] | None:
    """Part "山田 太郎 鈴木 花子" in two, and take "山田太郎 鈴木花子" as two."""
    tokens = words.split()
    while len(tokens) > 1 and len(tokens[0]) > 3 and CJK_NO_NAME.search(tokens[0]):
        tokens = tokens[1:]  # an affiliation before the name
    if CJK_NO_NAME.search(" ".join(tokens)):
        return None
    if 2 < len(tokens) < 7 and all(len(token) == 1 for token in tokens):
        tokens = ["".join(tokens)]  # 雨 野 花 子, spaced out
    if len(tokens) > 1 and len(tokens) % 2 == 0 and all(len(token) <= 3 for token in tokens):
        tokens = [f"{a} {b}" for a, b in zip(tokens[::2], tokens[1::2], strict=True)]
    for token in tokens:
        if not _NAME_CJK.fullmatch(token) or not 2 <= len(token) <= 9:
            return None
    return tokens
