"""Write papers and notes for others to read, as Markdown or as one HTML page.

The HTML page needs nothing else: no script, no file, no font. Text of strangers is escaped; own
words come rendered by who calls. What is private was taken out before (`notes.share`).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from itertools import groupby

from reader.base.messages import _
from reader.base.text import plain, plain_lines
from reader.library.highlight import gathered, once
from reader.notes.share import SharedPage, SharedPaper, bracketed, escaped


def markdown(shared: SharedPage) -> str:
    """Write a page as Markdown; pictures stand at its end, as addresses that hold them."""
    title = str(shared.title)
    pieces = [f"# {escaped(title)}"] if title else []
    top = "##" if title else "#"
    pictures: list[str] = []
    for theme, papers in groupby(shared.papers, key=lambda paper: paper.theme):
        pieces += [f"## {escaped(theme)}"] if theme else []
        for paper in papers:
            pieces.append(f"{top}{'#' * bool(theme)} {escaped(paper.title)}")
            address = paper.url and bracketed(paper.url)
            pieces.append("  \n".join(filter(None, (escaped(byline(paper)), address))))
            pieces.append(paper.words)
            if paper.figure:
                name = f"figure-{len(pictures) + 1}"
                pictures.append(f"[{name}]: {data_address(paper.figure)}")
                caption = escaped(paper.caption) or _("First figure")
                pieces.append(f"![{caption}][{name}]")
            for text, note, pages in marks(paper):
                at = f"({pages})" if pages else ""
                lines = " ".join(filter(None, (escaped(text), at, "" if text else escaped(note))))
                lines += f"\n\n— {escaped(note)}" if text and note else ""
                pieces.append("\n".join(f"> {line}".rstrip() for line in lines.split("\n")))
    return "\n\n".join(filter(None, [*pieces, *pictures])) + "\n"


def marks(paper: SharedPaper) -> Iterator[tuple[str, str, str]]:
    """List for each highlight its words, what was typed at it, and its pages."""
    for highlight, pages in zip(paper.highlights, gathered(paper.highlights), strict=True):
        if pages:
            n = ", ".join(map(str, pages))
            where = _("p. {page}", page=n) if len(pages) == 1 else _("pp. {n}", n=n)
            where = where if any(pages) else ""
            yield once(plain(highlight.text)), plain_lines(highlight.note), where


def byline(paper: SharedPaper) -> str:
    """Write authors and year in one line."""
    return " · ".join(filter(None, (", ".join(paper.authors), str(paper.year or ""))))


def data_address(picture: bytes) -> str:
    """Write a picture as an address that holds it. picture: PNG."""
    return "data:image/png;base64," + base64.b64encode(picture).decode()


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
    own_title = str(shared.title)
    title = own_title or (shared.papers[0].title if shared.papers else "")
    spoken = language(" ".join(paper.words for paper in shared.papers))
    level = 2 if own_title else 1
    body = [f"<h1>{escape(own_title)}</h1>"] if own_title else []
    for theme, papers in groupby(shared.papers, key=lambda paper: paper.theme):
        body += [f'<h2 class="theme">{escape(theme)}</h2>'] if theme else []
        for paper in papers:
            body += _article(paper, level + bool(theme), to_html)
    return document(title, spoken, body)


def document(title: str, spoken: str, lines: Iterable[str], *, style: str = "") -> str:
    """Write a whole HTML document. spoken: its language. lines: of its body. style: more of it."""
    inside = "\n".join(lines)
    page = f"""<!doctype html>
<html lang="{spoken}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<meta name="referrer" content="no-referrer">
<title>{escape(title)}</title>
<style>{STYLE}{style}</style>
</head>
<body>
<main>
{inside}
</main>
</body>
</html>
"""
    return TURNING.sub("", page)


def _article(paper: SharedPaper, level: int, to_html: Callable[[str], str]) -> Iterator[str]:
    """Write the lines of one paper. level: of its heading."""
    yield "<article>"
    yield f'<h{level} lang="{language(paper.title)}">{escape(paper.title)}</h{level}>'
    yield from article_below_title(paper, to_html)
    yield "</article>"


def article_below_title(paper: SharedPaper, to_html: Callable[[str], str]) -> Iterator[str]:
    """Write the lines of one paper that stand below its title."""
    yield f'<p class="by">{escape(byline(paper))}</p>'
    # A site that is opened from here does not learn where the page lies.
    anchor = '<a rel="noopener noreferrer" href='
    if paper.url:
        yield f'<p class="at">{anchor}"{escape(paper.url)}">{escape(paper.url)}</a></p>'
    if paper.words:
        words = to_html(paper.words).replace("<a href=", anchor)
        yield f'<div class="words" lang="{language(paper.words)}">\n{words}</div>'
    if paper.figure:
        shown = escape(paper.caption) or _("First figure")
        yield f'<figure><img alt="{shown}" src="{data_address(paper.figure)}">'
        yield f"<figcaption>{escape(paper.caption)}</figcaption></figure>"
    found = list(marks(paper))
    if found:
        yield '<ul class="marks">'
        for text, note, pages in found:
            quoted = f'<q lang="{language(text)}">{escape(text)}</q> ' if text else ""
            typed = f'<p class="typed">{escape(note)}</p>' if note else ""
            yield f"<li>{quoted}<small>{escape(pages)}</small>{typed}</li>"
        yield "</ul>"


def language(text: str) -> str:
    """Guess Japanese or English, so that a browser takes Japanese forms of the characters."""
    return "ja" if re.search("[\u3041-\u30fa\u4e00-\u9fff]", text) else "en"


TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that change the direction of text; `&#x202e;`, which Markdown decodes, is one too."""
