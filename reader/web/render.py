"""Fill templates: everything escaped, foreign HTML cleaned, in the language of whoever reads.

Titles, posts, abstracts and names are text and are escaped by the templates; HTML comes from
notes alone, whose Markdown anybody may have written (an imported file, a paste): nh3 is the one
door through which it comes to a page. Addresses of papers, and of files that change with their
content, are made here too. Knows no library and no request beyond the values that it is given.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import re
from datetime import date
from urllib.parse import quote

import jinja2
import nh3
from markupsafe import Markup, escape

from reader.base.markup import tex_to_html, tex_to_text
from reader.base.messages import say, say_day
from reader.base.text import plain, plain_lines, shorten, visible
from reader.library.file_names import folder_name, year_of
from reader.library.ids import url_of
from reader.morning.texts import (
    entry_seconds,
    families,
    minutes_of,
    queue_facts,
    source_name,
    sureness_mark,
    topic_text,
)


def as_path(text: str) -> str:
    """Write a text as part of an address: what would end the path there is quoted."""
    return quote(text, safe="/:@!$'()*,;=~+")


def paper_at(id_: str) -> str:
    """Write the address of a paper's page."""
    return f"/paper/{as_path(id_)}"


def pdf_at(id_: str) -> str:
    """Write the address of a paper's PDF; its pages are below it."""
    return f"/pdf/{as_path(id_)}"


WORKER = "worker.js"
"""The service worker: it has an address of its own, which never changes."""

_IMPORT = re.compile(rb'from "\./([\w-]+\.js)"')


@functools.cache
def asset(name: str) -> str:
    """Return the address of a file of `static/`; browsers may keep what is there for good."""
    return f"/static/{name}?{hashlib.sha256(asset_content(name)).hexdigest()[:12]}"


@functools.cache
def asset_content(name: str) -> bytes:
    """Read a file of `static/` as it is sent: a script imports others by their `asset`, so that
    its own address changes with theirs. Raises FileNotFoundError."""
    content = importlib.resources.files("reader.web").joinpath("static", name).read_bytes()
    if not name.endswith(".js"):
        return content
    return _IMPORT.sub(lambda found: f'from "{asset(found[1].decode())}"'.encode(), content)


@functools.cache
def assets() -> tuple[str, ...]:
    """List the addresses of all files, but for the worker."""
    folder = importlib.resources.files("reader.web").joinpath("static")
    names = sorted(file.name for file in folder.iterdir() if "." in file.name.strip("."))
    return tuple(asset(name) for name in names if name != WORKER)


@functools.cache
def assets_version() -> str:
    """Name the state of all files, the worker among them."""
    text = "\n".join([*assets(), asset(WORKER)])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


TAGS = {
    *("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "a", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes={"a": {"href", "title"}, "ol": {"start"}},
    url_schemes={"http", "https"},
    link_rel="noopener noreferrer nofollow",
    clean_content_tags={"script", "style", "template", "iframe", "object", "svg", "math"},
)


def clean(html: str) -> Markup:
    """Keep what text is made of; scripts, styles, forms, pictures and frames go.

    Links lead to http and https, or to a page of ours; other sites are not told where from.
    """
    return Markup(CLEANER.clean(visible(html)))  # noqa: S704  what nh3 gives


def from_markdown(text: str) -> Markup:
    """Render a note's Markdown; raw HTML in it is shown as text."""
    from reader.base.markup import to_html

    return clean(to_html(visible(text)))


LANGUAGES = ("en", "ja")

TABS = (
    ("/", "today", ("/triage",)),
    ("/search", "search", ("/search",)),
    ("/recall", "recall", ("/recall",)),
    ("/papers", "papers", ("/papers", "/paper/", "/note/", "/pdf/")),
    (
        "/more",
        "more",
        ("/more", "/door", "/topics", "/sources", "/week", "/stats", "/work", "/settings"),
    ),
)
"""Where to go: (address, name of its text and icon, beginnings of addresses that belong to it)."""


@functools.cache
def environment() -> jinja2.Environment:
    """Open the templates of this package; a name that is not given is an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("reader.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"say": say, "say_day": say_day, "TABS": TABS}
    made.globals |= {"asset": asset, "assets_version": assets_version, "icon": icon}
    made.filters |= {
        "plain": plain,
        "plain_lines": plain_lines,
        "shorten": functools.lru_cache(1_024)(shorten),
        "iso": date.isoformat,
        "address": url_of,
        "as_path": as_path,
        "paper_at": paper_at,
        "folder_name": folder_name,
        "pdf_at": pdf_at,
        "year_of": year_of,
        "title": title,
        "markdown": from_markdown,
        "ticked": ticked,
        "prose": title,
        "title_text": title_text,
        "tongue": tongue,
        "on_the_web": on_the_web,
        "day_text": day_text,
        "minutes_of": minutes_of,
        "seconds_of": lambda entries: round(sum(map(entry_seconds, entries))),
        "families": families,
        "source_name": source_name,
        "queue_facts": queue_facts,
        "sureness_mark": sureness_mark,
        "topic_text": topic_text,
    }
    return made


def render(template: str, **values: object) -> str:
    """Fill one template. Raises jinja2.UndefinedError for a value that is not given."""
    return environment().get_template(template).render(**values)


@functools.cache
def icon(name: str) -> Markup:
    """Draw a picture beside a word; it says nothing by itself. name: an id of static/icons.svg.

    A function and no macro: a list has hundreds, and a macro takes ten times as long.
    """
    drawn = '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>'
    return Markup(drawn).format(asset("icons.svg"), name)  # noqa: S704  escaped by format


@functools.lru_cache(1_024)
def title(text: str) -> Markup:
    """Render a title or an abstract with its formulas as MathML; everything else is escaped.

    This is the only foreign text that becomes markup without nh3.
    """
    # Browsers end a line at a formula as at a picture, also between it and a hyphen or full stop.
    html = _FORMULA.sub(r'<span class="whole">\g<0></span>', tex_to_html(plain(text)))
    return Markup(html)  # noqa: S704  escaped by tex_to_html


_MATH = "<math(?:(?!</math>).)*</math>"
_FORMULA = re.compile(rf"\({_MATH}[-).,:;!?]?|{_MATH}[-).,:;!?]", re.DOTALL)
_OPTION = re.compile(r"(?<!\S)--[\w-]+")


def ticked(text: str) -> Markup:
    """Show what stands between `backticks` in a sentence, a command say, as code."""
    pieces = [str(escape(piece)) for piece in text.split("`")]
    if len(pieces) % 2 == 0:  # one is left over: none means anything
        return escape(text)
    # A line may end behind each hyphen: an option stays whole.
    whole = [_OPTION.sub(r'<span class="whole">\g<0></span>', piece) for piece in pieces]
    marked = [f"<code>{piece}</code>" if n % 2 else pieces[n] for n, piece in enumerate(whole)]
    return Markup("".join(marked))  # noqa: S704  escaped piece by piece


@functools.lru_cache(1_024)
def title_text(text: str) -> str:
    """Write a title as text alone: for a window's name, an aria-label."""
    return tex_to_text(plain(text))


def day_text(day: date) -> str:
    """Write a day as a person does: "Thursday, 3 July"; 7月3日(木)."""
    weekday, month = say(f"weekday.long.{day.weekday()}"), say(f"web.month.{day.month}")
    return say("web.day", weekday=weekday, month=month, n=day.day)


def tongue(text: str) -> str:
    """Guess the language of foreign text for its `lang`: a voice that can read it, its letters."""
    return "ja" if _JAPANESE.search(text) else "en"


_JAPANESE = re.compile("[\u3041-\u30ff\u3400-\u9fff]")


def on_the_web(address: str) -> str:
    """Return an address that a link may have, "" for one that is not of the web."""
    return address if address.casefold().startswith(("https://", "http://")) else ""


def chosen_language(cookie: str, written: str, accepts: str) -> str:
    """Choose the language: picked on a page, else what feeds.toml has, else the browser's.

    cookie, written: "" for none. accepts: the header Accept-Language.
    """
    for said in (cookie, written):
        if said in LANGUAGES:
            return said
    weighed = []
    for n, part in enumerate(accepts.split(",")):
        name, _, weight = part.partition(";q=")
        try:
            weighed.append((-float(weight or 1), n, name.strip()[:2].casefold()))
        except ValueError:
            continue
    return next((name for _, _, name in sorted(weighed) if name in LANGUAGES), "en")
