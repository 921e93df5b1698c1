"""Read a BibTeX file into papers. Its entries are what others typed: any of them may be broken.

bibtexparser takes it apart; whatever it cannot read is counted and left out.
"""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from datetime import date

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors
from bibtexparser.middlewares.names import parse_single_name_into_parts

from reader.identity import title_fold
from reader.ids import find_ids
from reader.paper import Paper
from reader.plain import plain
from reader.words import is_cjk

MOST_BYTES = 50_000_000

_ID_FIELDS = ("doi", "eprint", "arxivid", "url", "ee", "note", "journal", "howpublished")
_ARXIV = re.compile(r"(?:[a-z-]+/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bibliography:
    """What a file gave: its papers, each once, and how many entries could not be read."""

    papers: tuple[Paper, ...]
    n_broken: int


def read_bibtex(data: bytes) -> Bibliography:
    """Read all entries that have a title.

    One without any identifier is named by its title, first author and year: `pdf:…`, which
    gives way as soon as a source brings the paper.
    """
    # It reports each broken entry on the error stream; they are counted instead.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    text = data[:MOST_BYTES].decode("utf-8-sig", "replace")
    # Braces are left for the names: of "{Moss and Fern}" nobody is called Fern.
    decode = LatexDecodingMiddleware(keep_braced_groups=True)
    found = parse_string(text, append_middleware=[decode, SeparateCoAuthors()])
    read: dict[str, Paper] = {}
    n_broken = len(found.failed_blocks)
    for entry in found.entries:
        fields = {key.casefold(): field.value for key, field in entry.fields_dict.items()}
        paper = _paper(fields)
        if paper is None:
            n_broken += 1
        else:
            read.setdefault(paper.id, paper)
    return Bibliography(tuple(read.values()), n_broken)


def _paper(fields: dict[str, object]) -> Paper | None:
    title = _text(fields.get("title"))
    if not title_fold(title):
        return None
    people = fields.get("author")
    people = (
        [a for a in people if _text(a) not in ("", "others")] if isinstance(people, list) else []
    )
    named = tuple(_text(a) for a in people)
    year = re.search(r"\b(?:1[89]|20)\d\d\b", _text(fields.get("year") or fields.get("date")))
    return Paper(
        ids=_ids(fields) or (_name(title, named, year.group() if year else ""),),
        title=title,
        authors=tuple(_in_order(name) for name in people),
        abstract=_text(fields.get("abstract")),
        published_on=date(int(year.group()), 1, 1) if year else None,
    )


def _ids(fields: dict[str, object]) -> tuple[str, ...]:
    """Find the identifiers, arXiv's first; a bare number counts in arXiv's own field only."""
    found: list[str] = []
    for name in _ID_FIELDS:
        value = _text(fields.get(name))
        if name in ("eprint", "arxivid") and _ARXIV.fullmatch(value):
            value = f"arXiv:{value}"
        if name == "doi" and value.startswith("10."):
            value = f"doi:{value}"
        found += [one.id for one in find_ids(value)]
    return tuple(dict.fromkeys(sorted(found, key=lambda id_: not id_.startswith("arxiv:"))))


def _in_order(author: str) -> str:
    """Print a name as papers do: "Field, Ada" is Ada Field; 山田, 太郎 is 山田 太郎."""
    if is_cjk(author):
        return " ".join(_text(author).replace(",", " ").split())
    return _text(parse_single_name_into_parts(author, strict=False).merge_first_name_first)


def _name(title: str, authors: tuple[str, ...], year: str) -> str:
    said = "\n".join((title_fold(title), *(a.casefold() for a in authors[:1]), year))
    return f"pdf:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _text(value: object) -> str:
    return " ".join(plain(re.sub(r"[{}]", "", str(value or ""))).split())
