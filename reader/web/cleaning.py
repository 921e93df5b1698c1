"""Clean HTML that is not ours, by nh3: the one door through which it comes to a page.

Titles, posts, abstracts and names are text and are escaped by the templates; HTML comes from
notes alone, whose Markdown anybody may have written (an imported file, a paste).
"""

from __future__ import annotations

import functools

import nh3
from markupsafe import Markup

from reader.plain import visible

TAGS = {
    *("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "a", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


def clean(html: str) -> Markup:
    """Keep what text is made of; scripts, styles, forms, pictures and frames go.

    Links lead to http and https, or to a page of ours; other sites are not told where from.
    """
    return Markup(_cleaner().clean(visible(html)))  # noqa: S704  what nh3 gives


def from_markdown(text: str) -> Markup:
    """Render a note's Markdown; raw HTML in it is shown as text."""
    from reader.markup import to_html

    return clean(to_html(visible(text)))


@functools.cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
        clean_content_tags={"script", "style", "template", "iframe", "object", "svg", "math"},
    )
