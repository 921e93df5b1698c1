"""Fill templates: everything escaped, in the language of whoever reads.

Knows no library and no request beyond the values that it is given.
"""

from __future__ import annotations

import functools
import re
from datetime import date

import jinja2
from markupsafe import Markup, escape

from reader.filing import folder_name, year_of
from reader.ids import url_of
from reader.markup.tex import tex_to_html, tex_to_text
from reader.phrases import say, say_day
from reader.plain import plain, plain_lines, shorten
from reader.today.going import entry_seconds, minutes_of
from reader.today.telling import families, queue_facts, source_name, sureness_mark, topic_text
from reader.web.addresses import as_path, paper_at, pdf_at
from reader.web.assets import asset, assets_version
from reader.web.cleaning import from_markdown

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
    """Give the templates of this package; a name that is not given is an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("reader.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"say": say, "say_day": say_day, "TABS": TABS}
    made.globals |= {"asset": asset, "assets_version": assets_version}
    made.filters |= {
        "plain": plain,
        "plain_lines": plain_lines,
        "shorten": shorten,
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


@functools.lru_cache(1_024)
def title(text: str) -> Markup:
    """Give a title or an abstract with its formulas as MathML; everything else is escaped.

    This is the only foreign text that becomes markup without nh3.
    """
    return Markup(tex_to_html(plain(text)))  # noqa: S704  escaped by tex_to_html


def ticked(text: str) -> Markup:
    """Show what stands between `backticks` in a sentence, a command say, as code."""
    pieces = [str(escape(piece)) for piece in text.split("`")]
    if len(pieces) % 2 == 0:  # one is left over: none means anything
        return escape(text)
    marked = [f"<code>{piece}</code>" if n % 2 else piece for n, piece in enumerate(pieces)]
    return Markup("".join(marked))  # noqa: S704  escaped piece by piece


@functools.lru_cache(1_024)
def title_text(text: str) -> str:
    """Give a title as text alone: for a window's name, an aria-label."""
    return tex_to_text(plain(text))


def day_text(day: date) -> str:
    """Give a day as a person writes it: "Thursday, 3 July"; 7月3日(木)."""
    weekday, month = say(f"weekday.long.{day.weekday()}"), say(f"web.month.{day.month}")
    return say("web.day", weekday=weekday, month=month, n=day.day)


def tongue(text: str) -> str:
    """Give the language of foreign text for its `lang`: a voice that can read it, its letters."""
    return "ja" if _JAPANESE.search(text) else "en"


_JAPANESE = re.compile("[\u3041-\u30ff\u3400-\u9fff]")


def on_the_web(address: str) -> str:
    """Give an address that a link may have, "" for one that is not of the web."""
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
