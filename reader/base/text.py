"""Make foreign text safe to print, break lines, read accents, compile patterns when first used.

Titles, posts and queries come from anywhere: they may hold escape sequences, invisible
characters or markup. Every function takes any string at all, never raises, and needs time
linear in its length. Knows nothing of papers.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, cast

# Each sequence is tried before the single characters, which are how they begin.
_UNSEEN = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS…
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI, in 7 and 8 bits
    r"|\x1b[ -/]*[0-~]?"  # any other escape
    "|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are no white space
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff\ufffe\uffff]"  # bidi, zero width, tags, half characters
)
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def plain(text: str) -> str:
    """Turn any text into one line that is safe on a terminal.

    Escape sequences, control characters, bidi controls, zero-width characters and lone
    surrogates are gone; white space of any kind is one space. Idempotent.
    """
    return " ".join(_UNSEEN.sub("", text).split())


def plain_lines(text: str) -> str:
    r"""Turn any text into safe lines, each as `plain` makes it.

    Every kind of line end becomes \n; blank lines stay, except at the beginning and the end.
    """
    lines = _LINE_END.sub("\n", _UNSEEN.sub("", text)).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip("\n")


def visible(text: str) -> str:
    """Remove control and invisible characters, but keep white space and line ends.

    For Markdown, where indents and blank lines have a meaning.
    """
    return _UNSEEN.sub("", text)


def nfc(text: str) -> str:
    """Compose letters with their accents (NFC); macOS decomposes them in file names."""
    return unicodedata.normalize("NFC", text)


def as_utf8(name: str) -> str:
    r"""Encode a file name for a row: a byte that is not UTF-8 becomes the text \udc83."""
    return name.encode("utf-8", "backslashreplace").decode()


def shorten(text: str, width: int) -> str:
    """Cut text to a display width, with "…" where something was cut.

    East Asian wide characters count two columns, combining marks none.
    """
    used, fits = 0, 0
    for i, char in enumerate(text):
        columns = _columns(char)
        if used + columns > width:
            return text[:fits].rstrip() + "…" if width > 0 else ""
        used += columns
        if used < width:  # one column is left for "…"
            fits = i + 1
    return text


def shorten_between_words(text: str, width: int) -> str:
    """Cut text as `shorten` does, but not within a word, where that costs less than a half."""
    short = shorten(text, width)
    kept = short.removesuffix("…")
    if short == text or not text[len(kept)].isalnum():
        return short
    whole = kept.rpartition(" ")[0].rstrip(" ,;:")
    return f"{whole}…" if columns(whole) * 2 > width else short


def sentences(texts: Iterable[str]) -> str:
    """Join sentences: with a blank, but for those that a Japanese full stop ends."""
    joined = ""
    for text in texts:
        joined += text if not joined or joined.endswith(("。", "？", "！")) else f" {text}"
    return joined


def columns(text: str) -> int:
    """Count the columns that a text takes on a terminal, as `shorten` counts them."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def wrap(text: str, width: int, indent: str = "", first: str | None = None) -> list[str]:
    """Break a text into lines of a display width, also Japanese without spaces.

    first: replaces the indent of the first line. Line breaks in the text stay; a word that is
    longer than a line runs over its end.
    """
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line, used = "", 0
        for piece in _PIECE.findall(paragraph):
            cells = columns(piece.rstrip())
            if line and len(indent) + used + cells > width:
                lines.append(line.rstrip())
                line, used = "", 0
            line += piece
            used += columns(piece)
        lines.append(line.rstrip())
    before = [indent if first is None else first, *[indent] * (len(lines) - 1)]
    return [(head + line).rstrip() for head, line in zip(before, lines, strict=True)]


def html_to_text(markup: str) -> tuple[str, tuple[str, ...]]:
    """Extract the text that a browser would show, and the addresses of the links in order.

    Block elements and <br> become line breaks; scripts, styles and comments are gone. A
    link whose text is its own address, as Mastodon shortens it, reads as the address.
    """
    # html.parser takes 29 s for 60 kB of "<a " and raises AssertionError on "<![x":
    # this scanner looks at each character once.
    page = _HtmlText()
    # Feeds wrap HTML in CDATA sections, which browsers do not know in HTML.
    if "<![CDATA[" in markup:
        markup = markup.replace("<![CDATA[", "").replace("]]>", "")
    # int() refuses more than 4,300 digits, and html.unescape does not expect that.
    markup = _HUGE_NUMBER.sub("\ufffd", markup)
    position = 0
    for token in _TOKEN.finditer(markup):
        if token.start() < position:
            continue
        page.add_text(markup[position : token.start()])
        position = token.end()
        name = (token["name"] or "").lower()
        # The text ended before a ">" came: this only looked like a tag.
        if name and not token[0].endswith(">"):
            page.add_text(token[0])
        elif name:
            page.add_tag(name, token["attributes"], is_end=bool(token["close"]))
            if name in _RAW and not token["close"]:
                end = _RAW[name].search(markup, position)
                position = end.start() if end else len(markup)
    page.add_text(markup[position:])
    page.end_link()
    text = re.sub(r"\n{3,}", "\n\n", plain_lines("".join(page.pieces)))
    return text, tuple(href for href in page.hrefs if href)


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


# Each alternative, once begun, reaches its end or the end of the text, and quotes are
# looked for only after "=": so no part of the text is looked at twice.
_TOKEN = re.compile(
    r"<!--(?:.*?-->|.*)|<[!?][^>]*>?|"
    r"<(?P<close>/?)(?P<name>[a-z][^\s/>]*)"
    r"""(?P<attributes>(?:=\s*"[^"]*"|=\s*'[^']*'|[^>])*+)>?""",
    re.IGNORECASE | re.DOTALL,
)
_HREF = re.compile(
    r"""(?:^|[\s"'/])href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)
_RAW = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "template")}
_BLOCK = re.compile(
    "address|article|aside|blockquote|d[dlt]|div|fieldset|figcaption|figure|footer|form|h[1-6r]"
    "|header|li|main|nav|ol|p|pre|section|table|tr|ul"
)
_HUGE_NUMBER = re.compile(r"&#\d{100,};?")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|[\w.-]+\.[a-z]{2,}/\S*", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?:)?//(?:www\.)?|www\.", re.IGNORECASE)


class _HtmlText:
    """What the scanner has gathered so far: pieces of text, links, and the open link."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.hrefs: list[str] = []
        self.link: int | None = None
        """Where in `pieces` the open link's text begins."""
        self.is_line_start = True

    def add_text(self, source: str) -> None:
        text = re.sub(r"\s+", " ", html.unescape(source))
        self.pieces.append(text)
        # White space alone does not count: a block that follows it still begins a line.
        self.is_line_start &= text in ("", " ")

    def add_tag(self, name: str, attributes: str, *, is_end: bool) -> None:
        if name == "a":
            self.end_link()
            if not is_end and (href := _HREF.search(attributes)):
                address = html.unescape(href[1] or href[2] or href[3] or "")
                self.hrefs.append("".join(_UNSEEN.sub("", address).split()))
                self.link = len(self.pieces)
        elif (name == "br" and not is_end) or (_BLOCK.fullmatch(name) and not self.is_line_start):
            self.pieces.append("\n")
            self.is_line_start = True
        elif name in ("td", "th") and not is_end:
            self.pieces.append(" ")

    def end_link(self) -> None:
        """Close the open link; where its text is its address, perhaps cut, put that whole."""
        if self.link is None:
            return
        href = self.hrefs[-1]
        # Mastodon hides "https://" and the end of a long address by CSS: the text of the link is
        # cut, and only its `href` has the whole address.
        shown = plain("".join(self.pieces[self.link :])).removesuffix("…").rstrip(".")
        if shown and " " not in shown and _SCHEME.match(href):
            bare, beginning = (_SCHEME.sub("", text, count=1).lower() for text in (href, shown))
            if _ADDRESS.fullmatch(shown) or (bare.startswith(beginning) and "." in shown):
                self.pieces[self.link :] = [href]
        self.link = None


def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Make a pattern like `re.compile(pattern, flags)`, but compile it at its first use.

    Large patterns take milliseconds each, and a command that only reads a list uses few of
    them. An error in the pattern is raised at first use.
    """
    return cast("re.Pattern[str]", _Lazy(pattern, flags))


class _Lazy:
    def __init__(self, pattern: str, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        # Python asks `__getattr__` only for what it does not find: the next use is direct.
        found = getattr(re.compile(*self._source), name)
        setattr(self, name, found)
        return found


TEX_MARKS = {
    "'": "\u0301", "`": "\u0300", '"': "\u0308", "^": "\u0302", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
"""A command's name → the combining mark that it sets on the letter behind it."""

TEX_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ",
}  # fmt: skip
"""A command's name → the letter that it is."""


def accents(text: str) -> str:
    r"""Turn TeX's accents into letters: arXiv writes `Erd\H{o}s` for `Erdős`.

    Only accents and single letters, never inside `$…$`: formulas stay as the authors wrote
    them. A full TeX reader would do harm: it takes the `%` of "a gain of 5% on average" for
    the beginning of a comment and drops the rest of the abstract.
    """
    if "\\" not in text:
        return text
    # The pattern has a group, so `split` also returns the formulas: each second part.
    parts = DOLLAR_MATHS.split(text)
    for i in range(0, len(parts), 2):
        part = _ACCENT.sub(lambda m: f"{m[3] or m[4] or m[5]}{TEX_MARKS[m[1] or m[2]]}", parts[i])
        part = _LETTER.sub(lambda m: TEX_LETTERS[m[1]], part)
        # "{K}aldi" keeps its braces: they are not an accent's.
        parts[i] = _BRACED.sub(lambda m: m[0] if m[1].isascii() else m[1], part)
    return nfc("".join(parts))


DOLLAR_MATHS = compiled(r"(\$[^$]*\$)")
"""A formula between dollars; splits a text into words and formulas, in turn."""
ADDRESS = compiled(r"(?:https?://|www\.)[!-(*-~]*[0-9A-Za-z/#=]")
"""An address of the web, as it stands in a text; without a bracket that closes around it."""
LINK = compiled(r"!?\[([^\[\]\n]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s\"[^\"\n]*\")?\)")
"""A link of Markdown, `[label](address)`, or a picture."""
WIKI_LINK = compiled(r"\[\[([^\[\]\n]{1,300})\]\]")
"""`[[key]]` or `[[key|words]]`, what links one note to another."""
SEAM = "**⋯ "
"""The begin of a line that the program puts between two texts of a note."""
_ACCENT = compiled(
    r"""\\(?:(['`"^~=.])\s*|([uvHckrdb])(?=\{|\s))\s*"""
    r"""(?:\{\\?([A-Za-z])\s*\}|\\([ij])(?![A-Za-z])|([A-Za-z]))"""
)
_LETTER = compiled(r"\\(ss|ae|AE|oe|OE|aa|AA|[oOlLij])(?![A-Za-z])(?:\{\}|[ ](?=\w))?")
_BRACED = compiled(r"\{([^\W\d_][\u0300-\u036f]?)\}")

# The pieces between which a line may end: a Latin word with its quotation marks, or a single
# Japanese character with the marks that may not begin or end a line.
_PIECE = compiled(
    r"(?![(\[]+[^\s!-~À-ɏ])[“‘「『]*[!-~À-ɏ]+[”’…」』、。]*[,.;:]*\s*"
    r"|\s*[(\[“‘「『]*\S[”’…」』、。ー)\],.;:]*\s*"
)
