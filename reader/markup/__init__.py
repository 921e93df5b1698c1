"""Turn Markdown into HTML that is safe to show, by markdown-it-py.

Everything that is no Markdown is escaped: tags, comments, scripts. Links lead to http and
https only, pictures are not loaded. Knows no note.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token


def to_html(markdown: str, *, address_of: Callable[[str], str] = lambda _: "") -> str:
    """Render CommonMark; raw HTML in it is shown as text.

    address_of: gives the address to which `[[inside]]` leads, "" where it leads nowhere and
    stands as it is.
    """
    html: str = _renderer().render(markdown, {"address_of": address_of})
    return html


_WIKI = re.compile(r"\[\[([^\[\]\n]{1,300})\]\]")


def _link_keys(state: StateCore) -> None:
    """Make links of `[[key]]` and `[[key|words]]`, but for what stands in code or in a link."""
    for block in state.tokens:
        depth = 0
        made: list[Token] = []
        for token in block.children or ():
            depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            is_text = token.type == "text" and not depth
            made += _parted(token, state.env["address_of"]) if is_text else [token]
        if block.children:
            block.children = made


def _parted(token: Token, address_of: Callable[[str], str]) -> Iterator[Token]:
    """Give a piece of text with its links as tokens of their own."""
    done = 0
    for found in _WIKI.finditer(token.content):
        if address := address_of(found[1]):
            yield _text(token.content[done : found.start()])
            yield Token("link_open", "a", 1, attrs={"href": address})
            yield _text(found[1].rpartition("|")[2].strip())
            yield Token("link_close", "a", -1)
            done = found.end()
    yield _text(token.content[done:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


class _Web(MarkdownIt):
    """Knows no address but the web's."""

    def validateLink(self, url: str) -> bool:
        return url.strip().lower().startswith(("http://", "https://"))


@functools.cache
def _renderer() -> MarkdownIt:
    # Notes have the line breaks that their writer saw.
    made = _Web("commonmark", {"html": False, "breaks": True}).disable("image")
    made.core.ruler.push("keys", _link_keys)
    return made
