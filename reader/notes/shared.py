"""Write papers and notes for others to read, as Markdown or as one HTML page.

Nothing in it is private: no path, no key of a note, no decision, no day. What could hold
such a thing in the person's own words is taken out here, and counted. The HTML page needs
nothing else: no script, no file, no font. Text of strangers is escaped; own words come
rendered by who calls. Pure.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from urllib.parse import quote

from reader.base.messages import _
from reader.base.text import WIKI_LINK, plain, plain_lines
from reader.library.highlight import Highlight, gathered, once


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
    title: str = ""
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
        return f"[{own}](<{_address(address)}>)" if _is_web(address) else own

    # Keys first: the links that they become are of the web, and stay.
    text = WIKI_LINK.sub(linked, text)
    text = _LINK.sub(lambda m: m[0] if _is_web(m[2]) else left_out(m), text)
    text = _DEFINITION.sub(lambda m: m[0] if _is_web(m[1]) else left_out(m)[:0], text)
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


def markdown(shared: SharedPage) -> str:
    """Write a page as Markdown; pictures stand at its end, as addresses that hold them."""
    pieces = [f"# {escaped(shared.title)}"] if shared.title else []
    top = "##" if shared.title else "#"
    pictures: list[str] = []
    for theme, papers in groupby(shared.papers, key=lambda paper: paper.theme):
        pieces += [f"## {escaped(theme)}"] if theme else []
        for paper in papers:
            pieces.append(f"{top}{'#' * bool(theme)} {escaped(paper.title)}")
            address = paper.url and f"<{_address(paper.url)}>"
            pieces.append("  \n".join(filter(None, (escaped(byline(paper)), address))))
            pieces.append(paper.words)
            if paper.figure:
                name = f"figure-{len(pictures) + 1}"
                pictures.append(f"[{name}]: {data_address(paper.figure)}")
                caption = escaped(paper.caption) or _("First figure")
                pieces.append(f"![{caption}][{name}]")
            for text, note, pages in marks(paper):
                lines = f"{escaped(text)} ({pages})" if text else f"({pages}) {escaped(note)}"
                lines += f"\n\n— {escaped(note)}" if text and note else ""
                pieces.append("\n".join(f"> {line}".rstrip() for line in lines.split("\n")))
    return "\n\n".join(filter(None, [*pieces, *pictures])) + "\n"


def marks(paper: SharedPaper) -> Iterator[tuple[str, str, str]]:
    """List for each highlight its words, what was typed at it, and its pages."""
    for highlight, pages in zip(paper.highlights, gathered(paper.highlights), strict=True):
        if pages:
            n = ", ".join(map(str, pages))
            where = _("p. {page}", page=n) if len(pages) == 1 else _("pp. {n}", n=n)
            yield once(plain(highlight.text)), plain_lines(highlight.note), where


def byline(paper: SharedPaper) -> str:
    """Write authors and year in one line."""
    return " · ".join(filter(None, (", ".join(paper.authors), str(paper.year or ""))))


def data_address(picture: bytes) -> str:
    """Write a picture as an address that holds it. picture: PNG."""
    return "data:image/png;base64," + base64.b64encode(picture).decode()


def escaped(text: str) -> str:
    """Keep foreign text from being Markdown or HTML; line ends stay."""
    text = re.sub(r"([\\`*_\[\]<>#~|])", r"\\\1", plain_lines(text)).replace("&", "&amp;")
    # At the beginning of a line these make lists and headings.
    text = re.sub(r"^(\s*)([-+=])", r"\1\\\2", text, flags=re.MULTILINE)
    return re.sub(r"^(\s*\d+)([.)])", r"\1\\\2", text, flags=re.MULTILINE)


def _address(address: str) -> str:
    """Keep an address from ending its brackets."""
    return re.sub(r"[<>\s]", lambda c: quote(c[0]), address)


def _is_web(address: str) -> bool:
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


STYLE = """
:root { color-scheme: light dark; --ink: #1d2126; --dim: #5d6672; --line: #dfe3e8;
  --ground: #fbfbf9; --sheet: #ffffff; --link: #0b5cad; --mark: #f3e7a8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e6e9; --dim: #9aa3ae;
  --line: #343a42; --ground: #15181c; --sheet: #1d2126; --link: #82b7f0; --mark: #7a6a24; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.65;
  font: 1.0625rem/1.65 system-ui, -apple-system, "Segoe UI", "Hiragino Sans", "Noto Sans CJK JP",
    "Noto Sans JP", "Yu Gothic", Meiryo, sans-serif; overflow-wrap: anywhere; }
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
article { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px;
  padding: 1.25rem 1.4rem; margin: 1.25rem 0; }
h1, h2, h3 { line-height: 1.3; margin: 0 0 .4rem; text-wrap: pretty; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; } .theme { margin-top: 2rem; }
.by, .at, figcaption { color: var(--dim); font-size: .9rem; }
.by { margin: 0; } .at { margin: .1rem 0 1rem; }
a { color: var(--link); }
.words h1, .words h2, .words h3, .words h4 { font-size: 1rem; margin: 1.1rem 0 .2rem; }
.words p { margin: .5rem 0; } .words ul, .words ol { padding-left: 1.3rem; }
.words blockquote { margin: .8rem 0; padding-left: .9rem; border-left: 3px solid var(--line);
  color: var(--dim); }
.words pre { white-space: pre-wrap; }
hr { border: 0; border-top: 1px solid var(--line); } code { font-size: .92em; }
figure { margin: 1.2rem 0; } figcaption { margin-top: .4rem; }
figure img { display: block; max-width: 100%; height: auto; background: #fff; padding: .4rem;
  border: 1px solid var(--line); border-radius: 6px; }
.marks { list-style: none; margin: 1.2rem 0 0; padding: .9rem 0 0;
  border-top: 1px solid var(--line); }
.marks li { margin: 0 0 .8rem; } .marks q { quotes: none; background: var(--mark);
  padding: .05em .15em; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.marks .typed { white-space: pre-line; margin: .2rem 0 0 1rem; }
.marks small { color: var(--dim); white-space: nowrap; }
@media (max-width: 30rem) { main { padding: .75rem .6rem 2rem; } article { padding: 1rem; } }
@media print { body { background: none; }
  article { border: 0; padding: 0; break-inside: avoid-page; } }
"""

# Whatever foreign text becomes in a page, a browser loads and runs nothing of it.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'"


def html_page(shared: SharedPage, to_html: Callable[[str], str]) -> str:
    """Write a page as HTML. to_html: renders Markdown as HTML that is safe."""
    title = shared.title or (shared.papers[0].title if shared.papers else "")
    language = _language(" ".join(paper.words for paper in shared.papers))
    level = 2 if shared.title else 1
    body = [f"<h1>{escape(shared.title)}</h1>"] if shared.title else []
    for theme, papers in groupby(shared.papers, key=lambda paper: paper.theme):
        body += [f'<h2 class="theme">{escape(theme)}</h2>'] if theme else []
        for paper in papers:
            body += _article(paper, level + bool(theme), to_html)
    lines = "\n".join(body)
    page = f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<meta name="referrer" content="no-referrer">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
{lines}
</main>
</body>
</html>
"""
    return _TURNING.sub("", page)


def _article(paper: SharedPaper, level: int, to_html: Callable[[str], str]) -> Iterator[str]:
    """Write the lines of one paper. level: of its heading."""
    yield "<article>"
    yield f'<h{level} lang="{_language(paper.title)}">{escape(paper.title)}</h{level}>'
    yield f'<p class="by">{escape(byline(paper))}</p>'
    # A site that is opened from here does not learn where the page lies.
    anchor = '<a rel="noopener noreferrer" href='
    if paper.url:
        yield f'<p class="at">{anchor}"{escape(paper.url)}">{escape(paper.url)}</a></p>'
    if paper.words:
        words = to_html(paper.words).replace("<a href=", anchor)
        yield f'<div class="words" lang="{_language(paper.words)}">\n{words}</div>'
    if paper.figure:
        shown = escape(paper.caption) or _("First figure")
        yield f'<figure><img alt="{shown}" src="{data_address(paper.figure)}">'
        yield f"<figcaption>{escape(paper.caption)}</figcaption></figure>"
    found = list(marks(paper))
    if found:
        yield '<ul class="marks">'
        for text, note, pages in found:
            quoted = f'<q lang="{_language(text)}">{escape(text)}</q> ' if text else ""
            typed = f'<p class="typed">{escape(note)}</p>' if note else ""
            yield f"<li>{quoted}<small>{escape(pages)}</small>{typed}</li>"
        yield "</ul>"
    yield "</article>"


def _language(text: str) -> str:
    """Guess Japanese or English, so that a browser takes Japanese forms of the characters."""
    return "ja" if re.search("[\u3041-\u30fa\u4e00-\u9fff]", text) else "en"


_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that change the direction of text; `&#x202e;`, which Markdown decodes, is one too."""
