"""Turn the HTML of a note into Markdown: nh3 leaves what is safe, markdownify writes it."""

from __future__ import annotations

import re

import nh3
from markdownify import markdownify

from reader.base.text import html_to_text, visible
from reader.gathering.imports.item import ATTACHMENTS

_TAGS = {
    "a", "b", "strong", "i", "em", "u", "s", "del", "sub", "sup", "code", "pre", "p", "br", "hr",
    "div", "span", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "table",
    "thead", "tbody", "tr", "th", "td", "img",
}  # fmt: skip
_KEPT = f"{ATTACHMENTS}/"


def _filter(tag: str, attribute: str, value: str) -> str | None:
    """Keep the pictures that the library has; others would be asked for when a note is shown."""
    is_foreign = (tag, attribute) == ("img", "src") and not value.startswith(_KEPT)
    return None if is_foreign else value


def to_markdown(html: str) -> str:
    """Convert a note; its scripts, styles, comments and pictures from elsewhere are left out."""
    try:
        safe = nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href"}, "img": {"src", "alt"}},
            attribute_filter=_filter,
            link_rel=None,
        )
        text = markdownify(
            safe,
            heading_style="ATX",
            bullets="-",
            escape_underscores=False,
            table_infer_header=True,
            keep_inline_images_in=["td", "th", "h1", "h2", "h3", "h4", "h5", "h6"],
        )
        text = re.sub(r"!\[[^\]\n]*\]\(\)", "", text)  # a picture without its address
    except RecursionError:  # nested a thousand deep
        text = html_to_text(html)[0]
    return re.sub(r"\n{3,}", "\n\n", visible(text)).strip()
