"""Turn Markdown into HTML that is safe to show.

Markdown goes through markdown-it-py: everything that is none is escaped (tags, comments,
scripts), links lead to http and https only, and pictures are not loaded. Takes any string and
never raises. Knows no note and no page.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from reader.base.text import WIKI_LINK

LinkOf = Callable[[str], tuple[str, str] | None]
"""Returns the address and the words of a link `[[inside]]`; None leaves it as it was typed."""


def to_html(markdown: str, *, link_of: LinkOf = lambda _: None) -> str:
    """Render CommonMark to HTML; raw HTML in it is shown as text."""
    html: str = _renderer().render(markdown, {"link_of": link_of})
    return html


def _link_keys(state: StateCore) -> None:
    """Turn `[[key]]` and `[[key|words]]` into links, except in code and inside links."""
    for block in state.tokens:
        depth = 0
        made: list[Token] = []
        for token in block.children or ():
            depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            is_text = token.type == "text" and not depth
            made += _split_links(token, state.env["link_of"]) if is_text else [token]
        if block.children:
            block.children = made


def _split_links(token: Token, link_of: LinkOf) -> Iterator[Token]:
    """Split a text token at its links; each link becomes tokens of its own."""
    done = 0
    for found in WIKI_LINK.finditer(token.content):
        if link := link_of(found[1]):
            address, words = link
            yield _text(token.content[done : found.start()])
            yield Token("link_open", "a", 1, attrs={"href": address})
            yield _text(words)
            yield Token("link_close", "a", -1)
            done = found.end()
    yield _text(token.content[done:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


class _Web(MarkdownIt):
    """A parser that accepts links to http and https only."""

    def validateLink(self, url: str) -> bool:
        return url.strip().lower().startswith(("http://", "https://"))


@functools.cache
def _renderer() -> MarkdownIt:
    # CommonMark joins the lines of a paragraph; a note keeps the breaks that were typed.
    made = _Web("commonmark", {"html": False, "breaks": True}).disable("image")
    made.core.ruler.push("keys", _link_keys)
    return made
