"""Know the names of people in Chinese, Japanese, Korean and Russian by their family names.

The weights of `person` know Latin letters alone. A line of a page on the web has an author among
a kind of text, a date and a place: only words that begin with a family name count there.
"""

from __future__ import annotations

import re

from reader.pdfs.text.cells import MARK
from reader.pdfs.text.name_words import CJK_NO_NAME, FAMILIES, FAMILIES_KO, FAMILIES_ZH

HANGUL = re.compile("[\uac00-\ud7a3]")
_HAN = re.compile("[\u3005\u3400-\u9fff]")
_LETTERS = re.compile("[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
_APART = re.compile(rf"[{MARK},;·•∙⋅●|｜&、，；/／:：()（）\[\]【】<>«»「」\d*†‡-]+|\u3000{{2,}}")
_SET_APART = re.compile("[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3](?:[ \u3000]\\S){2,4}")
"""A name whose letters have blanks between them: 榊 原 文 子."""
_SLAVIC = re.compile(
    r"[А-ЯЁ]\w+(?:[оеё]ва?|[иы]на?|(?<!е)ск(?:ий|ая)|цк(?:ий|ая)|ко|[чщ]ук|юк|ян|дзе)\b"
)
LONGEST_LINE = 60
"""The letters of a line that lists an author and other things, and is no running text."""


def with_letters_joined(words: str) -> str:
    """Join the letters of one name that is set apart by blanks."""
    return "".join(words.split()) if _SET_APART.fullmatch(words) else words


def has_family(name: str) -> bool:
    """Check whether a name begins with a known family name, or ends as Slavic ones do."""
    words = name.replace("\u3000", " ").split()
    if not words:
        return False
    first, whole = words[0], "".join(words)
    if HANGUL.match(whole):
        return 1 < len(whole) < 5 and (first[:1] in FAMILIES_KO or first[:2] in FAMILIES_KO)
    if not _HAN.match(whole):
        return _SLAVIC.search(name) is not None
    if len(words) == 2 and first in FAMILIES:
        return True
    is_chinese = 1 < len(whole) < 4 and whole[0] in FAMILIES_ZH and len(_HAN.findall(whole)) > 1
    is_double = 2 < len(whole) < 5 and whole[:2] in FAMILIES_ZH
    is_japanese = any(whole[:n] in FAMILIES and n < len(whole) < n + 4 for n in (2, 3))
    return is_chinese or is_double or is_japanese


def family_names_among(marked: str) -> list[str]:
    """Find the names with a known family name in a short line that has other words too."""
    if len(marked) > LONGEST_LINE:
        return []
    found: list[str] = []
    for part in _APART.split(marked):
        whole = with_letters_joined(" ".join(part.split()))
        if len(whole.split()) < 3 and _is_sure(whole):
            found.append(whole)
        else:
            found += filter(_is_sure, whole.split())
    return found


def _is_sure(words: str) -> bool:
    is_letters = all(map(_LETTERS.fullmatch, words.split()))
    return is_letters and not CJK_NO_NAME.search(words) and has_family(words)
