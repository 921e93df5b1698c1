r"""Write out the TeX that stands outside formulas: accents, emphasis, signs, quotation marks.

What is not known stays as it was typed, so that a path such as C:\\foo is still one.
Pure, linear in the length of the text.
"""

from __future__ import annotations

import re
import unicodedata

from reader.tex import LETTERS, MARKS

_WRITTEN = LETTERS | {
    "S": "§", "P": "¶", "textendash": "–", "textemdash": "—", "ldots": "…", "dots": "…",
    "LaTeX": "LaTeX", "TeX": "TeX", "textasciitilde": "~", "textbackslash": "\\",
    "copyright": "©",
}  # fmt: skip
_NAMES = "|".join(sorted(_WRITTEN, key=len, reverse=True))
_LETTER = r"\\?[A-Za-z]"
_WORDS = re.compile(
    rf"""\\(?P<mark>[`'^~"=.])\s?(?:{{\s?(?P<in1>{_LETTER})\s?}}|(?P<in2>{_LETTER}))"""
    rf"""|\\(?P<name>[uvHckrdb])(?:{{\s?(?P<in3>{_LETTER})\s?}}|\s(?P<in4>[A-Za-z])(?=\b))"""
    rf"""|\\(?P<letter>{_NAMES})(?:{{}}|(?![A-Za-z])\s?)"""
    r"""|\\(?:emph|text(?:bf|it|sc|tt|rm|sf|up|md|normal)?|underline|mbox|url)"""
    r"""\{(?P<inside>[^{}\\]{0,200})\}"""
    r"""|\\(?P<sign>[%&_#$\{\}])"""
    r"""|\{(?P<braced>[^{}\\$]{1,80})\}"""
    r"""|(?P<open>``)|(?P<dash>(?<=\w)---?(?=\w))|(?P<tie>(?<=[a-z.,])~(?=\S))"""
)


def words(text: str) -> str:
    r"""Write out what TeX has outside formulas: \'e, \emph{so}, \%, {BERT}, ``so''."""
    if not _HAS_TEX.search(text):
        return text
    changed = _WORDS.sub(_word, text)
    # Braces around an accent go in a second step: M{\"u}ller.
    changed = _WORDS.sub(_word, changed) if "{" in changed else changed
    return changed.replace("''", "”") if "“" in changed and "``" in text else changed


_HAS_TEX = re.compile(r"[\\{~`]|--")


def _word(found: re.Match[str]) -> str:
    kind = found.lastgroup
    if kind in ("in1", "in2", "in3", "in4"):
        mark = MARKS[found["mark"] or found["name"]]
        # A dotless i takes its accent as the letter i.
        return unicodedata.normalize("NFC", found[kind].lstrip("\\") + mark)
    if kind == "letter":
        return _WRITTEN[found["letter"]]
    if kind in ("inside", "braced", "sign"):
        return found[kind]
    return {"open": "“", "dash": "—" if len(found[0]) == 3 else "–", "tie": "\u00a0"}[kind or ""]
