"""Bring the translations up to date with the texts in the code: `python -m tests.texts`.

Adds what is new in the code, untranslated, to each .po, takes out what is gone, and compiles.
Nothing is guessed: a text that was changed is a new one. test_messages then names what is to be
translated.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_from_file
from babel.messages.pofile import read_po, write_po

from reader.base.build_texts import LOCALE, compile_texts
from reader.base.messages import DOMAIN

READER = LOCALE.parent
ROOT = READER.parent
METHODS = [("**.py", "python"), ("web/templates/**.html", "jinja2")]
OPTIONS = {"web/templates/**.html": {"extensions": "jinja2.ext.i18n", "silent": "false"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}


def texts_in_code() -> Catalog:
    """Extract every text that is marked in the code and the templates, in the order of files."""
    template = Catalog(project=DOMAIN, charset="utf-8")
    found = extract_from_dir(READER, METHODS, OPTIONS, keywords=KEYWORDS)
    for _file, _line, text, _comments, context in found:
        template.add(text, context=context)
    return template


def texts_of(*patterns: str) -> set[str]:
    """Extract the English texts of some files of the project, each form of those that count."""
    found: set[str] = set()
    for file in (path for pattern in patterns for path in ROOT.glob(pattern)):
        method = "jinja2" if file.suffix == ".html" else "python"
        options = OPTIONS[METHODS[1][0]] if method == "jinja2" else {}
        for _line, text, _comments, _context in extract_from_file(
            method, file, keywords=KEYWORDS, options=options
        ):
            found.update([text] if isinstance(text, str) else text)
    return found


def catalogue_of(language: str) -> Catalog:
    """Read the translations of a language as they are written."""
    with (LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN, abort_invalid=True)


def update(language: str) -> Path:
    """Write the .po of a language anew: the texts of the code, with what is translated."""
    catalogue = catalogue_of(language)
    catalogue.update(texts_in_code(), no_fuzzy_matching=True)
    target = LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    # The head stays as it is: Babel would put the time and its own version into it.
    head, _, _ = target.read_text("utf-8").partition("\n\n")
    body = io.BytesIO()
    write_po(body, catalogue, width=100, no_location=True, omit_header=True, ignore_obsolete=True)
    target.write_text(f"{head}\n\n{body.getvalue().decode('utf-8')}", "utf-8")
    return target


if __name__ == "__main__":
    print(update("ja"), *compile_texts(), sep="\n")  # noqa: T201
