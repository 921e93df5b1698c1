"""Turn the HTML of a note into Markdown: nh3 leaves what is safe, markdownify writes it."""

from __future__ import annotations

import re

import nh3
from markdownify import markdownify

from reader.base.text import html_to_text, visible

_TAGS = {
    "a", "b", "strong", "i", "em", "u", "s", "del", "sub", "sup", "code", "pre", "p", "br", "hr",
    "div", "span", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "table",
    "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def to_markdown(html: str) -> str:
    """Convert a note; its scripts, styles, pictures and comments are left out."""
    try:
        safe = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, link_rel=None)
        text = markdownify(safe, heading_style="ATX", bullets="-", escape_underscores=False)
    except RecursionError:  # nested a thousand deep
        text = html_to_text(html)[0]
    return re.sub(r"\n{3,}", "\n\n", visible(text)).strip()
