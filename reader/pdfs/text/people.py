"""Find the authors between a paper's title and its abstract, in reading order.

Names have one look (size, weight, slope), in one line or in blocks side by side, with
affiliations and e-mail addresses between them, often in the same look. Words decide what is a
name: a line is names only if each part of it is one, so that no affiliation, address or sentence
is taken for an author.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile

from reader.pdfs.text.cells import HAS_ACCENT, MARK, Cell, rows_of, tidy_accents, with_marks
from reader.pdfs.text.name_words import (
    ABSTRACT_NOUN,
    ACRONYMS,
    CJK_NO_NAME,
    DEGREES,
    INSTITUTIONS,
    MAYBE_NAMES,
    NO_NAMES,
    PARTICLES,
    PLACES,
)

_CJK = "\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAS_CJK = re.compile(f"[{_CJK}]")
_AND = "(?:and|AND|und|et|y)"
_SPLIT = re.compile(rf"[{MARK},;·•∙⋅●|&、，；/]+(?:\s*{_AND}\s)?|\s{_AND}(?=\s|$)|^(?:and|AND)\s")
_SPLIT_CJK = re.compile(
    rf"[{MARK},;·•∙⋅●|&、，；/]+|・(?![\u30a0-\u30ff])|(?<![\u30a0-\u30ff])・|\s(?:and|と)\s"
)
_DAY = r"[a-z\d.]{,9}\s[a-z\d.]{,9},?\s\d{4}"
_POSTED = rf"(?:(?:posted|published|updated)\s+)?(?:on\s+)?{_DAY}|\d+\s+min(?:utes?)?\s+read"
_LABEL = re.compile(
    r"^\s*(?:(?:(?:presented|prepared|written|submitted|posted)\s+"
    rf"|(?:(?:{_POSTED})(?:\s*[·•∙⋅|–—-])?\s+){{,2}})by\b|vorgelegt\s+von\b"
    r"|(?:von|par|por|door)(?=\s*:?\s*$)"
    r"|pr[eé]sent(?:ad[oa]\s+por|[eé]e?\s(?:.{,60}\s)?par)\b|aut(?:h?ors?|or[ae]s?|eure?s?)\s*[:：]|(?-i:AUTHORS?)\b"
    r"|verfasser(?:in(?:nen)?)?\s*[:：]|speakers?\s*[:：]"
    r"|presenters?\s*[:：]|name\s*[:：]|著\s*者\s*[:：]?|発\s*表\s*者\s*[:：]?|氏\s*名\s*[:：]?|提\s*出\s*者\s*[:：]?|作者\s*[:：])\s*:?\s*",
    re.IGNORECASE,
)
_EDGES = re.compile(r"^(?:[^\w.]|_)+|(?:[^\w.]|_)+$")
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
_ODD_SIGN = re.compile(
    r",?\s(?:and|for|on behalf of)\sthe\s.*|\son\s\d.*|[™®©°¢]|\biD\b|\s\([^()]*[,/][^()]*\)"
)
"""What is no name: a group or a date behind the names, what raised marks become in a picture
(NFKC makes "TM" of one), the sign of ORCID, an affiliation in brackets."""
_LETTER = re.compile(r"(?<=[^\W\d_]{2})\s[a-f]$")  # a mark that is not raised: "Ada Example a"
_INITIAL = r"[^\W\d_]\.?(?:-?[^\W\d_]\.)*(?:(?<=\.)[^\W\d_])?"
_TOKEN = re.compile(
    rf"{_INITIAL}|[“\"'‘(][^\W\d_]+[”\"'’)]|[^\W\d_]{{1,3}}\."
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
    if not _HAS_CJK.search(unicodedata.normalize("NFKC", marked)):
        found, rest = _leading_names(marked)
        return found if found and not rest else None
    if "@" in marked or "http" in marked or _COUNTED.search(marked):
        return None
    # NFKC makes a blank of an accent that stands apart.
    parts = [tidy_accents(p) if HAS_ACCENT.search(p) else p for p in marked.split(MARK)]
    text = MARK.join([unicodedata.normalize("NFKC", part) for part in parts])
    text = _APART_CJK.sub(MARK, _NUMBER.sub("", _LABEL.sub("", text, count=1).strip()))
    text = _PADDED.sub(" ", text)
    before, *others = _SPEAKER.split(text)
    # What is no name before the sign of the speaker is an affiliation.
    text = MARK.join([before if names_in(before) else "", *others]) if others else text
    names: list[str] = []
    if re.search(rf"[{MARK},;&、，；]", text):  # a dot parts no names among other signs
        text = _DOT_CJK.sub(_KEPT_DOT, text)
    for part in _SPLIT_CJK.split(text):
        part = part.replace(_KEPT_DOT, "·")
        if words := _MEMBER_CJK.sub("", _EDGES.sub("", part).strip(".")):
            persons = _persons(words)
            if persons is None:
                return None
            names += persons
    return names or None


_COUNTED = re.compile(r"\d\s*[年月日章回号版]")
_DOT_CJK = re.compile("(?<=[\u3400-\u9fff])·(?=[\u3400-\u9fff])")
_KEPT_DOT = "\ue002"
_SPEAKER = re.compile("[○◯◎]")
_MEMBER_CJK = re.compile(r"^(?:(?:学生|正|准|名誉)?会員|学生員|正員|フェロー)\s*")
_PADDED = re.compile(
    rf"(?:(?<=^[{_CJK}])|(?<=[{MARK},、，][{_CJK}])){MARK}(?=[{_CJK}]{{1,3}}(?:[{MARK},、，]|$))"
)
"""The gap in a name of few letters that is set as wide as the others: 王　　静怡."""
_APART_CJK = re.compile(r"\([^()]*\)?|\[[^\[\]]*\]|[\d*∗†‡§¶※]+(?:[,\s]*[\d*∗†‡§¶※]+)*")


def _persons(words: str) -> list[str] | None:
    """Extract the persons in Japanese words: "山田 太郎 鈴木 花子" and "山田太郎 鈴木花子" are two.

    Among them a name in Latin letters may stand. None where a word is no name.
    """
    tokens = words.split()
    while (
        len(tokens) > 1
        and (len(tokens[0]) > 3 or len(tokens) == 3)
        and CJK_NO_NAME.search(tokens[0])
    ):
        tokens = tokens[1:]  # an affiliation before the name
    if len(tokens) == 3 and len(tokens[2]) > 3 and CJK_NO_NAME.search(tokens[2]):
        tokens.pop()  # one behind it
    if not _HAS_CJK.search(words):
        return [words] if is_name(words) else None
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
    marked = MARK.join(map(tidy_accents, marked.split(MARK)))
    found, rest = _leading_names(marked)
    if _LABEL.match(marked) or "min read" in marked:
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
    turned = [_TURNED.fullmatch(_EDGES.sub("", part)) for part in _PERSONS.split(text)]
    names = [f"{found[2]} {found[1]}" for found in turned if found]
    has_initial = any(re.search(r"\b[^\W\d_]\b", name) for name in names)
    if len(names) == len(turned) > 1 and all(map(is_name, names)) and (has_initial or ";" in text):
        return [_cased(name) for name in names]
    found, rest = _leading_names(marked)
    words = {word.lower().strip(".,") for word in rest.split()}
    # Blogs print a button behind the name: "Ada Example · Follow".
    return found if found and words & (NO_NAMES | {"follow"}) else None


_ANY_WORD = re.compile(r"\b(?!and\b)[^\W\d_]+")
_PERSONS = re.compile(r"\s*;\s*|,?\s+(?:and|&)\s+")
_TURNED = re.compile(r"([^\W\d_][^,\d]{1,30}),\s*([^\W\d_][^,\d]{0,30})")


def _leading_names(marked: str) -> tuple[list[str], str]:
    """Extract the names that a line begins with, and the first part that is none ("" for none)."""
    text = _MAIL.sub(MARK, _LABEL.sub("", marked, count=1))
    text = _ODD_SIGN.sub(MARK, _ORCID.sub(MARK, text))
    if "@" in text or "http" in text or "www." in text:
        return [], marked
    text = _OF_BOTH.sub(_WITHIN, _SUFFIX.sub(" ", text))
    text = MARK.join(map(tidy_accents, text.split(MARK)))
    found: list[str] = []
    n_odd, first = 0, ""
    for part in _SPLIT.split(unicodedata.normalize("NFKC", text)):
        name = _stripped(part.replace(_WITHIN, " y "))
        is_mark = len(name) == 1 and name.islower()  # of an affiliation, typed as a letter
        if is_mark or DEGREES.issuperset(name.lower().replace(".", "").split()):
            continue
        if is_name(name):
            found.append(_cased(name))
            continue
        if found and _LETTERS.fullmatch(name):
            continue
        # Among sure names one that is doubtful alone is accepted, one for each two sure ones.
        is_among = len(found) > 2 * n_odd + (0 if MARK in text else 1)
        is_odd = _is_odd_name(name) or (MARK in text and _has_place(name))
        if not (found or first) and MARK in text and name.istitle() and is_odd:
            first = _cased(name)
            continue
        if not (is_among and is_odd):
            return ([], name) if first else (found, name)
        n_odd += 1
        found.append(_cased(name))
    if first and len(found) < 2 * n_odd + 2:
        return [], first
    return [first, *found] if first else found, ""


def is_name(name: str) -> bool:
    """Check whether words, in Latin or a similar script, can be one person's name."""
    tokens = name.replace("’", "'").split()
    if _HANGUL.search(name):
        return bool(_NAME_HANGUL.fullmatch(name))
    if len(tokens) == 1:
        return bool(_INITIALS_ON.fullmatch(name))
    if len(tokens) > 2 and tokens[-1].lower().rstrip(".") in _SUFFIXES:
        tokens.pop()
    if len(tokens) > 6 or len(name) > 50 or name.lower() in PLACES:
        return False
    if tokens[-1] in PARTICLES or not any(len(token.strip(".")) > 1 for token in tokens):
        return False
    return all(
        (token.lower() in PARTICLES and (at or len(tokens) > 2)) or _is_part(token)
        for at, token in enumerate(tokens)
    )


def _is_part(token: str) -> bool:
    """Check whether a word can be a part of a name: with a capital, and in no table of words."""
    low = token.lower().strip(".,'’")
    if low in NO_NAMES or token in ACRONYMS or not _TOKEN.fullmatch(token):
        return False
    if any(ABSTRACT_NOUN.fullmatch(piece) for piece in low.split("-")):
        return False
    first = token.strip("“\"'‘(")[0]
    return first.isupper() or low.upper() == low or bool(_ELISION.match(token))


_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
_SUFFIX = re.compile(r",?\s+(?=(?:[JS]r|I{2,3}|IV)\b\.?)")
_INITIALS_ON = re.compile(r"(?:[^\W\d_]\.){1,3}[^\W\d_]{2,}")  # "A.B.Example"
_HANGUL = re.compile("[\uac00-\ud7a3]")
_NAME_HANGUL = re.compile("[\uac00-\ud7a3]{2,4}|[\uac00-\ud7a3]{1,2} [\uac00-\ud7a3]{1,3}")
_ELISION = re.compile(r"[dlDLO]['’][^\W\d_]|al-[A-Z]|el-[A-Z]")


def _is_odd_name(name: str) -> bool:
    """Check whether words may be a name within a list of names, though not alone.

    These are people with one name, names in small letters, and letters that a font has lost.
    """
    tokens = name.split()
    lows = [token.lower().strip(".,:'’") for token in tokens]
    if name.lower() in PLACES:
        return False
    return ACRONYMS.isdisjoint(tokens) and not any(
        low in NO_NAMES or ABSTRACT_NOUN.fullmatch(low) for low in lows
    )


def _has_place(name: str) -> bool:
    """Check whether one of several names is a place or another such word: "Ada Brazil Example"."""
    tokens = name.split()
    places = [token for token in tokens[:-1] if token.lower() in MAYBE_NAMES]
    others = [token for token in tokens if token not in places]
    return len(places) == 1 and len(others) > 1 and is_name(" ".join(others))


def _stripped(part: str) -> str:
    """Strip marks, numbers, brackets and titles around a name."""
    # Until nothing changes: one may be inside another, "(Dr. Ada Example*)".
    name, before = _EDGES.sub("", part), ""
    while name != before:
        before = name
        name = _EDGES.sub("", _LETTER.sub("", _DIGITS.sub("", name)))
        first, _, rest = name.partition(" ")
        if first.lower().rstrip(".") in _NAMES_TITLES:
            name = rest
    return " ".join(name.lstrip(".").split())


_NAMES_TITLES = {"dr", "prof", "professor", "mr", "mrs", "ms", "ing", "dipl-ing", "by", "rev"}
_LETTERS = re.compile("[A-Z]{2,5}(?:-[A-Z]{2,5})*")
"""A degree, as CCC-SLP."""
_SYLLABLE = re.compile("[^AEIOU][AEIOUY]")


def _cased(name: str) -> str:
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


_Words = tuple[Cell, str, bool]
"""A cell, its words with the rows that continue its list, and whether it is beside the cell
before."""
_ADVISOR = re.compile(
    r"supervis|advis[oe]r|examin|committee|jury|promot(?:o|e)r|edit(?:ed|or)|指導|主査|副査|教授|審査|betreuer|gutachter|encadrant|directeur"
    r"|orientador|\brelator[ei]\b|handledare|vejleder|begeleider"
    r"|reviewe(?:rs?\b|d by)|translat|\b(?:co-?)?tutor(?:e?s|in|a)?\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"committee|examiners|visors|visers|jury|審査", re.IGNORECASE)
_OPEN = re.compile(r"(?:[,&、，]|\band)\s*$")


def has_author_label(cells: Iterable[Cell]) -> bool:
    """Check whether a line alone says that an author follows: "by", "présentée par"."""
    return any(_LABEL.fullmatch(cell.text) for cell in cells)


def authors_of(zone: list[Cell]) -> tuple[str, ...]:
    """Extract the authors; zone: the cells from the title to the abstract, in rows."""
    zone = list(map(with_marks, zone))
    lines = list(_without_advisors(_name_lines(zone)))
    # Names below "by" or "Author:" go before what else may read as one.
    label = next((at for at, line in enumerate(lines) if _LABEL.fullmatch(line[0].text)), -1)
    lines = lines[label + 1 :]
    found = _names_of_one_look(lines, zone, lambda marked: names_in(marked) or names_before(marked))
    if not found:
        found = _names_of_one_look(lines, zone, names_loosely)
    if len(found) == 1:
        marked = [line for line in lines if MARK in line[1]]
        others = _names_of_one_look(marked, zone, names_in)
        found = others if len(others) > 1 else found
    if not found:
        alone = (_single(c) or _after_single(c) for c in zone[:2] if _has_affiliation(c, zone))
        found = next(filter(None, alone), [])
    # More than three that all end with one word are labels, and no family.
    are_labels = len(found) > 3 and len({name.split()[-1] for name in found}) == 1
    return () if are_labels else tuple(found)


def without_place(zone: list[Cell], heads: list[Cell]) -> list[Cell]:
    """Leave out the place above the year at the foot of a title page, far below all else.

    heads: the page's running heads and feet, since a year alone may pass for its number.
    """
    cells = [*zone, *(cell for cell in heads if zone and cell.y0 > zone[-1].y0)]
    if len(cells) < 3 or not _YEAR_ALONE.fullmatch(cells[-1].text):
        return zone
    before, place, year = cells[-3:]
    is_foot = place.y0 - before.y1 > 5 * place.size and year.y0 - place.y1 < 2 * place.size
    return cells[:-2] if is_foot else zone


_YEAR_ALONE = re.compile(r"(?:19|20)\d\d")


def _names_of_one_look(
    lines: list[_Words], zone: list[Cell], parse: Callable[[str], list[str] | None]
) -> list[str]:
    """Collect the names of all cells that look like the first one with names."""
    found: list[str] = []
    look: Cell | None = None
    times = Counter(cell.text for cell in zone)
    for row in _rows_of_words(lines):
        # The same words at several places are a company or a place, not a person.
        read = [(cell, parse(marked) if times[cell.text] == 1 else None) for cell, marked in row]
        is_first = look is None
        look = look or next((cell for cell, names in read if names), None)
        if look is None:
            continue
        read = [(cell, names) for cell, names in read if _is_alike(cell, look, row[0][0])]
        others = [cell for cell, names in read if not names and _is_other(cell)]
        n_names = sum(len(names or ()) for _, names in read)
        is_row = n_names > 0 and all(map(_single, others))
        ends_alike = len({cell.marked.endswith(MARK) for cell, _ in read}) == 1
        is_among = is_row and is_first and ends_alike and n_names > 1 and _is_latin(look.text)
        if len(read) > 1 and not (is_row or is_first):
            continue  # beside a place or an affiliation there is no name
        for cell, names in read:
            if cell in others and (is_among or _has_affiliation(cell, zone)):
                names = _single(cell)
            if names and _continues(cell, names, look, _is_latin([*found, *names][0])):
                found += [name for name in names if name not in found]
    return found


def _rows_of_words(lines: list[_Words]) -> list[list[tuple[Cell, str]]]:
    rows: list[list[tuple[Cell, str]]] = []
    for cell, marked, is_beside in lines:
        if not (is_beside and rows):
            rows.append([])
        rows[-1].append((cell, marked))
    return rows


def _is_alike(cell: Cell, look: Cell, first: Cell) -> bool:
    """Check whether a cell looks like the first one with names; first: that of the cell's row."""
    if _is_level(cell, look) and cell is not first:  # sizes side by side may differ a little
        return abs(cell.size - look.size) < 0.15 * look.size
    same_style = cell.is_bold == look.is_bold and cell.is_italic == look.is_italic
    have_marks = cell.marked.endswith(MARK) and look.marked.endswith(MARK)
    return (same_style or have_marks) and abs(cell.size - look.size) < 0.04 * look.size


def _is_level(cell: Cell, look: Cell) -> bool:
    return abs(cell.base - look.base) < 2


def _is_other(cell: Cell) -> bool:
    """Check for words that may be a place or an affiliation, and no address, label or mark."""
    bare = _stripped(cell.marked.replace(MARK, " "))
    is_words = len(bare) > 2 and bare[0].isupper() and "@" not in bare
    return is_words and not _LABEL.fullmatch(cell.text)


def _single(cell: Cell) -> list[str] | None:
    """Extract the one word of a person with one name."""
    word = _stripped(cell.marked.replace(MARK, " "))
    is_word = len(word) > 2 and word.isalpha() and word[0].isupper() and _is_latin(word)
    is_word = is_word and not re.search(r"\d{4}", cell.text)  # "14 May 2031"
    return [_cased(word)] if is_word and _is_odd_name(word) else None


def _after_single(cell: Cell) -> list[str] | None:
    """Extract a list of names that one of a single word begins: "Onename, Ada Example, …"."""
    names = names_in(cell.marked.replace(",", MARK))
    return names if names and len(names) > 2 else None


def _has_affiliation(cell: Cell, zone: list[Cell]) -> bool:
    """Check whether an institution stands right below a cell, and nothing right above it."""
    if any(_is_under(cell, c) for c in zone):
        return False
    near = [c.text for c in zone if _is_under(c, cell) and not c.marked.startswith(MARK)]
    return not INSTITUTIONS.isdisjoint(re.findall(r"[^\W\d_]+", " ".join(near).lower()))


def _is_under(cell: Cell, above: Cell) -> bool:
    is_near = 0 < cell.base - above.base < 1.5 * max(cell.size, above.size)
    return is_near and cell.x0 < above.x1 and cell.x1 > above.x0


_AFFILIATED = re.compile(rf"{MARK}\s*(?!{_AND}\b)\w")
"""An affiliation behind its mark."""


def _continues(cell: Cell, names: list[str], look: Cell, is_latin: bool) -> bool:
    """Check whether a cell with names goes on with the list that the cells before it began."""
    if _is_level(cell, look):
        return True
    if _AFFILIATED.match(cell.marked) and not look.marked.startswith(MARK):
        return False
    # Of authors printed twice, in two scripts (山田太郎 … Taro Yamada …), the first counts.
    return any(_is_latin(name) == is_latin for name in names)


def _is_latin(name: str) -> bool:
    return not _HAS_CJK.search(name)


def _without_advisors(lines: Iterable[_Words]) -> Iterator[_Words]:
    """Leave out supervisors and editors, and the names below such a word.

    Below "Committee:" all names that are close are left out, below "Supervisor:" one.
    """
    last: Cell | None = None
    label: Cell | None = None
    is_list = is_beside = False
    for line in lines:
        cell = line[0]
        if _ADVISOR.search(cell.text) and not (is_list and last):
            is_label = cell.text.rstrip().endswith((":", "：")) or len(cell.text) < 24
            last, is_list = (cell if is_label else None), bool(_SEVERAL.search(cell.text))
            label, is_beside = last, False
        elif last is None or label is None or (is_list and cell.y0 - last.y1 > 2 * cell.size):
            last = None
            yield line
        elif cell.y0 > label.y0 and (cell.x1 < label.x0 or (cell.x0 > label.x1 and not is_list)):
            yield line  # "Author:" and "Supervisor:" may stand side by side
        elif is_beside and not is_list and not _is_level(cell, label):
            last = None
            yield line
        else:
            # The words beside the label may be several cells: "Supervisor:", "Dr.", "Ben Other".
            is_beside = _is_level(cell, label)
            last = cell if is_list or is_beside else None


def _name_lines(zone: list[Cell]) -> Iterator[_Words]:
    """Yield the cells with their words, and whether each is beside the one before.

    A list of names over several lines is one.
    """
    rows = rows_of(zone)
    used: set[Cell] = set()
    for at, row in enumerate(rows):
        is_beside = False
        for cell in row:
            if cell not in used:
                marked, taken = _joined_list(cell, row, rows[at + 1 : at + 9])
                used.update(taken)
                yield cell, marked, is_beside
                is_beside = True


def _joined_list(cell: Cell, row: list[Cell], rows: list[list[Cell]]) -> tuple[str, list[Cell]]:
    """Join the lines of a list of names, as far down as all of it is names.

    Returns its words, and the cells that were joined.
    """
    lines = [cell]
    while rows:
        # A list may go on where it ends in a comma, or fills its row alone.
        last = lines[-1]
        n_parts = len(re.findall(f"[,;·•{MARK}、，；]", last.marked))
        is_last = row[-1] is last and n_parts > (0 if len(row) == 1 else 1)
        is_parted = row[-1] is last and _is_parted(last, rows[0][0])
        if not (is_last or is_parted or _OPEN.search(last.marked)):
            break
        row, *rows = rows
        # "and Eva Thirdson, Member, IEEE" may be mostly in italics.
        is_open = last.marked.rstrip().endswith(",")
        near = [o for o in row if _is_below(o, last, is_any_style=is_open)]
        near = row[:1] if is_parted else near
        if len(near) != 1:
            break
        lines.append(near[0])
    while len(lines) > 1:
        marked = _run_on(lines)
        if names_in(marked) is not None:
            return marked, lines
        lines.pop()
    return cell.marked, lines


def _is_below(cell: Cell, above: Cell, *, is_any_style: bool = False) -> bool:
    """Check whether a cell is the next line of the one above, by its look and its place."""
    is_near = cell.y0 - above.y1 < 1.2 * cell.size and cell.x0 < above.x1 and cell.x1 > above.x0
    same_style = cell.is_bold == above.is_bold and cell.is_italic == above.is_italic
    is_alike = abs(cell.size - above.size) < 0.04 * above.size and (same_style or is_any_style)
    return is_near and is_alike and not cell.marked.startswith(MARK)


def _is_parted(cell: Cell, after: Cell) -> bool:
    """Check for a name between the end of a row and the begin of the next one, left of it."""
    is_near = 0 < after.y0 - cell.y0 < 2 * cell.size and after.x0 < cell.x0
    first, *others = _BETWEEN.split(after.marked)
    last = _BETWEEN.split(cell.marked)[-1]
    n_words = {len(last.split()), len(first.split())}
    return is_near and bool(others) and n_words == {1} and abs(cell.size - after.size) < 0.4


_BETWEEN = re.compile(rf"[{MARK},;·•∙⋅●|&]|\band\b")


def _run_on(lines: list[Cell]) -> str:
    """Join lines of names; a name split at a line's end ("…, Dora" "Fifthling, …") is one."""
    text = lines[0].marked
    for line in lines[1:]:
        last, first = _BETWEEN.split(text)[-1].split(), _BETWEEN.split(line.marked)[0].split()
        is_parted = 1 in (len(last), len(first)) or re.fullmatch(_INITIAL, "".join(last[-1:]))
        if text.endswith("-"):
            text = text if first and first[0][0].isupper() else text[:-1]
        else:
            text += " " if is_parted or _OPEN.search(text) else MARK
        text += line.marked
    return text
