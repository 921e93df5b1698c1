"""Say what is given to others of papers and notes, and write it as Markdown.

Nothing in it is private: no path, no key of a note, no decision, no day. What could hold
such a thing in the person's own words is taken out here, and counted. Pure.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from reader.highlight import Highlight, gathered, once
from reader.phrases import say
from reader.plain import plain, plain_lines


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
class Shared:
    """A page: one paper or several; title: of the whole page, empty for one paper.

    n_left_out: places in the person's words that were private.
    """

    papers: tuple[SharedPaper, ...]
    title: str = ""
    n_left_out: int = 0


Find = Callable[[str], tuple[str, str] | None]
"""Gives title and address of the paper that a key names, None for one that is not here."""


def public_words(words: str, find: Find, folders: Sequence[str] = ()) -> tuple[str, int]:
    """Take out of a note what is not for others; also gives how many places it were.

    folders: of this machine, whose paths are known although they may have blanks.

    `[[key]]` becomes the paper's title with its address. Comments (`<!-- -->`, `%% %%`),
    pictures and files that are embedded, links that lead to no public web page and paths of
    files go; the words of a link stay.
    """
    n_left_out = 0

    def leave(match: re.Match[str]) -> str:
        nonlocal n_left_out
        n_left_out += 1
        return next((plain(group) for group in match.groups() if group), "…")

    def linked(match: re.Match[str]) -> str:
        name, _, shown = match[1].partition("|")
        found = find(re.split(r"[#^]", name, maxsplit=1)[0].strip())
        if found is None:
            leave(match)
            return plain(shown) or "…"
        title, address = found
        return link(plain(shown) or title, address)

    def addressed(match: re.Match[str]) -> str:
        return match[0] if _is_web(match[2]) else leave(match)

    def defined(match: re.Match[str]) -> str:
        return match[0] if _is_web(match[1]) else leave(match)[:0]

    text = _COMMENT.sub(lambda m: leave(m)[:0], words)
    text = _EMBEDDED.sub(lambda m: leave(m)[:0], text)
    text = _WIKI.sub(lambda m: linked(m), text)
    text = _LINK.sub(addressed, text)
    text = _DEFINITION.sub(defined, text)
    text, n_paths = without_paths(text, folders)
    lines = ((_indent(line) + plain(line)).rstrip() for line in text.split("\n"))
    return "\n".join(lines).strip("\n"), n_left_out + n_paths


def without_paths(text: str, folders: Sequence[str] = ()) -> tuple[str, int]:
    """Put … where a text names a file or an address of this machine; also counts them.

    folders: as for `public_words`.
    """
    n_all = 0
    for folder in folders:
        text, n = re.subn(rf"{re.escape(folder)}(?![\w-])[^\s<>()]*{_BLANKS}", "…", text)
        n_all += n
    text, n = _PATH.subn("…", text)
    return text, n_all + n


def markdown(shared: Shared) -> str:
    """Write a page as Markdown; pictures stand at its end, as addresses that hold them."""
    pieces = [f"# {escaped(shared.title)}"] if shared.title else []
    level = "##" if shared.title else "#"
    pictures: list[str] = []
    for theme, papers in groupby(shared.papers, key=lambda paper: paper.theme):
        pieces += [f"## {escaped(theme)}"] if theme else []
        for paper in papers:
            pieces += _paper(paper, level + "#" * bool(theme), pictures)
    return "\n\n".join(filter(None, [*pieces, *pictures])) + "\n"


def _paper(paper: SharedPaper, level: str, pictures: list[str]) -> Iterator[str]:
    yield f"{level} {escaped(paper.title)}"
    yield "  \n".join(
        filter(None, (escaped(byline(paper)), paper.url and f"<{_address(paper.url)}>"))
    )
    if paper.words:
        yield paper.words
    if paper.figure:
        name = f"figure-{len(pictures) + 1}"
        pictures.append(f"[{name}]: {data_address(paper.figure)}")
        yield f"![{escaped(paper.caption) or say('share.figure')}][{name}]"
    for text, note, pages in marks(paper):
        lines = [f"{escaped(text)} ({pages})" if text else f"({pages}) {escaped(note)}"]
        lines += ["", f"— {escaped(note)}"] if text and note else []
        yield "\n".join(f"> {line}".rstrip() for line in "\n".join(lines).split("\n"))


def marks(paper: SharedPaper) -> Iterator[tuple[str, str, str]]:
    """Give what is shown of each highlight: its words, what was typed at it, its pages."""
    at = zip(paper.highlights, gathered(paper.highlights), strict=True)
    for highlight, pages in ((h, p) for h, p in at if p):
        listed = ", ".join(map(str, pages))
        where = say("share.page", page=listed) if len(pages) == 1 else say("share.pages", n=listed)
        yield once(plain(highlight.text)), plain_lines(highlight.note), where


def byline(paper: SharedPaper) -> str:
    """Give authors and year in one line."""
    year = [str(paper.year)] if paper.year else []
    return " · ".join([*([", ".join(paper.authors)] if paper.authors else []), *year])


def data_address(picture: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(picture).decode()


def link(words: str, address: str) -> str:
    """Write a Markdown link; one without an address is its words."""
    return f"[{escaped(words)}](<{_address(address)}>)" if _is_web(address) else escaped(words)


def escaped(text: str) -> str:
    """Keep foreign text from being Markdown or HTML; line ends stay."""
    text = re.sub(r"([\\`*_\[\]<>#~|])", r"\\\1", plain_lines(text)).replace("&", "&amp;")
    text = re.sub(r"^(\s*)([-+=])", r"\1\\\2", text, flags=re.MULTILINE)
    return re.sub(r"^(\s*\d+)([.)])", r"\1\\\2", text, flags=re.MULTILINE)


def _address(address: str) -> str:
    """Keep an address from ending its brackets."""
    return re.sub(r"[<>\s]", lambda c: quote(c[0]), address)


def _is_web(address: str) -> bool:
    bare = address.strip(" <>")
    return bare.lower().startswith(("http://", "https://")) and not _AT_HOME.match(bare)


def _indent(line: str) -> str:
    return " " * (len(line) - len(line.lstrip(" \t")))


_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|%%.*?%%", re.DOTALL)
_EMBEDDED = re.compile(r"!\[\[[^\[\]\n]*\]\]|!\[[^\[\]]*\](?:\([^()\n]*\)|\[[^\[\]\n]*\])")
_WIKI = re.compile(r"\[\[([^\[\]\n]{1,300})\]\]")
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
    r"|(?<![A-Za-z0-9_/.:~])~?/(?:home|Users|root|tmp|mnt|media|var|etc|opt|private|Volumes|srv)/"
    rf"{_REST}{_BLANKS}"
    rf"|(?<![A-Za-z0-9_/.:])~(?:[a-z_][a-z0-9_-]*)?/{_REST}{_BLANKS}"
    rf"|(?<![A-Za-z0-9_])[A-Za-z]:(?:\\|/(?!/)){_REST}{_BLANKS}"
    rf"|(?<![\\\w])\\\\[\w.-]+\\{_REST}{_BLANKS}"
    r"|(?:\$\{?(?:HOME|PWD|XDG_[A-Z_]+)\}?|%(?:USERPROFILE|APPDATA|HOMEPATH)%)[/\\]"
    rf"{_REST}{_BLANKS}"
    rf"|(?<![A-Za-z0-9_/.:])(?:\.{{1,2}}/)*(?:papers|notes|pictures|vectors|drafts)/{_REST}"
    r"\.(?:pdf|md|png|json)\b"
)
