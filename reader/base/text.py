"""Make foreign text safe to print, and compile patterns when they are first used.

Make foreign text safe to print.

Titles, posts and queries come from anywhere: they may hold escape sequences, invisible
characters or markup. Every function takes any string
at all, never raises, and needs time linear in its length. Knows nothing of papers.

Compile a regular expression when it is first used.

Large ones take milliseconds each, and a command that only reads a list uses few of them.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Any, cast

_SEQUENCE = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS…
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI, in 7 and 8 bits
    r"|\x1b[ -/]*[0-~]?"  # any other escape
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are no white space
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff\ufffe\uffff]"  # bidi, zero width, tags, half characters
)
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def plain(text: str) -> str:
    """Make one line that is safe on a terminal.

    Escape sequences, control characters, bidi controls, zero-width characters and lone
    surrogates are gone; white space of any kind is one space. Idempotent.
    """
    return " ".join(_seen(text).split())


def plain_lines(text: str) -> str:
    r"""Make safe text of several lines, each as `plain` gives it.

    Every kind of line end becomes \n; blank lines stay, except first and last.
    """
    lines = _LINE_END.sub("\n", _seen(text)).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip("\n")


def visible(text: str) -> str:
    """Take off what no page should show, and keep white space and line ends as they are.

    Of a note in Markdown, where indents and blank lines mean something.
    """
    return _seen(text)


def as_utf8(name: str) -> str:
    r"""Write a file's name so that a row can hold it: bytes that are no UTF-8 as \udc83."""
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


def with_hint(message: str, hint: str) -> str:
    """Join a message and its remedy into sentences; the message gets the full stop it lacks."""
    end = "" if not hint or message.endswith((".", "!", "?", "…", "。", "？", "！")) else "."
    return f"{message}{end} {hint}".rstrip()


def columns(text: str) -> int:
    """Give how many columns a text takes on a terminal, as `shorten` counts them."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def html_to_text(markup: str) -> tuple[str, tuple[str, ...]]:
    """Give the text a browser would show, and the addresses of its links in order.

    Block elements and <br> become line breaks; scripts, styles and comments are gone. A
    link whose text is its own address, as Mastodon shortens it, reads as the address.
    """
    # html.parser takes 29 s for 60 kB of "<a " and raises AssertionError on "<![x":
    # this scanner looks at each character once.
    page = _HtmlText()
    if "<![CDATA[" in markup:
        markup = markup.replace("<![CDATA[", "").replace("]]>", "")
    position = 0
    for token in _TOKEN.finditer(markup):
        if token.start() < position:
            continue
        page.add_text(markup[position : token.start()])
        position = token.end()
        name = (token["name"] or "").lower()
        if not name:
            continue
        if not token[0].endswith(">"):  # an open end: text that only looked like a tag
            page.add_text(token[0])
        elif token["close"]:
            page.close(name)
        else:
            page.open(name, token["attributes"])
            if name in _RAW:
                end = _RAW[name].search(markup, position)
                position = end.start() if end else len(markup)
    page.add_text(markup[position:])
    return page.finish()


def _seen(text: str) -> str:
    return _UNSEEN.sub("", _SEQUENCE.sub("", text))


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
        text = re.sub(r"\s+", " ", _unescape(source))
        self.pieces.append(text)
        self.is_line_start &= text in ("", " ")

    def open(self, name: str, attributes: str) -> None:
        if name == "a":
            self._end_link()
            href = _HREF.search(attributes)
            if href:
                address = _unescape(href[1] or href[2] or href[3] or "")
                self.hrefs.append("".join(_seen(address).split()))
                self.link = len(self.pieces)
        elif name == "br":
            self._break_line()
        elif _BLOCK.fullmatch(name):
            self._begin_block()
        elif name in ("td", "th"):
            self.pieces.append(" ")

    def close(self, name: str) -> None:
        if name == "a":
            self._end_link()
        elif _BLOCK.fullmatch(name):
            self._begin_block()

    def finish(self) -> tuple[str, tuple[str, ...]]:
        self._end_link()
        text = plain_lines("".join(self.pieces))
        return re.sub(r"\n{3,}", "\n\n", text), tuple(href for href in self.hrefs if href)

    def _begin_block(self) -> None:
        if not self.is_line_start:
            self._break_line()

    def _break_line(self) -> None:
        self.pieces.append("\n")
        self.is_line_start = True

    def _end_link(self) -> None:
        if self.link is None:
            return
        shown = plain("".join(self.pieces[self.link :]))
        if _is_address_of(shown, self.hrefs[-1]):
            self.pieces[self.link :] = [self.hrefs[-1]]
        self.link = None


def _unescape(source: str) -> str:
    # int() refuses more than 4,300 digits, and html.unescape does not expect that.
    return html.unescape(_HUGE_NUMBER.sub("\ufffd", source))


def _is_address_of(shown: str, href: str) -> bool:
    shown = shown.removesuffix("…").rstrip(".")
    if not shown or " " in shown or not _SCHEME.match(href):
        return False
    begins = (
        _SCHEME.sub("", href, count=1).lower().startswith(_SCHEME.sub("", shown, count=1).lower())
    )
    return bool(_ADDRESS.fullmatch(shown)) or (begins and "." in shown)


def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Give what behaves as `re.compile(pattern, flags)`; a mistake in it is raised at first use."""
    return cast("re.Pattern[str]", _Lazy(pattern, flags))


class _Lazy:
    def __init__(self, pattern: str, flags: int) -> None:
        self._source = pattern, flags

    def __getattr__(self, name: str) -> Any:
        # Kept here, so that a second use finds it without coming to this method.
        found = getattr(re.compile(*self._source), name)
        setattr(self, name, found)
        return found


MARKS = {
    "'": "\u0301", "`": "\u0300", '"': "\u0308", "^": "\u0302", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
"""A command's name → the combining mark that it sets on the letter behind it."""

LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ",
}  # fmt: skip
"""A command's name → the letter that it is."""


def accents(text: str) -> str:
    r"""Replace `\'e`, `\v{s}`, `{\o}` and their kind by the letters that they mean."""
    if "\\" not in text:
        return text
    parts = _MATHS.split(text)
    parts[::2] = (_letters(part) for part in parts[::2])
    return unicodedata.normalize("NFC", "".join(parts))


_MATHS = re.compile(r"(\$[^$]*\$)")
_ACCENT = re.compile(
    r"""\\(?:(['`"^~=.])\s*|([uvHckrdb])(?=\{|\s))\s*"""
    r"""(?:\{\\?([A-Za-z])\s*\}|\\([ij])(?![A-Za-z])|([A-Za-z]))"""
)
_LETTER = re.compile(r"\\(ss|ae|AE|oe|OE|aa|AA|[oOlLij])(?![A-Za-z])(?:\{\}|[ ](?=\w))?")
_BRACED = re.compile(r"\{([^\W\d_][\u0300-\u036f]?)\}")


def _letters(text: str) -> str:
    text = _ACCENT.sub(_accented, text)
    text = _LETTER.sub(lambda match: LETTERS[match[1]], text)
    return _BRACED.sub(_unbraced, text)


def _accented(match: re.Match[str]) -> str:
    return f"{match[3] or match[4] or match[5]}{MARKS[match[1] or match[2]]}"


def _unbraced(match: re.Match[str]) -> str:
    # "{K}aldi" keeps its braces: they are not an accent's.
    return match[0] if match[1].isascii() else match[1]
