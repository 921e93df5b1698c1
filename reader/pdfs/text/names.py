"""Read the names of people in a line, and tell what is a name by its letters and words.

A line is names only if each part of it is one, so that no affiliation, address or sentence is
taken for an author; looser ways to read a line are for those that stand where authors do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import takewhile

from reader.pdfs.text.cells import HAS_ACCENT, MARK, tidy_accents
from reader.pdfs.text.name_words import (
    CJK_NO_NAME,
    DEGREES,
    GRAMMAR,
    INSTITUTIONS,
    PARTICLES,
    SCHOOLS,
)
from reader.pdfs.text.names_cjk import HANGUL, family_names_among, with_letters_joined
from reader.pdfs.text.person import name_score

_CJK = "\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HAS_CJK = re.compile(f"[{_CJK}]")
AND = "(?:and|AND|und|et|y)"
_SPLIT = re.compile(rf"[{MARK},;·•∙⋅●|&、，；/]+(?:\s*{AND}\s)?|\s{AND}(?=\s|$)|^(?:and|AND)\s")
_SPLIT_CJK = re.compile(
    rf"[{MARK},;·•∙⋅●|&、，；/]+|・(?![\u30a0-\u30ff])|(?<![\u30a0-\u30ff])・|\s(?:and|と)\s"
)
_DAY = r"[a-z\d.]{,9}\s[a-z\d.]{,9},?\s\d{4}"
_POSTED = rf"(?:(?:posted|published|updated)\s+)?(?:on\s+)?{_DAY}|\d+\s+min(?:utes?)?\s+read"
LABEL = re.compile(
    r"^\s*(?:from\s*:|(?:(?:presented|prepared|written|submitted|posted)\s+"
    rf"|(?:(?:{_POSTED})(?:\s*[·•∙⋅|–—-])?\s+){{,2}})by\b|vorgelegt\s+von\b"
    r"|(?:von|par|por|door)(?=\s*:?\s*$)"
    r"|(?-i:(?:Von|Par|Por|Door)\s(?=(?:Dr|Prof)\b|[A-ZÀ-Þ]\S+\s[A-ZÀ-Þ]))"
    r"|pr[eé]sent(?:ad[oa]\s+por|[eé]e?\s(?:.{,60}\s)?par)\b|aut(?:h?ors?|or[ae]s?|eure?s?)\s*[:：]|(?-i:AUTHORS?)\b"
    r"|verfasser(?:in(?:nen)?)?\s*[:：]|speakers?\s*[:：]"
    r"|presenters?\s*[:：]|name\s*[:：]|著\s*者\s*[:：]?|発\s*表\s*者\s*[:：]?|氏\s*名\s*[:：]?|提\s*出\s*者\s*[:：]?|作者\s*[:：]"
    r"|(?:[\u4e00-\u9fff]{,4}姓\s*名|저\s*자|작\s*성\s*자|제\s*출\s*자)\s*[:：]"
    r"|(?:إعداد|الباحثة?|الطالبة?|מאת)(?=\s*:?\s|\s*:?$))\s*:?\s*",
    re.IGNORECASE,
)
EDGES = re.compile(r"^(?:[^\w.]|_)+|(?:[^\w.]|_)+$")
_DIGITS = re.compile(
    r"\d+$|(?<=[a-z])[α-ω]+$|^\d+(?:(?:st|nd|rd|th)\b)?\s*|\([^()]{0,60}\)?$|\[[^\[\]]*\]$"
)
_ORCID_NUMBER = r"(?:https?://orcid\.org/)?\d{4}-\d{4}-\d{4}-\d{3}[\dX]"
_ORCID = re.compile(
    rf"[\[(]?\bORCID(?:\s?iD)?\b:?[\s{MARK}]*(?:{_ORCID_NUMBER})?[\])]?|[\[(]?{_ORCID_NUMBER}[\])]?",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"[<(\[]\s*[^\s<>()]+@[^\s<>()]+\s*[>)\]]|(?<=[^\W\d_])\s+[^\s<>(){},;:@]+@[^\s<>(){},;:@]+"
)
"""An address in brackets, or right behind a name."""
_WITHIN = "\ue001"
_OF_BOTH = re.compile(rf"\sy\s(?=[^\s,;{MARK}]+\s*(?:[,;{MARK}]|$))")
"""The word between a person's two family names: "de la Torre y Peña"; another name would have
two words."""
_AND_ABROAD = r"\s(?:i|e|ve|og|och|en|και|и)\s"
_AND_ELSEWHERE = re.compile(_AND_ABROAD)
_OF_TWO = re.compile(rf"([^\s,;{MARK}]+\s[^\s,;{MARK}]+){_AND_ABROAD}(?=[^\s,;{MARK}]+\s[^\W\d_])")
"""The word between two whole names, which within one joins the last words."""
_ODD_SIGN = re.compile(
    r",?\s(?:and|for|on behalf of)\sthe\s.*|\son\s\d.*|[™®©°¢]|\biD\b|\s\([^()]*[,/][^()]*\)"
)
"""What is no name: a group or a date behind the names, what raised marks become in a picture
(NFKC makes "TM" of one), the sign of ORCID, an affiliation in brackets."""
_LETTER = re.compile(r"(?<=[^\W\d_]{2})\s[a-f]$")  # a mark that is not raised: "Ada Example a"
INITIAL = r"[^\W\d_]\.?(?:-?[^\W\d_]\.)*(?:(?<=\.)[^\W\d_])?"
_TOKEN = re.compile(
    rf"{INITIAL}|[“\"'‘(][^\W\d_]+[”\"'’)]|[^\W\d_]{{1,3}}\."
    r"|(?:[^\W\d_]\.)*[^\W\d_](?:[^\W\d_]|['’‘`´¨˜ˆˇ˘˙\u0300-\u036f‐-])*[^\W\d_][.'’]?"
)
_NUMBER = re.compile(r"^(?=\S*\d)[A-Za-z0-9-]+[\s\u3000]+")
_NAME_CJK = re.compile(
    f"[{_CJK}]{{1,7}}(?:[ \u3000・·][{_CJK}]{{1,6}})?|[ァ-ヺー]{{2,12}}[ \u3000]?[{_CJK}]{{1,3}}"
)


def names_in(marked: str) -> list[str] | None:
    """Extract the names in a cell, None where it has anything else.

    marked: as in `Cell.marked`.
    """
    # MARK must survive NFKC, which the parts between marks get one by one.
    if not HAS_CJK.search(unicodedata.normalize("NFKC", marked)):
        found, rest = _leading_names(marked)
        return found if found and not rest else None
    if "@" in marked or "http" in marked or _COUNTED.search(marked):
        return None
    marked = _KIND_OF_MEMBER.sub(r"\1", marked)
    if len(_SET_WIDE.findall(marked)) > 1 and _SET_CLOSE.search(marked):
        marked = _SET_WIDE.sub(MARK, marked)
    # NFKC makes a blank of an accent that stands apart.
    parts = [tidy_accents(p) if HAS_ACCENT.search(p) else p for p in marked.split(MARK)]
    text = MARK.join([unicodedata.normalize("NFKC", part) for part in parts])
    text = _APART_CJK.sub(MARK, _NUMBER.sub("", LABEL.sub("", text, count=1).strip()))
    text = _PADDED.sub(" ", text)
    before, *others = _SPEAKER.split(text)
    # What is no name before the sign of the speaker is an affiliation.
    text = MARK.join([before if names_in(before) else "", *others]) if others else text
    names: list[str] = []
    if re.search(rf"[{MARK},;&、，；]", text):  # a dot parts no names among other signs
        text = _DOT_CJK.sub(_KEPT_DOT, text)
    for part in _SPLIT_CJK.split(text):
        part = part.replace(_KEPT_DOT, "·")
        if words := _MEMBER_CJK.sub("", EDGES.sub("", part).strip(".")):
            persons = _persons(words)
            if persons is None:
                return None
            names += persons
    return names or None


_COUNTED = re.compile(r"\d\s*[年月日章回号版]|\d{4}[-/.]\d")
_DOT_CJK = re.compile("(?<=[\u3400-\u9fff])·(?=[\u3400-\u9fff])")
_KEPT_DOT = "\ue002"
_SPEAKER = re.compile("[○◯◎]")
_MEMBER_CJK = re.compile(r"^(?:(?:学生|正|准|名誉)?会員|学生員|正員|フェロー)\s*")
_KIND_OF_MEMBER = re.compile(rf"(^|[○◯◎)）])\s*[学正准]\s+(?=[{_CJK}]+\s[{_CJK}])")
"""How a meeting of engineers marks its members: ○学　倉橋 颯太."""
_SET_WIDE = re.compile(rf"(?<=[{_CJK}])\u3000+(?=[{_CJK}])")
_SET_CLOSE = re.compile(rf"(?<=[{_CJK}]) (?=[{_CJK}])")
"""The gaps between persons, and within a person's name, where a line has both."""
_PADDED = re.compile(
    rf"(?:(?<=^[{_CJK}])|(?<=[{MARK},、，][{_CJK}])){MARK}(?=[{_CJK}]{{1,3}}(?:[{MARK},、，]|$))"
)
"""The gap in a name of few letters that is set as wide as the others: 王　　静怡."""
_APART_CJK = re.compile(r"\([^()]*\)?|\[[^\[\]]*\]|[\d*∗†‡§¶※]+(?:[,\s]*[\d*∗†‡§¶※]+)*")


def _persons(words: str) -> list[str] | None:
    """Extract the persons in Japanese words: "山田 太郎 鈴木 花子" and "山田太郎 鈴木花子" are two.

    Among them a name in Latin letters may stand. None where a word is no name.
    """
    tokens = with_letters_joined(words).split()
    while (
        len(tokens) > 1
        and (len(tokens[0]) > 3 or len(tokens) == 3)
        and CJK_NO_NAME.search(tokens[0])
    ):
        tokens = tokens[1:]  # an affiliation before the name
    if len(tokens) == 3 and len(tokens[2]) > 3 and CJK_NO_NAME.search(tokens[2]):
        tokens.pop()  # one behind it
    if not HAS_CJK.search(words):
        return [words] if is_name(words) or _may_be_name(words) else None
    if CJK_NO_NAME.search(" ".join(tokens)):
        return None
    pairs = list(zip(tokens[::2], tokens[1::2], strict=False))
    if len(tokens) % 2 == 0 and all(_is_one_name(*pair) for pair in pairs):
        tokens = [f"{a} {b}" for a, b in pairs]
    are_names = all(_NAME_CJK.fullmatch(token) and len(token) > 1 for token in tokens)
    return tokens if are_names else None


def _is_one_name(family: str, given: str) -> bool:
    """Check whether two Japanese words are one person's: 早見ヶ浦 佑月, and not two whole names."""
    short, long = sorted((len(family), len(given)))
    is_foreign = re.fullmatch("[ァ-ヺー]+", family + given) is not None
    return long <= 3 or short <= 2 or is_foreign


def names_before(marked: str) -> list[str] | None:
    """Extract names before other words: "ADA EXAMPLE, Some University", "By Ada Example · 9 May".

    Capitals set them off, or a word such as "by". None for any other line.
    """
    marked = _with_accents(marked)
    found, rest = _leading_names(marked)
    if LABEL.match(marked) or "min read" in marked:
        return found if found and rest else None
    capitals = list(takewhile(lambda name: name.upper() in marked, found))
    is_set_off = len(capitals) < len(found) or (rest and not rest.isupper())
    return capitals if capitals and is_set_off else None


def names_loosely(marked: str) -> list[str] | None:
    """Extract names in less usual forms: turned round, or with affiliations; None without any.

    "Example, Ada B. and Other, Ben"; "Ada Example, University of Somewhere"; with raised marks
    "ada example and ben other" too.
    """
    if "@" in marked or "http" in marked:
        return None
    if MARK in marked and marked.islower():
        found = names_in(_ANY_WORD.sub(lambda word: word[0].title(), marked)) or []
        return found if len(found) > 1 else None
    text = tidy_accents(marked.replace(MARK, " "))
    turned = [_TURNED.fullmatch(EDGES.sub("", part)) for part in _PERSONS.split(text)]
    names = [f"{found[2]} {found[1]}" for found in turned if found]
    has_initial = any(re.search(r"\b[^\W\d_]\b", name) for name in names)
    if len(names) == len(turned) and all(map(is_name, names)) and (has_initial or ";" in text):
        is_sure = len(names) > 1 or name_score(names[0]) > SURE
        return [cased(name) for name in names] if is_sure else None
    return _leading_names(marked)[0] or None


def names_among(marked: str) -> list[str] | None:
    """Extract the surest names from a line with other words between them; None without any.

    "Lead author: Ada Example"; "Ada Example, Some City; Ben Other, Another One".
    """
    label, colon, rest = marked.partition("：" if "：" in marked else ":")
    is_label = colon and len(label) < 40 and not label[-1:].isdigit()  # "08:30"
    if is_label and rest.strip() and (names := names_in(rest)):
        return names
    if HAS_CJK.search(marked) or HANGUL.search(marked):
        told = _LABELLED_CJK.findall(marked) + _WITH_ROLE.findall(marked)
        told = [name for name in told if not CJK_NO_NAME.search(name)]
        return list(dict.fromkeys([*told, *family_names_among(marked)])) or None
    text = _with_accents(marked)
    text = _ADDRESS.sub(MARK, _ORCID.sub(MARK, text))
    found: list[str] = []
    for group in text.split(";"):
        parts = map(stripped, _APART.split(unicodedata.normalize("NFKC", group)))
        sure = (name for name in parts if name and name_score(name) > SURE)
        names = [cased(name) for name in sure if is_name(name)]
        # Behind a person's name stands the place.
        found += names[:1] if ";" in text else names
    return found or None


def names_possibly(marked: str) -> list[str] | None:
    """Extract what has the form of names and is no likely one by its letters; else None.

    They are rare names where authors stand, and places, headings and subtitles elsewhere.
    """
    if "@" in marked or "http" in marked or not _LATIN.search(marked):
        return None
    text = _ORCID.sub(MARK, LABEL.sub("", marked, count=1))
    text = _with_accents(text)
    parts = map(stripped, _SPLIT.split(unicodedata.normalize("NFKC", text)))
    names = [name for name in parts if not _are_degrees(name)]
    return list(map(cased, names)) if names and all(map(_may_be_name, names)) else None


def _with_accents(marked: str) -> str:
    """Join accents that stand apart with their letters, but not across a mark."""
    return MARK.join(map(tidy_accents, marked.split(MARK)))


def _may_be_name(name: str) -> bool:
    tokens = name.replace("’", "'").split()
    has_form = 1 < len(tokens) < 6 and tokens[-1] not in PARTICLES and _are_parts(tokens)
    has_form = has_form and len(tokens[-1]) > 1  # "Room A"
    is_place = not INSTITUTIONS.isdisjoint(token.lower() for token in tokens)
    is_latin = _LATIN.search(name) and not (HANGUL.search(name) or ":" in name)
    return has_form and not is_place and bool(is_latin) and name_score(name) > RAREST


def _are_degrees(name: str) -> bool:
    return DEGREES.issuperset(name.lower().replace(".", "").split())


_LATIN = re.compile("[a-zA-Z]")
_LABELLED_CJK = re.compile(
    rf"(?:作\s*者|著\s*者|筆\s*者|撰\s*文)\s*[:：|｜]\s*([{_CJK}]{{2,8}})(?![{_CJK}])"
)
"""A name behind its label, within a line of the web that has more."""
_WITH_ROLE = re.compile(
    "^([\uac00-\ud7a3]{2,4}) [\uac00-\ud7a3]*"
    "(?:연구원|연구위원|조사관|교수|기자|박사|변호사|센터장|팀장|위원)(?![\uac00-\ud7a3])"
)
_ADDRESS = re.compile(r"\S*(?:@|https?:|www\.)\S*")
_APART = re.compile(
    rf"[{MARK},·•∙⋅●|&、，/()\[\]<>:：–—]+|\s(?:and|at|from|is|by|on|in|of|for|the|with|und|et)\s"
    r"|\s(?=\d)"
)
_ANY_WORD = re.compile(r"\b(?!and\b)[^\W\d_]+")
_PERSONS = re.compile(r"\s*;\s*|,?\s+(?:and|&)\s+")
_TURNED = re.compile(r"([^\W\d_][^,\d]{1,30}),\s*([^\W\d_][^,\d]{0,30})")


def _leading_names(marked: str) -> tuple[list[str], str]:
    """Extract the names that a line begins with, and the first part that is none ("" for none)."""
    text = _MAIL.sub(MARK, LABEL.sub("", marked, count=1))
    text = _ODD_SIGN.sub(MARK, _ORCID.sub(MARK, text))
    if "@" in text or "http" in text or "www." in text:
        return [], marked
    text = _OF_BOTH.sub(_WITHIN, _SUFFIX.sub(" ", text))
    if _AND_ELSEWHERE.search(text):
        text = _OF_TWO.sub(rf"\1{MARK}", text)
    text = _with_accents(text)
    found: list[str] = []
    n_odd, first = 0, ""
    for part in _SPLIT.split(unicodedata.normalize("NFKC", text)):
        name = stripped(part.replace(_WITHIN, " y "))
        is_mark = len(name) == 1 and name.islower()  # of an affiliation, typed as a letter
        if is_mark or _are_degrees(name):
            continue
        if is_name(name):
            found.append(cased(name))
            continue
        if found and _LETTERS.fullmatch(name):
            continue
        # Among sure names one that is doubtful alone is accepted, one for each two sure ones.
        is_among = len(found) > 2 * n_odd + (0 if MARK in text else 1)
        is_odd = is_odd_name(name)
        if not (found or first) and is_odd and name[:1].isupper():
            first = cased(name)
            continue
        if not (is_among and is_odd):
            return ([], name) if first else (found, name)
        n_odd += 1
        found.append(cased(name))
    if first and len(found) < 2 * n_odd + 1:
        return [], first
    return [first, *found] if first else found, ""


def is_name(name: str) -> bool:
    """Check whether words, in Latin or a similar script, can be one person's name."""
    tokens = name.replace("’", "'").split()
    if HANGUL.search(name):
        return bool(_NAME_HANGUL.fullmatch(name)) and not CJK_NO_NAME.search(name)
    if HAS_CJK.search(name):
        return bool(_NAME_CJK.fullmatch(name)) and not CJK_NO_NAME.search(name)
    if len(tokens) == 1:
        return bool(_INITIALS_ON.fullmatch(name))
    if len(tokens) > 2 and tokens[-1].lower().rstrip(".") in _SUFFIXES:
        tokens.pop()
    if len(tokens) > 6 or len(name) > 50:
        return False
    if tokens[-1] in PARTICLES or not any(len(token.strip(".")) > 1 for token in tokens):
        return False
    has_school = not SCHOOLS.isdisjoint(token.lower() for token in tokens)
    return _are_parts(tokens) and not has_school and name_score(name) > LIKELY


def _are_parts(tokens: Sequence[str]) -> bool:
    return all(
        (token.lower() in PARTICLES and (at or len(tokens) > 2)) or _is_part(token)
        for at, token in enumerate(tokens)
    )


SURE, LIKELY, POSSIBLE, RAREST = 0.0, -1.0, -2.5, -3.0
"""The scores above which words are taken for a name among other words, alone, among names, and
where nothing but their place tells it."""


def _is_part(token: str) -> bool:
    """Check whether a word can be a part of a name by its letters: it has a capital."""
    low = token.lower().strip(".,'’")
    if low in GRAMMAR or not _TOKEN.fullmatch(token):
        return False
    first = token.strip("“\"'‘(")[0]
    return first.isupper() or low.upper() == low or bool(_ELISION.match(token))


_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
_SUFFIX = re.compile(r",?\s+(?=(?:[JS]r|I{2,3}|IV)\b\.?)")
_INITIALS_ON = re.compile(r"(?:[^\W\d_]\.){1,3}[^\W\d_]{2,}")  # "A.B.Example"
_NAME_HANGUL = re.compile("[\uac00-\ud7a3]{2,4}|[\uac00-\ud7a3]{1,2} [\uac00-\ud7a3]{1,3}")
_ELISION = re.compile(r"[dlDLO]['’][^\W\d_]|al-[A-Z]|el-[A-Z]")


def is_odd_name(name: str) -> bool:
    """Check whether words may be a name within a list of names, though not alone.

    These are people with one name, names in small letters, and letters that a font has lost.
    """
    return ":" not in name and name_score(name) > POSSIBLE


def stripped(part: str) -> str:
    """Strip marks, numbers, brackets and titles around a name."""
    # Until nothing changes: one may be inside another, "(Dr. Ada Example*)".
    name, before = EDGES.sub("", part), ""
    while name != before:
        before = name
        name = EDGES.sub("", _LETTER.sub("", _DIGITS.sub("", name)))
        first, _, rest = name.partition(" ")
        if first.lower().strip(".") in _NAMES_TITLES or _DEGREE.fullmatch(first):
            name = rest
    name = " ".join(name.lstrip(".").split())
    return with_letters_joined(name) if HANGUL.match(name) else name


_NAMES_TITLES = {"dr", "prof", "professor", "mr", "mrs", "ms", "ing", "by", "rev", "dr.-ing"}
_NAMES_TITLES |= {"miss", "sir", "iur", "jur", "med", "phil", "rer", "nat", "pol", "habil", "pd"}
_NAMES_TITLES |= {"dra", "profa", "prof.ssa", "doç", "doc", "mme", "herr", "frau", "univ.-prof"}
_NAMES_TITLES |= {"د", "أ", "م", "أ.د", "א", "ד״ר", "פרופ׳"}
_DEGREE = re.compile(r"(?:Dipl|Mag)\b[.\w-]*|[BM]\.?(?:Sc|Eng)\.?|Ph\.?D\.?|Lic\.")
_LETTERS = re.compile("[A-Z]{2,5}(?:-[A-Z]{2,5})*")
"""A degree, as CCC-SLP."""
_SYLLABLE = re.compile("[^AEIOU][AEIOUY]")


def cased(name: str) -> str:
    """Turn a name in capitals into usual case: "ADA P. EXAMPLE" is "Ada P. Example"."""
    if not name.isupper() or len(name) < 4:
        return name
    tokens = name.split()
    for at, token in enumerate(tokens):
        # "YU LI" has no initials, "AB LEE" has two.
        is_word = at == len(tokens) - 1 or _SYLLABLE.fullmatch(token)
        is_initial = "." in token or len(token) < (2 if is_word else 3)
        tokens[at] = token if is_initial else token.title().replace("'S", "'s")
    return " ".join(tokens)
