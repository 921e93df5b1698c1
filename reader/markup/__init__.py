"""Turn Markdown into HTML that is safe to show, by markdown-it-py.

Everything that is no Markdown is escaped: tags, comments, scripts. Links lead to http and
https only, pictures are not loaded. Knows no note.
"""

from __future__ import annotations

import functools

from markdown_it import MarkdownIt


def to_html(markdown: str) -> str:
    """Render CommonMark; raw HTML in it is shown as text."""
    html: str = _renderer().render(markdown)
    return html


class _Web(MarkdownIt):
    """Knows no address but the web's."""

    def validateLink(self, url: str) -> bool:
        return url.strip().lower().startswith(("http://", "https://"))


@functools.cache
def _renderer() -> MarkdownIt:
    # Notes have the line breaks that their writer saw.
    return _Web("commonmark", {"html": False, "breaks": True}).disable("image")
