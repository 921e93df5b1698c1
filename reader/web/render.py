"""Fill templates: everything escaped, in the language of whoever reads.

Knows no library and no request beyond the values that it is given.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
from datetime import date

import jinja2

from reader.ids import url_of
from reader.phrases import say
from reader.plain import plain, plain_lines, shorten

LANGUAGES = ("en", "ja")


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
    made.globals |= {"say": say, "asset": asset}
    made.filters |= {
        "plain": plain,
        "plain_lines": plain_lines,
        "shorten": shorten,
        "iso": date.isoformat,
        "address": url_of,
    }
    return made


def render(template: str, **values: object) -> str:
    """Fill one template. Raises jinja2.UndefinedError for a value that is not given."""
    return environment().get_template(template).render(**values)


@functools.cache
def asset(name: str) -> str:
    """Give the address of a file of `static/`; it changes with the content, so that browsers
    may keep it for good."""
    content = importlib.resources.files("reader.web").joinpath("static", name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:12]}"


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
