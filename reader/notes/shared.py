"""Hold papers and notes for others to read, without what is private.

Nothing in them is private: no path, no key of a note, no decision, no day. What could hold
such a thing in the person's own words is taken out here, and counted. `texts.shared` writes
the page. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from reader.base.messages import Text
from reader.base.text import WIKI_LINK, plain, plain_lines
from reader.library.highlight import Highlight


@dataclass(frozen=True, slots=True)
class SharedPaper:
    """A paper as others see it.

    words: the note in public words, Markdown. figure: PNG, empty for none. theme: what the
    papers of a week are grouped by, empty for no group.
    """

    title: str
    authors: tuple[str, ...]
    year: int | None
    url: str
    words: str = ""
    figure: bytes = b""
    caption: str = ""
    highlights: tuple[Highlight, ...] = ()
    theme: str = ""


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A page: one paper or several; title: of the whole page, empty for one paper.

    n_left_out: places in the person's words that were private.
    """

    papers: tuple[SharedPaper, ...]
    title: Text = ""
    n_left_out: int = 0


Find = Callable[[str], tuple[str, str] | None]
"""Finds title and address of the paper that a key names, None for one that is not here."""


def public_words(words: str, find: Find, folders: Sequence[str] = ()) -> tuple[str, int]:
    """Remove what is private from a note; also returns the number of places.

    folders: of this machine, whose paths are known although they may have blanks.

    `[[key]]` becomes the paper's title with its address. Comments (`<!-- -->`, `%% %%`),
    pictures and files that are embedded, links that lead to no public web page and paths of
    files go; the words of a link stay.
    """
    text, n_comments = _COMMENT.subn("", words)
    text, n_embedded = _EMBEDDED.subn("", text)
    n_left_out = n_comments + n_embedded

    def left_out(match: re.Match[str]) -> str:
        """Count a private link, and keep its words."""
        nonlocal n_left_out
        n_left_out += 1
        return next((plain(group) for group in match.groups() if group), "…")

    def linked(match: re.Match[str]) -> str:
        name, _unused, shown = match[1].partition("|")
        found = find(re.split(r"[#^]", name, maxsplit=1)[0].strip())
        if found is None:
            left_out(match)
            return plain(shown) or "…"
        title, address = found
        own = escaped(plain(shown) or title)
        return f"[{own}]({bracketed(address)})" if is_web(address) else own

    # Keys first: the links that they become are of the web, and stay.
    text = WIKI_LINK.sub(linked, text)
    text = _LINK.sub(lambda m: m[0] if is_web(m[2]) else left_out(m), text)
    text = _DEFINITION.sub(lambda m: m[0] if is_web(m[1]) else left_out(m)[:0], text)
    text, n_paths = without_paths(text, folders)
    # Blanks in front of a line make a list's level or code: `plain` would take them off.
    lines = (line[: len(line) - len(line.lstrip(" \t"))] + plain(line) for line in text.split("\n"))
    return "\n".join(map(str.rstrip, lines)).strip("\n"), n_left_out + n_paths


def without_paths(text: str, folders: Sequence[str] = ()) -> tuple[str, int]:
    """Replace files and addresses of this machine in a text with "…"; also counts them.

    folders: as for `public_words`.
    """
    n_all = 0
    for folder in folders:
        text, n = re.subn(rf"{re.escape(folder)}(?![\w-])[^\s<>()]*{_BLANKS}", "…", text)
        n_all += n
    text, n = _PATH.subn("…", text)
    return text, n_all + n


def escaped(text: str) -> str:
    """Keep foreign text from being Markdown or HTML; line ends stay."""
    text = re.sub(r"([\\`*_\[\]<>#~|])", r"\\\1", plain_lines(text)).replace("&", "&amp;")
    # At the beginning of a line these make lists and headings.
    text = re.sub(r"^(\s*)([-+=])", r"\1\\\2", text, flags=re.MULTILINE)
    return re.sub(r"^(\s*\d+)([.)])", r"\1\\\2", text, flags=re.MULTILINE)


def bracketed(address: str) -> str:
    """Write an address of Markdown in brackets, which it cannot end itself."""
    return "<" + re.sub(r"[<>\s]", lambda c: quote(c[0]), address) + ">"


def is_web(address: str) -> bool:
    """Check whether others can open an address of the web."""
    bare = address.strip(" <>")
    return bare.lower().startswith(("http://", "https://")) and not _AT_HOME.match(bare)


_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|%%.*?%%", re.DOTALL)
_EMBEDDED = re.compile(r"!\[\[[^\[\]\n]*\]\]|!\[[^\[\]]*\](?:\([^()\n]*\)|\[[^\[\]\n]*\])")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(\s*(<[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)[^()\n]*\)")
_DEFINITION = re.compile(r"^[ ]{0,3}\[[^\[\]\n]+\]:\s*(\S+)[^\n]*$", re.MULTILINE)
# A path of this machine or of the library; an address of the web holds none of them.
_REST = r"[^\s<>()「」『』【】、。,;]+"
# What goes on behind blanks in a path, as far as a file's ending shows that it does.
_BLANKS = (
    r"(?:(?<!\.pdf)(?<!\.md)(?:[ ](?![/~])[^\s<>()「」『』【】、。,;:]{1,60}){1,4}?"
    r"(?:(?<=\.(?:pdf|png|csv|txt|tex|bib|jpg|zip))|(?<=\.md)"
    r"|(?<=\.(?:json|docx|html|pptx|xlsx|jpeg)))(?!\w|\.\w))?"
)
# An address that only this machine or its network knows, or that holds a password.
_AT_HOME = re.compile(
    r"https?://(?:[^\s/@<>:]*:[^\s/@<>]*@|(?:localhost|127(?:\.\d+){3}|10(?:\.\d+){3}"
    r"|192\.168(?:\.\d+){2}|\[::1\]|[\w.-]+\.(?:local|lan|internal))(?=[:/?#\s]|\Z))",
    re.IGNORECASE,
)
_PATH = re.compile(
    rf"<?\bfile:{_REST}>?"
    # What opens a program of this machine: obsidian://, zotero://, smb://.
    rf"|<?\b(?!(?:https?|ftp|doi):)[A-Za-z][A-Za-z0-9+.-]{{1,20}}://{_REST}>?"
    rf"|(?i:{_AT_HOME.pattern})[^\s<>()]*"
    # Folders at the root of Linux and macOS; no others, since "/" stands in sentences too.
    r"|(?<![A-Za-z0-9_/.:~])~?/(?:home|Users|root|tmp|mnt|media|var|etc|opt|private|Volumes|srv)/"
    rf"{_REST}{_BLANKS}"
    # A home: ~/x, ~name/x.
    rf"|(?<![A-Za-z0-9_/.:])~(?:[a-z_][a-z0-9_-]*)?/{_REST}{_BLANKS}"
    # Windows: C:\x, C:/x but not a scheme's "://", and shares of a network.
    rf"|(?<![A-Za-z0-9_])[A-Za-z]:(?:\\|/(?!/)){_REST}{_BLANKS}"
    rf"|(?<![\\\w])\\\\[\w.-]+\\{_REST}{_BLANKS}"
    # Variables that name a folder of the person's.
    r"|(?:\$\{?(?:HOME|PWD|XDG_[A-Z_]+)\}?|%(?:USERPROFILE|APPDATA|HOMEPATH)%)[/\\]"
    rf"{_REST}{_BLANKS}"
    # Files of the library, from its own folder.
    rf"|(?<![A-Za-z0-9_/.:])(?:\.{{1,2}}/)*(?:papers|notes|pictures|vectors|drafts)/{_REST}"
    r"\.(?:pdf|md|png|json)\b"
)
