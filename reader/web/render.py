"""Fill templates: escape all text, clean foreign HTML, in the reader's language.

Titles, posts, abstracts and names are text, which the templates escape. HTML comes from notes
alone; anybody may have written their Markdown (an imported file, a paste), so it reaches a
page only through nh3. The addresses of papers and static files are made here too. Knows no
library and no request beyond the values that it is given.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import re
from collections.abc import Callable, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from urllib.parse import quote

import jinja2
import nh3
from markupsafe import Markup, escape

from reader.base.messages import N_, _, in_thousands, ngettext, pgettext, say_day
from reader.base.tex import tex_to_html, title_text
from reader.base.text import plain, plain_lines, sentences, shorten, visible
from reader.library.file_names import folder_name, year_of
from reader.library.highlight import COLOURS, MARKS
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.morning.values import entry_seconds, minutes_of
from reader.notes.export import ORIGINS
from reader.notes.words import key_of
from reader.texts.morning import (
    muted_mark,
    queue_facts,
    sureness_mark,
    topic_text,
    within_priority,
    written_text,
)
from reader.texts.paper import property_texts
from reader.texts.sources import BATCH_STATES, families, source_name


def as_path(text: str) -> str:
    """Quote a text for the path of an address; "/" and ":" stay."""
    return quote(text, safe="/:@!$'()*,;=~+")


def paper_at(id_: str) -> str:
    """Build the address of a paper's page."""
    return f"/paper/{as_path(id_)}"


def pdf_at(id_: str) -> str:
    """Build the address of a paper's PDF; its pages have addresses below it."""
    return f"/pdf/{as_path(id_)}"


A_YEAR_S = 31_536_000

WORKER = "worker.js"
"""The service worker. Its own address has no hash: browsers know a worker by its address."""

_IMPORT = re.compile(rb'from "\./([\w-]+\.js)"')


@functools.cache
def asset(name: str) -> str:
    """Build the address of a file in `static/`, with the hash of its content."""
    return f"/static/{name}?{hashlib.sha256(asset_content(name)).hexdigest()[:12]}"


@functools.cache
def asset_content(name: str) -> bytes:
    """Read a file in `static/` as it is sent.

    A script imports others by their `asset` address, so its own hash changes with theirs.
    Raises FileNotFoundError.
    """
    content = _static(name).read_bytes()
    if not name.endswith(".js"):
        return content
    return _IMPORT.sub(lambda found: f'from "{asset(found[1].decode())}"'.encode(), content)


def _static(name: str) -> Traversable:
    return importlib.resources.files("reader.web").joinpath("static", name)


@functools.cache
def scripts_of(name: str) -> tuple[str, ...]:
    """List the addresses of a script and of all scripts that come with it, each once."""
    names = [name]
    for one in names:  # grows meanwhile
        imported = map(bytes.decode, _IMPORT.findall(_static(one).read_bytes()))
        names += [each for each in dict.fromkeys(imported) if each not in names]
    return tuple(map(asset, names))


@functools.cache
def assets() -> tuple[str, ...]:
    """List the addresses of all static files except the worker."""
    folder = importlib.resources.files("reader.web").joinpath("static")
    names = sorted(file.name for file in folder.iterdir() if "." in file.name.strip("."))
    return tuple(asset(name) for name in names if name != WORKER)


@functools.cache
def assets_version() -> str:
    """Return a version of all static files, the worker included: 12 hexadecimal digits."""
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
    # These go with their content; of any other tag that is not allowed only the text stays.
    clean_content_tags={"script", "style", "template", "iframe", "object", "svg", "math"},
)


def clean(html: str) -> Markup:
    """Clean HTML: only the elements of text remain, no scripts, styles, forms or pictures.

    Links lead to http, https or our own pages; other sites get no Referer.
    """
    found = CLEANER.clean(visible(html))
    # What was written as a number, "&#x202e;", is a character only now.
    shown = visible(found).replace("\x0b", " ")
    # Cleaned once more: an address may be another one without it.
    return Markup(found if shown == found else CLEANER.clean(shown))  # noqa: S704  what nh3 gives


def from_markdown(text: str, linked: Mapping[str, LibraryPaper] | None = None) -> Markup:
    """Render a note's Markdown; raw HTML in it is shown as text.

    linked: the papers of its links by key; a link shows the title, or the words typed in it.
    """
    from reader.base.markup import to_html

    known = linked or {}

    def link_of(inside: str) -> tuple[str, str] | None:
        paper, words = known.get(key_of(inside)), inside.partition("|")[2].strip()
        return (
            (paper_at(paper.record.id), words or title_text(paper.record.title)) if paper else None
        )

    return clean(to_html(visible(text), link_of=link_of))


LANGUAGES = {"en": "English", "ja": "日本語"}
"""The languages of the pages, by their own names."""

TABS = (
    ("/", N_("Today"), "today", ("/triage", "/queue", "/wrong")),
    ("/search", N_("Search"), "search", ("/search",)),
    ("/recall", N_("Recall"), "recall", ("/recall",)),
    ("/papers", N_("Papers"), "papers", ("/papers", "/paper/", "/note/", "/pdf/", "/share")),
    (
        "/more",
        N_("More"),
        "more",
        ("/more", "/add", "/day", "/door", "/mute", "/offline", "/settings", "/sources", "/stats",
         "/topics", "/trash", "/trust", "/waiting", "/week", "/work"),
    ),
)  # fmt: skip
"""The tabs: (address, name of its text and icon, prefixes of the addresses that belong to it)."""


SORTS = {
    "": N_("newest"),
    "title": N_("title"),
    "year": N_("year"),
    "rating": N_("rating"),
    "talk": N_("most talked about"),
}
"""The orders of lists of papers."""

TABLES = {
    "STATES": {
        "candidate": N_("undecided"),
        "pick": N_("picked"),
        "read": N_("read"),
        "skip": N_("skipped"),
    },
    "KINDS": {
        "": N_("All"),
        "note": N_("Notes"),
        "highlight": N_("Highlights"),
        "paper": N_("Papers"),
        "passage": N_("Passages"),
    },
    "MORE": {
        "note": N_("More notes"),
        "highlight": N_("More highlights"),
        "paper": N_("More papers"),
        "passage": N_("More passages"),
    },
    "WORKS": {
        "gather": N_("Gather new papers"),
        "index": N_("Fetch PDFs and update the search index"),
        "fetch": N_("Fetch the PDFs"),
    },
    "LANES": {
        "own": N_("own topic"),
        "near": N_("near topic"),
    },
    "VERDICTS": {
        "copied": N_("copied"),
        "close": N_("close"),
    },
    "NEAR_VERDICTS": {
        "copied": N_("reworded"),
        "close": N_("close in meaning"),
    },
    "FAR_VERDICTS": {
        "copied": N_("translated"),
        "close": N_("close in another language"),
    },
    "KEYS": (
        ("j k", N_("down, up")),
        ("PageDown PageUp", N_("a screen down, up")),
        ("→ ←", N_("next page, previous page")),
        ("Home End", N_("first page, last page")),
        ("+ − 0", N_("larger, smaller, fit the width")),
        ("w 2", N_("fit the column; one page or two")),
        ("c t", N_("contents; thumbnails")),
        ("/ n N", N_("find; next match, previous match")),
        ("[ ]", N_("back to where I was, forward")),
        ("d ?", N_("dark pages; these keys")),
    ),
    "HAVING": {
        "note": N_("a note"),
        "pdf": N_("a PDF"),
        "highlight": N_("highlights"),
    },
    "SORTS": SORTS,
    "SURENESS": {
        "sure": N_("surely yours"),
        "likely": N_("likely yours"),
        "maybe": N_("maybe yours"),
    },
}
"""Texts that templates look up by a value."""


@functools.cache
def environment() -> jinja2.Environment:
    """Load the templates of this package; an undefined name in one is an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("reader.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Not by Jinja's i18n extension: it fills in %(name)s, and looks `gettext` up for each text.
    made.globals |= {"_": _, "ngettext": ngettext, "pgettext": pgettext}
    made.globals |= {"say_day": say_day, "TABS": TABS}
    made.globals |= TABLES | {"ORIGINS": ORIGINS, "MARKS": MARKS, "COLOURS": COLOURS}
    made.globals |= {"BATCH_STATES": BATCH_STATES}
    made.globals |= {"asset": asset, "assets_version": assets_version, "icon": icon}
    made.globals |= {"scripts_of": scripts_of}
    made.filters |= _filters()
    return made


def _filters() -> dict[str, Callable[..., object]]:
    return {
        "plain": plain,
        "plain_lines": plain_lines,
        "sentences": sentences,
        # Cached: after each decision today's page cuts the same titles again.
        "shorten": functools.lru_cache(1_024)(shorten),
        "in_thousands": in_thousands,
        "iso": date.isoformat,
        "address": url_of,
        "as_path": as_path,
        "paper_at": paper_at,
        "folder_name": lambda path: str(folder_name(path)),
        "pdf_at": pdf_at,
        "year_of": year_of,
        "title": title,
        "markdown": from_markdown,
        "ticked": ticked,
        "whole_numbers": whole_numbers,
        "prose": title,
        "title_text": title_text,
        "tongue": tongue,
        "on_the_web": on_the_web,
        "minutes_of": minutes_of,
        "seconds_of": lambda entries: round(sum(map(entry_seconds, entries))),
        "families": families,
        "source_name": source_name,
        "queue_facts": functools.partial(queue_facts, has_button=True),
        "muted_mark": muted_mark,
        "written_text": written_text,
        "within_priority": within_priority,
        "property_texts": property_texts,
        "sureness_mark": sureness_mark,
        "topic_text": topic_text,
    }


def render(template: str, **values: object) -> str:
    """Render one template. Raises jinja2.UndefinedError for a missing value."""
    return environment().get_template(template).render(**values)


@functools.cache
def icon(name: str) -> Markup:
    """Draw an icon, which screen readers skip. name: an id in static/icons.svg.

    Not a macro: a list has hundreds of icons, and a macro takes ten times as long.
    """
    drawn = '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>'
    return Markup(drawn).format(asset("icons.svg"), name)  # noqa: S704  escaped by format


@functools.lru_cache(1_024)
def title(text: str) -> Markup:
    """Render a title or an abstract with its formulas as MathML; everything else is escaped.

    This is the only foreign text that becomes markup without nh3.
    """
    # Browsers may break a line at a formula as at a picture, even before a hyphen or full stop.
    html = _FORMULA.sub(r'<span class="whole">\g<0></span>', tex_to_html(plain(text)))
    return Markup(html)  # noqa: S704  escaped by tex_to_html


_MATH = "<math(?:(?!</math>).)*</math>"
_FORMULA = re.compile(rf"\({_MATH}[-).,:;!?]?|{_MATH}[-).,:;!?]", re.DOTALL)
_WHOLE = re.compile(r"\d{4}-\d\d-\d\d|\d[\d,]*(?: of |本中)\d[\d,]*本?")
_OPTION = re.compile(r"(?<!\S)--[\w-]+")


def ticked(text: str) -> Markup:
    """Render a sentence of ours; text between `backticks` becomes code, and a command that a page
    can do by a button a link to that page."""
    bare = text.split("`")
    if len(bare) % 2 == 0:
        # An odd number of backticks: none of them has a partner for sure.
        return escape(text)
    marked = [_command(piece) if n % 2 else str(escape(piece)) for n, piece in enumerate(bare)]
    # Japanese has a blank beside a command, and none beside the words that take its place.
    html = _BESIDE_WORDS.sub("", "".join(marked))
    return Markup(html)  # noqa: S704  escaped piece by piece


def whole_numbers(text: str) -> Markup:
    """Escape a text in which no line ends within a date or a count ("6 of 6")."""
    html = _WHOLE.sub(r'<span class="whole">\g<0></span>', str(escape(text)))
    return Markup(html)  # noqa: S704  escaped before


PAGES_OF_COMMANDS = {
    "add": ("/add", N_("Add a paper")),
    "fetch": ("/work", N_("Background tasks")),
    "gather": ("/work", N_("Background tasks")),
    "index": ("/work", N_("Background tasks")),
    "mute": ("/mute", N_("Muted")),
    "mute --list": ("/mute", N_("Muted")),
    "note --waiting": ("/waiting", N_("Notes that wait for their paper")),
    "queue": ("/queue", N_("Queue")),
    "recall": ("/recall", N_("Recall")),
    "remove": ("/trash", N_("Trash")),
    "search": ("/search", N_("Search")),
    "sources": ("/sources", N_("Sources")),
    "today": ("/", N_("Today")),
    "topics": ("/topics", N_("Folders")),
    "unmute": ("/mute", N_("Muted")),
    "week": ("/week", N_("The week")),
}
"""The page that does by a button what a command does: (address, name of its text)."""

_PAGES_OF_PAPERS = {"note": ("/note/", N_("Note")), "show": ("/paper/", N_("The paper's page"))}
"""The same of commands that name a paper: (address without its id, name of its text)."""

_COMMAND = re.compile(r"reader ([a-z]+(?: --[a-z]+)?)(?: (?:ID|([a-z]+:\S+)))?")


def _command(text: str) -> str:
    """Render a command as a link to the page that does the same, as code where none does."""
    found = _COMMAND.fullmatch(text)
    if found and found[2] and found[1] in _PAGES_OF_PAPERS:
        address, name = _PAGES_OF_PAPERS[found[1]]
        return str(Markup('<a href="{}">{}</a>').format(address + as_path(found[2]), _(name)))
    if found and found[1] in PAGES_OF_COMMANDS:
        address, name = PAGES_OF_COMMANDS[found[1]]
        if found[1] == "add" and found[2]:
            address += f"?url={quote(found[2], safe=':')}"
        return str(Markup('<a href="{}">{}</a>').format(address, _(name)))
    # A browser may break a line after each hyphen; an option stays in one piece.
    whole = _OPTION.sub(r'<span class="whole">\g<0></span>', str(escape(text)))
    return f"<code>{whole}</code>"


def tongue(text: str) -> str:
    """Guess the language of a text for its `lang`, by which browsers choose voice and font."""
    return "ja" if _JAPANESE.search(text) else "en"


_JA = "[\u3041-\u30ff\u3400-\u9fff]"
_JAPANESE = re.compile(_JA)
_BESIDE_WORDS = re.compile(f"(?<={_JA}) (?=<a [^>]*>{_JA}|「)|(?:(?<={_JA}</a>)|(?<=」)) (?={_JA})")


def on_the_web(address: str) -> str:
    """Return an address if it is http or https, otherwise "": only those become links."""
    return address if address.casefold().startswith(("https://", "http://")) else ""


def chosen_language(cookie: str, written: str, accepts: str) -> str:
    """Choose the language: the one picked on a page, else feeds.toml's, else the browser's.

    cookie, written: "" for none. accepts: the header Accept-Language. English where nothing
    fits.
    """
    for language in (cookie, written):
        if language in LANGUAGES:
            return language
    weighed = []
    for n, part in enumerate(accepts.split(",")):
        name, _unused, weight = part.partition(";q=")
        try:
            # "en-GB" is "en". Equal weights count in the order in which they stand.
            weighed.append((-float(weight or 1), n, name.strip()[:2].casefold()))
        except ValueError:
            continue
    return next((name for _, _, name in sorted(weighed) if name in LANGUAGES), "en")
