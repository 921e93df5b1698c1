r"""Turn TeX into plain text, and into HTML and MathML that are safe to show.

Of the TeX in titles and abstracts, formulas become MathML and accents letters. Formulas stand
between $…$, $$…$$, \(…\) or \[…\]; latex2mathml turns them into a tree, of which only known
elements and attributes are written, each text escaped. What cannot be understood stays as it
was typed, so that a path such as C:\\foo is still one. Takes any string, never raises, and its
time is bounded by the limits below. Knows no paper and no page.
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reader.base.text import TEX_LETTERS, TEX_MARKS, plain

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


_REPLACEMENTS = TEX_LETTERS | {
    "S": "§", "P": "¶", "textendash": "–", "textemdash": "—", "ldots": "…", "dots": "…",
    "LaTeX": "LaTeX", "TeX": "TeX", "textasciitilde": "~", "textbackslash": "\\",
    "copyright": "©",
}  # fmt: skip
_NAMES = "|".join(sorted(_REPLACEMENTS, key=len, reverse=True))
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
    r"""Replace TeX outside formulas by plain text: \'e, \emph{so}, \%, {BERT}, ``so''."""
    if not _HAS_TEX.search(text):
        return text
    changed = _WORDS.sub(_word, text)
    # M{\"u}ller: the first pass makes the letter, the second one removes its braces.
    changed = _WORDS.sub(_word, changed) if "{" in changed else changed
    return changed.replace("''", "”") if "“" in changed and "``" in text else changed


_HAS_TEX = re.compile(r"[\\{~`]|--")


def _word(found: re.Match[str]) -> str:
    kind = found.lastgroup
    if kind in ("in1", "in2", "in3", "in4"):
        mark = TEX_MARKS[found["mark"] or found["name"]]
        # A dotless i takes its accent as the letter i.
        return unicodedata.normalize("NFC", found[kind].lstrip("\\") + mark)
    if kind == "letter":
        return _REPLACEMENTS[found["letter"]]
    if kind in ("inside", "braced", "sign"):
        return found[kind]
    return {"open": "“", "dash": "—" if len(found[0]) == 3 else "–", "tie": "\u00a0"}[kind or ""]


LONGEST = 400
"""Characters of a formula; a longer one is shown as it was typed."""
MOST = 80
"""Formulas of a text; later ones are shown as they were typed."""
DEEPEST = 12
"""Braces within braces: the parser calls itself for each."""


def tex_to_html(text: str) -> str:
    """Turn text with TeX into safe HTML: formulas as MathML, everything else escaped."""
    return "".join(
        _formula(piece) if is_formula else html.escape(words(piece))
        for piece, is_formula in pieces(text)
    )


@functools.lru_cache(1_024)
def title_text(text: str) -> str:
    """Turn a title or an abstract with TeX into one line, safe to print: "$O(n^2)$" is O(n²)."""
    return tex_to_text(plain(text))


def tex_to_text(text: str) -> str:
    """Turn text with TeX into plain text."""
    parts = [_as_text(piece) if is_formula else words(piece) for piece, is_formula in pieces(text)]
    return "".join(parts)


# The rule of pandoc: no white space inside the dollars and no digit behind them, so that
# "$5 and $10" are prices. With a command or an index inside, a digit may follow: "$\\sim$10".
_SOME = f"{{1,{LONGEST}}}?"
_INSIDE = rf"(?!\s)(?:\\[^\n]|[^$\\]){_SOME}(?<!\s)"
_FORMULA = re.compile(
    rf"\$\$[^$]{_SOME}\$\$"
    rf"|(?<![\\$])\${_INSIDE}\$(?!\d)"
    rf"|(?<![\\$])\$(?=[^$]{{0,{LONGEST}}}?[\\^_]){_INSIDE}\$"
    rf"|\\\(.{_SOME}\\\)|\\\[.{_SOME}\\\]",
    re.DOTALL,
)


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Split a text into pairs (piece, is_formula); a formula keeps its delimiters."""
    at = 0
    for n, found in enumerate(_FORMULA.finditer(text)):
        if n == MOST:
            break
        yield text[at : found.start()], False
        yield found[0], True
        at = found.end()
    yield text[at:], False


@functools.lru_cache(2_048)
def _formula(typed: str) -> str:
    tree = _tree(typed)
    if tree is None:
        return f'<span class="tex">{html.escape(typed)}</span>'
    return f'<math alttext="{html.escape(typed.strip("$"))}">{"".join(_mathml(tree))}</math>'


@functools.lru_cache(2_048)
def _as_text(typed: str) -> str:
    tree = _tree(typed)
    return typed if tree is None else " ".join("".join(_plain_parts(tree)).split())


_DELIMITERS = re.compile(r"\A(?:\$\$?|\\[(\[])|(?:\$\$?|\\[)\]])\Z")
_FORBIDDEN = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator|[gex]?def|let|href|class|style"
    r"|color|verb|tag|label|rule|require)(?![A-Za-z])"
)
"""Commands that define others, by which a short text becomes a long one, or that act outside
the formula."""
_PERCENT = re.compile(r"(?<!\\)%")


def _tree(typed: str) -> Element | None:
    """Parse a formula into MathML elements; None where it cannot be read or is forbidden."""
    # For TeX "%" begins a comment: in "50% \pm 1" the rest would be gone.
    tex = _PERCENT.sub(r"\\%", _DELIMITERS.sub("", typed)).strip()
    if not tex or _FORBIDDEN.search(tex) or _depth(tex) > DEEPEST:
        return None
    # Imported here: it takes 60 ms, and only texts with formulas need it.
    from latex2mathml import exceptions
    from latex2mathml.converter import convert_to_element

    # An index needs something to stand at: "$^2$".
    tex = "{}" + tex if tex[0] in "^_" else tex
    theirs: tuple[type[Exception], ...] = tuple(
        e for e in vars(exceptions).values() if isinstance(e, type) and issubclass(e, Exception)
    )
    failures: tuple[type[Exception], ...] = (
        *theirs, ValueError, LookupError, TypeError, RuntimeError, AttributeError,
        StopIteration, AssertionError,
    )  # fmt: skip
    try:
        tree = convert_to_element(tex)
    except failures:
        # latex2mathml does not catch the errors of its own data structures for odd input.
        return None
    # latex2mathml leaves a command that it does not know in the tree as it was typed.
    return None if any((e.text or "").startswith("\\") for e in tree.iter()) else tree


def _depth(tex: str) -> int:
    now = most = 0
    for char in tex:
        if char in "{[(":
            now += 1
            most = max(most, now)
        elif char in "}])":
            now -= 1
    return most + tex.count("\\left") + len(re.findall(r"[_^]\s*[_^\\]", tex)) // 4


_ELEMENTS = frozenset(
    {"mrow", "mi", "mn", "mo", "mtext", "ms", "mspace", "msub", "msup", "msubsup", "munder"}
    | {"mover", "munderover", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mstyle"}
    | {"mpadded", "mphantom", "menclose", "mmultiscripts", "mprescripts", "none"}
)
_ATTRIBUTES = {
    name: re.compile(pattern)
    for names, pattern in (
        ("stretchy fence separator displaystyle accent accentunder movablelimits", "true|false"),
        ("form", "prefix|infix|postfix"),
        ("scriptlevel", r"[+-]?[0-3]"),
        ("mathvariant", "normal"),
        ("linethickness minsize maxsize width lspace rspace", r"-?[0-2]?(?:\.\d{1,4})?(?:em)?"),
        ("columnalign", "(?:left|center|right| )+"),
    )
    for name in names.split()
}
_VARIANT_CLASSES = {"bold": "tex-bold", "bold-italic": "tex-bold", "monospace": "tex-mono"}


def _mathml(element: Element) -> Iterator[str]:
    """Write the children of an element as MathML, known elements only."""
    for n, child in enumerate(element):
        if child.tag not in _ELEMENTS:
            yield from _mathml(child)
            continue
        if child.tag == "mi" and _is_name(_shown_text(child)):
            # TeX sets a thin space around a function: "n log n". As `mi` it would touch its
            # neighbours; beside an operator there is space already.
            sides = (element[n - 1 : n], element[n + 1 : n + 2])
            before, after = ("0.17em" if s and s[0].tag != "mo" else "0em" for s in sides)
            name = html.escape(_shown_text(child))
            yield f'<mo form="infix" lspace="{before}" rspace="{after}">{name}</mo>'
            continue
        yield f"<{child.tag}{''.join(_attributes(child))}>"
        yield html.escape(_shown_text(child))
        yield from _mathml(child)
        yield f"</{child.tag}>"


def _is_name(text: str) -> bool:
    return len(text) > 1 and text.isalpha()


def _attributes(element: Element) -> Iterator[str]:
    for name, value in element.attrib.items():
        if (pattern := _ATTRIBUTES.get(name)) and value and pattern.fullmatch(value):
            yield f' {name}="{value}"'
        elif name == "mathvariant" and value in _VARIANT_CLASSES:
            # Browsers support no `mathvariant` but "normal": a class has to do it.
            yield f' class="{_VARIANT_CLASSES[value]}"'


def _shown_text(element: Element) -> str:
    # latex2mathml writes symbols as character references: "&#x000A0;".
    text = html.unescape(element.text or "")
    text = "".join(c for c in text if c.isprintable() or c.isspace())
    return "\u223c" if text == "~" and element.tag != "mtext" else text


_UP = str.maketrans("0123456789+-\u2212n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
_DOWN = str.maketrans("0123456789+-\u2212", "₀₁₂₃₄₅₆₇₈₉₊₋₋")


def _plain_parts(element: Element) -> Iterator[str]:
    """Write an element as one line of plain text: x², α-divergence, a/b."""
    parts = ["".join(_plain_parts(child)) for child in element]
    if element.tag in ("msup", "msub") and len(parts) == 2:
        yield parts[0] + _script(parts[1], is_up=element.tag == "msup")
    elif element.tag == "msubsup" and len(parts) == 3:
        yield parts[0] + _script(parts[1], is_up=False) + _script(parts[2], is_up=True)
    elif element.tag == "mfrac" and len(parts) == 2:
        yield "/".join(part if len(part) < 2 else f"({part})" for part in parts)
    elif element.tag == "msqrt":
        inside = "".join(parts)
        yield f"√{inside}" if len(inside) == 1 else f"√({inside})"
    else:
        text = unicodedata.normalize("NFKC", _shown_text(element))
        # Names of functions stand apart: n log n.
        is_name = element.tag in ("mi", "mo") and _is_name(text)
        yield (f" {text} " if is_name else text) + "".join(parts)


def _script(text: str, *, is_up: bool) -> str:
    table = _UP if is_up else _DOWN
    # Primes are raised already.
    if text in ("′", "″"):
        return text
    if text and all(ord(c) in table for c in text):
        return text.translate(table)
    mark = "^" if is_up else "_"
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"
