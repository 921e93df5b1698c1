"""Write papers as references for other programs: BibTeX, BibLaTeX, RIS, CSL-JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from reader.base.markup import tex_to_text
from reader.base.text import plain
from reader.habit import rows
from reader.habit.bibtex import bibtex
from reader.habit.reference import Reference, citation_keys, is_whole, reference_of
from reader.library.folder import Library
from reader.library.paper import LibraryPaper, PersonName

FORMS = ("bibtex", "biblatex", "ris", "csl-json", "csv")


def references(library: Library, held: Sequence[LibraryPaper]) -> list[Reference]:
    """Make the references of papers, in the order of their keys."""
    wanted = [one.row for one in held]
    keys = keys_of(library, wanted)
    copies = rows.copies_of(library.db, wanted)
    found = [reference_of(one, copies.get(one.row, ()), keys[one.row]) for one in held]
    return sorted(found, key=lambda one: one.key)


def keys_of(library: Library, wanted: Collection[int]) -> dict[int, str]:
    """Make the citation keys of papers, row → key; those of others with their names too."""
    return citation_keys(rows.first_known(library.db, wanted), rows.imported_keys(library.db))


def in_form(several: Iterable[Reference], form: str) -> str:
    """Write references in one of FORMS."""
    if form in ("bibtex", "biblatex"):
        return bibtex(several, is_biblatex=form == "biblatex")
    if form == "csl-json":
        return json.dumps([_csl(one) for one in several], ensure_ascii=False, indent=1) + "\n"
    return _ris(several) if form == "ris" else _csv(several)


_RIS_KINDS = {"article": "JOUR", "inproceedings": "CONF", "misc": "GEN"}


def _ris(several: Iterable[Reference]) -> str:
    # Imported here: nothing else that this module writes needs it.
    import rispy

    entries = []
    for one in several:
        venue = "journal_name" if one.kind == "article" else "secondary_title"
        entry = {
            "type_of_reference": _RIS_KINDS[one.kind],
            "id": one.key,
            "title": tex_to_text(one.title),
            "authors": [_turned(name) for name in one.people],
            "year": str(one.year or ""),
            "date": f"{one.year}/{one.month:02}/" if one.month else "",
            venue: one.venue,
            "doi": one.doi,
            "number": f"arXiv:{one.arxiv}" if one.arxiv else "",
            "urls": [one.url] if one.url else [],
            "abstract": tex_to_text(plain(one.held.paper.abstract)),
        }
        entries.append({name: value for name, value in entry.items() if value})
    # Without the numbers that rispy writes between records, which are no RIS.
    return "".join(rispy.dumps([entry]).removeprefix("1.\n") for entry in entries)


def _turned(name: PersonName) -> str:
    family = f"{name.particle} {name.family}".strip()
    return ", ".join(part for part in (family, name.given, name.suffix) if part)


_CSL_KINDS = {"article": "article-journal", "inproceedings": "paper-conference", "misc": "article"}


def _csl(one: Reference) -> dict[str, Any]:
    parts = [number for number in (one.year, one.month) if number]
    item = {
        "id": one.key,
        "citation-key": one.key,
        "type": _CSL_KINDS[one.kind],
        "title": tex_to_text(one.title),
        "author": [_csl_name(name) for name in one.people],
        "issued": {"date-parts": [parts]} if parts else None,
        "container-title": one.venue,
        "DOI": one.doi,
        "URL": one.url,
        "number": f"arXiv:{one.arxiv}" if one.arxiv else "",
        "abstract": tex_to_text(plain(one.held.paper.abstract)),
    }
    return {name: value for name, value in item.items() if value}


def _csl_name(name: PersonName) -> dict[str, str]:
    if is_whole(name):
        # Of a name in characters the blank shows where its parts meet, the family name first.
        family, _, given = name.family.partition(" ")
        return (
            {"family": family, "given": given}
            if given and not family.isascii()
            else ({"literal": name.family})
        )
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: text for part, text in parts.items() if text}


COLUMNS = ("key", "id", "title", "authors", "year", "venue", "doi", "arxiv", "url", "state",
           "topic", "arrived_on")  # fmt: skip
_FORMULA = re.compile(r"[=+\-@\t\r]")


def _csv(several: Iterable[Reference]) -> str:
    """Write a table that a spreadsheet opens.

    It begins with a byte order mark, by which Excel knows UTF-8. A cell that a spreadsheet would
    compute (it begins with = + - or @) gets an apostrophe in front (OWASP, "CSV injection").
    """
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for one in several:
        held = one.held
        people = "; ".join(map(plain, held.paper.authors))
        cells = (one.key, held.paper.id, tex_to_text(one.title), people, str(one.year or ""),
                 one.venue, one.doi, one.arxiv, one.url, held.state, held.topic or "",
                 held.arrived_on.isoformat())  # fmt: skip
        table.writerow(f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells)
    return "\ufeff" + written.getvalue()
