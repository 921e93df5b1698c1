r"""Write references as BibTeX and BibLaTeX.

Names are written in parts, so that particles and suffixes sort as they should; names of groups and
names in characters stand in braces. BibTeX's styles set titles in small letters: what is no
ordinary word of the title is put in braces. For BibTeX letters with accents become commands, since
it counts bytes; biber reads UTF-8.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from reader.base.tex import pieces, words
from reader.base.text import TEX_LETTERS, TEX_MARKS, plain
from reader.library.file_names import STOP_WORDS
from reader.library.paper import PersonName
from reader.library.reference import Reference, is_whole

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def bibtex(references: Iterable[Reference], *, is_biblatex: bool = False) -> str:
    """Write entries, a blank line between them."""
    return "\n".join(_entry(one, is_biblatex) for one in references)


def _entry(one: Reference, is_biblatex: bool) -> str:
    paper = one.held.paper

    def tex(text: str) -> str:
        return escaped(text, keeps_utf8=is_biblatex)

    kind: str = one.kind
    category = plain(paper.categories[0]) if one.arxiv and paper.categories else ""
    venue_in = "booktitle" if kind == "inproceedings" else "journal"
    year = str(one.year or "")
    fields = {
        "title": _title(one.title, keeps_utf8=is_biblatex),
        "author": " and ".join(_name(name, keeps_utf8=is_biblatex) for name in one.people),
        venue_in + ("title" if is_biblatex and venue_in == "journal" else ""): tex(one.venue),
        "volume": tex(one.volume),
        # BibTeX's styles warn of a number in proceedings that are no series.
        "number": tex(one.number) if is_biblatex or kind != "inproceedings" else "",
        "pages": tex(one.pages).replace("-", "--"),  # LaTeX's dash of a range
        "publisher": tex(one.publisher),
        "date" if is_biblatex else "year": (
            f"{year}-{one.month:02}" if is_biblatex and one.month else year
        ),
        "eprint": one.arxiv,
        "eprinttype" if is_biblatex else "archivePrefix": "arXiv" if one.arxiv else "",
        "eprintclass" if is_biblatex else "primaryClass": category,
        "doi": _address(one.doi),
        "url": _address(one.url),
        "keywords": ", ".join(tex(plain(tag)) for tag in one.held.tags),
    }
    if is_biblatex and kind == "misc" and one.url:
        kind = "online"
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    if one.month and not is_biblatex:
        # Without braces: each style has the names of the months in its own language.
        lines.append(f"  month = {MONTHS[one.month - 1]},")
    return "\n".join([f"@{kind}{{{one.key},", *lines, "}", ""])


def _address(text: str) -> str:
    # \url and \doi read their text as it is, so only what would end the field is changed.
    return text.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")


def _name(name: PersonName, *, keeps_utf8: bool) -> str:
    family, given, particle, suffix = (
        escaped(part, keeps_utf8=keeps_utf8)
        for part in (name.family, name.given, name.particle, name.suffix)
    )
    if is_whole(name) or not name.given:
        return f"{{{family}}}"
    parts = [f"{particle} {family}".strip(), suffix, given]
    return ", ".join(part for part in parts if part)


def _title(title: str, *, keeps_utf8: bool) -> str:
    several = list(pieces(title))
    has_names = _is_sentence("".join(words(p) for p, is_formula in several if not is_formula))
    found = ""
    for piece, is_formula in several:
        if is_formula and _is_balanced(piece):
            found += f"{{{piece}}}"
            continue
        text = piece if is_formula else words(piece)
        for token in re.split(r"(\s+)", text):
            is_first = not found.strip() or found.rstrip().endswith(":")
            # Behind a colon that stands outside of braces BibTeX keeps a capital too.
            word = token.rstrip(",:;.?!")
            tex = escaped(word, keeps_utf8=keeps_utf8)
            found += f"{{{tex}}}" if _is_kept(word, has_names and not is_first) else tex
            found += token[len(word) :]
    return found


def _is_sentence(title: str) -> bool:
    """Check whether a title is written as a sentence: then its words with a capital are names."""
    # The first word of each part has a capital in any case.
    rest = re.sub(r"(?:^|[:.?!]\s)\W*\w+", " ", title)
    telling = [w for w in re.findall(r"[^\W\d_]{4,}", rest) if w.lower() not in STOP_WORDS]
    return bool(telling) and 2 * sum(w[0].islower() for w in telling) >= len(telling)


def _is_kept(token: str, has_names: bool) -> bool:
    """Check whether a word keeps its capitals: an acronym, a name of a thing, a proper name."""
    for word in re.findall(r"[^\W_]+", token):
        n_capitals = sum(map(str.isupper, word))
        if word[0].isupper() and n_capitals == 1:
            is_lone = len(word) == 1 and word != "A"  # "X-vectors", not "A survey"
            if has_names or is_lone or any(map(str.isdigit, word)):
                return True
        elif n_capitals:
            return True
    return False


def _is_balanced(formula: str) -> bool:
    depth = 0
    for brace in re.findall(r"[{}]", formula):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0 and "%" not in formula  # which would begin a comment


def escaped(text: str, *, keeps_utf8: bool = False) -> str:
    """Write a text so that LaTeX prints it as it is."""
    tex = _SPECIAL.sub(lambda found: _SIGNS.get(found[0]) or "{}" + found[0], text)
    return tex if keeps_utf8 or tex.isascii() else "".join(_commands(tex))


_SIGNS = {
    "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "$": r"\$",
    # As commands, since BibTeX counts a brace behind a backslash too.
    "{": r"\ensuremath{\lbrace}", "}": r"\ensuremath{\rbrace}", "\\": r"{\textbackslash}",
    "~": r"{\textasciitilde}", "^": r"{\textasciicircum}",
    # LaTeX's first encoding prints other signs for these.
    "<": r"\ensuremath{<}", ">": r"\ensuremath{>}", "|": r"\ensuremath{|}",
}  # fmt: skip
_SPECIAL = re.compile(r"[&%#_${}\\~^<>|]|(?<=-)-|(?<=')'|(?<=[`?!])`")
"""Signs of TeX's, and the second of two signs that it would join: a dash, a quotation mark."""

_LETTERS = {letter: f"{{\\{name}}}" for name, letter in TEX_LETTERS.items()}
_MARKS = {mark: name for name, mark in TEX_MARKS.items()}


def _commands(text: str) -> Iterator[str]:
    """Turn letters with accents, and signs that LaTeX has in formulas only, into commands."""
    for letter in unicodedata.normalize("NFC", text):
        yield letter if letter.isascii() else _LETTERS.get(letter) or _accented(letter)


def _accented(letter: str) -> str:
    decomposed = unicodedata.normalize("NFD", letter)
    base, marks = decomposed[0], decomposed[1:]
    if base.isascii() and base.isalpha() and marks and all(mark in _MARKS for mark in marks):
        for mark in marks:
            name = _MARKS[mark]
            base = f"{{\\{name}{{{base}}}}}" if name.isalpha() else f"{{\\{name}{base}}}"
        return base
    # Imported here: it takes 0.2 s, and few titles have Greek letters or signs of formulas.
    from pylatexenc.latexencode import get_builtin_uni2latex_dict

    command: str = get_builtin_uni2latex_dict().get(ord(letter), "")
    return f"{{{command}}}" if command.startswith(r"\ensuremath") else letter
